"""Times the ten hottest queries on a database of years: `python -m benchmarks.hottest FILE_OR_URL`.

The database is one that `benchmarks.years` filled. Each query is put for 30 places drawn by chance, and taken back.
Prints one JSON object: milliseconds, the median and the longest, and processor time of this process for all of one.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import time
from typing import Any

from sqlalchemy import func, select

from benchmarks.years import END
from bot.storage.engine import Database, Tx
from bot.storage.schema import messages, questions
from tests.storage.hottest import HOTTEST, PERSON, Place, Query

Figures = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description="Times the ten hottest queries on a database of years.")
    parser.add_argument("database", help="a SQLite file, or postgresql://…")
    parser.add_argument("--places", type=int, default=30)
    given = parser.parse_args()
    url = given.database if "://" in given.database else f"sqlite+aiosqlite:///{given.database}"
    print(json.dumps(asyncio.run(_measured(url, given.places)), indent=2))


async def _measured(url: str, places: int) -> dict[str, Any]:
    database, before = Database(url), os.getloadavg()
    async with database.read() as tx:
        count = await tx.scalar(select(func.count()).select_from(messages))
        drawn = await _places(tx, places)
    figures = {name: await _timed(database, query, drawn) for name, query in {**HOTTEST, **PERSON}.items()}
    await database.close()
    return {"messages": count, "load": [round(each, 1) for each in (before[0], os.getloadavg()[0])], "ms": figures}


async def _places(tx: Tx, number: int) -> list[Place]:
    """Of the last weeks, as live events are."""
    since_s = END.timestamp() - 14 * 86_400
    query = select(questions.c.channel_id, questions.c.ts, questions.c.asker).where(questions.c.ts > f"{since_s:.6f}")
    asked = random.Random(7).sample((await tx.execute(query)).all(), number)
    return [Place(row.channel_id, row.ts, await _after(tx, row.channel_id, row.ts), row.asker, END) for row in asked]


async def _after(tx: Tx, channel_id: str, ts: str) -> str:
    query = select(func.min(messages.c.ts)).where(messages.c.channel_id == channel_id, messages.c.ts > ts)
    return await tx.scalar(query) or ts


async def _timed(database: Database, query: Query, places: list[Place]) -> Figures:
    took, began_cpu = [], time.process_time()
    for place in places:
        async with database.engine.connect() as tx:
            began = time.perf_counter()
            await query(tx, place)
            took.append((time.perf_counter() - began) * 1_000)
            await tx.rollback()
    worked = (time.process_time() - began_cpu) * 1_000 / len(places)
    figures = {"median": statistics.median(took), "longest": max(took), "processor": worked}
    return {name: round(value, 1) for name, value in figures.items()}


if __name__ == "__main__":
    main()
