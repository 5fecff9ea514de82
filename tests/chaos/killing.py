"""A flow, the places to kill a bot in it, and what goes wrong when it is killed there and started again.

Each flow is first gone through unharmed to learn its points, then once for each kill. Points are those of the parts of
the bot that the flow goes through: what goes on meanwhile has its own tests.
"""

import asyncio
import re
import zlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from bot.wanted import Kind
from tests.chaos import company
from tests.chaos.bot_process import LISTENERS, is_of_transaction, last_like, part_of
from tests.chaos.conftest import NewDatabase
from tests.chaos.counted import counted, noted
from tests.chaos.rehearsal import NOTHING_MORE, PACE, PATIENCE_S, Rehearsal, rehearsal
from tests.goals.counting import Tally

AT_ONCE = 3  # rehearsals at a time: they mostly wait for a lease to run out
HELD_S = 20.0  # how long the sandbox holds a call back: less than what is left of the lease
PASSES_WITHIN_S = 60.0  # of the wall: half an hour of the workspace's
NOT_PASSED = 1  # plays of a test in which nobody need die, for neither the point nor one like it came
TIMES = 3  # each kill of a goal: what comes of luck shows
DRAWN = 4  # points of a flow for a goal, besides the kills that it names
PUSHES = " git push#"


def drawn(points: Sequence[str], seed: int, number: int = DRAWN) -> Sequence[str]:
    """About so many of the points, evenly; with the seeds that follow all others come."""
    every = max(1, len(points) // number)
    return points[seed % every :: every]


@dataclass(frozen=True)
class Kill:
    """When the bot dies: `at` one of its own points, or at a call as the sandbox sees it.

    A call that is held was sent and not applied yet: it is applied after the death, or never (`is_dropped`). One of
    which the effect is awaited was applied, and its reply is not seen.
    """

    name: str
    at: str = ""
    held: str = ""  # a method
    is_dropped: bool = False
    effect: str = ""  # a kind in the ledger, or two: what comes too late for the one comes as the other

    def set_up(self, run: Rehearsal) -> None:
        if self.effect:
            run.kill_on(self.effect)
        if self.held:
            run.sandbox.faults.add("delay", methods=[self.held], seconds=HELD_S, times=1)
        if self.is_dropped:
            run.sandbox.faults.add("drop", methods=[self.held], times=1)

    async def comes(self, run: Rehearsal) -> bool:
        """Whether the bot died; False if it went by the point, or will never come to it."""
        if self.held:
            await run.sandbox.wait_for(lambda: run.sandbox.faults.fired["delay"], PATIENCE_S)
            run.kill()
        if not self.at:
            await run.killed()
            return True
        with suppress(TimeoutError):
            await run.killed(PASSES_WITHIN_S)
            return True
        return False


class Flow(Protocol):
    """Done by these `parts` of the bot; the first of them begins. `furnish` is before there is the bot to be killed.

    `due` falls due by day besides, and what is due later than `soon` is not waited for. Of points that are alike so
    many are passed for `sure`, whatever luck brings. `settings` are for a rehearsal with that folder beside it.
    """

    @property
    def starts_at(self) -> datetime: ...

    @property
    def parts(self) -> Sequence[str]: ...

    @property
    def kills(self) -> Sequence[Kill]: ...

    @property
    def due(self) -> Collection[Kind]: ...

    @property
    def soon(self) -> timedelta | None: ...

    @property
    def sure(self) -> int: ...

    def settings(self, folder: Path) -> Mapping[str, str]: ...

    async def furnish(self, run: Rehearsal) -> None: ...

    async def act(self, run: Rehearsal) -> None: ...

    async def check(self, run: Rehearsal, *, is_taken_down: bool) -> None: ...


class Plain:
    """What flows have in common: a Tuesday morning, and somebody who begins."""

    starts_at = company.STARTS_AT
    parts: Sequence[str] = (LISTENERS, "Inbox", "Workers", "Outbox")
    kills: Sequence[Kill] = ()
    due: Collection[Kind] = ()
    soon: timedelta | None = None
    sure = 100

    def settings(self, folder: Path) -> Mapping[str, str]:
        return NOTHING_MORE

    async def furnish(self, run: Rehearsal) -> None:
        pass

    async def act(self, run: Rehearsal) -> None:
        pass


@dataclass
class Outcome:
    """What was tried, and what went wrong, by kill."""

    points: int = 0
    kills: int = 0
    wrong: dict[str, str] = field(default_factory=dict)
    not_passed: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Stage:
    """Where rehearsals take place."""

    folder: Path
    handbook: Path
    new_database: NewDatabase

    async def points_of(self, flow: Flow) -> list[str]:
        """What the parts of the bot that do what the flow asks pass meanwhile, in order."""
        async with self.new_rehearsal("unharmed", flow) as run:
            await flow.furnish(run)
            before = len(run.points_passed())
            await run.start()
            effects = len(run.sandbox.ledger.effects)
            await flow.act(run)
            await run.sandbox.wait_for(lambda: len(run.sandbox.ledger.effects) > effects, PATIENCE_S)
            await run.quiet(flow.soon)
            await flow.check(run, is_taken_down=True)
            passed = [each for each in run.points_passed()[before:] if is_of_transaction(each) or PUSHES in each]
            points = [each for each in passed if part_of(each) in flow.parts]
            assert part_of(points[0]) == flow.parts[0]
            return points

    async def play(self, flow: Flow, kill: Kill, *, is_taken_down: bool, time: str) -> str:
        """The flow with the kill in it, a new start, and the check.

        Gives "", or where to kill instead because the point was not passed; the point itself if nothing is like it.
        """
        async with self.new_rehearsal(f"{kill.name} {time}", flow) as run:
            await flow.furnish(run)
            await run.start(die_at=kill.at)
            kill.set_up(run)
            acting = asyncio.create_task(flow.act(run))
            died = await kill.comes(run)
            await acting
            if died:
                await run.start()
            await run.quiet(flow.soon)
            await flow.check(run, is_taken_down=is_taken_down)
            return "" if died else last_like(kill.at, run.bots[-1].points_passed()) or kill.at

    async def play_near(self, flow: Flow, points: Sequence[str], kill: Kill, time: int) -> bool:
        """Whether a bot died of it, at the point or at the last like it."""
        for name in (str(time), f"{time} again"):
            instead = await self.play(flow, kill, is_taken_down=kill.at not in points[:2], time=name)
            if not instead:
                return True
            kill = Kill(instead, at=instead)
        return False

    def new_rehearsal(self, name: str, flow: Flow, *, pace: float = PACE) -> AbstractAsyncContextManager[Rehearsal]:
        folder, database_url = self.folder / name, self.new_database()
        settings = flow.settings(self.folder / f"outside-{zlib.crc32(name.encode()):08x}")
        return rehearsal(
            folder,
            database_url,
            self.handbook,
            starts_at=flow.starts_at,
            settings=settings,
            due=flow.due,
            pace=pace,
        )

    async def play_all(self, flow: Flow, points: Sequence[str], chosen: Sequence[str], *, times: int = 1) -> Outcome:
        """What came of the kills at the points chosen, and of those the flow names. At the first two nothing is taken
        down yet.
        """
        outcome, turns = Outcome(), asyncio.Semaphore(AT_ONCE)
        kills = [*(Kill(point, at=point) for point in chosen), *flow.kills]

        async def play(kill: Kill, time: int) -> None:
            async with turns:
                try:
                    died = await self.play_near(flow, points, kill, time)
                except (AssertionError, TimeoutError, ValueError, LookupError) as error:
                    outcome.wrong[f"{kill.name} {time}"] = noted(error)
                else:
                    outcome.kills += died
                    outcome.not_passed += [] if died else [kill.at]

        await asyncio.gather(*(play(kill, time) for kill in kills for time in range(times)))
        outcome.points = len(kills)
        return outcome

    async def play_drawn(self, flow: Flow, seed: int, tally: Tally) -> Outcome:
        """A share of the flow's points, each killed three times."""
        points = await self.points_of(flow)
        sure = [each for each in points if _number(each) <= flow.sure]
        outcome = await self.play_all(flow, points, drawn(sure, seed), times=TIMES)
        tally(points=outcome.points, kills=outcome.kills, **counted(outcome.wrong))
        return outcome


def _number(point: str) -> int:
    """How many of its like come first, with it."""
    found = re.search(r"#(\d+) of ", point)
    return int(found[1]) if found else 0
