"""What Slack told and nobody has taken down yet. The rows are there for moments, and go when they are taken down.

On SQLite they have a file of their own (`Database.inbox`), and the table in the other one stays empty.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update

from bot.storage.engine import Database
from bot.storage.schema import inbox

AT_ONCE = 500  # rows that are read at a time
DROP = "DELETE FROM inbox WHERE event_id = ?"


@dataclass(frozen=True)
class Row:
    event_id: str
    told: str
    tries: int


async def put(database: Database, event_id: str, told: str, *, now: datetime, due_at: datetime) -> None:
    """Committed when it returns. One that is there already is left as it is."""
    row = {"event_id": event_id, "told": told, "came_at": now, "due_at": due_at, "tries": 0}
    await database.insert_ahead(inbox, row)


async def drop(database: Database, event_ids: Collection[str]) -> None:
    """They are taken down."""
    if database.is_sqlite:
        await database.inbox.write_ahead([(DROP, (each,)) for each in event_ids])
    else:
        await database.write(lambda tx: tx.execute(delete(inbox).where(inbox.c.event_id.in_(event_ids))))


async def left(database: Database, *, now: datetime) -> Sequence[Row]:
    """Those that should have been taken down by now, the oldest first."""
    query = select(inbox.c.event_id, inbox.c.told, inbox.c.tries).where(inbox.c.due_at <= now)
    async with database.inbox.read() as tx:
        rows = await tx.execute(query.order_by(inbox.c.came_at, inbox.c.event_id).limit(AT_ONCE))
        return [Row(*row) for row in rows]


async def put_off(database: Database, event_id: str, *, tries: int, due_at: datetime) -> None:
    change = update(inbox).where(inbox.c.event_id == event_id).values(tries=tries, due_at=due_at)
    await database.inbox.write(lambda tx: tx.execute(change))


async def forget_of(database: Database, slack_id: str) -> None:
    """What this person said, and what names them; the next reading finds what others wrote."""
    named = [inbox.c.told.contains(f'"{slack_id}"', autoescape=True), inbox.c.told.contains(f"<@{slack_id}")]
    await database.inbox.write(lambda tx: tx.execute(delete(inbox).where(or_(*named))))


async def count(database: Database) -> int:
    async with database.inbox.read() as tx:
        return await tx.scalar(select(func.count()).select_from(inbox)) or 0


async def oldest(database: Database) -> datetime | None:
    """Since when the one waits that has waited longest; None when none does."""
    async with database.inbox.read() as tx:
        since: datetime | None = await tx.scalar(select(func.min(inbox.c.came_at)))
        return since
