"""Messages of watched channels, their reactions, and the questions among them.

The rows say the same whatever order things came in. What is counted from them is read by `bot.storage.cases`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Delete, Select, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningInsert

from bot.model import NO_QUESTION, Deletion, Message, Window, moment
from bot.storage.answers import KNOWN
from bot.storage.schema import answers, events, kind_corrections, links, messages, people, questions, reactions
from bot.storage.statements import (
    FEW,
    bare,
    given,
    insert_all,
    insert_given,
    insert_into,
    insert_new,
    is_at,
    note_sizes,
    one_of,
)

STATES = select(messages.c.ts, messages.c.edited_ts, messages.c.author_kind, messages.c.deleted_ts).where(
    messages.c.channel_id == bindparam("channel_id")
)
STATES_OF = STATES.where(one_of(messages.c.ts, "ts"))
MARKED = ":answer:"  # `reactions.name` of what a person marked as the answer by us; Slack's names have no colon
CORRECTED = "people"  # `questions.classifier` where a person said what kind it is
THREAD = "thread"  # `answers.surface`
PERSON, BOT, UNKNOWN = "person", "bot", "unknown"  # `messages.author_kind`; unknown: only its deletion was seen


async def is_new_event(tx: AsyncConnection, event_id: str, *, now: datetime) -> bool:
    """Whether the event was not taken down before; it is now."""
    return await insert_new(tx, events, {"event_id": event_id, "received_at": now})


async def forget_events(tx: AsyncConnection, *, before: datetime, limit: int) -> int:
    """How many, so many at most."""
    old = select(events.c.event_id).where(events.c.received_at < before).limit(limit)
    gone = delete(events).where(events.c.event_id.in_(old)).returning(events.c.event_id)
    return len((await tx.scalars(gone)).all())


class MessageRow(NamedTuple):
    """A message as it is kept; `text` is None where words are not."""

    channel_id: str
    ts: str
    thread_ts: str | None
    author: str
    author_kind: str
    text: str | None
    gist: str
    addressee: str | None
    edited_ts: str | None


async def only_news(tx: AsyncConnection, channel_id: str, said: Sequence[Message]) -> list[Message]:
    """Of the channel's messages those that are not known yet, or newer than what is known; each once, newest state."""
    newest: dict[str, Message] = {}
    for message in said:
        known = newest.get(message.ts)
        if known is None or (known.edited_ts or "") < (message.edited_ts or ""):
            newest[message.ts] = message
    if len(newest) <= FEW:
        rows = await tx.execute(STATES_OF, {"channel_id": channel_id, "ts": list(newest)})
    else:
        rows = await tx.execute(STATES.where(is_at(tx, messages.c.ts, newest)), {"channel_id": channel_id})
    for row in rows:
        is_newer = (row.edited_ts or "") < (newest[row.ts].edited_ts or "") or row.author_kind == UNKNOWN
        if row.deleted_ts is not None or not is_newer:
            del newest[row.ts]
    return list(newest.values())


async def put_messages(tx: AsyncConnection, rows: Sequence[MessageRow]) -> frozenset[str]:
    """The ts of those that said something new; a deletion wins for good. The rows are of different messages."""
    if not rows:
        return frozenset()
    put = _put_messages(tx.dialect.name == "sqlite")
    return frozenset(await tx.scalars(put, given(tx, [{**row._asdict(), "posted_at": moment(row.ts)} for row in rows])))


@cache
def _put_messages(is_sqlite: bool) -> ReturningInsert[tuple[str]]:
    statement = insert_given(is_sqlite, messages, (*MessageRow._fields, "posted_at"))
    # ts strings have one length, so they compare as times do
    is_newer = func.coalesce(messages.c.edited_ts, "") < func.coalesce(statement.excluded.edited_ts, "")
    is_first = messages.c.author_kind == UNKNOWN
    taken = ("thread_ts", "author", "author_kind", "text", "gist", "addressee", "edited_ts")
    return statement.on_conflict_do_update(
        index_elements=[messages.c.channel_id, messages.c.ts],
        set_={name: statement.excluded[name] for name in taken},
        where=messages.c.deleted_ts.is_(None) & or_(is_newer, is_first),
    ).returning(messages.c.ts)


