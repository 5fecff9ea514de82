"""`mentor actions`: the catalogue, an entry of it, and what one would do."""

import argparse
import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot.cli.arguments import Commands, add_command, add_handbook_and_json
from bot.cli.handbook import read_own_handbook
from bot.config import read_settings
from bot.errors import SettingsInvalid

if TYPE_CHECKING:
    from bot.actions.figures import ActionFacts
    from bot.actions.offline import Preview
    from knowledge.actions import Action
    from knowledge.loader import Handbook


def add(commands: Commands) -> None:
    actions = commands.add_parser("actions", help="the catalogue of what people may do for themselves")
    kinds = actions.add_subparsers(required=True, metavar="COMMAND")
    listed = add_command(kinds, "list", _list, "every action of the handbook")
    show = add_command(kinds, "show", _show, "all that an entry says")
    render = add_command(kinds, "render", _render, "the very change that an action would propose; changes nothing")
    render.add_argument(
        "--input", action=_Once, default={}, type=_input, metavar="NAME=VALUE", help="as typed in its form; for each"
    )
    render.add_argument("--repository", type=Path, metavar="FOLDER", help="a checkout of the repository it changes")
    for command in (show, render):
        command.add_argument("id", metavar="ID")
    figures = add_command(
        kinds, "figures", _figures, "how self-service fares: time until live, pushes, changes by hand"
    )
    figures.add_argument("--since", metavar="D", default="90d", help="a day, or so long ago: 2026-11-02, 30d, 4w")
    for command in (listed, show, render, figures):
        add_handbook_and_json(command)


class _Once(argparse.Action):
    """Gathers values by name, each name once."""

    def __call__(self, parser: argparse.ArgumentParser, found: argparse.Namespace, value: Any, *_: object) -> None:
        name, text = value
        if name in found.input:
            parser.error(f"the input {name} is given twice")
        found.input = {**found.input, name: text}


def _input(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is no NAME=VALUE")
    return name, value


def _list(options: argparse.Namespace) -> int:
    from bot.actions.in_words import approval_in_words

    handbook = asyncio.run(read_own_handbook(options.handbook))
    if options.json:
        print(json.dumps([_entry(each, handbook) for each in handbook.actions], ensure_ascii=False))
        return 0
    width = max((len(each.id) for each in handbook.actions), default=0)
    for each in handbook.actions:
        note = "" if handbook.channels.offers(each) else " (not offered: see `actions` in channels.yaml)"
        print(f"{each.id:{width}}  {each.mode:11}  {each.title}; approval {approval_in_words(each.approval)}{note}")
    return 0


def _show(options: argparse.Namespace) -> int:
    from bot.actions.in_words import described
    from bot.actions.offline import find_action

    handbook = asyncio.run(read_own_handbook(options.handbook))
    action = find_action(handbook, options.id)
    if options.json:
        print(json.dumps(_entry(action, handbook), ensure_ascii=False))
    else:
        print("\n".join(described(action)))
    return 0


def _render(options: argparse.Namespace) -> int:
    from bot.actions.offline import find_action, preview

    handbook = asyncio.run(read_own_handbook(options.handbook))
    today = read_settings().clock.now().astimezone(ZoneInfo(handbook.channels.timezone)).date()
    action = find_action(handbook, options.id)
    found = preview(action, options.input, handbook, folder=options.repository, today=today)
    print(json.dumps(found.to_json(), ensure_ascii=False) if options.json else _in_words(found), end="")
    if options.json:
        print()
    return 0


def _figures(options: argparse.Namespace) -> int:
    from bot.actions.figures import lines

    facts = asyncio.run(_facts(asyncio.run(read_own_handbook(options.handbook)), options.since))
    print(json.dumps(facts.to_json(), ensure_ascii=False) if options.json else "\n".join(lines(facts)))
    return 0


async def _facts(handbook: "Handbook", since: str) -> "ActionFacts":
    """From the database of the settings."""
    from bot.actions.facts import ActionFactsService
    from bot.peers.window import WindowInvalid, between
    from bot.storage import migrate
    from bot.storage.engine import Database

    settings = read_settings()
    try:
        window = between(since, None, now=settings.clock.now(), timezone=handbook.channels.timezone)
    except WindowInvalid as error:
        raise SettingsInvalid([f"--since: {error}"]) from error
    database = Database(settings.database_url)
    try:
        await migrate.check_current(database)
        return await ActionFactsService(database, handbook=lambda: handbook).facts(window)
    finally:
        await database.close()


def _in_words(found: "Preview") -> str:
    if found.call is None:
        return found.diff
    called = f"calls, without Git:\n{json.dumps(found.call, indent=2, ensure_ascii=False)}\n"
    return called + (f"and declares afterwards:\n{found.diff}" if found.files else "")


def _entry(action: "Action", handbook: "Handbook") -> dict[str, Any]:
    """The entry as JSON; times in seconds, and whether the company's limit lets it be run."""
    entry = asdict(action)
    entry["stuck_after_s"] = entry.pop("stuck_after").total_seconds()
    if action.approval is not None:
        span = entry["approval"].pop("expires_after")
        entry["approval"]["expires_after_s"] = None if span is None else span.total_seconds()
    return entry | {"is_offered": handbook.channels.offers(action)}
