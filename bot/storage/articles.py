"""What is known of articles: links that were looked at, how they were served, and what their owners said of them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import and_, case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.answers import SHOWN
from bot.storage.schema import answers, article_links, article_looks, verdicts
from bot.storage.statements import insert_into, insert_rows

NEEDS_WORK = "needs work"  # `article_looks.said`


@dataclass(frozen=True)
class LinkRow:
    """An address as it was found last; `failures` counts in a row."""

    url: str
    failures: int
    checked_at: datetime


async def put_link(tx: AsyncConnection, url: str, *, has_failed: bool, now: datetime) -> None:
    row = {"url": url, "failures": int(has_failed), "checked_at": now}
    statement = insert_into(tx, article_links).values(**row)
    failures = case((statement.excluded.failures > 0, article_links.c.failures + 1), else_=0)
    changed = {**row, "failures": failures}
    await tx.execute(statement.on_conflict_do_update(index_elements=[article_links.c.url], set_=changed))


async def links(tx: AsyncConnection) -> Mapping[str, LinkRow]:
    return {row["url"]: LinkRow(**row) for row in (await tx.execute(select(article_links))).mappings()}


async def forget_links(tx: AsyncConnection, urls: Collection[str]) -> None:
    """Of addresses that no article names any more."""
    await tx.execute(delete(article_links).where(article_links.c.url.in_(list(urls))))


async def served_since(tx: AsyncConnection, since: datetime) -> Mapping[str, tuple[int, int, Mapping[str, int]]]:
    """Of each article that answers rested on first: how many they were, how many askers said *Not quite*, and of these
    how many gave each reason.
    """
    said = and_(verdicts.c.answer_id == answers.c.id, verdicts.c.by_asker, verdicts.c.verdict == "not quite")
    query = (
        select(answers.c.sources, verdicts.c.person, verdicts.c.reason)
        .outerjoin(verdicts, said)
        .where(answers.c.created_at >= since, answers.c.outcome.in_(SHOWN), answers.c.surface != "shadow")
    )
    times: Counter[str] = Counter()
    judged: defaultdict[str, set[tuple[str, str | None]]] = defaultdict(set)  # who said it, and why
    for sources, person, reason in await tx.execute(query):
        if sources:
            times[sources[0]["id"]] += 1
            judged[sources[0]["id"]] |= {(person, reason)} if person else set()
    return {article: (count, *_counted(judged[article])) for article, count in times.items()}


def _counted(judged: Collection[tuple[str, str | None]]) -> tuple[int, Mapping[str, int]]:
    """How many people, and of these how many gave each reason."""
    return len({person for person, _ in judged}), Counter(reason for _, reason in judged if reason)


@dataclass(frozen=True)
class Look:
    """An article that somebody was asked to look at; `recipient` is None for the platform team's channel."""

    id: str
    article: str
    slot: str
    recipient: str | None
    place: int  # in its message
    reasons: Sequence[str]
    created_at: datetime
    said: str | None = None
    said_by: str | None = None
    said_at: datetime | None = None


async def add_looks(tx: AsyncConnection, looks: Sequence[Look]) -> None:
    await insert_rows(tx, article_looks, [{**asdict(each), "reasons": list(each.reasons)} for each in looks])


async def look(tx: AsyncConnection, look_id: str) -> Look | None:
    row = (await tx.execute(select(article_looks).where(article_looks.c.id == look_id))).mappings().one_or_none()
    return None if row is None else Look(**row)


async def looks_of(tx: AsyncConnection, slot: str, recipient: str | None) -> Sequence[Look]:
    """All that stand in one message, in its order."""
    theirs = article_looks.c.recipient.is_not_distinct_from(recipient)
    query = select(article_looks).where(article_looks.c.slot == slot, theirs).order_by(article_looks.c.place)
    return [Look(**row) for row in (await tx.execute(query)).mappings()]


async def asked_since(tx: AsyncConnection, since: datetime) -> frozenset[str]:
    """The articles that somebody was asked about since then."""
    query = select(article_looks.c.article).where(article_looks.c.created_at >= since)
    return frozenset((await tx.scalars(query)).all())


async def say(tx: AsyncConnection, look_id: str, said: str, person: str, *, now: datetime) -> bool:
    """Whether nobody had said anything of it."""
    unsaid = and_(article_looks.c.id == look_id, article_looks.c.said.is_(None))
    changed = update(article_looks).where(unsaid).values(said=said, said_by=person, said_at=now)
    return (await tx.execute(changed.returning(article_looks.c.id))).first() is not None


async def take_back(tx: AsyncConnection, look_id: str) -> Look | None:
    """What was said is to be said anew; the look, or None where nothing was said."""
    said = and_(article_looks.c.id == look_id, article_looks.c.said.is_not(None))
    changed = update(article_looks).where(said).values(said=None, said_by=None, said_at=None)
    row = (await tx.execute(changed.returning(*article_looks.c))).mappings().first()
    return None if row is None else Look(**row)


async def needing_work(tx: AsyncConnection) -> Mapping[str, date]:
    """The articles of which that was said, each with the day, in UTC."""
    query = (
        select(article_looks.c.article, func.max(article_looks.c.said_at).label("said_at"))
        .where(article_looks.c.said == NEEDS_WORK)
        .group_by(article_looks.c.article)
    )
    return {row.article: row.said_at.date() for row in await tx.execute(query)}
