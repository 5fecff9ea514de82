"""The handbook changes while the bot runs: a good one is live, a broken one is told once and replaces nothing."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.config import Settings
from bot.errors import HandbookBroken
from sandbox import Sandbox
from tests.git.remote import Remote, make_remote
from tests.journeys.handbook import ARTICLES, CHANNELS, LOGS_TOLD, PEOPLE, QUESTION
from tests.journeys.office import Office, Said, at_work

TOLD = "has errors and was not taken into use. I go on answering from the last good one."
BROKEN_CHANNELS = CHANNELS.replace("answer: at once", "answer: at onec")
CACHE = """\
---
title: Clean the cache
questions: [How do I clean the cache?]
---

Run the cleaner on the cache.
"""


async def ask(office: Office, text: str, *, channel: str = "ask-platform") -> list[Said]:
    """The thread of a question that is answered."""
    asked = office.person("priya").say(channel, text)
    await office.answer_to(asked)
    return office.thread(asked)


async def told(office: Office) -> list[str]:
    """What the platform channel was told so far."""
    await office.quiet()
    return [text for _, text in office.channel("platform-team")]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("channels.yaml", BROKEN_CHANNELS),
        ("people.yaml", "platform_team: {grup: S0PLATFORM}\n"),
        ("channels.yaml", "channels: [\n"),
    ],
    ids=["a wrong value", "an unknown key", "no YAML"],
)
async def test_a_broken_handbook_leaves_the_old_one_answering_and_is_told_once(
    office: Office, handbook: Path, file: str, text: str
) -> None:
    (handbook / file).write_text(text)
    (handbook / "articles" / "logs.md").write_text(CACHE)
    await office.mentor.reload.handbook()
    await office.mentor.reload.handbook()
    thread = await ask(office, QUESTION)

    notices = await told(office)
    assert len(notices) == 1
    assert TOLD in notices[0]
    assert f"{file}:" in notices[0]
    assert thread == [("priya", QUESTION), LOGS_TOLD]


async def test_each_broken_state_is_told_anew(office: Office, handbook: Path) -> None:
    (handbook / "channels.yaml").write_text(BROKEN_CHANNELS)
    await office.mentor.reload.handbook()
    (handbook / "channels.yaml").write_text("channels: [\n")
    await office.mentor.reload.handbook()

    assert len(await told(office)) == 2


async def test_a_mended_handbook_goes_live(office: Office, handbook: Path) -> None:
    (handbook / "channels.yaml").write_text(BROKEN_CHANNELS)
    (handbook / "articles" / "cache.md").write_text(CACHE)
    await office.mentor.reload.handbook()
    before = office.mentor.shelf.library.handbook
    (handbook / "channels.yaml").write_text(CHANNELS)
    await office.mentor.reload.handbook()

    assert "Clean the cache" not in [article.title for article in before.articles]
    assert (await ask(office, "how do I clean the cache?"))[1] == (
        "mentor",
        "Run the cleaner on the cache.\nClean the cache",
    )


async def test_a_channel_is_watched_from_the_moment_the_handbook_says_so(office: Office, handbook: Path) -> None:
    office.person("priya").say("random", QUESTION)
    await office.quiet()
    before = office.channel("random")
    (handbook / "channels.yaml").write_text(CHANNELS + "  - {id: C0RANDOM, name: random, answer: at once}\n")
    await office.mentor.reload.handbook()

    assert before == [("priya", QUESTION)]
    assert (await ask(office, QUESTION, channel="random"))[1] == LOGS_TOLD


async def test_a_deleted_article_answers_no_more(office: Office, handbook: Path) -> None:
    (handbook / "articles" / "logs.md").unlink()
    await office.mentor.reload.handbook()
    asked = office.person("priya").say("ask-platform", QUESTION)
    await office.quiet()

    assert LOGS_TOLD not in office.thread(asked)


async def test_the_bot_looks_for_changes_by_itself(sandbox: Sandbox, settings: Settings, handbook: Path) -> None:
    sandbox.clock.set_factor(60)  # before the start, so that its minute is a second
    async with at_work(sandbox, settings) as office:
        (handbook / "articles" / "cache.md").write_text(CACHE)

        await office.until(lambda: len(office.mentor.shelf.library.handbook.articles) == len(ARTICLES) + 1)


async def test_a_handbook_that_was_never_good_stops_the_start_with_its_errors(
    sandbox: Sandbox, settings: Settings, handbook: Path
) -> None:
    (handbook / "channels.yaml").write_text(BROKEN_CHANNELS)

    with pytest.raises(HandbookBroken, match=r"channels\.yaml:5: .*at onec"):
        async with at_work(sandbox, settings):
            pass


# From a Git repository.

GOOD = {f"articles/{name}": text for name, text in ARTICLES.items()} | {
    "people.yaml": PEOPLE,
    "channels.yaml": CHANNELS,
}
BROKEN = GOOD | {"channels.yaml": BROKEN_CHANNELS}


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    remote = make_remote(tmp_path / "handbook.git")
    remote.commit(GOOD)
    return remote


@pytest.fixture
def from_git(settings: Settings, remote: Remote) -> Settings:
    return replace(settings, handbook=remote.address)


async def test_a_repository_is_answered_from_at_its_revision(
    sandbox: Sandbox, from_git: Settings, remote: Remote
) -> None:
    async with at_work(sandbox, from_git) as office:
        before = await ask(office, QUESTION)
        revision = remote.commit(GOOD | {"articles/cache.md": CACHE})
        await office.mentor.reload.handbook()
        after = await ask(office, "how do I clean the cache?")

        assert before[1] == LOGS_TOLD
        assert after[1] == ("mentor", "Run the cleaner on the cache.\nClean the cache")
        assert office.mentor.shelf.library.handbook.revision == revision


async def test_a_broken_revision_is_told_once_and_the_last_good_one_answers_over_a_restart(
    sandbox: Sandbox, from_git: Settings, remote: Remote
) -> None:
    async with at_work(sandbox, from_git) as office:
        revision = remote.commit(BROKEN)
        await office.mentor.reload.handbook()
        await office.mentor.reload.handbook()
        before = await ask(office, QUESTION)
        await office.quiet()
    async with at_work(sandbox, from_git) as office:
        await office.mentor.reload.handbook()
        after = await ask(office, QUESTION)
        notices = await told(office)

    assert before[1] == after[1] == LOGS_TOLD
    assert len(notices) == 1
    assert revision[:12] in notices[0]


async def test_a_repository_that_cannot_be_reached_leaves_the_handbook_as_it_is(
    sandbox: Sandbox, from_git: Settings, remote: Remote
) -> None:
    async with at_work(sandbox, from_git) as office:
        shutil.move(remote.folder, remote.folder.with_name("away.git"))
        await office.mentor.reload.handbook()

        assert (await ask(office, QUESTION))[1] == LOGS_TOLD
        assert await told(office) == []
