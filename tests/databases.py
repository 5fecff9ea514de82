"""Databases for tests: PostgreSQL databases of one's own on a server that is there, made anew or lent."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import URL, ColumnElement, literal_column, make_url

from bot.storage.engine import Database
from bot.storage.schema import outbox

# Nothing the tests do ends the server itself, so that its disk need not be waited for; nor does a database live long.
CARELESS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off"}

# Whoever is still connected, as a bot that was killed, writes nothing more. Who has just left is gone in a millisecond;
# PostgreSQL's own waiting for that would look only every 100 ms.
ALONE = """
DO $$
BEGIN
    FOR attempt IN 1..10000 LOOP
        PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend';
        IF NOT FOUND THEN
            RETURN;
        END IF;
        PERFORM pg_sleep(0.001), pg_stat_clear_snapshot();
    END LOOP;
    RAISE 'somebody stays connected';
END $$
"""
# What was never written to stays: a file costs as much to make as hundreds of rows.
EMPTY = """
DO $$
DECLARE written text;
BEGIN
    SELECT string_agg(oid::regclass::text, ', ') INTO written FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
    AND pg_relation_size(oid) > 0;
    IF written IS NOT NULL THEN
        EXECUTE 'TRUNCATE ' || written || ' CASCADE';
    END IF;
    PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence WHERE pg_sequence_last_value(seqrelid) IS NOT NULL;
END $$
"""
# The revision, and every table, sequence, index, column, default, constraint, trigger and function: whatever was made
# again has another number. 16384 is the first that is not PostgreSQL's own.
SHAPE = """
SELECT md5(string_agg(part::text, ' ' ORDER BY part::text)) FROM (
    SELECT ('revision', version_num) AS part FROM alembic_version
    UNION ALL SELECT ('relation', oid, relname, relnamespace, relkind, relowner, relrowsecurity)
        FROM pg_class WHERE oid >= 16384 AND relkind <> 't' AND relnamespace <> 'pg_toast'::regnamespace
    UNION ALL SELECT ('column', attrelid, attnum, attname, atttypid, atttypmod, attnotnull, atthasdef, attisdropped)
        FROM pg_attribute WHERE attrelid >= 16384
    UNION ALL SELECT ('default', oid) FROM pg_attrdef
    UNION ALL SELECT ('constraint', oid, conname) FROM pg_constraint WHERE oid >= 16384
    UNION ALL SELECT ('index', indexrelid, indisvalid) FROM pg_index WHERE indexrelid >= 16384
    UNION ALL SELECT ('trigger', oid, tgenabled) FROM pg_trigger
    UNION ALL SELECT ('function', oid, proname) FROM pg_proc WHERE oid >= 16384
    UNION ALL SELECT ('namespace', oid, nspname) FROM pg_namespace WHERE oid >= 16384
    UNION ALL SELECT ('setting', setrole) FROM pg_db_role_setting WHERE setdatabase <> 0
) AS parts
"""


@contextmanager
def new_postgresql(server_url: str, *, template: str = "template1") -> Iterator[str]:
    """The address of a database that is the template's copy; gone afterwards whoever is still connected."""
    server = make_url(server_url)
    name = _make(server, template)
    yield _address(server, name)
    _drop(server, name)


class Lender:
    """Copies of a database that holds its schema and no rows, each lent to one test at a time.

    One that is given back is emptied and lent again, since that costs a fifth of a new one. Where a test changed more
    than rows it is dropped instead.
    """

    def __init__(self, server_url: str | URL, template: str) -> None:
        self.server = make_url(server_url)
        self.template = template
        self._free: list[tuple[str, str]] = []  # name, shape

    @contextmanager
    def lent(self) -> Iterator[str]:
        """The address of an empty database at this program's revision."""
        name, shape = self._free.pop() if self._free else self._new()
        yield _address(self.server, name)
        if self._emptied(name) == shape:
            self._free.append((name, shape))
        else:
            _drop(self.server, name)

    def close(self) -> None:
        for name, _ in self._free:
            _drop(self.server, name)

    def _new(self) -> tuple[str, str]:
        name = _make(self.server, self.template)
        shape = self._emptied(name)
        assert shape, f"{self.template} has no revision"
        return name, shape

    def _emptied(self, name: str) -> str:
        """Its shape once no row is left; "" where it has none any more, or is gone."""
        with suppress(psycopg.Error), _connection(self.server, name) as connection:
            connection.execute(ALONE)
            connection.execute(EMPTY)
            row = connection.execute(SHAPE).fetchone()
            return str(row[0]) if row else ""
        return ""


def be_careless(server_url: str) -> None:
    """The server loses what it wrote last when its machine stops, and is three times as fast."""
    with _connection(make_url(server_url)) as connection:
        for setting, value in CARELESS.items():
            connection.execute(SQL("ALTER SYSTEM SET {} = {}").format(Identifier(setting), value))
        connection.execute("SELECT pg_reload_conf()")


def _make(server: URL, template: str) -> str:
    name = f"test_{uuid.uuid4().hex}"
    with _connection(server) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template)))
    return name


def _drop(server: URL, name: str) -> None:
    with _connection(server) as connection:
        connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


def _address(server: URL, name: str) -> str:
    return server.set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)


@contextmanager
def _connection(server: URL, name: str = "") -> Iterator[psycopg.Connection]:
    """On the server's own database, or on the one of that name."""
    url = server.set(drivername="postgresql", database=name or server.database)
    connection = psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)
    try:
        yield connection
    finally:
        connection.close()


def as_put_in(database: Database) -> list[ColumnElement[Any]]:
    """The order of messages of one moment, too, as long as they are changed by one statement alone."""
    return [outbox.c.created_at, literal_column("outbox.rowid" if database.is_sqlite else "outbox.ctid")]
