"""What was deleted is overwritten in the database's files; what the role may not do is told."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, delete, insert, make_url, select, text
from sqlalchemy.exc import OperationalError

from bot.storage import migrate
from bot.storage.engine import Database, Rows
from bot.storage.schema import answers, events
from bot.storage.scrub import LOCK_TRIES, _statistics_anew, scrub, scrub_tables
from tests.databases import new_postgresql
from tests.storage.golden import NOW

CANARY = "Ev0SCRUBBEDCANARY"


@pytest.fixture
async def lowly(postgresql_server: str) -> AsyncIterator[Database]:
    """A role that owns its tables and nothing else, as hosted databases give."""
    with new_postgresql(postgresql_server) as url:
        role = f"role_{make_url(url).database}"
        admin = create_engine(url, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE ROLE {role} LOGIN"))
            connection.execute(text(f"GRANT CREATE, USAGE ON SCHEMA public TO {role}"))
        database = Database(make_url(url).set(username=role).render_as_string(hide_password=False))
        await migrate.upgrade(database)
        yield database
        await database.close()
        with admin.connect() as connection:
            connection.execute(text(f"DROP OWNED BY {role} CASCADE"))
            connection.execute(text(f"DROP ROLE {role}"))
        admin.dispose()


async def test_all_is_done_where_it_may_be(database: Database) -> None:
    assert await scrub(database) == []


async def test_what_the_role_may_not_do_is_told(lowly: Database) -> None:
    assert [line.split(";")[0] for line in await scrub(lowly)] == [
        "ask your database administrator to run VACUUM FULL pg_statistic in this database",
        "ask your database administrator to run CHECKPOINT and pg_switch_wal() until all of pg_wal was written anew",
    ]


async def test_statistics_of_a_table_that_is_empty_now_quote_nothing(lowly: Database) -> None:
    rows = [{"event_id": f"{CANARY}{each}", "received_at": NOW} for each in range(50)]
    await lowly.write(lambda tx: tx.execute(insert(events), rows))
    async with lowly.upkeep() as run:
        await run("ANALYZE events")
    await lowly.write(lambda tx: tx.execute(delete(events)))

    await scrub(lowly)

    async with lowly.upkeep() as run:
        quoted = await run("SELECT count(*) FROM pg_stats WHERE strpos(histogram_bounds::text, 'CANARY') > 0")
    assert quoted == [(0,)]


async def test_tables_hold_what_they_held(database: Database) -> None:
    rows = [{"event_id": f"Ev{each}", "received_at": NOW} for each in range(50)]
    await database.write(lambda tx: tx.execute(insert(events), rows))

    await scrub(database)

    async with database.read() as tx:
        assert len((await tx.execute(events.select())).all()) == 50


async def test_a_reader_that_stays_leaves_a_line_on_sqlite(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'mentor.db'}"
    database, other = Database(url), Database(url)
    await migrate.upgrade(database)
    await database.write(lambda tx: tx.execute(insert(events).values(event_id=CANARY, received_at=NOW)))
    async with other.read() as reading:
        await reading.execute(events.select())
        await database.write(lambda tx: tx.execute(delete(events)))
        left = await scrub(database)

    assert [line.split(",")[0] for line in left] == ["the write-ahead log could not be emptied"]
    assert await scrub(database) == []
    assert CANARY not in "".join(file.read_bytes().decode(errors="replace") for file in tmp_path.iterdir())
    await other.close()
    await database.close()


async def test_what_is_deleted_is_overwritten_on_sqlite_at_once(tmp_path: Path) -> None:
    """So that what retention takes away is gone too, not only what was asked to be erased."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'mentor.db'}")
    await migrate.upgrade(database)
    await database.write(lambda tx: tx.execute(insert(events).values(event_id=CANARY, received_at=NOW)))
    await database.write(lambda tx: tx.execute(delete(events)))
    async with database.upkeep() as run:
        await run("PRAGMA wal_checkpoint(TRUNCATE)")

    assert CANARY not in "".join(file.read_bytes().decode(errors="replace") for file in tmp_path.iterdir())
    await database.close()


async def test_what_was_deleted_before_deleted_rows_were_overwritten_is_gone_on_sqlite(tmp_path: Path) -> None:
    """Of an earlier release, or by another program."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'mentor.db'}")
    await migrate.upgrade(database)
    rows = [{"event_id": f"{CANARY}{each}", "received_at": NOW} for each in range(500)]
    await database.write(lambda tx: tx.execute(insert(events), rows))
    async with database.upkeep() as run:
        for statement in ("secure_delete=OFF", "wal_checkpoint(TRUNCATE)"):
            await run(f"PRAGMA {statement}")
        await run("DELETE FROM events")
        await run("PRAGMA wal_checkpoint(TRUNCATE)")
    assert CANARY in "".join(file.read_bytes().decode(errors="replace") for file in tmp_path.iterdir())

    await scrub(database)

    assert CANARY not in "".join(file.read_bytes().decode(errors="replace") for file in tmp_path.iterdir())
    await database.close()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_while_it_waits_for_whoever_has_a_table_others_get_at_it(database: Database) -> None:
    async with database.read() as tx:
        await tx.execute(select(answers.c.id))
        scrubbing = asyncio.create_task(scrub_tables(database, ["answers"]))
        await asyncio.sleep(0.2)
        async with asyncio.timeout(10), database.read() as another:
            await another.execute(select(answers.c.id))

    assert await scrubbing == []


@pytest.mark.parametrize("state", ["55P03", "42501"], ids=["in use for ever", "may not"])
async def test_statistics_that_cannot_be_written_anew_are_told(state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Refused(Exception):
        sqlstate = state

    async def run(statement: str) -> Rows:
        if statement == "ANALYZE events":
            tried.append(statement)
            raise OperationalError(statement, {}, Refused())
        return [(next(numbers),)]

    numbers, tried = count(), list[str]()
    monkeypatch.setattr("bot.storage.scrub.LOCK_REST_S", 0.0)
    left = await _statistics_anew(run, ["events"])

    assert left == ["statistics of the table events may still quote what stood there; erase again when few use it"]
    assert len(tried) == (LOCK_TRIES if state == "55P03" else 1)
