"""The `mentor` command: a public contract that scripts rely on (exit 2 for misuse, 1 for a failed check).

Reads arguments, calls one thing and prints. Imports late: `mentor ask` should not wait for what `mentor run` needs.
"""

import argparse
import asyncio
import json
import re
import secrets
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from bot.config import Settings, missing_to_run, read_settings
from bot.errors import MentorError, SettingsInvalid

if TYPE_CHECKING:
    from bot.answers.evaluation import Report
    from bot.model import Json
    from bot.peers.facts import FactsService
    from bot.peers.figures import PeerFacts
    from bot.peers.importing import Imported
    from bot.peers.listing import ListingService
    from bot.peers.team_file import NamedTeam
    from bot.storage.engine import Database
    from knowledge.channels import Channels
    from knowledge.loader import Handbook

T = TypeVar("T")


def main(arguments: Sequence[str] | None = None) -> None:
    """Ends the process with the command's status; every error is one line on standard error."""
    options = _parser().parse_args(arguments)
    try:
        sys.exit(options.run(options))
    except SettingsInvalid as invalid:
        _complain(invalid.problems)
        sys.exit(2)
    except MentorError as error:
        _complain(str(error).splitlines())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(1)
    except OSError as error:  # a file that is not there, a port that is taken
        _complain([str(error)])
        sys.exit(1)


