"""Rows that somebody waits for and nothing else: written on SQLite by a thread and a connection of their own.

Begin, all that waits by now, commit: a file's writers take turns, so whoever comes meanwhile shares the next one. What
is in the log is taken over into the file by another thread: SQLite would do it in a commit that somebody waits for.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

import structlog

log = structlog.get_logger(__name__)

CHECKPOINT_EVERY = 100  # transactions: about a megabyte of the log

Given = tuple[str, Sequence[Any]]  # a statement and its values


@dataclass(frozen=True, eq=False)
class _Waiting:
    given: Sequence[Given]
    kept: asyncio.Future[None]  # cancelled where nobody waits any more


class Ahead:
    """`connect` opens a connection for its thread; so often a transaction is tried while anybody waits for it."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], *, tries: int) -> None:
        self._connect = connect
        self._tries = tries
        self._thread = ThreadPoolExecutor(1, "ahead")
        self._connection: sqlite3.Connection | None = None
        self._checkpoints = Checkpoints(connect)
        self._waiting: list[_Waiting] = []
        self._in_hand: list[_Waiting] = []  # the thread's

    async def write(self, given: Sequence[Given]) -> None:
        """Committed when it returns. Raises what SQLite raised."""
        waiting = _Waiting(given, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if not self._in_hand:
            self._hand_over()
        await waiting.kept

    async def close(self) -> None:
        """What waits is written first."""
        loop = asyncio.get_running_loop()
        while self._in_hand:
            await loop.run_in_executor(self._thread, lambda: None)  # behind it
        await self._checkpoints.close()
        await loop.run_in_executor(self._thread, self._disconnect)
        self._thread.shutdown(wait=False)

    def _hand_over(self) -> None:
        self._in_hand, self._waiting = self._waiting, []
        self._thread.submit(copy_context().run, self._write, self._in_hand, asyncio.get_running_loop())

    def _end(self, error: Exception | None) -> None:
        for each in self._in_hand:
            if each.kept.done():
                continue
            if error is None:
                each.kept.set_result(None)
            else:
                each.kept.set_exception(error)
        self._in_hand = []
        self._checkpoints.count()
        if self._waiting:
            self._hand_over()

    def _write(self, taken: Sequence[_Waiting], loop: asyncio.AbstractEventLoop) -> None:
        """In the thread, in the context of whoever came first, as `asyncio.to_thread` does it."""
        error = self._tried(taken)
        with suppress(RuntimeError):  # the loop was closed, and nobody waits any more
            loop.call_soon_threadsafe(self._end, error)

    def _tried(self, taken: Sequence[_Waiting]) -> Exception | None:
        """Why they could not be written; None when they were."""
        error: Exception | None = None
        for _ in range(self._tries):
            wanted = [given for each in taken if not each.kept.done() for given in each.given]
            if not wanted:
                return None
            try:
                if self._connection is None:
                    self._connection = self._connect()
                    self._connection.execute("PRAGMA wal_autocheckpoint=0")
                write_given(self._connection, wanted)
            except Exception as failed:  # whoever waits for it is told
                error = failed
            else:
                return None
        return error

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()


class Checkpoints:
    """One at a time, each after so many transactions of whoever counts them."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._thread = ThreadPoolExecutor(1, "checkpoints")
        self._connection: sqlite3.Connection | None = None
        self._counted = 0

    def count(self) -> None:
        self._counted += 1
        if self._counted % CHECKPOINT_EVERY == 0:
            self._thread.submit(self._take_over)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._disconnect)
        self._thread.shutdown(wait=False)

    def _take_over(self) -> None:
        """As much as nobody reads any more. What fails is left to the next."""
        try:
            if self._connection is None:
                self._connection = self._connect()
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except sqlite3.Error as error:  # nobody waits for it; those who write hear of a disk that is full
            log.warning("inbox.log_not_taken_over", reason=str(error))

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()


def write_given(connection: sqlite3.Connection, given: Sequence[Given]) -> None:
    """All of it in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement, values in given:
            connection.execute(statement, values)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
