"""Articles of other repositories in Slack: cited by their page, only for whom they are, and missed aloud once."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.answers.reload import PATIENCE
from bot.config import Settings
from sandbox import Sandbox
from tests.git.remote import Remote, make_remote
from tests.journeys.office import Office, at_work

QUESTION = "how do I connect a PHP app to the database?"
DOCS = {
    "source/guide/php-database.html.md": "# Connect a PHP app to the database\n\nBind the service and read the URL.\n",
    "source/guide/index.html.md": "# Guides\n\nPick a guide.\n",
}
PAGE = "https://docs.example.com/guide/php-database.html"


@pytest.fixture
def docs(tmp_path: Path) -> Remote:
    remote = make_remote(tmp_path / "docs.git")
    remote.commit(DOCS)
    return remote


@pytest.fixture
async def office(sandbox: Sandbox, settings: Settings, handbook: Path, docs: Remote) -> AsyncIterator[Office]:
    write_source(handbook, docs)
    async with at_work(sandbox, settings) as office:
        yield office


def write_source(handbook: Path, docs: Remote, *more: str) -> None:
    lines = [f"repository: {docs.address}", "folder: source", "page: https://docs.example.com/{path}.html", *more]
    (handbook / "sources.yaml").write_text("- " + "\n  ".join(lines) + "\n")


async def test_article_of_a_source_answers_with_its_rendered_page(office: Office) -> None:
    answer = await office.answer_to(office.person("priya").say("ask-platform", QUESTION))

    assert "Bind the service and read the URL." in answer.text
    assert f"<{PAGE}#connect-a-php-app-to-the-database|" in str(answer.blocks)


async def test_source_that_is_not_public_never_shows_in_public(office: Office, handbook: Path, docs: Remote) -> None:
    write_source(handbook, docs, "audience: internal")
    await office.mentor.reload.handbook()

    asked = office.person("priya").say("ask-platform", f"{office.mention} {QUESTION}")
    await office.answer_to(asked)
    await office.person("priya").command("/platform", f"ask {QUESTION}", "ask-platform")
    private = await office.whisper_to("priya", "ask-platform")

    assert "Bind the service" in str(private.blocks)
    assert not any("Bind the service" in text or "PHP" in text for _, text in office.thread(asked)[1:])


async def test_source_of_low_trust_is_only_suggested(office: Office, handbook: Path, docs: Remote) -> None:
    write_source(handbook, docs, "trust: low")
    await office.mentor.reload.handbook()

    asked = office.person("priya").say("ask-platform", f"{office.mention} {QUESTION}")
    answer = await office.answer_to(asked)

    assert "Bind the service" not in answer.text
    assert "Connect a PHP app to the database" in str(answer.blocks)


async def test_source_that_stays_away_is_told_once_and_answers_on(office: Office, docs: Remote) -> None:
    shutil.rmtree(docs.folder)
    for _ in range(PATIENCE - 1):
        await office.mentor.reload.handbook()
    await office.quiet()
    before = office.channel("platform-team")
    for _ in range(3):
        await office.mentor.reload.handbook()
    answer = await office.answer_to(office.person("priya").say("ask-platform", QUESTION))
    await office.quiet()

    notices = [text for _, text in office.channel("platform-team")]
    assert before == []
    assert len(notices) == 1
    assert "The source *docs* of the handbook cannot be read. I go on answering from what I read last" in notices[0]
    assert "Bind the service" in answer.text


async def test_source_that_was_never_there_is_told_at_once(office: Office, handbook: Path, tmp_path: Path) -> None:
    write_source(handbook, Remote(tmp_path / "nothing.git"), "name: gone")
    await office.mentor.reload.handbook()
    await office.mentor.reload.handbook()
    await office.quiet()

    (notice,) = [text for _, text in office.channel("platform-team")]
    assert "The source *gone* of the handbook cannot be read. Its articles are not used." in notice
