"""`mentor pulse`: what surveys would ask, of whom and when."""

import argparse
import asyncio
import json
from zoneinfo import ZoneInfo

from bot.cli import results, waves
from bot.cli.arguments import Commands, add_command, add_handbook_and_json
from bot.cli.handbook import read_own_handbook
from bot.config import read_settings


def add(commands: Commands) -> None:
    pulse = commands.add_parser("pulse", help="surveys: what they ask, and what came of them")
    kinds = pulse.add_subparsers(required=True, metavar="COMMAND")
    preview = add_command(kinds, "preview", _preview, "what surveys ask, of whom and when; asks nobody")
    preview.add_argument("--survey", metavar="ID", help="only this one")
    add_handbook_and_json(preview)
    results.add_to(kinds)
    waves.add_to(kinds)


def _preview(options: argparse.Namespace) -> int:
    from bot.surveys.preview import previews

    handbook = asyncio.run(read_own_handbook(options.handbook))
    today = read_settings().clock.now().astimezone(ZoneInfo(handbook.channels.timezone)).date()
    found = previews(handbook, survey_id=options.survey, today=today)
    if options.json:
        print(json.dumps([each.to_json() for each in found], ensure_ascii=False))
    elif found:
        print("\n\n\n".join("\n".join(each.in_words()) for each in found))
    return 0
