"""`mentor audit`: whether the log of decisions is as it was written, what it says, and a new key for a lost one."""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from bot.cli.arguments import Commands, add_command, add_json
from bot.cli.terminal import complain
from bot.config import Settings, read_settings

if TYPE_CHECKING:
    from bot.audit import Audit, Verdict
    from bot.seals import Entry, Head
    from bot.storage.engine import Database

T = TypeVar("T")


def add(commands: Commands) -> None:
    audit = commands.add_parser("audit", help="the log of decisions")
    kinds = audit.add_subparsers(required=True, metavar="COMMAND")
    verify = add_command(kinds, "verify", _verify, "check that no row was changed, taken out or cut off")
    verify.add_argument("--head", metavar="N:SEAL", type=_head, help="a head seen earlier, as a log or digest shows it")
    verify.add_argument(
        "--from", dest="start", metavar="N", type=_number, default=1, help="after a new key: from that row on"
    )
    export = add_command(kinds, "export", _export, "every row, people by their pseudonyms")
    export.add_argument("--since", metavar="DATE", type=_moment, help="a day such as 2026-11-01, by UTC")
    for command in (verify, export):
        add_json(command)
    new_key = add_command(kinds, "new-key", _new_key, "go on with another key after the old one was lost")
    new_key.add_argument("--yes", action="store_true", help="do not ask")


def _head(text: str) -> str:
    from bot.seals import read_head

    try:
        read_head(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _number(text: str) -> int:
    if text.isascii() and text.isdecimal() and 1 <= int(text[:16]) <= 2**31 - 1:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text[:40]!r} is no row; write a number from 1")


def _moment(text: str) -> datetime:
    from datetime import UTC

    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no day; write for example 2026-11-01") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _verify(options: argparse.Namespace) -> int:
    async def act(database: "Database", audit: "Audit") -> "tuple[Verdict, int]":
        async with database.read() as tx:
            return await audit.verify(tx, options.head, start=options.start), await audit.began_at(tx)

    verdict, began_at = _on_audit(act)
    if options.json:
        wrong = vars(verdict.wrong) if verdict.wrong else None
        said = {"holds": not wrong, "rows": verdict.rows, "head": str(verdict.head), "key": verdict.key, "wrong": wrong}
        print(json.dumps(said))
    elif verdict.wrong:
        complain([f"audit log: {verdict.wrong.why}; intact before it: {verdict.rows}"])
        if verdict.wrong.number < began_at and options.start < began_at:
            complain([f"since row {began_at} this key seals, as one was lost: `--from {began_at}` checks these"])
    else:
        print(_in_words(verdict, has_head=options.head is not None))
    return 1 if verdict.wrong else 0


def _in_words(verdict: "Verdict", *, has_head: bool) -> str:
    if not verdict.head.number:
        return "The audit log has no rows."
    rows = f"Rows, all as they were written: {verdict.rows}. Head: {verdict.head} (key {verdict.key})."
    if has_head:
        return f"{rows} The head you gave is in it."
    return f"{rows}\nThat no rows were cut off at the end is known only against a head seen earlier: --head N:SEAL."


def _export(options: argparse.Namespace) -> int:
    async def act(database: "Database", audit: "Audit") -> None:
        async with database.read() as tx:
            async for entry in audit.entries(tx, since=options.since):
                print(json.dumps(_as_json(entry)) if options.json else _line(entry))

    _on_audit(act)
    return 0


def _as_json(entry: "Entry") -> dict[str, object]:
    return vars(entry) | {"at": entry.at.isoformat(), "facts": json.loads(entry.facts)}


def _line(entry: "Entry") -> str:
    return (
        f"{entry.number} {entry.at:%Y-%m-%d %H:%M:%SZ} {entry.act} {entry.person or '-'} {entry.subject} {entry.facts}"
    )


def _new_key(options: argparse.Namespace) -> int:
    if not options.yes and not _is_sure():
        return 1

    async def act(database: "Database", audit: "Audit") -> "Head":
        return await database.write(audit.renew_key)

    head = _on_audit(act, makes_key=True)
    print(f"From row {head.number} on the audit log is sealed with the key {head.key}. Head: {head}.")
    print(
        "Rows before it can be read, but be checked with the lost key alone: "
        f"`mentor audit verify --from {head.number}` begins here."
    )
    return 0


def _is_sure() -> bool:
    """Asks on a terminal. Without one nobody can say yes."""
    if not sys.stdin.isatty():
        complain(["nothing was done; to go on with a new key without being asked, give --yes"])
        return False
    print("Rows so far cannot be checked any more once the key is lost. Go on with the key set now? Type yes: ", end="")
    return sys.stdin.readline().strip() == "yes"


def _on_audit(act: "Callable[[Database, Audit], Awaitable[T]]", *, makes_key: bool = False) -> "T":
    """On the database of the settings. A key is made only where one is wanted: a new one checks nothing."""
    from bot.audit import Audit, find_key, make_sure_of_key
    from bot.storage import migrate
    from bot.storage.engine import Database

    settings: Settings = read_settings()
    key = (make_sure_of_key if makes_key else find_key)(settings.audit_key, settings.data_folder)

    async def unit() -> "T":
        database = Database(settings.database_url)
        try:
            await migrate.check_current(database)
            return await act(database, Audit(key, clock=settings.clock))
        finally:
            await database.close()

    return asyncio.run(unit())