async def put_deletions(tx: AsyncConnection, gone: Sequence[Deletion]) -> None:
    """Tombstones, also for messages not seen yet: all they said and their questions go, the rows stay."""
    for each in gone:
        for table in (questions, kind_corrections):
            await tx.execute(delete(table).where(table.c.channel_id == each.channel_id, table.c.ts == each.ts))
        nothing = {"author": None, "author_kind": UNKNOWN, "thread_ts": None, "text": None, "edited_ts": None}
        now_gone = {**nothing, "gist": None, "addressee": None, "deleted_ts": each.deleted_ts}
        row = {"channel_id": each.channel_id, "ts": each.ts, "posted_at": moment(each.ts), **now_gone}
        statement = insert_into(tx, messages).values(**row)
        keys = [messages.c.channel_id, messages.c.ts]
        await tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=now_gone))


async def newest_text(tx: AsyncConnection, channel_id: str, ts: str) -> tuple[str | None, bool]:
    """The message's text as last seen (None when not kept) and whether it was deleted."""
    query = select(messages.c.text, messages.c.deleted_ts)
    row = (await tx.execute(query.where(messages.c.channel_id == channel_id, messages.c.ts == ts))).one_or_none()
    return (None, False) if row is None else (row.text, row.deleted_ts is not None)


@dataclass(frozen=True)
class QuestionRow:
    channel_id: str
    ts: str
    asker: str
    kind: str
    classifier: str
    topic: str | None = None  # None: not looked for in these words


async def put_questions(tx: AsyncConnection, rows: Sequence[QuestionRow]) -> None:
    """New ones, and what is known of them anew; what people said of their kind, or that they are none, holds."""
    if not rows:
        return
    corrected = await _corrected_kinds(tx, rows)
    struck = {key for key, said in corrected.items() if said["kind"] == NO_QUESTION}
    rows = [row for row in rows if (row.channel_id, row.ts) not in struck]
    if not rows:
        return
    found = [{**vars(row), "asked_at": moment(row.ts), **corrected.get((row.channel_id, row.ts), {})} for row in rows]
    statement = insert_all(tx, questions, found)
    changed = {name: statement.excluded[name] for name in ("asker", "kind", "classifier", "topic")}
    keys = [questions.c.channel_id, questions.c.ts]
    await tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))


async def _corrected_kinds(
    tx: AsyncConnection, rows: Sequence[QuestionRow]
) -> Mapping[tuple[str, str], Mapping[str, str]]:
    """By channel and ts, what people said last, as values of `questions`."""
    here = is_at(tx, kind_corrections.c.ts, [row.ts for row in rows])
    query = select(kind_corrections.c.channel_id, kind_corrections.c.ts, kind_corrections.c.new_kind).where(here)
    said = (await tx.execute(query.order_by(kind_corrections.c.id))).all()
    return {(channel_id, ts): {"kind": kind, "classifier": CORRECTED} for channel_id, ts, kind in said}


async def question_answered_by(tx: AsyncConnection, channel_id: str, ts: str) -> QuestionRow | None:
    """The question in whose thread the message stands, or, where it stands in none, the first one of its talk."""
    here = and_(messages.c.channel_id == channel_id, messages.c.ts == ts, messages.c.deleted_ts.is_(None))
    said = (await tx.execute(select(messages.c.thread_ts).where(here))).one_or_none()
    if said is None:
        return None
    if said.thread_ts not in (None, ts):
        return await question_at(tx, channel_id, said.thread_ts)
    talk = select(links.c.talk_ts).where(links.c.channel_id == channel_id, links.c.ts == ts).scalar_subquery()
    same_talk = and_(links.c.channel_id == questions.c.channel_id, links.c.ts == questions.c.ts)
    first = (
        select(func.min(bare(links.c.ts)))
        .join(questions, same_talk)
        .where(links.c.channel_id == channel_id, links.c.talk_ts == talk, bare(links.c.ts) < ts)
    )
    found = await tx.scalar(first)
    return await question_at(tx, channel_id, found) if found else None


@dataclass(frozen=True)
class KindSaid:
    """A person says what kind a question is."""

    channel_id: str
    ts: str
    person: str
    kind: str


async def correct_kind(tx: AsyncConnection, said: KindSaid, *, now: datetime) -> bool:
    """Whether that changed the question's kind; it does not when it is that kind already, or no question any more.

    A person may also say that it is none, and take that back.
    """
    before = await question_found(tx, said.channel_id, said.ts)
    if before is None or before.kind == said.kind:
        return False
    row = {"channel_id": said.channel_id, "ts": said.ts, "person": said.person}
    kinds = {"old_kind": before.kind, "new_kind": said.kind, "corrected_at": now}
    await tx.execute(insert_into(tx, kind_corrections).values(**row, **kinds))
    if said.kind == NO_QUESTION:
        await drop_questions(tx, said.channel_id, [said.ts])
    else:
        await put_questions(tx, [before])  # with what was just said of it
    return True


