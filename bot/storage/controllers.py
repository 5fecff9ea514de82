"""What controllers reported: kept once, read by who follows requests and by who tells teams of changes by hand.

Which state follows from a report, and what is said of it, is decided in `bot.actions`.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import controller_reports as reports
from bot.storage.statements import insert_new

Key = tuple[str, str]  # a reporter and an object of it

LIVE, RETURNED, NOT_WATCHING, WATCHING = "live", "returned", "not watching", "watching"  # `state`
TOLD = ("out of sync", RETURNED, NOT_WATCHING)  # to teams; also what is kept longest


@dataclass(frozen=True)
class ReportRow:
    """`said_at` is by the controller's clock when it said so first, `heard_at` by ours when it did last."""

    id: str
    reporter: str
    object: str
    revision: str
    state: str
    said: str
    said_at: datetime
    heard_at: datetime
    told_at: datetime | None = None

    @property
    def key(self) -> Key:
        return self.reporter, self.object


async def add(tx: AsyncConnection, row: ReportRow) -> bool:
    """Whether it was not there."""
    return await insert_new(tx, reports, asdict(row))


async def hear_again(tx: AsyncConnection, report_id: str, *, now: datetime) -> None:
    """The same is still so."""
    is_older = and_(reports.c.id == report_id, reports.c.heard_at < now)
    await tx.execute(update(reports).where(is_older).values(heard_at=now))


async def last_until(tx: AsyncConnection, key: Key, until: datetime, *, states: Collection[str]) -> ReportRow | None:
    """The newest of these states that was said of the object by then."""
    query = (
        select(reports)
        .where(*_of(key), reports.c.said_at <= until, reports.c.state.in_(states))
        .order_by(reports.c.said_at.desc(), reports.c.id)
        .limit(1)
    )
    row = (await tx.execute(query)).mappings().first()
    return None if row is None else ReportRow(**row)


async def reports_of(tx: AsyncConnection, reporter: str, object_: str, *, since: datetime) -> Sequence[ReportRow]:
    """What was said of the object, or said again, from then on by our clock; the newest first."""
    query = (
        select(reports)
        .where(*_of((reporter, object_)), reports.c.heard_at >= since)
        .order_by(reports.c.said_at.desc(), reports.c.id)
    )
    return await _rows(tx, query)


async def last_live(tx: AsyncConnection, keys: Collection[Key]) -> Mapping[Key, datetime]:
    """When each of these objects was said to be live last, by the controller's clock."""
    query = (
        select(reports.c.reporter, reports.c.object, func.max(reports.c.said_at).label("said_at"))
        .where(_among(keys), reports.c.state == LIVE)
        .group_by(reports.c.reporter, reports.c.object)
    )
    return {(row.reporter, row.object): row.said_at for row in await tx.execute(query)}


async def untold(tx: AsyncConnection) -> Sequence[ReportRow]:
    """What no team was told yet; the oldest first."""
    waits = and_(reports.c.state.in_(TOLD), reports.c.told_at.is_(None))
    return await _rows(tx, select(reports).where(waits).order_by(reports.c.said_at, reports.c.id))


async def unwatched(tx: AsyncConnection) -> Sequence[ReportRow]:
    """Of each object of which nothing is put back now, the report that said so."""
    query = (
        select(reports)
        .where(reports.c.state.in_((NOT_WATCHING, WATCHING)))
        .order_by(reports.c.said_at, reports.c.heard_at)
    )
    newest = {row.key: row for row in await _rows(tx, query)}
    return [row for row in newest.values() if row.state == NOT_WATCHING]


async def mark_told(tx: AsyncConnection, rows: Collection[ReportRow], *, now: datetime) -> bool:
    """Whether none of them was told meanwhile; where one was, the caller gives its transaction up."""
    for row in rows:
        unchanged = and_(reports.c.id == row.id, reports.c.told_at.is_not_distinct_from(row.told_at))
        marked = await tx.execute(update(reports).where(unchanged).values(told_at=now).returning(reports.c.id))
        if marked.first() is None:
            return False
    return True


async def drift_reverts(
    tx: AsyncConnection, since: datetime, until: datetime, *, teams: Mapping[Key, str]
) -> Mapping[str, int]:
    """How often what was changed by hand was put back in that time, by team; "" for objects of none."""
    query = (
        select(reports.c.reporter, reports.c.object, func.count().label("times"))
        .where(reports.c.state == RETURNED, reports.c.said_at >= since, reports.c.said_at < until)
        .group_by(reports.c.reporter, reports.c.object)
    )
    counted: Counter[str] = Counter()
    for row in await tx.execute(query):
        counted[teams.get((row.reporter, row.object), "")] += row.times
    return counted


async def returned_at(tx: AsyncConnection, since: datetime, until: datetime) -> Sequence[datetime]:
    """When what was changed by hand was put back, in that time."""
    here = and_(reports.c.state == RETURNED, reports.c.said_at >= since, reports.c.said_at < until)
    return (await tx.scalars(select(reports.c.said_at).where(here).order_by(reports.c.said_at))).all()


async def forget(tx: AsyncConnection, *, before: datetime, drift_before: datetime) -> None:
    """What was heard last before then: of changes by hand, and who watches, before the later moment."""
    is_drift = reports.c.state.in_((*TOLD, WATCHING))
    old = or_(and_(is_drift, reports.c.heard_at < drift_before), and_(~is_drift, reports.c.heard_at < before))
    await tx.execute(delete(reports).where(old))


def _of(key: Key) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    reporter, object_ = key
    return reports.c.reporter == reporter, reports.c.object == object_


def _among(keys: Collection[Key]) -> ColumnElement[bool]:
    return tuple_(reports.c.reporter, reports.c.object).in_(list(keys))


async def _rows(tx: AsyncConnection, query: Select[Any]) -> Sequence[ReportRow]:
    return [ReportRow(**row) for row in (await tx.execute(query)).mappings()]
