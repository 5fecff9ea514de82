"""Tells whoever of the platform team asks how a quarter went, to them alone."""

from bot import effects
from bot.authority import Act
from bot.blockkit import Shown
from bot.desk import Desk
from bot.people import PeopleService
from bot.report import blocks
from bot.report.maker import ReportMaker
from bot.report.quarter import Quarter
from bot.report.rules import report
from bot.wanted import Asking


class ReportService:
    def __init__(self, desk: Desk, people: PeopleService, maker: ReportMaker) -> None:
        self._desk = desk
        self._people = people
        self._maker = maker

    async def show(self, asking: Asking) -> None:
        """The quarter they name, or the last that is over; or why they get none."""
        key, url, shown = f"report:{asking.key}", asking.response_url, await self._shown(asking)
        await self._desk.send(effects.privately(key, asking.asker, shown, response_url=url, kind=blocks.REPORT))

    async def _shown(self, asking: Asking) -> Shown:
        if reason := await self._people.why_not(await self._people.profile(asking.asker), Act.SEE_REPORT):
            return blocks.refusal(reason)
        try:
            quarter = Quarter.read(asking.text) if asking.text.strip() else self._maker.last_quarter()
            page = report(await self._maker.facts(quarter))
        except ValueError as error:
            return blocks.refusal(str(error))
        return blocks.shown(page, quarter=str(quarter))
