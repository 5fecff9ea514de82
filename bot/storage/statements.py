"""Statements that SQLite and PostgreSQL both have and SQLAlchemy's core spells apart.

Pages of a thousand rows go over as one value in JSON, which the database takes apart: a value for each column of each
row takes the program ten times as long, and PostgreSQL's triggers would fire for each row.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    String,
    Table,
    and_,
    bindparam,
    column,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningInsert

FEW = 50  # values that are handed over one by one


def insert_into(tx: AsyncConnection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """An INSERT that knows ON CONFLICT, in the connection's dialect."""
    return sqlite.insert(table) if tx.dialect.name == "sqlite" else postgresql.insert(table)


def one_of(what: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """Whether it is among the few values given under the name.

    Of statements that are made once: of those that every event needs, making takes five times as long as running.
    """
    return what.in_(bindparam(name, expanding=True))


@cache
def insert_given(is_sqlite: bool, table: Table, names: tuple[str, ...]) -> "sqlite.Insert | postgresql.Insert":
    """As `insert_all`, made once; run with `given` rows."""
    rows = bindparam("given", type_=String)
    insert = sqlite.insert(table) if is_sqlite else postgresql.insert(table)
    return insert.from_select(list(names), _taken_apart(table, names, rows, is_sqlite=is_sqlite))


def given(tx: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The rows for a statement of `insert_given`."""
    return {"given": _written(rows, is_sqlite=tx.dialect.name == "sqlite")}


def insert_all(
    tx: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> "sqlite.Insert | postgresql.Insert":
    """An INSERT of these rows, of which there is one at least, that knows ON CONFLICT; all have the same columns.

    Of columns that hold texts, numbers, truths and moments.
    """
    names, is_sqlite = list(rows[0]), tx.dialect.name == "sqlite"
    written = bindparam("given", _written(rows, is_sqlite=is_sqlite), String, unique=True)
    return insert_into(tx, table).from_select(names, _taken_apart(table, names, written, is_sqlite=is_sqlite))


def _taken_apart(table: Table, names: Sequence[str], given: BindParameter[str], *, is_sqlite: bool) -> Select[Any]:
    if is_sqlite:
        each = func.json_each(given).table_valued("value")
        columns = [func.json_extract(each.c.value, literal_column(f"'$.{name}'")) for name in names]
        return select(*columns).where(true())  # else ON CONFLICT would be read as part of the FROM
    typed = [column(name, table.c[name].type) for name in names]
    each = func.json_to_recordset(given.op("::")(literal_column("json"))).table_valued(*typed)
    return select(*each.render_derived(with_types=True).c)


def _written(rows: Sequence[Any], *, is_sqlite: bool) -> str:
    moment = _in_sqlite if is_sqlite else _in_postgresql
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"), default=moment)


def _in_postgresql(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(" ", "microseconds")


def _in_sqlite(value: datetime) -> str:
    """A moment as the database itself writes it."""
    return _in_postgresql(value).removesuffix("+00:00")


def spelled(table: Table, row: Mapping[str, Any]) -> tuple[str, Sequence[Any]]:
    """`insert_new` in SQLite's own words: the statement and its values. Of texts, numbers and moments."""
    values = [_in_sqlite(value) if isinstance(value, datetime) else value for value in row.values()]
    return _spelled(table, tuple(row)), values


@cache
def _spelled(table: Table, names: tuple[str, ...]) -> str:
    marks = ", ".join("?" for _ in names)
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608  # ours


def is_among(tx: AsyncConnection, what: ColumnElement[str], values: Collection[str]) -> ColumnElement[bool]:
    """Whether it is one of the values, of which there may be thousands."""
    if len(values) <= FEW:
        return what.in_(list(values))
    given = bindparam("given", json.dumps(list(values), ensure_ascii=False), String, unique=True)
    if tx.dialect.name == "sqlite":
        return what.in_(select(func.json_each(given).table_valued("value").c.value))
    each = func.json_array_elements_text(given.op("::")(literal_column("json"))).table_valued("value")
    return what.in_(select(each.c.value))


def is_at(tx: AsyncConnection, what: ColumnElement[str], times: Collection[str]) -> ColumnElement[bool]:
    """The same of a ts: of many the whole span is read, where PostgreSQL would read a whole channel."""
    among = is_among(tx, what, times)
    return among if len(times) <= FEW else and_(what.between(min(times), max(times)), among)


def bare(what: ColumnElement[str]) -> ColumnElement[str]:
    """The same, by no index: SQLite would read a whole channel by that of ts, and not the talk by its own."""
    return what.concat("")


async def note_sizes(tx: AsyncConnection, *tables: Table) -> None:
    """Has PostgreSQL look at how much these hold by now, by which it plans; of itself it looks once a minute.

    What it planned for a table that was nearly empty it goes by until it looks: each row of a page would then be held
    against all rows there are, to see that what it names stands. SQLite plans without.
    """
    if tx.dialect.name == "postgresql":
        await tx.exec_driver_sql(f"ANALYZE {', '.join(each.name for each in tables)}")


async def insert_new(tx: AsyncConnection, table: Table, values: Mapping[str, Any]) -> bool:
    """Whether the row is new; a row that meets any unique key of the table is left as it is."""
    found = await tx.execute(_insert_new(tx.dialect.name == "sqlite", table), dict(values))
    return found.first() is not None  # PostgreSQL's driver gives no count of rows here


@cache
def _insert_new(is_sqlite: bool, table: Table) -> ReturningInsert[*tuple[Any, ...]]:
    insert = sqlite.insert(table) if is_sqlite else postgresql.insert(table)
    return insert.on_conflict_do_nothing().returning(*table.primary_key.columns)


async def insert_rows(tx: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Those of the rows that are new; none at all is no error."""
    if rows:
        await tx.execute(insert_into(tx, table).on_conflict_do_nothing(), [dict(row) for row in rows])
