"""`mentor db`: migrations."""

import argparse
import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from bot.cli.arguments import Commands, add_command
from bot.config import Settings, read_settings


def add(commands: Commands) -> None:
    database = commands.add_parser("db", help="migrations").add_subparsers(required=True, metavar="COMMAND")
    add_command(database, "upgrade", _db_upgrade, "to this program's revision")
    downgrade = add_command(database, "downgrade", _db_downgrade, 'to an older revision ("base" empties it)')
    downgrade.add_argument("revision", metavar="REV")
    add_command(database, "current", _db_current, "the database's revision")


def _db_upgrade(_options: argparse.Namespace) -> int:
    from bot.storage import migrate

    return _on_database(migrate.upgrade)


def _db_downgrade(options: argparse.Namespace) -> int:
    from bot.storage import migrate

    return _on_database(lambda database: migrate.downgrade(database, options.revision))


def _db_current(_options: argparse.Namespace) -> int:
    from bot.storage import migrate

    return _on_database(migrate.current)


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
