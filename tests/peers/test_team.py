"""Who is in the platform team is kept in step with the handbook and with Slack's user group, by day."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from bot.clock import Clock
from bot.errors import SlackUnclear
from bot.peers.deciding import membership
from bot.peers.team import TeamService
from bot.storage import people, team
from bot.storage.engine import Database, Tx
from bot.storage.people import stand_ins
from bot.storage.team import Term
from knowledge.channels import Channel, Channels
from knowledge.loader import Handbook
from knowledge.people import Group, Member, People

CHANNELS = Channels(timezone="Europe/Berlin", channels=(Channel("C1", "one"), Channel("C2", "two")))
FIRST_DAY, NEXT_DAY = date(2025, 11, 25), date(2025, 11, 26)  # by Berlin's wall: the clock below stands before midnight


def a_handbook(*members: Member, usergroup_id: str = "S1") -> Handbook:
    return Handbook("r1", (), People(platform_team=Group(usergroup_id, members)), CHANNELS)


class Office:
    """The service with what it needs. `group` None: Slack does not answer."""

    def __init__(self, database: Database) -> None:
        numbers = count(1)
        self.database = database
        self.now = datetime(2025, 11, 24, 23, 30, tzinfo=UTC)
        self.group: frozenset[str] | None = frozenset()
        self.handbook = a_handbook()
        self.service = TeamService(
            database,
            handbook=lambda: self.handbook,
            group_members=self._members,
            clock=Clock(lambda: self.now.timestamp()),
            new_id=lambda: f"p{next(numbers)}",
        )

    async def _members(self, usergroup_id: str) -> frozenset[str]:
        if self.group is None:
            raise SlackUnclear("usergroups.users.list", "timeout")
        return self.group if usergroup_id else frozenset()

    async def observe(self, *members: str) -> None:
        self.group = frozenset(members)
        await self.service.observe_group()
        self.now += timedelta(days=1)

    async def leave_out(self, user_id: str) -> tuple[str, str]:
        """Their stand-ins in the two channels."""

        async def unit(tx: Tx) -> tuple[str, str]:
            names = await stand_ins(tx)
            await people.leave_out(tx, user_id, names, now=self.now)
            return names.stand_in(user_id, "C1"), names.stand_in(user_id, "C2")

        return await self.database.write(unit)

    async def terms(self) -> dict[str, list[tuple[date | None, date | None]]]:
        """By Slack id, or by stand-in."""
        async with self.database.read() as tx:
            found, ids = await team.terms(tx), await people.all_slack_ids(tx)
        return {ids.get(name, name): [(each.since, each.until) for each in terms] for name, terms in found.items()}


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def test_people_named_by_the_handbook_have_its_days(office: Office) -> None:
    left = Member("U2", since=date(2025, 1, 1), until=date(2025, 6, 1))

    await office.service.take_handbook(a_handbook(Member("U1"), left, Member("U2", since=date(2025, 9, 1))))

    assert await office.terms() == {
        "U1": [(None, None)],
        "U2": [(date(2025, 1, 1), date(2025, 6, 1)), (date(2025, 9, 1), None)],
    }


async def test_newer_handbook_replaces_what_an_older_one_named(office: Office) -> None:
    await office.observe("U9")
    await office.service.take_handbook(a_handbook(Member("U1"), Member("U2")))
    await office.service.take_handbook(a_handbook(Member("U2", since=FIRST_DAY)))

    assert await office.terms() == {"U2": [(FIRST_DAY, None)], "U9": [(None, None)]}


async def test_handbook_without_a_team_names_nobody(office: Office) -> None:
    await office.service.take_handbook(a_handbook(Member("U1")))
    await office.service.take_handbook(Handbook("r2", ()))

    assert await office.terms() == {}


async def test_joining_and_leaving_the_group_is_seen_on_its_day(office: Office) -> None:
    await office.observe("U1", "U2")
    await office.observe("U2", "U3")
    await office.observe("U2", "U3")

    assert await office.terms() == {"U1": [(None, NEXT_DAY)], "U2": [(None, None)], "U3": [(NEXT_DAY, None)]}


async def test_group_that_slack_does_not_tell_of_stays_as_it_was(office: Office) -> None:
    await office.observe("U1")
    office.group = None
    await office.service.observe_group()

    assert await office.terms() == {"U1": [(None, None)]}


async def test_handbook_that_names_the_group_no_more_ends_it(office: Office) -> None:
    await office.observe("U1")
    office.handbook = a_handbook(usergroup_id="")
    await office.service.observe_group()

    assert await office.terms() == {"U1": [(None, NEXT_DAY)]}


async def test_people_left_out_are_in_the_team_by_stand_in_and_get_no_pseudonym(office: Office) -> None:
    in_one, in_two = await office.leave_out("U1")
    await office.service.take_handbook(a_handbook(Member("U1", since=FIRST_DAY), Member("U2")))
    await office.observe("U1")

    days = [(FIRST_DAY, None), (None, None)]
    assert await office.terms() == {in_one: days, in_two: days, "U2": [(None, None)]}


@pytest.mark.parametrize(
    ("at", "is_in"),
    [
        pytest.param(datetime(2025, 11, 24, 22, 59, tzinfo=UTC), False, id="the day before, by the handbook's wall"),
        pytest.param(datetime(2025, 11, 24, 23, 0, tzinfo=UTC), True, id="the first moment of the first day"),
        pytest.param(datetime(2025, 11, 25, 22, 59, tzinfo=UTC), True, id="the last moment of the last day"),
        pytest.param(datetime(2025, 11, 25, 23, 0, tzinfo=UTC), False, id="the first day no longer in it"),
    ],
)
def test_membership_is_by_the_day_on_the_handbooks_wall(at: datetime, is_in: bool) -> None:
    is_platform = membership({"p1": [Term("p1", FIRST_DAY, NEXT_DAY)]}, ZoneInfo("Europe/Berlin"))

    assert (is_platform("p1", at), is_platform("p2", at)) == (is_in, False)
