"""Rows that somebody waits for and nothing else: on SQLite in one way to the driver's thread and back.

Begin, all that waits by now, commit: a file's writers take turns, so whoever comes meanwhile shares the next one.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.storage.near import NearConnection

Given = tuple[str, Sequence[Any]]  # a statement and its values
Write = Callable[[Sequence[Given]], Awaitable[None]]  # in one transaction


@dataclass(frozen=True, eq=False)
class _Waiting:
    given: Sequence[Given]
    kept: asyncio.Future[None]  # cancelled where nobody waits any more


class Ahead:
    """`write` is one transaction; so often it is tried while anybody waits for it."""

    def __init__(self, write: Write, *, tries: int) -> None:
        self._write = write
        self._tries = tries
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None

    async def write(self, given: Sequence[Given]) -> None:
        """Committed when it returns."""
        waiting = _Waiting(given, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self.write_all())
        await waiting.kept

    async def close(self) -> None:
        """What is being written is written to its end."""
        if self._writing is not None:
            await asyncio.wait({self._writing})

    async def write_all(self) -> None:
        """Until nobody waits."""
        while self._waiting:
            taken, self._waiting = self._waiting, []
            error = await self._tried(taken)
            for each in taken:
                if each.kept.done():
                    continue
                if error is None:
                    each.kept.set_result(None)
                else:
                    each.kept.set_exception(error)

    async def _tried(self, taken: Sequence[_Waiting]) -> Exception | None:
        """Why they could not be written; None when they were."""
        error: Exception | None = None
        for _ in range(self._tries):
            wanted = [given for each in taken if not each.kept.done() for given in each.given]
            if not wanted:
                return None
            try:
                await self._write(wanted)
            except Exception as failed:  # whoever waits for it is told
                error = failed
            else:
                return None
        return error


async def write_given(connection: NearConnection, given: Sequence[Given]) -> None:
    """All of it in one transaction, in the connection's thread."""
    await connection._execute(_written, connection._conn, given)


def _written(connection: sqlite3.Connection, given: Sequence[Given]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement, values in given:
            connection.execute(statement, values)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
