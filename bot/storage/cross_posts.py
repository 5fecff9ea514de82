"""Questions that were asked in several channels. What is the same is decided by `bot.peers.cross_posts`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import cross_posts, messages, questions
from bot.storage.statements import insert_all, is_among, is_at

Key = tuple[str, str]  # channel and ts of a question
_QUESTION = [questions.c[name] for name in ("channel_id", "ts", "asker", "asked_at")]


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
    if not ts:
        return []
    first = and_(cross_posts.c.first_channel_id == channel_id, is_at(tx, cross_posts.c.first_ts, ts))
    rows = await tx.execute(select(cross_posts.c.channel_id, cross_posts.c.ts).where(first))
    return [(row.channel_id, row.ts) for row in rows]


async def drop(tx: AsyncConnection, keys: Sequence[Key]) -> None:
    for channel_id, ts in _by_channel(keys).items():
        here = and_(cross_posts.c.channel_id == channel_id, is_at(tx, cross_posts.c.ts, ts))
        await tx.execute(delete(cross_posts).where(here))


async def put(tx: AsyncConnection, firsts: Mapping[Key, Key]) -> None:
    if not firsts:
        return
    keys = [cross_posts.c.channel_id, cross_posts.c.ts]
    rows = [
        {"channel_id": again[0], "ts": again[1], "first_channel_id": first[0], "first_ts": first[1]}
        for again, first in firsts.items()
    ]
    statement = insert_all(tx, cross_posts, rows)
    changed = {name: statement.excluded[name] for name in ("first_channel_id", "first_ts")}
    await tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))


async def with_words(tx: AsyncConnection, keys: Sequence[Key]) -> Sequence[Asked]:
    """Those that are questions, and whose words are kept."""
    found: list[Asked] = []
    for channel_id, ts in _by_channel(keys).items():
        said = select(messages.c.ts, messages.c.text).where(messages.c.channel_id == channel_id)
        kept = said.where(is_at(tx, messages.c.ts, ts), messages.c.text.is_not(None))
        words = {row.ts: row.text for row in await tx.execute(kept)}  # apart, as in `links._with_links`
        if words:
            query = select(*_QUESTION).where(questions.c.channel_id == channel_id, is_at(tx, questions.c.ts, words))
            found += [Asked(**row, text=words[row["ts"]]) for row in (await tx.execute(query)).mappings()]
    return found


async def near(tx: AsyncConnection, asked: Sequence[Asked], *, within: timedelta) -> Mapping[str, Sequence[Asked]]:
    """By asker all that they asked in the time of these, and so long before or after.

    Twice that before, as what is after looks back too.
    """
    if not asked:
        return {}
    times = [each.asked_at for each in asked]
    since, until = min(times) - 2 * within, max(times) + within
    theirs = is_among(tx, questions.c.asker, {each.asker for each in asked})
    in_time = and_(questions.c.asked_at >= since, questions.c.asked_at <= until)
    found: dict[str, list[Asked]] = {}
    for row in (await tx.execute(_asked().where(theirs, in_time))).mappings():
        found.setdefault(row["asker"], []).append(Asked(**row))
    return found


def _asked() -> Select[Any]:
    said = and_(messages.c.channel_id == questions.c.channel_id, messages.c.ts == questions.c.ts)
    query = select(*_QUESTION, messages.c.text).join(messages, said)
    return query.where(messages.c.text.is_not(None))


def _by_channel(keys: Sequence[Key]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for channel_id, ts in keys:
        found.setdefault(channel_id, []).append(ts)
    return found
