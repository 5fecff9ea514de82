"""What was proposed to the handbook's repository, and what became of it."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import drafts, gap_members, proposals
from bot.storage.statements import insert_new

WAITING, OPEN, MERGED, CLOSED, FAILED = "waiting", "open", "merged", "closed", "failed"


@dataclass(frozen=True)
class ProposalRow:
    """`subject` is the id of what it came from. `files` and `body` are None, and `title` is "", once it is settled."""

    id: str
    kind: str
    subject: str
    branch: str
    person: str
    title: str
    body: str | None
    files: dict[str, str] | None
    state: str
    url: str
    number: str
    created_at: datetime
    looked_at: datetime | None = None
    settled_at: datetime | None = None


async def add(tx: AsyncConnection, row: ProposalRow) -> bool:
    """Whether it is the first of its subject."""
    return await insert_new(tx, proposals, asdict(row))


async def by_id(tx: AsyncConnection, proposal_id: str) -> ProposalRow | None:
    return await _one(tx, proposals.c.id == proposal_id)


async def of(tx: AsyncConnection, subject: str) -> ProposalRow | None:
    """What came of the draft or look."""
    return await _one(tx, proposals.c.subject == subject)


async def of_thread(tx: AsyncConnection, channel_id: str, root: str) -> ProposalRow | None:
    """What stands before the reviewers from this thread, or was merged; None when there is nothing, or not any more."""
    here = and_(drafts.c.channel_id == channel_id, drafts.c.root == root)
    return await _standing(tx, proposals.c.subject.in_(select(drafts.c.id).where(here)))


async def of_threads_in(tx: AsyncConnection, gap_id: str) -> ProposalRow | None:
    """The same of any thread in the gap."""
    asked = and_(gap_members.c.channel_id == drafts.c.channel_id, gap_members.c.ts == drafts.c.root)
    theirs = select(drafts.c.id).join(gap_members, asked).where(gap_members.c.gap_id == gap_id)
    return await _standing(tx, proposals.c.subject.in_(theirs))


async def of_gap(tx: AsyncConnection, gap_id: str) -> ProposalRow | None:
    """The same of the gap itself."""
    return await _standing(tx, proposals.c.subject == gap_id)


async def _standing(tx: AsyncConnection, condition: ColumnElement[bool]) -> ProposalRow | None:
    stands = proposals.c.state.in_((WAITING, OPEN, MERGED))
    query = select(proposals).where(condition, stands).order_by(proposals.c.created_at).limit(1)
    row = (await tx.execute(query)).mappings().first()
    return None if row is None else ProposalRow(**row)


async def _one(tx: AsyncConnection, condition: Any) -> ProposalRow | None:
    row = (await tx.execute(select(proposals).where(condition))).mappings().one_or_none()
    return None if row is None else ProposalRow(**row)


async def articles_merged(tx: AsyncConnection, since: datetime, until: datetime) -> Sequence[tuple[str, str]]:
    """File and address of each article from a thread that was merged then, the newest first."""
    here = and_(proposals.c.state == MERGED, proposals.c.settled_at >= since, proposals.c.settled_at < until)
    query = select(drafts.c.file, proposals.c.url).join(proposals, proposals.c.subject == drafts.c.id).where(here)
    found = await tx.execute(query.order_by(proposals.c.settled_at.desc(), proposals.c.id))
    return [(row.file, row.url) for row in found]


async def mark_open(tx: AsyncConnection, proposal_id: str, *, url: str, number: str, now: datetime) -> bool:
    """Whether it was not open before."""
    waiting = and_(proposals.c.id == proposal_id, proposals.c.state == WAITING)
    opened = update(proposals).where(waiting).values(state=OPEN, url=url, number=number, looked_at=now)
    return (await tx.execute(opened.returning(proposals.c.id))).first() is not None


async def settle(tx: AsyncConnection, proposal_id: str, *, state: str, now: datetime) -> bool:
    """Whether it was not settled before; its words go."""
    running = and_(proposals.c.id == proposal_id, proposals.c.state.in_((WAITING, OPEN)))
    settled = update(proposals).where(running).values(state=state, settled_at=now, title="", body=None, files=None)
    return (await tx.execute(settled.returning(proposals.c.id))).first() is not None


async def mark_failed(tx: AsyncConnection, proposal_id: str, *, now: datetime) -> bool:
    """Whether it was still to be opened; its words stay with what it came from."""
    waiting = and_(proposals.c.id == proposal_id, proposals.c.state == WAITING)
    gone = {"title": "", "body": None, "files": None}
    failed = update(proposals).where(waiting).values(state=FAILED, settled_at=now, **gone)
    return (await tx.execute(failed.returning(proposals.c.id))).first() is not None


async def forget(tx: AsyncConnection, proposal_id: str) -> None:
    await tx.execute(delete(proposals).where(proposals.c.id == proposal_id))


async def to_look_up(tx: AsyncConnection, *, limit: int) -> Sequence[ProposalRow]:
    """Open ones, those not looked at for longest first."""
    query = select(proposals).where(proposals.c.state == OPEN).order_by(proposals.c.looked_at, proposals.c.id)
    return [ProposalRow(**row) for row in (await tx.execute(query.limit(limit))).mappings()]


async def looked_at(tx: AsyncConnection, proposal_id: str, *, now: datetime) -> None:
    await tx.execute(update(proposals).where(proposals.c.id == proposal_id).values(looked_at=now))


async def forget_words_of(tx: AsyncConnection, subjects: Collection[str], *, now: datetime) -> None:
    """What waits is not proposed; of what is open only the paths stay, so that it can be followed."""
    theirs = proposals.c.subject.in_(list(subjects))
    for row in await tx.execute(select(proposals.c.id, proposals.c.files).where(theirs, proposals.c.state == OPEN)):
        paths = dict.fromkeys(row.files or {}, "")
        await tx.execute(update(proposals).where(proposals.c.id == row.id).values(files=paths))
    failed = case((proposals.c.state == WAITING, FAILED), else_=proposals.c.state)
    await tx.execute(update(proposals).where(theirs).values(title="", body=None, state=failed))
    ended = and_(theirs, proposals.c.state == FAILED)
    await tx.execute(update(proposals).where(ended).values(files=None, settled_at=now))