def _complain(lines: Sequence[str]) -> None:
    for line in lines:
        print(f"mentor: {line}", file=sys.stderr)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line, as every error."""
        self.exit(2, f"mentor: {message}; see `{self.prog} --help`\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="mentor", description="The Slack bot of a platform team.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    demo = _command(commands, "demo", _demo, "a sandbox workspace with the bot in it: a tour, then yours to try")
    demo.add_argument("--once", action="store_true", help="end after the tour")
    demo.add_argument("--port", type=_port, default=0, help="the page's port (default: any free one)")
    _command(commands, "run", _run, "run the bot: Socket Mode with SLACK_APP_TOKEN, else signed HTTP")
    check = _command(commands, "check", _check, "validate settings, handbook and manifest offline")
    _add_common(check)
    first = _command(commands, "init", _init, "write a first handbook from a live workspace; overwrites nothing")
    first.add_argument(
        "folder", type=Path, nargs="?", default=Path("handbook"), metavar="DIR", help="default: handbook"
    )
    doctor = _command(commands, "doctor", _doctor, "what only a live workspace can tell; changes nothing")
    doctor.add_argument("--json", action="store_true", help="only JSON on standard output")
    ask = _command(commands, "ask", _ask, "what the bot would answer")
    ask.add_argument("text", metavar="TEXT")
    _add_common(ask)
    evaluate = _command(commands, "eval", _eval, "retrieval and abstention on judged data")
    evaluate.add_argument("--corpus", type=Path, required=True, metavar="F.jsonl")
    evaluate.add_argument("--queries", type=Path, required=True, metavar="F.jsonl")
    evaluate.add_argument("--json", action="store_true", help="only JSON on standard output")
    imports = _command(commands, "import", _import, "take a Slack export down, as if it had been said live")
    imports.add_argument("export", type=Path, metavar="FOLDER_OR_ZIP", help="the export as Slack gave it, or unpacked")
    team_help = "who the platform team is: people.yaml, a list, or a user id a line (default: the handbook's members)"
    imports.add_argument("--team-file", type=Path, metavar="F", help=team_help)
    imports.add_argument("--json", action="store_true", help="only JSON on standard output")
    _add_peer_commands(commands)
    _add_database_commands(commands)
    _add_privacy_commands(commands)
    return parser


def _command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], help_text: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=help_text, description=help_text)
    parser.set_defaults(run=run)
    return parser


def _port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port; give a number from 0 to 65535")


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--handbook", metavar="DIR", help="instead of MENTOR_HANDBOOK")
    parser.add_argument("--json", action="store_true", help="only JSON on standard output")


def _add_peer_commands(commands: Any) -> None:
    listed = {
        "questions": (_questions, "each question and what became of it, for the operator"),
        "replies": (_replies, "each reply and what it answers, for the operator"),
    }
    for name, (run, help_text) in listed.items():
        rows = _command(commands, name, run, help_text)
        rows.add_argument("--json", action="store_true", help="a JSON object a line on standard output")
        rows.add_argument("--ids", action="store_true", help="Slack's own ids and times, instead of names made up anew")
    health = _command(commands, "health", _health, "how people help each other: the figures")
    health.add_argument("--since", metavar="D", default="4w", help="a day, or so long ago: 2026-11-02, 30d, 4w")
    health.add_argument("--until", metavar="D", help="likewise; that day is not in it (default: now)")
    health.add_argument("--json", action="store_true", help="only JSON on standard output")
    digest = _command(commands, "digest", _digest, "a week's digest, as it was posted or as it would be now")
    digest.add_argument("--week", metavar="W", help="such as 2026-W47 (default: the last whole week)")
    form = digest.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="its facts, as JSON on standard output")
    form.add_argument("--blocks", action="store_true", help="Slack's blocks, as JSON on standard output")


def _add_database_commands(commands: Any) -> None:
    database = commands.add_parser("db", help="migrations").add_subparsers(required=True, metavar="COMMAND")
    _command(database, "upgrade", _db_upgrade, "to this program's revision")
    downgrade = _command(database, "downgrade", _db_downgrade, 'to an older revision ("base" empties it)')
    downgrade.add_argument("revision", metavar="REV")
    _command(database, "current", _db_current, "the database's revision")


def _add_privacy_commands(commands: Any) -> None:
    privacy = commands.add_parser("privacy", help="what is kept about a person")
    kinds = privacy.add_subparsers(required=True, metavar="COMMAND")
    export = _command(kinds, "export", _privacy_export, "all that is kept about a person, as JSON")
    export.add_argument("--out", type=Path, metavar="FILE", help="instead of standard output")
    erase = _command(
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


def _demo(options: argparse.Namespace) -> int:
    from bot.demo import demo

    stay = not options.once and sys.stdin.isatty() and sys.stdout.isatty()
    return asyncio.run(demo(port=options.port, stay=stay))


def _run(_options: argparse.Namespace) -> int:
    from bot import logs
    from bot.app import running

    settings = read_settings()
    if missing := missing_to_run(settings):
        raise SettingsInvalid(missing)
    logs.set_up(settings.log_level)

    async def until_stopped() -> int:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError):
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with running(settings):
            await stop.wait()
        return 0

    return asyncio.run(until_stopped())


def _check(options: argparse.Namespace) -> int:
    """1 when the handbook, the settings or the manifest have an error; warnings alone pass."""
    from bot.check import check, refused

    try:
        found = asyncio.run(check(read_settings(), handbook=options.handbook, folder=Path.cwd()))
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


def _ask(options: argparse.Namespace) -> int:
    from bot.answers.library import Library
    from bot.answers.offline import ask
    from knowledge.index import Index

    handbook = asyncio.run(_handbook(options.handbook))
    said = ask(Library(handbook, Index.build(handbook.articles)), options.text)
    print(json.dumps(said.to_json(), ensure_ascii=False) if options.json else said.in_words())
    return 0


def _eval(options: argparse.Namespace) -> int:
    from bot.answers.evaluation import evaluate

    report = evaluate(options.corpus, options.queries, lambda done: _progress(f"{done} questions"))
    print(json.dumps(report.to_json()) if options.json else _table(report))
    return 0


def _table(report: "Report") -> str:
    """One line a row; "-" where a figure makes no sense."""
    names = f"{'P@1':>6} {'R@5':>6} {'MRR@10':>6} {'answered':>8} {'p50 ms':>7} {'p99 ms':>7}"
    lines = [f"{'set':8} {'kind':24} {'n':>5} {names}"]
    for row in report.rows:
        shares = (row.p_at_1, row.recall_at_5, row.mrr_at_10)
        three = " ".join(f"{'-' if share is None else f'{share:.3f}':>6}" for share in shares)
        times = f"{row.ms_p50:7.2f} {row.ms_p99:7.2f}"
        lines.append(f"{row.set:8} {row.kind:24} {row.n:5} {three} {row.answered_rate:8.3f} {times}")
    lines += [f"abstention AUC, {name}: {value:.3f}" for name, value in report.abstention_auc.items()]
    return "\n".join(lines)


def _progress(done: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{done}", end="", file=sys.stderr, flush=True)


def _import(options: argparse.Namespace) -> int:
    """1 when nothing could be read."""
    from bot.peers.importing import in_words

    done, team = asyncio.run(_imported(options.export, options.team_file))
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if options.json:
        print(
            json.dumps(
                done.to_json() | {"team": {"source": team.source, "people": len(team.user_ids)}}, ensure_ascii=False
            )
        )
    else:
        print(f"{in_words(done)}\n{team.in_words()}")
    if done.is_failed:
        _complain([f"{options.export}: no message could be read; see what is wrong with its files"])
    return int(done.is_failed)


async def _imported(path: Path, team_file: Path | None) -> "tuple[Imported, NamedTeam]":
    from bot.app import new_id
    from bot.peers.export import open_export
    from bot.peers.importing import Importer
    from bot.peers.team_file import named_team
    from bot.storage import migrate
    from bot.storage.engine import Database

    settings, handbook = read_settings(), await _handbook(None)
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
                progress=_progress,
            )
            done = await importer.run()
            await importer.name_team(team)
            return done, team
        finally:
            await database.close()


async def _handbook(place: str | None) -> "Handbook":
    """The handbook at `place`, or the one of the settings. Raises HandbookBroken with the problems."""
    from bot.handbook import HandbookSource

    settings = read_settings()
    source = HandbookSource(
        place or settings.handbook, workspace=settings.data_folder / "handbook", environment=settings.environment
    )
    return await source.read_now()


def _questions(options: argparse.Namespace) -> int:
    return _list(options, lambda listing: listing.questions())


def _replies(options: argparse.Namespace) -> int:
    return _list(options, lambda listing: listing.replies())


def _list(options: argparse.Namespace, read: "Callable[[ListingService], Awaitable[Sequence[Json]]]") -> int:
    """By ids, or by names that nobody can hold against another listing."""
    from bot.peers.listing import HEADER, ListingService, in_words

    key = None if options.ids else secrets.token_bytes(32)
    rows = _on_facts(lambda database, facts, _: read(ListingService(database, facts, key=key)))
    _complain([HEADER])
    if not options.json:
        print(in_words(rows))
        return 0
    for row in rows:
        print(json.dumps(row, ensure_ascii=False))
    return 0


def _health(options: argparse.Namespace) -> int:
    from bot.peers.blocks import in_words
    from bot.peers.window import WindowInvalid, between

    async def read(_: "Database", facts: "FactsService", channels: "Channels") -> "tuple[PeerFacts, str]":
        now = read_settings().clock.now()
        try:
            window = between(options.since, options.until, now=now, timezone=channels.timezone)
        except WindowInvalid as error:
            raise SettingsInvalid([str(error)]) from error
        return await facts.facts(window), channels.timezone

    facts, timezone = _on_facts(read)
    print(json.dumps(facts.aggregates(), ensure_ascii=False) if options.json else in_words(facts, timezone=timezone))
    return 0


def _digest(options: argparse.Namespace) -> int:
    from bot.digest.blocks import digest_message
    from bot.digest.maker import DigestMaker
    from bot.digest.rules import Digest, Week

    async def read(database: "Database", facts: "FactsService", channels: "Channels") -> Digest:
        maker = DigestMaker(database, facts, channels=lambda: channels, clock=read_settings().clock)
        try:
            week = Week.read(options.week) if options.week else maker.last_week()
        except ValueError as error:
            raise SettingsInvalid([f"--week: {error}"]) from error
        return await maker.of(week)

    digest = _on_facts(read)
    if options.json:
        print(json.dumps(digest.to_json(), ensure_ascii=False))
    elif options.blocks:
        print(json.dumps({"blocks": digest_message(digest).blocks}, ensure_ascii=False))
    else:
        print(digest_message(digest).text.replace("*", ""))
    return 0


def _on_facts(read: "Callable[[Database, FactsService, Channels], Awaitable[T]]") -> "T":
    """What is read from the database of the settings; with the handbook's channels, or the defaults without one."""
    from bot.peers.facts import FactsService
    from bot.storage import migrate
    from bot.storage.engine import Database

    settings = read_settings()

    async def unit() -> "T":
        channels = await _channels()
        database = Database(settings.database_url)
        try:
            await migrate.check_current(database)
            return await read(
                database, FactsService(database, channels=lambda: channels, clock=settings.clock), channels
            )
        finally:
            await database.close()

    return asyncio.run(unit())


