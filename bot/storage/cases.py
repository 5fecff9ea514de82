"""What became of questions is decided from these rows: all questions of a window, with all that bears on each.

A few queries for the whole window, never one for each question. What is said of them is `bot.peers.cases`'.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Discussion, Mark, Reply, Window
from bot.storage.answers import HINT, MESSAGE_KEY, SHOWN
from bot.storage.peers import BOT, CORRECTED, PERSON, ReactionRow
from bot.storage.schema import answers, messages, outbox, questions, reactions, verdicts

NEVER_SEEN = ("failed", "skipped")  # `outbox.state` of what nobody was shown
AN_ANSWER, NO_ANSWER = "says", "ack"  # the gist of our own messages, which we know without reading their words

Key = tuple[str, str]  # channel and ts of a question


@dataclass
class _Found:
    """What bears on one question, while it is gathered."""

    asker: str
    replies: dict[str, Reply] = field(default_factory=dict)
    marks: dict[tuple[str, str], Mark] = field(default_factory=dict)
    solved: list[datetime] = field(default_factory=list)
    not_quite: bool = False
    was_answered: bool = False
    was_hinted: bool = False
    is_hint_confirmed: bool = False


async def discussions(
    tx: AsyncConnection, window: Window | None = None, *, check_marks: Collection[str], asker: str | None = None
) -> Sequence[Discussion]:
    """All questions asked in the window, or ever, oldest first; of one asker, or of all."""
    wanted = and_(_in(window), true() if asker is None else questions.c.asker == asker)
    columns = (questions.c.channel_id, questions.c.ts, questions.c.asker, questions.c.kind, questions.c.classifier)
    in_order = (questions.c.asked_at, questions.c.channel_id, questions.c.ts)
    asked = (await tx.execute(select(*columns).where(wanted).order_by(*in_order))).all()
    if not asked:
        return ()
    found = {(row.channel_id, row.ts): _Found(row.asker) for row in asked}
    await _put_replies(tx, wanted, found)
    since = min(ts for _, ts in found)
    await _put_ours(tx, since, found)
    await _put_marks(tx, since, found, check_marks)
    await _put_answers(tx, since, found)
    return [_discussion(row, found[row.channel_id, row.ts]) for row in asked]


def _in(window: Window | None) -> ColumnElement[bool]:
    if window is None:
        return true()
    return and_(questions.c.asked_at >= window.since, questions.c.asked_at < window.until)


def _discussion(row: Any, found: _Found) -> Discussion:
    return Discussion(
        channel_id=row.channel_id,
        ts=row.ts,
        asker=row.asker,
        kind=row.kind,
        replies=tuple(found.replies[ts] for ts in sorted(found.replies)),
        marks=tuple(found.marks[key] for key in sorted(found.marks)),
        pressed_solved=tuple(sorted(found.solved)),
        pressed_not_quite=found.not_quite,
        was_answered=found.was_answered,
        was_hinted=found.was_hinted,
        is_hint_confirmed=found.is_hint_confirmed,
        is_kind_corrected=row.classifier == CORRECTED,
    )


async def _put_replies(tx: AsyncConnection, wanted: ColumnElement[bool], found: Mapping[Key, _Found]) -> None:
    in_thread = and_(messages.c.channel_id == questions.c.channel_id, messages.c.thread_ts == questions.c.ts)
    names = ("channel_id", "thread_ts", "ts", "author", "author_kind", "gist", "addressee")
    query = select(*(messages.c[name] for name in names)).select_from(questions).join(messages, in_thread)
    stands = and_(messages.c.deleted_ts.is_(None), messages.c.author_kind.in_((PERSON, BOT)))
    for channel_id, thread_ts, ts, author, kind, gist, addressee in await tx.execute(query.where(wanted, stands)):
        thread = found.get((channel_id, thread_ts))
        if thread is not None and ts != thread_ts:
            thread.replies[ts] = Reply(ts, author or "", gist or "", kind == BOT, addressee)


# What follows reads from the oldest question on and matches here: there is no index on threads of these tables.


async def _put_ours(tx: AsyncConnection, since: str, found: Mapping[Key, _Found]) -> None:
    """Our own messages, of which Slack does not tell us until they are read back; not what one person alone saw."""
    stands = and_(messages.c.channel_id == outbox.c.channel_id, messages.c.ts == outbox.c.slack_ts)
    query = (
        select(outbox.c.channel_id, outbox.c.thread_ts, outbox.c.slack_ts, messages.c.author)
        .select_from(outbox)
        .outerjoin(messages, stands)
        .where(outbox.c.thread_ts >= since, outbox.c.slack_ts > "", outbox.c.edits.is_(None))
        .where(messages.c.deleted_ts.is_(None))
    )
    for channel_id, thread_ts, ts, author in await tx.execute(query):
        thread = found.get((channel_id, thread_ts))
        if thread is not None:
            thread.replies[ts] = Reply(ts, author or "", NO_ANSWER, is_bot=True)


async def _put_marks(
    tx: AsyncConnection, since: str, found: Mapping[Key, _Found], check_marks: Collection[str]
) -> None:
    """The asker's check marks, on the question and on replies; those taken back are none."""
    places = {
        (channel_id, ts): thread for (channel_id, root), thread in found.items() for ts in (root, *thread.replies)
    }
    query = select(reactions).where(
        reactions.c.channel_id.in_({channel_id for channel_id, _ in found}),
        reactions.c.ts >= since,
        reactions.c.ts <= max(ts for _, ts in places),
        reactions.c.name.in_(list(check_marks)),
    )
    for row in (await tx.execute(query)).mappings():
        reaction = ReactionRow(**row)
        thread = places.get((reaction.channel_id, reaction.ts))
        if thread is not None and reaction.person == thread.asker and reaction.holds:
            thread.marks[reaction.ts, reaction.name] = _mark(reaction)


