"""Quarters, and the weeks that end in them."""

from datetime import UTC, date, datetime

import pytest

from bot.report.quarter import Quarter, is_quarter


@pytest.mark.parametrize("text", ["2026-Q3", "2026q3", " 2026-q3 "])
def test_a_quarter_is_read(text: str) -> None:
    assert Quarter.read(text) == Quarter(2026, 3)


@pytest.mark.parametrize("text", ["", "2026-Q5", "Q3", "2026-W31", "26-Q1", "2026-Q３"])
def test_what_is_no_quarter_is_refused(text: str) -> None:
    assert not is_quarter(text)
    with pytest.raises(ValueError, match="is no quarter; write for example 2026-Q3"):
        Quarter.read(text)


@pytest.mark.parametrize(
    ("quarter", "first", "last", "before", "after"),
    [
        (Quarter(2026, 1), date(2026, 1, 1), date(2026, 3, 31), Quarter(2025, 4), Quarter(2026, 2)),
        (Quarter(2026, 4), date(2026, 10, 1), date(2026, 12, 31), Quarter(2026, 3), Quarter(2027, 1)),
        (Quarter(2024, 1), date(2024, 1, 1), date(2024, 3, 31), Quarter(2023, 4), Quarter(2024, 2)),
    ],
)
def test_a_quarter_has_its_days_and_neighbours(
    quarter: Quarter, first: date, last: date, before: Quarter, after: Quarter
) -> None:
    assert (quarter.first, quarter.last, quarter.before, quarter.after) == (first, last, before, after)
    assert Quarter.of(first) == Quarter.of(last) == quarter


@pytest.mark.parametrize(
    ("quarter", "labels"),
    [
        (Quarter(2026, 3), [f"W{each}" for each in range(27, 40)]),
        (Quarter(2024, 1), [f"W{each:02}" for each in range(1, 14)]),  # which begins and ends at a week's border
    ],
)
def test_its_weeks_are_those_that_end_in_it(quarter: Quarter, labels: list[str]) -> None:
    weeks = quarter.weeks("Europe/Berlin", until=datetime(2030, 1, 1, tzinfo=UTC))

    assert [label for label, _ in weeks] == labels


def test_a_week_that_is_not_over_is_left_out() -> None:
    weeks = Quarter(2026, 3).weeks("Europe/Berlin", until=datetime(2026, 7, 12, 21, 59, tzinfo=UTC))

    assert weeks == [("W27", datetime(2026, 7, 5, 22, tzinfo=UTC))]
