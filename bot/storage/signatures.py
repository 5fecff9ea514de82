"""Signatures of requests that were taken, kept among the events under keys that no event of Slack's has.

Slack waits for each, as for the inbox: on SQLite they are in its file (`Database.inbox`).
"""

import hashlib
from datetime import datetime

from sqlalchemy import delete, select

from bot.storage.engine import Database, Tx
from bot.storage.schema import events

PREFIX = "sig:"  # an event's id begins with "Ev"


async def is_known(database: Database, signature: str) -> bool:
    query = select(events.c.event_id).where(events.c.event_id == _key(signature))
    async with database.inbox.read() as tx:
        return (await tx.execute(query)).first() is not None


async def put(database: Database, signature: str, *, now: datetime) -> None:
    """Committed when it returns."""
    await database.insert_ahead(events, {"event_id": _key(signature), "received_at": now})


async def forget(database: Database, *, before: datetime, limit: int) -> int:
    """How many, so many at most."""
    old = select(events.c.event_id).where(events.c.event_id.startswith(PREFIX), events.c.received_at < before)
    gone = delete(events).where(events.c.event_id.in_(old.limit(limit))).returning(events.c.event_id)

    async def unit(tx: Tx) -> int:
        return len((await tx.scalars(gone)).all())

    return await database.inbox.write(unit)


def _key(signature: str) -> str:
    """Whoever reads the table learns no signature from it; 224 bits fit the column."""
    return PREFIX + hashlib.sha256(signature.encode()).hexdigest()[:56]
