"""What questions are about: a tag of the handbook, kept beside the question when its words are gone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.case_row import Key
from bot.storage.schema import messages, questions


@dataclass(frozen=True)
class Unsorted:
    key: Key
    text: str


async def unsorted(tx: AsyncConnection, *, since: datetime, limit: int) -> Sequence[Unsorted]:
    """Questions asked since then whose topic was not looked for, and whose words are kept."""
    here = and_(messages.c.channel_id == questions.c.channel_id, messages.c.ts == questions.c.ts)
    query = (
        select(questions.c.channel_id, questions.c.ts, messages.c.text)
        .join(messages, here)
        .where(questions.c.asked_at >= since, questions.c.topic.is_(None), messages.c.text.is_not(None))
        .limit(limit)
    )
    return [Unsorted((row.channel_id, row.ts), row.text) for row in await tx.execute(query)]


async def put(tx: AsyncConnection, topics: Mapping[Unsorted, str]) -> None:
    """Of those whose words are still the same."""
    for asked, topic in topics.items():
        channel_id, ts = asked.key
        same = select(messages.c.ts).where(
            messages.c.channel_id == channel_id, messages.c.ts == ts, messages.c.text == asked.text
        )
        here = and_(questions.c.channel_id == channel_id, questions.c.ts == ts, same.exists())
        await tx.execute(update(questions).where(here).values(topic=topic))
