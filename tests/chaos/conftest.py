"""Logs that are kept and not printed, and databases by the dozen."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from structlog.testing import capture_logs
from structlog.typing import EventDict

NewDatabase = Callable[[], str]


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[EventDict]]:
    """What the bot in this process logged. Printing thousands of tracebacks would cost more than the runs."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture
def new_database(database_url: str, tmp_path: Path) -> Iterator[NewDatabase]:
    """Gives the address of a migrated, empty database at each call."""
    made: list[str] = []
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":

        def copy() -> str:
            made.append(str(tmp_path / f"copy{len(made)}.db"))
            shutil.copy(url.database or "", made[-1])
            return f"sqlite+aiosqlite:///{made[-1]}"

        yield copy
        return
    admin = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")

    def create() -> str:
        made.append(f"{url.database}_{len(made)}")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {made[-1]} TEMPLATE {url.database}"))
        return url.set(database=made[-1]).render_as_string(hide_password=False)

    yield create
    with admin.connect() as connection:
        for name in made:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()
