"""Gaps and the askings in them, and what may be one: read from questions, answers and verdicts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import moment
from bot.storage.people import who_is_counted
from bot.storage.schema import answers, channels, gap_members, gaps, messages, questions, verdicts
from bot.storage.statements import insert_new, insert_rows

OPEN, CLOSED = "open", "closed"
NOT_QUITE, SOLVED = "not quite", "solved"  # verdicts
AT_ONCE = 500  # ids in one query

Key = tuple[str, str]  # channel and ts of a question


@dataclass(frozen=True)
class Asking:
    """Something asked for which there was no good answer. `text` is None where its words are not kept."""

    key: str
    channel_id: str
    ts: str
    answer_id: str | None
    kind: str | None
    asked_at: datetime
    text: str | None


async def poorly_answered(tx: AsyncConnection, *, since: datetime, below: float) -> Sequence[Asking]:
    """What the asker called not quite it, and what somebody asked us that we were not sure of, unless it helped.

    A further source offered in the place of the first one is the same asking, and when it helped, this is no gap.
    """
    said = and_(verdicts.c.answer_id == answers.c.id, verdicts.c.by_asker)
    unsure = and_(answers.c.asked, answers.c.outcome.in_(("silent", "suggested")), answers.c.confidence < below)
    query = (
        _with_words(select(answers.c.id, answers.c.created_at, answers.c.question))
        .select_from(answers)
        .outerjoin(verdicts, said)
        .outerjoin(messages, _asks(answers.c.channel_id, answers.c.question_ts))
        .outerjoin(questions, _is(questions, answers.c.channel_id, answers.c.question_ts))
        .where(answers.c.created_at >= since, answers.c.surface != "shadow", answers.c.stands_in == "")
        .where(messages.c.deleted_ts.is_(None), answers.c.key.not_in(_solved_by_a_further_source()))
        .where(or_(verdicts.c.verdict == NOT_QUITE, and_(unsure, verdicts.c.verdict.is_distinct_from(SOLVED))))
    )
    return [_poorly(row) for row in await tx.execute(query.order_by(answers.c.created_at))]


def _solved_by_a_further_source() -> Select[Any]:
    """The keys of the answers in whose place another one was shown that helped the asker."""
    further, said = answers.alias("further"), verdicts.alias("said_of_it")
    solved = and_(said.c.answer_id == further.c.id, said.c.by_asker, said.c.verdict == SOLVED)
    return select(further.c.stands_in).join(said, solved).where(further.c.stands_in != "")


def _with_words(query: Select[Any]) -> Select[Any]:
    return query.add_columns(messages.c.channel_id, messages.c.ts, messages.c.text, questions.c.kind)


def _poorly(row: Any) -> Asking:
    """Under its message where that is kept, so that it is the same asking however it came here."""
    key = row.id if row.ts is None else f"{row.channel_id}:{row.ts}"
    text = row.question if row.ts is None else row.text
    asked_at = moment(row.ts) if row.ts else row.created_at
    return Asking(key, row.channel_id or "", row.ts or "", row.id, row.kind, asked_at, text)


async def unanswered(tx: AsyncConnection, keys: Collection[Key]) -> Sequence[Asking]:
    """These questions, with their words."""
    found: list[Asking] = []
    wanted = sorted(keys)
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        query = (
            select(questions.c.channel_id, questions.c.ts, questions.c.kind, questions.c.asked_at, messages.c.text)
            .join(messages, _asks(questions.c.channel_id, questions.c.ts))
            .where(questions.c.ts.in_([ts for _, ts in part]))
        )
        rows = {(row.channel_id, row.ts): row for row in await tx.execute(query)}
        found += [
            Asking(f"{each[0]}:{each[1]}", *each, None, row.kind, row.asked_at, row.text)
            for each in part
            if (row := rows.get(each)) is not None
        ]
    return found


def _asks(channel_id: ColumnElement[Any], ts: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(messages.c.channel_id == channel_id, messages.c.ts == ts)


def _is(table: Any, channel_id: ColumnElement[Any], ts: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(table.c.channel_id == channel_id, table.c.ts == ts)


@dataclass(frozen=True)
class GapRow:
    """A gap, and how the one it follows was closed."""

    id: str
    state: str
    kind: str | None
    owner: str | None
    opened_at: datetime
    closed_at: datetime | None = None
    closed_because: str | None = None
    reason: str | None = None
    article: str | None = None
    follows: str | None = None


_COLUMNS = tuple(gaps.c[name] for name in GapRow.__dataclass_fields__)


async def all_gaps(tx: AsyncConnection) -> Sequence[GapRow]:
    """Open and closed, oldest first."""
    query = select(*_COLUMNS).order_by(gaps.c.opened_at, gaps.c.id)
    return [GapRow(**row) for row in (await tx.execute(query)).mappings()]


async def count_open(tx: AsyncConnection) -> int:
    return await tx.scalar(select(func.count()).select_from(gaps).where(gaps.c.state == OPEN)) or 0


@dataclass(frozen=True)
class MemberRow:
    """An asking in a gap, as it stands now. `asker` is None for who is left out or erased."""

    key: str
    gap_id: str
    channel_id: str
    ts: str
    kind: str
    asked_at: datetime
    asker: str | None
    text: str | None
    is_public: bool


async def members(tx: AsyncConnection, gap_ids: Collection[str] | None = None) -> Sequence[MemberRow]:
    """Of these gaps, or of all."""
    asker = func.coalesce(questions.c.asker, answers.c.asker, messages.c.author)
    query = (
        select(gap_members, questions.c.kind.label("told"), asker.label("asker"), messages.c.text, answers.c.question)
        .add_columns(channels.c.is_private)
        .outerjoin(questions, _is(questions, gap_members.c.channel_id, gap_members.c.ts))
        .outerjoin(messages, _asks(gap_members.c.channel_id, gap_members.c.ts))
        .outerjoin(answers, answers.c.id == gap_members.c.answer_id)
        .outerjoin(channels, channels.c.channel_id == gap_members.c.channel_id)
        .where(messages.c.deleted_ts.is_(None))
    )
    if gap_ids is not None:
        query = query.where(gap_members.c.gap_id.in_(list(gap_ids)))
    rows = (await tx.execute(query.order_by(gap_members.c.asked_at, gap_members.c.key))).all()
    counted = await who_is_counted(tx, {row.asker for row in rows if row.asker})
    return [
        MemberRow(
            key=row.key,
            gap_id=row.gap_id,
            channel_id=row.channel_id,
            ts=row.ts,
            kind=row.told or row.kind,
            asked_at=row.asked_at,
            asker=row.asker if row.asker in counted else None,
            text=row.text if row.ts else row.question,
            is_public=row.is_private is False,
        )
        for row in rows
    ]


async def open_gap(tx: AsyncConnection, gap_id: str, *, follows: str | None, now: datetime) -> None:
    """One that is there stays as it is."""
    await insert_new(tx, gaps, {"id": gap_id, "state": OPEN, "opened_at": now, "follows": follows})


async def put_members(tx: AsyncConnection, joined: Mapping[str, Sequence[Asking]], kinds: Mapping[str, str]) -> None:
    """By gap; an asking that is in a gap stays there. `kinds` by key are the rules'."""
    names = ("key", "channel_id", "ts", "answer_id", "asked_at")
    rows = [
        {"gap_id": gap_id, "kind": kinds[each.key], **{name: getattr(each, name) for name in names}}
        for gap_id, askings in joined.items()
        for each in askings
    ]
    await insert_rows(tx, gap_members, rows)


