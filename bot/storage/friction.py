"""What people found hard, in which words and at which stage; what several of them are about, and what became of that.

The words of a colleague's message are not copied: they are read where the message is kept, for as long as they are, and
never of a private channel.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import channels, friction, friction_themes, messages, proposals
from bot.storage.statements import insert_new

OPEN, LINKED, SHIPPED, DROPPED = "open", "linked", "shipped", "dropped"  # `friction_themes.state`


@dataclass(frozen=True)
class Friction:
    """As it is written down. `text` are the person's own words; the message's are `said`, as far as they are kept."""

    id: str
    key: str
    person: str
    text: str | None
    stage: str
    is_stage_said: bool
    source: str
    logged_at: datetime
    channel_id: str = ""
    ts: str = ""
    capability: str = ""
    topic: str = ""
    team: str = ""
    is_named: bool = False
    is_readied: bool = False
    theme_id: str | None = None
    said: str | None = None

    @property
    def words(self) -> str:
        """All that is known of it, in the person's words and the message's."""
        return "\n".join(each for each in (self.text, self.said) if each)


@dataclass(frozen=True)
class Theme:
    id: str
    title: str
    opened_at: datetime
    state: str = OPEN
    url: str = ""
    linked_by: str | None = None
    shipped_at: datetime | None = None


async def add(tx: AsyncConnection, row: Friction) -> bool:
    """Whether it is new."""
    values = asdict(row)
    del values["said"]
    return await insert_new(tx, friction, values)


async def by_key(tx: AsyncConnection, key: str) -> Friction | None:
    found = await _all(tx, friction.c.key == key)
    return found[0] if found else None


async def of_person(tx: AsyncConnection, friction_id: str, person: str) -> Friction | None:
    """What this person logged; None for somebody else's, and for what was withdrawn."""
    found = await _all(tx, friction.c.id == friction_id, friction.c.person == person)
    return found[0] if found else None


async def logged(tx: AsyncConnection, since: datetime, until: datetime) -> Sequence[Friction]:
    """The oldest first."""
    return await _all(tx, friction.c.logged_at >= since, friction.c.logged_at < until)


async def without_theme(tx: AsyncConnection, *, limit: int) -> Sequence[Friction]:
    """The newest of those that stand alone so far, the oldest of them first."""
    query = select(friction.c.id).where(friction.c.theme_id.is_(None))
    newest = query.order_by(friction.c.logged_at.desc(), friction.c.id).limit(limit)
    return await _all(tx, friction.c.id.in_(newest))


async def in_themes(tx: AsyncConnection) -> Sequence[Friction]:
    return await _all(tx, friction.c.theme_id.is_not(None))


async def not_readied(tx: AsyncConnection) -> Sequence[Friction]:
    return await _all(tx, friction.c.is_readied.is_(False))


async def ready(tx: AsyncConnection, friction_id: str, text: str | None, *, instead_of: str | None) -> None:
    """Its text may be shown as it is given here; not when it was forgotten meanwhile."""
    same = friction.c.text.is_(None) if instead_of is None else friction.c.text == instead_of
    here = and_(friction.c.id == friction_id, same)
    await tx.execute(update(friction).where(here).values(text=text, is_readied=True))


async def _all(tx: AsyncConnection, *where: Any) -> Sequence[Friction]:
    here = and_(messages.c.channel_id == friction.c.channel_id, messages.c.ts == friction.c.ts)
    joined = friction.outerjoin(messages, and_(here, _is_open_to_all()))
    query = select(friction, messages.c.text.label("said")).select_from(joined).where(*where)
    rows = await tx.execute(query.order_by(friction.c.logged_at, friction.c.id))
    return [Friction(**row) for row in rows.mappings()]


async def say_stage(tx: AsyncConnection, friction_id: str, person: str, stage: str) -> None:
    await _change(tx, friction_id, person, stage=stage, is_stage_said=True)


async def say_name(tx: AsyncConnection, friction_id: str, person: str, *, is_named: bool) -> None:
    await _change(tx, friction_id, person, is_named=is_named)


async def _change(tx: AsyncConnection, friction_id: str, person: str, **values: Any) -> None:
    mine = and_(friction.c.id == friction_id, friction.c.person == person)
    await tx.execute(update(friction).where(mine).values(**values))


