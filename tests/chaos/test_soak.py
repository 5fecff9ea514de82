"""The bot as it is shipped under load for as long as it is told: nothing is lost, nothing is late, nothing grows.

In CI for seconds, on a machine that does much else: what is timed or weighed is held to where `minutes` are told, on
one that does nothing else. Figures are left beside the run, in `figures.txt`.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import median, quantiles
from typing import Literal

import pytest

from sandbox import Clock, Sandbox
from tests.chaos import company, shipped
from tests.chaos.load import CHANNELS, Load, furnish, lost, new_load
from tests.chaos.shipped import Footprint, Shipped
from tests.goals.counting import Tally
from tests.told import told_long_ago

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
RATE, BURST, BURST_EVERY_S = 10.0, 200, 120.0
DRAINED_S, SETTLED_S = 60.0, 420.0  # Slack's last try comes six minutes after the first
P99_S, MOST_S = 0.25, 1.0
SOAKED_RATE, RECONNECTS = 20.0, 100
PACE = 4.0  # of the clock: Slack gives an address for a socket once a minute, and here one is wanted every 18 s
WARM = 0.25  # of the time
LOOK_S, IDLE_S = 15.0, 120.0
GROWS_MIB_AN_HOUR, IDLE_CORES = 1.0, 0.01
Kind = Literal["polite", "cut"]
KINDS: Sequence[Kind] = ("polite", "cut")


@dataclass
class Soak:
    load: Load
    bot: Shipped
    database_url: str

    @property
    def sandbox(self) -> Sandbox:
        return self.load.sandbox

    async def drained(self, within_s: float) -> float:
        """After how long nothing was due and nothing to be sent."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.timeout(within_s):
            while waiting(await self.bot.metrics()):
                await asyncio.sleep(0.2)
        return loop.time() - began

    async def at_rest(self) -> tuple[Footprint, Mapping[str, float]]:
        """What it holds when everything is done."""
        await self.sandbox.settle(SETTLED_S)
        await self.drained(SETTLED_S)
        return self.bot.footprint, await self.bot.metrics()

    async def reconnected(self, kind: Kind) -> None:
        """With nothing under way."""
        await self.sandbox.settle(SETTLED_S)
        before, connections = list(self.sandbox.sockets.connections), self.sandbox.sockets.connections
        self.sandbox.disconnect_sockets(kind=kind)
        await self.sandbox.wait_for(lambda: any(each not in before for each in connections), SETTLED_S)

    async def lost(self) -> int:
        await self.sandbox.settle(SETTLED_S)
        await self.drained(SETTLED_S)
        return await lost(self.sandbox, self.database_url)


def waiting(told: Mapping[str, float]) -> float:
    """Work that is due, and messages on their way."""
    outbox = sum(told.get(f'mentor_outbox{{state="{state}"}}', 0.0) for state in ("waiting", "sending", "unclear"))
    return told['mentor_work{state="due"}'] + outbox


@asynccontextmanager
async def soaking(folder: Path, database_url: str, seed: int, *, pace: float = 1.0) -> AsyncIterator[Soak]:
    handbook = company.handbook_for(folder / "handbook", CHANNELS)
    await told_long_ago(database_url, str(handbook))
    clock = Clock(start_s=company.STARTS_AT.timestamp(), factor=pace)
    async with company.workspace(CHANNELS, clock=clock) as sandbox:
        furnish(sandbox)
        load = new_load(sandbox, company.questions(company.library_of(handbook), 40), seed=seed)
        async with shipped.mentor(sandbox, folder / "bot", handbook=handbook, database_url=database_url) as bot:
            yield Soak(load, bot, database_url)


