"""Notices of the handbook: where each was posted, and how far each team is with it.

Which teams use what a notice is about is read here and written by adoption; incidents that the duty group opens are
`bot.storage.incidents`'.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import What
from bot.storage.requests import DONE, LIVE, UNOBSERVED
from bot.storage.schema import capability_people, capability_uses, notice_posts, notice_teams, notice_wishes, requests
from bot.storage.statements import insert_into, insert_new

BY_PRESS, BY_ITEMS, BY_ACTION = "press", "items", "action"
BY_LEAVING = "left"  # it does not use any more what the notice is about


@dataclass(frozen=True)
class Post:
    """`digest` is of what stands there, `until` the end as it was told."""

    notice: str
    channel_id: str
    digest: str
    until: str
    posted_at: datetime


@dataclass(frozen=True)
class TeamRow:
    """`items` is what is left to do; None: that is not counted. `reminder` is the last one that it got."""

    notice: str
    team: str
    items: tuple[str, ...] | None = None
    told_at: datetime | None = None
    reminder: int | None = None
    done_at: datetime | None = None
    done_by: str = ""


@dataclass(frozen=True)
class Carried:
    """An action was carried out: for whom is told by `inputs`, or by `person`."""

    person: str
    inputs: Mapping[str, str]


@dataclass(frozen=True)
class Days:
    """When a team used something last, and left it last; by the name it had then."""

    team: str
    used: date | None
    left: date | None


# Posts.


async def posts(tx: AsyncConnection, notice: str) -> Mapping[str, Post]:
    """By channel."""
    query = select(notice_posts).where(notice_posts.c.notice == notice)
    return {row["channel_id"]: Post(**row) for row in (await tx.execute(query)).mappings()}


async def posts_of(tx: AsyncConnection, notices: Collection[str]) -> Sequence[Post]:
    query = select(notice_posts).where(notice_posts.c.notice.in_(list(notices)))
    ordered = query.order_by(notice_posts.c.notice, notice_posts.c.channel_id)
    return [Post(**row) for row in (await tx.execute(ordered)).mappings()]


async def put_post(tx: AsyncConnection, row: Post) -> None:
    """The newest holds; when it was first posted stays."""
    statement = insert_into(tx, notice_posts).values(**asdict(row))
    newer = {"digest": row.digest, "until": row.until}
    await tx.execute(statement.on_conflict_do_update(index_elements=["notice", "channel_id"], set_=newer))


# Teams.


async def teams(tx: AsyncConnection, notices: Collection[str]) -> Sequence[TeamRow]:
    """By notice and team."""
    query = select(notice_teams).where(notice_teams.c.notice.in_(list(notices)))
    found = (await tx.execute(query.order_by(notice_teams.c.notice, notice_teams.c.team))).mappings()
    return [_team(row) for row in found]


async def team(tx: AsyncConnection, notice: str, name: str) -> TeamRow | None:
    query = select(notice_teams).where(notice_teams.c.notice == notice, notice_teams.c.team == name)
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else _team(row)


def _team(row: Any) -> TeamRow:
    return TeamRow(**{**row, "items": None if row["items"] is None else tuple(row["items"])})


async def put_team(tx: AsyncConnection, row: TeamRow) -> None:
    """New, or with what is left to do and what became of it; when it was told stays as it is."""
    values = {**asdict(row), "items": None if row.items is None else list(row.items)}
    newer = {name: values[name] for name in ("items", "done_at", "done_by")}
    statement = insert_into(tx, notice_teams).values(**values)
    await tx.execute(statement.on_conflict_do_update(index_elements=["notice", "team"], set_=newer))


async def mark_told(tx: AsyncConnection, before: TeamRow, *, reminder: int | None, now: datetime) -> bool:
    """Whether nobody told the team meanwhile, and it is not done."""
    table = notice_teams.c
    same = (table.notice == before.notice, table.team == before.team, table.done_at.is_(None))
    here = table.reminder.is_(None) if before.reminder is None else table.reminder == before.reminder
    told = table.told_at.is_(None) if before.told_at is None else table.told_at.is_not(None)
    values = {"told_at": before.told_at or now, "reminder": reminder}
    changed = update(notice_teams).where(*same, here, told).values(**values).returning(table.team)
    return (await tx.execute(changed)).first() is not None


# Who is concerned.


async def days_of(tx: AsyncConnection, capability: str, *, since: date) -> Sequence[Days]:
    """Of the teams that used or left it since that day."""
    table = capability_uses.c
    used, left = (func.max(case((table.what == what.value, table.day))) for what in (What.USED, What.LEFT))
    query = select(table.team, used, left).where(table.capability == capability, table.day >= since)
    return [Days(*row) for row in await tx.execute(query.group_by(table.team))]


async def active_people(tx: AsyncConnection, capability: str, weeks: Collection[str]) -> frozenset[str]:
    """The pseudonyms of who used it in any of the weeks."""
    table = capability_people.c
    query = select(table.person).where(table.capability == capability, table.week.in_(list(weeks)))
    return frozenset(await tx.scalars(query))


async def carried_out(tx: AsyncConnection, action: str, *, since: datetime) -> Sequence[Carried]:
    """What was asked for since then by the action, and is live, done, or merged where nothing tells more."""
    table = requests.c
    here = (table.action == action, table.state.in_((LIVE, DONE, UNOBSERVED)), table.created_at >= since)
    return [Carried(row.person, row.inputs or {}) for row in await tx.execute(select(requests).where(*here))]


# Wishes.


async def refuse(tx: AsyncConnection, person: str, *, now: datetime) -> None:
    await insert_new(tx, notice_wishes, {"person": person, "said_at": now})


async def take_back(tx: AsyncConnection, person: str) -> None:
    await tx.execute(delete(notice_wishes).where(notice_wishes.c.person == person))


async def who_refused(tx: AsyncConnection, people: Collection[str]) -> frozenset[str]:
    query = select(notice_wishes.c.person).where(notice_wishes.c.person.in_(list(people)))
    return frozenset(await tx.scalars(query))


async def forget_person(tx: AsyncConnection, person: str) -> None:
    await tx.execute(delete(notice_wishes).where(notice_wishes.c.person == person))
