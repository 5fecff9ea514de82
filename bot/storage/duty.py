"""Who is in the duty group, as last seen: to notice who comes into it."""

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import on_duty
from bot.storage.statements import insert_new


async def observe(tx: AsyncConnection, people: frozenset[str]) -> Sequence[str]:
    """Those who came into the group since the last look, each once whoever looks; nobody at the very first."""
    is_first = not await tx.scalar(select(func.count()).select_from(on_duty))
    gone = on_duty.c.is_there & on_duty.c.person.not_in(list(people))
    await tx.execute(update(on_duty).where(gone).values(is_there=False))
    began = [person for person in sorted(people) if await _begins(tx, person)]
    return [] if is_first else began


async def _begins(tx: AsyncConnection, person: str) -> bool:
    if await insert_new(tx, on_duty, {"person": person, "is_there": True}):
        return True
    away = (on_duty.c.person == person) & on_duty.c.is_there.is_(False)
    back = update(on_duty).where(away).values(is_there=True).returning(on_duty.c.person)
    return (await tx.execute(back)).first() is not None
