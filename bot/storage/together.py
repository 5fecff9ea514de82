"""Units that come while another transaction is written share the next one, and its wait for the disk.

For what is quick and often at once. On PostgreSQL, where writers need not wait for each other, it is not used.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

AnyUnit = Callable[[AsyncConnection], Awaitable[Any]]

AT_ONCE = 25  # units: the first of them waits for the last


@dataclass(frozen=True, eq=False)
class _Waiting:
    unit: AnyUnit
    done: asyncio.Future[Any]  # cancelled where nobody waits any more

    def tell(self, result: Any) -> None:
        if not self.done.done():
            self.done.set_result(result)

    def fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class Together:
    """`write` is the database's: one transaction, tried again where that may help."""

    def __init__(self, write: Callable[[AnyUnit], Awaitable[Any]]) -> None:
        self._write = write
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None

    async def write(self, unit: AnyUnit) -> Any:
        """The unit's result, committed. One that fails takes no other with it."""
        waiting = _Waiting(unit, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self.write_all())
        return await waiting.done

    async def write_all(self) -> None:
        """Until nobody waits."""
        while self._waiting:
            taken: list[_Waiting] = []
            there = list(self._waiting)
            try:
                results = await self._write(lambda tx, taken=taken: self._run(tx, taken))  # type: ignore[misc]
            except Exception as error:  # whoever waits for it is told
                await self._write_apart(taken, there, error)
                continue
            for each, result in zip(taken, results, strict=True):
                each.tell(result)

    async def close(self) -> None:
        """What is being written is written to its end."""
        if self._writing is not None:
            await asyncio.wait({self._writing})

    async def _run(self, tx: AsyncConnection, taken: list[_Waiting]) -> list[Any]:
        """All who wait by now, besides those who were taken when it was tried before."""
        room = AT_ONCE - len(taken)
        taken += self._waiting[:room]
        del self._waiting[:room]
        return [None if each.done.done() else await each.unit(tx) for each in taken]

    async def _write_apart(self, taken: Sequence[_Waiting], there: Sequence[_Waiting], error: Exception) -> None:
        """After they failed together. One that was alone has failed by that; so has each where none was begun."""
        if not taken:
            self._waiting = [each for each in self._waiting if each not in there]
        for each in taken or there:
            if len(taken) <= 1:
                each.fail(error)
            elif not each.done.done():
                try:
                    each.tell(await self._write(each.unit))
                except Exception as own:  # theirs to handle
                    each.fail(own)
