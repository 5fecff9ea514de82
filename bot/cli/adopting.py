"""`mentor adoption`: whether teams choose what the platform offers; and uses of it from a file."""

import argparse
import asyncio
import csv
import json
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.cli.arguments import Commands, add_command, add_json
from bot.cli.handbook import read_own_handbook
from bot.cli.terminal import complain
from bot.config import read_settings
from bot.errors import SettingsInvalid

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.actions.figures import ActionFacts
    from bot.adoption.totals import AdoptionFacts
    from bot.adoption.use_events import FileRead
    from bot.adoption.uses import Taken
    from bot.model import Window
    from bot.storage.engine import Database
    from knowledge.loader import Handbook


def add(commands: Commands) -> None:
    adoption = add_command(commands, "adoption", _adoption, "who chooses what the platform offers: the figures")
    adoption.add_argument("--since", metavar="D", default="12w", help="a day, or so long ago: 2026-11-02, 30d, 4w")
    adoption.add_argument("--until", metavar="D", help="likewise; that day is not in it (default: now)")
    form = adoption.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="only JSON on standard output")
    form.add_argument("--csv", action="store_true", help="a figure a line, as CSV on standard output")
    kinds = adoption.add_subparsers(metavar="COMMAND")
    imports = add_command(kinds, "import", _import, "record who used what, from a CSV file: all of it or nothing")
    imports.add_argument("file", type=Path, metavar="FILE.csv", help="columns capability, team, day, event, person")
    add_json(imports)


def _adoption(options: argparse.Namespace) -> int:
    from bot.actions.figures import lines as action_lines
    from bot.adoption.figure_lines import lines
    from bot.adoption.totals import csv_rows

    facts, actions = asyncio.run(_facts(options.since, options.until))
    if options.json:
        print(json.dumps(facts.to_json() | {"self_service": actions.to_json()}, ensure_ascii=False))
    elif options.csv:
        csv.writer(sys.stdout).writerows(csv_rows(facts))
    else:
        print("\n".join([*lines(facts), *action_lines(actions)]))
    return 0


async def _facts(since: str, until: str | None) -> "tuple[AdoptionFacts, ActionFacts]":
    from bot.actions.facts import ActionFactsService
    from bot.adoption.contributions import places_of
    from bot.adoption.facts import AdoptionFactsService
    from bot.app import handbook_place
    from bot.surveys.results import SurveyFactsService

    settings, handbook = read_settings(), await read_own_handbook(None)
    window, own = _window(since, until, handbook), handbook_place(settings)
    today = settings.clock.now().astimezone(ZoneInfo(handbook.channels.timezone)).date()
    async with _database() as database:
        facts = AdoptionFactsService(
            database,
            handbook=lambda: handbook,
            places=lambda: places_of(handbook, own),
            pulses=SurveyFactsService(database).facts,
            today=lambda: today,
        )
        return await facts.facts(window), await ActionFactsService(database, handbook=lambda: handbook).facts(window)


def _window(since: str, until: str | None, handbook: "Handbook") -> "Window":
    from bot.peers.window import WindowInvalid, between

    try:
        return between(since, until, now=read_settings().clock.now(), timezone=handbook.channels.timezone)
    except WindowInvalid as error:
        raise SettingsInvalid([str(error)]) from error


def _import(options: argparse.Namespace) -> int:
    """1 when anything in the file is wrong: then nothing of it is taken."""
    from bot.statistics import counted

    read, taken = asyncio.run(_imported(options.file))
    complain(read.errors)
    if taken is None:
        return 1
    known = taken.lines - taken.new
    said = f"{counted(taken.lines, 'use')}: {taken.new} new, {known} known before."
    print(json.dumps(taken.to_json()) if options.json else said)
    return 0


async def _imported(path: Path) -> "tuple[FileRead, Taken | None]":
    from bot.adoption.use_events import read_file
    from bot.adoption.uses import take_file
    from bot.app import new_id

    settings, handbook = read_settings(), await read_own_handbook(None)
    today = settings.clock.now().astimezone(ZoneInfo(handbook.channels.timezone)).date()
    with path.open(encoding="utf-8-sig", newline="") as lines:
        read = read_file(lines, handbook, name=str(path), today=today)
    if read.errors:
        return read, None
    async with _database() as database:
        return read, await take_file(database, read.uses, clock=settings.clock, new_id=new_id)


@asynccontextmanager
async def _database() -> "AsyncIterator[Database]":
    from bot.storage import migrate
    from bot.storage.engine import Database

    database = Database(read_settings().database_url)
    try:
        await migrate.check_current(database)
        yield database
    finally:
        await database.close()
