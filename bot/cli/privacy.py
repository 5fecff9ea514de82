"""`mentor privacy`: what is kept about a person, and away with it."""

import argparse
import asyncio
import re
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from bot.cli.arguments import Commands, add_command
from bot.cli.handbook import read_own_handbook
from bot.cli.terminal import complain
from bot.config import read_settings


def add(commands: Commands) -> None:
    privacy = commands.add_parser("privacy", help="what is kept about a person")
    kinds = privacy.add_subparsers(required=True, metavar="COMMAND")
    export = add_command(kinds, "export", _privacy_export, "all that is kept about a person, as JSON")
    export.add_argument("--out", type=Path, metavar="FILE", help="instead of standard output")
    erase = add_command(
        kinds, "erase", _privacy_erase, "erase what is kept about a person, and leave them out from then on"
    )
    erase.add_argument("--name", action="append", default=[], metavar="N", help="also look for this name in kept words")
    erase.add_argument("--yes", action="store_true", help="do not ask")
    for command in (export, erase):
        command.add_argument("user", type=_user, metavar="USER", help="a Slack user id, such as U0123ABCD")


def _user(text: str) -> str:
    if re.fullmatch(r"[UW][A-Z0-9]{2,38}", text):
        return text
    raise argparse.ArgumentTypeError(f"{text!r} is no Slack user id; copy it from the person's profile in Slack")


def _privacy_export(options: argparse.Namespace) -> int:
    from bot.storage.personal import as_json

    exported = _on_privacy(lambda privacy: privacy.export(options.user))
    if options.out is None:
        print(as_json(exported))
    else:
        options.out.write_text(as_json(exported) + "\n", encoding="utf-8")
        options.out.chmod(0o600)
    return 0


def _privacy_erase(options: argparse.Namespace) -> int:
    from bot.privacy.offline import OUT_OF_REACH

    if not options.yes and not _is_sure(options.user):
        return 1
    erased = _on_privacy(lambda privacy: privacy.erase(options.user, options.name))
    found = "was known here" if erased.was_known else "was not known here any more"
    print(f"{options.user} {found}. Rows that named the person: {erased.changed} values changed.")
    print("Gone: words, the way from pseudonym to person, names in others' kept words, direct messages' ids.")
    print("From now on the person counts as someone; a code made from the Slack id is kept for that.")
    print("Out of reach from here: " + "; ".join(OUT_OF_REACH) + ".")
    for line in erased.left:
        print(f"not done: {line}")
    return 1 if erased.left else 0


def _is_sure(user: str) -> bool:
    """Asks on a terminal. Without one nobody can say yes."""
    if not sys.stdin.isatty():
        complain([f"nothing was erased; to erase {user} without being asked, give --yes"])
        return False
    print(f"Erase all that is kept about {user}? It cannot be undone. Type yes: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip() == "yes"


def _on_privacy(act: Callable[[Any], Coroutine[Any, Any, Any]]) -> Any:
    from bot.app import new_id
    from bot.privacy.offline import at_hand

    async def unit() -> Any:
        handbook = await read_own_handbook(None)
        async with at_hand(read_settings(), handbook.channels, new_id=new_id) as privacy:
            return await act(privacy)

    return asyncio.run(unit())
