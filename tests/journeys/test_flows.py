"""A team's way to production, as it sees it and as it is asked about. A bet's way: `test_pain_to_story`."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.config import Settings
from sandbox import Message, Sandbox
from tests.git.remote import Remote, make_remote
from tests.journeys.handbook import ARTICLES, CHANNELS, PEOPLE
from tests.journeys.office import Office, at_work, words

DAY_MIN = 24 * 60.0
TEAMS = """\
teams:
  payments: {group: S0PAYMENTS}
"""
FLOW = """\
made_with: 2026-06-01
steps:
  - {name: Write it, stage: code, by: hand}
  - {name: Wait for the lead, stage: review, by: hand, wait: 1 to 3 days, pain: There is one.}
"""
GOOD = {f"articles/{name}": text for name, text in ARTICLES.items()} | {
    "people.yaml": PEOPLE + TEAMS,
    "channels.yaml": CHANNELS,
    "flows/payments.yaml": FLOW,
}


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    remote = make_remote(tmp_path / "handbook.git")
    remote.commit({f"docs/handbook/{path}": text for path, text in GOOD.items()})
    return remote


@pytest.fixture
async def office(sandbox: Sandbox, settings: Settings, remote: Remote) -> AsyncIterator[Office]:
    """The bot at work by a handbook that lies in a folder of a bare repository."""
    async with at_work(sandbox, replace(settings, handbook=f"{remote.address}//docs/handbook")) as office:
        yield office


async def shown(office: Office, name: str, verb: str) -> Message:
    """What the person is shown by the command."""
    before = len(office.whispers(name, "random"))
    await office.person(name).command("/platform", verb, "random")
    return (await office.until(lambda: office.whispers(name, "random")[before:]))[0]


async def test_a_team_sees_its_way_to_production_and_the_platform_team_is_told_once_that_it_is_old(
    office: Office,
) -> None:
    own = await shown(office, "priya", "flows")
    others = await shown(office, "jonas", "flows")
    await office.later(8 * DAY_MIN)
    for _ in range(2):
        await office.mentor.timetable.tick()
        await office.later(DAY_MIN)

    assert words(own)[0] == "2 steps, 2 by hand; waits in all 1 day to 3 days, by the clock."
    assert words(own)[2].splitlines() == [
        "*Review*",
        "2. ✋ Wait for the lead · waits 1 to 3 days",
        "      _There is one._",
    ]
    assert others.text.startswith("The handbook has no flow that you may see.")
    reminders = [text for _, text in office.channel("platform-team") if "Due for another look" in text]
    assert len(reminders) == 1
    assert "payments (last on 2026-06-01)" in reminders[0]
