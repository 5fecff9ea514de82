"""Databases for tests: a PostgreSQL database of one's own on a server that is there, and copies of one made once."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, create_engine, make_url, text

# Nothing the tests do ends the server itself, so that its disk need not be waited for.
CARELESS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


@contextmanager
def new_postgresql(server_url: str, *, template: str = "template1") -> Iterator[str]:
    """The address of a database that is the template's copy; gone afterwards whoever is still connected."""
    name = f"test_{uuid.uuid4().hex}"
    with _administration(server_url) as admin:
        admin.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield make_url(server_url).set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)
    with _administration(server_url) as admin:
        admin.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def be_careless(server_url: str) -> None:
    """The server loses what it wrote last when its machine stops, and is three times as fast."""
    with _administration(server_url) as admin:
        for setting, value in CARELESS.items():
            admin.execute(text(f"ALTER SYSTEM SET {setting} = {value}"))
        admin.execute(text("SELECT pg_reload_conf()"))


@contextmanager
def _administration(server_url: str) -> Iterator[Connection]:
    engine = create_engine(make_url(server_url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()
