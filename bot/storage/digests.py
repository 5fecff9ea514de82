"""Digests as they were made, by week; what was pressed under them, by nobody; and who took on what is to be done."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import digest_presses, digest_rhythm, digest_takes, digests
from bot.storage.statements import insert_into, insert_new

ONE = 1  # the row of `digest_rhythm`


async def add(
    tx: AsyncConnection, week: str, facts: dict[str, Any], *, revision: str, now: datetime, key: str | None = None
) -> bool:
    """Whether it is the week's first. Presses are found by `key`."""
    row = {"week": week, "facts": facts, "handbook_revision": revision, "made_at": now, "key": key}
    return await insert_new(tx, digests, row)


async def facts_of(tx: AsyncConnection, week: str) -> dict[str, Any] | None:
    return await tx.scalar(select(digests.c.facts).where(digests.c.week == week))


async def is_made(tx: AsyncConnection, week: str) -> bool:
    return await tx.scalar(select(digests.c.week).where(digests.c.week == week)) is not None


async def last_made(tx: AsyncConnection, *, before: str, limit: int) -> Sequence[str]:
    """The weeks of those made last before that week, the newest first."""
    query = select(digests.c.week).where(digests.c.week < before).order_by(digests.c.week.desc())
    return (await tx.scalars(query.limit(limit))).all()


# Was it useful?


async def key_of(tx: AsyncConnection, week: str) -> str | None:
    """None where there is no such digest, or it is too long ago."""
    return await tx.scalar(select(digests.c.key).where(digests.c.week == week))


async def keys(tx: AsyncConnection) -> Mapping[str, str]:
    """Of each week whose presses can be found still."""
    query = select(digests.c.week, digests.c.key).where(digests.c.key.is_not(None))
    return {row.week: row.key for row in await tx.execute(query)}


async def press(tx: AsyncConnection, week: str, reader: str, tag: str, *, said: str) -> None:
    """What somebody said last counts, once."""
    row = {"week": week, "reader": reader, "tag": tag, "said": said}
    statement = insert_into(tx, digest_presses).values(**row)
    changed = statement.on_conflict_do_update(index_elements=["week", "reader", "tag"], set_={"said": said})
    await tx.execute(changed)


async def presses(tx: AsyncConnection, weeks: Collection[str]) -> Mapping[tuple[str, str, str], int]:
    """How many said what, by week and reader."""
    by = (digest_presses.c.week, digest_presses.c.reader, digest_presses.c.said)
    query = select(*by, func.count().label("n")).where(digest_presses.c.week.in_(list(weeks))).group_by(*by)
    return {(row.week, row.reader, row.said): row.n for row in await tx.execute(query)}


async def presses_under(tx: AsyncConnection, tags: Mapping[str, str]) -> Sequence[tuple[str, str, str]]:
    """Week, reader and what was said, of those under these tags by week."""
    query = select(digest_presses).where(digest_presses.c.tag.in_(list(tags.values())))
    found = await tx.execute(query.order_by(digest_presses.c.week, digest_presses.c.reader))
    return [(row.week, row.reader, row.said) for row in found if tags.get(row.week) == row.tag]


async def forget_keys(tx: AsyncConnection, *, before: datetime) -> None:
    """From then on nobody can find what a person pressed; how many did stays."""
    old = update(digests).where(digests.c.made_at < before, digests.c.key.is_not(None))
    await tx.execute(old.values(key=None))


# Taken on.


async def take(tx: AsyncConnection, week: str, place: int, person: str, *, now: datetime) -> str:
    """Who has it now: the first who took it."""
    row = {"week": week, "place": place, "person": person, "taken_at": now}
    if await insert_new(tx, digest_takes, row):
        return person
    here = (digest_takes.c.week == week, digest_takes.c.place == place)
    return str(await tx.scalar(select(digest_takes.c.person).where(*here)))


async def takers(tx: AsyncConnection, week: str) -> Mapping[int, str]:
    """By place, who has it."""
    query = select(digest_takes.c.place, digest_takes.c.person).where(digest_takes.c.week == week)
    return {row.place: row.person for row in await tx.execute(query.order_by(digest_takes.c.place))}


async def weeks_taken_by(tx: AsyncConnection, person: str) -> Sequence[str]:
    query = select(digest_takes.c.week).where(digest_takes.c.person == person)
    return (await tx.scalars(query.distinct().order_by(digest_takes.c.week))).all()


async def forget_person(tx: AsyncConnection, person: str, tags: Mapping[str, str]) -> None:
    """What they took on is free again; `tags` by week find what they pressed."""
    await tx.execute(delete(digest_takes).where(digest_takes.c.person == person))
    for week, tag in tags.items():
        await tx.execute(delete(digest_presses).where(digest_presses.c.week == week, digest_presses.c.tag == tag))


# How often.


async def rhythm(tx: AsyncConnection) -> int | None:
    """Every so many weeks, if the team ever said."""
    return await tx.scalar(select(digest_rhythm.c.weeks).where(digest_rhythm.c.id == ONE))


async def set_rhythm(tx: AsyncConnection, weeks: int, *, now: datetime) -> None:
    row = {"id": ONE, "weeks": weeks, "said_at": now}
    statement = insert_into(tx, digest_rhythm).values(**row)
    await tx.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"weeks": weeks, "said_at": now}))
