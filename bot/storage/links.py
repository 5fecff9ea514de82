"""What messages answer that stand in no thread. `bot.peers.linker` decides it; here it is kept."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.peers import BOT, PERSON
from bot.storage.schema import links, messages
from bot.storage.statements import insert_all, is_at

READ_AT_ONCE = 1_000  # messages
NO_ROW = "0"  # the form of a message that was known before there were links: nothing is known of it


class LinkRow(NamedTuple):  # as no dataclass is made as quickly, and an import makes three of each message
    """A message that stands in its channel itself. `linker` is "" where nothing was decided yet."""

    ts: str
    author: str
    is_bot: bool
    gist: str
    addressee: str | None
    text: str | None
    form: str = NO_ROW
    kin: str | None = None
    has_thread: bool = False
    answers_ts: str | None = None
    talk_ts: str = ""
    confidence: float = 0.0
    linker: str = ""

    @property
    def decided(self) -> tuple[str | None, str, float, str]:
        return self.answers_ts, self.talk_ts, self.confidence, self.linker


KEPT = LinkRow._fields[6:]  # the others stand in the message


async def before(tx: AsyncConnection, channel_id: str, ts: str, number: int) -> Sequence[LinkRow]:
    """The last ones before that, oldest first."""
    query = _standing(channel_id).where(messages.c.ts < ts).order_by(messages.c.ts.desc()).limit(number)
    return await _with_links(tx, channel_id, (await tx.execute(query)).all()[::-1])


async def following(tx: AsyncConnection, channel_id: str, ts: str) -> Sequence[LinkRow]:
    """That one and those after it, oldest first, as many as are read at once."""
    query = _standing(channel_id).where(messages.c.ts >= ts).order_by(messages.c.ts).limit(READ_AT_ONCE)
    return await _with_links(tx, channel_id, (await tx.execute(query)).all())


def _standing(channel_id: str) -> Select[Any]:
    names = ("ts", "author", "author_kind", "gist", "addressee", "text")
    return (
        select(*(messages.c[name] for name in names))
        # not `IS NULL`: PostgreSQL would read all that stands in no thread by its index, and not on from one ts
        .where(messages.c.channel_id == channel_id, func.coalesce(messages.c.thread_ts, "") == "")
        .where(messages.c.deleted_ts.is_(None), messages.c.author_kind.in_((PERSON, BOT)))
    )


async def _with_links(tx: AsyncConnection, channel_id: str, said: Sequence[Any]) -> Sequence[LinkRow]:
    """Matched here: PostgreSQL knows no size of a channel being imported, and would read it for each message."""
    if not said:
        return []
    span = links.c.ts.between(said[0].ts, said[-1].ts)
    query = select(links.c.ts, *(links.c[name] for name in KEPT)).where(links.c.channel_id == channel_id, span)
    linked = {row[0]: row[1:] for row in await tx.execute(query)}
    return [
        LinkRow(ts, author or "", kind == BOT, gist or "", addressee, text, *linked.get(ts, ()))
        for ts, author, kind, gist, addressee, text in said
    ]


async def put(tx: AsyncConnection, channel_id: str, rows: Sequence[LinkRow]) -> None:
    if not rows:
        return
    names = ("channel_id", "ts", *KEPT)
    given = [dict(zip(names, (channel_id, row.ts, *row[-len(KEPT) :]), strict=True)) for row in rows]
    statement = insert_all(tx, links, given)
    changed = {name: statement.excluded[name] for name in KEPT}
    await tx.execute(statement.on_conflict_do_update(index_elements=[links.c.channel_id, links.c.ts], set_=changed))


async def drop(tx: AsyncConnection, channel_id: str, ts: Collection[str]) -> None:
    await tx.execute(delete(links).where(links.c.channel_id == channel_id, is_at(tx, links.c.ts, ts)))


async def note_threads(tx: AsyncConnection, channel_id: str, roots: Collection[str]) -> frozenset[str]:
    """Those of the messages that have a thread since, or have none any more; it is noted of each."""
    if not roots:
        return frozenset()
    changed = set(await _turned(tx, channel_id, roots, has_thread=True))
    return frozenset(changed | set(await _turned(tx, channel_id, roots, has_thread=False)))


async def _turned(tx: AsyncConnection, channel_id: str, roots: Collection[str], *, has_thread: bool) -> Sequence[str]:
    reply = messages.alias("reply")
    in_thread = and_(reply.c.channel_id == links.c.channel_id, reply.c.thread_ts == links.c.ts)
    there = select(reply.c.ts).where(in_thread, reply.c.ts != links.c.ts, reply.c.deleted_ts.is_(None)).exists()
    here = and_(links.c.channel_id == channel_id, is_at(tx, links.c.ts, roots), links.c.has_thread.is_(not has_thread))
    statement = update(links).where(here, there if has_thread else ~there).values(has_thread=has_thread)
    return (await tx.scalars(statement.returning(links.c.ts))).all()


async def threads_of(tx: AsyncConnection, channel_id: str, ts: Collection[str]) -> frozenset[str]:
    """The first messages of the threads in which these stand."""
    query = select(messages.c.thread_ts).where(messages.c.channel_id == channel_id, is_at(tx, messages.c.ts, ts))
    return frozenset(root for root in await tx.scalars(query) if root is not None)


async def with_threads(tx: AsyncConnection, channel_id: str, ts: Collection[str]) -> frozenset[str]:
    """Those of the messages that have a reply in a thread."""
    here = and_(messages.c.channel_id == channel_id, is_at(tx, messages.c.thread_ts, ts))
    query = select(messages.c.thread_ts).where(here, messages.c.ts != messages.c.thread_ts)
    return frozenset(await tx.scalars(query.where(messages.c.deleted_ts.is_(None)).distinct()))


async def forget_kin(tx: AsyncConnection, person: str, channel_id: str) -> None:
    """What the person's words had in common with others' goes."""
    theirs = select(messages.c.ts).where(messages.c.author == person, messages.c.channel_id == channel_id)
    here = and_(links.c.channel_id == channel_id, links.c.ts.in_(theirs))
    await tx.execute(update(links).where(here).values(kin=None))


def kin_in_words(kin: Mapping[str, int]) -> str | None:
    """As JSON, which has nothing to escape in a ts."""
    return "{" + ",".join(f'"{ts}":{kin[ts]}' for ts in sorted(kin)) + "}" if kin else None


def read_kin(kept: str | None) -> dict[str, int]:
    return json.loads(kept) if kept else {}
