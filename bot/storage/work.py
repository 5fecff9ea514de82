"""Durable work: rows put in with the transaction that wants it done, claimed under a lease."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, bindparam, cast, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import work
from bot.storage.statements import FEW, insert_new, insert_rows, is_among, one_of

ANY_DUE = select(work.c.id).where(work.c.state == "waiting", work.c.due_at <= bindparam("now")).limit(1)
NOBODYS = and_(work.c.state == "waiting", work.c.leased_until.is_(None))
WITHDRAWN = delete(work).where(one_of(work.c.key, "keys"), NOBODYS)


@dataclass(frozen=True)
class Claim:
    """A row of work that is ours until the lease ends."""

    id: int
    kind: str
    key: str
    payload: dict[str, Any]
    attempts: int  # this one included
    lease: str


async def enqueue(
    tx: AsyncConnection, *, kind: str, key: str, payload: dict[str, Any], due_at: datetime, now: datetime
) -> bool:
    """Whether it is new: the same kind and key is done once, ever."""
    return await insert_new(
        tx,
        work,
        {
            "kind": kind,
            "key": key,
            "payload": payload,
            "due_at": due_at,
            "state": "waiting",
            "attempts": 0,
            "created_at": now,
        },
    )


async def enqueue_many(
    tx: AsyncConnection, *, kind: str, wanted: Iterable[tuple[str, dict[str, Any], datetime]], now: datetime
) -> None:
    """Key, payload and due time of each; those that are there already are left as they are."""
    new = {"kind": kind, "state": "waiting", "attempts": 0, "created_at": now}
    await insert_rows(tx, work, [new | {"key": key, "payload": load, "due_at": at} for key, load, at in wanted])


async def enqueue_missed(tx: AsyncConnection, *, kind: str, key: str, due_at: datetime, now: datetime) -> bool:
    """Whether it is new: written down as never to be done."""
    row = {"kind": kind, "key": key, "due_at": due_at, "state": "missed", "attempts": 0}
    return await insert_new(tx, work, {**row, "created_at": now, "finished_at": now})


async def last_due(tx: AsyncConnection, *, kind: str) -> datetime | None:
    """When the newest work of the kind was due; None when there was none."""
    newest: datetime | None = await tx.scalar(select(func.max(work.c.due_at)).where(work.c.kind == kind))
    return newest


async def is_known(tx: AsyncConnection, *, kind: str, key: str) -> bool:
    """Whether it was asked for before, done or not."""
    here = and_(work.c.kind == kind, work.c.key == key)
    return (await tx.execute(select(work.c.id).where(here))).first() is not None


async def waits_until(tx: AsyncConnection, *, kind: str, key: str) -> datetime | None:
    """When the work is due; None when nothing waits under the key."""
    query = select(work.c.due_at).where(work.c.kind == kind, work.c.key == key, work.c.state == "waiting")
    due_at: datetime | None = await tx.scalar(query)
    return due_at


async def withdraw(tx: AsyncConnection, *, keys: Collection[str]) -> None:
    """What waits under these keys is not wanted any more. What somebody has in hand goes on."""
    if 0 < len(keys) <= FEW:
        await tx.execute(WITHDRAWN, {"keys": list(keys)})
    elif keys:
        await tx.execute(delete(work).where(is_among(tx, work.c.key, keys), NOBODYS))


async def is_any_due(tx: AsyncConnection, *, now: datetime) -> bool:
    """Whether a claim may find something, which costs several times as much, and a turn to write."""
    return (await tx.execute(ANY_DUE, {"now": now})).first() is not None


async def claim_due(
    tx: AsyncConnection, *, now: datetime, until: datetime, lease: str, limit: int, but: Collection[int] = ()
) -> Sequence[Claim]:
    """Rows that are due and nobody's, now leased to us, oldest first; none of those in `but`."""
    free = or_(work.c.leased_until.is_(None), work.c.leased_until <= now)
    due = (
        select(work.c.id)
        .where(work.c.state == "waiting", work.c.due_at <= now, free, work.c.id.not_in(list(but)))
        .order_by(work.c.due_at, work.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = (await tx.scalars(due)).all()
    if not ids:
        return []
    rows = await tx.execute(
        update(work)
        .where(work.c.id.in_(ids))
        .values(leased_until=until, lease=lease, attempts=work.c.attempts + 1)
        .returning(work.c.id, work.c.kind, work.c.key, work.c.payload, work.c.attempts)
    )
    return [
        Claim(id=row.id, kind=row.kind, key=row.key, payload=row.payload, attempts=row.attempts, lease=lease)
        for row in sorted(rows, key=lambda row: int(row.id))
    ]


async def is_held(tx: AsyncConnection, claim: Claim) -> bool:
    """Whether nobody took it over; its lease may have run out."""
    here = and_(work.c.id == claim.id, work.c.lease == claim.lease)
    return (await tx.execute(select(work.c.id).where(here))).first() is not None


async def finish(tx: AsyncConnection, claim: Claim, *, now: datetime) -> None:
    await _settle(tx, claim, state="done", payload=None, finished_at=now, leased_until=None, lease=None)


async def give_back(tx: AsyncConnection, claim: Claim, *, due_at: datetime, problem: str) -> None:
    """Not done: to be tried again from `due_at`."""
    await _settle(tx, claim, due_at=due_at, problem=problem, leased_until=None, lease=None)


async def give_up(tx: AsyncConnection, claim: Claim, *, now: datetime, problem: str) -> None:
    """Not to be tried again; like what is done, it keeps nothing of what somebody wrote."""
    ended = {"payload": None, "finished_at": now, "leased_until": None, "lease": None}
    await _settle(tx, claim, state="failed", problem=problem, **ended)


async def _settle(tx: AsyncConnection, claim: Claim, **values: Any) -> None:
    # Fenced: a worker whose lease ran out and was taken over changes nothing.
    await tx.execute(update(work).where(work.c.id == claim.id, work.c.lease == claim.lease).values(**values))


def _names(person: str) -> ColumnElement[bool]:
    """A pseudonym stands in the payload as a value of its own."""
    return cast(work.c.payload, Text).contains(f'"{person}"', autoescape=True)


async def is_in_hand(tx: AsyncConnection, person: str, *, now: datetime, but: str) -> bool:
    """Whether somebody works on something of the person's right now; work of the kind `but` aside."""
    held = and_(work.c.leased_until > now, work.c.kind != but)
    return (await tx.execute(select(work.c.id).where(held, _names(person)).limit(1))).first() is not None


async def people_with(tx: AsyncConnection, kind: str) -> frozenset[str]:
    """The pseudonyms of those for whom work of that kind, of the payload's `person`, is still to be done."""
    query = select(work.c.payload["person"].as_string()).where(work.c.kind == kind, work.c.state == "waiting")
    return frozenset(each for each in await tx.scalars(query) if each)


async def forget_person(tx: AsyncConnection, person: str, *, but: str) -> None:
    """Nothing is done any more for the person; work of the kind `but` goes on."""
    await tx.execute(delete(work).where(_names(person), work.c.kind != but))


async def drop_overheard(tx: AsyncConnection, person: str) -> None:
    """What the person did not ask of the bot, and nobody has in hand, is not done."""
    unasked = work.c.payload["asked"].as_boolean().is_(False)
    await tx.execute(delete(work).where(_names(person), unasked, work.c.state == "waiting", work.c.lease.is_(None)))


@dataclass(frozen=True)
class Backlog:
    """What waits, and what came to nothing since the beginning. `oldest` is when the first that waits was due."""

    due: int
    failed: int
    missed: int  # slots of the timetable that nobody was there for
    oldest: datetime | None


async def backlog(tx: AsyncConnection, *, now: datetime) -> Backlog:
    """Of what is not done; the rows of what is are many."""
    is_due = and_(work.c.state == "waiting", work.c.due_at <= now)
    due = func.count().filter(is_due)
    failed = func.count().filter(work.c.state == "failed")
    missed = func.count().filter(work.c.state == "missed")
    oldest = func.min(work.c.due_at).filter(is_due)
    not_done = work.c.state.in_(("waiting", "failed", "missed"))
    row = (await tx.execute(select(due, failed, missed, oldest).where(not_done))).one()
    return Backlog(row[0], row[1], row[2], row[3])


async def last_given_up(tx: AsyncConnection) -> str:
    """Kind, day and trouble of what was given up last; "" where nothing was."""
    newest = select(work.c.kind, work.c.finished_at, work.c.problem).where(work.c.state == "failed")
    row = (await tx.execute(newest.order_by(work.c.finished_at.desc()).limit(1))).first()
    return f"{row.kind} on {row.finished_at:%Y-%m-%d %H:%M} UTC ({row.problem})" if row else ""


async def forget_done(tx: AsyncConnection, *, before: datetime, limit: int) -> int:
    """How many rows done long ago, so many at most; their keys may be used again from then on."""
    is_old = and_(work.c.due_at < before, work.c.finished_at < before)  # due before, too: that has an index
    old = select(work.c.id).where(work.c.state == "done", is_old).limit(limit)
    gone = delete(work).where(work.c.id.in_(old)).returning(work.c.id)
    return len((await tx.scalars(gone)).all())
