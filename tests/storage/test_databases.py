"""What the tests' own PostgreSQL lends: the next test finds nothing of the last one, whatever that did."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import make_url

from tests.databases import Lender

WORK = "INSERT INTO work (kind, key, payload, state, attempts, due_at, created_at)"
SOME = f"{WORK} SELECT 'help', n::text, '{{}}', 'waiting', 0, now(), now() FROM generate_series(1, 3) AS n"


@pytest.fixture
def lender(postgresql_lender: Lender) -> Iterator[Lender]:
    """One that has lent nothing yet, so that it can be told what it lends again."""
    lender = Lender(postgresql_lender.server, postgresql_lender.template)
    yield lender
    lender.close()


def _do(url: str, *statements: str) -> list[tuple[object, ...]]:
    """What the last one gives."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        for statement in statements[:-1]:
            connection.execute(statement.encode())
        return connection.execute(statements[-1].encode()).fetchall()


def test_a_database_lent_again_is_as_new(lender: Lender) -> None:
    with lender.lent() as first:
        ids = _do(first, f"{SOME} RETURNING id")

    with lender.lent() as again:
        assert again == first
        assert _do(again, "SELECT count(*) FROM work") == [(0,)]
        assert _do(again, f"{SOME} RETURNING id") == ids


def test_a_number_that_was_taken_in_vain_is_given_again(lender: Lender) -> None:
    with lender.lent() as first:
        _do(first, "SELECT nextval(pg_get_serial_sequence('work', 'id'))")

    with lender.lent() as again:
        assert (again, _do(again, f"{SOME} RETURNING id")) == (first, [(1,), (2,), (3,)])


def test_whoever_is_still_connected_is_so_no_longer(lender: Lender) -> None:
    with lender.lent() as first:
        plain = make_url(first).set(drivername="postgresql").render_as_string(hide_password=False)
        left_open = psycopg.connect(plain)
        left_open.execute("LOCK TABLE work")

    with lender.lent() as again:
        assert again == first
        with pytest.raises(psycopg.OperationalError):
            left_open.execute("SELECT 1")


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE work RENAME TO away",
        "ALTER TABLE work ADD COLUMN more int",
        "ALTER TABLE work ALTER COLUMN kind DROP NOT NULL",
        "ALTER TABLE work ALTER COLUMN kind SET DEFAULT 'help'",
        "ALTER TABLE work ADD CONSTRAINT few CHECK (attempts < 9)",
        "CREATE TABLE more (id int)",
        "CREATE INDEX more ON work (kind)",
        "CREATE VIEW more AS SELECT 1",
        "CREATE SCHEMA more",
        "CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "DROP TABLE alembic_version",
        "UPDATE alembic_version SET version_num = '9999'",
    ],
)
def test_a_database_with_other_changes_than_of_rows_is_not_lent_again(lender: Lender, change: str) -> None:
    with lender.lent() as first:
        _do(first, change, "SELECT 1")

    with lender.lent() as other:
        assert other != first
        assert _do(other, "SELECT count(*) FROM work") == [(0,)]


def test_a_database_that_a_test_dropped_is_not_lent_again(lender: Lender) -> None:
    with lender.lent() as first:
        name = make_url(first).database
        plain = make_url(lender.server).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name}".encode())

    with lender.lent() as other:
        assert other != first