async def question_found(tx: AsyncConnection, channel_id: str, ts: str) -> QuestionRow | None:
    """What the message asks, as last seen, also where a person said that it is no question."""
    found = await question_at(tx, channel_id, ts)
    if found is not None:
        return found
    said = (
        select(kind_corrections.c.new_kind)
        .where(kind_corrections.c.channel_id == channel_id, kind_corrections.c.ts == ts)
        .order_by(kind_corrections.c.id.desc())
        .limit(1)
    )
    if await tx.scalar(said) != NO_QUESTION:
        return None
    author = select(messages.c.author).where(messages.c.channel_id == channel_id, messages.c.ts == ts)
    return QuestionRow(channel_id, ts, await tx.scalar(author) or "", NO_QUESTION, CORRECTED)


async def told_of_incidents(tx: AsyncConnection, window: Window) -> set[tuple[str, str]]:
    """Channel and ts of questions whose askers were told, below them, that it is known: they hear of its end too."""
    query = select(answers.c.channel_id, answers.c.question_ts).where(
        answers.c.outcome == KNOWN,
        answers.c.question_ts.is_not(None),
        answers.c.created_at >= window.since,
        answers.c.surface == THREAD,
    )
    return {(row.channel_id, row.question_ts) for row in await tx.execute(query)}


async def count_struck(tx: AsyncConnection, window: Window) -> int:
    """Messages of the window that the rules took for a question and that are none, as people said last."""
    newest = select(func.max(kind_corrections.c.id)).group_by(kind_corrections.c.channel_id, kind_corrections.c.ts)
    there = and_(messages.c.channel_id == kind_corrections.c.channel_id, messages.c.ts == kind_corrections.c.ts)
    query = (
        select(func.count())
        .select_from(kind_corrections)
        .join(messages, there)
        .where(kind_corrections.c.id.in_(newest), kind_corrections.c.new_kind == NO_QUESTION)
        .where(messages.c.posted_at >= window.since, messages.c.posted_at < window.until)
    )
    return await tx.scalar(query) or 0


async def drop_questions(tx: AsyncConnection, channel_id: str, ts: Collection[str]) -> None:
    """They were edited and ask nothing any more."""
    if ts:
        await tx.execute(delete(questions).where(questions.c.channel_id == channel_id, is_at(tx, questions.c.ts, ts)))


async def count_questions(tx: AsyncConnection, channel_id: str, *, first: str, last: str) -> int:
    """How many questions are known in the channel from one ts to another, both included."""
    query = select(func.count()).select_from(questions).where(questions.c.channel_id == channel_id)
    return await tx.scalar(query.where(questions.c.ts >= first, questions.c.ts <= last)) or 0


async def is_question(tx: AsyncConnection, channel_id: str, ts: str) -> bool:
    """Whether the message, as last seen, asks something."""
    query = select(questions.c.ts).where(questions.c.channel_id == channel_id, questions.c.ts == ts)
    return (await tx.execute(query)).first() is not None


async def question_at(tx: AsyncConnection, channel_id: str, ts: str) -> QuestionRow | None:
    """What the message asks, as last seen; None when it asks nothing."""
    columns = [questions.c[name] for name in ("channel_id", "ts", "asker", "kind", "classifier", "topic")]
    query = select(*columns).where(questions.c.channel_id == channel_id, questions.c.ts == ts)
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else QuestionRow(**row)


async def newest_question_of(tx: AsyncConnection, asker: str, channel_id: str) -> str:
    """The ts of what the person asked last in the channel; "" for nothing."""
    query = select(func.max(questions.c.ts)).where(questions.c.asker == asker, questions.c.channel_id == channel_id)
    return await tx.scalar(query) or ""


AN_ANSWER = "says"  # the gist of what is neither a question, nor thanks, nor an acknowledgement
SURE_ENOUGH = 0.8  # of a link, to leave a question to people for it: where it is wrong, nobody answers


async def has_human_reply(tx: AsyncConnection, channel_id: str, ts: str, *, asker: str) -> bool:
    """Whether a person other than the asker wrote in the thread, or below it in the channel what surely answers it.

    Below it a question, or a remark that neither names the asker nor shares a word with what they asked, may well
    belong to the same talk: that is no reason to leave the question to people.
    """
    by_another = and_(messages.c.author_kind == PERSON, messages.c.author != asker, messages.c.deleted_ts.is_(None))
    in_thread = and_(messages.c.channel_id == channel_id, messages.c.thread_ts == ts, messages.c.ts != ts)
    replied = select(messages.c.ts).where(in_thread, by_another)
    answered_below = _sure_answers(channel_id, ts, asker).where(by_another)
    return any([(await tx.execute(query.limit(1))).first() for query in (replied, answered_below)])