@pytest.mark.goal(g=6)
@ON_SQLITE
async def test_load_with_bursts_on_sqlite_is_taken_down_in_time(
    tmp_path: Path, database_url: str, seed: int, minutes: float | None, tally: Tally
) -> None:
    seconds = minutes * 60 if minutes else 2.0
    async with soaking(tmp_path, database_url, seed) as soak:
        loop = asyncio.get_running_loop()
        end, drained_s = loop.time() + seconds, list[float]()
        while loop.time() < end:
            await soak.load.run(rate=RATE, seconds=min(BURST_EVERY_S, seconds))
            await soak.load.run(rate=BURST, seconds=1.0 if minutes else 0.2)
            going_on = asyncio.create_task(soak.load.run(rate=RATE, seconds=DRAINED_S if minutes else 0.0))
            drained_s.append(await soak.drained(DRAINED_S if minutes else SETTLED_S))
            await going_on
        missing = await soak.lost()
    took_s = sorted(soak.load.took_s)
    p99_s = quantiles(took_s, n=100)[98]
    figures = {"events": soak.load.events, "p50_s": median(took_s), "p99_s": p99_s, "max_s": took_s[-1]}
    figures |= {"drained_s": max(drained_s), "retried": soak.load.retried}
    (tmp_path / "figures.txt").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    given_up = len(soak.sandbox.delivery.lost)
    tally(events=soak.load.events, lost=missing, given_up_by_slack=given_up)

    assert (missing, given_up) == (0, 0)
    assert "will be unused" not in soak.bot.log.read_text(encoding="utf-8")  # as Bolt says of a token it finds
    if minutes:
        assert p99_s <= P99_S, figures
        assert took_s[-1] <= MOST_S, figures


@pytest.mark.goal(g=24)
@ON_SQLITE
async def test_nothing_grows_under_load_with_reconnects(
    tmp_path: Path, database_url: str, seed: int, minutes: float | None, tally: Tally
) -> None:
    seconds = minutes * 60 if minutes else 2.0
    reconnects = RECONNECTS if minutes else 2
    async with soaking(tmp_path, database_url, seed, pace=PACE) as soak:
        looks = list[tuple[float, Footprint]]()
        await soak.load.run(rate=SOAKED_RATE, seconds=seconds * WARM)
        warm, told_warm = await soak.at_rest()
        looking = asyncio.create_task(_look(soak.bot, looks, every_s=LOOK_S if minutes else 0.5))
        for number in range(reconnects):
            await soak.load.run(rate=SOAKED_RATE, seconds=seconds * (1 - WARM) / reconnects)
            if minutes:
                soak.sandbox.disconnect_sockets(kind=KINDS[number % 2])
            else:  # what is under way then, or comes while there is no socket, comes again in a minute
                await soak.reconnected(KINDS[number % 2])
        looking.cancel()
        rested, told = await soak.at_rest()
        await asyncio.sleep(idle_s := IDLE_S if minutes else 0.5)
        idle_cores = (soak.bot.footprint.cpu_s - rested.cpu_s) / (idle_s * PACE)  # of its own seconds
        missing = await soak.lost()
    tasks = [each['mentor_running{state="tasks"}'] for each in (told_warm, told)]
    grows = slope([(at_s, each.rss_mib) for at_s, each in looks]) * 3600
    figures = {
        "events": soak.load.events,
        "mib_an_hour": grows,
        "rss_mib": [warm.rss_mib, rested.rss_mib],
        "handles": [warm.handles, rested.handles],
        "threads": [warm.threads, rested.threads],
        "tasks": tasks,
        "idle_cores": idle_cores,
        "rss_by_time": [(round(at_s), round(each.rss_mib, 2)) for at_s, each in looks],
    }
    (tmp_path / "figures.txt").write_text(json.dumps(figures), encoding="utf-8")
    given_up = len(soak.sandbox.delivery.lost)  # each of its tries came to a socket that was cut
    tally(events=soak.load.events, reconnects=reconnects, lost=missing, given_up_by_slack=given_up)

    assert missing == 0
    if minutes:
        assert grows < GROWS_MIB_AN_HOUR, figures
        assert (rested.handles, rested.threads) <= (warm.handles, warm.threads), figures
        assert tasks[1] <= tasks[0], figures
        assert idle_cores < IDLE_CORES, figures


async def _look(bot: Shipped, looks: list[tuple[float, Footprint]], *, every_s: float) -> None:
    while True:
        looks.append((asyncio.get_running_loop().time(), bot.footprint))
        await asyncio.sleep(every_s)


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The median of those between any two: a single leap moves it little (Theil and Sen)."""
    return median((b - a) / (till - since) for (since, a), (till, b) in combinations(points, 2))


def test_slope_is_that_of_most_points() -> None:
    assert slope([(0, 1), (1, 2), (2, 3), (3, 50), (4, 5), (5, 6)]) == 1
