"""Reads what the signs are made of: counts of the other pillars, and the team's own answers. Decides nothing."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.actions.figures import open_debts
from bot.calendar import moment_of
from bot.clock import Clock
from bot.model import QuestionKind, Window
from bot.peers.facts import FactsService
from bot.signs.rules import ROLLING, WEEKS, Answer, Known, Sign, signs
from bot.statistics import Share
from bot.storage import closures as rows
from bot.storage import controllers, follow_ups, requests
from bot.storage.engine import Database
from knowledge.loader import Handbook
from knowledge.repositories import Reporter

WEEK = timedelta(weeks=1)
HEARD = (Reporter.ARGOCD, Reporter.FLUX)  # a commit status tells of no change by hand


class SignsMaker:
    def __init__(
        self, database: Database, peers: FactsService, *, handbook: Callable[[], Handbook], clock: Clock
    ) -> None:
        self._database = database
        self._peers = peers
        self._handbook = handbook
        self._clock = clock

    async def signs(self, until: datetime | None = None) -> tuple[Sign, ...]:
        """As things stood at the end of the last whole week until then, or until now."""
        return signs(await self._known(until or self._clock.now()))

    async def shown(self, window: Window) -> tuple[Sign, ...]:
        """For a digest: those that were there lately at the window's end, among cases enough to say so."""
        return tuple(each for each in await self.signs(window.until) if each.shows)

    async def _known(self, until: datetime) -> Known:
        handbook, ends = self._handbook(), self._ends(until)
        window = Window(ends[0][1] - ROLLING, ends[-1][1])
        cases = await self._peers.cases(window)
        hears = any(each.reporter in HEARD for place in handbook.repositories for each in place.controllers)
        async with self._database.read() as tx:
            courses = await requests.courses(tx, window.since, window.until)
            pushed = await follow_ups.debts(tx)
            returned = await controllers.returned_at(tx, window.since, window.until) if hears else None
            answers = [Answer(each.quarter, each.is_goal) for each in await rows.all_of_them(tx)]
        return Known(
            ends=ends,
            asked=[(each.asked_at, each.kind == QuestionKind.DO_IT_FOR_ME) for each in cases],
            runs=[(each.started_at, each.mode) for each in courses if each.started_at is not None],
            reverts=returned,
            has_actions=bool(handbook.actions),
            debts=open_debts(pushed, handbook.actions),
            answers=answers,
            bets=_without_evidence(handbook),
            steps=_by_hand(handbook),
            flows=len(handbook.flows),
        )

    def _ends(self, until: datetime) -> list[tuple[str, datetime]]:
        """Of the weeks of the trend, and of as many before as the newest is held against."""
        zone = self._handbook().channels.timezone
        today = until.astimezone(ZoneInfo(zone)).date()
        monday = today - timedelta(days=today.weekday())
        mondays = [monday - back * WEEK for back in range(WEEKS - 1, -1, -1)]
        return [(_week_before(each), moment_of(each, time.min, zone)) for each in mondays]


def _without_evidence(handbook: Handbook) -> Share | None:
    going = [each for each in handbook.bets if each.is_open]
    return Share(sum(not each.evidence for each in going), len(going)) if going else None


def _by_hand(handbook: Handbook) -> Share | None:
    steps = sum(len(each.steps) for each in handbook.flows)
    return Share(sum(each.by_hand for each in handbook.flows), steps) if steps else None


def _week_before(monday: date) -> str:
    return f"W{(monday - WEEK).isocalendar().week:02}"