def _sure_answers(channel_id: str, ts: str, asker: str) -> Select[Any]:
    """In the channel below the question, by anybody."""
    said = and_(messages.c.channel_id == links.c.channel_id, messages.c.ts == links.c.ts)
    asks = and_(questions.c.channel_id == links.c.channel_id, questions.c.ts == links.c.ts)
    talk = select(links.c.talk_ts).where(links.c.channel_id == channel_id, links.c.ts == ts).scalar_subquery()
    is_about_it = or_(messages.c.addressee == asker, links.c.kin.contains(f'"{ts}"', autoescape=True))
    return (
        select(links.c.ts)
        .join(messages, said)
        .outerjoin(questions, asks)
        .where(links.c.channel_id == channel_id, links.c.talk_ts == talk, bare(links.c.ts) > ts)
        .where(links.c.confidence >= SURE_ENOUGH, messages.c.gist == AN_ANSWER, questions.c.ts.is_(None), is_about_it)
    )


@dataclass(frozen=True)
class ReactionRow:
    """A reaction: what events said last, and what history showed last. The later of the two holds."""

    channel_id: str
    ts: str
    person: str
    name: str
    changed_ts: str = ""
    is_there: bool = False
    seen_ts: str = ""
    was_there: bool = False

    @property
    def holds(self) -> bool:
        return self.was_there if self.seen_ts > self.changed_ts else self.is_there


async def put_reaction_changed(tx: AsyncConnection, row: ReactionRow) -> None:
    """What an event told; an older one changes nothing."""
    await _put_reactions(tx, [row], "changed_ts", "is_there")


async def end_reaction_of_before(tx: AsyncConnection, row: ReactionRow, stand_in: str) -> None:
    """What the person set as someone, while they were left out, holds no more once they set it anew or took it away."""
    if row.person == stand_in:
        return
    here = and_(reactions.c.channel_id == row.channel_id, reactions.c.ts == row.ts, reactions.c.name == row.name)
    older = and_(reactions.c.person == stand_in, reactions.c.changed_ts < row.changed_ts)
    await tx.execute(update(reactions).where(here, older).values(changed_ts=row.changed_ts, is_there=False))


async def put_reactions_seen(tx: AsyncConnection, rows: Sequence[ReactionRow]) -> None:
    """What history showed; an older look changes nothing."""
    await _put_reactions(tx, rows, "seen_ts", "was_there")


async def _put_reactions(tx: AsyncConnection, rows: Sequence[ReactionRow], when: str, what: str) -> None:
    if not rows:
        return
    put = _put_reactions_of(tx.dialect.name == "sqlite", when, what)
    await tx.execute(put, given(tx, [vars(row) for row in rows]))


@cache
def _put_reactions_of(is_sqlite: bool, when: str, what: str) -> "sqlite.Insert | postgresql.Insert":
    statement = insert_given(is_sqlite, reactions, tuple(ReactionRow.__dataclass_fields__))
    keys = [reactions.c.channel_id, reactions.c.ts, reactions.c.person, reactions.c.name]
    return statement.on_conflict_do_update(
        index_elements=keys,
        set_={when: statement.excluded[when], what: statement.excluded[what]},
        where=reactions.c[when] < statement.excluded[when],
    )


async def reactions_on(tx: AsyncConnection, channel_id: str, ts: Collection[str]) -> Sequence[ReactionRow]:
    """All that is known of reactions on these messages in Slack."""
    here = and_(reactions.c.channel_id == channel_id, is_at(tx, reactions.c.ts, ts))
    query = select(reactions).where(here, reactions.c.name != MARKED)
    return [ReactionRow(**row) for row in (await tx.execute(query)).mappings()]


async def have_grown(tx: AsyncConnection) -> None:
    """So many messages came that PostgreSQL should plan anew."""
    await note_sizes(tx, people, messages, links, questions, reactions)


async def newest_ts(tx: AsyncConnection, channel_id: str) -> str:
    """Of all messages known in the channel; "" when none is."""
    return await tx.scalar(select(func.max(messages.c.ts)).where(messages.c.channel_id == channel_id)) or ""


async def count_messages(tx: AsyncConnection, channel_id: str) -> int:
    """How many are known in the channel, also of those gone."""
    query = select(func.count()).select_from(messages).where(messages.c.channel_id == channel_id)
    return await tx.scalar(query) or 0


