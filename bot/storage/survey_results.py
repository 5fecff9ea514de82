"""Of closed waves: what may be shown, comments and what they are about, and what became of that.

Waves themselves, and answers while one is open, are `bot.storage.surveys`'.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.people import slack_ids_of, who_is_counted
from bot.storage.schema import (
    invitations,
    proposals,
    survey_comments,
    survey_themes,
    waves,
)
from bot.storage.statements import insert_new
from bot.storage.surveys import who_refused

CLOSED, ASKED = "closed", "asked"  # `waves.state`, `invitations.state`
OPEN, LINKED, SHIPPED, DROPPED = "open", "linked", "shipped", "dropped"  # `survey_themes.state`
NO_THEME = ""  # `survey_comments.theme_id` of one that was looked at and is alone


@dataclass(frozen=True)
class ClosedWave:
    """`shown` is what may be shown of its answers, as it was decided when it closed: nothing else is kept of them."""

    id: str
    survey: str
    slot: str
    definition: dict[str, Any]
    frame: int
    opened_at: datetime
    closed_at: datetime
    shown: dict[str, Any]
    comments: Sequence[str]


async def closed_waves(tx: AsyncConnection, *, survey: str | None = None) -> Sequence[ClosedWave]:
    """Of the survey, or of all; the oldest first."""
    query = select(waves).where(waves.c.state == CLOSED, waves.c.shown.is_not(None))
    if survey is not None:
        query = query.where(waves.c.survey == survey)
    found = (await tx.execute(query.order_by(waves.c.closes_at, waves.c.id))).all()
    return [await _wave(tx, row) for row in found]


async def _wave(tx: AsyncConnection, row: Any) -> ClosedWave:
    comments = await comments_of(tx, [row.id])
    return ClosedWave(
        id=row.id,
        survey=row.survey,
        slot=row.slot,
        definition=row.definition,
        frame=row.frame,
        opened_at=row.opened_at,
        closed_at=row.closed_at or row.closes_at,
        shown=row.shown,
        comments=[each.text for each in comments],
    )


@dataclass(frozen=True)
class Comment:
    id: str
    wave_id: str
    text: str
    theme_id: str | None


async def comments_of(tx: AsyncConnection, wave_ids: Collection[str]) -> Sequence[Comment]:
    """In the order of their ids, which is no order."""
    query = select(survey_comments).where(survey_comments.c.wave_id.in_(list(wave_ids))).order_by(survey_comments.c.id)
    return [Comment(**row) for row in (await tx.execute(query)).mappings()]


async def waves_with_new_comments(tx: AsyncConnection) -> Sequence[str]:
    """Closed ones with comments that nobody looked through for themes."""
    mine = and_(survey_comments.c.wave_id == waves.c.id, survey_comments.c.theme_id.is_(None))
    query = select(waves.c.id).where(waves.c.state == CLOSED, select(survey_comments.c.id).where(mine).exists())
    return (await tx.scalars(query.order_by(waves.c.closes_at, waves.c.id))).all()


# Themes.


@dataclass(frozen=True)
class Theme:
    id: str
    survey: str
    title: str
    opened_at: datetime
    state: str = OPEN
    url: str = ""
    linked_by: str | None = None
    shipped_at: datetime | None = None
    told_at: datetime | None = None


async def themes(tx: AsyncConnection) -> Sequence[Theme]:
    """The newest first."""
    query = select(survey_themes).order_by(survey_themes.c.opened_at.desc(), survey_themes.c.id)
    return [Theme(**row) for row in (await tx.execute(query)).mappings()]


async def theme(tx: AsyncConnection, theme_id: str) -> Theme | None:
    row = (await tx.execute(select(survey_themes).where(survey_themes.c.id == theme_id))).mappings().one_or_none()
    return None if row is None else Theme(**row)


async def comments_by_theme(tx: AsyncConnection) -> dict[str, list[Comment]]:
    has_one = and_(survey_comments.c.theme_id.is_not(None), survey_comments.c.theme_id != NO_THEME)
    query = select(survey_comments).where(has_one).order_by(survey_comments.c.id)
    found: dict[str, list[Comment]] = {}
    for row in (await tx.execute(query)).mappings():
        found.setdefault(row["theme_id"], []).append(Comment(**row))
    return found


async def put_themes(tx: AsyncConnection, wave_id: str, new: Sequence[Theme], members: Mapping[str, str]) -> None:
    """`members` says of each comment of the wave what it is about; all others of it stand alone. Twice does no harm."""
    for each in new:
        await insert_new(tx, survey_themes, asdict(each))
    unsorted = and_(survey_comments.c.wave_id == wave_id, survey_comments.c.theme_id.is_(None))
    for comment_id, theme_id in members.items():
        here = and_(unsorted, survey_comments.c.id == comment_id)
        await tx.execute(update(survey_comments).where(here).values(theme_id=theme_id))
    await tx.execute(update(survey_comments).where(unsorted).values(theme_id=NO_THEME))


async def link(tx: AsyncConnection, theme_id: str, url: str, person: str) -> bool:
    """Whether nothing was shipped or dropped for it; the newest address holds."""
    return await _turn(tx, theme_id, (OPEN, LINKED), state=LINKED, url=url, linked_by=person)


async def drop(tx: AsyncConnection, theme_id: str) -> bool:
    return await _turn(tx, theme_id, (OPEN, LINKED), state=DROPPED)


async def ship(tx: AsyncConnection, theme_id: str, *, now: datetime) -> bool:
    """Whether it was linked to a change and not shipped before."""
    return await _turn(tx, theme_id, (LINKED,), state=SHIPPED, shipped_at=now)


async def told(tx: AsyncConnection, theme_id: str, *, now: datetime) -> bool:
    """Whether the people had not been told."""
    here = and_(survey_themes.c.id == theme_id, survey_themes.c.state == SHIPPED, survey_themes.c.told_at.is_(None))
    changed = update(survey_themes).where(here).values(told_at=now).returning(survey_themes.c.id)
    return (await tx.execute(changed)).first() is not None


async def _turn(tx: AsyncConnection, theme_id: str, among: Collection[str], **values: Any) -> bool:
    here = and_(survey_themes.c.id == theme_id, survey_themes.c.state.in_(list(among)))
    changed = update(survey_themes).where(here).values(**values).returning(survey_themes.c.id)
    return (await tx.execute(changed)).first() is not None


async def merged_urls(tx: AsyncConnection, urls: Collection[str]) -> frozenset[str]:
    """Those of the addresses that are of a proposal of ours that was merged."""
    query = select(proposals.c.url).where(proposals.c.url.in_(list(urls)), proposals.c.state == "merged")
    return frozenset(await tx.scalars(query))


async def asked_about(tx: AsyncConnection, theme_id: str, *, now: datetime) -> Mapping[str, str]:
    """Whom the theme's waves were sent to, and one of these waves: without who wants no surveys, or is left out."""
    theirs = select(survey_comments.c.wave_id).where(survey_comments.c.theme_id == theme_id)
    query = (
        select(invitations.c.person, func.max(invitations.c.wave_id).label("wave_id"))
        .where(invitations.c.wave_id.in_(theirs), invitations.c.state == ASKED)
        .group_by(invitations.c.person)
        .order_by(invitations.c.person)
    )
    asked = {row.person: row.wave_id for row in await tx.execute(query)}
    counted = await who_is_counted(tx, asked)
    slack_ids = await slack_ids_of(tx, counted)
    refused = await who_refused(tx, slack_ids.values(), now=now)
    return {person: asked[person] for person, slack_id in sorted(slack_ids.items()) if slack_id not in refused}


async def title_of(tx: AsyncConnection, wave_id: str) -> str:
    """Of the survey, as it was called when the wave was opened; "" where there is none."""
    kept = await tx.scalar(select(waves.c.definition).where(waves.c.id == wave_id))
    return str(kept.get("title", "")) if kept else ""


async def definition_for(tx: AsyncConnection, wave_id: str, person: str) -> dict[str, Any] | None:
    """Of a wave that was sent to this person; None where it was not."""
    asked = and_(invitations.c.wave_id == waves.c.id, invitations.c.person == person, invitations.c.state == ASKED)
    query = select(waves.c.definition).where(waves.c.id == wave_id, select(invitations.c.person).where(asked).exists())
    kept: dict[str, Any] | None = await tx.scalar(query)
    return kept
