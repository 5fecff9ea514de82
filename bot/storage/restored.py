"""What a database knows of itself: its key for marks, when it was first used, and whether it was restored.

All are rows of `keys`: a restored copy has the same key as the database it was taken of, and so knows what that sent.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import keys
from bot.storage.statements import insert_new

MARKS, BACKED_UP, RESTORED, LAST_BACKUP = "marks", "backed up", "restored", "last backup"
FIRST_USED = "first used"
MARK = 32  # characters


@dataclass(frozen=True)
class Restored:
    """Nothing is known here of what was done after `taken_at` and before `at`."""

    taken_at: datetime
    at: datetime


async def make_sure_of_marks(tx: AsyncConnection) -> str:
    """The key of marks, made where there is none. A copy without it could not find what is sent after it was taken."""
    key = await _value(tx, MARKS)
    if key is None:
        await insert_new(tx, keys, {"name": MARKS, "value": secrets.token_hex(32)})
        key = str(await _value(tx, MARKS))
    return key


async def mark_of(tx: AsyncConnection, effect_key: str) -> str:
    """By which the message is known again in Slack. Opaque there; the same for the same key, whoever sends it."""
    key = await make_sure_of_marks(tx)
    return hmac.digest(key.encode(), effect_key.encode(), "sha256").hex()[:MARK]


async def first_used(tx: AsyncConnection, *, now: datetime) -> datetime:
    """Since when a bot runs on this database; since now, where none did. It knows nothing of what was done before."""
    await insert_new(tx, keys, {"name": FIRST_USED, "value": now.isoformat()})
    return datetime.fromisoformat(str(await _value(tx, FIRST_USED)))


async def restored(tx: AsyncConnection) -> Restored | None:
    """The last time; None where it never was."""
    value = await _value(tx, RESTORED)
    return Restored(*map(datetime.fromisoformat, value.split())) if value else None


async def last_backup(tx: AsyncConnection) -> datetime | None:
    """When the last backup was taken; None where none ever was."""
    value = await _value(tx, LAST_BACKUP)
    return datetime.fromisoformat(value) if value else None


async def put_last_backup(tx: AsyncConnection, at: datetime) -> None:
    await _put(tx, LAST_BACKUP, at.isoformat(timespec="seconds"))


async def put_backed_up(tx: AsyncConnection, at: datetime) -> None:
    """In the copy: it holds what was so by then."""
    await _put(tx, BACKED_UP, at.isoformat(timespec="seconds"))


async def put_restored(tx: AsyncConnection, at: datetime) -> Restored | None:
    """The copy is a database again. None where it is no copy."""
    value = await _value(tx, BACKED_UP)
    if value is None:
        return None
    await tx.execute(delete(keys).where(keys.c.name == BACKED_UP))
    await _put(tx, RESTORED, f"{value} {at.isoformat(timespec='seconds')}")
    return await restored(tx)


async def _value(tx: AsyncConnection, name: str) -> str | None:
    value: str | None = await tx.scalar(select(keys.c.value).where(keys.c.name == name))
    return value


async def _put(tx: AsyncConnection, name: str, value: str) -> None:
    await tx.execute(delete(keys).where(keys.c.name == name))
    await tx.execute(keys.insert().values(name=name, value=value))
