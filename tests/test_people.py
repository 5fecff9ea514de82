"""Who a pseudonym is, as Slack and the handbook say today."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete

from bot.authority import Act, Refused, may
from bot.clock import Clock
from bot.desk import Desk
from bot.library import Library, Shelf
from bot.model import Profile, Workspace
from bot.outbox import Outbox
from bot.people import ERASED, PeopleService
from bot.storage.engine import Database, Tx
from bot.storage.people import pseudonym_of
from bot.storage.schema import people
from knowledge.index import Index
from knowledge.loader import Handbook
from knowledge.people import Group, Member, People
from tests.work.desk import FakeSlack, ids, never_off

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
MAYA = Profile("U0MAYA", "T1")


@dataclass
class Directory(FakeSlack):
    """The fake workspace, with the people in it."""

    profiles: dict[str, Profile] = field(default_factory=lambda: {"U0MAYA": MAYA})
    groups: dict[str, frozenset[str]] = field(default_factory=lambda: {"S0PLATFORM": frozenset({"U0TOMAS"})})

    async def profile(self, user_id: str) -> Profile:
        return self.profiles[user_id]

    async def names_of(self, user_id: str) -> frozenset[str]:
        return frozenset({f"{user_id}'s name", f"{user_id}'s handle"})

    async def group_members(self, usergroup_id: str) -> frozenset[str]:
        return self.groups.get(usergroup_id, frozenset())


def service(database: Database, team: Group | None = None) -> PeopleService:
    clock, slack = Clock(NOW.timestamp), Directory()
    handbook = Handbook(revision="1", articles=(), people=People(platform_team=team))
    desk = Desk(
        database,
        Outbox(database, slack, is_off=never_off, clock=clock, new_id=ids("mark")),
        slack,
        shelf=Shelf(Library(handbook, Index.build(handbook.articles))),
        workspace=Workspace("T1", None, "UBOT", "B1"),
        clock=clock,
        new_id=ids("id"),
        wake=lambda: None,
    )
    return PeopleService(desk)


async def test_pseudonym_leads_to_what_slack_says_now(database: Database) -> None:
    person = await database.write(lambda tx: pseudonym_of(tx, "U0MAYA", now=NOW, new_id=lambda: "p1"))

    assert (person, await service(database).profile(person)) == ("p1", MAYA)


@pytest.mark.parametrize("act", Act)
async def test_erased_person_may_do_nothing(database: Database, act: Act) -> None:
    person = await database.write(lambda tx: pseudonym_of(tx, "U0MAYA", now=NOW, new_id=lambda: "p1"))
    await database.write(lambda tx: tx.execute(delete(people)))

    profile = await service(database).profile(person)

    assert profile == ERASED
    workspace = Workspace("", None, "UBOT", "B1")
    answer = may(profile, act, workspace=workspace, guests_may_ask=True, is_asker=True, is_platform=True)
    assert isinstance(answer, Refused)


@pytest.mark.parametrize(
    ("team", "user_id", "expected"),
    [
        pytest.param(Group("S0PLATFORM"), "U0TOMAS", True, id="in the group"),
        pytest.param(Group("S0PLATFORM"), "U0MAYA", False, id="not in the group"),
        pytest.param(Group("S0OTHER"), "U0TOMAS", False, id="a group Slack does not know"),
        pytest.param(Group("", (Member("U0MAYA"),)), "U0MAYA", True, id="by name"),
        pytest.param(Group("", (Member("U0MAYA", since=date(2026, 11, 24)),)), "U0MAYA", True, id="from today"),
        pytest.param(Group("", (Member("U0MAYA", since=date(2026, 11, 25)),)), "U0MAYA", False, id="from tomorrow"),
        pytest.param(Group("", (Member("U0MAYA", until=date(2026, 11, 24)),)), "U0MAYA", False, id="until today"),
        pytest.param(Group("", (Member("U0MAYA"),)), "", False, id="an erased person"),
        pytest.param(Group(), "U0MAYA", False, id="a group of nobody"),
        pytest.param(None, "U0TOMAS", False, id="no team is named"),
    ],
)
async def test_platform_team_is_who_the_handbook_names_today(
    database: Database, team: Group | None, user_id: str, expected: bool
) -> None:
    assert await service(database, team).is_platform(user_id) is expected


async def test_people_are_known_by_all_that_slack_calls_them_and_others_by_nothing(database: Database) -> None:
    async def unit(tx: Tx) -> list[str]:
        numbers = iter("ab")
        return [await pseudonym_of(tx, each, now=NOW, new_id=numbers.__next__) for each in ("U0MAYA", "U0TOMAS")]

    maya, tomas = await database.write(unit)
    await database.write(lambda tx: tx.execute(delete(people).where(people.c.id == tomas)))

    assert await service(database).names_of([maya, tomas, "~someone"]) == {"U0MAYA's name", "U0MAYA's handle"}
