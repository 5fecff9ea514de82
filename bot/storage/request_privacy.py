"""What becomes of requests and evidence when their time is over, or the person who wrote them is erased.

Statements for `bot.privacy` and for forgetting with time; requests are moved and followed by `bot.storage.requests`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, Text, and_, cast, delete, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import EvidenceState
from bot.storage.requests import EXPIRED, PREPARING, VOID, WAITING, WITHDRAWN
from bot.storage.schema import evidence, follow_ups, git_accounts, people, requests

NOT_BEGUN = (PREPARING, WAITING, VOID, EXPIRED)  # nothing was done yet, and nothing need be
# What was asked for, and by whom, in words. The entry is the handbook's text, and stays.
ASKED: dict[str, Any] = {"inputs": {}, "shown": None, "author": None}
# What is proposed is needed for as long as it is followed.
WORDS = ASKED | {
    column.name: None for column in requests.columns if column.nullable and isinstance(column.type, JSON | Text)
}
# By these somebody who reads Git finds out whose it was.
WHEREABOUTS = {"problem": "", "url": "", "number": "", "merge_revision": "", "execution": ""}


async def forget_words(tx: AsyncConnection, *, before: datetime) -> None:
    """Of requests that ended before that: that there were such, and what became of them, is kept."""
    has_words = or_(cast(requests.c.inputs, Text) != "{}", requests.c.shown.is_not(None))
    old = and_(_is_over(), requests.c.ended_at < before, has_words)
    await tx.execute(update(requests).where(old).values(WORDS))


async def forget_words_of_nobody(tx: AsyncConnection) -> None:
    """Of requests that ended after who asked for them was erased."""
    is_left = or_(cast(requests.c.blobs, Text) != "null", requests.c.url != "")
    await _forget_all(tx, and_(not_(_is_somebodys()), is_left))


async def withdraw_nobodys(tx: AsyncConnection, *, now: datetime) -> Sequence[str]:
    """The ids of requests that are not begun and whose asker was erased; they are withdrawn."""
    return await _withdraw(tx, not_(_is_somebodys()), now=now)


async def forget_person(tx: AsyncConnection, person: str, *, now: datetime) -> Sequence[str]:
    """The ids of requests that were withdrawn, as nobody is there any more to have them done.

    What was begun goes on without the person's name and words; what is proposed in it is forgotten when it ends.
    """
    withdrawn = await _withdraw(tx, requests.c.person == person, now=now)
    await tx.execute(update(requests).where(requests.c.person == person).values(ASKED))
    await _forget_all(tx, requests.c.person == person)
    await tx.execute(delete(git_accounts).where(git_accounts.c.person == person))
    await _forget_evidence(tx, person)
    return withdrawn


async def _withdraw(tx: AsyncConnection, condition: ColumnElement[bool], *, now: datetime) -> Sequence[str]:
    here = and_(condition, requests.c.state.in_(NOT_BEGUN), requests.c.ended_at.is_(None))
    ended = update(requests).where(here).values(state=WITHDRAWN, ended_at=now).returning(requests.c.id)
    return sorted((await tx.scalars(ended)).all())


async def _forget_all(tx: AsyncConnection, condition: ColumnElement[bool]) -> None:
    await tx.execute(update(requests).where(condition, _is_over()).values(WORDS | WHEREABOUTS))


def _is_over() -> ColumnElement[bool]:
    """Nothing is done about it any more, nor is anything left to be declared in Git."""
    undeclared = select(follow_ups.c.request_id).where(follow_ups.c.settled_at.is_(None))
    return and_(requests.c.ended_at.is_not(None), requests.c.id.not_in(undeclared))


async def _forget_evidence(tx: AsyncConnection, person: str) -> None:
    """What they handed in says no more how; what they judged, no more why. That it was so stays, for the team."""
    query = select(evidence.c.id, evidence.c.points).where(evidence.c.person == person)
    for row in (await tx.execute(query)).all():
        gone = {"link": "", "points": dict.fromkeys(row.points or {}, "")}
        await tx.execute(update(evidence).where(evidence.c.id == row.id).values(gone))
    unjudged = and_(evidence.c.person == person, evidence.c.state == EvidenceState.WAITING)
    # the team has to say anew how it meets the policy
    await tx.execute(update(evidence).where(unjudged).values(state=EvidenceState.EXPIRED))
    about = or_(evidence.c.judge == person, evidence.c.person == person)
    await tx.execute(update(evidence).where(about).values(reason=""))


def _is_somebodys() -> ColumnElement[bool]:
    return requests.c.person.in_(select(people.c.id))
