"""`mentor demo` and `mentor run`."""

import argparse
import asyncio
import signal
import sys
from contextlib import suppress

from bot.cli.arguments import Commands, add_command
from bot.config import missing_to_run, read_settings
from bot.errors import SettingsInvalid


def add(commands: Commands) -> None:
    demo = add_command(commands, "demo", _demo, "a sandbox workspace with the bot in it: a tour, then yours to try")
    demo.add_argument("--once", action="store_true", help="end after the tour")
    demo.add_argument("--port", type=_port, default=0, help="the page's port (default: any free one)")
    add_command(commands, "run", _run, "run the bot: Socket Mode with SLACK_APP_TOKEN, else signed HTTP")


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


def _port(text: str) -> int:
    if text.isdecimal() and int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port; give a number from 0 to 65535")
