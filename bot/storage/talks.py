"""Draws of whom to invite to a talk, what came of each, and the notes that people let stand.

Notes carry an id that begins with `talk:`: by it a bet cites them as evidence.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import outbox, people, talk_draws, talk_notes, talk_wishes, talks
from bot.storage.statements import insert_into, insert_new, insert_rows
from bot.talk_row import (
    ACCEPTED,
    DRAWN,
    DROPPED,
    EVIDENCE,
    INVITED,
    KEPT,
    SHOWN,
    SKIPPED,
    Draw,
    Notes,
    Talk,
    TalkEvidence,
)

# Draws.


async def add_draw(tx: AsyncConnection, draw: Draw, drawn: Sequence[Talk]) -> bool:
    """Whether it is new; who was drawn is written down with it."""
    is_new = await insert_new(tx, talk_draws, asdict(draw))
    if is_new:
        await insert_rows(tx, talks, [asdict(each) for each in drawn])
    return is_new


async def last_draw(tx: AsyncConnection) -> tuple[Draw, Sequence[Talk]] | None:
    """The newest, with all who were drawn in it, in the order of chance."""
    newest = select(talk_draws).order_by(talk_draws.c.drawn_at.desc(), talk_draws.c.id).limit(1)
    row = (await tx.execute(newest)).mappings().first()
    if row is None:
        return None
    query = select(talks).where(talks.c.draw_id == row["id"]).order_by(talks.c.place)
    return Draw(**row), [Talk(**each) for each in (await tx.execute(query)).mappings()]


async def by_id(tx: AsyncConnection, talk_id: str) -> Talk | None:
    row = (await tx.execute(select(talks).where(talks.c.id == talk_id))).mappings().one_or_none()
    return None if row is None else Talk(**row)


async def move(tx: AsyncConnection, talk_id: str, *, among: Collection[str], **values: Any) -> bool:
    """Whether it was in one of these states; else nothing is changed."""
    here = and_(talks.c.id == talk_id, talks.c.state.in_(list(among)))
    return (await tx.execute(update(talks).where(here).values(**values).returning(talks.c.id))).first() is not None


async def skip(tx: AsyncConnection, talk_id: str) -> None:
    """Who was not sent the invitation after all was not invited, and may be drawn again."""
    await move(tx, talk_id, among=[INVITED], state=SKIPPED, invited_at=None)


async def to_write_up(tx: AsyncConnection, interviewer: str) -> Sequence[Talk]:
    """Talks that the person is to have or had, without notes of theirs yet; the oldest first."""
    written = select(talk_notes.c.talk_id)
    here = and_(talks.c.interviewer == interviewer, talks.c.state == ACCEPTED, talks.c.id.not_in(written))
    query = select(talks).where(here).order_by(talks.c.said_at, talks.c.id)
    return [Talk(**row) for row in (await tx.execute(query)).mappings()]


async def not_to_be_asked(tx: AsyncConnection, *, now: datetime, asked_since: datetime) -> frozenset[str]:
    """Who was invited since then, whatever they said, and who wants no invitation now."""
    asked = select(talks.c.person).where(talks.c.invited_at >= asked_since)
    unwilling = select(talk_wishes.c.person).where(or_(talk_wishes.c.until.is_(None), talk_wishes.c.until > now))
    return frozenset(await tx.scalars(asked.union(unwilling)))


# Wishes.


async def wish(tx: AsyncConnection, person: str, *, until: datetime | None, now: datetime) -> None:
    """No invitation until then; None: until they say otherwise."""
    values = {"until": until, "said_at": now}
    statement = insert_into(tx, talk_wishes).values(person=person, **values)
    await tx.execute(statement.on_conflict_do_update(index_elements=[talk_wishes.c.person], set_=values))


async def wants_talks_again(tx: AsyncConnection, person: str) -> None:
    await tx.execute(delete(talk_wishes).where(talk_wishes.c.person == person))


async def wants_none(tx: AsyncConnection, person: str, *, now: datetime) -> bool:
    there = and_(talk_wishes.c.person == person, or_(talk_wishes.c.until.is_(None), talk_wishes.c.until > now))
    return (await tx.execute(select(talk_wishes.c.person).where(there))).first() is not None


# Notes.


async def add_notes(tx: AsyncConnection, row: Notes) -> bool:
    """Whether they are the first of their talk: what a person dropped is not written anew."""
    return await insert_new(tx, talk_notes, asdict(row))


async def notes(tx: AsyncConnection, notes_id: str) -> Notes | None:
    row = (await tx.execute(select(talk_notes).where(talk_notes.c.id == notes_id))).mappings().one_or_none()
    return None if row is None else Notes(**row)


async def states_of(tx: AsyncConnection, ids: Collection[str]) -> dict[str, str]:
    """Of the notes that are there, what became of each; erased ones are not there."""
    query = select(talk_notes.c.id, talk_notes.c.state).where(talk_notes.c.id.in_(list(ids)))
    return {row.id: row.state for row in await tx.execute(query)}


async def has_notes(tx: AsyncConnection, talk_id: str) -> bool:
    return (await tx.execute(select(talk_notes.c.id).where(talk_notes.c.talk_id == talk_id))).first() is not None


async def settle(tx: AsyncConnection, notes_id: str, *, among: Collection[str], **values: Any) -> bool:
    """Whether they were in one of these states; else nothing is changed."""
    here = and_(talk_notes.c.id == notes_id, talk_notes.c.state.in_(list(among)))
    changed = update(talk_notes).where(here).values(**values).returning(talk_notes.c.id)
    return (await tx.execute(changed)).first() is not None


async def evidence(tx: AsyncConnection, *, limit: int = 1_000) -> Sequence[TalkEvidence]:
    """The notes that were kept, the newest first."""
    query = select(talk_notes).where(talk_notes.c.state == KEPT, talk_notes.c.words.is_not(None))
    rows = await tx.execute(query.order_by(talk_notes.c.settled_at.desc(), talk_notes.c.id).limit(limit))
    return [
        TalkEvidence(
            f"{EVIDENCE}{row.id}", row.team, row.words, row.settled_at, person=row.person if row.is_named else ""
        )
        for row in rows
    ]


def message_key(notes_id: str) -> str:
    """Of the message in which the person is shown the notes."""
    return f"talk-notes:{notes_id}"


async def forget_message(tx: AsyncConnection, notes_id: str) -> None:
    """The words go from the message too, as far as it waits no more."""
    key = message_key(notes_id)
    here = or_(outbox.c.key == key, outbox.c.key == f"{key}:edit")
    await tx.execute(update(outbox).where(here, outbox.c.sent_at.is_not(None)).values(text=None, blocks=None))


# Forgetting.


async def forget_unkept(tx: AsyncConnection, *, before: datetime, now: datetime) -> None:
    """Notes that nobody let stand are dropped: no word stays, and nobody writes them anew."""
    old = and_(talk_notes.c.state == SHOWN, talk_notes.c.written_at < before)
    dropped = update(talk_notes).where(old).values(state=DROPPED, words=None, settled_at=now)
    for each in await tx.scalars(dropped.returning(talk_notes.c.id)):
        await forget_message(tx, each)


async def forget_old(tx: AsyncConnection, *, uninvited: datetime, invited: datetime) -> None:
    """Who was drawn before the one day and not invited, or invited before the other; talks with notes stay.

    Notes that were dropped before that stay no longer than their talk would.
    """
    dropped = and_(talk_notes.c.state == DROPPED, talk_notes.c.settled_at < invited)
    await tx.execute(delete(talk_notes).where(dropped))
    written, drawn_before = (
        select(talk_notes.c.talk_id),
        select(talk_draws.c.id).where(talk_draws.c.drawn_at < uninvited),
    )
    never = and_(talks.c.invited_at.is_(None), talks.c.draw_id.in_(drawn_before))
    old = or_(never, and_(talks.c.invited_at < invited, talks.c.id.not_in(written)))
    await tx.execute(delete(talks).where(old))
    empty = and_(talk_draws.c.drawn_at < uninvited, talk_draws.c.id.not_in(select(talks.c.draw_id)))
    await tx.execute(delete(talk_draws).where(empty))
    await tx.execute(delete(talk_wishes).where(talk_wishes.c.person.not_in(select(people.c.id))))


async def leave_out(tx: AsyncConnection, person: str) -> None:
    """No invitation to the person stands any more, and no notes of what they said."""
    for each in await tx.scalars(delete(talk_notes).where(talk_notes.c.person == person).returning(talk_notes.c.id)):
        await forget_message(tx, each)
    going = and_(talks.c.person == person, talks.c.state.in_((DRAWN, INVITED, ACCEPTED)))
    await tx.execute(update(talks).where(going).values(state=SKIPPED))


async def forget_person(tx: AsyncConnection, person: str) -> None:
    """After `leave_out`."""
    await tx.execute(delete(talk_wishes).where(talk_wishes.c.person == person))
