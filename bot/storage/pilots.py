"""Cards of capabilities with what was decided; why teams do not use something, and which were asked; what others tell.

Of a team nobody stands in it: only who decided about a card does, and may take the words back by being erased.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import What
from bot.storage.schema import (
    capability_cards,
    capability_uses,
    case_answers,
    cases,
    friction,
    questions,
    why_not_asks,
    why_nots,
)
from bot.storage.statements import insert_into, insert_new

Key = tuple[str, date, int]  # of a card: capability, the day its status was first seen, days after it began


# Cards.


@dataclass(frozen=True)
class CardRow:
    """`shown` are its figures as they stood; `choice` None while nobody decided."""

    capability: str
    seen_on: date
    days: int
    shown: Mapping[str, Any]
    shown_at: datetime
    choice: str | None = None
    words: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    story_team: str | None = None

    @property
    def key(self) -> Key:
        return self.capability, self.seen_on, self.days


async def put_card(tx: AsyncConnection, row: CardRow) -> bool:
    """Whether it was not shown before."""
    return await insert_new(tx, capability_cards, asdict(row))


async def shown_cards(tx: AsyncConnection) -> frozenset[Key]:
    query = select(capability_cards.c.capability, capability_cards.c.seen_on, capability_cards.c.days)
    return frozenset((row.capability, row.seen_on, row.days) for row in await tx.execute(query))


async def card(tx: AsyncConnection, key: Key) -> CardRow | None:
    row = (await tx.execute(select(capability_cards).where(_is(key)))).mappings().one_or_none()
    return None if row is None else CardRow(**row)


async def decide(tx: AsyncConnection, key: Key, choice: str, person: str, *, now: datetime) -> bool:
    """Whether that is another choice than before; the last holds, and what was said of another goes."""
    another = or_(capability_cards.c.choice.is_(None), capability_cards.c.choice != choice)
    values = {"choice": choice, "decided_by": person, "decided_at": now, "words": None}
    return await _change(tx, and_(_is(key), another), values)


async def say_why(tx: AsyncConnection, key: Key, words: str, person: str, *, now: datetime) -> bool:
    """Whether it was decided; who says why stands for the decision."""
    decided = and_(_is(key), capability_cards.c.choice.is_not(None))
    return await _change(tx, decided, {"words": words, "decided_by": person, "decided_at": now})


async def ask_story(tx: AsyncConnection, key: Key, team: str) -> bool:
    """Whether no team was asked before."""
    return await _change(tx, and_(_is(key), capability_cards.c.story_team.is_(None)), {"story_team": team})


async def forget_words_of(tx: AsyncConnection, person: str) -> None:
    mine = update(capability_cards).where(capability_cards.c.decided_by == person)
    await tx.execute(mine.values(words=None))


def _is(key: Key) -> Any:
    capability, seen_on, days = key
    here = capability_cards.c
    return and_(here.capability == capability, here.seen_on == seen_on, here.days == days)


async def _change(tx: AsyncConnection, where: Any, values: Mapping[str, Any]) -> bool:
    changed = update(capability_cards).where(where).values(**values).returning(capability_cards.c.days)
    return (await tx.execute(changed)).first() is not None


# Why not.


async def say_why_not(tx: AsyncConnection, capability: str, team: str, reason: str, *, on: date) -> None:
    """The newest of a day holds."""
    new = insert_into(tx, why_nots).values(capability=capability, team=team, said_on=on, reason=reason)
    await tx.execute(new.on_conflict_do_update(index_elements=list(why_nots.primary_key), set_={"reason": reason}))


async def reasons(tx: AsyncConnection, *, until: date) -> Mapping[str, Sequence[tuple[str, date, str]]]:
    """Of each capability: team, day and reason, up to that day, the oldest first."""
    query = select(why_nots).where(why_nots.c.said_on <= until).order_by(why_nots.c.said_on, why_nots.c.team)
    found: defaultdict[str, list[tuple[str, date, str]]] = defaultdict(list)
    for row in await tx.execute(query):
        found[row.capability].append((row.team, row.said_on, row.reason))
    return found


async def ask_why_not(tx: AsyncConnection, capability: str, team: str, *, on: date) -> bool:
    """Whether the team was not asked about it on that day before."""
    return await insert_new(tx, why_not_asks, {"capability": capability, "team": team, "asked_on": on})


async def asked_why_not(tx: AsyncConnection, *, until: date) -> Mapping[str, Sequence[tuple[str, date]]]:
    """Of each capability: which teams were asked, and when, up to that day."""
    query = select(why_not_asks).where(why_not_asks.c.asked_on <= until)
    found: defaultdict[str, list[tuple[str, date]]] = defaultdict(list)
    for row in await tx.execute(query.order_by(why_not_asks.c.asked_on, why_not_asks.c.team)):
        found[row.capability].append((row.team, row.asked_on))
    return found


# Uses.


async def was_ever_used(tx: AsyncConnection, capability: str, teams: Collection[str]) -> bool:
    """Whether any of these, which are names of one team, ever used it."""
    here = and_(
        capability_uses.c.capability == capability,
        capability_uses.c.team.in_(list(teams)),
        capability_uses.c.what == What.USED.value,
    )
    return bool(await tx.scalar(select(func.count()).where(here)))


async def take_back_leaving(tx: AsyncConnection, capability: str, team: str, *, on: date, source: str) -> None:
    """A stop of that day, by a press; the reason goes with it."""
    table = capability_uses
    here = and_(table.c.capability == capability, table.c.team == team, table.c.day == on)
    left = and_(here, table.c.what == What.LEFT.value, table.c.source == source)
    await tx.execute(delete(table).where(left))
    mine = and_(why_nots.c.capability == capability, why_nots.c.team == team, why_nots.c.said_on == on)
    await tx.execute(delete(why_nots).where(mine))


# What others keep of it.


async def friction_logged(tx: AsyncConnection, *, until: datetime) -> Mapping[str, Sequence[datetime]]:
    """Of each capability: when something of it was said to be hard; neither who said so nor in what words."""
    query = select(friction.c.capability, friction.c.logged_at)
    query = query.where(friction.c.capability != "", friction.c.logged_at < until).order_by(friction.c.logged_at)
    found: defaultdict[str, list[datetime]] = defaultdict(list)
    for capability, at in await tx.execute(query):
        found[capability].append(at)
    return found


@dataclass(frozen=True)
class Asked:
    """Questions about something, and the answers of people: each person once a question."""

    questions: int
    by_platform: int
    by_peers: int


async def asked_about(tx: AsyncConnection, topics: Collection[str], *, since: datetime, until: datetime) -> Asked:
    """Questions with one of these topics; what belongs to an earlier question counts with it."""
    here = and_(cases.c.channel_id == questions.c.channel_id, cases.c.ts == questions.c.ts)
    wanted = and_(
        questions.c.topic.in_(list(topics)),
        questions.c.asked_at >= since,
        questions.c.asked_at < until,
        or_(cases.c.is_part.is_(None), cases.c.is_part.is_(False)),
    )
    joined = questions.outerjoin(cases, here)
    count = await tx.scalar(select(func.count()).select_from(joined).where(wanted)) or 0
    told = and_(case_answers.c.channel_id == questions.c.channel_id, case_answers.c.ts == questions.c.ts)
    answered = select(case_answers.c.answerer, func.count()).select_from(joined.join(case_answers, told))
    by = {row[0]: row[1] for row in await tx.execute(answered.where(wanted).group_by(case_answers.c.answerer))}
    return Asked(count, by.get("platform", 0), by.get("peer", 0))
