"""What became of each question, kept beside it: the figures are counted from these rows, not from messages.

Triggers note whatever a case rests on when it changes (`case_turns`), in the transaction that changes it: a row of
which nothing is noted is right. What it says is decided by `bot.peers.cases`, and when, by `bot.peers.deciding`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, delete, func, literal, or_, select, tuple_, union
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.case_row import CaseRow, Key
from bot.model import Window
from bot.storage.peers import CORRECTED
from bot.storage.schema import case_answers, case_turns, cases, cross_posts, links, messages, questions
from bot.storage.statements import insert_all, is_at

PERSON = ""  # `case_turns.channel_id` where it is a member of the platform team
KEPT = CaseRow._fields[6:-1]  # the others stand beside the question, or in a table of their own


async def in_window(tx: AsyncConnection, window: Window) -> tuple[list[CaseRow], list[Key]]:
    """The cases of all questions of the window, in no order; and those questions that have none."""
    columns = [questions.c[name] for name in ("channel_id", "ts", "asker", "kind", "classifier", "topic")]
    here = and_(cases.c.channel_id == questions.c.channel_id, cases.c.ts == questions.c.ts, _spans(cases.c.ts, window))
    query = (
        select(*columns, *(cases.c[name] for name in KEPT))
        .select_from(questions)
        .outerjoin(cases, here)
        .where(*_in(window))
    )
    answered = await _answers(tx, window)
    found: list[CaseRow] = []
    missing: list[Key] = []
    for channel_id, ts, asker, kind, classifier, topic, *kept in await tx.execute(query):
        if kept[0] is None:
            missing.append((channel_id, ts))
            continue
        said = (channel_id, ts, asker, kind, classifier == CORRECTED, topic or "", *kept)
        found.append(CaseRow._make((*said, answered.get((channel_id, ts), ()))))
    return found, missing


def _in(window: Window) -> tuple[ColumnElement[bool], ...]:
    return questions.c.asked_at >= window.since, questions.c.asked_at < window.until


def _spans(ts: ColumnElement[str], window: Window) -> ColumnElement[bool]:
    """The window once more, as ts: without it PostgreSQL reads all that was ever kept, to match a week of it."""
    return and_(ts >= f"{window.since.timestamp():.6f}", ts < f"{window.until.timestamp():.6f}")


async def _answers(tx: AsyncConnection, window: Window) -> Mapping[Key, tuple[tuple[str, str], ...]]:
    here = and_(case_answers.c.channel_id == questions.c.channel_id, case_answers.c.ts == questions.c.ts)
    by_ts = _spans(case_answers.c.ts, window)
    query = select(case_answers).select_from(questions).join(case_answers, and_(here, by_ts)).where(*_in(window))
    found: dict[Key, tuple[tuple[str, str], ...]] = {}
    for channel_id, ts, person, by in await tx.execute(query):
        found[channel_id, ts] = (*found.get((channel_id, ts), ()), (person, by))
    return found


async def put(tx: AsyncConnection, rows: Sequence[CaseRow]) -> None:
    """In place of what was kept of the same questions."""
    if not rows:
        return
    await drop(tx, [row.key for row in rows])
    names = ("channel_id", "ts", *KEPT)
    await tx.execute(insert_all(tx, cases, [{name: getattr(row, name) for name in names} for row in rows]))
    answered = [
        {"channel_id": row.channel_id, "ts": row.ts, "person": person, "answerer": by}
        for row in rows
        for person, by in row.answers
    ]
    if answered:
        await tx.execute(insert_all(tx, case_answers, answered))


async def drop(tx: AsyncConnection, keys: Collection[Key]) -> None:
    for channel_id, here in _by_channel(keys):
        for table in (case_answers, cases):
            await tx.execute(delete(table).where(table.c.channel_id == channel_id, is_at(tx, table.c.ts, here)))


async def wait_for_others(tx: AsyncConnection, keys: Collection[Key]) -> None:
    """Until nobody else decides on one of these; then they wait for us. On SQLite one writes at a time anyway."""
    for channel_id, here in _by_channel(keys):
        asked = select(questions.c.ts).where(questions.c.channel_id == channel_id, is_at(tx, questions.c.ts, here))
        await tx.execute(asked.order_by(questions.c.ts).with_for_update(key_share=True))


def _by_channel(keys: Collection[Key]) -> Sequence[tuple[str, Sequence[str]]]:
    by_channel: dict[str, list[str]] = {}
    for channel_id, ts in keys:
        by_channel.setdefault(channel_id, []).append(ts)
    return sorted(by_channel.items())


async def forget_answers_of(tx: AsyncConnection, person: str) -> None:
    """Cases in which the person answered are decided anew."""
    where = select(case_answers.c.channel_id, case_answers.c.ts).where(case_answers.c.person == person)
    await drop(tx, [(row.channel_id, row.ts) for row in (await tx.execute(where)).all()])


@dataclass(frozen=True)
class Turned:
    """What changed: the questions it bears on, and members of the platform team by pseudonym."""

    keys: frozenset[Key]
    members: frozenset[str]


NOTHING_TURNED = Turned(frozenset(), frozenset())


async def next_mark(tx: AsyncConnection, limit: int) -> tuple[int, int]:
    """The last of so many changes that wait, and how many these are; 0 where none waits."""
    some = select(case_turns.c.id).order_by(case_turns.c.id).limit(limit).subquery()
    row = (await tx.execute(select(func.max(some.c.id), func.count()).select_from(some))).one()
    return row[0] or 0, row[1]


async def last_mark(tx: AsyncConnection) -> int:
    """The last of the changes that wait; 0 where none does."""
    return (await tx.scalar(select(func.max(case_turns.c.id)))) or 0


async def hold(tx: AsyncConnection, mark: int, limit: int) -> Sequence[int]:
    """So many of the changes that wait up to there, by number; nobody else decides on them meanwhile."""
    waits = select(case_turns.c.id).where(case_turns.c.id <= mark)
    return (await tx.scalars(waits.order_by(case_turns.c.id).limit(limit).with_for_update())).all()


async def is_any(tx: AsyncConnection) -> bool:
    """Whether a case of any question is kept."""
    return (await tx.execute(select(cases.c.ts).limit(1))).first() is not None


async def all_done(tx: AsyncConnection) -> None:
    """Nothing waits any more of what changed so far."""
    await tx.execute(delete(case_turns))


async def done(tx: AsyncConnection, held: Sequence[int]) -> None:
    """Just these: of changes that came since, one may have a lower number."""
    await tx.execute(delete(case_turns).where(case_turns.c.id.in_(held)))


async def turned(tx: AsyncConnection, mark: int) -> Turned:
    """What changed up to there."""
    changed = union(*_changed(mark)).cte("changed")
    asked = and_(questions.c.channel_id == changed.c.channel_id, questions.c.ts == changed.c.ts)
    again = and_(cross_posts.c.channel_id == changed.c.channel_id, cross_posts.c.ts == changed.c.ts)
    found = union(
        select(questions.c.channel_id, questions.c.ts).select_from(changed).join(questions, asked),
        select(cross_posts.c.first_channel_id, cross_posts.c.first_ts).select_from(changed).join(cross_posts, again),
    )
    keys = frozenset((row[0], row[1]) for row in await tx.execute(found))
    people = select(case_turns.c.ts).where(case_turns.c.id <= mark, case_turns.c.channel_id == PERSON).distinct()
    return Turned(keys, frozenset(await tx.scalars(people)))


def _changed(mark: int) -> Sequence[Select[Any]]:
    """The messages, and all of the talks that they belong to or begin: each talk once, however much of it changed."""
    said = select(case_turns.c.channel_id, case_turns.c.ts).where(case_turns.c.id <= mark)
    linked = and_(links.c.channel_id == case_turns.c.channel_id, links.c.ts == case_turns.c.ts)
    belongs = select(links.c.channel_id, links.c.talk_ts).select_from(case_turns).join(links, linked)
    talks = union(said, belongs.where(case_turns.c.id <= mark)).cte("talks")
    of_talk = and_(links.c.channel_id == talks.c.channel_id, links.c.talk_ts == talks.c.ts)
    return said, select(links.c.channel_id, links.c.ts).select_from(talks).join(links, of_talk)


async def drop_with(tx: AsyncConnection, members: Collection[str]) -> None:
    """Cases in which these people may have a part are decided anew: in all channels where they wrote."""
    wrote = select(messages.c.channel_id).where(messages.c.author.in_(list(members))).distinct()
    for channel_id in (await tx.scalars(wrote)).all():
        for table in (case_answers, cases):
            await tx.execute(delete(table).where(table.c.channel_id == channel_id))


async def undecided(
    tx: AsyncConnection, bases: Mapping[str, str], other: str, *, after: Key, limit: int
) -> Sequence[Key]:
    """Questions without a case, or with one by another basis than their channel's; `other` is of those not named.

    In their order, behind `after`: who asks again and again reads each once.
    """
    here = and_(cases.c.channel_id == questions.c.channel_id, cases.c.ts == questions.c.ts)
    basis = case(dict(bases), value=cases.c.channel_id, else_=other) if bases else literal(other)
    key = (questions.c.channel_id, questions.c.ts)
    query = (
        select(*key)
        .outerjoin(cases, here)
        .where(tuple_(*key) > tuple_(*after), or_(cases.c.basis.is_(None), cases.c.basis != basis))
        .order_by(*key)
        .limit(limit)
    )
    return [(row.channel_id, row.ts) for row in await tx.execute(query)]
