"""Slots against a second hand: 40 zones with odd rules, 21 years, each hour of the day, under ticks at any distance."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.calendar import Daily, Schedule, Slot, Weekly, latest_slot, slots_between
from tests.calendar.oracle import DAY_S, EPOCH_DAY, ZONES, first_moments, seconds, stretches
from tests.goals.counting import Tally

START, END = datetime(2015, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
DAYS = range(date(2014, 12, 15).toordinal(), date(2036, 1, 15).toordinal())  # some more on both sides, for the zones
TIMES = (*(time(hour) for hour in range(24)), time(0, 30), time(1, 30), time(2, 30), time(23, 30))
Expected = tuple[str, int]


@dataclass
class Figures:
    checked: int = 0
    missed: int = 0
    doubled: int = 0
    at_another_time: int = 0

    def compare(self, expected: Sequence[Expected], found: Sequence[Expected]) -> None:
        self.checked += len(expected)
        if found != expected:
            keys = {key for key, _ in found}
            self.missed += sum(key not in keys for key, _ in expected)
            self.doubled += len(found) - len(keys)
            self.at_another_time += len(set(found) - set(expected))


def expected_slots(keys: Sequence[str], days: range, at: time, zone: str) -> list[Expected]:
    walls = ((day - EPOCH_DAY) * DAY_S + at.hour * 3600 + at.minute * 60 for day in days)
    due = first_moments(walls, stretches(zone, 2014, 2037))
    return [pair for pair in zip(keys, due, strict=True) if seconds(START) < pair[1] <= seconds(END)]


def ticks(rng: random.Random, period: timedelta) -> Iterator[tuple[datetime, datetime]]:
    """Windows from start to end without a gap: some of seconds or hours, some of many periods."""
    at = START
    while at < END:
        length = rng.choice((timedelta(seconds=1), timedelta(hours=7), 40 * period, 200 * period))
        until = min(at + length * rng.uniform(0.1, 1.0), END)
        yield at, until
        at = until


def found_by_ticks(schedule: Schedule, rng: random.Random) -> list[Slot]:
    found: list[Slot] = []
    for after, until in ticks(rng, schedule.length):
        found += slots_between(schedule, after, until)
        assert not found or latest_slot(schedule, until) == found[-1]
    return found


def check(figures: Figures, zone: str, at: time, weekdays: Sequence[int]) -> None:
    """Days, and weeks on these weekdays, at this time of this zone."""
    rng = random.Random(f"{zone} {at}")
    expected = expected_slots(DAILY_KEYS, DAYS, at, zone)
    figures.compare(expected, pairs(found_by_ticks(Daily(at, zone), rng)))
    for weekday in weekdays:
        days = DAYS[weekday - 1 :: 7]  # the first of them is a Monday
        expected = expected_slots(WEEKLY_KEYS[: len(days)], days, at, zone)
        figures.compare(expected, pairs(found_by_ticks(Weekly(weekday, at, zone), rng)))


def pairs(slots: Sequence[Slot]) -> list[Expected]:
    return [(slot.key, seconds(slot.due_at)) for slot in slots]


DAILY_KEYS = [f"{date.fromordinal(day):%Y-%m-%d}" for day in DAYS]
WEEKLY_KEYS = [f"{date.fromordinal(day):%G-W%V}" for day in DAYS[::7]]


def test_second_hand_knows_the_changes_of_london_in_2026() -> None:
    spring, autumn = datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)
    year = [stretch for stretch in stretches("Europe/London", 2014, 2037) if seconds(spring) <= stretch[0]]

    assert year[0] == (seconds(spring), seconds(autumn), 3600)
    assert year[1][0] == seconds(autumn)
    assert year[1][2] == 0


@pytest.mark.parametrize("zone", ZONES)
def test_each_day_and_week_has_one_slot_at_its_time(zone: str) -> None:
    """A sixth of all times, each zone others; weeks on Sunday, when most clocks change, and on another day."""
    figures = Figures()
    part = ZONES.index(zone)

    for index in range(part % 6, len(TIMES), 6):
        check(figures, zone, TIMES[index], weekdays=(7, 1 + (part + index) % 6))

    assert (figures.missed, figures.doubled, figures.at_another_time) == (0, 0, 0)
    assert figures.checked > 30_000


@pytest.mark.chaos
@pytest.mark.goal(g=8)
def test_each_day_and_week_has_one_slot_at_all_times(tally: Tally) -> None:
    figures = Figures()

    for zone in ZONES:
        for at in TIMES:
            check(figures, zone, at, weekdays=range(1, 8))
        tally(zones=1)

    tally(slots=figures.checked, wrong=figures.missed + figures.doubled + figures.at_another_time)
    assert (figures.missed, figures.doubled, figures.at_another_time) == (0, 0, 0)
    assert figures.checked > 17_000_000