async def missing_between(
    tx: AsyncConnection, channel_id: str, listed: Collection[str], *, after: str, before: str, known_to: str
) -> list[str]:
    """The ts of messages that stand to our knowledge, up to `known_to`, and that `listed` would have named.

    `listed` is what Slack shows between the two moments, themselves excluded. With a message that is not there go the
    replies in its thread, also when it was known to be gone: over replies a tombstone would stand.
    """
    stands = [messages.c.channel_id == channel_id, messages.c.deleted_ts.is_(None), messages.c.ts <= known_to]
    found: set[str] = set()
    for column in (messages.c.ts, messages.c.thread_ts):
        query = select(messages.c.ts).where(*stands, column > after, column < before, column.not_in(list(listed)))
        if column is messages.c.ts:
            query = query.where(messages.c.thread_ts.is_(None))
        found |= set((await tx.scalars(query)).all())
    return sorted(found)


async def standing_in(tx: AsyncConnection, channel_id: str, root: str) -> frozenset[str]:
    """The ts of the replies in a thread that stand to our knowledge."""
    query = select(messages.c.ts).where(messages.c.channel_id == channel_id, messages.c.thread_ts == root)
    return frozenset((await tx.scalars(query.where(messages.c.deleted_ts.is_(None)))).all())


async def threads_known(tx: AsyncConnection, channel_id: str, roots: Collection[str]) -> Mapping[str, tuple[int, str]]:
    """Of each thread how many replies we know to stand, and the latest one's ts."""
    query = (
        select(messages.c.thread_ts, func.count(), func.max(messages.c.ts))
        .where(messages.c.channel_id == channel_id, is_at(tx, messages.c.thread_ts, roots))
        .where(messages.c.deleted_ts.is_(None))
        .group_by(messages.c.thread_ts)
    )
    return {row[0]: (row[1], row[2]) for row in await tx.execute(query)}


async def texts_to_forget(
    tx: AsyncConnection, *, before: datetime, counted: Collection[str], limit: int
) -> Mapping[str, Sequence[str]]:
    """Messages whose words are not to be kept, by channel: older than that, or in a channel that keeps counts alone."""
    found: dict[str, list[str]] = {}
    for not_kept in (messages.c.posted_at < before, messages.c.channel_id.in_(list(counted))):  # apart: by the index
        query = select(messages.c.channel_id, messages.c.ts).where(messages.c.text.is_not(None), not_kept)
        for row in await tx.execute(query.limit(limit)):
            found.setdefault(row.channel_id, []).append(row.ts)
    return found


async def forget_texts(tx: AsyncConnection, found: Mapping[str, Sequence[str]]) -> None:
    """Words of these messages, by channel, go; who, when and what kind stay."""
    for channel_id, ts in found.items():
        here = and_(messages.c.channel_id == channel_id, is_at(tx, messages.c.ts, ts))
        await tx.execute(update(messages).where(here).values(text=None))


async def stand_in_for(tx: AsyncConnection, person: str, channel_id: str, stand_in: str) -> None:
    """The person's messages and reactions in the channel become someone's, and their words go."""
    values: dict[str, Any] = {"author": stand_in, "text": None}
    await tx.execute(
        update(messages).where(messages.c.author == person, messages.c.channel_id == channel_id).values(**values)
    )
    here = questions.c.channel_id == channel_id
    await tx.execute(update(questions).where(questions.c.asker == person, here).values(asker=stand_in))
    here = reactions.c.channel_id == channel_id
    await tx.execute(_reactions_twice(person, channel_id, stand_in))
    await tx.execute(update(reactions).where(reactions.c.person == person, here).values(person=stand_in))


def _reactions_twice(person: str, channel_id: str, stand_in: str) -> Delete:
    """The stand-in's, from an earlier time of being left out, where the person has the same by now."""
    mine = reactions.alias("mine")
    same = and_(
        mine.c.channel_id == reactions.c.channel_id, mine.c.ts == reactions.c.ts, mine.c.name == reactions.c.name
    )
    here = and_(reactions.c.channel_id == channel_id, reactions.c.person == stand_in)
    return delete(reactions).where(here, select(mine.c.ts).where(same, mine.c.person == person).exists())


async def channels_of(tx: AsyncConnection, person: str) -> frozenset[str]:
    """Where the person wrote, asked or reacted."""
    wrote = select(messages.c.channel_id).where(messages.c.author == person)
    asked = select(questions.c.channel_id).where(questions.c.asker == person)
    reacted = select(reactions.c.channel_id).where(reactions.c.person == person)
    return frozenset((await tx.scalars(wrote.union(asked, reacted))).all())


async def forget_addressee(tx: AsyncConnection, person: str) -> None:
    await tx.execute(update(messages).where(messages.c.addressee == person).values(addressee=None))
