"""`mentor digest`: a week's digests, as they were posted or as they would be now, without Slack."""

import argparse
import asyncio
import csv
import json
import sys
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.cli.arguments import Commands, add_command
from bot.cli.handbook import read_own_handbook
from bot.cli.terminal import complain
from bot.config import read_settings
from bot.errors import MentorError, SettingsInvalid

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.digest.kept import Digest
    from bot.digest.maker import DigestMaker
    from bot.storage.engine import Database
    from knowledge.loader import Handbook


def add(commands: Commands) -> None:
    digest = add_command(commands, "digest", _digest, "a week's digests, as they were posted or as they would be now")
    digest.add_argument("--week", metavar="W", help="such as 2026-W47 (default: the last whole week)")
    form = digest.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="their facts, as JSON on standard output")
    form.add_argument("--blocks", action="store_true", help="Slack's blocks, as JSON on standard output")
    form.add_argument("--csv", action="store_true", help="a figure a line, as CSV on standard output")


def _digest(options: argparse.Namespace) -> int:
    from bot.digest.figures_csv import csv_rows
    from bot.digest.kept import Reader

    digest, baseline = asyncio.run(_read(options.week))
    if options.json:
        print(json.dumps(digest.to_json() | {"baseline": baseline or None}, ensure_ascii=False))
    elif options.csv:
        csv.writer(sys.stdout).writerows(csv_rows(digest, Reader.TEAM))
    elif options.blocks:
        print(_blocks(digest, baseline))
    else:
        print(_words(digest, baseline))
    return 0


def _blocks(digest: "Digest", baseline: str) -> str:
    """The platform team's as posted; what goes in its thread, and the community's, beside it."""
    from bot.blockkit import context
    from bot.digest.community_blocks import community_digest
    from bot.digest.detail_blocks import detail_blocks
    from bot.digest.team_blocks import team_digest

    beside = {"thread": detail_blocks(digest), "community": community_digest(digest)}
    told = {name: {"blocks": shown.blocks} for name, shown in beside.items()}
    first, *rest = team_digest(digest, {}).blocks
    noted = [context(baseline)] if baseline else []
    return json.dumps({"blocks": [first, *noted, *rest], **told}, ensure_ascii=False)


def _words(digest: "Digest", baseline: str) -> str:
    from bot.digest.community_blocks import community_digest
    from bot.digest.detail_blocks import detail_blocks
    from bot.digest.team_blocks import team_digest

    shown = (team_digest(digest, {}), detail_blocks(digest), community_digest(digest))
    first, *rest = [each.text.replace("*", "") for each in shown]
    title, *lines = first.splitlines()
    return "\n\n".join(["\n".join([title, *([baseline] if baseline else []), *lines]), *rest])


async def _read(week: str | None) -> "tuple[Digest, str]":
    """And what is said of a week from before the bot came."""
    from bot.digest.baseline import baseline_note
    from bot.digest.weeks import Week
    from bot.storage import migrate
    from bot.storage.engine import Database

    settings, handbook = read_settings(), await _handbook()
    database = Database(settings.database_url)
    try:
        await migrate.check_current(database)
        maker = offline_maker(database, handbook, settings)
        digest = await maker.of(Week.read(week) if week else maker.last_week())
        return digest, await baseline_note(database, digest.week, timezone=digest.timezone)
    except ValueError as error:
        raise SettingsInvalid([f"--week: {error}"]) from error
    finally:
        await database.close()


async def _handbook() -> "Handbook":
    """Without one nothing is known of hours, capabilities and actions, and what people said is told all the same."""
    from knowledge.loader import Handbook

    try:
        return await read_own_handbook(None)
    except MentorError as error:
        first = str(error).partition("\n")[0]
        complain([f"the handbook is not used, so hours and horizons are the defaults: {first}"])
        return Handbook("", ())


def offline_maker(database: "Database", handbook: "Handbook", settings: "Settings") -> "DigestMaker":
    """Without what Slack alone tells: links to messages, and whether the owners of articles are there."""
    from bot.actions.facts import ActionFactsService
    from bot.adoption.contributions import places_of
    from bot.adoption.facts import AdoptionFactsService
    from bot.app import handbook_place
    from bot.curation.documented import documented
    from bot.curation.gap_facts import GapFactsService
    from bot.digest.maker import DigestMaker, Sources
    from bot.discovery.rules import flow_facts
    from bot.listening.listing import ListeningFactsService
    from bot.notices.board import coming
    from bot.peers.facts import FactsService
    from bot.signs.maker import SignsMaker
    from bot.surveys.results import SurveyFactsService

    clock, own, channels = settings.clock, handbook_place(settings), handbook.channels
    today = clock.now().astimezone(ZoneInfo(channels.timezone)).date()

    facts = FactsService(database, channels=lambda: channels, clock=clock)
    adoption = AdoptionFactsService(
        database,
        handbook=lambda: handbook,
        places=lambda: places_of(handbook, own),
        pulses=SurveyFactsService(database).facts,
        today=lambda: today,
    )
    sources = Sources(
        peers=facts,
        gaps=GapFactsService(database, channels=lambda: channels),
        surveys=SurveyFactsService(database).facts,
        listening=ListeningFactsService(database).facts,
        adoption=adoption.facts,
        actions=ActionFactsService(database, handbook=lambda: handbook).facts,
        documented=lambda window: documented(database, handbook, window),
        signs=SignsMaker(database, facts, handbook=lambda: handbook, clock=clock).shown,
        coming=lambda window: coming(handbook, window),
        waits=lambda: flow_facts(handbook.flows).waits,
    )
    return DigestMaker(database, sources, channels=lambda: channels, clock=clock)
