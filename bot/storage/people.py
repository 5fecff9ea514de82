"""People and their pseudonyms: the only table that holds a Slack user id."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import people
from bot.storage.statements import insert_new

NewId = Callable[[], str]


async def pseudonym_of(tx: AsyncConnection, slack_id: str, *, now: datetime, new_id: NewId) -> str:
    """The person's pseudonym; a person not seen before gets one."""
    known = await tx.scalar(select(people.c.id).where(people.c.slack_id == slack_id))
    if known is not None:
        return str(known)
    await insert_new(tx, people, {"id": new_id(), "slack_id": slack_id, "created_at": now})
    return str(await tx.scalar(select(people.c.id).where(people.c.slack_id == slack_id)))


async def slack_id_of(tx: AsyncConnection, pseudonym: str) -> str | None:
    """The person's Slack user id; None once they were erased."""
    return await tx.scalar(select(people.c.slack_id).where(people.c.id == pseudonym))
