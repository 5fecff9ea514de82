"""The bot as a process of its own, which kills itself where it is told to.

Where: before, inside (all statements done, nothing committed) or after the nth transaction of a part of the bot that
begins by writing to a table, such as `inside INSERT answers#1 of Workers._do`. Each part's are counted apart, so that
what one does in the background moves no other's. SQLAlchemy's own events tell when, so nothing of the bot is replaced.
Outside calls are seen from the other side: the sandbox's ledger and faults.
"""

import asyncio
import logging
import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Mapping
from contextvars import ContextVar, copy_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import Pool

from bot.app import running
from bot.config import read_settings

_WRITING = {"INSERT": 2, "UPDATE": 1, "DELETE": 2}  # which word of the statement names the table
_OF_MIGRATIONS = "alembic_version"
LISTENERS = "AsyncBaseSocketModeClient"  # whose tasks run our listeners

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["bot.app", __name__])  # what is imported once need not be imported at each start


def start(environment: Mapping[str, str], *, seen: Path, die_at: str = "") -> ForkServerProcess:
    """A bot with these settings. `seen` gets every point it passes, a line each."""
    process = _context.Process(target=_run, args=(dict(environment), seen, die_at), daemon=True)
    process.start()
    return process


def _run(environment: dict[str, str], seen: Path, die_at: str) -> None:
    logging.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    _Points(seen, die_at).listen()
    asyncio.run(_serve(environment))


async def _serve(environment: dict[str, str]) -> None:
    asyncio.get_running_loop().set_task_factory(_new_task)
    async with running(read_settings(environment)):
        await asyncio.Event().wait()


def part_of(point: str) -> str:
    """Which part of the bot passes it: a class of ours, such as `CatchUp`, or LISTENERS."""
    return point.rpartition(" of ")[2].partition(".")[0]


_doing: ContextVar[str] = ContextVar("_doing", default="")  # what the task does, such as `CatchUp.run`


def _new_task(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
    """A task that knows what it does. The engine's own, for a write, does what its caller does."""
    context = options.pop("context", None) or copy_context()
    name = getattr(coroutine, "__qualname__", "")
    if name != "Database._transaction":
        context.run(_doing.set, name)
    return asyncio.Task(coroutine, loop=loop, context=context, **options)


class _Points:
    def __init__(self, seen: Path, die_at: str) -> None:
        self._seen = seen
        self._die_at = die_at
        self._count: Counter[tuple[str, str]] = Counter()

    def listen(self) -> None:
        event.listen(Engine, "before_cursor_execute", self._on_statement)
        event.listen(Engine, "commit", self._on_commit)
        event.listen(Pool, "reset", self._on_reset)

    def _on_statement(self, connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        words = statement.split(maxsplit=3)
        if "label" in connection.info or words[0] not in _WRITING or words[_WRITING[words[0]]] == _OF_MIGRATIONS:
            return
        name = f"{words[0]} {words[_WRITING[words[0]]]}"
        task = _doing.get()
        self._count[name, task] += 1
        connection.info["label"] = f"{name}#{self._count[name, task]} of {task}"
        self._passed(f"before {connection.info['label']}")

    def _on_commit(self, connection: Connection) -> None:
        if label := connection.info.get("label"):
            connection.info["is_committed"] = True
            self._passed(f"inside {label}")

    def _on_reset(self, _connection: object, record: Any, _state: object) -> None:
        label = record.info.pop("label", None)
        if record.info.pop("is_committed", False):
            self._passed(f"after {label}")

    def _passed(self, point: str) -> None:
        with self._seen.open("a", encoding="utf-8") as file:
            file.write(f"{point}\n")
        if point == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)
