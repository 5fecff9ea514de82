"""What is read back: each watched channel and our direct messages, how far it was read, and who is at it now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import channels, threads
from bot.storage.statements import insert_into, insert_rows

ANY_DUE = select(channels.c.channel_id).where(channels.c.due_at <= bindparam("now")).limit(1)


@dataclass(frozen=True)
class Reading:
    """A channel that is ours to read until the lease ends."""

    channel_id: str
    is_direct: bool
    watermark: str | None
    read_back_to: str | None
    is_read_back: bool
    is_whole_due: bool
    lease: str

    @property
    def is_new(self) -> bool:
        """Whether no pass has ended yet. Until then `read_back_to` tells since when it is ours to read."""
        return self.watermark is None

    @property
    def is_walking(self) -> bool:
        """Whether a walk is due or under way."""
        return not self.is_direct and (not self.is_read_back or self.is_whole_due)


@dataclass(frozen=True)
class Turn:
    """Who may be next: channels in `watched` and direct messages.

    Passes go before walks, unless `is_walk_first`; a channel that walks and was read after `is_fresh_after` needs none.
    """

    watched: Collection[str]
    is_fresh_after: str
    is_walk_first: bool = False


async def add(
    tx: AsyncConnection,
    channel_ids: Mapping[str, str],
    *,
    now: datetime,
    since: datetime | None = None,
    is_private: bool = True,
) -> None:
    """Channels to be read from now on, by id with their names; those that are there stay as they are.

    Reading back begins at this moment, or at `since`, where they are ours to read from then on.
    """
    rows = [
        {
            "channel_id": channel_id,
            "name": name[:80],
            "is_private": is_private,
            "is_direct": False,
            "read_back_to": f"{(since or now).timestamp():.6f}",
            "is_read_back": False,
            "is_whole_due": False,
            "due_at": now,
        }
        for channel_id, name in channel_ids.items()
    ]
    await insert_rows(tx, channels, rows)


async def add_direct(tx: AsyncConnection, since: Mapping[str, str | None], *, now: datetime) -> None:
    """Direct messages, by id, each with the ts before which nothing is read back; None if there is no such end."""
    new = {
        "name": "",
        "is_private": True,
        "is_direct": True,
        "is_read_back": False,
        "is_whole_due": False,
        "due_at": now,
    }
    rows = [{"channel_id": channel_id, "read_back_to": each, **new} for channel_id, each in since.items()]
    await insert_rows(tx, channels, rows)


async def add_read(
    tx: AsyncConnection, channel_id: str, name: str, *, is_private: bool, first: str, last: str, now: datetime
) -> None:
    """A channel of which all between two ts is known, by another way than reading it; one that is there stays as it is.

    If it is watched one day, reading goes on where that knowledge ends.
    """
    row = {"channel_id": channel_id, "name": name[:80], "is_private": is_private, "is_direct": False}
    known = {"watermark": last, "read_back_to": first, "is_read_back": True, "is_whole_due": False, "due_at": now}
    await insert_rows(tx, channels, [row | known])


async def is_any_due(tx: AsyncConnection, *, now: datetime) -> bool:
    """Whether a claim may find something."""
    return (await tx.execute(ANY_DUE, {"now": now})).first() is not None


async def claim(tx: AsyncConnection, turn: Turn, *, now: datetime, until: datetime, lease: str) -> Reading | None:
    """The channel whose turn it is, now leased to us. None when none is due."""
    free = or_(channels.c.leased_until.is_(None), channels.c.leased_until <= now)
    wanted = or_(channels.c.is_direct, channels.c.channel_id.in_(list(turn.watched)))
    is_fresh = func.coalesce(channels.c.watermark, "") > turn.is_fresh_after
    is_walk = and_(~channels.c.is_direct, is_fresh, or_(~channels.c.is_read_back, channels.c.is_whole_due))
    first = is_walk.desc() if turn.is_walk_first else is_walk
    due = (
        select(channels)
        .where(channels.c.due_at <= now, free, wanted)
        .order_by(first, channels.c.is_direct, channels.c.due_at, channels.c.channel_id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = (await tx.execute(due)).mappings().one_or_none()
    if row is None:
        return None
    here = channels.c.channel_id == row["channel_id"]
    await tx.execute(update(channels).where(here).values(leased_until=until, lease=lease))
    names = ("channel_id", "is_direct", "watermark", "read_back_to", "is_read_back", "is_whole_due")
    return Reading(**{name: row[name] for name in names}, lease=lease)


async def note(tx: AsyncConnection, reading: Reading, **values: Any) -> bool:
    """Whether the channel is still ours; then the values are kept."""
    ours = and_(channels.c.channel_id == reading.channel_id, channels.c.lease == reading.lease)
    noted = await tx.execute(update(channels).where(ours).values(**values).returning(channels.c.channel_id))
    return noted.first() is not None


async def note_walk(tx: AsyncConnection, reading: Reading, **values: Any) -> bool:
    """As `note`, but only while the walk is still the one that was claimed."""
    ours = and_(channels.c.channel_id == reading.channel_id, channels.c.lease == reading.lease)
    is_same = and_(
        channels.c.read_back_to.is_not_distinct_from(reading.read_back_to),
        channels.c.is_whole_due == reading.is_whole_due,
    )
    noted = await tx.execute(update(channels).where(ours, is_same).values(**values).returning(channels.c.channel_id))
    return noted.first() is not None


async def last_watermark(tx: AsyncConnection) -> str | None:
    """When anything was last read; None before the first time."""
    found: str | None = await tx.scalar(select(func.max(channels.c.watermark)))
    return found


async def all_anew(tx: AsyncConnection) -> None:
    """What was read of old threads may have changed: a whole walk begins anew, or follows on the first one."""
    here = ~channels.c.is_direct
    await tx.execute(update(channels).where(here).values(is_whole_due=True))
    await tx.execute(update(channels).where(here, channels.c.is_read_back).values(read_back_to=None))


async def count_unread(tx: AsyncConnection, channel_ids: Collection[str]) -> int:
    """How many of these channels are not read back to the beginning yet."""
    done = select(func.count()).where(channels.c.is_read_back, channels.c.channel_id.in_(list(channel_ids)))
    return len(set(channel_ids)) - (await tx.scalar(done) or 0)


async def all_due(tx: AsyncConnection, *, now: datetime, is_whole: bool = False) -> None:
    """Everything is to be read now; `is_whole`: back to the beginning of what is kept, and every thread in it."""
    await tx.execute(update(channels).values(due_at=now))
    if is_whole:
        is_at_rest = and_(channels.c.is_read_back, ~channels.c.is_whole_due)  # a walk under way goes on
        await tx.execute(update(channels).where(is_at_rest).values(is_whole_due=True, read_back_to=None))


async def threads_said(tx: AsyncConnection, channel_id: str, roots: Collection[str]) -> Mapping[str, tuple[int, str]]:
    """What Slack said of these threads when they were last read."""
    query = select(threads).where(threads.c.channel_id == channel_id, threads.c.ts.in_(list(roots)))
    return {row.ts: (row.reply_count, row.latest_reply) for row in await tx.execute(query)}


async def put_thread(tx: AsyncConnection, channel_id: str, ts: str, reply_count: int, latest_reply: str) -> None:
    said = {"reply_count": reply_count, "latest_reply": latest_reply}
    statement = insert_into(tx, threads).values(channel_id=channel_id, ts=ts, **said)
    await tx.execute(statement.on_conflict_do_update(index_elements=[threads.c.channel_id, threads.c.ts], set_=said))


@dataclass(frozen=True)
class ChannelState:
    """A channel as an operator or a digest may want to know it."""

    channel_id: str
    name: str
    is_private: bool
    watermark: str | None
    read_back_to: str | None
    is_read_back: bool
    problem: str | None


async def states(tx: AsyncConnection) -> Sequence[ChannelState]:
    """All but direct messages."""
    names = ("channel_id", "name", "is_private", "watermark", "read_back_to", "is_read_back", "problem")
    query = select(*(channels.c[name] for name in names)).where(~channels.c.is_direct).order_by(channels.c.channel_id)
    return [ChannelState(**row) for row in (await tx.execute(query)).mappings()]
