"""When a local day's or week's slot is due: over changes of the clock, days left out, and holidays."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendar import Daily, Schedule, Slot, Weekly, is_holiday, latest_slot, moment_of, slots_between
from tests.calendar.oracle import ZONES

OFFICE_DAYS = frozenset(range(1, 6))
moments = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
wall_times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
schedules = st.one_of(
    st.builds(Daily, wall_times, st.sampled_from(ZONES)),
    st.builds(
        Weekly,
        st.integers(1, 7),
        wall_times,
        st.sampled_from(ZONES),
        st.sampled_from(("", "GB-ENG", "DE-BY", "JP", "IL")),
        st.frozensets(st.integers(1, 7)),
    ),
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "at", "zone", "expected"),
    [
        pytest.param("2026-11-25", "09:00", "Europe/Berlin", "2026-11-25T08:00", id="any day"),
        pytest.param("2026-03-29", "02:00", "Europe/Berlin", "2026-03-29T01:00", id="first minute left out"),
        pytest.param("2026-03-29", "02:30:10.5", "Europe/Berlin", "2026-03-29T01:00", id="within what is left out"),
        pytest.param("2026-03-29", "03:00", "Europe/Berlin", "2026-03-29T01:00", id="first minute there again"),
        pytest.param("2026-10-25", "02:30", "Europe/Berlin", "2026-10-25T00:30", id="a time that comes twice"),
        pytest.param("2026-10-25", "03:00", "Europe/Berlin", "2026-10-25T02:00", id="first time that comes once"),
        pytest.param("2018-11-04", "00:00", "America/Sao_Paulo", "2018-11-04T03:00", id="midnight left out"),
        pytest.param("2018-02-17", "23:30", "America/Sao_Paulo", "2018-02-18T01:30", id="the day's last hour twice"),
        pytest.param("2018-02-18", "00:00", "America/Sao_Paulo", "2018-02-18T03:00", id="midnight after it"),
        pytest.param("2010-11-07", "00:00", "America/St_Johns", "2010-11-07T02:30", id="midnight twice"),
        pytest.param("2026-03-28", "23:30", "America/Nuuk", "2026-03-29T01:00", id="left out up to midnight"),
        pytest.param("2026-10-04", "02:15", "Australia/Lord_Howe", "2026-10-03T15:30", id="half an hour left out"),
        pytest.param("2026-10-25", "01:30", "Europe/Dublin", "2026-10-25T00:30", id="summer time in winter"),
        pytest.param("2011-12-30", "09:00", "Pacific/Apia", "2011-12-30T10:00", id="a day left out"),
        pytest.param("2011-12-31", "00:00", "Pacific/Apia", "2011-12-30T10:00", id="the day after it"),
    ],
)
def test_time_on_the_wall_is_the_first_moment_that_shows_it_or_a_later_one(
    day: str, at: str, zone: str, expected: str
) -> None:
    moment = moment_of(date.fromisoformat(day), time.fromisoformat(at), zone)

    assert (moment, moment.tzinfo) == (utc(expected), UTC)


def test_time_marked_as_the_second_of_two_is_still_the_first() -> None:
    assert moment_of(date(2026, 10, 25), time(2, 30, fold=1), "Europe/Berlin") == utc("2026-10-25T00:30")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-25T08:59:59", Slot("2026-11-24", utc("2026-11-24T09:00"))),
        ("2026-11-25T09:00:00", Slot("2026-11-25", utc("2026-11-25T09:00"))),
        ("2026-06-25T08:00:00", Slot("2026-06-25", utc("2026-06-25T08:00"))),
    ],
)
def test_day_has_a_slot_from_its_time_on(now: str, expected: Slot) -> None:
    assert latest_slot(Daily(time(9), "Europe/London"), utc(now)) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-23T08:59:59", Slot("2026-W47", utc("2026-11-16T09:00"))),
        ("2026-11-23T09:00:00", Slot("2026-W48", utc("2026-11-23T09:00"))),
        ("2026-12-31T12:00:00", Slot("2026-W53", utc("2026-12-28T09:00"))),
        ("2027-01-03T23:00:00", Slot("2026-W53", utc("2026-12-28T09:00"))),
        ("2027-01-04T09:00:00", Slot("2027-W01", utc("2027-01-04T09:00"))),
    ],
)
def test_week_is_named_by_its_iso_year_and_number(now: str, expected: Slot) -> None:
    assert latest_slot(Weekly(1, time(9), "Europe/London"), utc(now)) == expected


@pytest.mark.parametrize(
    ("now", "keys"),
    [
        ("2010-11-07T02:29", ["2010-11-06"]),
        ("2010-11-07T02:30", ["2010-11-06", "2010-11-07"]),  # a minute later the wall shows 23:01 of the day before
        ("2010-11-07T02:45", ["2010-11-06", "2010-11-07"]),
        ("2010-11-07T03:30", ["2010-11-06", "2010-11-07"]),  # midnight again
    ],
)
def test_clock_put_back_over_midnight_takes_no_slot_back(now: str, keys: list[str]) -> None:
    schedule = Daily(time(0), "America/St_Johns")

    assert [slot.key for slot in slots_between(schedule, utc("2010-11-06T00:00"), utc(now))] == keys
    assert latest_slot(schedule, utc(now)).key == keys[-1]


def test_day_that_is_left_out_is_due_with_the_next() -> None:
    slots = slots_between(Daily(time(0), "Pacific/Apia"), utc("2011-12-29T12:00"), utc("2011-12-31T12:00"))

    assert slots == (
        Slot("2011-12-30", utc("2011-12-30T10:00")),
        Slot("2011-12-31", utc("2011-12-30T10:00")),
        Slot("2012-01-01", utc("2011-12-31T10:00")),
    )


@pytest.mark.parametrize(
    ("schedule", "now", "expected"),
    [
        pytest.param(
            Weekly(1, time(9), "Europe/London", "GB-ENG"),
            "2026-04-08T00:00",
            Slot("2026-W15", utc("2026-04-07T08:00")),
            id="Easter Monday moves to Tuesday",
        ),
        pytest.param(
            Weekly(1, time(9), "Europe/London", "GB-ENG"),
            "2026-04-07T07:59",
            Slot("2026-W14", utc("2026-03-30T08:00")),
            id="until then the week before is the newest",
        ),
        pytest.param(
            Weekly(5, time(9), "Europe/Berlin", "DE", OFFICE_DAYS),
            "2026-05-03T12:00",
            Slot("2026-W18", utc("2026-05-01T07:00")),
            id="May Day, a Friday, stays: no working day is left",
        ),
        pytest.param(
            Weekly(5, time(9), "Europe/London", "GB-ENG"),
            "2026-04-05T00:00",
            Slot("2026-W14", utc("2026-04-04T08:00")),
            id="without working days Saturday will do",
        ),
        pytest.param(
            Weekly(1, time(9), "Europe/London", days=frozenset({3, 4})),
            "2026-11-26T00:00",
            Slot("2026-W48", utc("2026-11-25T09:00")),
            id="no working day moves to the next",
        ),
        pytest.param(
            Weekly(4, time(2, 30), "Europe/Berlin", "DE", frozenset({7})),
            "2026-03-29T12:00",
            Slot("2026-W13", utc("2026-03-29T01:00")),
            id="moved to a day whose time is left out",
        ),
    ],
)
def test_week_on_a_holiday_is_due_on_its_next_working_day(schedule: Weekly, now: str, expected: Slot) -> None:
    assert latest_slot(schedule, utc(now)) == expected


@given(schedule=schedules, start=moments, lengths=st.lists(st.integers(0, 40 * 24 * 60), max_size=12))
def test_windows_one_after_the_other_give_each_slot_once(
    schedule: Schedule, start: datetime, lengths: list[int]
) -> None:
    ticks = [start]
    for length in lengths:
        ticks.append(ticks[-1] + timedelta(minutes=length))

    parts = [slots_between(schedule, after, until) for after, until in pairwise(ticks)]

    found = [slot for part in parts for slot in part]
    assert found == list(slots_between(schedule, start, ticks[-1]))
    assert [slot.key for slot in found] == sorted({slot.key for slot in found})
    assert [slot.due_at for slot in found] == sorted(slot.due_at for slot in found)


@given(schedule=schedules, now=moments)
def test_newest_slot_is_the_last_of_those_before(schedule: Schedule, now: datetime) -> None:
    newest = latest_slot(schedule, now)

    assert newest == slots_between(schedule, now - timedelta(days=20), now)[-1]
    assert latest_slot(schedule, newest.due_at).key >= newest.key
    assert newest.due_at <= now


@given(schedule=schedules, start=moments)
def test_each_period_of_half_a_year_has_a_slot_of_its_own(schedule: Schedule, start: datetime) -> None:
    slots = slots_between(schedule, start, start + timedelta(days=182))
    step, form = (1, "%Y-%m-%d") if isinstance(schedule, Daily) else (7, "%G-W%V")

    first = date.fromisoformat(slots[0].key)
    assert [slot.key for slot in slots] == [f"{first + timedelta(days=step * n):{form}}" for n in range(len(slots))]
    assert abs(len(slots) * step - 182) <= 14
    begins = [moment_of(first + timedelta(days=step * n), time(0), schedule.timezone) for n in range(len(slots) + 1)]
    assert all(start <= slot.due_at <= end for slot, (start, end) in zip(slots, pairwise(begins), strict=True))


@given(schedule=schedules, now=moments, zone=st.sampled_from(ZONES))
def test_zone_of_the_moments_makes_no_difference(schedule: Schedule, now: datetime, zone: str) -> None:
    later = now + timedelta(days=40)
    here, there = (moment.astimezone(ZoneInfo(zone)) for moment in (now, later))

    assert latest_slot(schedule, here) == latest_slot(schedule, now)
    assert slots_between(schedule, here, there) == slots_between(schedule, now, later)


@pytest.mark.parametrize(
    ("day", "region", "expected"),
    [
        ("2026-12-25", "GB-ENG", True),
        ("2026-12-28", "GB-ENG", True),  # for Boxing Day, a Saturday
        ("2026-11-30", "GB-ENG", False),
        ("2026-11-30", "GB-SCT", True),  # Saint Andrew's Day
        ("2026-08-15", "DE-BE", False),
        ("2026-08-15", "DE-SL", True),
        ("2026-12-25", "", False),
    ],
)
def test_holidays_are_those_of_the_region(day: str, region: str, expected: bool) -> None:
    assert is_holiday(date.fromisoformat(day), region) is expected