async def keys_in_open_gaps(tx: AsyncConnection, *, since: datetime) -> frozenset[str]:
    """Of what was asked since then; also what was taken back or deleted meanwhile."""
    query = select(gap_members.c.key).where(gap_members.c.asked_at >= since, _is_in_open_gap())
    return frozenset((await tx.scalars(query)).all())


async def drop_members(tx: AsyncConnection, keys: Collection[str]) -> None:
    """Askings that are none any more leave the open gaps; a gap without any is none."""
    gone = sorted(keys)
    for start in range(0, len(gone), AT_ONCE):
        part = gap_members.c.key.in_(gone[start : start + AT_ONCE])
        await tx.execute(delete(gap_members).where(part, _is_in_open_gap()))
    is_empty = ~select(gap_members.c.key).where(gap_members.c.gap_id == gaps.c.id).exists()
    await tx.execute(delete(gaps).where(gaps.c.state == OPEN, is_empty))


def _is_in_open_gap() -> ColumnElement[bool]:
    return gap_members.c.gap_id.in_(select(gaps.c.id).where(gaps.c.state == OPEN))


async def close_quiet(tx: AsyncConnection, *, before: datetime, now: datetime) -> None:
    """Those not asked since then."""
    last = select(func.max(gap_members.c.asked_at)).where(gap_members.c.gap_id == gaps.c.id).scalar_subquery()
    quiet = update(gaps).where(gaps.c.state == OPEN, last < before)
    await tx.execute(quiet.values(state=CLOSED, closed_at=now, closed_because="quiet"))


async def close(tx: AsyncConnection, gap_id: str, *, because: str, now: datetime, **more: str | None) -> bool:
    """Whether it was open; `more` are `closed_by`, `reason`, `article`."""
    here = and_(gaps.c.id == gap_id, gaps.c.state == OPEN)
    values: dict[str, Any] = {"state": CLOSED, "closed_at": now, "closed_because": because, **more}
    return (await tx.execute(update(gaps).where(here).values(**values).returning(gaps.c.id))).first() is not None


async def take(tx: AsyncConnection, gap_id: str, owner: str) -> bool:
    """Whether it was open; it is theirs from now on."""
    here = and_(gaps.c.id == gap_id, gaps.c.state == OPEN)
    return (await tx.execute(update(gaps).where(here).values(owner=owner).returning(gaps.c.id))).first() is not None


async def put_kind(tx: AsyncConnection, gap_id: str, kind: str) -> None:
    await tx.execute(update(gaps).where(gaps.c.id == gap_id).values(kind=kind))


async def gaps_with_words_of(tx: AsyncConnection, person: str) -> Sequence[str]:
    """The ids of the gaps, open or closed, in which a message of the person's is an asking."""
    key = messages.c.channel_id + ":" + messages.c.ts  # from the person's messages, and not from all askings
    asks = and_(gap_members.c.key == key, gap_members.c.ts != "")
    query = select(gap_members.c.gap_id).select_from(messages).join(gap_members, asks)
    query = query.where(messages.c.author == person)
    return (await tx.scalars(query.distinct().order_by(gap_members.c.gap_id))).all()


async def gap_with(tx: AsyncConnection, key: str) -> str | None:
    """The id of the gap that the asking is in."""
    return await tx.scalar(select(gap_members.c.gap_id).where(gap_members.c.key == key))
