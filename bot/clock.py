"""The clock that services hold: the wall's, or a workspace's that runs faster."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Clock:
    """`time_s` gives seconds since the epoch; `sleep` and `timeout` count in this clock's seconds, not the wall's.

    `patience` is how many times as long as Slack whoever asks us waits for an answer: more than 1 only where that is a
    sandbox on a machine that may be slow. `rest` sleeps so many of this clock's seconds, where it may be moved by hand.
    """

    time_s: Callable[[], float]
    factor: Callable[[], float] = lambda: 1.0
    patience: float = 1.0
    rest: Callable[[float], Awaitable[object]] | None = None

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time_s(), UTC)

    async def sleep(self, seconds: float) -> None:
        if self.rest is not None:
            await self.rest(max(0.0, seconds))
        else:
            await asyncio.sleep(max(0.0, seconds) / self.factor())

    def wall_seconds(self, seconds: float) -> float:
        """How long that is for the machine: what goes to sockets and to asyncio's own timeouts."""
        return seconds / self.factor()


def scaled(time_s: Callable[[], float], *, origin_s: float, start_s: float, factor: float) -> Clock:
    """A clock that stood at `start_s` when the wall's stood at `origin_s`, and goes `factor` times as fast."""
    return Clock(lambda: start_s + (time_s() - origin_s) * factor, lambda: factor)
