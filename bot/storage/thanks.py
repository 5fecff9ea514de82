"""Thanks from one person to another: waiting, or brought; and what people want of thanks."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.people import who_is_counted
from bot.storage.schema import outbox, thanks, thanks_wishes
from bot.storage.statements import insert_into, insert_new

NOT_SEEN = ("failed", "skipped")  # states of a message that did not arrive


@dataclass(frozen=True)
class Thanks:
    id: str
    key: str
    giver: str
    receiver: str
    words: str | None
    given_at: datetime
    told_in: str | None = None


@dataclass(frozen=True)
class Wishes:
    wants_none: bool = False
    may_be_public: bool = False


async def add(tx: AsyncConnection, row: Thanks) -> bool:
    return await insert_new(tx, thanks, asdict(row))


async def is_known(tx: AsyncConnection, key: str) -> bool:
    return bool(await tx.scalar(select(func.count()).where(thanks.c.key == key)))


async def given_since(tx: AsyncConnection, giver: str, since: datetime) -> Sequence[str]:
    """To whom the person gave thanks, once for each time."""
    query = select(thanks.c.receiver).where(thanks.c.giver == giver, thanks.c.given_at >= since)
    return (await tx.scalars(query)).all()


async def withdraw(tx: AsyncConnection, thanks_id: str, giver: str) -> None:
    """As long as it waits; nothing of it stays."""
    mine = and_(thanks.c.id == thanks_id, thanks.c.giver == giver, _waits())
    await tx.execute(delete(thanks).where(mine))


async def who_waits(tx: AsyncConnection) -> Sequence[str]:
    """Who has thanks that no message brought yet."""
    return (await tx.scalars(select(thanks.c.receiver).where(_waits()).distinct().order_by(thanks.c.receiver))).all()


async def waiting_for(tx: AsyncConnection, receiver: str) -> Sequence[Thanks]:
    """The oldest first, without those whose giver is left out or erased by now."""
    query = select(thanks).where(thanks.c.receiver == receiver, _waits()).order_by(thanks.c.given_at, thanks.c.id)
    found = [Thanks(**row) for row in (await tx.execute(query)).mappings()]
    counted = await who_is_counted(tx, {each.giver for each in found})
    return [each for each in found if each.giver in counted]


def _waits() -> ColumnElement[bool]:
    """No message took it along, or that message did not arrive."""
    lost = select(outbox.c.key).where(outbox.c.state.in_(NOT_SEEN))
    return or_(thanks.c.told_in.is_(None), thanks.c.told_in.in_(lost))


async def last_brought(tx: AsyncConnection, receiver: str) -> datetime | None:
    """When the person was last brought thanks, or may have been."""
    here = and_(thanks.c.receiver == receiver, outbox.c.key == thanks.c.told_in, outbox.c.state.not_in(NOT_SEEN))
    found: datetime | None = await tx.scalar(select(func.max(outbox.c.created_at)).where(here))
    return found


async def mark_told(tx: AsyncConnection, ids: Sequence[str], key: str) -> bool:
    """Whether all of them still waited."""
    waiting = and_(thanks.c.id.in_(list(ids)), _waits())
    changed = await tx.execute(update(thanks).where(waiting).values(told_in=key).returning(thanks.c.id))
    return len(changed.all()) == len(ids)


async def count(tx: AsyncConnection, since: datetime, until: datetime) -> int:
    query = select(func.count()).select_from(thanks).where(thanks.c.given_at >= since, thanks.c.given_at < until)
    return await tx.scalar(query) or 0


async def public(tx: AsyncConnection, since: datetime, until: datetime) -> Sequence[tuple[str, str]]:
    """Giver and receiver of what was given then, where both of them let it be seen and neither is left out."""
    agree = select(thanks_wishes.c.person).where(thanks_wishes.c.may_be_public, ~thanks_wishes.c.wants_none)
    both = and_(thanks.c.giver.in_(agree), thanks.c.receiver.in_(agree))
    query = select(thanks.c.giver, thanks.c.receiver).where(both, thanks.c.given_at >= since, thanks.c.given_at < until)
    pairs = [(row.giver, row.receiver) for row in await tx.execute(query.order_by(thanks.c.given_at, thanks.c.id))]
    counted = await who_is_counted(tx, {person for pair in pairs for person in pair})
    return [pair for pair in dict.fromkeys(pairs) if set(pair) <= counted]


# Wishes.


async def wishes_of(tx: AsyncConnection, person: str) -> Wishes:
    query = select(thanks_wishes.c.wants_none, thanks_wishes.c.may_be_public).where(thanks_wishes.c.person == person)
    row = (await tx.execute(query)).one_or_none()
    return Wishes() if row is None else Wishes(row.wants_none, row.may_be_public)


async def wish(tx: AsyncConnection, person: str, wishes: Wishes, *, now: datetime) -> None:
    """Who wants none has none waiting any more."""
    values = {**asdict(wishes), "said_at": now}
    statement = insert_into(tx, thanks_wishes).values(person=person, **values)
    await tx.execute(statement.on_conflict_do_update(index_elements=[thanks_wishes.c.person], set_=values))
    if wishes.wants_none:
        await tx.execute(delete(thanks).where(thanks.c.receiver == person, _waits()))


# Forgetting.


async def forget_words(tx: AsyncConnection, *, before: datetime) -> None:
    """That somebody was thanked stays counted; what could not be brought until then goes."""
    old = thanks.c.given_at < before
    await tx.execute(delete(thanks).where(old, _waits()))
    await tx.execute(update(thanks).where(old).values(words=None))


async def leave_out(tx: AsyncConnection, person: str) -> None:
    """Nothing is brought to the person or in their name any more."""
    theirs = or_(thanks.c.giver == person, thanks.c.receiver == person)
    await tx.execute(delete(thanks).where(theirs, _waits()))
    await tx.execute(update(thanks).where(theirs).values(words=None))


async def forget_person(tx: AsyncConnection, person: str) -> None:
    await tx.execute(delete(thanks_wishes).where(thanks_wishes.c.person == person))
