"""What became of questions is decided from these rows: all questions of a window, with all that bears on each.

A few queries for the whole window, never one for each question. What is said of them is `bot.peers.cases`'.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Discussion, Mark, Reply, Window
from bot.storage.answers import HINT, MESSAGE_KEY, SHOWN
from bot.storage.peers import AN_ANSWER, BOT, CORRECTED, MARKED, PERSON, ReactionRow
from bot.storage.schema import answers, cross_posts, links, messages, outbox, questions, reactions, verdicts
from bot.storage.statements import bare, is_among

NEVER_SEEN = ("failed", "skipped")  # `outbox.state` of what nobody was shown
NO_ANSWER = "ack"  # the gist of our own messages, which we know without reading their words

SILENT = "silent"  # `answers.outcome` of what we looked up and had nothing for
AT_ONCE = 400  # keys in a statement
FEW_TIMES = 3_000

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
    was_looked_up: bool = False
    is_repeat: bool = False
    part_of: Key | None = None


async def discussions(
    tx: AsyncConnection, window: Window | None = None, *, check_marks: Collection[str], asker: str | None = None
) -> Sequence[Discussion]:
    """All questions asked in the window, or ever, oldest first; of one asker, or of all.

    Those that belong to an earlier question say so (`part_of`) and have what was said after them alone.
    """
    gathering = _Gathering(tx)
    wanted = await gathering.take(and_(_in(window), true() if asker is None else questions.c.asker == asker))
    return await gathering.discussions(wanted, check_marks)


async def discussions_at(
    tx: AsyncConnection, keys: Collection[Key], *, check_marks: Collection[str]
) -> Sequence[Discussion]:
    """Those of these that are questions, oldest first."""
    gathering = _Gathering(tx)
    wanted = await gathering.take_at(keys)
    return await gathering.discussions(wanted, check_marks)


class _Gathering:
    """Reads what bears on some questions. What it says of each does not depend on which others are read with it."""

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx
        self._found: dict[Key, _Found] = {}

    async def take(self, wanted: ColumnElement[bool]) -> Sequence[Any]:
        """The questions' rows, oldest first."""
        names = ("channel_id", "ts", "asker", "kind", "classifier", "topic")
        in_order = (questions.c.asked_at, questions.c.channel_id, questions.c.ts)
        asked = (
            await self._tx.execute(select(*(questions.c[each] for each in names)).where(wanted).order_by(*in_order))
        ).all()
        found = {(row.channel_id, row.ts): _Found(row.asker) for row in asked}
        if found:
            await _put_replies(self._tx, wanted, found)
            await _put_linked(self._tx, wanted, found)
            self._found |= found
        return asked

    async def take_at(self, keys: Collection[Key]) -> Sequence[Any]:
        asked: list[Any] = []
        for channel_id in sorted({channel_id for channel_id, _ in keys}):
            here = sorted(ts for of, ts in keys if of == channel_id)
            for part in range(0, len(here), AT_ONCE):
                these = questions.c.ts.in_(here[part : part + AT_ONCE])
                asked += await self.take(and_(questions.c.channel_id == channel_id, these))
        return sorted(asked, key=lambda row: (row.ts, row.channel_id))

    async def discussions(self, asked: Sequence[Any], check_marks: Collection[str]) -> Sequence[Discussion]:
        if not asked:
            return ()
        found = self._found
        firsts = await _cross_posts_of(self._tx, [(row.channel_id, row.ts) for row in asked])
        await self.take_at(firsts.keys() - found.keys())
        _put_cross_posts(firsts, found)
        await _put_ours(self._tx, found)
        await _put_marks(self._tx, found, check_marks)
        await _put_answers(self._tx, found)
        await _put_looked_up(self._tx, found)
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
        part_of=found.part_of,
        was_looked_up=found.was_looked_up,
        is_repeat=found.is_repeat,
        topic=row.topic or "",
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


