"""Who is in which group today, and whom an entry names by that."""

from dataclasses import replace
from datetime import date

import pytest

from bot.actions.membership import Memberships
from bot.calendar import Hours
from bot.storage.engine import Database
from knowledge.actions import Who
from knowledge.channels import OFFICE_CLOSES, OFFICE_DAYS, OFFICE_OPENS
from knowledge.people import ApproverGroup, Duty, Group, Member, People, Team
from tests.actions.offered import BUCKET
from tests.adoption.pilot import PILOT
from tests.curation.desk import CompanySlack
from tests.desk import desk_at
from tests.work.desk import STARTS_AT

MAYA, TOMAS, PRIYA, JONAS, GUEST = "U0MAYA", "U0TOMAS", "U0PRIYA", "U0JONAS", "U0GUEST"
GONE_BY_THEN = Member("U0PAST", until=date(2026, 11, 24))
PEOPLE = People(
    platform_team=Group("S0PLATFORM"),
    duty=Duty(Group("S0DUTY"), Hours(OFFICE_DAYS, OFFICE_OPENS, OFFICE_CLOSES, "UTC")),
    approvers={"leads": ApproverGroup(Group("", (Member(JONAS), GONE_BY_THEN)), "C0LEADS")},
    teams={
        "payments": Team(Group("S0PAYMENTS")),
        "search": Team(Group("", (Member(JONAS),))),
        "gone": Team(Group("S0GONE")),
    },
)
GROUPS = {
    "S0PLATFORM": frozenset({MAYA, TOMAS}),
    "S0DUTY": frozenset({TOMAS}),
    "S0PAYMENTS": frozenset({PRIYA}),
}


@pytest.fixture
def memberships(database: Database) -> Memberships:
    return Memberships(desk_at(database, CompanySlack(groups=GROUPS), now=STARTS_AT, people=PEOPLE))


@pytest.mark.parametrize(
    ("who", "named"),
    [
        pytest.param(Who(), set(), id="nobody"),
        pytest.param(Who(all_teams=True), {PRIYA, JONAS}, id="whoever is in a team"),
        pytest.param(Who(teams=("payments",)), {PRIYA}, id="a team by its Slack group"),
        pytest.param(Who(teams=("search",)), {JONAS}, id="a team by its members"),
        pytest.param(Who(teams=("no-such-team", "gone")), set(), id="a team that is not there, or has nobody"),
        pytest.param(Who(groups=("platform_team",)), {MAYA, TOMAS}, id="the platform team"),
        pytest.param(Who(groups=("duty",)), {TOMAS}, id="who is on duty"),
        pytest.param(Who(groups=("leads",)), {JONAS}, id="an approver group, today"),
        pytest.param(Who(groups=("no-such-group",)), set(), id="a group that is not there"),
        pytest.param(Who(people=(MAYA,), teams=("payments",)), {MAYA, PRIYA}, id="a person and a team"),
        pytest.param(Who(guests=(GUEST,)), set(), id="guests, who are named apart"),
    ],
)
async def test_an_entry_names_people_by_team_group_or_id(memberships: Memberships, who: Who, named: set[str]) -> None:
    action = replace(BUCKET, who=who)

    found = {each for each in (MAYA, TOMAS, PRIYA, JONAS, GUEST) if await memberships.is_named(action, each)}

    assert found == named


async def test_members_are_those_of_today(memberships: Memberships) -> None:
    assert await memberships.members("leads") == {JONAS}
    assert await memberships.members("platform_team") == {MAYA, TOMAS}
    assert await memberships.members("nowhere") == frozenset()
    assert await memberships.is_in("leads", JONAS)
    assert not await memberships.is_in("leads", "U0PAST")
    assert not await memberships.is_in("nowhere", JONAS)


async def test_a_person_is_in_all_their_teams(memberships: Memberships) -> None:
    assert await memberships.teams_of(JONAS) == {"search"}
    assert await memberships.teams_of(MAYA) == frozenset()


async def test_nobody_is_named_without_people_yaml(database: Database) -> None:
    bare = Memberships(desk_at(database, CompanySlack(groups=GROUPS), now=STARTS_AT))

    named = [await bare.is_named(replace(BUCKET, who=Who(all_teams=True, groups=("duty",))), each) for each in GROUPS]

    assert not any(named)


@pytest.mark.parametrize(
    ("who", "named"),
    [
        pytest.param(Who(all_teams=True), {JONAS}, id="volunteers alone, of all teams"),
        pytest.param(Who(teams=("payments",)), set(), id="a team that did not volunteer"),
        pytest.param(Who(groups=("platform_team",), people=(PRIYA,)), {MAYA, TOMAS, PRIYA}, id="others it names"),
    ],
)
async def test_an_action_of_a_pilot_is_for_its_volunteers(database: Database, who: Who, named: set[str]) -> None:
    desk = desk_at(database, CompanySlack(groups=GROUPS), now=STARTS_AT, people=PEOPLE)
    library = desk.shelf.library
    pilot = replace(PILOT, volunteers=("search",))
    desk.shelf.library = replace(library, handbook=replace(library.handbook, capabilities=(pilot,)))
    action = replace(BUCKET, who=who, capability=pilot.id)

    found = {each for each in (MAYA, TOMAS, PRIYA, JONAS) if await Memberships(desk).is_named(action, each)}

    assert found == named
