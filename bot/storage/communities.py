"""Who was active, and who came to answer and to give back.

What is counted from it names nobody: see `bot.peers.community`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Window
from bot.storage.peers import PERSON
from bot.storage.proposals import MERGED
from bot.storage.schema import case_answers, messages, proposals, questions

PEER = "peer"  # `case_answers.answerer`


@dataclass(frozen=True)
class Wrote:
    """A person wrote in a channel, first and last in the window."""

    channel_id: str
    person: str
    first_ts: str
    last_ts: str


async def who_wrote(tx: AsyncConnection, window: Window, channel_ids: Sequence[str]) -> Sequence[Wrote]:
    """In these channels; people alone."""
    since, until = _ts(window.since.timestamp()), _ts(window.until.timestamp())
    query = (
        select(messages.c.channel_id, messages.c.author, func.min(messages.c.ts), func.max(messages.c.ts))
        .where(messages.c.channel_id.in_(channel_ids), messages.c.ts >= since, messages.c.ts < until)
        .where(messages.c.author_kind == PERSON, messages.c.deleted_ts.is_(None))
        .group_by(messages.c.channel_id, messages.c.author)
    )
    return [Wrote(row[0], row[1] or "", row[2], row[3]) for row in await tx.execute(query)]


def _ts(at_s: float) -> str:
    return f"{at_s:.6f}"


async def first_asked(tx: AsyncConnection) -> Mapping[str, str]:
    """The ts of each asker's first question."""
    first = (
        select(questions.c.asker, func.min(questions.c.asked_at).label("at")).group_by(questions.c.asker).cte("first")
    )
    then = and_(questions.c.asker == first.c.asker, questions.c.asked_at == first.c.at)  # by the index alone so far
    query = select(questions.c.asker, func.min(questions.c.ts)).select_from(first).join(questions, then)
    return {row[0]: row[1] for row in await tx.execute(query.group_by(questions.c.asker))}


async def answered(tx: AsyncConnection) -> Mapping[str, tuple[str, str]]:
    """By peer the ts of the first and of the last question that they answered."""
    query = select(case_answers.c.person, func.min(case_answers.c.ts), func.max(case_answers.c.ts))
    query = query.where(case_answers.c.answerer == PEER).group_by(case_answers.c.person)
    return {row[0]: (row[1], row[2]) for row in await tx.execute(query)}


async def last_contributed(tx: AsyncConnection) -> Mapping[str, str]:
    """By person when they last proposed something to the handbook that was merged, as a ts."""
    query = select(proposals.c.person, func.max(proposals.c.created_at)).where(proposals.c.state == MERGED)
    rows = await tx.execute(query.group_by(proposals.c.person))
    return {person: _ts(at.timestamp()) for person, at in rows}


async def count_topics(tx: AsyncConnection, window: Window) -> tuple[int, int]:
    """How many questions of the window have a topic, and of how many it was looked for."""
    here = and_(questions.c.asked_at >= window.since, questions.c.asked_at < window.until)
    query = select(func.count(func.nullif(questions.c.topic, "")), func.count(questions.c.topic)).where(here)
    row = (await tx.execute(query)).one()
    return row[0], row[1]
