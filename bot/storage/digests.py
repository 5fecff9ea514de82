"""Digests as they were made, by week: the facts, from which the same message is made again."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import digests
from bot.storage.statements import insert_new


async def add(tx: AsyncConnection, week: str, facts: dict[str, Any], *, revision: str, now: datetime) -> bool:
    """Whether it is the week's first."""
    row = {"week": week, "facts": facts, "handbook_revision": revision, "made_at": now}
    return await insert_new(tx, digests, row)


async def facts_of(tx: AsyncConnection, week: str) -> dict[str, Any] | None:
    return await tx.scalar(select(digests.c.facts).where(digests.c.week == week))
