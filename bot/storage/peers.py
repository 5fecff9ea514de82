"""Messages of watched channels and the questions among them. The rows say the same whatever order events came in."""

from datetime import datetime

from sqlalchemy import delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Message, moment
from bot.storage.schema import events, messages, questions
from bot.storage.statements import insert_into, insert_new


async def is_new_event(tx: AsyncConnection, event_id: str, *, now: datetime) -> bool:
    """Whether the event was not taken down before; it is now."""
    return await insert_new(tx, events, {"event_id": event_id, "received_at": now})


async def forget_events(tx: AsyncConnection, *, before: datetime) -> None:
    await tx.execute(delete(events).where(events.c.received_at < before))


async def put_message(tx: AsyncConnection, message: Message, *, author: str | None, text: str | None) -> bool:
    """Whether it said something new: it is added, or what is newer in it is taken over. A deletion wins for good."""
    values = {
        "channel_id": message.channel_id,
        "ts": message.ts,
        "thread_ts": message.thread_ts,
        "author": author,
        "author_kind": "bot" if message.author.is_bot else "person",
        "text": text,
        "posted_at": moment(message.ts),
        "edited_ts": message.edited_ts,
    }
    statement = insert_into(tx, messages).values(**values)
    # ts strings have one length, so they compare as times do
    is_newer = func.coalesce(messages.c.edited_ts, "") < (message.edited_ts or "")
    is_first = messages.c.author_kind == "unknown"
    result = await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[messages.c.channel_id, messages.c.ts],
            set_={
                name: statement.excluded[name] for name in ("thread_ts", "author", "author_kind", "text", "edited_ts")
            },
            where=messages.c.deleted_ts.is_(None) & or_(is_newer, is_first),
        ).returning(messages.c.ts)
    )
    return result.first() is not None


async def put_deletion(tx: AsyncConnection, channel_id: str, ts: str, deleted_ts: str) -> None:
    """A tombstone, also for a message not seen yet: all it said and its question go, the row stays."""
    await tx.execute(delete(questions).where(questions.c.channel_id == channel_id, questions.c.ts == ts))
    nothing = {"author": None, "author_kind": "unknown", "thread_ts": None, "text": None, "edited_ts": None}
    gone = {**nothing, "deleted_ts": deleted_ts}
    row = {"channel_id": channel_id, "ts": ts, "posted_at": moment(ts), **gone}
    statement = insert_into(tx, messages).values(**row)
    keys = [messages.c.channel_id, messages.c.ts]
    await tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=gone))


async def newest_text(tx: AsyncConnection, channel_id: str, ts: str) -> tuple[str | None, bool]:
    """The message's text as last seen (None when not kept) and whether it was deleted."""
    query = select(messages.c.text, messages.c.deleted_ts)
    row = (await tx.execute(query.where(messages.c.channel_id == channel_id, messages.c.ts == ts))).one_or_none()
    return (None, False) if row is None else (row.text, row.deleted_ts is not None)


async def put_question(
    tx: AsyncConnection, channel_id: str, ts: str, *, asker: str, kind: str, classifier: str
) -> None:
    statement = insert_into(tx, questions).values(
        channel_id=channel_id, ts=ts, asker=asker, kind=kind, classifier=classifier, asked_at=moment(ts)
    )
    changed = {"kind": kind, "classifier": classifier}
    keys = [questions.c.channel_id, questions.c.ts]
    await tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))


async def drop_question(tx: AsyncConnection, channel_id: str, ts: str) -> None:
    """It was edited and asks nothing any more."""
    await tx.execute(delete(questions).where(questions.c.channel_id == channel_id, questions.c.ts == ts))


async def is_question(tx: AsyncConnection, channel_id: str, ts: str) -> bool:
    """Whether the message, as last seen, asks something."""
    query = select(questions.c.ts).where(questions.c.channel_id == channel_id, questions.c.ts == ts)
    return (await tx.execute(query)).first() is not None


async def has_human_reply(tx: AsyncConnection, channel_id: str, ts: str, *, asker: str) -> bool:
    """Whether a person other than the asker wrote in the thread."""
    query = select(messages.c.ts).where(
        messages.c.channel_id == channel_id,
        messages.c.thread_ts == ts,
        messages.c.ts != ts,
        messages.c.author_kind == "person",
        messages.c.author != asker,
        messages.c.deleted_ts.is_(None),
    )
    return (await tx.execute(query.limit(1))).first() is not None
