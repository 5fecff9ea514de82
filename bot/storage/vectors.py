"""Vectors of the handbook's passages, by the model that made them and the passage's content: made once for all."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import vectors
from bot.storage.statements import insert_rows

AT_ONCE = 500  # keys; SQLite binds no more than a few thousand values
MARKED_EVERY = timedelta(days=1)


async def of(tx: AsyncConnection, model: str, keys: Sequence[str]) -> dict[str, bytes]:
    """Those that are kept, of up to `AT_ONCE` keys."""
    query = select(vectors.c.key, vectors.c.vector).where(vectors.c.model == model, vectors.c.key.in_(keys))
    return {key: bytes(vector) for key, vector in await tx.execute(query)}


async def keep(tx: AsyncConnection, model: str, made: Mapping[str, bytes], *, now: datetime) -> None:
    rows = [{"model": model, "key": key, "vector": vector, "used_at": now} for key, vector in made.items()]
    await insert_rows(tx, vectors, rows)


async def use(tx: AsyncConnection, model: str, keys: Sequence[str], *, now: datetime) -> None:
    """Marks up to `AT_ONCE` keys as held by an article, at most once a day."""
    old = vectors.c.used_at < now - MARKED_EVERY
    these = (vectors.c.model == model, vectors.c.key.in_(keys), old)
    await tx.execute(update(vectors).where(*these).values(used_at=now))


async def forget(tx: AsyncConnection, *, before: datetime) -> None:
    """Those that no article has held since."""
    await tx.execute(delete(vectors).where(vectors.c.used_at < before))
