"""Who is in a hurry, and how others make way: what is worked on statement by statement lets them go first."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

TURNS = 3  # of the event loop, from bytes that came to whoever says that they are in a hurry
LONGEST_S = 0.002  # for one step of others: where all are in a hurry all the time, they get on nevertheless


class GivingWay:
    def __init__(self) -> None:
        self._in_a_hurry = 0
        self._is_free = asyncio.Event()

    @contextmanager
    def hurry(self) -> Iterator[None]:
        self._begin()
        try:
            yield
        finally:
            self._end()

    def expect(self) -> None:
        """Somebody will be in a hurry in a moment."""
        self._begin()
        asyncio.get_running_loop().call_later(LONGEST_S, self._end)

    def _begin(self) -> None:
        self._in_a_hurry += 1
        self._is_free.clear()

    def _end(self) -> None:
        self._in_a_hurry -= 1
        if not self._in_a_hurry:
            self._is_free.set()

    async def give_way(self) -> None:
        """Returns when nobody is in a hurry, or after a moment; whoever else has something to do has their turn."""
        for _ in range(TURNS):
            await asyncio.sleep(0)
        if self._in_a_hurry:
            with suppress(TimeoutError):
                async with asyncio.timeout(LONGEST_S):
                    await self._is_free.wait()
