"""`mentor health --signs`: whether the platform team slips into operations, for itself alone."""

import argparse
import asyncio
import json
from typing import TYPE_CHECKING

from bot.cli.handbook import read_own_handbook
from bot.config import read_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.signs.rules import Sign


def add_signs(health: argparse.ArgumentParser) -> None:
    said = "instead the signs of slipping into operations, of the last 12 weeks: for the platform team alone"
    health.add_argument("--signs", action="store_true", help=said)


def tell_signs(*, as_json: bool) -> int:
    from bot.signs.blocks import lines

    found = asyncio.run(_read())
    print(json.dumps([each.to_json() for each in found], ensure_ascii=False) if as_json else "\n".join(lines(found)))
    return 0


async def _read() -> "Sequence[Sign]":
    from bot.peers.facts import FactsService
    from bot.signs.maker import SignsMaker
    from bot.storage import migrate
    from bot.storage.engine import Database

    settings, handbook = read_settings(), await read_own_handbook(None)
    database = Database(settings.database_url)
    try:
        await migrate.check_current(database)
        facts = FactsService(database, channels=lambda: handbook.channels, clock=settings.clock)
        return await SignsMaker(database, facts, handbook=lambda: handbook, clock=settings.clock).signs()
    finally:
        await database.close()
