"""People are told before evidence ends, each reminder once and all of a day in one message; on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.storage.engine import Database
from bot.storage.schema import outbox
from bot.wanted import Due
from knowledge.people import ApproverGroup
from tests.adoption.desk import FILLED, PEOPLE, PLATFORM, POLICY, Adoption, group
from tests.work.desk import Hands

ENDS, TO_JUDGE = "evidence ends", "evidence to judge"


@pytest.fixture
def adoption(database: Database) -> Adoption:
    return Adoption(database, Hands())


async def accepted(adoption: Adoption, *, team: str = "payments", until: str = "2026-12-31") -> None:
    user_id = {"payments": "U0PRIYA", "search": "U0AMARA"}[team]
    filled = replace(FILLED, team=team, expires_on=until)
    evidence_id = await adoption.hand_in(user_id, filled, key=f"view:{team}")
    assert await adoption.judge("U0NADIA", evidence_id) == []


async def morning(adoption: Adoption, day: str) -> list[tuple[str, str]]:
    """The clock goes on to nine o'clock of the day; what is told then, and by whatever is done again."""
    before = len(await adoption.told(ENDS))
    at = adoption.hands.now.fromisoformat(f"{day}T09:00:00+00:00")
    adoption.hands.move(seconds=(at - adoption.hands.now).total_seconds())
    for _ in range(2):
        await adoption.reminders.remind(Due(day, at.isoformat()))
    return (await adoption.told(ENDS))[before:]


async def test_all_that_ends_is_told_in_one_message_a_person(adoption: Adoption) -> None:
    await accepted(adoption)
    await accepted(adoption, team="search")

    ((who, words),) = await morning(adoption, "2026-12-24")

    assert who == "U0SAMIR"
    assert words.splitlines() == [
        "Evidence that you own ends:",
        "• *payments*, *Attestation*: it holds until 31 Dec 2026",
        "• *search*, *Attestation*: it holds until 31 Dec 2026",
    ]
    assert await morning(adoption, "2026-12-25") == []


async def test_the_end_is_told_and_the_state_is_expired_by_itself(adoption: Adoption) -> None:
    await accepted(adoption)
    days = [await morning(adoption, day) for day in ("2026-12-31", "2027-01-01", "2027-01-02")]

    (facts,) = await adoption.policies.facts()
    assert [[words.splitlines()[1].partition(": ")[2] for _, words in each] for each in days] == [
        ["today, 31 Dec 2026, is its last day"],
        ["it ended on 31 Dec 2026, so the team does not comply any more"],
        [],
    ]
    assert facts.standings["payments"].state == "expired"
    assert await adoption.states() == ["expired"]


async def test_a_team_that_went_over_to_the_platforms_way_is_left_alone(adoption: Adoption) -> None:
    await accepted(adoption)
    adoption.now_reads(policies=())

    assert await morning(adoption, "2026-12-24") == []


@pytest.mark.parametrize(
    ("gone", "to"),
    [
        pytest.param({"U0SAMIR"}, "U0PRIYA", id="the owner left"),
        pytest.param({"U0SAMIR", "U0PRIYA"}, PLATFORM, id="both left"),
    ],
)
async def test_where_the_owner_left_somebody_else_is_told(adoption: Adoption, gone: set[str], to: str) -> None:
    await accepted(adoption)
    adoption.slack.gone |= gone

    assert [who for who, _ in await morning(adoption, "2026-12-24")] == [to]


async def test_what_nobody_judged_ends_and_that_is_told(adoption: Adoption) -> None:
    await adoption.hand_in(filled=replace(FILLED, expires_on="2026-11-30"))
    told = await morning(adoption, "2026-12-01")
    edits = await adoption.rows(select(outbox.c.blocks).where(outbox.c.edits.is_not(None)))

    assert [words.splitlines()[1] for _, words in told] == [
        "• *payments*, *Attestation*: it ended on 30 Nov 2026, before anybody judged it"
    ]
    assert ["It ended before anybody judged it." in str(row.blocks) for row in edits] == [True, True]
    assert await adoption.states() == ["expired"]


async def test_a_new_owner_of_the_policy_gets_what_waits(adoption: Adoption) -> None:
    await adoption.hand_in()
    adoption.now_reads(people=replace(PEOPLE, approvers={"security": ApproverGroup(group("U0NADIA", "U0LI"))}))
    await morning(adoption, "2026-11-25")

    assert sorted(who for who, _ in await adoption.told(TO_JUDGE)) == ["U0HANNES", "U0LI", "U0NADIA"]


async def test_evidence_of_a_policy_that_is_gone_is_not_reminded_of(adoption: Adoption) -> None:
    await accepted(adoption)
    adoption.now_reads(policies=(replace(POLICY, id="other"),))

    assert await morning(adoption, "2026-12-31") == []


def test_it_is_due_each_morning_by_the_handbooks_clock(adoption: Adoption) -> None:
    schedule = adoption.reminders.schedule()

    slot = schedule.slot(adoption.hands.now.date() + timedelta(days=200))  # in summer time
    assert slot.due_at.isoformat() == "2027-06-12T08:00:00+00:00"
