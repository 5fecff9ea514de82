"""Rows claimed under a lease, a few at a time, each done in a task of its own: what work and the outbox share."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Generic, TypeVar

import structlog

from bot.clock import Clock

log = structlog.get_logger(__name__)

C = TypeVar("C")  # a row that was claimed
T = TypeVar("T")

AT_ONCE = 8  # rows in hand at a time
POLL_S = 1.0
LAST_MINUTE_S = 15.0  # for what is in hand at a stop; well under the lease
STEP_S = 5.0  # of the wall: a claim takes milliseconds, but a database that is away must not hold up a stop


class Claiming(Generic[C]):
    """`claim` takes at most so many rows, `do` does one and raises nothing, `ended` hears of each.

    `bell` is rung by whoever put in what is due now. A claim that failed is logged as `failed`.
    """

    def __init__(
        self,
        claim: Callable[[int], Awaitable[Sequence[C]]],
        do: Callable[[C], Coroutine[Any, Any, None]],
        ended: Callable[[C], None],
        *,
        bell: asyncio.Event,
        clock: Clock,
        failed: str,
    ) -> None:
        self._claim = claim
        self._do = do
        self._ended = ended
        self._bell = bell
        self._clock = clock
        self._failed = failed
        self._in_hand: dict[asyncio.Task[None], C] = {}

    @property
    def in_hand(self) -> Sequence[C]:
        return list(self._in_hand.values())

    async def run(self) -> None:
        """Starts what is due, rests when nothing was, until cancelled; then what is in hand gets time to end."""
        try:
            while True:
                self._bell.clear()
                if not await whole(self._start_due()):
                    await rest(self._bell, self._clock)
        finally:
            if self._in_hand:
                await asyncio.wait(self._in_hand, timeout=self._clock.wall_seconds(LAST_MINUTE_S))

    async def _start_due(self) -> bool:
        """Whether there may be more."""
        room = AT_ONCE - len(self._in_hand)
        if room <= 0:
            await asyncio.wait(self._in_hand, return_when=asyncio.FIRST_COMPLETED)
            return True
        try:
            claimed = await self._claim(room)
        except Exception:  # the worker's boundary: a database that is away must not end the loop
            log.exception(self._failed)
            return False
        for each in claimed:
            task = asyncio.create_task(self._do(each))
            self._in_hand[task] = each
            task.add_done_callback(self._done)
        return bool(claimed)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._ended(self._in_hand.pop(task))


async def whole(step: Coroutine[Any, Any, T]) -> T:
    """The step's result. A caller that is cancelled meanwhile ends after it, so that no claim is left half made."""
    task = asyncio.create_task(step)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=STEP_S)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise


async def rest(bell: asyncio.Event, clock: Clock) -> None:
    """Until the bell rings, or a second has passed."""
    try:
        async with asyncio.timeout(max(0.05, clock.wall_seconds(POLL_S))):  # a fast clock must not spin
            await bell.wait()
    except TimeoutError:
        return
