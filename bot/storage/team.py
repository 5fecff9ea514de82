"""Who was in the platform team on which day. `person` may be the stand-in of somebody who is left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import memberships

HANDBOOK, GROUP, FILE = "handbook", "group", "file"  # `memberships.source`


@dataclass(frozen=True)
class Term:
    """`since` is the first day in the team (None: always), `until` the first day no longer in it (None: still)."""

    person: str
    since: date | None = None
    until: date | None = None

    def covers(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


async def terms(tx: AsyncConnection) -> Mapping[str, Sequence[Term]]:
    """By person, from all sources."""
    found: dict[str, list[Term]] = {}
    for row in await tx.execute(select(memberships).order_by(memberships.c.id)):
        found.setdefault(row.person, []).append(Term(row.person, row.since, row.until))
    return found


async def replace(tx: AsyncConnection, source: str, named: Sequence[Term]) -> None:
    """The source names its people with their days, so what it said before does not count any more."""
    known = await tx.execute(select(memberships).where(memberships.c.source == source).order_by(memberships.c.id))
    if [Term(row.person, row.since, row.until) for row in known] == list(named):
        return
    await tx.execute(delete(memberships).where(memberships.c.source == source))
    if named:
        rows = [{"person": each.person, "since": each.since, "until": each.until, "source": source} for each in named]
        await tx.execute(memberships.insert(), rows)


async def observe(tx: AsyncConnection, people: frozenset[str], *, on: date) -> None:
    """A Slack user group tells who is in it now and nothing of before, so joining and leaving are seen as they happen.

    Who is in it at the very first look counts as always there.
    """
    rows = (await tx.execute(select(memberships).where(memberships.c.source == GROUP))).all()
    there = {row.person for row in rows if row.until is None}
    since = on if rows else None
    new = [{"person": each, "since": since, "until": None, "source": GROUP} for each in sorted(people - there)]
    if new:
        await tx.execute(memberships.insert(), new)
    gone = there - people
    if gone:
        still = (memberships.c.source == GROUP) & memberships.c.until.is_(None) & memberships.c.person.in_(gone)
        await tx.execute(update(memberships).where(still).values(until=on))


async def stand_in_for(tx: AsyncConnection, person: str, stand_ins: Sequence[str]) -> None:
    """The person's terms become those of each stand-in."""
    mine = (await tx.execute(select(memberships).where(memberships.c.person == person))).all()
    await tx.execute(delete(memberships).where(memberships.c.person == person))
    rows = [
        {"person": each, "since": row.since, "until": row.until, "source": row.source}
        for row in mine
        for each in stand_ins
    ]
    if rows:
        await tx.execute(memberships.insert(), rows)