async def _channels() -> "Channels":
    from knowledge.channels import Channels

    try:
        return (await _handbook(None)).channels
    except MentorError as error:
        first = str(error).partition("\n")[0]
        _complain([f"the handbook is not used, so hours and horizons are the defaults: {first}"])
        return Channels()


def _db_upgrade(_options: argparse.Namespace) -> int:
    from bot.storage import migrate

    return _on_database(migrate.upgrade)


def _db_downgrade(options: argparse.Namespace) -> int:
    from bot.storage import migrate

    return _on_database(lambda database: migrate.downgrade(database, options.revision))


def _db_current(_options: argparse.Namespace) -> int:
    from bot.storage import migrate

    return _on_database(migrate.current)


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
        _complain([f"nothing was erased; to erase {user} without being asked, give --yes"])
        return False
    print(f"Erase all that is kept about {user}? It cannot be undone. Type yes: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip() == "yes"


def _on_privacy(act: Callable[[Any], Coroutine[Any, Any, Any]]) -> Any:
    from bot.app import new_id
    from bot.privacy.offline import at_hand

    async def unit() -> Any:
        handbook = await _handbook(None)
        async with at_hand(read_settings(), handbook.channels, new_id=new_id) as privacy:
            return await act(privacy)

    return asyncio.run(unit())


def _on_database(act: Callable[[Any], Coroutine[Any, Any, str | None]]) -> int:
    from bot.storage import migrate
    from bot.storage.engine import Database

    settings: Settings = read_settings()

    async def unit() -> str | None:
        database = Database(settings.database_url)
        try:
            return await act(database) or await migrate.current(database)
        finally:
            await database.close()

    print(asyncio.run(unit()) or "empty")
    return 0
