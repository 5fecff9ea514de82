"""`mentor check`, `mentor init` and `mentor doctor`: is all well, and how to begin."""

import argparse
import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path

from bot.cli.arguments import Commands, add_command, add_handbook_and_json, add_json
from bot.cli.terminal import complain, log_beside, progress
from bot.config import missing_to_run, read_settings
from bot.errors import SettingsInvalid


def add(commands: Commands) -> None:
    check = add_command(commands, "check", _check, "validate settings, handbook and manifest offline")
    add_handbook_and_json(check)
    check.add_argument("--golden", action="store_true", help="also ask the questions of the handbook's golden.yaml")
    first = add_command(commands, "init", _init, "write a first handbook from a live workspace; overwrites nothing")
    first.add_argument(
        "folder", type=Path, nargs="?", default=Path("handbook"), metavar="DIR", help="default: handbook"
    )
    doctor = add_command(commands, "doctor", _doctor, "what only a live workspace can tell; changes nothing")
    add_json(doctor)


def _check(options: argparse.Namespace) -> int:
    """1 when the handbook, the settings or the manifest have an error; warnings alone pass."""
    from bot.check import check, check_golden, refused

    try:
        settings = read_settings()
        found = asyncio.run(check(settings, handbook=options.handbook, folder=Path.cwd()))
        if options.golden and found.is_ok:
            log_beside()
            tell = {"on_progress": progress, "on_trouble": lambda what: complain([what])}
            found = found.then(asyncio.run(check_golden(settings, handbook=options.handbook, **tell)))
    except SettingsInvalid as invalid:
        found = refused(invalid)
    if options.json:
        problems = [{**asdict(problem), "level": problem.level.value} for problem in found.problems]
        print(json.dumps({"ok": found.is_ok, "problems": problems}))
        return 0 if found.is_ok else 1
    for problem in found.problems:
        print(f"{problem.level}: {problem}", file=sys.stderr)
    print(found.summary)
    return 0 if found.is_ok else 1


def _init(options: argparse.Namespace) -> int:
    from bot import first_handbook
    from knowledge.loader import Broken, load

    settings = read_settings()
    if not settings.slack_bot_token:
        raise SettingsInvalid([missing_to_run(settings)[0]])
    asyncio.run(first_handbook.make(settings, options.folder))
    loaded = load(options.folder)
    problems = (*loaded.problems, *loaded.warnings) if isinstance(loaded, Broken) else loaded.warnings
    for problem in problems:
        print(f"{problem.level}: {problem}", file=sys.stderr)
    print(first_handbook.next_steps(options.folder))
    return 1 if isinstance(loaded, Broken) else 0


def _doctor(options: argparse.Namespace) -> int:
    """1 when there is a problem; warnings alone pass."""
    from bot import doctor
    from bot.findings import Level, is_well, summary

    try:
        found = asyncio.run(doctor.examine(read_settings(), folder=Path.cwd()))
    except SettingsInvalid as invalid:
        found = doctor.refused(invalid)
    if options.json:
        print(json.dumps({"ok": is_well(found), "findings": [asdict(finding) for finding in found]}))
        return 0 if is_well(found) else 1
    for finding in found:
        print(finding, file=sys.stdout if finding.level is Level.OK else sys.stderr, flush=True)
    print(summary(found))
    return 0 if is_well(found) else 1
