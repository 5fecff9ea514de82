"""What teams are asked: who told them at their first use by choice, and why not us, seldom and within the budget."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.adoption.courses import Course, State
from bot.adoption.reasons import Open, Reason, whom_to_ask, why_not
from bot.adoption.team_blocks import WHO_TOLD, WHO_TOLD_DM, WHY_NOT, said
from bot.adoption.use_events import UseEvent, read_use
from bot.adoption.uses import UseService
from bot.effects import privately
from bot.model import Use, What
from bot.people import PeopleService
from bot.storage import adoption as adoption_rows
from bot.storage import people as people_rows
from bot.storage import requests as request_rows
from bot.storage import surveys as survey_rows
from bot.storage import team
from bot.storage.engine import Database, Tx
from bot.storage.requests import LIVE, RequestRow
from bot.storage.schema import outbox, peer_pulls, why_not_asks, work
from bot.storage.team import Term
from bot.wanted import Converged, Due, Kind, TeamAsked
from knowledge.capabilities import Capability, Status
from knowledge.people import Site, Team
from tests.adoption.desk import Adoption, group
from tests.adoption.pilot import ATTEST, BEGAN, PILOT, WITH_PILOT, begin, use
from tests.work.desk import Hands

TODAY = date(2026, 11, 25)
OPTIONAL: Capability = replace(PILOT, status=Status.OPTIONAL, volunteers=(), alternative="their own")
FREE = replace(WITH_PILOT, capabilities=(OPTIONAL,))
DAY = Due("2026-11-25", "2026-11-25T09:40:00+00:00")


# Who told you.


async def live(adoption: Adoption, *, team: str = "payments", user_id: str = "U0PRIYA") -> str:
    """A request of the person for the team that came to hold, told twice."""
    now, id_ = adoption.hands.now, adoption.desk.new_id()
    row = RequestRow(
        id_, id_, await adoption.person(user_id), ATTEST.id, "proposal", "git", "", {}, {"team": team}, "r1", now,
        state=LIVE, ended_at=now,
    )  # fmt: skip
    await adoption.database.write(lambda tx: request_rows.add(tx, row))
    for _ in range(2):
        await UseService(adoption.desk, PeopleService(adoption.desk)).converged(Converged(id_, id_))
    await adoption.all_done(Kind.ASK_PULL, TeamAsked, adoption.prompting.ask_pull)
    return id_


async def hear(adoption: Adoption, **changed: Any) -> None:
    at = adoption.hands.now.isoformat()
    body = {
        "id": f"e{at}{changed}",
        "capability": PILOT.id,
        "team": "payments",
        "at": at,
        "person": "U0PRIYA",
    } | changed
    event = read_use(body)
    assert isinstance(event, UseEvent)
    assert await UseService(adoption.desk, PeopleService(adoption.desk)).take_event(event) == ""
    await adoption.all_done(Kind.ASK_PULL, TeamAsked, adoption.prompting.ask_pull)


async def test_at_a_first_use_it_is_asked_below_what_the_person_asked_for_once_a_team(database: Database) -> None:
    adoption = await begin(database, Hands(), FREE)

    request_id = await live(adoption)
    await live(adoption, user_id="U0SAMIR")
    await live(adoption, team="search", user_id="U0AMARA")

    asked = await adoption.rows(select(outbox.c.below, outbox.c.purpose).where(outbox.c.kind == WHO_TOLD.name))
    assert len(asked) == 2
    assert (f"request:{request_id}", "asked") in [tuple(row) for row in asked]
    assert [row.team for row in await adoption.rows(select(peer_pulls).order_by(peer_pulls.c.team))] == [
        "payments",
        "search",
    ]


@pytest.mark.parametrize(
    "capability",
    [
        PILOT,
        replace(OPTIONAL, status=Status.MANDATED),
        replace(OPTIONAL, teams=replace(OPTIONAL.teams, names=("web",))),
    ],
    ids=["a pilot", "mandated", "not theirs to choose"],
)
async def test_who_had_no_choice_is_not_asked_who_told_them(database: Database, capability: Capability) -> None:
    adoption = await begin(database, Hands(), replace(FREE, capabilities=(capability,)))

    await live(adoption)
    await hear(adoption, team="search", person="U0AMARA")

    assert await adoption.rows(select(peer_pulls)) == []


async def test_who_used_it_for_long_is_not_asked_who_told_them(database: Database) -> None:
    adoption = await begin(database, Hands(), FREE)
    await use(adoption, ("payments", BEGAN))

    await hear(adoption)
    await live(adoption)

    assert await adoption.rows(select(peer_pulls)) == []


async def test_neither_who_is_left_out_nor_the_platform_team_is_asked(database: Database) -> None:
    adoption = await begin(database, Hands(), FREE)
    maya = await adoption.person("U0MAYA")

    async def unit(tx: Tx) -> None:
        await people_rows.leave_out(tx, "U0PRIYA", await people_rows.stand_ins(tx), now=adoption.hands.now)
        await team.replace(tx, team.HANDBOOK, [Term(maya)])

    await database.write(unit)
    await live(adoption)
    await live(adoption, team="search", user_id="U0MAYA")

    assert await adoption.rows(select(peer_pulls)) == []


async def test_of_whom_a_system_told_is_asked_by_itself_within_the_budget(database: Database) -> None:
    adoption = await begin(database, Hands(), FREE)
    priya = await adoption.person("U0PRIYA")
    await hear(adoption, team="search", person="U0AMARA")
    other = privately("other", priya, said("another"), kind=WHY_NOT)
    await database.write(lambda tx: adoption.desk.outbox.put(tx, other))
    await database.write(lambda tx: tx.execute(outbox.update().values(state="sent", sent_at=adoption.hands.now)))
    await hear(adoption)

    assert [to for to, _ in await adoption.told(WHO_TOLD_DM.name)] == ["U0AMARA"]
    assert [row.team for row in await adoption.rows(select(peer_pulls))] == ["search"]


class Ticking(Hands):
    """A clock that goes on between any two looks at it, as real ones do."""

    @property
    def now(self) -> datetime:
        self._now += timedelta(milliseconds=1)
        return self._now

    @now.setter
    def now(self, now: datetime) -> None:
        self._now = now


async def test_in_their_hours_it_is_asked_at_once_and_not_put_off(database: Database) -> None:
    adoption = await begin(database, Ticking(), FREE)

    await hear(adoption)

    assert [to for to, _ in await adoption.told(WHO_TOLD_DM.name)] == ["U0PRIYA"]
    assert len(await adoption.rows(select(work.c.id).where(work.c.kind == Kind.ASK_PULL.value))) == 1


async def test_outside_their_hours_it_waits_for_the_morning(database: Database) -> None:
    adoption = await begin(database, Hands(), FREE)
    adoption.hands.now = datetime(2026, 11, 25, 21, tzinfo=UTC)
    await hear(adoption)
    assert await adoption.told(WHO_TOLD_DM.name) == []

    due = await adoption.rows(select(work.c.due_at).where(work.c.kind == Kind.ASK_PULL.value).order_by(work.c.id))
    assert due[-1].due_at == datetime(2026, 11, 26, 9, tzinfo=UTC)
    adoption.hands.now = datetime(2026, 11, 26, 9, 1, tzinfo=UTC)
    await adoption.all_done(Kind.ASK_PULL, TeamAsked, adoption.prompting.ask_pull)

    assert [to for to, _ in await adoption.told(WHO_TOLD_DM.name)] == ["U0PRIYA"]


# Why not us.


def pairs(*asked: tuple[str, date]) -> dict[str, Sequence[tuple[str, date]]]:
    return {"c": list(asked)}


def test_a_team_is_asked_about_what_came_last_after_thirty_days_and_about_the_same_after_half_a_year() -> None:
    old, new = Open("old", "a", date(2026, 1, 1)), Open("c", "a", date(2026, 10, 1))
    fresh = Open("c", "b", TODAY - timedelta(days=29))

    assert whom_to_ask([old, new, fresh], {}, [], today=TODAY) == [new]
    assert whom_to_ask([new], pairs(("a", TODAY - timedelta(days=179))), [], today=TODAY) == []
    assert whom_to_ask([new], pairs(("a", TODAY - timedelta(days=180))), [], today=TODAY) == [new]
    assert whom_to_ask([old, new], pairs(("a", TODAY - timedelta(days=40))), [], today=TODAY) == [old]
    assert whom_to_ask([old, new], pairs(("a", TODAY - timedelta(days=29))), [], today=TODAY) == []
    assert whom_to_ask([new], {}, [("c", "a", TODAY - timedelta(days=10))], today=TODAY) == []


async def ask(adoption: Adoption) -> None:
    for _ in range(2):
        await adoption.prompting.ask_why_nots(DAY)
    await adoption.all_done(Kind.ASK_WHY_NOT, TeamAsked, adoption.prompting.ask_why_not)


async def test_one_person_of_each_team_that_could_and_does_not_is_asked_once(database: Database) -> None:
    adoption = await begin(database, Hands(), FREE)
    await use(adoption, ("payments", TODAY))

    await ask(adoption)
    adoption.hands.now += timedelta(days=20)
    await ask(adoption)

    told = await adoption.told(WHY_NOT.name)
    assert sorted(to for to, _ in told) in (["U0AMARA", "U0WEB"], ["U0BOTH", "U0WEB"])
    assert sorted(row.team for row in await adoption.rows(select(why_not_asks))) == ["search", "web"]


async def test_who_is_in_two_teams_is_asked_for_one_and_the_other_keeps_its_turn(database: Database) -> None:
    adoption = await begin(database, Hands(), FREE)
    teams = {each: Team(group("U0BOTH")) for each in ("search", "web")}
    adoption.now_reads(people=replace(FREE.people, teams=teams))

    await ask(adoption)

    assert [row.team for row in await adoption.rows(select(why_not_asks))] == ["search"]
    assert len(await adoption.told(WHY_NOT.name)) == 1


async def test_of_a_team_put_off_over_holidays_one_person_is_asked(database: Database) -> None:
    adoption = await begin(database, Hands(), FREE)
    members = [f"U0W{number}" for number in range(8)]
    teams = {"web": Team(group(*members), site="london")}
    sites = {"london": Site("Europe/London", "GB-ENG")}
    adoption.now_reads(people=replace(FREE.people, teams=teams, sites=sites))
    for day in (25, 28, 29):  # Christmas and its substitute, where the team is; then a day of work
        adoption.hands.now = datetime(2026, 12, day, 10, tzinfo=UTC)
        await adoption.prompting.ask_why_nots(Due(f"2026-12-{day}", adoption.hands.now.isoformat()))
        await adoption.all_done(Kind.ASK_WHY_NOT, TeamAsked, adoption.prompting.ask_why_not)

    drawn = await adoption.rows(select(work.c.payload).where(work.c.kind == Kind.ASK_WHY_NOT.value))
    assert len({row.payload["person"] for row in drawn}) > 1
    assert len(await adoption.told(WHY_NOT.name)) == 1


async def test_who_wants_no_surveys_is_left_out_or_runs_the_platform_is_not_asked(database: Database) -> None:
    adoption = await begin(database, Hands(), FREE)
    teams = {"web": Team(group("U0WEB", "U0OUT", "U0MAYA"))}
    adoption.now_reads(people=replace(FREE.people, teams=teams))
    now = adoption.hands.now

    async def unit(tx: Tx) -> None:
        names = await people_rows.stand_ins(tx)
        await survey_rows.refuse(tx, "U0WEB", names, now=now, until=None)
        await people_rows.leave_out(tx, "U0OUT", names, now=now)

    await database.write(unit)
    await ask(adoption)

    assert await adoption.told(WHY_NOT.name) == []


@pytest.mark.parametrize(("had_theirs", "drawn"), [("U0WEB", "U0WES"), ("U0WES", "U0WEB")])
async def test_who_had_theirs_this_week_is_not_drawn_and_a_colleague_is(
    database: Database, had_theirs: str, drawn: str
) -> None:
    adoption = await begin(database, Hands(), FREE)
    adoption.now_reads(people=replace(FREE.people, teams={"web": Team(group("U0WEB", "U0WES"))}))
    other = privately("other", await adoption.person(had_theirs), said("another"), kind=WHY_NOT)
    await database.write(lambda tx: adoption.desk.outbox.put(tx, other))
    await database.write(lambda tx: tx.execute(outbox.update().values(state="sent", sent_at=adoption.hands.now)))

    found = await adoption.turns.somebody_of("web", about="anything")

    assert found is not None
    assert found.user_id == drawn


@pytest.mark.parametrize("day", [datetime(2026, 11, 28, 10, tzinfo=UTC), datetime(2026, 12, 25, 10, tzinfo=UTC)])
async def test_on_a_day_off_nobody_is_asked(database: Database, day: datetime) -> None:
    adoption = await begin(database, Hands(), replace(FREE, channels=replace(FREE.channels, holidays="GB-ENG")))
    adoption.hands.now = day

    await ask(adoption)

    assert await adoption.rows(select(work.c.id).where(work.c.kind == Kind.ASK_WHY_NOT.value)) == []


async def test_who_stopped_is_left_in_peace_for_half_a_year_also_without_a_reason(database: Database) -> None:
    adoption = await begin(database, Hands())
    stopped = Use(PILOT.id, "payments", TODAY, What.LEFT, "press")
    await database.write(lambda tx: adoption_rows.add(tx, [stopped]))

    adoption.hands.now += timedelta(days=40)
    await ask(adoption)
    adoption.hands.now += timedelta(days=141)
    await ask(adoption)

    query = select(why_not_asks.c.asked_on).where(why_not_asks.c.team == "payments")
    assert [row.asked_on for row in await adoption.rows(query)] == [TODAY + timedelta(days=181)]


async def test_a_pilot_asks_its_volunteers_alone(database: Database) -> None:
    adoption = await begin(database, Hands())

    await ask(adoption)

    assert {row.team for row in await adoption.rows(select(why_not_asks))} == {"payments", "search"}


def test_a_reason_from_before_a_team_came_back_counts_no_more_when_it_leaves_again() -> None:
    back = Course(State.LEFT, used=(date(2026, 9, 1),))
    said = [("a", date(2026, 8, 1), "hard"), ("b", date(2026, 8, 1), "hard"), ("b", date(2026, 10, 1), "lacks")]

    found = why_not({"a": back, "b": back}, said, asked=["a", "a", "gone"])

    assert (found.given, found.n, found.asked) == ({State.LEFT: {Reason.LACKS: 1}}, 1, 1)
    assert found.lines() == ["left: it lacks something we need 1"]
