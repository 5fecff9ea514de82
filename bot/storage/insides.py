"""The newest rows of work and outbox as they stand, for whoever watches the bot at work. Reads only, and no words."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.outbox import OPEN
from bot.storage.schema import outbox, work

Rows = list[dict[str, Any]]


async def newest_work(tx: AsyncConnection, *, most: int) -> Rows:
    """What waits first, then what was put in last."""
    shown = (work.c.kind, work.c.key, work.c.state, work.c.attempts, work.c.due_at, work.c.finished_at, work.c.problem)
    query = select(*shown).order_by(work.c.state != "waiting", work.c.id.desc()).limit(most)
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def newest_outbox(tx: AsyncConnection, *, most: int) -> Rows:
    """What is to be sent first, then what was put in last."""
    shown = (outbox.c.kind, outbox.c.key, outbox.c.purpose, outbox.c.state, outbox.c.attempts, outbox.c.due_at)
    query = select(*shown, outbox.c.sent_at, outbox.c.problem)
    query = query.order_by(outbox.c.state.not_in(OPEN), outbox.c.created_at.desc()).limit(most)
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def is_busy(tx: AsyncConnection, now: datetime) -> bool:
    """Whether something is due to be done, or a message is not sent yet."""
    due = select(func.count()).where(work.c.state == "waiting", work.c.due_at <= now)
    unsent = select(func.count()).where(outbox.c.state.in_(OPEN))
    return bool(await tx.scalar(due) or await tx.scalar(unsent))
