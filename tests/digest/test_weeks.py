"""Which week a digest is of, and from which moment to which."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digest.weeks import Week, is_week
from bot.model import Window


@given(st.dates(date(2000, 1, 10), date(2100, 1, 1)))
def test_a_week_reads_as_it_is_written(day: date) -> None:
    week = Week.of(day)

    assert Week.read(str(week)) == week
    assert week.monday <= day
    assert Week.of(week.monday) == week


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-W54",
        "2026-W00",
        "2025-W53",
        "W47",
        "2026-W4x",
        "2026-W477",
        "٢٠٢٦-W47",
        "0001-W01",
        "9999-W52",
    ],
)
def test_what_is_no_week_is_refused(text: str) -> None:
    assert not is_week(text)
    with pytest.raises(ValueError, match="write for example 2026-W47"):
        Week.read(text)


def test_the_week_before_the_first_is_the_last_of_the_year_before() -> None:
    assert str(Week.read("2027-W01").before()) == "2026-W53"


@pytest.mark.parametrize(
    ("week", "since", "until"),
    [
        pytest.param("2026-W13", "2026-03-23T00", "2026-03-29T23", id="an hour short"),
        pytest.param("2026-W43", "2026-10-18T23", "2026-10-26T00", id="an hour long"),
    ],
)
def test_a_week_lasts_from_midnight_to_midnight_by_the_wall(week: str, since: str, until: str) -> None:
    ends = [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (since, until)]

    assert Week.read(week).window("Europe/London") == Window(*ends)


def test_a_window_of_weeks_ends_with_the_week() -> None:
    window = Week.read("2026-W47").window("UTC", weeks=4)

    assert window == Window(datetime(2026, 10, 26, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC))
