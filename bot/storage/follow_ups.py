"""What break-glass runs left undeclared, and for which pushed actions the owner was asked what would mend that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import follow_ups, push_debts
from bot.storage.statements import insert_new

OPEN, PROPOSED, DECLARED, RETURNED = "open", "proposed", "declared", "returned"
UNSETTLED = (OPEN, PROPOSED)


@dataclass(frozen=True)
class FollowUpRow:
    """`files` are what its proposal changes: None until they are made, empty where nothing can be declared."""

    request_id: str
    state: str
    url: str
    number: str
    files: dict[str, str | None] | None
    opened_at: datetime
    looked_at: datetime | None = None
    settled_at: datetime | None = None
    settled_by: str | None = None


async def open_one(tx: AsyncConnection, request_id: str, *, now: datetime) -> bool:
    """Whether it is new."""
    values = {"request_id": request_id, "state": OPEN, "url": "", "number": "", "files": None, "opened_at": now}
    return await insert_new(tx, follow_ups, values)


async def put(tx: AsyncConnection, request_id: str, **values: Any) -> None:
    """As long as it is unsettled."""
    here = and_(follow_ups.c.request_id == request_id, follow_ups.c.state.in_(UNSETTLED))
    await tx.execute(update(follow_ups).where(here).values(**values))


async def settle(tx: AsyncConnection, request_id: str, *, state: str, by: str | None, now: datetime) -> bool:
    """Whether it was unsettled."""
    here = and_(follow_ups.c.request_id == request_id, follow_ups.c.state.in_(UNSETTLED))
    settled = update(follow_ups).where(here).values(state=state, settled_by=by, settled_at=now)
    return (await tx.execute(settled.returning(follow_ups.c.request_id))).first() is not None


async def unsettled(tx: AsyncConnection) -> Sequence[FollowUpRow]:
    """The oldest first."""
    query = select(follow_ups).where(follow_ups.c.state.in_(UNSETTLED)).order_by(follow_ups.c.opened_at)
    return [FollowUpRow(**row) for row in (await tx.execute(query)).mappings()]


async def debts(tx: AsyncConnection) -> Sequence[str]:
    """The actions that were pushed at least once."""
    return sorted((await tx.scalars(select(push_debts.c.action))).all())


async def is_new_debt(tx: AsyncConnection, action: str, *, now: datetime) -> bool:
    """Whether nobody was asked about this action yet."""
    return await insert_new(tx, push_debts, {"action": action, "asked_at": now})
