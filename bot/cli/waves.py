"""`mentor pulse status`: how the waves of surveys stand that are under way."""

import argparse
import asyncio
import json
from typing import TYPE_CHECKING

from bot.cli.arguments import Commands, add_command, add_json
from bot.config import read_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.surveys.status import WaveStatus


def add_to(kinds: Commands) -> None:
    add_json(add_command(kinds, "status", _status, "waves under way: who was asked, waits or was skipped, in numbers"))


def _status(options: argparse.Namespace) -> int:
    from bot.surveys.status import in_words

    found = asyncio.run(_read())
    print(json.dumps([each.to_json() for each in found]) if options.json else in_words(found))
    return 0


async def _read() -> "Sequence[WaveStatus]":
    from bot.storage import migrate
    from bot.storage.engine import Database
    from bot.surveys.status import status

    database = Database(read_settings().database_url)
    try:
        await migrate.check_current(database)
        return await status(database)
    finally:
        await database.close()
