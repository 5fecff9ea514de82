"""Signatures of requests that were taken, kept among the events under keys that no event of Slack's has."""

import hashlib
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import events
from bot.storage.statements import insert_new

PREFIX = "sig:"  # an event's id begins with "Ev"


async def is_known(tx: AsyncConnection, signature: str) -> bool:
    query = select(events.c.event_id).where(events.c.event_id == _key(signature))
    return (await tx.execute(query)).first() is not None


async def put(tx: AsyncConnection, signature: str, *, now: datetime) -> None:
    await insert_new(tx, events, {"event_id": _key(signature), "received_at": now})


async def forget(tx: AsyncConnection, *, before: datetime) -> None:
    ours = events.c.event_id.startswith(PREFIX)
    await tx.execute(delete(events).where(ours, events.c.received_at < before))


def _key(signature: str) -> str:
    """Whoever reads the table learns no signature from it; 224 bits fit the column."""
    return PREFIX + hashlib.sha256(signature.encode()).hexdigest()[:56]
