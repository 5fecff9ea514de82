"""`mentor friction`: what people find hard, by stage and theme, with what was done; stories and thanks in figures."""

import argparse
import asyncio
import json
from typing import TYPE_CHECKING

from bot.cli.arguments import Commands, add_command, add_json
from bot.cli.handbook import read_channels
from bot.config import read_settings
from bot.errors import SettingsInvalid

if TYPE_CHECKING:
    from bot.listening.figures import ListeningFacts


def add(commands: Commands) -> None:
    friction = add_command(commands, "friction", _friction, "what people find hard, by stage and theme: the figures")
    friction.add_argument("--since", metavar="D", default="90d", help="a day, or so long ago: 2026-11-02, 30d, 4w")
    friction.add_argument("--until", metavar="D", help="likewise; that day is not in it (default: now)")
    add_json(friction)


def _friction(options: argparse.Namespace) -> int:
    from bot.listening.list_blocks import lines

    facts = asyncio.run(_read(options.since, options.until))
    if options.json:
        print(json.dumps(facts.to_json(), ensure_ascii=False))
    else:
        print("\n".join(lines(facts)).replace("*", ""))
    return 0


async def _read(since: str, until: str | None) -> "ListeningFacts":
    from bot.listening.listing import ListeningFactsService
    from bot.peers.window import WindowInvalid, between
    from bot.storage import migrate
    from bot.storage.engine import Database

    settings, channels = read_settings(), await read_channels()
    try:
        window = between(since, until, now=settings.clock.now(), timezone=channels.timezone)
    except WindowInvalid as error:
        raise SettingsInvalid([str(error)]) from error
    database = Database(settings.database_url)
    try:
        await migrate.check_current(database)
        return await ListeningFactsService(database).facts(window)
    finally:
        await database.close()