@dataclass(frozen=True)
class _Said:
    """A message of a talk."""

    ts: str
    answers_ts: str | None
    asks: bool
    reply: Reply | None  # None where it was deleted


Talk = Sequence[_Said]  # oldest first


async def _put_linked(tx: AsyncConnection, wanted: ColumnElement[bool], found: Mapping[Key, _Found]) -> None:
    """What the linker says answers the questions, in their channels."""
    for channel_id, talk in await _talks(tx, wanted):
        first = next(said.ts for said in talk if said.asks)
        answers = _answers(talk)
        for place, said in enumerate(talk):
            asked = found.get((channel_id, said.ts))
            if asked is None:
                continue
            later: Iterable[_Said] = talk[place + 1 :]
            if said.ts != first and said.answers_ts is not None:
                asked.part_of = (channel_id, first)
                later = _answering(said.ts, answers)
            asked.replies |= {each.ts: each.reply for each in later if each.reply is not None}


def _answers(talk: Talk) -> Mapping[str, Talk]:
    """What stands in the talk by what it answers."""
    found: dict[str, list[_Said]] = {}
    for said in talk:
        if said.answers_ts is not None and said.reply is not None:
            found.setdefault(said.answers_ts, []).append(said)
    return found


def _answering(ts: str, answers: Mapping[str, Talk]) -> Iterator[_Said]:
    """Those that answer the message, or what answers it."""
    waiting = [*answers.get(ts, ())]
    while waiting:
        said = waiting.pop()
        yield said
        waiting += answers.get(said.ts, ())


async def _talks(tx: AsyncConnection, wanted: ColumnElement[bool]) -> Sequence[tuple[str, Talk]]:
    """The talks to which the questions belong, with their channels. Each is read once, however many ask in it."""
    here = and_(links.c.channel_id == questions.c.channel_id, links.c.ts == questions.c.ts)
    columns = (links.c.channel_id, links.c.talk_ts)
    talks = select(*columns).select_from(questions).join(links, here).where(wanted).distinct().cte("talks")
    of_talk = and_(links.c.channel_id == talks.c.channel_id, links.c.talk_ts == talks.c.talk_ts)
    said = and_(messages.c.channel_id == links.c.channel_id, messages.c.ts == links.c.ts)
    asks = and_(questions.c.channel_id == links.c.channel_id, questions.c.ts == links.c.ts)
    names = ("author", "author_kind", "gist", "addressee", "deleted_ts")
    query = (
        select(*columns, links.c.ts, links.c.answers_ts, questions.c.ts.is_not(None).label("asks"))
        .add_columns(*(messages.c[name] for name in names))
        .select_from(talks)
        .outerjoin(links, of_talk)  # outer, all three: SQLite would begin with all questions of the channel
        .outerjoin(messages, said)
        .outerjoin(questions, asks)
    )
    found: dict[Key, list[_Said]] = {}
    for row in await tx.execute(query):
        reply = Reply(row.ts, row.author or "", row.gist or "", row.author_kind == BOT, row.addressee)
        is_there = row.deleted_ts is None
        found.setdefault((row.channel_id, row.talk_ts), []).append(
            _Said(row.ts, row.answers_ts, row.asks, reply if is_there else None)
        )
    return [(channel_id, sorted(talk, key=lambda said: said.ts)) for (channel_id, _), talk in found.items()]


async def _cross_posts_of(tx: AsyncConnection, keys: Sequence[Key]) -> Mapping[Key, Key]:
    """By question that was asked once more, where it was asked first; of those that are either of the two."""
    columns = (cross_posts.c.channel_id, cross_posts.c.ts, cross_posts.c.first_channel_id, cross_posts.c.first_ts)
    wanted, times = set(keys), [ts for _, ts in keys]
    again = cross_posts.c.ts.between(min(times), max(times))
    first = cross_posts.c.first_ts.between(min(times), max(times))
    rows = (await tx.execute(select(*columns).where(or_(again, first)))).all()
    firsts = {(row[0], row[1]): (row[2], row[3]) for row in rows}
    return {again: first for again, first in firsts.items() if again in wanted or first in wanted}


