"""The part of the peers pillar: open questions of watched channels, with links."""

from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.blockkit import link
from bot.desk import Desk
from bot.errors import SlackError
from bot.handover.blocks import Part
from bot.handover.rules import in_order, was_called
from bot.model import Window
from bot.peers.facts import FactsService
from bot.peers.figures import Unanswered
from bot.storage import outbox

LOOK_BACK = timedelta(weeks=4)
LISTED_MOST = 10  # each needs a call to Slack for its link; who wants more asks again

log = structlog.get_logger(__name__)


class OpenQuestions:
    def __init__(self, desk: Desk, facts: FactsService) -> None:
        self._desk = desk
        self._facts = facts

    async def part(self) -> Part:
        """Questions nobody responded to; those of private channels and of people left out are only counted."""
        now = self._desk.clock.now()
        facts = await self._facts.facts(Window(now - LOOK_BACK, now))
        async with self._desk.database.read() as tx:
            keys = {f"hand-over:{each.channel_id}:{each.ts}": (each.channel_id, each.ts) for each in facts.unanswered}
            called = {keys[key] for key in await outbox.known_keys(tx, list(keys))}
        names = {each.channel_id: each.name for each in facts.channels}
        listed = in_order(facts.unanswered, called=called)[:LISTED_MOST]
        lines = [await self._line(each, names[each.channel_id], called) for each in listed]
        waiting = facts.figures.waiting - facts.told_of_incidents
        return Part("Open questions", tuple(lines), waiting - len(lines))

    async def _line(self, question: Unanswered, channel: str, called: Collection[tuple[str, str]]) -> str:
        place = link(await self._permalink(question), f"#{channel}, {self._moment(question.asked_at)}")
        said = ["people were called"] * was_called(question, called) + ["past its time"] * (not question.is_young)
        return " · ".join([place, *said])

    async def _permalink(self, question: Unanswered) -> str:
        """ "" where Slack gives none: the bot may be in the channel no more, or it was imported."""
        try:
            return await self._desk.slack.permalink(question.channel_id, question.ts)
        except SlackError as error:
            log.warning("handover.no_permalink", reason=str(error))
            return ""

    def _moment(self, at: datetime) -> str:
        local = at.astimezone(ZoneInfo(self._desk.shelf.library.handbook.channels.timezone))
        return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"
