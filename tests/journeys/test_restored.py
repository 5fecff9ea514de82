"""A database restored from an hour ago: whatever was said since is said once, and what lapsed is told."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.backup import back_up, restore
from bot.config import Settings
from sandbox import Message, Sandbox
from tests.goals.counting import Tally
from tests.journeys.handbook import LOGS_TOLD, QUESTION
from tests.journeys.office import Office, at_work, settings_in


@pytest.fixture
def settings(sandbox: Sandbox, handbook: Path, tmp_path: Path, database_url: str) -> Settings:
    return settings_in(sandbox, tmp_path / "data", database_url=database_url, handbook=handbook)


def _seen(office: Office, *asked: Message) -> list[object]:
    return [*(office.thread(each) for each in asked), office.direct("jonas")]


@pytest.mark.goal(g=23)
@pytest.mark.parametrize("database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.chaos)], indirect=True)
async def test_nothing_is_said_twice_after_a_restore(
    sandbox: Sandbox, settings: Settings, tmp_path: Path, tally: Tally
) -> None:
    async with at_work(sandbox, settings) as office:
        early = office.person("priya").say("ask-platform", QUESTION)
        waiting = office.person("priya").say("deploys", QUESTION)
        await office.quiet()
        await back_up(settings, tmp_path / "copy")
        late = office.person("li").say("ask-platform", QUESTION)
        office.person("jonas").dm(QUESTION)
        await office.later(minutes=25)
        before = _seen(office, early, waiting, late)

    again = replace(settings, database_url=f"sqlite+aiosqlite:///{tmp_path / 'again' / 'mentor.db'}")
    await restore(again, tmp_path / "copy")
    async with at_work(sandbox, again) as office:
        await office.quiet()
        await office.later(minutes=30)
        after = _seen(office, early, waiting, late)
        new = office.person("priya").say("ask-platform", QUESTION)
        await office.answer_to(new)

    tally(backups=1, doubled=int(after != before))
    assert before[1] == [("priya", QUESTION), LOGS_TOLD]
    assert after == before
    assert office.thread(new) == [("priya", QUESTION), LOGS_TOLD]
