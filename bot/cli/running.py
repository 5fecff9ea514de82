"""`mentor demo` and `mentor run`."""

import argparse
import asyncio
import ctypes
import gc
import signal
import sys
from contextlib import suppress
from pathlib import Path

from bot.cli.arguments import Commands, add_command
from bot.config import hide_bot_token, missing_to_run, read_settings
from bot.errors import SettingsInvalid

M_ARENA_MAX = -8  # of glibc's mallopt(3)
GIVEN_BACK_EVERY_S = 60.0
OWN_NEEDS_BOTH = "--handbook and --export go together; `mentor ask --handbook DIR` tries a handbook alone"


def add(commands: Commands) -> None:
    demo = add_command(commands, "demo", _demo, "a sandbox workspace with the bot in it: a tour, then yours to try")
    demo.add_argument("--once", action="store_true", help="end after the tour")
    demo.add_argument("--handbook", type=Path, metavar="DIR", help="your own handbook, with --export")
    export_help = "your own history, as Slack gave it or unpacked; all of it stays on this machine"
    demo.add_argument("--export", type=Path, metavar="FOLDER_OR_ZIP", help=export_help)
    demo.add_argument("--port", type=_port, default=0, help="the page's port (default: any free one)")
    add_command(commands, "run", _run, "run the bot: Socket Mode with SLACK_APP_TOKEN, else signed HTTP")


def _demo(options: argparse.Namespace) -> int:
    from bot.demo.made_up import Company
    from bot.demo.playing import demo

    stay = not options.once and sys.stdin.isatty() and sys.stdout.isatty()
    if options.handbook is None and options.export is None:
        return asyncio.run(demo(Company(), port=options.port, stay=stay))
    if options.handbook is None or options.export is None:
        raise SettingsInvalid([OWN_NEEDS_BOTH])
    return _own_demo(options.handbook, options.export, port=options.port, stay=stay)


def _own_demo(handbook: Path, export: Path, *, port: int, stay: bool) -> int:
    from bot.demo.own import OwnTeam, read_own
    from bot.demo.playing import demo
    from bot.peers.export import open_export

    own = read_own(handbook)
    with open_export(export) as opened:
        return asyncio.run(demo(OwnTeam(handbook, own, opened), port=port, stay=stay))


def _run(_options: argparse.Namespace) -> int:
    from bot import logs
    from bot.app import running

    _share_one_heap()
    settings = read_settings()
    if missing := missing_to_run(settings):
        raise SettingsInvalid(missing)
    logs.set_up(settings.log_level)
    hide_bot_token()

    async def until_stopped() -> int:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError):
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with running(settings, settled=_keep_what_stays):
            while not stop.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), GIVEN_BACK_EVERY_S)
                _give_back_heap()
        return 0

    return asyncio.run(until_stopped())


def _share_one_heap() -> None:
    """Before there are threads: glibc gives each a heap of its own, and what one let go of no other takes.

    That came to 40 MiB, and to more each minute under load. Only one of our threads runs at a time anyway.
    """
    with suppress(AttributeError):  # another library of C's
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def _give_back_heap() -> None:
    """To the machine, what lies free between what is used: glibc keeps all that was ever used at a time.

    A millisecond or three.
    """
    with suppress(AttributeError):  # another library of C's
        ctypes.CDLL(None).malloc_trim(0)


def _keep_what_stays() -> None:
    """What is there by now is not looked through for garbage again and again: it takes 100 ms, and answers wait."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port; give a number from 0 to 65535")
