"""A process that moves a database to another revision, and kills itself in the middle of it where it is told to."""

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from sqlalchemy import event

from bot.storage import migrate
from bot.storage.engine import Database
from tests.forks import FORKS

BASE = "base"


@dataclass(frozen=True)
class Death:
    """At the nth point: before or after a statement, or at the commit. Or so long after the first statement."""

    at_point: int = 0
    after_s: float = 0.0


NEVER = Death()


def start(url: str, revision: str, death: Death, seen: Path) -> ForkServerProcess:
    """`seen` gets how many points were passed, and how long it took, if it lives to tell."""
    process = FORKS.Process(target=_run, args=(url, revision, death, seen), daemon=True)
    process.start()
    return process


async def move(database: Database, revision: str) -> None:
    """Up or down."""
    if revision == migrate.head():
        await migrate.upgrade(database)
    else:
        await migrate.downgrade(database, revision)


def _run(url: str, revision: str, death: Death, seen: Path) -> None:
    asyncio.run(_move(url, revision, death, seen))


async def _move(url: str, revision: str, death: Death, seen: Path) -> None:
    database = Database(url)
    passed = _Passed(death)
    passed.listen(database)
    began = asyncio.get_running_loop().time()
    await move(database, revision)
    passed.point()
    seen.write_text(f"{passed.count} {asyncio.get_running_loop().time() - began}")
    await database.close()


class _Passed:
    def __init__(self, death: Death) -> None:
        self._death = death
        self.count = 0

    def listen(self, database: Database) -> None:
        for what in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(database.engine.sync_engine, what, self._on(what))

    def _on(self, _what: str) -> Callable[..., None]:
        def on_event(*_: object) -> None:
            self.point()

        return on_event

    def point(self) -> None:
        self.count += 1
        if self.count == 1 and self._death.after_s:
            threading.Timer(self._death.after_s, _die).start()
        if self.count == self._death.at_point:
            _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
