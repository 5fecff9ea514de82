"""The database's revision: what it is, and moving it up or down. Migrations are found through the imported package."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

import migrations
from bot.errors import MentorError
from bot.storage.engine import Database

LOCK = 7_236_551  # any number of our own; held only inside one transaction, so a pooler cannot strand it


class DatabaseNewer(MentorError):
    """The database was made by a newer Mentor. Run that version, or restore a backup."""


class DatabaseOlder(MentorError):
    """The database is older than this Mentor. Run `mentor db upgrade`."""


async def current(database: Database) -> str | None:
    """The database's revision; None for an empty one."""
    async with database.read() as connection:
        return await connection.run_sync(_current)


def head() -> str:
    """The revision this program needs."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None
    return revision


async def upgrade(database: Database) -> None:
    """To this program's revision, in one transaction: the old one or the new one, never between."""
    await check_not_newer(database)
    await _run(database, lambda config: command.upgrade(config, "head"))


async def downgrade(database: Database, revision: str) -> None:
    """To `revision`; "base" empties the database."""
    await _run(database, lambda config: command.downgrade(config, revision))


async def check_not_newer(database: Database) -> None:
    """Raises DatabaseNewer when the revision is not one that this program knows."""
    revision = await current(database)
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision is not None and revision not in known:
        raise DatabaseNewer


async def check_current(database: Database) -> None:
    """Raises DatabaseNewer or DatabaseOlder unless the database is at this program's revision."""
    await check_not_newer(database)
    if await current(database) != head():
        raise DatabaseOlder


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

    async with database.migrate() as connection:
        await connection.run_sync(migrate)
