"""All rows of one database in another: a copy in a SQLite file, or a PostgreSQL filled from one.

A file that is copied as it lies is torn when somebody writes. The copy is one snapshot; nobody is held up by it.
"""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Column, Table, Text, bindparam, cast, func, insert, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import CopyBroken
from bot.storage.engine import Database, Tx
from bot.storage.migrate import DatabaseAway
from bot.storage.schema import metadata

BATCH = 1000
FULL = ("disk is full", "disk I/O error")  # as SQLite says it


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """What the database refuses is told in a line."""
    database = Database(url)
    try:
        yield database
    except DatabaseError as error:
        raise CopyBroken(f"The database refused: {str(error.orig).splitlines()[0]}") from error
    finally:
        await database.close()


@contextmanager
def room_in(folder: Path) -> Iterator[None]:
    """Where the copy finds no room it is its folder that is named, and no database."""
    try:
        yield
    except (DatabaseError, sqlite3.Error, DatabaseAway, CopyBroken) as error:
        reason = next((each for each in FULL if each in str(error)), None)
        if reason is None:
            raise
        raise CopyBroken(
            f"{folder}: the copy could not be written there ({reason}); nothing was kept; make room, or name a file "
            "elsewhere"
        ) from error


async def copy_file(database: Database, file: Path) -> None:
    """Of a SQLite database, into a file that is empty or not there."""
    name = str(file).replace("'", "''")
    async with database.upkeep() as run:
        await run(f"VACUUM INTO '{name}'")


async def copy_rows(source: Database, target: Database) -> int:
    """How many, into a database at the same revision that holds none; whole or not at all."""
    copied = 0
    async with source.snapshot() as there, target.migrate() as here:
        triggers = await _switch_off_triggers(here)
        for table in metadata.sorted_tables:
            async for batch in _read(there, table):
                await here.execute(_insert(here, table), batch)
                copied += len(batch)
        await _set_counters(here)
        for statement in triggers:
            await here.execute(text(statement))
    return copied


async def count_rows(tx: Tx) -> dict[str, int]:
    return {
        table.name: await tx.scalar(select(func.count()).select_from(table)) or 0 for table in metadata.sorted_tables
    }


async def troubles(database: Database) -> list[str]:
    """What SQLite itself finds wrong with its file; empty when it is whole."""
    async with database.upkeep() as run:
        found = [str(row[0]) for row in await run("PRAGMA integrity_check(10)") if row[0] != "ok"]
        return found + [f"a row of {row[0]} names none of {row[2]}" for row in await run("PRAGMA foreign_key_check")]


async def in_one_file(database: Database) -> None:
    """Nothing of a SQLite database stands beside its file any more."""
    async with database.upkeep() as run:
        await run("PRAGMA journal_mode=DELETE")


async def _read(tx: AsyncConnection, table: Table) -> AsyncIterator[list[dict[str, Any]]]:
    columns = [cast(column, Text).label(column.name) if _is_json(column) else column for column in table.columns]
    async with tx.stream(select(*columns)) as rows:
        async for batch in rows.mappings().partitions(BATCH):
            yield [dict(row) for row in batch]


def _insert(tx: AsyncConnection, table: Table) -> Any:
    """JSON goes over as it is written: read and written again, no value and the value null would be one."""
    is_sqlite = tx.dialect.name == "sqlite"
    given = {
        column.name: (_as_json(column.name, is_sqlite=is_sqlite) if _is_json(column) else bindparam(column.name))
        for column in table.columns
    }
    return insert(table).values(given)


def _as_json(name: str, *, is_sqlite: bool) -> Any:
    written = bindparam(name, type_=Text())
    return written if is_sqlite else cast(written, JSON)


def _is_json(column: Column[Any]) -> bool:
    return isinstance(column.type, JSON)


async def _switch_off_triggers(tx: AsyncConnection) -> list[str]:
    """The statements that switch them on again: what they write stands in the rows already."""
    if tx.dialect.name == "sqlite":
        found = (await tx.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))).all()
        for name, _ in found:
            await tx.execute(text(f'DROP TRIGGER "{name}"'))
        return [sql for _, sql in found]
    watched = (
        "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
        " AND tgrelid IN (SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace)"
    )
    names = list((await tx.execute(text(watched))).scalars())
    for name in names:
        await tx.execute(text(f"ALTER TABLE {name} DISABLE TRIGGER USER"))
    return [f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in names]


async def _set_counters(tx: AsyncConnection) -> None:
    """PostgreSQL's own go on from where the rows end; SQLite's do so by themselves."""
    if tx.dialect.name == "sqlite":
        return
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None or column.autoincrement is not True:
            continue
        highest = f"(SELECT COALESCE(MAX({column.name}), 0) + 1 FROM {table.name})"  # noqa: S608 -- names of ours
        sequence = f"pg_get_serial_sequence('{table.name}', '{column.name}')"
        await tx.execute(text(f"SELECT setval({sequence}, {highest}, false)"))
