"""`mentor report`: a quarter on a page, for leaders outside Slack."""

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.cli.arguments import Commands, add_command
from bot.cli.handbook import read_own_handbook
from bot.cli.terminal import complain
from bot.config import read_settings
from bot.errors import SettingsInvalid

if TYPE_CHECKING:
    from bot.report.maker import ReportMaker
    from bot.report.page import Page
    from bot.storage.engine import Database
    from knowledge.loader import Handbook


def add(commands: Commands) -> None:
    report = add_command(
        commands, "report", _report, "a quarter on a page: who chose us, what users said, what changed"
    )
    report.add_argument("--quarter", metavar="Q", help="such as 2026-Q3 (default: the last that is over)")
    report.add_argument("--html", type=Path, metavar="FILE", help="as a page to print, into this file; else Markdown")
    tickets = "if somebody asks for it: it stands last, with what it cannot show"
    report.add_argument("--tickets-closed", type=_number, metavar="N", help=tickets)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no number of tickets; write for example 132")
    return int(text)


def _report(options: argparse.Namespace) -> int:
    from bot.report import html, markdown

    page = asyncio.run(_page(options.quarter, options.tickets_closed))
    if options.html is None:
        print(markdown.written(page), end="")
        return 0
    options.html.write_text(html.written(page), encoding="utf-8")
    complain([f"written to {options.html}; open it in a browser, and print it from there"])
    return 0


async def _page(quarter: str | None, tickets_closed: int | None) -> "Page":
    from bot.report.quarter import Quarter
    from bot.report.rules import report
    from bot.storage import migrate
    from bot.storage.engine import Database

    settings, handbook = read_settings(), await read_own_handbook(None)
    database = Database(settings.database_url)
    try:
        await migrate.check_current(database)
        maker = _maker(database, handbook)
        wanted = Quarter.read(quarter) if quarter else maker.last_quarter()
        return report(await maker.facts(wanted, tickets_closed=tickets_closed))
    except ValueError as error:
        raise SettingsInvalid([f"--quarter: {error}"]) from error
    finally:
        await database.close()


def _maker(database: "Database", handbook: "Handbook") -> "ReportMaker":
    from bot.adoption.contributions import places_of
    from bot.adoption.facts import AdoptionFactsService
    from bot.app import handbook_place
    from bot.report.maker import ReportMaker, pillars_of
    from bot.surveys.results import SurveyFactsService

    settings = read_settings()
    own = handbook_place(settings)

    adoption = AdoptionFactsService(
        database,
        handbook=lambda: handbook,
        places=lambda: places_of(handbook, own),
        pulses=SurveyFactsService(database).facts,
        today=lambda: settings.clock.now().astimezone(ZoneInfo(handbook.channels.timezone)).date(),
    )
    pillars = pillars_of(database, adoption, handbook=lambda: handbook, clock=settings.clock)
    return ReportMaker(database, pillars, handbook=lambda: handbook, clock=settings.clock)
