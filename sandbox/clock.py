"""The workspace's own clock: settable, and faster than the wall's by a stated factor."""

import asyncio
import time


class Clock:
    """Seconds since the epoch in the workspace's time.

    Two processes with the same `origin_s` (wall seconds), `start_s` and `factor` agree on the time
    without talking.
    """

    def __init__(self, *, start_s: float | None = None, factor: float = 1.0, origin_s: float | None = None) -> None:
        self._origin_s = time.time() if origin_s is None else origin_s
        self._start_s = self._origin_s if start_s is None else start_s
        self._sleepers: set[asyncio.Future[None]] = set()
        self._advanced_s = 0.0
        self.factor = factor

    def now(self) -> float:
        return self._start_s + (time.time() - self._origin_s) * self.factor

    async def sleep(self, seconds: float) -> float:
        """Returns once that much of the workspace's time has gone by, also by an `advance`.

        Gives the seconds by which an `advance` went beyond that.
        """
        due_s, advanced_s = self.now() + seconds, self._advanced_s
        while (left_s := due_s - self.now()) > 0:
            moved = asyncio.get_running_loop().create_future()
            self._sleepers.add(moved)
            try:
                await asyncio.wait({moved}, timeout=left_s / self.factor)
            finally:
                self._sleepers.discard(moved)
        return min(self._advanced_s - advanced_s, self.now() - due_s)

    def advance(self, seconds: float) -> None:
        self._start_s += seconds
        self._advanced_s += seconds
        self._wake()

    def set_factor(self, factor: float) -> None:
        """Goes on from the present moment at another pace."""
        self._start_s, self._origin_s = self.now(), time.time()
        self.factor = factor
        self._wake()

    def _wake(self) -> None:
        for moved in self._sleepers:
            if not moved.done():
                moved.set_result(None)
