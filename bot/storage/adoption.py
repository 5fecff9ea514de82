"""Which teams use what the platform offers, since when they could, and how they came to it.

People stand here by week alone, apart from teams and days. What teams chose for a policy is `bot.storage.policies`';
what follows from all this is decided in `bot.adoption`.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import delete, distinct, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import CapabilityMark, Chosen, Pull, Use
from bot.storage.pilots import forget_words_of
from bot.storage.schema import (
    answers,
    capability_marks,
    capability_people,
    capability_uses,
    choices,
    events,
    evidence,
    peer_pulls,
    people,
    requests,
    verdicts,
)
from bot.storage.statements import insert_into, insert_new, insert_rows

AT_ONCE = 1_000
SOLVED = "solved"
HEARD = "use:"  # before the ids of events that were heard of uses: those of Slack begin with "Ev"


# Uses.


async def add(tx: AsyncConnection, rows: Sequence[Use]) -> int:
    """How many of them were not there."""
    before = await _count(tx)
    for start in range(0, len(rows), AT_ONCE):
        await insert_rows(tx, capability_uses, [asdict(each) for each in rows[start : start + AT_ONCE]])
    return await _count(tx) - before


async def _count(tx: AsyncConnection) -> int:
    return await tx.scalar(select(func.count()).select_from(capability_uses)) or 0


async def hear(tx: AsyncConnection, key: str, *, now: datetime) -> bool:
    """Whether the event is new. Ids are forgotten with those of Slack's events."""
    return await insert_new(tx, events, {"event_id": f"{HEARD}{key}", "received_at": now})


async def uses(
    tx: AsyncConnection, *, until: date, teams: Collection[str] | None = None
) -> Mapping[str, Sequence[tuple[str, date, str]]]:
    """Of each capability: team, day and what, up to that day; told by two sources it is once in it.

    `teams` None is all of them.
    """
    columns = (capability_uses.c.capability, capability_uses.c.team, capability_uses.c.day, capability_uses.c.what)
    query = select(*columns).distinct().where(capability_uses.c.day <= until)
    if teams is not None:
        query = query.where(capability_uses.c.team.in_(list(teams)))
    found: defaultdict[str, list[tuple[str, date, str]]] = defaultdict(list)
    for capability, *event in await tx.execute(query):
        found[capability].append((event[0], event[1], event[2]))
    return found


async def turned_to_us(tx: AsyncConnection, *, since: datetime) -> set[tuple[str, datetime]]:
    """Who asked the bot something, called its answer solved, or asked for an action; and when."""
    asked = select(answers.c.asker, answers.c.created_at).where(answers.c.asked, answers.c.created_at >= since)
    solved = select(verdicts.c.person, verdicts.c.given_at).where(verdicts.c.by_asker, verdicts.c.given_at >= since)
    solved = solved.where(verdicts.c.verdict == SOLVED)
    wanted = select(requests.c.person, requests.c.created_at).where(requests.c.created_at >= since)
    return {(person, at) for query in (asked, solved, wanted) for person, at in await tx.execute(query)}


async def choices_for(tx: AsyncConnection, policies: Collection[str]) -> Sequence[Chosen]:
    """All that was ever chosen for them, the oldest first."""
    columns = (choices.c.policy, choices.c.team, choices.c.way, choices.c.at, evidence.c.expires_on)
    query = select(*columns).outerjoin(evidence, evidence.c.id == choices.c.subject)
    query = query.where(choices.c.policy.in_(list(policies))).order_by(choices.c.at, choices.c.id)
    return [Chosen(*row) for row in await tx.execute(query)]


# People.


async def add_people(tx: AsyncConnection, rows: Collection[tuple[str, str, str]]) -> None:
    """Capability, week and person of each."""
    ordered = [dict(zip(("capability", "week", "person"), row, strict=True)) for row in sorted(rows)]
    for start in range(0, len(ordered), AT_ONCE):
        await insert_rows(tx, capability_people, ordered[start : start + AT_ONCE])


async def active_people(tx: AsyncConnection, weeks: Collection[str]) -> Mapping[str, tuple[Mapping[str, int], int]]:
    """Of each capability: how many people used it in each of the weeks, and in all of them together."""
    table = capability_people
    here = table.c.week.in_(list(weeks))
    by_week = select(table.c.capability, table.c.week, func.count()).where(here)
    weekly: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for capability, week, n in await tx.execute(by_week.group_by(table.c.capability, table.c.week)):
        weekly[capability][week] = n
    together = select(table.c.capability, func.count(distinct(table.c.person))).where(here)
    total = (await tx.execute(together.group_by(table.c.capability))).all()
    return {capability: (weekly[capability], n) for capability, n in total}


async def forget_person(tx: AsyncConnection, person: str) -> None:
    """That their team used it stays: nobody stands in that."""
    await tx.execute(delete(capability_people).where(capability_people.c.person == person))
    await forget_words_of(tx, person)


async def forget_people(tx: AsyncConnection, *, before: str) -> None:
    """Of weeks before this one; and of people who were erased while something was written down of them."""
    await tx.execute(delete(capability_people).where(capability_people.c.week < before))
    await tx.execute(delete(capability_people).where(capability_people.c.person.not_in(select(people.c.id))))


# History.


async def marks(tx: AsyncConnection) -> Mapping[str, Sequence[CapabilityMark]]:
    """By capability, the oldest first."""
    found: defaultdict[str, list[CapabilityMark]] = defaultdict(list)
    query = select(capability_marks).order_by(capability_marks.c.capability, capability_marks.c.seen_on)
    for row in (await tx.execute(query)).mappings():
        mark = CapabilityMark(**{**row, "teams": tuple(row["teams"])})
        found[mark.capability].append(mark)
    return found


async def put_mark(tx: AsyncConnection, row: CapabilityMark) -> None:
    """The newest of a day holds."""
    values = {**asdict(row), "teams": list(row.teams)}
    newer = {name: values[name] for name in ("status", "since", "teams")}
    insert = insert_into(tx, capability_marks).values(**values)
    await tx.execute(insert.on_conflict_do_update(index_elements=["capability", "seen_on"], set_=newer))


# Who told them.


async def ask_pull(tx: AsyncConnection, row: Pull) -> bool:
    """Whether the team was not asked about it before: it is asked once."""
    return await insert_new(tx, peer_pulls, asdict(row))


async def say_pull(tx: AsyncConnection, capability: str, team: str, *, said: str) -> bool:
    """Whether it is the first answer of a team that was asked."""
    here = (peer_pulls.c.capability == capability) & (peer_pulls.c.team == team) & peer_pulls.c.said.is_(None)
    taken = await tx.execute(update(peer_pulls).where(here).values(said=said).returning(peer_pulls.c.team))
    return taken.first() is not None


async def pulls(tx: AsyncConnection, since: date, until: date) -> Sequence[Pull]:
    """Who was asked from the one day to the other, both in it."""
    query = select(peer_pulls).where(peer_pulls.c.asked_on >= since, peer_pulls.c.asked_on <= until)
    ordered = query.order_by(peer_pulls.c.capability, peer_pulls.c.team)
    return [Pull(**row) for row in (await tx.execute(ordered)).mappings()]
