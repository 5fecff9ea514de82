"""Threads in their words, and the drafts of articles that were made from them."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import CHECK_MARKS, Line, Talk
from bot.storage.peers import BOT, PERSON, ReactionRow
from bot.storage.schema import drafts, messages, reactions
from bot.storage.statements import insert_new

REPLIES_MOST = 300  # of a thread; a longer one is no question and its answer
OFFERED, SHOWN, PROPOSED, DROPPED, NEVER = "offered", "shown", "proposed", "dropped", "never"
UNASKED, ASKED, YES, NO = "unasked", "asked", "yes", "no"


async def talk(tx: AsyncConnection, channel_id: str, root: str) -> Talk | None:
    """The thread as it is kept; None when its first message is not known or is gone."""
    stands = and_(messages.c.deleted_ts.is_(None), messages.c.author_kind.in_((PERSON, BOT)))
    in_thread = or_(messages.c.ts == root, messages.c.thread_ts == root)
    query = select(messages).where(messages.c.channel_id == channel_id, in_thread, stands).order_by(messages.c.ts)
    lines = [
        Line(row.ts, row.author or "", row.author_kind == BOT, row.gist or "", row.text)
        for row in await tx.execute(query.limit(REPLIES_MOST))
    ]
    if not lines or lines[0].ts != root:
        return None
    first, *replies = lines
    return Talk(channel_id, first, tuple(replies), await _marked(tx, channel_id, first.author, lines))


async def root_of(tx: AsyncConnection, channel_id: str, ts: str) -> str | None:
    """The first message of the thread that the message stands in; None when the message is not known."""
    query = select(messages.c.ts, messages.c.thread_ts).where(messages.c.channel_id == channel_id, messages.c.ts == ts)
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else row.thread_ts or row.ts


async def _marked(tx: AsyncConnection, channel_id: str, asker: str, lines: Sequence[Line]) -> frozenset[str]:
    query = select(reactions).where(
        reactions.c.channel_id == channel_id,
        reactions.c.ts.in_([line.ts for line in lines]),
        reactions.c.person == asker,
        reactions.c.name.in_(CHECK_MARKS),
    )
    found = [ReactionRow(**row) for row in (await tx.execute(query)).mappings()]
    return frozenset(reaction.ts for reaction in found if reaction.holds)


@dataclass(frozen=True)
class Draft:
    """`words` are an article's title, questions and body; None when they are not kept any more. `file` is below
    `articles/`.
    """

    id: str
    key: str
    channel_id: str
    root: str
    reply_ts: str
    saver: str
    asker: str | None
    solver: str | None
    credit: str
    state: str
    words: dict[str, Any] | None
    owner: str
    tags: Sequence[str]
    file: str
    created_at: datetime


async def add(tx: AsyncConnection, draft: Draft) -> bool:
    """Whether it is the first under its key."""
    return await insert_new(tx, drafts, {**asdict(draft), "tags": list(draft.tags)})


async def by_id(tx: AsyncConnection, draft_id: str) -> Draft | None:
    return await _one(tx, drafts.c.id == draft_id)


async def by_key(tx: AsyncConnection, key: str) -> Draft | None:
    return await _one(tx, drafts.c.key == key)


async def shown_to(tx: AsyncConnection, saver: str, channel_id: str, reply_ts: str) -> Draft | None:
    """The person's own draft from this reply, not decided on."""
    of_reply = and_(drafts.c.channel_id == channel_id, drafts.c.reply_ts == reply_ts)
    query = select(drafts).where(of_reply, drafts.c.saver == saver, drafts.c.state == SHOWN)
    row = (await tx.execute(query.order_by(drafts.c.created_at).limit(1))).mappings().first()
    return None if row is None else Draft(**row)


async def hold_thread(tx: AsyncConnection, channel_id: str, root: str) -> None:
    """Whoever else holds it waits until this transaction ends. SQLite has one writer at a time anyway."""
    first = and_(messages.c.channel_id == channel_id, messages.c.ts == root)
    await tx.execute(select(messages.c.ts).where(first).with_for_update())


async def _one(tx: AsyncConnection, condition: ColumnElement[bool]) -> Draft | None:
    row = (await tx.execute(select(drafts).where(condition))).mappings().one_or_none()
    return None if row is None else Draft(**row)


async def fill(tx: AsyncConnection, draft: Draft) -> None:
    """What was only offered has its words now."""
    changed = {"words": draft.words, "owner": draft.owner, "tags": list(draft.tags), "file": draft.file}
    offered = and_(drafts.c.id == draft.id, drafts.c.state == OFFERED)
    await tx.execute(update(drafts).where(offered).values(**changed, state=SHOWN))


async def drop(tx: AsyncConnection, draft_id: str, *, states: Collection[str]) -> None:
    """Nobody wants it, if it is in one of these states; its words go."""
    is_there = and_(drafts.c.id == draft_id, drafts.c.state.in_(list(states)))
    await tx.execute(update(drafts).where(is_there).values(state=DROPPED, words=None))


async def mark_proposed(tx: AsyncConnection, draft_id: str, *, file: str) -> bool:
    """Whether it was shown and not decided on; its words stay until Git has them."""
    shown = and_(drafts.c.id == draft_id, drafts.c.state == SHOWN)
    changed = update(drafts).where(shown).values(state=PROPOSED, file=file).returning(drafts.c.id)
    return (await tx.execute(changed)).first() is not None


async def take_back(tx: AsyncConnection, draft_id: str) -> None:
    """It could not be proposed, and may be tried again."""
    proposed = and_(drafts.c.id == draft_id, drafts.c.state == PROPOSED)
    await tx.execute(update(drafts).where(proposed).values(state=SHOWN))


async def forget_words_of(tx: AsyncConnection, draft_id: str) -> None:
    await tx.execute(update(drafts).where(drafts.c.id == draft_id).values(words=None))


async def put_credit(tx: AsyncConnection, draft_id: str, credit: str) -> None:
    await tx.execute(update(drafts).where(drafts.c.id == draft_id).values(credit=credit))


async def wants_no_offers(tx: AsyncConnection, person: str) -> bool:
    query = select(drafts.c.id).where(drafts.c.saver == person, drafts.c.state == NEVER)
    return (await tx.execute(query.limit(1))).first() is not None


async def forget_words(tx: AsyncConnection, *, before: datetime) -> None:
    """Drafts that nobody decided on for long."""
    old = and_(drafts.c.created_at < before, drafts.c.state.in_((OFFERED, SHOWN)))
    await tx.execute(update(drafts).where(old).values(state=DROPPED, words=None))


async def leave_out(tx: AsyncConnection, person: str) -> Sequence[str]:
    """The ids of drafts made of words that the person wrote: these go, and so does who wrote them."""
    theirs = or_(drafts.c.asker == person, drafts.c.solver == person)
    ids = list((await tx.scalars(select(drafts.c.id).where(theirs))).all())
    waiting = and_(drafts.c.id.in_(ids), drafts.c.state.in_((OFFERED, SHOWN)))
    await tx.execute(update(drafts).where(waiting).values(state=DROPPED))
    await _forget_author(tx, ids, drafts.c.asker, person)
    await _forget_author(tx, ids, drafts.c.solver, person)
    return ids


async def _forget_author(tx: AsyncConnection, ids: Collection[str], column: Any, person: str) -> None:
    gone = {"words": None, "credit": NO, column.name: None}
    await tx.execute(update(drafts).where(drafts.c.id.in_(list(ids)), column == person).values(**gone))