def _mark(row: ReactionRow) -> Mark:
    return Mark(row.ts, row.changed_ts if row.is_there else row.seen_ts)


async def _put_answers(tx: AsyncConnection, since: str, found: Mapping[Key, _Found]) -> None:
    """Our answers in the thread and our hints, and what the asker pressed; nothing of answers that were deleted."""
    root = func.coalesce(answers.c.thread_ts, answers.c.question_ts)
    pressed = and_(verdicts.c.answer_id == answers.c.id, verdicts.c.by_asker)
    stands = and_(messages.c.channel_id == outbox.c.channel_id, messages.c.ts == outbox.c.slack_ts)
    query = (
        select(answers.c.channel_id, root, answers.c.question_ts, answers.c.asker)
        .add_columns(answers.c.surface, verdicts.c.verdict, verdicts.c.given_at, outbox.c.slack_ts, outbox.c.state)
        .select_from(answers)
        .outerjoin(verdicts, pressed)
        .outerjoin(outbox, outbox.c.key == MESSAGE_KEY)
        .outerjoin(messages, stands)
        .where(answers.c.surface.in_(("thread", HINT)), answers.c.outcome.in_(SHOWN), root >= since)
        .where(messages.c.deleted_ts.is_(None))
        .where(outbox.c.state.is_(None) | outbox.c.state.not_in(NEVER_SEEN))  # its row may be gone for its age
    )
    for channel_id, root_ts, question_ts, asker, surface, verdict, given_at, ts, state in await tx.execute(query):
        thread = found.get((channel_id, root_ts))
        if thread is None:
            continue
        if surface == HINT:
            thread.was_hinted = thread.was_hinted or state == "sent"
            thread.is_hint_confirmed = thread.is_hint_confirmed or verdict == "solved"
        else:
            thread.was_answered = True
        if ts in thread.replies:
            thread.replies[ts] = replace(thread.replies[ts], gist=AN_ANSWER)
        if root_ts == question_ts or asker == thread.asker:  # another may have asked something in the same thread
            if verdict == "solved":
                thread.solved.append(given_at)
            thread.not_quite = thread.not_quite or verdict == "not quite"


async def asked_before(tx: AsyncConnection, moment: datetime) -> frozenset[tuple[str, str]]:
    """Every (channel, asker) with a question before that."""
    query = select(questions.c.channel_id, questions.c.asker).where(questions.c.asked_at < moment).distinct()
    return frozenset((channel_id, asker) for channel_id, asker in await tx.execute(query))


@dataclass(frozen=True)
class LinkedReply:
    """A message in a thread, and the first message of that thread."""

    channel_id: str
    ts: str
    author: str
    answers_ts: str


async def linked_replies(tx: AsyncConnection) -> Sequence[LinkedReply]:
    """Every reply that stands in a thread that a person began, oldest first."""
    first = messages.alias("first")
    in_thread = and_(first.c.channel_id == messages.c.channel_id, first.c.ts == messages.c.thread_ts)
    query = (
        select(messages.c.channel_id, messages.c.ts, messages.c.author, messages.c.thread_ts)
        .join(first, in_thread)
        .where(
            messages.c.ts != messages.c.thread_ts,
            messages.c.deleted_ts.is_(None),
            messages.c.author_kind.in_((PERSON, BOT)),
            first.c.deleted_ts.is_(None),
            first.c.author_kind == PERSON,
        )
        .order_by(messages.c.posted_at, messages.c.channel_id, messages.c.ts)
    )
    return [LinkedReply(channel_id, ts, author or "", root) for channel_id, ts, author, root in await tx.execute(query)]
