"""Working time between moments and after them, counted against five minutes at a time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calendar import Hours, WorkingTime, is_holiday, is_within
from tests.calendar.oracle import ZONES

WEEKDAYS, EVERY_DAY = frozenset(range(1, 6)), frozenset(range(1, 8))
LONDON = WorkingTime(Hours(WEEKDAYS, time(9), time(17), "Europe/London"), "GB-ENG")
NIGHT = WorkingTime(Hours(EVERY_DAY, time(1), time(3), "Europe/Berlin"))
ALWAYS = WorkingTime(Hours(EVERY_DAY, time.min, time.max, "Europe/Berlin"))

STEP = timedelta(minutes=5)  # all zones' offsets are multiples of it
steps = st.integers(0, 20 * 365 * 24 * 12).map(lambda count: datetime(2015, 1, 1, tzinfo=UTC) + count * STEP)
# No end of these hours lies in a time that comes twice; what is then meant by them is said by the tables.
working_times = st.builds(
    WorkingTime,
    st.builds(
        Hours,
        st.frozensets(st.integers(1, 7), min_size=1),
        st.integers(5 * 12, 12 * 12).map(lambda count: time(count // 12, count % 12 * 5)),
        st.integers(13 * 12, 22 * 12).map(lambda count: time(count // 12, count % 12 * 5)) | st.just(time.max),
        st.sampled_from(ZONES),
    ),
    st.sampled_from(("", "GB-ENG", "DE-BY", "JP")),
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def is_working(working: WorkingTime, at: datetime) -> bool:
    day = at.astimezone(ZoneInfo(working.hours.timezone)).date()
    return is_within(working.hours, at) and not is_holiday(day, working.holidays)


@pytest.mark.parametrize(
    ("working", "start", "end", "expected"),
    [
        pytest.param(LONDON, "2026-11-25T10:00", "2026-11-25T10:25", timedelta(minutes=25), id="within hours"),
        pytest.param(LONDON, "2026-11-25T10:00", "2026-11-25T10:00", timedelta(0), id="no time"),
        pytest.param(LONDON, "2026-11-25T11:00", "2026-11-25T10:00", timedelta(0), id="end before start"),
        pytest.param(LONDON, "2026-11-25T07:00", "2026-11-25T09:10", timedelta(minutes=10), id="asked before nine"),
        pytest.param(LONDON, "2026-11-25T16:50", "2026-11-26T09:10", timedelta(minutes=20), id="overnight"),
        pytest.param(LONDON, "2026-11-27T16:50", "2026-11-30T09:10", timedelta(minutes=20), id="over a weekend"),
        pytest.param(LONDON, "2026-11-28T10:00", "2026-11-29T10:00", timedelta(0), id="on a weekend"),
        pytest.param(LONDON, "2026-04-02T15:00", "2026-04-07T09:00", timedelta(hours=2), id="over Easter"),
        pytest.param(LONDON, "2026-07-01T08:30", "2026-07-01T09:30", timedelta(hours=1), id="in summer"),
        pytest.param(NIGHT, "2026-03-28T12:00", "2026-03-29T12:00", timedelta(hours=1), id="an hour left out"),
        pytest.param(NIGHT, "2026-10-24T12:00", "2026-10-25T12:00", timedelta(hours=3), id="an hour twice"),
        pytest.param(ALWAYS, "2026-03-01T00:00", "2027-03-01T00:00", timedelta(days=365), id="all time"),
        pytest.param(
            WorkingTime(Hours(EVERY_DAY, time(2), time(2, 30), "Europe/Berlin")),
            "2026-03-28T12:00",
            "2026-03-29T12:00",
            timedelta(0),
            id="hours left out as a whole",
        ),
        pytest.param(
            WorkingTime(Hours(EVERY_DAY, time(1), time(2, 30), "Europe/Berlin")),
            "2026-10-24T12:00",
            "2026-10-25T12:00",
            timedelta(minutes=90),
            id="until the first of two half past twos",
        ),
        pytest.param(
            WorkingTime(Hours(frozenset(), time(9), time(17), "UTC")),
            "2026-01-01T00:00",
            "2027-01-01T00:00",
            timedelta(0),
            id="no days",
        ),
    ],
)
def test_working_time_between_two_moments(working: WorkingTime, start: str, end: str, expected: timedelta) -> None:
    assert working.worked(utc(start), utc(end)) == expected


@given(working=working_times, start=steps, length=st.integers(0, 1000))
@settings(max_examples=60)
def test_working_time_is_the_sum_of_its_parts(working: WorkingTime, start: datetime, length: int) -> None:
    counted = sum(is_working(working, start + count * STEP) for count in range(length))

    assert working.worked(start, start + length * STEP) == counted * STEP


@given(working=working_times, start=steps, first=st.integers(0, 12_000), second=st.integers(0, 12_000))
def test_spans_add_up(working: WorkingTime, start: datetime, first: int, second: int) -> None:
    middle = start + first * STEP
    end = middle + second * STEP

    assert working.worked(start, middle) + working.worked(middle, end) == working.worked(start, end)


@given(working=working_times, start=steps, length=st.integers(0, 12_000), zone=st.sampled_from(ZONES))
def test_zone_of_the_moments_makes_no_difference(working: WorkingTime, start: datetime, length: int, zone: str) -> None:
    end = start + length * STEP
    here, there = start.astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone))

    assert working.worked(here, there) == working.worked(start, end)
    assert working.after(here, 3) == working.after(start, 3)


def test_moments_on_the_wall_of_one_zone_are_reckoned_by_the_time_that_passes() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start, end = (datetime(2026, 3, 29, hour, tzinfo=berlin) for hour in (1, 5))

    assert ALWAYS.worked(start, end) == timedelta(hours=3)
    assert NIGHT.after(datetime(2026, 10, 25, 1, 30, tzinfo=berlin), 1) == utc("2026-10-25T01:30")


@pytest.mark.parametrize(
    ("working", "start", "days", "expected"),
    [
        pytest.param(LONDON, "2026-11-25T10:00", 3, "2026-11-30T10:00", id="Wednesday at ten to Monday at ten"),
        pytest.param(LONDON, "2026-11-23T09:00", 3, "2026-11-25T17:00", id="Monday morning to Wednesday evening"),
        pytest.param(LONDON, "2026-11-27T17:00", 1, "2026-11-30T17:00", id="asked when the week ends"),
        pytest.param(LONDON, "2026-11-28T12:00", 1, "2026-11-30T17:00", id="asked on Saturday"),
        pytest.param(LONDON, "2026-04-02T11:00", 2, "2026-04-08T11:00", id="over Easter, the clock is on summer time"),
        pytest.param(LONDON, "2026-03-27T12:00", 1, "2026-03-30T11:00", id="over the change to summer time"),
        pytest.param(LONDON, "2026-11-28T12:00", 0, "2026-11-28T12:00", id="no days"),
        pytest.param(NIGHT, "2026-03-28T12:00", 1, "2026-03-30T00:00", id="an hour left out is made up for"),
        pytest.param(NIGHT, "2026-10-24T12:00", 1, "2026-10-25T01:00", id="an hour twice is a day's hours sooner"),
        pytest.param(ALWAYS, "2026-03-28T12:00", 2, "2026-03-30T12:00", id="all time"),
    ],
)
def test_moment_after_so_many_working_days(working: WorkingTime, start: str, days: int, expected: str) -> None:
    assert working.after(utc(start), days) == utc(expected)


@given(working=working_times, start=steps, days=st.integers(1, 20))
def test_moment_after_is_the_first_by_which_the_time_has_passed(
    working: WorkingTime, start: datetime, days: int
) -> None:
    moment = working.after(start, days)

    assert working.worked(start, moment) == days * working.day_length
    assert working.worked(start, moment - timedelta.resolution) == days * working.day_length - timedelta.resolution


@pytest.mark.parametrize("days", [frozenset(), EVERY_DAY], ids=["no days", "no hours"])
def test_time_that_never_passes_is_an_error(days: frozenset[int]) -> None:
    never = WorkingTime(Hours(days, time(9), time(17) if not days else time(9), "UTC"))

    with pytest.raises(ValueError, match="no time passes"):
        never.after(utc("2026-11-25T10:00"), 1)


def test_working_days_are_the_hours_days_without_holidays() -> None:
    easter = [date(2026, 4, day) for day in range(1, 9) if LONDON.is_working_day(date(2026, 4, day))]

    assert easter == [date(2026, 4, 1), date(2026, 4, 2), date(2026, 4, 7), date(2026, 4, 8)]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        pytest.param("2026-11-23", "2026-11-29", 5, id="a week"),
        pytest.param("2026-12-21", "2027-01-03", 7, id="Christmas to New Year"),
        pytest.param("2026-11-25", "2026-11-25", 1, id="one day"),
        pytest.param("2026-11-28", "2026-11-29", 0, id="a weekend"),
        pytest.param("2026-11-25", "2026-11-24", 0, id="last before first"),
        pytest.param("2026-01-01", "2026-12-31", 253, id="a year"),
    ],
)
def test_working_days_from_first_to_last(first: str, last: str, expected: int) -> None:
    assert LONDON.working_days(date.fromisoformat(first), date.fromisoformat(last)) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [(time(9), time(17, 30), timedelta(hours=8.5)), (time.min, time.max, timedelta(days=1))],
)
def test_day_is_as_long_as_the_wall_says(start: time, end: time, expected: timedelta) -> None:
    assert WorkingTime(Hours(EVERY_DAY, start, end, "Europe/Berlin")).day_length == expected


@given(working_times, steps)
def test_next_opening_is_the_first_working_moment(working: WorkingTime, at: datetime) -> None:
    opens = working.opens(at)

    assert is_working(working, opens)
    assert opens >= at
    assert working.worked(at, opens) == timedelta(0)


def test_hours_without_a_day_never_open() -> None:
    with pytest.raises(ValueError, match="no time passes"):
        WorkingTime(Hours(frozenset(), time(9), time(17), "Europe/London")).opens(utc("2026-11-24T10:00"))


@pytest.mark.parametrize(
    ("start", "first"),
    [
        pytest.param("2026-11-24 10:00", "2026-11-24 10:00", id="in it"),
        pytest.param("2026-11-24 07:00", "2026-11-24 09:00", id="before it opens"),
        pytest.param("2026-11-24 17:00", "2026-11-25 09:00", id="when it closes"),
        pytest.param("2026-11-27 18:00", "2026-11-30 09:00", id="before a weekend"),
        pytest.param("2026-12-24 17:30", "2026-12-29 09:00", id="before holidays"),
    ],
)
def test_first_working_moment_from_one_on(start: str, first: str) -> None:
    assert LONDON.first_from(utc(start)) == utc(first)


@given(working=working_times, start=steps)
@settings(max_examples=50)
def test_no_working_moment_comes_before_the_first(working: WorkingTime, start: datetime) -> None:
    first = working.first_from(start)

    assert is_working(working, first)
    assert working.worked(start, first) == timedelta(0)
