"""An article grows old: its readers see it, its owner is asked, and a press moves the date by way of Git."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.config import Settings
from sandbox import Sandbox
from tests.git.remote import Remote, make_remote
from tests.journeys.handbook import ARTICLES, CHANNELS, LOGS, PEOPLE, QUESTION
from tests.journeys.office import Office, at_work, buttons, words

OLD = LOGS.replace("reviewed: 2026-11-13", "review_every: 6 months  # the tool changes\nreviewed: 2026-01-05  # Maya")
TEAMS = f"{PEOPLE}teams:\n  platform-observability: {{members: [U0AMARA]}}\n"


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    remote = make_remote(tmp_path / "handbook.git")
    articles = {f"articles/{name}": text for name, text in (ARTICLES | {"logs.md": OLD}).items()}
    remote.commit(articles | {"people.yaml": TEAMS, "channels.yaml": CHANNELS})
    return remote


@pytest.fixture
async def office(sandbox: Sandbox, settings: Settings, remote: Remote) -> AsyncIterator[Office]:
    async with at_work(sandbox, replace(settings, handbook=remote.address)) as office:
        yield office


async def test_an_old_article_is_said_to_be_true_by_its_owner(office: Office, remote: Remote) -> None:
    await office.mentor.timetable.tick()
    (asks,) = await office.until(lambda: office.person("amara").sees_in_dm())
    asked = office.person("priya").say("ask-platform", QUESTION)
    before = words(await office.answer_to(asked))
    offered = buttons(asks)
    await office.person("amara").press(asks, "Still true")
    await office.quiet()
    (branch,) = remote.git("for-each-ref", "--format=%(refname:short)", "refs/heads/mentor").split()
    changed = remote.git("diff", "main", branch, "--unified=0").splitlines()
    remote.git("update-ref", "refs/heads/main", branch)
    await office.mentor.curation.proposals.follow()
    await office.mentor.reload.handbook()

    assert "due for review for 4 months" in words(asks)[1]
    assert "reviewed 5 Jan 2026 (10 months ago, due for review)" in before[1]
    assert offered == ["Still true", "Needs work"]
    assert [line for line in changed if line[:1] in "+-" and line[:3] not in ("+++", "---")] == [
        "-reviewed: 2026-01-05  # Maya",
        "+reviewed: 2026-11-24  # Maya",
    ]
    assert words(asks)[-1] == "Said: still true."
    assert (await office.mentor.curation.article_health.facts()).overdue == 0
