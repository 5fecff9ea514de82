"""Rows for every table there is, at whatever revision: made from the tables themselves, so that a new one has some too.

What a row is found by, or names, is its number, whatever the table: so references hold. The rest is hard on whoever
carries it over: nothing, what is empty, other scripts, quotes, what nests, and the ends of what a column takes.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    func,
    insert,
    select,
)

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
AT_ONCE = 500
FILLED_BY_TRIGGERS = "case_turns"
WORDS = ("", "plain words", 'it\'s "quoted" \\ and; -- more', "früh, 夜, שלום, 🙂", "line\nline\ttab", "%_~", "null")
NESTED: tuple[Any, ...] = ({}, [], [1, {"a": None}], {"früh": ["🙂", ""]}, "text", 0, {"deep": {"er": [[[]]]}})
Content = dict[str, list[tuple[Any, ...]]]


def fill(connection: Connection, rows: int, *, tables: Iterable[Table], seed: int = 1) -> None:
    """So many rows in each of the tables that has none yet."""
    for table in tables:
        if table.name == FILLED_BY_TRIGGERS or connection.scalar(select(func.count()).select_from(table)):
            continue
        chance, keys = Random(f"{seed}:{table.name}"), _keys(table)
        for start in range(0, rows, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, rows))
            given = [{each.name: _value(each, keys, number, chance) for each in table.columns} for number in numbers]
            connection.execute(insert(table), given)


def tables_of(connection: Connection) -> Sequence[Table]:
    """As the database has them now, in an order in which what is named is filled first."""
    found = MetaData()
    found.reflect(connection)
    return [each for each in found.sorted_tables if each.name != "alembic_version"]


def content(connection: Connection, tables: Iterable[Table]) -> Content:
    """Every row as it is written, in the order of its key; what triggers filled is counted only by them."""
    return {
        table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
        for table in tables
        if table.name != FILLED_BY_TRIGGERS
    }


def _keys(table: Table) -> frozenset[str]:
    """Columns by which a row is found, is the only one, or names another."""
    alone = {
        column.name
        for each in table.constraints | table.indexes
        if isinstance(each, UniqueConstraint) or (isinstance(each, Index) and each.unique)
        for column in each.columns
    }
    return frozenset(
        alone | {column.name for column in table.columns if column.primary_key or column.foreign_keys or column.unique}
    )


def _value(column: Column[Any], keys: frozenset[str], number: int, chance: Random) -> Any:
    if column.name not in keys and column.nullable and chance.random() < 0.3:
        return None
    match column.type:
        case String() as kind:
            words = str(number) if column.name in keys else chance.choice(WORDS) * chance.randint(1, 3)
            return words[: kind.length] if kind.length else words
        case Boolean():
            return chance.random() < 0.5
        case Integer():
            return number if column.name in keys else chance.choice((0, -1, number, 2**31 - 1))
        case Float():
            return chance.choice((0.0, -0.5, 1 / 3, 1e-300, 1e300))
        case LargeBinary():
            return bytes(chance.randrange(256) for _ in range(chance.randrange(9)))
        case JSON():
            return chance.choice(NESTED)
        case _:
            return _time(column, keys, number, chance)


def _time(column: Column[Any], keys: frozenset[str], number: int, chance: Random) -> date:
    away = timedelta(days=number) if column.name in keys else timedelta(microseconds=chance.randrange(10**15))
    if isinstance(column.type, Date):
        return date(2026, 1, 1) + timedelta(days=away.days)
    at = NOW - away
    is_bare = type(column.type).__name__ == "DATETIME"  # as SQLite tells of one, which keeps no zone
    assert isinstance(column.type, DateTime) or hasattr(column.type, "impl"), f"no value for {column}"
    return at.replace(tzinfo=None) if is_bare else at
