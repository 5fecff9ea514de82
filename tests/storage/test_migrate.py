"""Every revision up, down and up again with data, on both databases."""

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Table, insert, select, text

from bot.storage import migrate
from bot.storage.engine import Database, Tx
from bot.storage.schema import case_turns, metadata

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def _value(table: Table, name: str, row: int) -> object:
    """Something of the column's type, the same for a row whatever the table, so that references hold."""
    match str(table.c[name].type):
        case kind if kind.startswith(("VARCHAR", "TEXT")):
            return str(row)
        case "INTEGER" | "BIGINT":
            return row
        case "FLOAT":
            return row / 2
        case "BOOLEAN":
            return row % 2 == 0
        case "BLOB" | "BYTEA":
            return b"\0\1"
        case "JSON":
            return {"row": row}
        case _:
            return NOW


def fill(connection: Connection, rows: int) -> None:
    for table in metadata.sorted_tables:
        if table is case_turns:  # triggers fill it
            continue
        names = [column.name for column in table.columns]
        values = [{name: _value(table, name, row) for name in names} for row in range(rows)]
        connection.execute(insert(table), values)


def _content(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    return {
        table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
        for table in metadata.sorted_tables
    }


async def test_migrations_make_exactly_the_schema_of_the_code(database: Database) -> None:
    async with database.read() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync, opts={"compare_type": True}), metadata)
        )

    assert differences == []


async def test_up_down_up_with_data_ends_at_the_head(database: Database) -> None:
    async def put(connection: Tx) -> None:
        await connection.run_sync(lambda sync: fill(sync, 100))

    await database.write(put)
    async with database.read() as connection:
        before = await connection.run_sync(_content)

    await migrate.upgrade(database)  # at the head already: changes nothing
    async with database.read() as connection:
        assert await connection.run_sync(_content) == before
    await migrate.downgrade(database, "base")
    assert await migrate.current(database) is None
    await migrate.upgrade(database)

    assert await migrate.current(database) == migrate.head()


async def test_a_migration_that_fails_at_its_end_changes_nothing(empty_database: Database) -> None:
    async def half_way() -> None:
        async with empty_database.migrate() as connection:
            await connection.run_sync(metadata.create_all)
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        await half_way()

    assert await migrate.current(empty_database) is None
    await migrate.upgrade(empty_database)  # no table is in the way
    assert await migrate.current(empty_database) == migrate.head()


async def test_a_program_older_than_the_database_says_so(database: Database) -> None:
    async def make_newer(connection: Tx) -> None:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    await database.write(make_newer)

    with pytest.raises(migrate.DatabaseNewer, match="newer Mentor"):
        await migrate.upgrade(database)


async def test_a_program_newer_than_the_database_asks_for_the_upgrade(empty_database: Database) -> None:
    with pytest.raises(migrate.DatabaseOlder, match="mentor db upgrade"):
        await migrate.check_current(empty_database)
