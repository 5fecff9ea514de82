"""Every revision up, down and up again with data, on both databases."""

from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from bot.storage import migrate
from bot.storage.engine import Database, Tx
from bot.storage.schema import metadata
from tests.goals.counting import Tally
from tests.storage.golden import content, fill, tables_of

Rows = dict[tuple[str, str], list[Any]]


async def test_migrations_make_exactly_the_schema_of_the_code(database: Database) -> None:
    async with database.read() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync, opts={"compare_type": True}), metadata)
        )

    assert differences == []


@pytest.mark.goal(g=22)
@pytest.mark.parametrize(
    ("rows", "revisions"),
    [pytest.param(10, 1, id="the newest"), pytest.param(1_000, 99, id="every", marks=pytest.mark.chaos)],
)
async def test_every_revision_goes_down_up_and_down_and_loses_no_row(
    empty_database: Database, rows: int, revisions: int, seed: int, tally: Tally
) -> None:
    database, differing = empty_database, 0
    await migrate.upgrade(database)

    for number in list(range(int(migrate.head()), 0, -1))[:revisions]:
        lower = f"{number - 1:04}" if number > 1 else "base"
        await _filled(database, rows, seed)
        here = await _content(database)
        await migrate.downgrade(database, lower)
        below = await _content(database)
        differing += _is_another(below, here)
        await _to(database, f"{number:04}")
        differing += _is_another(below, await _content(database))
        await _filled(database, rows, seed)  # what the revision brought anew
        await migrate.downgrade(database, lower)
        differing += _is_another(below, await _content(database))
        tally(revisions=1)

    await migrate.downgrade(database, "base")
    assert await migrate.current(database) is None
    await migrate.upgrade(database)
    assert await migrate.current(database) == migrate.head()
    tally(wrong=differing)
    assert differing == 0


async def _filled(database: Database, rows: int, seed: int) -> None:
    async with database.migrate() as tx:
        await tx.run_sync(lambda sync: fill(sync, rows, tables=tables_of(sync), seed=seed))


async def _content(database: Database) -> Rows:
    """By table and column, what stands there."""

    def look(connection: Connection) -> Rows:
        tables = tables_of(connection)
        found = content(connection, tables)
        return {
            (table.name, column.name): [row[place] for row in found[table.name]]
            for table in tables
            if table.name in found
            for place, column in enumerate(table.columns)
        }

    async with database.read() as tx:
        return await tx.run_sync(look)


def _is_another(lower: Rows, higher: Rows) -> bool:
    """Whether what both have is not the same, or the lower one has what the higher lacks."""
    return any(higher.get(place) != values for place, values in lower.items())


async def _to(database: Database, revision: str) -> None:
    await migrate._run(database, lambda config: command.upgrade(config, revision))  # nobody else stops half-way


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
