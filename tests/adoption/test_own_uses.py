"""Which teams turn to Mentor by themselves, which turned it off, and why: a capability like the others."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from bot.adoption import team_blocks as blocks
from bot.adoption.courses import State
from bot.adoption.facts import AdoptionFactsService
from bot.adoption.figures import CapabilityFacts
from bot.adoption.marks import MarkService
from bot.adoption.own_uses import OwnUseService
from bot.adoption.reasons import Reason
from bot.adoption.team_blocks import Subject
from bot.model import Window
from bot.people import PeopleService
from bot.statistics import Share
from bot.storage import people as people_rows
from bot.storage import requests as request_rows
from bot.storage import team
from bot.storage.engine import Database, Tx
from bot.storage.requests import RequestRow
from bot.storage.schema import answers, capability_people, capability_uses, verdicts
from bot.storage.team import Term
from bot.surveys.results import SurveyFactsService
from bot.wanted import Decision
from knowledge.capabilities import Capability, Status
from knowledge.people import Team
from tests.adoption.desk import CAPABILITY, HANDBOOK, PEOPLE, Adoption, group
from tests.work.desk import Hands

MENTOR: Capability = replace(
    CAPABILITY, id="mentor", title="Mentor", status=Status.OPTIONAL, since=date(2026, 11, 2), alternative="asking",
    is_mentor=True,
)  # fmt: skip
TEAMS = {**PEOPLE.teams, "web": Team(group("U0WEB", "U0MAYA")), "data": Team(group("U0LI"))}
WITH_MENTOR = replace(HANDBOOK, people=replace(PEOPLE, teams=TEAMS), capabilities=(MENTOR,), policies=())
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday
MONDAY = NOW - timedelta(days=4)


@pytest.fixture
async def adoption(database: Database) -> Adoption:
    hands = Hands()
    adoption = Adoption(database, hands, handbook=WITH_MENTOR)
    hands.now = datetime(2026, 11, 2, 10, tzinfo=UTC)
    await MarkService(adoption.desk).observe()
    hands.now = NOW
    return adoption


async def answered(adoption: Adoption, key: str, person: str, at: datetime, *, asked: bool = True) -> None:
    row = {
        "id": key, "key": key, "channel_id": "C1", "asker": person, "surface": "thread", "outcome": "answered",
        "reason": "", "text": "", "confidence": 1.0, "sources": [], "handbook_revision": "r1", "created_at": at,
        "asked": asked,
    }  # fmt: skip
    await adoption.database.write(lambda tx: tx.execute(insert(answers).values(**row)))


async def a_week(adoption: Adoption) -> None:
    """payments asks twice on Monday and once on Tuesday, search only had answers that it called solved, web's own
    person is left out and its other one of the platform team, data asked for an action; who is in two teams counts
    for neither, and what was said in a channel unasked, or long ago, is no use.
    """
    names = ("U0PRIYA", "U0SAMIR", "U0BOTH", "U0AMARA", "U0WEB", "U0MAYA", "U0LI")
    person = {name: await adoption.person(name) for name in names}
    await answered(adoption, "a1", person["U0PRIYA"], MONDAY)
    await answered(adoption, "a2", person["U0SAMIR"], MONDAY + timedelta(hours=1))
    await answered(adoption, "a3", person["U0PRIYA"], MONDAY + timedelta(days=1))
    await answered(adoption, "a4", person["U0BOTH"], MONDAY)
    await answered(adoption, "a5", person["U0AMARA"], MONDAY, asked=False)
    await answered(adoption, "a6", person["U0WEB"], MONDAY)
    await answered(adoption, "a7", person["U0MAYA"], MONDAY)
    await answered(adoption, "a8", person["U0LI"], NOW - timedelta(days=12))
    at = MONDAY + timedelta(days=2)
    verdict = {"answer_id": "a5", "person": person["U0AMARA"], "verdict": "solved", "by_asker": True, "given_at": at}
    wanted = RequestRow("r1", "r1", person["U0LI"], "x", "proposal", "git", "", {}, {}, "r1", at, state="live")

    async def unit(tx: Tx) -> None:
        await tx.execute(insert(verdicts).values(**verdict))
        await request_rows.add(tx, wanted)
        await people_rows.leave_out(tx, "U0WEB", await people_rows.stand_ins(tx), now=NOW)
        await team.replace(tx, team.HANDBOOK, [Term(person["U0MAYA"])])

    await adoption.database.write(unit)


async def take_down(adoption: Adoption) -> None:
    for _ in range(2):
        await OwnUseService(adoption.desk, PeopleService(adoption.desk)).take_down()


async def of_mentor(adoption: Adoption) -> CapabilityFacts:
    service = AdoptionFactsService(
        adoption.database,
        handbook=lambda: WITH_MENTOR,
        places=dict,
        pulses=SurveyFactsService(adoption.database).facts,
        today=adoption.desk.today,
    )
    window = Window(datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC))
    (found,) = (await service.facts(window)).capabilities
    return found


async def test_days_on_which_somebody_of_a_team_turned_to_it_are_its_uses(adoption: Adoption) -> None:
    await a_week(adoption)

    await take_down(adoption)

    async with adoption.database.read() as tx:
        uses = {(row.team, row.day, row.source) for row in await tx.execute(select(capability_uses))}
        people = len((await tx.execute(select(capability_people))).all())
    assert uses == {
        ("payments", date(2026, 11, 16), "mentor"),
        ("payments", date(2026, 11, 17), "mentor"),
        ("search", date(2026, 11, 18), "mentor"),
        ("data", date(2026, 11, 18), "mentor"),
    }
    assert people == 4


async def test_teams_that_use_it_by_choice_that_turned_it_off_and_why_are_counted(adoption: Adoption) -> None:
    await a_week(adoption)
    await take_down(adoption)
    who, subject = await adoption.person("U0AMARA"), str(Subject("mentor", "search"))
    for key, choice in (("k1", blocks.STOP), ("k2", f"{blocks.WHY}{Reason.LACKS.value}")):
        await adoption.speaking.say(Decision(key, who, subject, choice))
    await take_down(adoption)  # what search did before it stopped is no coming back

    found = await of_mentor(adoption)

    assert found.is_measured
    assert found.voluntary == Share(2, 4)
    assert _counted(found.standings) == {State.CHOSE: 2, State.LEFT: 1, State.NOT_YET: 1}
    assert (found.new_by_choice, found.active_by_choice, found.churn) == (2, 3, Share(0, 0))
    assert found.why_not.given == {State.LEFT: {Reason.LACKS: 1}}


def _counted(standings: Mapping[State, int]) -> Mapping[State, int]:
    return {state: n for state, n in standings.items() if n}


async def test_where_the_handbook_does_not_name_it_nothing_is_taken_down(adoption: Adoption) -> None:
    await a_week(adoption)
    adoption.now_reads(capabilities=(replace(MENTOR, is_mentor=False),))

    await take_down(adoption)

    async with adoption.database.read() as tx:
        assert (await tx.execute(select(capability_uses))).all() == []