def _put_cross_posts(firsts: Mapping[Key, Key], found: Mapping[Key, _Found]) -> None:
    """What was said to a question where it was asked once more counts for the first place."""
    for again, first in firsts.items():
        if again in found:
            found[again].part_of = first
            if first in found:
                found[first].replies |= found[again].replies


# What follows looks by ts alone, which is as good as the message, and matches channels here.


async def _put_ours(tx: AsyncConnection, found: Mapping[Key, _Found]) -> None:
    """Our own messages, of which Slack does not tell us until they are read back; not what one person alone saw."""
    stands = and_(messages.c.channel_id == outbox.c.channel_id, messages.c.ts == outbox.c.slack_ts)
    query = (
        select(outbox.c.channel_id, outbox.c.thread_ts, outbox.c.slack_ts, messages.c.author)
        .select_from(outbox)
        .outerjoin(messages, stands)
        .where(_of_questions(tx, outbox.c.thread_ts, found), outbox.c.slack_ts > "", outbox.c.edits.is_(None))
        .where(messages.c.deleted_ts.is_(None))
    )
    for channel_id, thread_ts, ts, author in await tx.execute(query):
        thread = found.get((channel_id, thread_ts))
        if thread is not None:
            thread.replies[ts] = Reply(ts, author or "", NO_ANSWER, is_bot=True)


def _of_questions(tx: AsyncConnection, column: ColumnElement[Any], found: Mapping[Key, _Found]) -> ColumnElement[bool]:
    return _at(tx, column, {ts for _, ts in found})


async def _put_marks(tx: AsyncConnection, found: Mapping[Key, _Found], check_marks: Collection[str]) -> None:
    """The asker's check marks, on the question and on replies, and marked answers; those taken back are none."""
    places = {
        (channel_id, ts): thread for (channel_id, root), thread in found.items() for ts in (root, *thread.replies)
    }
    query = select(reactions).where(
        reactions.c.channel_id.in_({channel_id for channel_id, _ in found}),
        _at(tx, reactions.c.ts, {ts for _, ts in places}),
        bare(reactions.c.name).in_([*check_marks, MARKED]),  # by its key PostgreSQL would look for each of them apart
    )
    for row in (await tx.execute(query)).mappings():
        reaction = ReactionRow(**row)
        thread = places.get((reaction.channel_id, reaction.ts))
        if thread is not None and reaction.holds and (reaction.name == MARKED or reaction.person == thread.asker):
            mark, key = _mark(reaction), (reaction.ts, reaction.name)
            thread.marks[key] = min(mark, thread.marks.get(key, mark), key=lambda each: each.at_ts)


def _at(tx: AsyncConnection, column: ColumnElement[Any], times: Collection[str]) -> ColumnElement[bool]:
    """Of few each is looked up, as they may be from all years; of many, as of weeks, the whole span is read."""
    return is_among(tx, column, times) if len(times) <= FEW_TIMES else column.between(min(times), max(times))


def _mark(row: ReactionRow) -> Mark:
    at_ts = row.changed_ts if row.is_there else row.seen_ts
    return Mark(row.ts, at_ts, is_answer=row.name == MARKED, is_timed=row.is_there)


