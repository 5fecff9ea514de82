"""From a gap by one press to a bet's pull request; and a review date with three buttons, decided and written down."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.config import Settings
from sandbox import Message, Sandbox
from tests.git.remote import Remote, make_remote
from tests.journeys.handbook import ARTICLES, CHANNELS, PEOPLE
from tests.journeys.office import Office, at_work, buttons, words
from tests.journeys.test_gaps import three_ask

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


async def pressed(office: Office, name: str, message: Message, button: str) -> Message:
    before = len(office.whispers(name, "random"))
    await office.person(name).press(message, button)
    return (await office.until(lambda: office.whispers(name, "random")[before:]))[0]


def branches(remote: Remote) -> list[str]:
    return remote.git("for-each-ref", "--format=%(refname:short)", "refs/heads/mentor").split()


async def merged(office: Office, remote: Remote, branch: str) -> None:
    remote.git("update-ref", "refs/heads/main", branch)
    await office.mentor.read_handbook()


async def test_from_a_gap_to_a_bet_to_its_review_date_to_a_decision_in_git(office: Office, remote: Remote) -> None:
    await three_ask(office)

    gaps = await shown(office, "maya", "gaps")
    opened = await pressed(office, "maya", gaps, "Draft a bet")
    again = await pressed(office, "maya", gaps, "Draft a bet")
    await office.quiet()
    [branch] = branches(remote)
    file = "docs/handbook/bets/does-the-cluster-have-gpu-nodes.yaml"
    bet = remote.git("show", f"{branch}:{file}")

    assert opened.text.startswith("Opened: a proposal on the branch `mentor/bet-")
    assert again.text.startswith("There is a proposal on the branch `mentor/bet-")
    assert "problem: “does the cluster have gpu nodes?”" in bet
    assert "asked 3 times by 3 people" in bet
    assert bet.count("- question:C0ASKPLAT:") == bet.count("- question:") == 2  # what was asked in private is counted
    assert "status: draft" in bet

    await merged(office, remote, branch)
    await office.later(43 * DAY_MIN)
    await office.mentor.timetable.tick()
    await office.quiet()
    [card] = [each for each in office.person("maya").sees("platform-team") if "Keep, change or drop?" in each.text]
    offered = buttons(card)
    await office.person("maya").press(card, "Keep")
    await office.person("tomas").press(card, "Drop")
    await office.quiet()
    [_, decision] = sorted(branches(remote), key=lambda each: "decision" in each)
    after = remote.git("show", f"{decision}:{file}")

    assert (offered, buttons(card)) == (["Keep", "Change", "Drop"], [])  # it was edited
    assert "asked 3 times by 3 people, on 2026-11-24): not asked since" in card.text
    assert card.text.endswith("*Kept*, on 2027-01-11.")
    assert "decided: keep" in after
    assert [line for line in bet.splitlines() if line not in after.splitlines()] == []


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
