"""The database's revision: what it is, and moving it up or down. Migrations are found through the imported package."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

import migrations
from bot.errors import MentorError
from bot.storage.engine import Database

LOCK = 7_236_551  # any number of our own; held only inside one transaction, so a pooler cannot strand it


class DatabaseNewer(MentorError):
    """The database was made by a newer Mentor. Run that version, or restore a backup."""


class DatabaseOlder(MentorError):
    """The database is older than this Mentor. Run `mentor db upgrade`."""


class DatabaseAway(MentorError):
    """The database does not answer."""


class RevisionUnknown(MentorError):
    """There is no such revision."""


async def current(database: Database) -> str | None:
    """The database's revision; None for an empty one. Raises DatabaseAway."""
    async with _told_apart(), database.read() as connection:
        return await connection.run_sync(_current)


def head() -> str:
    """The revision this program needs."""
    revision = _scripts().get_current_head()
    assert revision is not None
    return revision


async def upgrade(database: Database) -> None:
    """To this program's revision, in one transaction: the old one or the new one, never between.

    Raises DatabaseNewer or DatabaseAway.
    """
    if await _known(database) != head():
        await _run(database, lambda config: command.upgrade(config, "head"))


async def downgrade(database: Database, revision: str) -> None:
    """To `revision`; "base" empties the database. Raises RevisionUnknown or DatabaseAway."""
    await _run(database, lambda config: command.downgrade(config, revision))


async def check_not_newer(database: Database) -> None:
    """Raises DatabaseNewer when the revision is not one that this program knows."""
    await _known(database)


async def check_current(database: Database) -> None:
    """Raises DatabaseNewer or DatabaseOlder unless the database is at this program's revision."""
    if await _known(database) != head():
        raise DatabaseOlder


async def _known(database: Database) -> str | None:
    """The database's revision, which is one of this program's, or None. Raises DatabaseNewer or DatabaseAway."""
    revision = await current(database)
    if revision is not None and revision not in {script.revision for script in _scripts().walk_revisions()}:
        raise DatabaseNewer
    return revision


@cache  # read once: loading the migrations takes 20 ms, and readiness asks every few seconds
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    return config


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


async def _run(database: Database, move: Callable[[Config], None]) -> None:
    def migrate(connection: Connection) -> None:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        config = _config()
        config.attributes["connection"] = connection
        move(config)

    async with _told_apart(), database.migrate() as connection:
        await connection.run_sync(migrate)


@asynccontextmanager
async def _told_apart() -> AsyncIterator[None]:
    """What an operator can mend becomes an error of ours, in one line."""
    try:
        yield
    except CommandError as error:
        known = sorted(script.revision for script in _scripts().walk_revisions())
        raise RevisionUnknown(f"{error}. Write base, or one of {known[0]} to {known[-1]}") from error
    except OperationalError as error:
        reason = str(error.orig).partition("\n")[0]
        raise DatabaseAway(f"The database does not answer: {reason}; check MENTOR_DATABASE_URL") from error
