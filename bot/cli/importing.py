"""`mentor import`."""

import argparse
import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.arguments import Commands, add_command, add_json
from bot.cli.handbook import read_handbook
from bot.cli.terminal import complain, end_progress, progress_bar
from bot.config import read_settings

if TYPE_CHECKING:
    from bot.peers.importing import Imported
    from bot.peers.team_file import NamedTeam

INTERRUPTED = "interrupted; what was read so far is kept, and the same command goes on"


def add(commands: Commands) -> None:
    imports = add_command(commands, "import", _import, "import a Slack export, as if it had been said live")
    imports.add_argument("export", type=Path, metavar="FOLDER_OR_ZIP", help="the export as Slack gave it, or unpacked")
    team_help = "who the platform team is: people.yaml, a list, or a user id a line (default: the handbook's members)"
    imports.add_argument("--team-file", type=Path, metavar="F", help=team_help)
    add_json(imports)


def _import(options: argparse.Namespace) -> int:
    """1 when nothing could be read."""
    from bot.peers.importing import in_words

    try:
        done, team = asyncio.run(_imported(options.export, options.team_file))
    except KeyboardInterrupt:
        end_progress()
        complain([INTERRUPTED])
        raise
    end_progress()
    if options.json:
        print(
            json.dumps(
                done.to_json() | {"team": {"source": team.source, "people": len(team.user_ids)}}, ensure_ascii=False
            )
        )
    else:
        print(f"{in_words(done)}\n{team.in_words()}")
    if done.is_failed:
        complain([f"{options.export}: no message could be read; see what is wrong with its files"])
    return int(done.is_failed)


async def _imported(path: Path, team_file: Path | None) -> "tuple[Imported, NamedTeam]":
    from bot.app import new_id
    from bot.peers.export import open_export
    from bot.peers.facts import FactsService
    from bot.peers.importing import Importer
    from bot.peers.team_file import named_team
    from bot.storage import migrate
    from bot.storage.engine import Database

    settings, handbook = read_settings(), await read_handbook(None)
    team = named_team(team_file, handbook.people)
    with open_export(path) as export:
        database = Database(settings.database_url)
        try:
            await migrate.upgrade(database)
            importer = Importer(
                database,
                export,
                channels=handbook.channels,
                clock=settings.clock,
                new_id=new_id,
                progress=progress_bar,
            )
            done = await importer.run()
            await importer.name_team(team)
            progress_bar(done.files, done.files, "What became of each question is written down")
            facts = FactsService(database, channels=lambda: handbook.channels, clock=settings.clock)
            await facts.keep_up()
            return done, team
        finally:
            await database.close()
