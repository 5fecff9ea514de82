"""What is done once a day or a week: a tick writes down each slot that fell due, and workers do the rest.

Decides only whether a slot is still worth doing. Any number of processes may tick, however late or often.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.calendar import Schedule, Slot, slots_between
from bot.clock import Clock
from bot.storage import work as rows
from bot.storage.engine import Database
from bot.storage.restored import Restored, restored
from bot.wanted import Due, Kind
from bot.work import enqueue

DAY = timedelta(days=1)
NIGHT_WORTH = timedelta(hours=3)  # for what is done at night: later it can wait for the next night

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Planned:
    """`worth` is how long after its time a slot is still done; later it is `missed`, and that is told."""

    kind: Kind
    schedule: Callable[[], Schedule]
    worth: timedelta
    missed: Callable[[Due], Awaitable[object]] | None = None


class Timetable:
    def __init__(
        self, database: Database, planned: Sequence[Planned], *, clock: Clock, wake: Callable[[], None]
    ) -> None:
        self._database = database
        self.planned = planned
        self._clock = clock
        self._wake = wake

    async def tick(self) -> None:
        """Every slot since the last one that is written down; without one, those that are still worth doing."""
        async with self._database.read() as tx:
            last = {each.kind: await rows.last_due(tx, kind=each.kind.value) for each in self.planned}
            lost = await restored(tx)
        problems = []
        for each in self.planned:  # one after the other: nobody waits for them, and others do for the processor
            try:
                await self._plan(each, last[each.kind], lost)
            except Exception as problem:  # one that fails holds up none of the others
                problems.append(problem)
        if problems:
            raise problems[0]

    async def _plan(self, planned: Planned, last: datetime | None, lost: Restored | None) -> None:
        now = self._clock.now()
        for slot in slots_between(planned.schedule(), last or now - planned.worth, now):
            if lost and slot.due_at <= lost.at:
                await self._pass_over(planned, slot)
            else:
                await self._write_down(planned, slot)

    async def _write_down(self, planned: Planned, slot: Slot) -> None:
        now, due = self._clock.now(), Due(slot.key, slot.due_at.isoformat())
        if now - slot.due_at < planned.worth:
            if await self._database.write(lambda tx: enqueue(tx, planned.kind, due, due_at=slot.due_at, now=now)):
                self._wake()
            return
        if planned.missed is not None:  # first: what is told has a key of its own, and what is written down is not told
            await planned.missed(due)
        await self._pass_over(planned, slot)

    async def _pass_over(self, planned: Planned, slot: Slot) -> None:
        """Not to be done any more. In a restored database nobody is told: it may have been done before it was lost."""
        kind, now = planned.kind.value, self._clock.now()
        await self._database.write(
            lambda tx: rows.enqueue_missed(tx, kind=kind, key=slot.key, due_at=slot.due_at, now=now)
        )
        log.warning("timetable.missed", kind=kind, slot=slot.key)
