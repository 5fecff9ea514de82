"""Review dates of bets and what was decided on them; which flows the platform team was reminded of."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import bet_reviews, flow_reminders, requests, survey_comments, waves
from bot.storage.statements import insert_new


@dataclass(frozen=True)
class ReviewRow:
    """A review date on which the team was asked. `choice` is None while nobody decided; `decided_by` a pseudonym."""

    id: str
    bet: str
    review_on: date
    channel_id: str
    news: list[str]
    asked_at: datetime
    choice: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None


async def ask(tx: AsyncConnection, row: ReviewRow) -> bool:
    """Whether that date of the bet was not asked about before."""
    return await insert_new(tx, bet_reviews, asdict(row))


async def was_asked(tx: AsyncConnection, bet: str, review_on: date) -> bool:
    here = and_(bet_reviews.c.bet == bet, bet_reviews.c.review_on == review_on)
    return (await tx.execute(select(bet_reviews.c.id).where(here))).first() is not None


async def by_id(tx: AsyncConnection, review_id: str) -> ReviewRow | None:
    row = (await tx.execute(select(bet_reviews).where(bet_reviews.c.id == review_id))).mappings().one_or_none()
    return None if row is None else ReviewRow(**row)


async def decide(tx: AsyncConnection, review_id: str, choice: str, person: str, *, now: datetime) -> bool:
    """Whether nobody had decided: the first decision stays."""
    here = and_(bet_reviews.c.id == review_id, bet_reviews.c.choice.is_(None))
    changed = update(bet_reviews).where(here).values(choice=choice, decided_by=person, decided_at=now)
    return (await tx.execute(changed.returning(bet_reviews.c.id))).first() is not None


async def remind(tx: AsyncConnection, team: str, looked_at: date, *, now: datetime) -> bool:
    """Whether the platform team was not told since the flow was looked at last."""
    return await insert_new(tx, flow_reminders, {"team": team, "looked_at": looked_at, "told_at": now})


async def runs_of(tx: AsyncConnection, actions: Collection[str], since: datetime, until: datetime) -> dict[str, int]:
    """How often each of the actions was started then, by whichever team."""
    here = and_(requests.c.action.in_(list(actions)), requests.c.started_at >= since, requests.c.started_at < until)
    query = select(requests.c.action, func.count().label("times")).where(here).group_by(requests.c.action)
    return {row.action: row.times for row in await tx.execute(query)}


async def comments_since(tx: AsyncConnection, theme_id: str, since: datetime, until: datetime) -> int:
    """How many comments of the theme came with waves that closed then: when one was written nobody knows."""
    closed = and_(waves.c.closed_at >= since, waves.c.closed_at < until)
    query = select(func.count()).select_from(survey_comments).join(waves, waves.c.id == survey_comments.c.wave_id)
    return await tx.scalar(query.where(survey_comments.c.theme_id == theme_id, closed)) or 0
