"""What break-glass runs left undeclared, and for which pushed actions the owner was asked what would mend that."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, and_, cast, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import follow_ups, push_debts
from bot.storage.statements import insert_new

OPEN, PROPOSED, DECLARED, RETURNED = "open", "proposed", "declared", "returned"
UNSETTLED = (OPEN, PROPOSED)
NULL = "null"  # as JSON, which is what None is written as


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


async def put(tx: AsyncConnection, request_id: str, *, among: Collection[str] = UNSETTLED, **values: Any) -> bool:
    """Whether it was in one of these states; else nothing is changed."""
    here = and_(follow_ups.c.request_id == request_id, follow_ups.c.state.in_(list(among)))
    changed = update(follow_ups).where(here).values(**values).returning(follow_ups.c.request_id)
    return (await tx.execute(changed)).first() is not None


async def keep_files(tx: AsyncConnection, request_id: str, files: Mapping[str, str | None]) -> None:
    """The first that are made count, so that every try proposes the same."""
    here = and_(follow_ups.c.request_id == request_id, cast(follow_ups.c.files, Text) == NULL)
    await tx.execute(update(follow_ups).where(here).values(files=dict(files)))


async def take_look(tx: AsyncConnection, row: FollowUpRow, *, now: datetime) -> bool:
    """Whether it is ours to look now: not where somebody else looked since."""
    is_unseen = follow_ups.c.looked_at.is_not_distinct_from(row.looked_at)
    here = and_(follow_ups.c.request_id == row.request_id, follow_ups.c.state.in_(UNSETTLED), is_unseen)
    taken = update(follow_ups).where(here).values(looked_at=now).returning(follow_ups.c.request_id)
    return (await tx.execute(taken)).first() is not None


async def by_id(tx: AsyncConnection, request_id: str) -> FollowUpRow | None:
    query = select(follow_ups).where(follow_ups.c.request_id == request_id)
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else FollowUpRow(**row)


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
