"""Whether the bot ever met a person, and what waits before the reviewers of what brings a team on."""

from collections.abc import Mapping

from sqlalchemy import select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.proposals import OPEN, WAITING
from bot.storage.schema import answers, messages, outbox, proposals, reactions, requests


async def was_met(tx: AsyncConnection, person: str) -> bool:
    """Whether they ever wrote where it is kept, asked for anything, reacted, or were sent something."""
    columns = (messages.c.author, answers.c.asker, requests.c.person, reactions.c.person, outbox.c.recipient)
    rows = union_all(*(select(column).where(column == person).limit(1).subquery().select() for column in columns))
    return (await tx.execute(rows)).first() is not None


async def proposed(tx: AsyncConnection, prefix: str) -> Mapping[str, str]:
    """The addresses of what waits before the reviewers, by subjects that begin so; "" while it is being opened."""
    waits = proposals.c.state.in_((WAITING, OPEN))
    query = select(proposals.c.subject, proposals.c.url).where(waits, proposals.c.subject.startswith(prefix))
    return {row.subject: row.url for row in await tx.execute(query)}