async def _put_answers(tx: AsyncConnection, found: Mapping[Key, _Found]) -> None:
    """Our answers in the thread and our hints, and what the asker pressed; nothing of answers that were deleted."""
    root = func.coalesce(answers.c.thread_ts, answers.c.question_ts)
    in_thread = _of_questions(tx, answers.c.thread_ts, found)  # apart from those that begin one: each has its index
    begins_one = and_(answers.c.thread_ts.is_(None), _of_questions(tx, answers.c.question_ts, found))
    pressed = and_(verdicts.c.answer_id == answers.c.id, verdicts.c.by_asker)
    stands = and_(messages.c.channel_id == outbox.c.channel_id, messages.c.ts == outbox.c.slack_ts)
    query = (
        select(answers.c.channel_id, root, answers.c.question_ts, answers.c.asker)
        .add_columns(answers.c.surface, verdicts.c.verdict, verdicts.c.given_at, outbox.c.slack_ts, outbox.c.state)
        .select_from(answers)
        .outerjoin(verdicts, pressed)
        .outerjoin(outbox, outbox.c.key == MESSAGE_KEY)
        .outerjoin(messages, stands)
        .where(answers.c.surface.in_(("thread", HINT)), answers.c.outcome.in_(SHOWN), or_(in_thread, begins_one))
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


async def _put_looked_up(tx: AsyncConnection, found: Mapping[Key, _Found]) -> None:
    """Which questions we looked up, and had an article or a solved thread for; whoever was shown that, or nobody."""
    names = ("channel_id", "question_ts", "outcome", "pointers")
    query = select(*(answers.c[name] for name in names)).where(
        _of_questions(tx, answers.c.question_ts, found), answers.c.outcome.in_((*SHOWN, SILENT))
    )
    for channel_id, ts, outcome, pointers in await tx.execute(query):
        asked = found.get((channel_id, ts))
        if asked is not None:
            asked.was_looked_up = True
            asked.is_repeat = asked.is_repeat or outcome in SHOWN or bool(pointers)


async def asked_before(tx: AsyncConnection, window: Window) -> frozenset[tuple[str, str]]:
    """Of those who asked in the window before it: (channel, asker), where they asked in the window too, or at first.

    Whoever asked for years is looked up, and not all that they asked.
    """
    earlier = questions.alias("earlier")
    asked = select(questions.c.channel_id, questions.c.asker).where(_in(window)).distinct().cte("asked")
    before = and_(earlier.c.asker == asked.c.asker, earlier.c.asked_at < window.since)
    first = select(earlier.c.channel_id).where(before).order_by(earlier.c.asked_at, earlier.c.channel_id).limit(1)
    there = select(earlier.c.ts).where(before, earlier.c.channel_id == asked.c.channel_id).exists()
    query = select(asked.c.channel_id, asked.c.asker, there, first.scalar_subquery())
    found: set[tuple[str, str]] = set()
    for channel_id, asker, was_there, first_channel_id in await tx.execute(query):
        if was_there:
            found.add((channel_id, asker))
        if first_channel_id is not None:
            found.add((first_channel_id, asker))
    return frozenset(found)


CERTAIN = 1.0  # a reply in a thread is linked by Slack itself


@dataclass(frozen=True)
class LinkedReply:
    """A message and what it answers: the first one of its thread, or what the linker says, and how sure that is."""

    channel_id: str
    ts: str
    author: str
    answers_ts: str
    confidence: float


async def linked_replies(tx: AsyncConnection) -> Sequence[LinkedReply]:
    """Every reply that stands, in a thread that a person began or in a channel itself, oldest first."""
    found = [*await _in_threads(tx), *await _in_channels(tx)]
    return sorted(found, key=lambda each: (each.ts, each.channel_id))


async def _in_threads(tx: AsyncConnection) -> Sequence[LinkedReply]:
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
    )
    rows = await tx.execute(query)
    return [LinkedReply(channel_id, ts, author or "", root, CERTAIN) for channel_id, ts, author, root in rows]


async def _in_channels(tx: AsyncConnection) -> Sequence[LinkedReply]:
    said = and_(messages.c.channel_id == links.c.channel_id, messages.c.ts == links.c.ts)
    query = (
        select(links.c.channel_id, links.c.ts, messages.c.author, links.c.answers_ts, links.c.confidence)
        .join(messages, said)
        .where(links.c.answers_ts.is_not(None))
    )
    return [LinkedReply(row[0], row[1], row[2] or "", row[3], row[4]) for row in await tx.execute(query)]
