"""Statements that SQLite and PostgreSQL both have and SQLAlchemy's core spells apart."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


def insert_into(tx: AsyncConnection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """An INSERT that knows ON CONFLICT, in the connection's dialect."""
    return sqlite.insert(table) if tx.dialect.name == "sqlite" else postgresql.insert(table)


async def insert_new(tx: AsyncConnection, table: Table, values: Mapping[str, Any]) -> bool:
    """Whether the row is new; a row that meets any unique key of the table is left as it is."""
    keys = table.primary_key.columns
    statement = insert_into(tx, table).values(**values).on_conflict_do_nothing().returning(*keys)
    return (await tx.execute(statement)).first() is not None  # PostgreSQL's driver gives no count of rows here


async def insert_rows(tx: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Those of the rows that are new; none at all is no error."""
    if rows:
        await tx.execute(insert_into(tx, table).on_conflict_do_nothing(), [dict(row) for row in rows])
