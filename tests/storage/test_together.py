"""Units that are written together: one that fails takes no other with it, and who is gone is passed over."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import event, insert, select

from bot.storage.engine import Database, Tx, Unit
from bot.storage.schema import events
from tests.storage.golden import NOW


def writes(name: str, *, fails: bool = False) -> Unit[str]:
    async def unit(tx: Tx) -> str:
        await tx.execute(insert(events).values(event_id=name, received_at=NOW))
        if fails:
            raise ValueError(name)
        return name

    return unit


async def kept(database: Database) -> set[str]:
    async with database.read() as tx:
        return set(await tx.scalars(select(events.c.event_id)))


def commits_of(database: Database) -> Callable[[], int]:
    seen: list[object] = []
    event.listen(database.engine.sync_engine, "commit", seen.append)
    return lambda: len(seen)


async def test_units_that_come_at_once_each_get_their_result(database: Database) -> None:
    names = [f"{number:03}" for number in range(100)]

    assert await asyncio.gather(*(database.write_together(writes(name)) for name in names)) == names
    assert await kept(database) == set(names)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_units_that_come_at_once_share_few_commits_on_sqlite(database: Database) -> None:
    commits = commits_of(database)

    await asyncio.gather(*(database.write_together(writes(f"{number:03}")) for number in range(100)))

    assert commits() == 4


async def test_one_that_fails_takes_no_other_with_it(database: Database) -> None:
    units = [writes(name, fails=name == "bad") for name in ("first", "bad", "last")]

    found = await asyncio.gather(*map(database.write_together, units), return_exceptions=True)

    assert [found[0], found[2]] == ["first", "last"]
    assert isinstance(found[1], ValueError)
    assert await kept(database) == {"first", "last"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_nobody_waits_for_any_more_is_not_written(database: Database) -> None:
    """So that a bot that is late does not work for those whom Slack has told already that it is."""
    is_held, may_go = asyncio.Event(), asyncio.Event()

    async def slow(tx: Tx) -> None:
        is_held.set()
        await may_go.wait()

    holding = asyncio.create_task(database.write(slow))
    await is_held.wait()
    gone, waits = (asyncio.create_task(database.write_together(writes(name))) for name in ("gone", "waits"))
    await asyncio.sleep(0)
    gone.cancel()
    may_go.set()
    await asyncio.gather(holding, waits)

    assert await kept(database) == {"waits"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_database_that_is_away_fails_all_who_wait(database: Database) -> None:
    other = Database(database.url.render_as_string(hide_password=False))
    is_held, may_go = asyncio.Event(), asyncio.Event()

    async def slow(tx: Tx) -> None:
        is_held.set()
        await may_go.wait()

    holding = asyncio.create_task(other.write(slow))
    await is_held.wait()
    found = await asyncio.gather(
        *(database.write_together(writes(name)) for name in ("one", "two")), return_exceptions=True
    )
    may_go.set()
    await holding
    await other.close()

    assert ["locked" in str(each) for each in found] == [True, True]
    assert await kept(database) == set()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_more_rows_than_are_fetched_ahead_come_whole_and_in_order(database: Database) -> None:
    names = [f"{number:04}" for number in range(350)]

    async def unit(tx: Tx) -> list[str]:
        await tx.execute(insert(events), [{"event_id": name, "received_at": NOW} for name in names])
        return list(await tx.scalars(select(events.c.event_id).order_by(events.c.event_id)))

    assert await database.write(unit) == names
    async with database.read() as tx:
        query = select(events.c.event_id).order_by(events.c.event_id)
        assert list(await tx.scalars(query)) == names
        assert [name async for name in await tx.stream_scalars(query)] == names
        first = await tx.stream_scalars(query)
        assert (await first.fetchmany(150), await first.fetchmany(150)) == (names[:150], names[150:300])
        await first.close()
