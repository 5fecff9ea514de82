"""What a team is told of changes by hand: a line an object, in the team's own hours, with the place in Git."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bot.actions.drift_rules import (
    PLATFORM,
    Line,
    Place,
    Standing,
    fold,
    hearer_of,
    hearers,
    is_reminded,
    page_of,
    places_of,
)
from bot.actions.reports import Report, ReportState
from bot.team_place import may_tell, telling_time, working_time_of
from knowledge.channels import Channels
from knowledge.people import Group, Member, People, Site, Team
from knowledge.repositories import Controller, LiveRepository, Reporter

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)  # a Tuesday
OUT, BACK, OFF = ReportState.OUT_OF_SYNC, ReportState.RETURNED, ReportState.NOT_WATCHING
SHOP = ("argocd", "shop")


def report(state: ReportState, *, hours_ago: float = 1, name: str = "shop", said: str = "") -> Report:
    said_at = NOW - timedelta(hours=hours_ago)
    return Report(f"{name} {state} {hours_ago}", Reporter.ARGOCD, name, "a" * 40, state, said, said_at)


def folded(*untold: Report, standing: Standing | None = None) -> list[Line]:
    return fold(untold, standing or Standing(), {}, now=NOW)


def in_a_row(states: Sequence[ReportState]) -> list[Report]:
    """As many hours apart, the last an hour ago."""
    return [report(state, hours_ago=len(states) - place) for place, state in enumerate(states)]


@pytest.mark.parametrize(
    ("states", "times", "is_returned"),
    [
        ([OUT], 1, False),
        ([BACK], 1, True),
        ([OUT, BACK], 1, True),
        ([OUT, OUT, BACK], 2, True),
        ([BACK, BACK, BACK], 3, True),
        ([OUT, BACK, OUT, BACK], 2, True),
        ([OUT, BACK, OUT], 2, False),
        ([BACK, OUT], 2, False),
    ],
)
def test_reports_of_one_object_are_one_line_with_a_count(
    states: list[ReportState], times: int, is_returned: bool
) -> None:
    assert folded(*in_a_row(states)) == [Line(Reporter.ARGOCD, "shop", times=times, is_returned=is_returned)]


def test_the_order_in_which_reports_came_does_not_matter() -> None:
    reports = in_a_row([OUT, BACK, OUT])

    assert folded(*reversed(reports)) == folded(*reports)


@pytest.mark.parametrize(("live_hours_ago", "is_returned"), [(0.5, True), (2, False)], ids=["since", "before"])
def test_what_was_live_since_stands_no_more(live_hours_ago: float, is_returned: bool) -> None:
    live = {SHOP: NOW - timedelta(hours=live_hours_ago)}

    assert folded(report(OUT), standing=Standing(live=live))[0].is_returned is is_returned


def test_objects_have_a_line_each_by_name_with_all_their_resources() -> None:
    reports = [
        report(BACK, name="web", said="Service/shop/web changed"),
        report(BACK, name="api", said="Deployment/shop/api changed"),
        report(BACK, name="api", hours_ago=2, said="Deployment/shop/api changed\nService/shop/api changed"),
    ]

    assert [(line.object, line.times, line.resources) for line in folded(*reports)] == [
        ("api", 2, ("Deployment/shop/api", "Service/shop/api")),
        ("web", 1, ("Service/shop/web",)),
    ]


def test_that_auto_sync_is_off_is_told_once() -> None:
    off = report(OFF, hours_ago=50)
    standing = Standing(unwatched={SHOP: off})

    first, later = folded(off, standing=standing), folded(standing=standing)

    assert first == [Line(Reporter.ARGOCD, "shop", off_days=2)]
    assert later == []


def test_that_it_stays_off_is_told_when_it_is_due_again() -> None:
    off = report(OFF, hours_ago=9 * 24)

    told = folded(standing=Standing(unwatched={SHOP: off}, reminded={SHOP}))

    assert told == [Line(Reporter.ARGOCD, "shop", off_days=9, is_reminder=True)]


def test_that_it_was_off_for_a_while_is_not_told() -> None:
    assert folded(report(OFF)) == []


def test_a_change_where_auto_sync_was_off_long_ago_says_so() -> None:
    standing = Standing(unwatched={SHOP: report(OFF, hours_ago=100)})

    assert folded(report(OUT), standing=standing) == [Line(Reporter.ARGOCD, "shop", times=1, off_days=4)]


def test_nothing_is_no_line() -> None:
    assert folded() == []


@pytest.mark.parametrize(
    ("days", "hours", "is_due"), [(6, 11.9, False), (6, 12.1, True), (7, 0, True)], ids=["soon", "a week", "later"]
)
def test_a_reminder_is_due_after_a_week(days: int, hours: float, is_due: bool) -> None:
    assert is_reminded(NOW - timedelta(days=days, hours=hours), now=NOW) is is_due


def test_what_was_not_told_is_no_reminder() -> None:
    assert not is_reminded(None, now=NOW)


# Where in Git.


@pytest.mark.parametrize(
    ("url", "branch", "path", "page"),
    [
        ("https://github.com/small/live", "", "teams/shop", "https://github.com/small/live/tree/HEAD/teams/shop"),
        ("https://github.com/small/live.git", "main", "", "https://github.com/small/live/tree/main"),
        ("git@github.com:small/live.git", "", "teams/shop", "https://github.com/small/live/tree/HEAD/teams/shop"),
        ("ssh://git@gitlab.com/a/b/live", "", "x y", "https://gitlab.com/a/b/live/-/tree/HEAD/x%20y"),
        ("https://bot:secret@github.com/small/live", "", "a", "https://github.com/small/live/tree/HEAD/a"),
        ("https://gitlab.small.example/a/live", "", "a", "https://gitlab.small.example/a/live/-/tree/HEAD/a"),
        ("https://git.small.example/a/live", "", "a", ""),
        ("https://github.com:8443/small/live", "", "a", ""),
        ("file:///srv/git/live.git", "", "a", ""),
        ("https://github.com.evil.example/<!channel>", "", "a", ""),
    ],
)
def test_the_page_of_a_folder_is_known_at_github_and_gitlab(url: str, branch: str, path: str, page: str) -> None:
    assert page_of(LiveRepository("live", url, branch), path) == page


def test_an_object_stands_wherever_a_repository_names_it() -> None:
    shop = Controller(Reporter.ARGOCD, "shop", path="teams/shop", team="shop")
    repositories = [
        LiveRepository("live", "file:///srv/live", controllers=(shop, Controller(Reporter.FLUX, "shop"))),
        LiveRepository("old", "file:///srv/old", controllers=(Controller(Reporter.ARGOCD, "shop"),)),
    ]

    assert places_of(repositories) == {
        SHOP: [Place("live", "teams/shop", "", "shop"), Place("old", "", "", "")],
        ("flux", "shop"): [Place("live", "", "", "")],
    }


# To whom, and when.


def team(channel_id: str, site: str = "") -> Team:
    return Team(Group(members=(Member("U0LIN"),)), site, channel_id)


PEOPLE = People(
    teams={"shop": team("C0SHOP", "seattle"), "pay": team(""), "auckland": team("C0AKL", "auckland")},
    sites={"seattle": Site("America/Los_Angeles", "US"), "auckland": Site("Pacific/Auckland", "NZ")},
)
CHANNELS = Channels(timezone="Europe/London", holidays="GB-ENG")


@pytest.mark.parametrize(
    ("teams", "hearer"),
    [
        (["shop"], "shop"),
        (["pay"], PLATFORM),
        ([""], PLATFORM),
        ([], PLATFORM),
        (["gone"], PLATFORM),
        (["pay", "shop"], "shop"),
    ],
)
def test_the_team_with_a_channel_hears_and_else_the_platform_team(teams: list[str], hearer: str) -> None:
    places = [Place("live", "", "", team) for team in teams]

    assert hearer_of(places, PEOPLE) == hearer


def test_those_who_may_hear_are_the_platform_team_and_teams_with_channels() -> None:
    assert hearers(PEOPLE) == [PLATFORM, "auckland", "shop"]


@pytest.mark.parametrize(
    ("name", "day", "told_at"),
    [
        ("pay", (2026, 11, 24), "2026-11-24T10:00:00+00:00"),
        ("shop", (2026, 11, 24), "2026-11-24T18:00:00+00:00"),
        ("auckland", (2026, 11, 24), "2026-11-24T21:00:00+00:00"),
        ("pay", (2026, 11, 28), None),  # a Saturday
        ("shop", (2026, 11, 26), None),  # Thanksgiving
        ("pay", (2026, 11, 26), "2026-11-26T10:00:00+00:00"),
        ("auckland", (2026, 11, 27), None),  # Saturday there by then
        ("auckland", (2026, 11, 29), "2026-11-29T21:00:00+00:00"),  # Monday there already
        ("pay", (2026, 12, 25), None),
    ],
)
def test_each_team_is_told_in_its_own_morning_of_a_working_day(
    name: str, day: tuple[int, int, int], told_at: str | None
) -> None:
    begins = datetime(*day, tzinfo=UTC)

    found = telling_time(working_time_of(name, PEOPLE, CHANNELS), begins, begins + timedelta(days=1))

    assert (found and found.isoformat()) == told_at


def test_over_a_year_each_working_day_of_each_team_has_one_morning() -> None:
    for name in PEOPLE.teams:
        working = working_time_of(name, PEOPLE, CHANNELS)
        starts = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(365)]
        found = [telling_time(working, start, start + timedelta(days=1)) for start in starts]
        told = [each for each in found if each is not None]
        days = working.working_days(told[0].date(), told[-1].date())
        assert abs(len(told) - days) <= 1  # the ends of the year are cut in UTC
        assert all(may_tell(working, each) for each in told)


@pytest.mark.parametrize(
    ("moment", "may"),
    [
        (datetime(2026, 11, 24, 9, tzinfo=UTC), True),
        (datetime(2026, 11, 24, 8, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 24, 17, tzinfo=UTC), False),
        (datetime(2026, 11, 28, 12, tzinfo=UTC), False),
        (datetime(2026, 12, 25, 12, tzinfo=UTC), False),
    ],
    ids=["open", "early", "late", "Saturday", "Christmas"],
)
def test_a_team_is_told_in_its_hours_alone(moment: datetime, may: bool) -> None:
    assert may_tell(working_time_of("pay", PEOPLE, CHANNELS), moment) is may
