"""Before a restored copy is used: what was under way when it was taken is doubtful now, and is made to be looked at.

The bot itself looks before it posts for a while (`bot.outbox`) and leaves out slots of the time that is lost
(`bot.timetable`).
"""

from datetime import datetime

from sqlalchemy import and_, case, func, or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Manner, Purpose
from bot.storage.outbox import OPEN
from bot.storage.requests import WAITING
from bot.storage.restored import Restored, put_restored
from bot.storage.schema import outbox, requests, work

AGAIN_UNKNOWN = "restored from a backup: whether it was seen is not known"


async def begin(tx: AsyncConnection, *, expire: str, now: datetime) -> Restored | None:
    """What the copy is; None where it is none. `expire` is the kind of work that lets requests lapse."""
    restored = await put_restored(tx, now)
    if restored is None:
        return None
    cannot_be_found = or_(outbox.c.response_url.is_not(None), outbox.c.manner == Manner.WHISPER.value)
    # tried already, as the rest is said to be, it would be held back by no hours and no budget any more
    is_unasked = and_(outbox.c.purpose == Purpose.UNASKED.value, outbox.c.edits.is_(None))
    was_not_tried = and_(is_unasked, outbox.c.first_tried_at.is_(None))
    is_open = outbox.c.state.in_(OPEN)
    ended = {"state": "skipped", "problem": AGAIN_UNKNOWN, "sent_at": now, "response_url": None}
    await tx.execute(update(outbox).where(is_open, or_(cannot_be_found, was_not_tried)).values(**ended))
    state = case((outbox.c.edits.is_(None), "unclear"), else_=outbox.c.state)
    tried = func.coalesce(outbox.c.first_tried_at, restored.taken_at)
    free = {"leased_until": None, "lease": None}
    await tx.execute(update(outbox).where(is_open).values(state=state, first_tried_at=tried, **free))
    waits = work.c.state == "waiting"
    await tx.execute(update(work).where(waits).values(**free))
    await tx.execute(update(requests).where(requests.c.state == WAITING).values(expires_at=now))
    await tx.execute(update(work).where(waits, work.c.kind == expire).values(due_at=now))
    return restored
