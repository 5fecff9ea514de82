"""How often the model was asked on a day, by each person and by everybody together."""

from datetime import date

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import model_use
from bot.storage.statements import insert_into

EVERYBODY = ""


async def take(tx: AsyncConnection, person: str, day: date, *, most: int) -> bool:
    """Counts one call more, unless the person has had `most` that day. Whether it was counted."""
    first = insert_into(tx, model_use).values(day=day, person=person, calls=1)
    one_more = first.on_conflict_do_update(
        index_elements=[model_use.c.day, model_use.c.person],
        set_={"calls": model_use.c.calls + 1},
        where=model_use.c.calls < most,
    )
    return (await tx.execute(one_more.returning(model_use.c.calls))).first() is not None


async def forget(tx: AsyncConnection, *, before: date) -> None:
    await tx.execute(delete(model_use).where(model_use.c.day < before))


async def forget_person(tx: AsyncConnection, person: str) -> None:
    await tx.execute(delete(model_use).where(model_use.c.person == person))
