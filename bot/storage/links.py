"""What messages answer that stand in no thread. `bot.peers.linker` decides it; here it is kept."""

import json
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Update, and_, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.peers import BOT, PERSON
from bot.storage.schema import links, messages
from bot.storage.statements import FEW, given, insert_given, is_at, one_of

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
STANDING = (
    select(*(messages.c[name] for name in ("ts", "author", "author_kind", "gist", "addressee", "text")))
    # not `IS NULL`: PostgreSQL would read all that stands in no thread by its index, and not on from one ts
    .where(messages.c.channel_id == bindparam("channel_id"), func.coalesce(messages.c.thread_ts, "") == "")
    .where(messages.c.deleted_ts.is_(None), messages.c.author_kind.in_((PERSON, BOT)))
    .limit(bindparam("number"))
)
BEFORE = STANDING.where(messages.c.ts < bindparam("ts")).order_by(messages.c.ts.desc())
FOLLOWING = STANDING.where(messages.c.ts >= bindparam("ts")).order_by(messages.c.ts)
LINKED = select(links.c.ts, *(links.c[name] for name in KEPT)).where(
    links.c.channel_id == bindparam("channel_id"), links.c.ts.between(bindparam("first"), bindparam("last"))
)


async def before(tx: AsyncConnection, channel_id: str, ts: str, number: int) -> Sequence[LinkRow]:
    """The last ones before that, oldest first."""
    found = await tx.execute(BEFORE, {"channel_id": channel_id, "ts": ts, "number": number})
    return await _with_links(tx, channel_id, found.all()[::-1])


async def following(tx: AsyncConnection, channel_id: str, ts: str) -> Sequence[LinkRow]:
    """That one and those after it, oldest first, as many as are read at once."""
    found = await tx.execute(FOLLOWING, {"channel_id": channel_id, "ts": ts, "number": READ_AT_ONCE})
    return await _with_links(tx, channel_id, found.all())


async def _with_links(tx: AsyncConnection, channel_id: str, said: Sequence[Any]) -> Sequence[LinkRow]:
    """Matched here: PostgreSQL knows no size of a channel being imported, and would read it for each message."""
    if not said:
        return []
    span = {"channel_id": channel_id, "first": said[0].ts, "last": said[-1].ts}
    linked = {row[0]: row[1:] for row in await tx.execute(LINKED, span)}
    return [
        LinkRow(ts, author or "", kind == BOT, gist or "", addressee, text, *linked.get(ts, ()))
        for ts, author, kind, gist, addressee, text in said
    ]


async def put(tx: AsyncConnection, channel_id: str, rows: Sequence[LinkRow]) -> None:
    if not rows:
        return
    names = ("channel_id", "ts", *KEPT)
    linked = [dict(zip(names, (channel_id, row.ts, *row[-len(KEPT) :]), strict=True)) for row in rows]
    await tx.execute(_put(tx.dialect.name == "sqlite"), given(tx, linked))


@cache
def _put(is_sqlite: bool) -> "sqlite.Insert | postgresql.Insert":
    statement = insert_given(is_sqlite, links, ("channel_id", "ts", *KEPT))
    changed = {name: statement.excluded[name] for name in KEPT}
    return statement.on_conflict_do_update(index_elements=[links.c.channel_id, links.c.ts], set_=changed)


async def drop(tx: AsyncConnection, channel_id: str, ts: Collection[str]) -> None:
    await tx.execute(delete(links).where(links.c.channel_id == channel_id, is_at(tx, links.c.ts, ts)))


async def note_threads(tx: AsyncConnection, channel_id: str, roots: Collection[str]) -> frozenset[str]:
    """Those of the messages that have a thread since, or have none any more; it is noted of each."""
    if not roots:
        return frozenset()
    changed = set(await _turned(tx, channel_id, roots, has_thread=True))
    return frozenset(changed | set(await _turned(tx, channel_id, roots, has_thread=False)))


async def _turned(tx: AsyncConnection, channel_id: str, roots: Collection[str], *, has_thread: bool) -> Sequence[str]:
    if len(roots) <= FEW:
        return (await tx.scalars(TURNED_OF[has_thread], {"channel": channel_id, "roots": list(roots)})).all()
    turned = TURNED[has_thread].where(is_at(tx, links.c.ts, roots))
    return (await tx.scalars(turned.returning(links.c.ts), {"channel": channel_id})).all()


def _noted(*, has_thread: bool) -> Update:
    reply = messages.alias("reply")
    in_thread = and_(reply.c.channel_id == links.c.channel_id, reply.c.thread_ts == links.c.ts)
    there = select(reply.c.ts).where(in_thread, reply.c.ts != links.c.ts, reply.c.deleted_ts.is_(None)).exists()
    here = and_(links.c.channel_id == bindparam("channel"), links.c.has_thread.is_(not has_thread))
    return update(links).where(here, there if has_thread else ~there).values(has_thread=has_thread)


TURNED = {has_thread: _noted(has_thread=has_thread) for has_thread in (True, False)}
TURNED_OF = {which: noted.where(one_of(links.c.ts, "roots")).returning(links.c.ts) for which, noted in TURNED.items()}


async def threads_of(tx: AsyncConnection, channel_id: str, ts: Collection[str]) -> frozenset[str]:
    """The first messages of the threads in which these stand."""
    query = select(messages.c.thread_ts).where(messages.c.channel_id == channel_id, is_at(tx, messages.c.ts, ts))
    return frozenset(root for root in await tx.scalars(query) if root is not None)


async def with_threads(tx: AsyncConnection, channel_id: str, ts: Collection[str]) -> frozenset[str]:
    """Those of the messages that have a reply in a thread."""
    if len(ts) <= FEW:
        return frozenset(await tx.scalars(THREADED_OF, {"channel_id": channel_id, "ts": list(ts)}))
    return frozenset(await tx.scalars(THREADED.where(is_at(tx, messages.c.thread_ts, ts)), {"channel_id": channel_id}))


THREADED = (
    select(messages.c.thread_ts)
    .where(messages.c.channel_id == bindparam("channel_id"), messages.c.ts != messages.c.thread_ts)
    .where(messages.c.deleted_ts.is_(None))
    .distinct()
)
THREADED_OF = THREADED.where(one_of(messages.c.thread_ts, "ts"))


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
