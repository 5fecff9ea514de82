"""`mentor questions`, `replies` and `health`: what the database tells of how people help each other."""

import argparse
import asyncio
import csv
import json
import secrets
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from bot.cli.arguments import Commands, add_command
from bot.cli.handbook import read_channels
from bot.cli.signing import add_signs, tell_signs
from bot.cli.terminal import complain
from bot.config import read_settings
from bot.errors import SettingsInvalid

if TYPE_CHECKING:
    from bot.model import Json
    from bot.peers.community import CommunityFacts
    from bot.peers.facts import FactsService
    from bot.peers.listing import ListingService
    from bot.storage.engine import Database
    from knowledge.channels import Channels

T = TypeVar("T")


def add(commands: Commands) -> None:
    listed = {
        "questions": (_questions, "each question and what became of it, for the operator"),
        "replies": (_replies, "each reply and what it answers, for the operator"),
    }
    for name, (run, help_text) in listed.items():
        rows = add_command(commands, name, run, help_text)
        rows.add_argument("--json", action="store_true", help="a JSON object a line on standard output")
        rows.add_argument("--ids", action="store_true", help="Slack's own ids and times, instead of names made up anew")
    health = add_command(commands, "health", _health, "how people help each other: the figures")
    health.add_argument("--since", metavar="D", default="4w", help="a day, or so long ago: 2026-11-02, 30d, 4w")
    health.add_argument("--until", metavar="D", help="likewise; that day is not in it (default: now)")
    add_signs(health)
    form = health.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="only JSON on standard output")
    form.add_argument("--csv", action="store_true", help="a figure a line, as CSV on standard output")


def _questions(options: argparse.Namespace) -> int:
    return _list(options, lambda listing: listing.questions())


def _replies(options: argparse.Namespace) -> int:
    return _list(options, lambda listing: listing.replies())


def _list(options: argparse.Namespace, read: "Callable[[ListingService], Awaitable[Sequence[Json]]]") -> int:
    """By ids, or by names that nobody can hold against another listing."""
    from bot.peers.listing import HEADER, ListingService, in_words

    key = None if options.ids else secrets.token_bytes(32)
    rows = _on_facts(lambda database, facts, _: read(ListingService(database, facts, key=key)))
    complain([HEADER])
    if not options.json:
        print(in_words(rows))
        return 0
    for row in rows:
        print(json.dumps(row, ensure_ascii=False))
    return 0


def _health(options: argparse.Namespace) -> int:
    if options.signs:
        return tell_signs(as_json=options.json)
    from bot.peers.blocks import community_in_words
    from bot.peers.community import csv_rows
    from bot.peers.community_facts import CommunityService
    from bot.peers.window import WindowInvalid, between

    async def read(database: "Database", _: "FactsService", channels: "Channels") -> "tuple[CommunityFacts, str]":
        settings = read_settings()
        try:
            window = between(options.since, options.until, now=settings.clock.now(), timezone=channels.timezone)
        except WindowInvalid as error:
            raise SettingsInvalid([str(error)]) from error
        community = CommunityService(database, channels=lambda: channels, clock=settings.clock)
        return await community.facts(window), channels.timezone

    found, timezone = _on_facts(read)
    if options.json:
        print(json.dumps(found.facts.aggregates() | {"community": found.to_json()}, ensure_ascii=False))
    elif options.csv:
        csv.writer(sys.stdout).writerows(csv_rows(found))
    else:
        print(community_in_words(found, timezone=timezone))
    return 0


def _on_facts(read: "Callable[[Database, FactsService, Channels], Awaitable[T]]") -> "T":
    """What is read from the database of the settings; with the handbook's channels, or the defaults without one."""
    from bot.peers.facts import FactsService
    from bot.storage import migrate
    from bot.storage.engine import Database

    settings = read_settings()

    async def unit() -> "T":
        channels = await read_channels()
        database = Database(settings.database_url)
        try:
            await migrate.check_current(database)
            return await read(
                database, FactsService(database, channels=lambda: channels, clock=settings.clock), channels
            )
        finally:
            await database.close()

    return asyncio.run(unit())
