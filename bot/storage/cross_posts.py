"""Questions that were asked in several channels. What is the same is decided by `bot.peers.cross_posts`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import cross_posts, messages, questions
from bot.storage.statements import insert_into

Key = tuple[str, str]  # channel and ts of a question
AT_ONCE = 400  # keys in a statement


@dataclass(frozen=True)
class Asked:
    """A question whose words are kept."""

    channel_id: str
    ts: str
    asker: str
    asked_at: datetime
    text: str

    @property
    def key(self) -> Key:
        return self.channel_id, self.ts


async def held_for(tx: AsyncConnection, channel_id: str, ts: Collection[str]) -> Sequence[Key]:
    """Those that count as one of these asked again."""
    first = and_(cross_posts.c.first_channel_id == channel_id, cross_posts.c.first_ts.in_(list(ts)))
    rows = await tx.execute(select(cross_posts.c.channel_id, cross_posts.c.ts).where(first))
    return [(row.channel_id, row.ts) for row in rows]


async def drop(tx: AsyncConnection, keys: Sequence[Key]) -> None:
    for part in _parts(keys):
        await tx.execute(delete(cross_posts).where(tuple_(cross_posts.c.channel_id, cross_posts.c.ts).in_(part)))


async def put(tx: AsyncConnection, firsts: Mapping[Key, Key]) -> None:
    if not firsts:
        return
    statement = insert_into(tx, cross_posts)
    changed = {name: statement.excluded[name] for name in ("first_channel_id", "first_ts")}
    keys = [cross_posts.c.channel_id, cross_posts.c.ts]
    rows = [
        {"channel_id": again[0], "ts": again[1], "first_channel_id": first[0], "first_ts": first[1]}
        for again, first in firsts.items()
    ]
    await tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), rows)


async def with_words(tx: AsyncConnection, keys: Sequence[Key]) -> Sequence[Asked]:
    """Those that are questions, and whose words are kept."""
    found: list[Asked] = []
    for part in _parts(keys):
        query = _asked().where(tuple_(questions.c.channel_id, questions.c.ts).in_(part))
        found += [Asked(**row) for row in (await tx.execute(query)).mappings()]
    return found


async def of_asker(tx: AsyncConnection, asked: Asked, *, within: timedelta) -> Sequence[Asked]:
    """What its asker asked besides, so long before or after: twice that before, as what is after looks back too."""
    since, until = asked.asked_at - 2 * within, asked.asked_at + within
    near = and_(questions.c.asker == asked.asker, questions.c.asked_at >= since, questions.c.asked_at <= until)
    rows = (await tx.execute(_asked().where(near))).mappings()
    return [each for each in (Asked(**row) for row in rows) if each.key != asked.key]


def _asked() -> Select[Any]:
    said = and_(messages.c.channel_id == questions.c.channel_id, messages.c.ts == questions.c.ts)
    names = ("channel_id", "ts", "asker", "asked_at")
    query = select(*(questions.c[name] for name in names), messages.c.text).join(messages, said)
    return query.where(messages.c.text.is_not(None))


def _parts(keys: Sequence[Key]) -> list[list[Key]]:
    return [list(keys[start : start + AT_ONCE]) for start in range(0, len(keys), AT_ONCE)]
