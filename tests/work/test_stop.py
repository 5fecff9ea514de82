"""A loop that is stopped while it claims carries the claim through, so that nothing waits for a lease to run out."""

import asyncio
from contextlib import suppress
from typing import Any

from bot.storage.engine import Database
from bot.wanted import Asking, Kind
from bot.work import Job, Workers, enqueue
from tests.work.desk import Hands

ASKING = Asking("C1:1.000100", "p1", "how do I?", "C1", "1.000100")


async def test_what_is_being_claimed_at_the_stop_is_still_done(database: Database) -> None:
    hands, done, running = Hands(), list[str](), list[asyncio.Task[None]]()

    async def do(payload: dict[str, Any]) -> None:
        done.append(payload["key"])

    def stop_and_name_the_lease() -> str:
        running[0].cancel()  # called in the middle of the claim
        return "lease"

    workers = Workers(
        database, {Kind.ANSWER: Job(do, do)}, clock=hands.clock, new_id=stop_and_name_the_lease, bell=asyncio.Event()
    )
    await database.write(lambda tx: enqueue(tx, Kind.ANSWER, ASKING, due_at=hands.now, now=hands.now))
    running.append(asyncio.create_task(workers.run()))
    with suppress(asyncio.CancelledError):
        await running[0]

    assert done == [ASKING.key]
