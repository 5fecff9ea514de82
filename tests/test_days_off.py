"""Whose public holidays are whose: by the handbook's sites and the Slack user groups of its teams."""

from datetime import date

import pytest

from bot.days_off import DaysOff
from bot.library import Library, Shelf
from knowledge.channels import Channels
from knowledge.index import Index
from knowledge.loader import Handbook
from knowledge.people import Group, Member, People, Site, Team
from tests.curation.desk import CompanySlack

CHRISTMAS, THANKSGIVING, TUESDAY = date(2026, 12, 25), date(2026, 11, 26), date(2026, 11, 24)
ANN, BO, CY, DEE = "U0ANN", "U0BO", "U0CY", "U0DEE"
PEOPLE = People(
    teams={
        "search": Team(Group(members=(Member(CY), Member(BO)))),
        "payments": Team(Group("S0PAY"), site="london"),
        "ledger": Team(Group(members=(Member(BO),)), site="boston"),
    },
    sites={"london": Site("Europe/London", "GB-ENG"), "boston": Site("America/New_York", "US-MA")},
)


class Counting(CompanySlack):
    lookups = 0

    async def group_members(self, usergroup_id: str) -> frozenset[str]:
        self.lookups += 1
        return await super().group_members(usergroup_id)


def days_off(people: People, *, holidays: str = "") -> tuple[DaysOff, Counting]:
    slack = Counting(groups={"S0PAY": frozenset({ANN, BO})})
    handbook = Handbook("r1", (), people=people, channels=Channels(holidays=holidays))
    return DaysOff(slack, Shelf(Library(handbook, Index(())))), slack


@pytest.mark.parametrize(
    ("user_id", "region"),
    [(ANN, "GB-ENG"), (BO, "GB-ENG"), (CY, "DE"), (DEE, "DE")],
    ids=["by the group in Slack", "of two sites the first", "of a team without one", "of no team"],
)
async def test_holidays_are_of_the_first_team_with_a_site_else_the_handbooks_own(user_id: str, region: str) -> None:
    off, _ = days_off(PEOPLE, holidays="DE")

    assert await off.region_of(user_id, TUESDAY) == region


async def test_day_off_is_one_where_the_person_works() -> None:
    off, _ = days_off(PEOPLE)

    assert await off.is_off(ANN, CHRISTMAS)
    assert not await off.is_off(ANN, THANKSGIVING)
    assert not await off.is_off(DEE, CHRISTMAS)


async def test_slack_is_not_asked_on_a_day_that_is_a_holiday_nowhere_nor_where_all_have_the_same() -> None:
    off, slack = days_off(PEOPLE)
    assert not await off.is_off(ANN, TUESDAY)
    same, other = days_off(People(teams=PEOPLE.teams), holidays="GB-ENG")
    assert await same.is_off(ANN, CHRISTMAS)

    assert (slack.lookups, other.lookups) == (0, 0)
