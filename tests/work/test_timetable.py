"""Slots are written down once, however often, late or by how many it is ticked; what is too old is told as missed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.calendar import Daily, Schedule, Weekly
from bot.clock import Clock
from bot.storage.engine import Database
from bot.storage.restored import put_backed_up, put_restored
from bot.storage.schema import work
from bot.timetable import Planned, Timetable
from bot.wanted import Due, Kind

WORTH = timedelta(hours=24)
MONDAYS = Weekly(1, time(9), "Europe/London")


@dataclass
class Hall:
    """A timetable whose clock is set by hand."""

    database: Database
    schedule: Schedule = MONDAYS
    now: datetime = datetime(2026, 11, 18, 12, tzinfo=UTC)  # a Wednesday
    missed: list[Due] = field(default_factory=list)
    woken: int = 0

    def timetable(self) -> Timetable:
        planned = Planned(Kind.DIGEST, lambda: self.schedule, WORTH, self._missed)
        return Timetable(self.database, [planned], clock=Clock(lambda: self.now.timestamp()), wake=self._wake)

    async def tick_at(self, *moments: datetime) -> None:
        for self.now in moments:
            await self.timetable().tick()

    async def slots(self) -> Sequence[tuple[str, str]]:
        async with self.database.read() as tx:
            rows = await tx.execute(select(work).order_by(work.c.key))
            return [(row.key, row.state) for row in rows]

    async def payloads(self) -> list[Any]:
        async with self.database.read() as tx:
            return list(await tx.scalars(select(work.c.payload)))

    async def _missed(self, due: Due) -> None:
        self.missed.append(due)

    def _wake(self) -> None:
        self.woken += 1


@pytest.fixture
def hall(database: Database) -> Hall:
    return Hall(database)


def utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


async def test_a_slot_is_written_down_when_it_falls_due(hall: Hall) -> None:
    await hall.tick_at(utc(11, 23, 8, 59))
    before = await hall.slots()
    await hall.tick_at(utc(11, 23, 9), utc(11, 23, 9, 1), utc(11, 23, 9, 1))

    assert (before, await hall.slots(), hall.woken) == ([], [("2026-W48", "waiting")], 1)
    assert await hall.payloads() == [{"key": "2026-W48", "due_at": "2026-11-23T09:00:00+00:00"}]


async def test_a_new_bot_makes_up_for_nothing_of_before_its_time(hall: Hall) -> None:
    await hall.tick_at(utc(11, 25, 12))

    assert (await hall.slots(), hall.missed) == ([], [])


async def test_slots_of_the_time_that_a_restored_database_lost_are_passed_over_and_nobody_is_told(hall: Hall) -> None:
    """They may have been done."""
    await hall.tick_at(utc(11, 9, 9))
    await hall.database.write(lambda tx: put_backed_up(tx, utc(11, 9, 12)))
    await hall.database.write(lambda tx: put_restored(tx, utc(11, 23, 9, 30)))
    await hall.tick_at(utc(11, 23, 9, 40), utc(11, 30, 9))

    done = [("2026-W46", "waiting"), ("2026-W47", "missed"), ("2026-W48", "missed"), ("2026-W49", "waiting")]
    assert (await hall.slots(), hall.missed) == (done, [])


async def test_a_slot_missed_by_hours_is_still_done(hall: Hall) -> None:
    await hall.tick_at(utc(11, 16, 9), utc(11, 24, 8, 59))

    assert await hall.slots() == [("2026-W47", "waiting"), ("2026-W48", "waiting")]
    assert hall.missed == []


async def test_slots_missed_by_more_are_told_once_each(hall: Hall) -> None:
    await hall.tick_at(utc(11, 2, 9), utc(11, 19, 12), utc(11, 19, 12))

    assert await hall.slots() == [("2026-W45", "waiting"), ("2026-W46", "missed"), ("2026-W47", "missed")]
    assert [due.key for due in hall.missed] == ["2026-W46", "2026-W47"]


async def test_one_that_fails_holds_up_none_of_the_others_and_is_told(hall: Hall) -> None:
    def broken() -> Schedule:
        raise ValueError("no zone")

    planned = [Planned(Kind.READ_AGAIN, broken, WORTH), Planned(Kind.DIGEST, lambda: MONDAYS, WORTH)]
    hall.now = utc(11, 23, 9)
    with pytest.raises(ValueError, match="no zone"):
        await Timetable(hall.database, planned, clock=Clock(hall.now.timestamp), wake=lambda: None).tick()

    assert await hall.slots() == [("2026-W48", "waiting")]


async def test_a_changed_time_does_not_bring_a_slot_back(hall: Hall) -> None:
    await hall.tick_at(utc(11, 23, 9))
    hall.schedule = Weekly(2, time(10), "Europe/London")
    await hall.tick_at(utc(11, 24, 10))

    assert await hall.slots() == [("2026-W48", "waiting")]


@pytest.mark.parametrize(
    ("first", "last"),
    [pytest.param(utc(3, 25, 0), utc(4, 4, 0), id="forward"), pytest.param(utc(10, 21, 0), utc(10, 30, 0), id="back")],
)
async def test_each_day_has_one_slot_where_the_clocks_change(hall: Hall, first: datetime, last: datetime) -> None:
    hall.schedule = Daily(time(1, 30), "Europe/London")
    moments = [first + step * timedelta(minutes=30) for step in range((last - first) // timedelta(minutes=30))]

    await hall.tick_at(*moments)

    # the slot of the day before is under 24 h old at the first tick
    days = [(first + each * timedelta(days=1)).date().isoformat() for each in range(-1, (last - first).days)]
    assert await hall.slots() == [(day, "waiting") for day in days]
