"""How long events wait for the database while it is kept in order: `python -m benchmarks.waiting FILE_OR_URL`.

The database is one that `benchmarks.years` filled; it is changed. An event is taken down every 20 ms; told is the
longest that one waited, and how long each piece of work took: a day of forgetting, leaving a person out, a backup of
SQLite, and at last the writing anew after an erasure, in which the bot refuses events so that Slack sends them again.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks.years import CHANNELS, END
from bot.clock import Clock
from bot.peers.deciding import Deciding
from bot.privacy.service import PrivacyService
from bot.storage import copying, outbox, peers, work
from bot.storage.engine import Database
from bot.storage.schema import messages, people
from bot.storage.scrub import scrub
from bot.upkeep import AT_ONCE
from knowledge.channels import Channel, Channels

EVERY_S = 0.02
WATCHED = Channels(channels=tuple(Channel(f"C{n:08}", f"channel-{n}") for n in range(CHANNELS)))
DAY = timedelta(days=1)
Act = Callable[[], Awaitable[object]]


def main() -> None:
    parser = argparse.ArgumentParser(description="Times waits for the database while it is kept in order.")
    parser.add_argument("database", help="a SQLite file, or postgresql://…; it is changed")
    given = parser.parse_args()
    url = given.database if "://" in given.database else f"sqlite+aiosqlite:///{given.database}"
    print(json.dumps(asyncio.run(_measured(url)), indent=2))


async def _measured(url: str) -> dict[str, Any]:
    database, before = Database(url), os.getloadavg()
    clock = Clock((END + DAY).timestamp)
    acts: dict[str, Act] = {
        "nothing": lambda: asyncio.sleep(3),
        "a day is forgotten": lambda: _forget(database),
        "somebody is left out": lambda: _leave_out(database, clock),
        "cases are kept up": Deciding(database, channels=lambda: WATCHED, clock=clock).keep_up,
    }
    if database.is_sqlite:
        acts["a backup"] = lambda: _backup(database)
    acts["files are written anew"] = lambda: scrub(database)
    figures = {name: await _while_events_come(database, act) for name, act in acts.items()}
    await database.close()
    return {"load": [round(each, 1) for each in (before[0], os.getloadavg()[0])], "seconds": figures}


async def _while_events_come(database: Database, act: Act) -> dict[str, float]:
    waits: list[float] = []
    coming = asyncio.create_task(_events(database, waits))
    began, began_cpu = time.perf_counter(), time.process_time()
    await act()
    took, worked = time.perf_counter() - began, time.process_time() - began_cpu
    await asyncio.sleep(2 * EVERY_S)
    coming.cancel()
    await asyncio.gather(coming, return_exceptions=True)
    return {"took": round(took, 1), "processor": round(worked, 1), "longest_wait": round(max(waits), 3)}


async def _events(database: Database, waits: list[float]) -> None:
    while True:
        began = time.perf_counter()
        event_id = f"Ev{time.time_ns()}"
        try:
            await database.write(lambda tx, event_id=event_id: peers.is_new_event(tx, event_id, now=END))  # type: ignore[misc]
        finally:  # one that still waits, too
            waits.append(time.perf_counter() - began)
        await asyncio.sleep(EVERY_S)


async def _forget(database: Database) -> None:
    """A day's worth, as the bot does every six hours."""
    now = END + DAY
    for some, days in ((peers.forget_events, 7), (work.forget_done, 30), (outbox.forget_words, 30)):
        before = now - timedelta(days=days)
        while await database.write(lambda tx, some=some, before=before: some(tx, before=before, limit=AT_ONCE)):  # type: ignore[misc]
            pass
    while True:
        async with database.read() as tx:
            found = await peers.texts_to_forget(tx, before=now - timedelta(days=90), counted=(), limit=1_000)
        if not found:
            return
        await database.write(lambda tx, found=found: peers.forget_texts(tx, found))  # type: ignore[misc]


async def _leave_out(database: Database, clock: Clock) -> None:
    """Whoever wrote most."""
    async with database.read() as tx:
        most = select(messages.c.author).group_by(messages.c.author).order_by(func.count().desc()).limit(1)
        user_id = await tx.scalar(select(people.c.slack_id).where(people.c.id == most.scalar_subquery())) or ""
    service = PrivacyService(database, None, channels=lambda: WATCHED, clock=clock, new_id=lambda: "x")
    await service.leave_out(user_id)


async def _backup(database: Database) -> None:
    place = Path(str(database.url.database)).parent
    other = Database(database.url.render_as_string(hide_password=False))  # as another process does it
    with tempfile.TemporaryDirectory(dir=place) as folder:
        await copying.copy_file(other, Path(folder) / "copy.db")
    await other.close()


if __name__ == "__main__":
    main()