async def withdraw(tx: AsyncConnection, friction_id: str, person: str) -> bool:
    """Whether it was there. Nothing of it stays; a theme that nobody is in any more goes too."""
    mine = and_(friction.c.id == friction_id, friction.c.person == person)
    gone = (await tx.execute(delete(friction).where(mine).returning(friction.c.id))).first() is not None
    await forget_empty_themes(tx)
    return gone


async def forget(tx: AsyncConnection, *, before: datetime) -> None:
    await tx.execute(delete(friction).where(friction.c.logged_at < before))
    await forget_empty_themes(tx)


async def forget_empty_themes(tx: AsyncConnection) -> None:
    """Those that led to something stay: they say what was done."""
    mine = exists().where(friction.c.theme_id == friction_themes.c.id)
    await tx.execute(delete(friction_themes).where(~mine, friction_themes.c.state != SHIPPED))


# Whether a message may be pointed to.


async def is_kept(tx: AsyncConnection, channel_id: str, ts: str) -> bool:
    """Whether the message's words are kept: its channel is public and keeps text, and its author is not left out."""
    here = and_(messages.c.channel_id == channel_id, messages.c.ts == ts, _is_open_to_all())
    return bool(await tx.scalar(select(func.count()).where(here, messages.c.text.is_not(None))))


def _is_open_to_all() -> ColumnElement[bool]:
    """Whether a message is there still, in a channel that anybody of the company may read."""
    public = select(channels.c.channel_id).where(~channels.c.is_private, ~channels.c.is_direct)
    return and_(messages.c.deleted_ts.is_(None), messages.c.channel_id.in_(public))


# Themes.


async def themes(tx: AsyncConnection) -> Sequence[Theme]:
    """The newest first."""
    query = select(friction_themes).order_by(friction_themes.c.opened_at.desc(), friction_themes.c.id)
    return [Theme(**row) for row in (await tx.execute(query)).mappings()]


async def theme(tx: AsyncConnection, theme_id: str) -> Theme | None:
    row = (await tx.execute(select(friction_themes).where(friction_themes.c.id == theme_id))).mappings().one_or_none()
    return None if row is None else Theme(**row)


async def put_themes(tx: AsyncConnection, new: Sequence[Theme], members: Mapping[str, str]) -> None:
    """`members` says of each, by its id, what it is about. One that has a theme keeps it; twice does no harm."""
    for each in new:
        await insert_new(tx, friction_themes, asdict(each))
    for friction_id, theme_id in members.items():
        alone = and_(friction.c.id == friction_id, friction.c.theme_id.is_(None))
        await tx.execute(update(friction).where(alone).values(theme_id=theme_id))
    await forget_empty_themes(tx)  # another run may have taken all that a new one was made of


async def link(tx: AsyncConnection, theme_id: str, url: str, person: str) -> bool:
    """Whether nothing was shipped or dropped for it; the newest address holds."""
    return await _turn(tx, theme_id, (OPEN, LINKED), state=LINKED, url=url, linked_by=person)


async def drop(tx: AsyncConnection, theme_id: str) -> bool:
    return await _turn(tx, theme_id, (OPEN, LINKED), state=DROPPED)


async def ship(tx: AsyncConnection, theme_id: str, *, now: datetime) -> bool:
    """Whether it was linked to a change and not shipped before."""
    return await _turn(tx, theme_id, (LINKED,), state=SHIPPED, shipped_at=now)


async def _turn(tx: AsyncConnection, theme_id: str, among: Collection[str], **values: Any) -> bool:
    here = and_(friction_themes.c.id == theme_id, friction_themes.c.state.in_(list(among)))
    changed = update(friction_themes).where(here).values(**values).returning(friction_themes.c.id)
    return (await tx.execute(changed)).first() is not None


async def merged_urls(tx: AsyncConnection, urls: Collection[str]) -> frozenset[str]:
    """Those of the addresses that are of a proposal of ours that was merged."""
    query = select(proposals.c.url).where(proposals.c.url.in_(list(urls)), proposals.c.state == "merged")
    return frozenset(await tx.scalars(query))
