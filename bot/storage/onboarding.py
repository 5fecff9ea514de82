"""Whether the bot ever met a person, and what waits before the reviewers of what brings a team on."""

from collections.abc import Mapping

from sqlalchemy import select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.proposals import OPEN, WAITING
from bot.storage.schema import answers, case_answers, outbox, proposals, questions, requests


async def was_met(tx: AsyncConnection, person: str) -> bool:
    """Whether they asked or answered in a channel, asked us for anything, or were sent something.

    All of these are found by person. Who only chatted or reacted would be found by reading everything that was said.
    """
    columns = (questions.c.asker, case_answers.c.person, answers.c.asker, requests.c.person, outbox.c.recipient)
    rows = union_all(*(select(column).where(column == person).limit(1).subquery().select() for column in columns))
    return (await tx.execute(rows)).first() is not None


async def proposed(tx: AsyncConnection, prefix: str) -> Mapping[str, str]:
    """The addresses of what waits before the reviewers, by subjects that begin so; "" while it is being opened."""
    waits = proposals.c.state.in_((WAITING, OPEN))
    query = select(proposals.c.subject, proposals.c.url).where(waits, proposals.c.subject.startswith(prefix))
    return {row.subject: row.url for row in await tx.execute(query)}
