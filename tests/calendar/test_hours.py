"""Working hours are the wall's in their own zone, through both changes of its clocks."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendar import Hours, is_within

WEEKDAYS, EVERY_DAY = frozenset(range(1, 6)), frozenset(range(1, 8))
OFFICE = Hours(WEEKDAYS, time(9), time(17, 30), "Europe/London")
NIGHT = Hours(EVERY_DAY, time(1), time(3), "Europe/Berlin")  # round the hour that is lost and doubled


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        pytest.param("2026-11-24T08:59:59.999999", False, id="a moment before"),
        pytest.param("2026-11-24T09:00", True, id="the first moment"),
        pytest.param("2026-11-24T17:29:59.999999", True, id="the last moment"),
        pytest.param("2026-11-24T17:30", False, id="the first moment outside"),
        pytest.param("2026-11-22T12:00", False, id="Sunday"),
        pytest.param("2026-07-01T08:00", True, id="nine in summer"),
        pytest.param("2026-07-01T16:30", False, id="half past five in summer"),
        pytest.param("2026-03-27T08:30", False, id="half past eight, the Friday before summer time"),
        pytest.param("2026-03-30T08:30", True, id="half past nine, the Monday after"),
        pytest.param("2026-10-23T08:30", True, id="half past nine, the Friday before winter time"),
        pytest.param("2026-10-26T08:30", False, id="half past eight, the Monday after"),
    ],
)
def test_hours_are_those_on_the_wall_in_london(moment: str, expected: bool) -> None:
    assert is_within(OFFICE, datetime.fromisoformat(moment).replace(tzinfo=UTC)) is expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param("2026-11-24", timedelta(hours=2), id="any night"),
        pytest.param("2026-03-29", timedelta(hours=1), id="the night an hour is lost"),
        pytest.param("2026-10-25", timedelta(hours=3), id="the night an hour comes twice"),
    ],
)
def test_lost_hour_is_missing_and_doubled_hour_counts_twice(day: str, expected: timedelta) -> None:
    midnight = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    minutes = [midnight + timedelta(minutes=minute) for minute in range(6 * 60)]

    assert timedelta(minutes=sum(is_within(NIGHT, at) for at in minutes)) == expected


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("Pacific/Auckland", 1), ("UTC", 7), ("Pacific/Honolulu", 7)],
)
def test_day_is_the_zones_own(zone: str, expected: int) -> None:
    at = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)  # Sunday in Greenwich
    days = [day for day in EVERY_DAY if is_within(Hours(frozenset({day}), time.min, time.max, zone), at)]

    assert days == [expected]


@given(
    at=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    shift=st.integers(-14, 14),
)
def test_zone_of_the_moment_makes_no_difference(at: datetime, shift: int) -> None:
    elsewhere = at.astimezone(ZoneInfo(f"Etc/GMT{shift:+d}" if -14 <= shift <= 12 else "UTC"))

    assert is_within(OFFICE, at) is is_within(OFFICE, elsewhere)


def test_no_days_are_no_hours() -> None:
    assert not is_within(Hours(frozenset(), time.min, time.max, "UTC"), datetime(2026, 11, 24, 12, tzinfo=UTC))
