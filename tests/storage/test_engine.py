"""The two ways into the database hold what they promise, on both."""

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from bot.storage.engine import Database, Tx, Unit
from bot.storage.schema import events
from tests.chaos.wire import wire_to
from tests.storage.golden import NOW


def _row(name: str) -> dict[str, object]:
    return {"event_id": name, "received_at": NOW}


async def _names(database: Database) -> list[str]:
    async with database.read() as tx:
        return list(await tx.scalars(select(events.c.event_id).order_by(events.c.event_id)))


async def test_a_unit_that_raises_leaves_nothing(database: Database) -> None:
    async def unit(tx: Tx) -> None:
        await tx.execute(insert(events).values(**_row("lost")))
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        await database.write(unit)

    assert await _names(database) == []


async def test_readers_that_then_write_do_not_fail_each_other(database: Database) -> None:
    async def unit(tx: Tx, name: str) -> None:
        await tx.execute(select(events))
        await asyncio.sleep(0)
        await tx.execute(insert(events).values(**_row(name)))

    names = [f"{number:02}" for number in range(40)]
    await asyncio.gather(*(database.write(lambda tx, name=name: unit(tx, name)) for name in names))  # type: ignore[misc]

    assert await _names(database) == names


async def test_a_second_process_writing_at_once_is_waited_for(database: Database) -> None:
    other = Database(database.url.render_as_string(hide_password=False))

    async def slow(tx: Tx) -> None:
        await tx.execute(insert(events).values(**_row("slow")))
        await asyncio.sleep(0.2)

    async def quick(tx: Tx) -> None:
        await tx.execute(insert(events).values(**_row("quick")))

    await asyncio.gather(database.write(slow), other.write(quick))
    await other.close()

    assert await _names(database) == ["quick", "slow"]


async def test_a_cancelled_unit_leaves_no_open_transaction(database: Database) -> None:
    started = asyncio.Event()

    async def unit(tx: Tx) -> None:
        await tx.execute(insert(events).values(**_row("half")))
        started.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(database.write(unit))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async def next_unit(tx: Tx) -> None:
        await tx.execute(insert(events).values(**_row("next")))

    await database.write(next_unit)
    assert await _names(database) == ["next"]


async def test_writes_cancelled_at_any_moment_leave_no_lock(database: Database) -> None:
    """The driver's thread goes on with the statement at hand, though nobody waits for it any more."""
    chance = random.Random(1)

    def row_of(name: str) -> Unit[None]:
        async def unit(tx: Tx) -> None:
            await tx.execute(insert(events).values(**_row(name)))
            await tx.execute(select(events.c.event_id).limit(3))

        return unit

    for number in range(100):
        tasks = [asyncio.create_task(database.write(row_of(f"cancelled {number} {each}"))) for each in range(3)]
        await asyncio.wait(tasks, timeout=chance.uniform(0.0, 0.02))
        for task in tasks:
            task.cancel()
        await database.write(row_of(f"kept {number}"))

    assert len([name for name in await _names(database) if name.startswith("kept")]) == 100


async def test_sqlite_is_set_to_survive_power_loss(database: Database) -> None:
    if not database.is_sqlite:
        return
    async with database.read() as tx:
        values = [await tx.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")]

    assert values == ["wal", 2, 1]


async def test_references_are_kept(database: Database) -> None:
    async def unit(tx: Tx) -> None:
        await tx.execute(
            text(
                "INSERT INTO verdicts (answer_id, person, verdict, by_asker, given_at)"
                " VALUES ('nobody', 'p', 'solved', :yes, :now)"
            ),
            {"yes": True, "now": NOW},
        )

    with pytest.raises(IntegrityError):
        await database.write(unit)


# A database that does not answer.


@asynccontextmanager
async def silent(database_url: str) -> AsyncIterator[Database]:
    """One that takes statements and answers none until the end; on SQLite another process writes, and goes on."""
    if not database_url.startswith("sqlite"):
        async with wire_to(database_url) as wire:
            database = Database(wire.url)
            await database.write(_keep("before"))
            wire.stall()
            yield database
            await wire.mend()
            await database.close()
        return
    database = Database(database_url)
    await database.write(_keep("before"))
    with closing(sqlite3.connect(database.url.database or "", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield database
        other.execute("ROLLBACK")
    await database.close()


def _keep(name: str) -> Unit[None]:
    async def unit(tx: Tx) -> None:
        await tx.execute(insert(events).values(**_row(name)))

    return unit


async def test_whoever_waits_no_longer_for_a_silent_database_goes_on_at_once(database_url: str) -> None:
    async with silent(database_url) as database:
        began_s = asyncio.get_running_loop().time()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await database.write(_keep("late"))
        took_s = asyncio.get_running_loop().time() - began_s

    assert took_s < 0.9  # a busy machine's time is in it


async def test_what_nobody_waits_for_any_more_is_not_written_when_the_database_answers_again(
    database_url: str, database: Database
) -> None:
    async with silent(database_url) as slow:
        given_up = [asyncio.create_task(slow.write(_keep(f"late {number}"))) for number in range(3)]
        await asyncio.sleep(0.05)
        for each in given_up:
            each.cancel()
        await asyncio.wait(given_up)

    await database.write(_keep("after"))
    assert await _names(database) == ["after", "before"]
