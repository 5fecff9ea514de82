"""What is old goes, however much of it there is, and others get to write in between."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event, func, select

from bot.clock import Clock
from bot.storage.engine import Database, Tx
from bot.storage.schema import events, outbox, work
from bot.storage.statements import insert_all
from bot.upkeep import AT_ONCE, Upkeep

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
OLD = timedelta(days=31)
MANY = 2 * AT_ONCE + 1


async def test_more_than_fits_in_a_transaction_is_forgotten_in_several_once_it_is_old(database: Database) -> None:
    young = NOW + OLD - timedelta(days=1)
    await database.write(lambda tx: _put(tx, MANY, NOW))
    await database.write(lambda tx: _put(tx, 3, young))
    committed: list[None] = []
    event.listen(database.engine.sync_engine, "commit", lambda _: committed.append(None))

    await Upkeep(database, others=[], clock=Clock((NOW + OLD).timestamp)).forget_old()

    async with database.read() as tx:
        left = [
            await tx.scalar(select(func.count()).select_from(events)),
            await tx.scalar(select(func.count()).select_from(work)),
            await tx.scalar(select(func.count()).where(outbox.c.text.is_not(None))),
            await tx.scalar(select(func.count()).select_from(outbox)),
        ]
    assert left == [3, 3, 3, MANY + 3]
    assert len(committed) >= 3 * 3


async def _put(tx: Tx, number: int, at: datetime) -> None:
    keys = [f"{at:%m%d}-{each}" for each in range(number)]
    given: list[tuple[Any, list[dict[str, Any]]]] = [
        (events, [{"event_id": key, "received_at": at} for key in keys]),
        (work, [{"kind": "k", "key": key, "state": "done", **_times(at), "finished_at": at} for key in keys]),
        (outbox, [{"key": key, "mark": key, "state": "sent", **_SAID, **_times(at), "sent_at": at} for key in keys]),
    ]
    for table, rows in given:
        await tx.execute(insert_all(tx, table, rows))


_SAID = {"kind": "k", "purpose": "asked", "channel_id": "C1", "version": 1, "text": "words"}


def _times(at: datetime) -> dict[str, Any]:
    return {"attempts": 1, "due_at": at, "created_at": at}
