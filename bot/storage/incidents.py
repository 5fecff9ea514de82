"""Incidents that the duty group opens: what is known, since when, and who was told so in place of an answer."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.answers import KNOWN
from bot.storage.schema import answers, incident_updates, incidents
from bot.storage.statements import insert_new

ON, OVER, PROPOSED, MERGED, CLOSED = "on", "over", "proposed", "merged", "closed"


@dataclass(frozen=True)
class Incident:
    """People are pseudonyms; `known` is by the newest update."""

    id: str
    key: str
    title: str
    capability: str
    topics: tuple[str, ...]
    known: str
    next_word_at: datetime | None
    opened_by: str
    opened_at: datetime
    ended_by: str | None = None
    ended_at: datetime | None = None
    state: str = ON
    url: str = ""


@dataclass(frozen=True)
class Update:
    incident_id: str
    key: str
    known: str
    said_at: datetime


@dataclass(frozen=True)
class Told:
    """Somebody was told that it is known, in answer to a question; `channel_id` is "" after a command."""

    asker: str
    channel_id: str
    root: str | None
    is_direct: bool


async def add(tx: AsyncConnection, row: Incident) -> bool:
    """Whether it is the first under its key."""
    return await insert_new(tx, incidents, {**asdict(row), "topics": list(row.topics)})


async def by_id(tx: AsyncConnection, incident_id: str) -> Incident | None:
    return next(iter(await _all(tx, incidents.c.id == incident_id)), None)


async def those_on(tx: AsyncConnection) -> Sequence[Incident]:
    """The newest first."""
    return await _all(tx, incidents.c.ended_at.is_(None))


async def _all(tx: AsyncConnection, condition: ColumnElement[bool]) -> Sequence[Incident]:
    query = select(incidents).where(condition).order_by(incidents.c.opened_at.desc(), incidents.c.id)
    found = (await tx.execute(query)).mappings()
    return [Incident(**{**row, "topics": tuple(row["topics"])}) for row in found]


async def add_update(tx: AsyncConnection, row: Update, *, next_word_at: datetime | None) -> bool:
    """Whether it is on still, and the update is new."""
    here = (incidents.c.id == row.incident_id) & incidents.c.ended_at.is_(None)
    newer = update(incidents).where(here).values(known=row.known, next_word_at=next_word_at)
    if (await tx.execute(newer.returning(incidents.c.id))).first() is None:
        return False
    return await insert_new(tx, incident_updates, asdict(row))


async def updates(tx: AsyncConnection, incident_id: str) -> Sequence[Update]:
    """The oldest first; the first is what was known at the beginning."""
    query = select(incident_updates).where(incident_updates.c.incident_id == incident_id)
    ordered = query.order_by(incident_updates.c.said_at, incident_updates.c.key)
    return [Update(**row) for row in (await tx.execute(ordered)).mappings()]


async def end(tx: AsyncConnection, incident_id: str, *, by: str, now: datetime) -> bool:
    """Whether it was on."""
    here = (incidents.c.id == incident_id) & incidents.c.ended_at.is_(None)
    values = {"ended_at": now, "ended_by": by, "next_word_at": None, "state": OVER}
    return (
        await tx.execute(update(incidents).where(here).values(**values).returning(incidents.c.id))
    ).first() is not None


async def move(tx: AsyncConnection, incident_id: str, *, to: str, url: str = "") -> None:
    """How far it is on its way into the handbook."""
    await tx.execute(update(incidents).where(incidents.c.id == incident_id).values(state=to, url=url))


def reason(incident_id: str) -> str:
    """Why an answer is none of the handbook's: `answers.reason`, by which those who were told so are found again."""
    return f"incident {incident_id}"


async def told(tx: AsyncConnection, incident_id: str) -> Sequence[Told]:
    """Each person once, where they asked last."""
    columns = (answers.c.asker, answers.c.channel_id, answers.c.question_ts, answers.c.thread_ts, answers.c.surface)
    here = (answers.c.outcome == KNOWN, answers.c.reason == reason(incident_id), answers.c.surface != "shadow")
    rows = await tx.execute(select(*columns).where(*here).order_by(answers.c.created_at, answers.c.id))
    last = {
        row.asker: Told(row.asker, row.channel_id, row.thread_ts or row.question_ts, row.surface == "direct")
        for row in rows
    }
    return list(last.values())
