"""Tells whoever asks how people help each other, to them alone."""

from bot import effects
from bot.authority import Act
from bot.blockkit import Shown
from bot.desk import Desk
from bot.peers import blocks
from bot.peers.facts import FactsService
from bot.peers.window import read_window
from bot.people import PeopleService
from bot.wanted import Asking


class HealthService:
    def __init__(self, desk: Desk, people: PeopleService, facts: FactsService) -> None:
        self._desk = desk
        self._people = people
        self._facts = facts

    async def tell(self, asking: Asking) -> None:
        """The figures of the window they name, or why they get none; once, however often this runs."""
        key, url = f"health:{asking.key}", asking.response_url
        shown = await self._shown(asking)
        await self._desk.send(effects.privately(key, asking.asker, shown, response_url=url, kind=blocks.HEALTH))

    async def _shown(self, asking: Asking) -> Shown:
        """Whoever may ask may know."""
        if reason := await self._people.why_not(await self._people.profile(asking.asker), Act.ASK):
            return blocks.refusal(reason)
        facts = await self._facts.facts(read_window(asking.text, self._desk.clock.now()))
        timezone = self._desk.shelf.library.handbook.channels.timezone
        return blocks.health(facts.figures, facts.hints, timezone=timezone, no_questions=facts.no_questions)
