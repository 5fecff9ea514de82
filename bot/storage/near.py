"""SQLite's connection with fewer ways to its thread and back: aiosqlite goes there four times for each statement.

Reads go there once. The statements of a writing transaction run where they are asked for, in microseconds, since all
who write wait for it; its begin and its commit, which wait for others and for the disk, stay in the thread.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import aiosqlite

from bot.storage.giving_way import GivingWay

T = TypeVar("T")

AHEAD = 100  # rows that are fetched with the statement; few queries have more


class NearConnection(aiosqlite.Connection):
    """`near_to`: what it is told runs in the caller's thread, and makes way to those in a hurry."""

    near_to: GivingWay | None = None

    @contextmanager
    def near(self, way: GivingWay) -> Iterator[None]:
        self.near_to = way
        try:
            yield
        finally:
            self.near_to = None

    async def _execute(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        if self.near_to is not None:
            await self.near_to.give_way()
            return fn(*args, **kwargs)
        result: T = await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        return result

    def cursor(self) -> "_Cursor":  # type: ignore[override]  # which is entered alike
        return _Cursor(self, self._conn.cursor())


class _Cursor(aiosqlite.Cursor):
    _ahead: list[Any]
    _is_all = True

    async def __aenter__(self) -> "_Cursor":
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> "_Cursor":
        self._ahead = await self._execute(self._begun, sql, parameters or ())  # type: ignore[no-untyped-call]
        self._is_all = len(self._ahead) < AHEAD
        return self

    async def fetchall(self) -> list[Any]:
        rest = [] if self._is_all else await super().fetchall()
        return [*self._taken(), *rest]

    async def fetchmany(self, size: int | None = None) -> Iterable[Any]:
        """Perhaps fewer, though more are left."""
        return self._taken() if self._ahead or self._is_all else await super().fetchmany(size)

    async def fetchone(self) -> Any:
        if self._ahead:
            return self._ahead.pop(0)
        return None if self._is_all else await super().fetchone()

    async def close(self) -> None:
        """One that was read to its end closes itself; of another the rest is let go where its statement runs."""
        if not self._is_all:
            await super().close()

    def _begun(self, sql: str, parameters: Any) -> list[Any]:
        self._cursor.execute(sql, parameters)
        return self._cursor.fetchmany(AHEAD) if self._cursor.description else []

    def _taken(self) -> list[Any]:
        taken, self._ahead = self._ahead, []
        return taken


async def connect(file: str, **options: Any) -> NearConnection:
    """To the file; options are sqlite3's."""
    opened = NearConnection(partial(sqlite3.connect, file, check_same_thread=False, **options), iter_chunk_size=AHEAD)
    opened._thread.daemon = True  # as SQLAlchemy sets it: a process must not wait for one that was not closed
    await opened
    return opened
