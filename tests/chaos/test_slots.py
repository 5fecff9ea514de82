"""Each slot of a timetable is done once by two to five processes whose clocks differ, whoever is killed or stopped.

The workspace's ledger is the oracle: one message for each kind and day. Which days there are is counted here by hand.
"""

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from multiprocessing.context import ForkServerProcess

import pytest
from sqlalchemy import select

from bot.storage import work as rows
from bot.storage.engine import Database
from bot.storage.schema import outbox, work
from bot.work import LEASE
from sandbox import Clock, Sandbox
from tests.chaos import company, slot_process
from tests.chaos.slot_process import KINDS, Hall, channel_of, text_of
from tests.forks import FORKS
from tests.goals.counting import Tally

PACE = 20.0  # a lease is three seconds of the wall's
APART_S = 30.0  # either way
FIRST_DAY = date(2026, 11, 2)
BEFORE_NINE = timedelta(seconds=10)
STEPS = 50  # of eight days each
PATIENCE_S = 300.0  # a busy machine lets every call run out of time, and is waited for
STOPPED_S = (1.1 * LEASE.total_seconds(), 4 * LEASE.total_seconds())


@dataclass
class Crew:
    """The processes at work, and what is done to them."""

    hall: Hall
    chance: random.Random
    at_work: list[ForkServerProcess] = field(default_factory=list)
    stopped: set[int] = field(default_factory=set)  # their process ids
    kills: int = 0
    stops: int = 0

    def be(self, count: int) -> None:
        """So many work from now on."""
        while len(self.at_work) > count:
            self._end(self.at_work.pop())
        while len(self.at_work) < count:
            self._take_on()

    async def kill(self) -> None:
        """Anybody, at any moment; another takes their place."""
        victim = self.chance.choice(self.at_work)
        self.at_work.remove(victim)
        self._end(victim)
        self.kills += 1
        await asyncio.sleep(self.chance.uniform(0.0, 0.2))
        self._take_on()

    async def stop(self) -> None:
        """For longer than a lease; then they go on with what they had in hand."""
        able = [each for each in self.at_work if each.pid not in self.stopped]
        if len(able) < 2:
            return
        pid = self.chance.choice(able).pid
        assert pid
        self.stopped.add(pid)
        os.kill(pid, signal.SIGSTOP)
        self.stops += 1
        await asyncio.sleep(self.chance.uniform(*STOPPED_S) / self.hall.factor)
        self.stopped.discard(pid)
        if any(each.pid == pid for each in self.at_work):
            os.kill(pid, signal.SIGCONT)

    def go(self) -> None:
        for each in self.at_work:
            self._end(each)

    def _take_on(self) -> None:
        self.at_work.append(slot_process.start(self.hall, apart_s=self.chance.uniform(-APART_S, APART_S)))

    def _end(self, process: ForkServerProcess) -> None:
        process.kill()
        process.join()
        process.close()


@dataclass
class Month:
    """The workspace, the database, and the days so far."""

    sandbox: Sandbox
    database: Database
    crew: Crew
    days: list[date] = field(default_factory=list)

    async def pass_by(self, days: int, *, kills: int, stops: int) -> None:
        """It becomes nine o'clock so many days later, all in one step; until everything of them is done."""
        last = self.days[-1] if self.days else FIRST_DAY
        self.days += [last + timedelta(days=number + 1) for number in range(days)]
        nine = datetime(self.days[-1].year, self.days[-1].month, self.days[-1].day, 9, tzinfo=UTC)
        forward_s = (nine - BEFORE_NINE).timestamp() - self.sandbox.clock.now()
        self.crew.hall.forward.value += forward_s
        self.sandbox.clock.advance(forward_s)
        chance = self.crew.chance
        troubles = [self._later(self.crew.kill, chance.uniform(0.2, 5.0)) for _ in range(kills)]
        troubles += [self._later(self.crew.stop, chance.uniform(0.2, 4.0)) for _ in range(stops)]
        await asyncio.gather(*troubles)
        await self._all_done()

    async def _later(self, trouble: Callable[[], Awaitable[None]], wall_s: float) -> None:
        await asyncio.sleep(wall_s)
        await trouble()

    async def _all_done(self) -> None:
        end_s = time.monotonic() + PATIENCE_S
        while len(set(self.told())) < len(KINDS) * len(self.days) or await company.unfinished(self.database):
            if time.monotonic() > end_s:
                raise TimeoutError(f"not all is done after {PATIENCE_S} s")
            await asyncio.sleep(0.1)

    def told(self) -> list[str]:
        return [each.text for each in self.sandbox.ledger.posts()]

    def stands_at(self, text: str) -> list[str | None]:
        return [each.ts for each in self.sandbox.ledger.posts() if each.text == text]

    def wanted(self) -> set[str]:
        return {text_of(kind, day.isoformat()) for kind in KINDS for day in self.days}


@asynccontextmanager
async def month(database_url: str, seed: int) -> AsyncIterator[Month]:
    starts_at = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, 12, tzinfo=UTC)
    origin_s = time.time()
    clock = Clock(start_s=starts_at.timestamp(), factor=PACE, origin_s=origin_s)
    async with company.workspace([channel_of(kind) for kind in KINDS], clock=clock) as sandbox:
        await sandbox.delivery.close()  # nobody hears what is said
        database = Database(database_url)
        for kind in KINDS:
            first = partial(rows.enqueue_missed, kind=kind.value, key="before", due_at=starts_at, now=starts_at)
            await database.write(first)
        forward = FORKS.Value("d", 0.0, lock=False)
        hall = Hall(database_url, sandbox.api_url, sandbox.bot_token, origin_s, starts_at.timestamp(), PACE, forward)
        crew = Crew(hall, random.Random(seed))
        try:
            yield Month(sandbox, database, crew)
        finally:
            crew.go()
            await database.close()


async def check(month: Month, tally: Tally) -> None:
    told, wanted = Counter(month.told()), month.wanted()
    lost, doubled = wanted - told.keys(), {text: month.stands_at(text) for text, count in told.items() if count > 1}
    tally(slots=len(wanted), kills=month.crew.kills, stops=month.crew.stops, lost=len(lost), doubled=len(doubled))
    assert (lost, doubled, told.keys() - wanted) == (set(), {}, set())
    async with month.database.read() as tx:
        missed = await tx.scalar(select(work.c.key).where(work.c.state == "missed", work.c.key != "before").limit(1))
        sent = {row.text: row.slack_ts for row in await tx.execute(select(outbox.c.text, outbox.c.slack_ts))}
    assert missed is None
    assert sent == {each.text: each.ts for each in month.sandbox.ledger.posts()}  # nobody overwrote an outcome


@pytest.mark.goal(g=9)
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_slots_of_two_days_are_done_once_though_one_is_killed_and_one_stopped(
    database_url: str, seed: int, tally: Tally
) -> None:
    async with month(database_url, seed) as here:
        here.crew.be(3)
        await here.pass_by(2, kills=1, stops=1)

        await check(here, tally)


@pytest.mark.goal(g=9)
@pytest.mark.chaos
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_ten_thousand_slots_are_done_once_by_two_to_five(database_url: str, seed: int, tally: Tally) -> None:
    async with month(database_url, seed) as here:
        for _ in range(STEPS):
            here.crew.be(here.crew.chance.randint(2, 5))
            await here.pass_by(8, kills=4, stops=2)

        await check(here, tally)
