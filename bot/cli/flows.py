"""`mentor flow`: a team's way to production on a terminal, or as an SVG file; what all flows wait in all."""

import argparse
import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.cli.arguments import Commands, add_command, add_handbook_and_json
from bot.cli.handbook import read_own_handbook
from bot.cli.terminal import complain
from bot.config import read_settings
from bot.errors import SettingsInvalid

if TYPE_CHECKING:
    from knowledge.flows import Flow
    from knowledge.loader import Handbook


def add(commands: Commands) -> None:
    flow = add_command(commands, "flow", _flow, "a team's way to production; without a team what all flows wait for")
    flow.add_argument("team", nargs="?", metavar="TEAM", help="as the handbook's people.yaml calls it")
    flow.add_argument("--svg", type=Path, metavar="FILE", help="draw it into this file")
    add_handbook_and_json(flow)


def _flow(options: argparse.Namespace) -> int:
    handbook = asyncio.run(read_own_handbook(options.handbook))
    if options.team is None:
        if options.svg is not None:
            raise SettingsInvalid(["--svg: name the team whose flow is to be drawn"])
        return _tell_waits(handbook, as_json=options.json)
    if options.json:
        raise SettingsInvalid(["--json: it tells what all flows wait for; leave the team out"])
    flow = _named(handbook, options.team)
    return _draw(flow, options.svg) if options.svg is not None else _tell(flow, handbook)


def _named(handbook: "Handbook", team: str) -> "Flow":
    found = handbook.flow(team)
    if found is None:
        known = ", ".join(each.team for each in handbook.flows) or "none; write flows/TEAM.yaml"
        raise SettingsInvalid([f"there is no flow of a team {team[:60]!r} in the handbook; there are: {known}"])
    return found


def _draw(flow: "Flow", file: Path) -> int:
    from bot.discovery.drawing import drawn

    file.write_text(drawn(flow), encoding="utf-8")
    complain([f"written to {file}"])
    return 0


def _tell(flow: "Flow", handbook: "Handbook") -> int:
    from bot.discovery.flow_blocks import lines

    today = read_settings().clock.now().astimezone(ZoneInfo(handbook.channels.timezone)).date()
    print("\n".join(lines(flow, today=today)))
    return 0


def _tell_waits(handbook: "Handbook", *, as_json: bool) -> int:
    from bot.discovery.rules import flow_facts, flow_lines

    facts = flow_facts(handbook.flows)
    print(json.dumps(facts.to_json()) if as_json else "\n".join(flow_lines(facts)))
    return 0
