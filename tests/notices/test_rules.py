"""When a team is told and reminded: in its own hours, on its working days, and no more once it is done."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calendar import WorkingTime, is_holiday, is_within, zone_of
from bot.notices.rules import (
    REMINDED,
    breaks,
    can_press,
    concerned,
    current,
    days_left,
    is_current,
    is_telling_time,
    items_in,
    reminder,
    span,
    stands_for,
)
from bot.team_place import working_time_of
from knowledge.channels import Channels
from knowledge.notices import FilesOf, Notice, NoticeKind, When
from knowledge.people import Group, People, Site, Team

LONDON, BERLIN, AUCKLAND, LOS_ANGELES = "Europe/London", "Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles"
CHANNELS = Channels(timezone=LONDON, holidays="GB-ENG")
PEOPLE = People(
    teams={
        "pay": Team(Group(), site="london"),
        "shop": Team(Group(), site="berlin"),
        "far": Team(Group(), site="auckland"),
        "west": Team(Group(), site="west"),
        "none": Team(Group()),
    },
    sites={
        "london": Site(LONDON, "GB-ENG"),
        "berlin": Site(BERLIN, "DE-BE"),
        "auckland": Site(AUCKLAND, "NZ"),
        "west": Site(LOS_ANGELES),
    },
)
WORKING = {name: working_time_of(name, PEOPLE, CHANNELS) for name in PEOPLE.teams}


def notice(kind: NoticeKind = NoticeKind.DEPRECATION, **given: object) -> Notice:
    whole = {"since": When(date(2026, 11, 24)), "until": When(date(2027, 2, 1)), **given}
    return Notice("old", kind, "Old images go", "Build anew.", "platform_team", **whole)  # type: ignore[arg-type]


def at(day: int, hour: int = 10, minute: int = 0, *, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


# Which are current, and whom they concern.


@pytest.mark.parametrize(
    ("given", "now", "is_it"),
    [
        (notice(until=When(date(2026, 12, 1))), at(1, 23, 59, month=12), True),
        (notice(until=When(date(2026, 12, 1))), at(2, 0, month=12), False),
        (notice(until=When(date(2026, 12, 1), time(18))), at(1, 17, 59, month=12), True),
        (notice(until=When(date(2026, 12, 1), time(18))), at(1, 18, month=12), False),
        (notice(since=When(date(2026, 12, 24))), at(1), True),
        (notice(NoticeKind.CHANGE, until=None), at(21, 23, month=12), True),
        (notice(NoticeKind.CHANGE, until=None), at(22, 0, month=12), False),
        (notice(NoticeKind.INCIDENT, since=When(date(2026, 11, 24), time(10, 12)), until=None), at(24, 10, 11), False),
        (notice(NoticeKind.INCIDENT, since=When(date(2026, 11, 24), time(10, 12)), until=None), at(30), True),
    ],
    ids=[
        *(
            "a day ends with it",
            "and is over then",
            "a time",
            "is over at it",
            "before it holds",
            "a change for a month",
        ),
        *("and no longer", "an incident not before it began", "and until it is over"),
    ],
)
def test_a_notice_is_current_until_its_end(given: Notice, now: datetime, is_it: bool) -> None:
    assert is_current(given, now=now, timezone=LONDON) is is_it


def test_the_newest_is_first() -> None:
    old, new = notice(since=When(date(2026, 11, 1))), notice(since=When(date(2026, 11, 20)))

    assert current([old, new], now=at(24), timezone=LONDON) == [new, old]


def test_users_are_told_and_where_items_are_counted_who_has_some() -> None:
    counted = notice(items={"pay": ("a",), "shop": ()})

    assert concerned(notice(), users={"pay", "far"}, items=None) == {"pay", "far"}
    assert concerned(counted, users={"far"}, items={"pay": ("a",), "shop": ()}) == {"pay"}
    assert concerned(counted, users={"far"}, items=None) == frozenset()
    assert concerned(notice(NoticeKind.INCIDENT), users={"pay"}, items=None) == frozenset()


def test_only_what_goes_breaks_something_and_what_is_counted_is_not_claimed() -> None:
    assert [each for each in NoticeKind if breaks(notice(each))] == [NoticeKind.DEPRECATION]
    assert [each for each in NoticeKind if can_press(notice(each))] == [NoticeKind.CHANGE, NoticeKind.DEPRECATION]
    assert not can_press(notice(items={"pay": ("a",)}))


def test_items_are_the_files_that_match_with_the_teams_name() -> None:
    files = ["teams/pay/old/a.yaml", "teams/pay/old/b.txt", "teams/pay/old/deep/c.yaml", "teams/shop/old/d.yaml", "x"]

    found = items_in(files, FilesOf("live", "teams/{team}/old/*.yaml"), ["pay", "shop", "*"])

    assert found == {"pay": ("teams/pay/old/a.yaml",), "shop": ("teams/shop/old/d.yaml",), "*": ()}


def test_when_it_holds_is_said_in_words() -> None:
    assert span(notice()) == "until 1 Feb 2027"
    window = notice(NoticeKind.MAINTENANCE, since=When(date(2027, 1, 16), time(7)), until=When(date(2027, 1, 16)))
    assert span(window) == "from 16 Jan 2027 07:00 until 16 Jan 2027"


# When a team is reminded.


@pytest.mark.parametrize(
    ("today", "left", "reminder_due"),
    [
        (date(2026, 12, 15), 31, None),  # Christmas, Boxing Day's substitute and New Year's Day are none
        (date(2026, 12, 16), 30, 30),
        (date(2027, 1, 20), 8, 30),
        (date(2027, 1, 21), 7, 7),
        (date(2027, 1, 28), 2, 7),
        (date(2027, 1, 29), 1, 1),
        (date(2027, 2, 1), 0, 1),
    ],
)
def test_working_days_are_counted_back_from_the_end(today: date, left: int, reminder_due: int | None) -> None:
    moment = datetime.combine(today, time(10), UTC)
    until = When(date(2027, 2, 1))  # a Monday

    assert days_left(until, today, WORKING["pay"]) == left
    assert stands_for(until, moment, WORKING["pay"]) == reminder_due


def due(
    moment: datetime, *, last: int | None, is_done: bool = False, kind: NoticeKind = NoticeKind.DEPRECATION
) -> int | None:
    given = notice(kind)
    return reminder(given, at=moment, working=WORKING["pay"], timezone=LONDON, last=last, is_done=is_done)


def test_a_missed_reminder_is_made_up_for_only_until_a_later_one_is_due() -> None:
    late, later = datetime(2027, 1, 14, 10, tzinfo=UTC), datetime(2027, 1, 21, 10, tzinfo=UTC)

    assert due(late, last=None) == 30
    assert due(later, last=None) == 7
    assert due(later, last=7) is None


@pytest.mark.parametrize(
    ("moment", "why"),
    [
        (datetime(2027, 1, 21, 9, 59, tzinfo=UTC), "before ten"),
        (datetime(2027, 1, 21, 17, tzinfo=UTC), "after hours"),
        (datetime(2027, 1, 23, 10, tzinfo=UTC), "a Saturday"),
        (datetime(2027, 1, 1, 10, tzinfo=UTC), "a holiday"),
        (datetime(2027, 2, 2, 10, tzinfo=UTC), "over"),
    ],
)
def test_no_reminder_comes_out_of_hours_or_after_the_end(moment: datetime, why: str) -> None:
    assert due(moment, last=None) is None, why


def test_who_is_done_and_what_is_only_news_is_not_reminded_of() -> None:
    moment = datetime(2027, 1, 21, 10, tzinfo=UTC)

    assert due(moment, last=None, is_done=True) is None
    assert due(moment, last=None, kind=NoticeKind.MAINTENANCE) is None
    assert due(moment, last=None, kind=NoticeKind.CHANGE) == 7


def lives(
    until: date, begins: datetime, looks: Sequence[int], working: WorkingTime, done_after: int | None
) -> list[tuple[datetime, int | None, bool]]:
    """What a team hears by looks so many minutes apart: when, which reminder (None: at first), done by then."""
    given, now, told, last = notice(until=When(until)), begins, False, None
    heard: list[tuple[datetime, int | None, bool]] = []
    for number, minutes in enumerate(looks):
        now += timedelta(minutes=minutes)
        is_done = done_after is not None and number >= done_after
        if not is_current(given, now=now, timezone=LONDON):
            continue
        if not told and not is_done and is_telling_time(working, now):
            told, last = True, stands_for(given.until, now, working)
            heard.append((now, None, is_done))
        elif told:
            found = reminder(given, at=now, working=working, timezone=LONDON, last=last, is_done=is_done)
            if found is not None:
                last = found
                heard.append((now, found, is_done))
    return heard


@settings(max_examples=150)
@given(
    team=st.sampled_from(sorted(WORKING)),
    begins=st.integers(0, 500 * 24 * 60).map(
        lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    days=st.integers(1, 80),
    looks=st.lists(st.integers(2, 4_000), min_size=20, max_size=120),
    done_after=st.none() | st.integers(0, 120),
)
def test_reminders_stop_when_done_and_never_come_on_holidays_or_outside_hours(
    team: str, begins: datetime, days: int, looks: list[int], done_after: int | None
) -> None:
    working = WORKING[team]

    heard = lives(begins.date() + timedelta(days=days), begins, looks, working, done_after)

    reminders = [which for _, which, _ in heard if which is not None]
    assert not any(is_done for _, _, is_done in heard)
    assert all(which in REMINDED for which in reminders)
    assert all(one > other for one, other in pairwise(reminders))
    for moment, _, _ in heard:
        day = moment.astimezone(zone_of(working.hours.timezone)).date()
        assert is_within(working.hours, moment)
        assert not is_holiday(day, working.holidays)
    assert len({moment.astimezone(zone_of(working.hours.timezone)).date() for moment, _, _ in heard}) == len(heard)
