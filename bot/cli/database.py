"""`mentor db`: migrations, backups."""

import argparse
import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from bot.cli.arguments import Commands, add_command
from bot.config import Settings, read_settings
from bot.statistics import counted


def add(commands: Commands) -> None:
    database = commands.add_parser("db", help="migrations and backups").add_subparsers(required=True, metavar="COMMAND")
    add_command(database, "upgrade", _db_upgrade, "to this program's revision")
    downgrade = add_command(database, "downgrade", _db_downgrade, 'to an older revision ("base" empties it)')
    downgrade.add_argument("revision", metavar="REV")
    add_command(database, "current", _db_current, "the database's revision")
    backup = add_command(database, "backup", _db_backup, "a checked copy in one file; the bot may run meanwhile")
    restore = add_command(database, "restore", _db_restore, "a database from such a copy, into an empty one")
    for command in (backup, restore):
        command.add_argument("file", metavar="FILE", type=Path)


def _db_upgrade(_options: argparse.Namespace) -> int:
    from bot.storage import migrate

    return _on_database(migrate.upgrade)


def _db_downgrade(options: argparse.Namespace) -> int:
    from bot.storage import migrate

    return _on_database(lambda database: migrate.downgrade(database, options.revision))


def _db_current(_options: argparse.Namespace) -> int:
    from bot.storage import migrate

    return _on_database(migrate.current)


def _db_backup(options: argparse.Namespace) -> int:
    from bot.backup import back_up

    copied = asyncio.run(back_up(read_settings(), options.file))
    print(f"{options.file}: {counted(copied.rows, 'row')}, revision {copied.revision}; audit log: {copied.audit}")
    return 0 if copied.holds else 1


def _db_restore(options: argparse.Namespace) -> int:
    """1 where the log of decisions does not hold: the rows are there all the same, to be looked into."""
    from bot.backup import restore

    copied = asyncio.run(restore(read_settings(), options.file))
    assert copied.restored is not None
    print(f"Restored: {counted(copied.rows, 'row')}, revision {copied.revision}; audit log: {copied.audit}")
    print(
        f"Taken {copied.restored.taken_at:%Y-%m-%d %H:%M} UTC. What was done since then is not known: approvals that "
        "were open lapse, what was due is passed over, and for a day each message is looked for before it is sent. "
        "Whoever was erased since, or asked to be left out, must be again: see docs/runbooks.md."
    )
    return 0 if copied.holds else 1


def _on_database(act: Callable[[Any], Coroutine[Any, Any, str | None]]) -> int:
    from bot.storage import migrate
    from bot.storage.engine import Database

    settings: Settings = read_settings()

    async def unit() -> str | None:
        database = Database(settings.database_url)
        try:
            return await act(database) or await migrate.current(database)
        finally:
            await database.close()

    print(asyncio.run(unit()) or "empty")
    return 0
