"""Of each quarter, whether the platform team calls closing tickets a goal of its own. Who said so is not kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import closures
from bot.storage.statements import insert_new


@dataclass(frozen=True)
class ClosureRow:
    """`is_goal` is None while nobody said."""

    quarter: str
    is_goal: bool | None
    asked_at: datetime


async def ask(tx: AsyncConnection, quarter: str, *, now: datetime) -> bool:
    """Whether it was not asked before."""
    return await insert_new(tx, closures, {"quarter": quarter, "is_goal": None, "asked_at": now})


async def say(tx: AsyncConnection, quarter: str, *, is_goal: bool) -> bool:
    """Whether it was asked; the last word holds."""
    here = update(closures).where(closures.c.quarter == quarter).values(is_goal=is_goal)
    return (await tx.execute(here.returning(closures.c.quarter))).first() is not None


async def all_of_them(tx: AsyncConnection) -> Sequence[ClosureRow]:
    """The oldest first."""
    query = select(closures).order_by(closures.c.quarter)
    return [ClosureRow(**row) for row in (await tx.execute(query)).mappings()]
