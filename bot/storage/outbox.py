"""The outbox: a row for each message to be made visible, put in before the call to Slack and kept as its record."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Effect, Json, Manner, Purpose
from bot.storage.schema import outbox, people
from bot.storage.statements import insert_into
from bot.unasked import COUNTED_OUT, ERASED, REMINDER

OPEN = ("waiting", "sending", "unclear")
SENT_OTHERWISE = "sent as a DM"  # the problem of one whose words went as a message of their own
ANY_OPEN = select(outbox.c.key).where(outbox.c.state.in_(OPEN)).limit(1)
SEEN = ("sending", "unclear", "sent")  # or it may have been


@dataclass(frozen=True)
class Sending:
    """An effect that is ours to send until the lease ends."""

    key: str
    mark: str
    kind: str
    purpose: Purpose
    channel_id: str  # the person's user id for a DM
    address: str  # what it shares with all that goes to the same place
    recipient: str | None
    recipient_id: str  # the recipient's user id; "" for none
    is_erased: bool  # it is for a person who is not known any more
    thread_ts: str | None
    edits: str | None
    below: str | None
    response_url: str | None
    manner: Manner
    text: str
    blocks: list[Json]
    version: int
    attempts: int  # this one included
    first_tried_at: datetime | None  # of an earlier attempt whose outcome is not known; None: never tried
    created_at: datetime
    lease: str
    until: datetime  # the end of the lease
    target_channel: str | None  # of the message this one edits
    target_ts: str | None


async def first_at(tx: AsyncConnection) -> datetime | None:
    """When the first message was put in; None before that. Rows are never taken out, so it stays."""
    found: datetime | None = await tx.scalar(select(func.min(outbox.c.created_at)))
    return found


async def put(tx: AsyncConnection, effect: Effect, *, mark: str, now: datetime) -> bool:
    """Whether the effect is new. An edit that is there already takes the newer state; any other stays as it is."""
    values: dict[str, Any] = {
        "key": effect.key,
        "mark": mark,
        "kind": effect.kind.name,
        "purpose": effect.kind.purpose.value,
        "channel_id": effect.channel_id,
        "recipient": effect.recipient,
        "thread_ts": effect.thread_ts,
        "edits": effect.edits,
        "below": effect.below,
        "response_url": effect.response_url,
        "manner": effect.manner.value,
        "text": effect.text,
        "blocks": list(effect.blocks),
        "version": 1,
        "state": "waiting",
        "attempts": 0,
        "due_at": now,
        "created_at": now,
    }
    statement = insert_into(tx, outbox).values(**values)
    if effect.edits is None:
        added = await tx.execute(statement.on_conflict_do_nothing().returning(outbox.c.key))
        return added.first() is not None
    newer = {
        "text": effect.text,
        "blocks": list(effect.blocks),
        "version": outbox.c.version + 1,
        # one that is being sent is looked at again when it is settled
        "state": case((outbox.c.state.in_(OPEN), outbox.c.state), else_="waiting"),
        "due_at": now,
        "created_at": now,
    }
    await tx.execute(statement.on_conflict_do_update(index_elements=[outbox.c.key], set_=newer))
    return True


async def is_any_open(tx: AsyncConnection) -> bool:
    """Whether a claim may find something."""
    return (await tx.execute(ANY_OPEN)).first() is not None


async def claim_next(
    tx: AsyncConnection, *, now: datetime, until: datetime, lease: str, busy: Collection[str], limit: int
) -> Sequence[Sending]:
    """Effects that may be sent now: due, nobody's, at most one a channel, none to a channel in `busy`.

    An edit waits until what it edits was sent, and a reply until what it is below was. One whose lease ran out comes
    back as unclear.
    """
    target, leans_on = outbox.alias("target"), func.coalesce(outbox.c.edits, outbox.c.below)
    free = or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= now)
    address = func.coalesce(func.nullif(outbox.c.channel_id, ""), outbox.c.recipient)
    query = (
        select(outbox, address.label("address"), target.c.slack_channel.label("target_channel"))
        .add_columns(target.c.slack_ts.label("target_ts"), people.c.slack_id.label("slack_id"))
        .outerjoin(target, target.c.key == leans_on)
        .outerjoin(people, people.c.id == outbox.c.recipient)
        .where(outbox.c.state.in_(OPEN), outbox.c.due_at <= now, free)
        .where(or_(leans_on.is_(None), target.c.state.in_(("sent", "failed", "skipped"))))
        .where(address.not_in(list(busy)))
        .order_by(outbox.c.due_at, outbox.c.created_at, outbox.c.key)
        .limit(limit * 4)
        .with_for_update(of=outbox, skip_locked=True)
    )
    taken: dict[str, Any] = {}
    for row in await tx.execute(query):
        taken.setdefault(row.address, row)
    rows = list(taken.values())[:limit]
    for row in rows:
        await tx.execute(
            update(outbox)
            .where(outbox.c.key == row.key)
            .values(
                state="sending",
                leased_until=until,
                lease=lease,
                attempts=outbox.c.attempts + 1,
                first_tried_at=row.first_tried_at or now,
            )
        )
    return [_sending(row, lease, until) for row in rows]


def _sending(row: Any, lease: str, until: datetime) -> Sending:
    return Sending(
        key=row.key,
        mark=row.mark,
        kind=row.kind,
        purpose=Purpose(row.purpose),
        channel_id=row.channel_id or row.slack_id or "",
        address=row.address or "",
        recipient=row.recipient,
        recipient_id=row.slack_id or "",
        is_erased=row.recipient is not None and row.slack_id is None,
        thread_ts=row.target_ts if row.below else row.thread_ts,
        edits=row.edits,
        below=row.below,
        response_url=row.response_url,
        manner=Manner(row.manner),
        text=row.text or "",
        blocks=row.blocks or [],
        version=row.version,
        attempts=row.attempts + 1,
        first_tried_at=row.first_tried_at,
        created_at=row.created_at,
        lease=lease,
        until=until,
        target_channel=row.target_channel,
        target_ts=row.target_ts,
    )


async def is_another_growing(tx: AsyncConnection, sending: Sending, *, now: datetime) -> bool:
    """Whether somebody holds a message that grows in the same thread, and is not done with it."""
    query = select(outbox.c.key).where(
        outbox.c.key != sending.key,
        outbox.c.manner == Manner.GROW.value,
        outbox.c.channel_id == sending.channel_id,
        outbox.c.thread_ts == sending.thread_ts,
        outbox.c.state == "sending",
        outbox.c.leased_until > now,
    )
    return (await tx.execute(query.limit(1))).first() is not None


async def mark_sent(tx: AsyncConnection, sending: Sending, *, channel: str, ts: str, now: datetime) -> None:
    """It is visible. An edit that got a newer state meanwhile waits again."""
    await _settle(
        tx,
        sending,
        state=_unless_newer(sending, "sent"),
        slack_channel=channel,
        slack_ts=ts,
        sent_at=now,
        response_url=None,
        problem=None,
    )


async def mark_untried(tx: AsyncConnection, sending: Sending, *, due_at: datetime, problem: str) -> None:
    """Slack surely did nothing this time. What an earlier attempt did stays as unclear as it was."""
    unclear = sending.first_tried_at is not None
    await _settle(
        tx,
        sending,
        state="unclear" if unclear else "waiting",
        due_at=due_at,
        problem=problem,
        first_tried_at=sending.first_tried_at,
    )


async def mark_unclear(tx: AsyncConnection, sending: Sending, *, due_at: datetime, problem: str) -> None:
    await _settle(tx, sending, state="unclear", due_at=due_at, problem=problem)


async def mark_ended(tx: AsyncConnection, sending: Sending, *, state: str, problem: str, now: datetime) -> None:
    """It will not be sent: `failed` or `skipped`. An edit that got a newer state meanwhile waits again."""
    await _settle(tx, sending, state=_unless_newer(sending, state), problem=problem, sent_at=now, response_url=None)


async def use_plain_text(tx: AsyncConnection, sending: Sending, *, now: datetime, problem: str) -> None:
    """Slack refused the blocks: the same effect goes as text alone."""
    await _settle(
        tx,
        sending,
        state="waiting",
        blocks=[],
        due_at=now,
        problem=problem,
        first_tried_at=sending.first_tried_at,
    )


def _unless_newer(sending: Sending, state: str) -> ColumnElement[str]:
    is_newer = and_(outbox.c.edits.is_not(None), outbox.c.version > sending.version)
    return case((is_newer, "waiting"), else_=state)


async def _settle(tx: AsyncConnection, sending: Sending, **values: Any) -> None:
    # Fenced: a sender whose lease ran out and was taken over changes nothing.
    await tx.execute(
        update(outbox)
        .where(outbox.c.key == sending.key, outbox.c.lease == sending.lease)
        .values(leased_until=None, lease=None, **values)
    )


async def unasked_times(tx: AsyncConnection, recipient: str, *, since: datetime, but: str) -> Sequence[datetime]:
    """When unasked messages other than `but` reached the person, or may have; reminders belong to what they follow."""
    query = select(_shown).where(_PROMPT, outbox.c.recipient == recipient, outbox.c.key != but, _shown >= since)
    return (await tx.scalars(query)).all()


async def last_prompted(tx: AsyncConnection, *, since: datetime, but: str = "") -> Mapping[str, datetime]:
    """Whom an unasked message other than `but` reached since then, or may have, and when the last one did."""
    query = select(outbox.c.recipient, func.max(_shown).label("at")).where(_PROMPT, _shown > since, outbox.c.key != but)
    return {row.recipient: row.at for row in await tx.execute(query.group_by(outbox.c.recipient))}


async def shown_at(tx: AsyncConnection, key: str) -> datetime | None:
    """When the message was sent; None as long as it is not known to have been."""
    query = select(outbox.c.sent_at).where(outbox.c.key == key, outbox.c.state == "sent")
    at: datetime | None = await tx.scalar(query)
    return at


async def blocks_of(tx: AsyncConnection, key: str) -> Sequence[Json]:
    """What the message was put in with; none once its words are forgotten."""
    return await tx.scalar(select(outbox.c.blocks).where(outbox.c.key == key)) or []


_shown = func.coalesce(outbox.c.sent_at, outbox.c.first_tried_at)
_PROMPT = and_(
    outbox.c.purpose == Purpose.UNASKED.value,
    outbox.c.state.in_(SEEN),
    outbox.c.edits.is_(None),
    outbox.c.recipient.is_not(None),
    ~outbox.c.key.endswith(REMINDER),
)


async def forget_words(tx: AsyncConnection, *, before: datetime, limit: int) -> int:
    """How many messages settled long ago lost their words, so many at most; they keep their row."""
    settled = outbox.c.state.not_in(OPEN)  # so said SQLite goes by the few that have words, and not by this
    old = select(outbox.c.key).where(settled, outbox.c.sent_at < before, outbox.c.text.is_not(None)).limit(limit)
    forgotten = update(outbox).where(outbox.c.key.in_(old)).values(text=None, blocks=None)
    return len((await tx.scalars(forgotten.returning(outbox.c.key))).all())


async def drop_unasked(tx: AsyncConnection, person: str, *, now: datetime) -> None:
    """What was to be sent to the person without being asked or owed is not sent."""
    waiting = and_(outbox.c.recipient == person, outbox.c.purpose == Purpose.UNASKED.value, outbox.c.state == "waiting")
    ended = {"state": "skipped", "problem": COUNTED_OUT, "sent_at": now, "text": None, "blocks": None}
    await tx.execute(update(outbox).where(waiting).values(**ended))


async def forget_person(tx: AsyncConnection, person: str, channel_ids: Collection[str], *, now: datetime) -> None:
    """Of messages to the person, and in these direct messages, the rows stay: no words, no address, nothing is sent.

    Whoever is sending one right now is fenced off, so that nothing is written down after this.
    """
    theirs = or_(outbox.c.recipient == person, outbox.c.channel_id.in_(list(channel_ids)))
    ended = {"state": "skipped", "problem": ERASED, "sent_at": now}
    await tx.execute(update(outbox).where(theirs, outbox.c.state.in_(OPEN)).values(**ended))
    gone = {"text": None, "blocks": None, "response_url": None, "slack_channel": None, "lease": None}
    await tx.execute(update(outbox).where(theirs).values(**gone, leased_until=None))
    found = list(await tx.scalars(select(outbox.c.key).where(theirs)))
    if found:  # a mark is made of the key, which may name where it was; see bot.storage.restored
        renewed = update(outbox).where(outbox.c.key == bindparam("its_key")).values(mark=bindparam("new_mark"))
        await tx.execute(renewed, [{"its_key": key, "new_mark": secrets.token_hex(16)} for key in found])


@dataclass(frozen=True)
class Put:
    """A message that was put in, and where it stands; `slack_ts` is None until it is known to have been sent."""

    key: str
    channel_id: str
    recipient: str | None
    slack_channel: str | None
    slack_ts: str | None
    state: str

    @property
    def may_stand_unknown(self) -> bool:
        """People may see it already, and where is not known yet."""
        return self.slack_ts is None and self.state in ("sending", "unclear")


async def put_under(tx: AsyncConnection, prefix: str) -> Sequence[Put]:
    """Every message whose key begins so, edits apart."""
    placed = (outbox.c.slack_channel, outbox.c.slack_ts, outbox.c.state)
    begins = outbox.c.key.startswith(prefix, autoescape=True)
    query = (
        select(outbox.c.key, outbox.c.channel_id, outbox.c.recipient, *placed)
        .where(begins, outbox.c.edits.is_(None))
        .order_by(outbox.c.created_at, outbox.c.key)
    )
    return [Put(*row) for row in await tx.execute(query)]


async def said_under(tx: AsyncConnection, prefix: str) -> Sequence[tuple[str, str]]:
    """Key and state of every message whose key begins so, oldest first."""
    query = select(outbox.c.key, outbox.c.state).where(outbox.c.key.startswith(prefix, autoescape=True))
    return [(row.key, row.state) for row in await tx.execute(query.order_by(outbox.c.created_at, outbox.c.key))]


async def backlog(tx: AsyncConnection) -> dict[str, int]:
    """How many effects are in each state."""
    rows = await tx.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state))
    return {row.state: row[1] for row in rows}


async def given_up(tx: AsyncConnection) -> int:
    """How many messages were never seen. One whose words went another way, as a direct message, is none."""
    lost = and_(outbox.c.state == "failed", func.coalesce(outbox.c.problem, "") != SENT_OTHERWISE)
    return await tx.scalar(select(func.count()).select_from(outbox).where(lost)) or 0


async def oldest_unsent(tx: AsyncConnection) -> datetime | None:
    """Since when the message waits that has waited longest; None when none does."""
    since: datetime | None = await tx.scalar(select(func.min(outbox.c.created_at)).where(outbox.c.state.in_(OPEN)))
    return since


async def known_keys(tx: AsyncConnection, keys: Collection[str]) -> frozenset[str]:
    """Those of the keys under which a message was put in."""
    return frozenset(await tx.scalars(select(outbox.c.key).where(outbox.c.key.in_(list(keys)))))
