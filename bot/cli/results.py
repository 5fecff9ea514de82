"""`mentor pulse results`: what closed surveys found, as far as it may be shown."""

import argparse
import asyncio
import csv
import json
import sys
from typing import TYPE_CHECKING

from bot.cli.arguments import Commands, add_command
from bot.cli.handbook import read_channels
from bot.config import read_settings

if TYPE_CHECKING:
    from bot.surveys.result_rules import SurveyFacts

NOT_THAT = 'No wave of a survey "{survey}" has closed yet. `mentor pulse results` shows all that have.'


def add_to(kinds: Commands) -> None:
    """The command below `mentor pulse`."""
    results = add_command(kinds, "results", _results, "what closed surveys found, as far as it may be shown")
    results.add_argument("--survey", metavar="ID", help="only this one")
    form = results.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="only JSON on standard output")
    form.add_argument("--csv", action="store_true", help="a figure a line, as CSV on standard output")


def _results(options: argparse.Namespace) -> int:
    from bot.blockkit import plain
    from bot.surveys.result_blocks import NONE, theme_line, wave_lines
    from bot.surveys.result_rules import csv_rows

    facts, timezone = asyncio.run(_read(options.survey))
    if options.json:
        print(json.dumps(facts.to_json(), ensure_ascii=False))
    elif options.csv:
        csv.writer(sys.stdout).writerows(csv_rows(facts.waves))
    elif not facts.waves:
        print(NOT_THAT.format(survey=options.survey) if options.survey else NONE)
    else:
        lines = [line for wave in facts.waves for line in (*wave_lines(wave, timezone=timezone), "")]
        print(plain("\n".join([*lines, *map(theme_line, facts.themes)]).replace("*", "")))
    return 0


async def _read(survey: str | None) -> "tuple[SurveyFacts, str]":
    from bot.storage import migrate
    from bot.storage.engine import Database
    from bot.surveys.results import SurveyFactsService

    channels = await read_channels()
    database = Database(read_settings().database_url)
    try:
        await migrate.check_current(database)
        return await SurveyFactsService(database).facts(survey=survey), channels.timezone
    finally:
        await database.close()
