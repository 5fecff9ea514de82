"""What becomes of a person's friction, stories and thanks when they are left out or erased.

The rows themselves are `bot.storage.friction`'s, `.stories`' and `.thanks`'.
"""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import stories, thanks
from bot.storage.schema import friction


async def leave_out(tx: AsyncConnection, person: str) -> Sequence[str]:
    """The ids of stories that are the person's or would name them, for what was proposed of them."""
    mine = friction.c.person == person
    await tx.execute(update(friction).where(mine).values(text=None, is_named=False))
    await thanks.leave_out(tx, person)
    return await stories.leave_out(tx, person)


async def forget_person(tx: AsyncConnection, person: str) -> None:
    """After `leave_out`."""
    await stories.forget_person(tx, person)
    await thanks.forget_person(tx, person)
