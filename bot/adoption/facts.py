"""The pillar's figures of a window, from the database and the handbook as it stands; and what the platform team sees.

How long actions take, what is pushed and what drifts is counted by `bot.actions.facts`, once.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from bot.adoption.contributions import contribution_facts
from bot.adoption.figure_lines import lines
from bot.adoption.figures import LEARNED, CapabilityFacts, Days, capability_facts
from bot.adoption.policies import policy_facts
from bot.adoption.reading import Kept, known_of, marks_of, read_kept
from bot.adoption.satisfaction import Pulses
from bot.adoption.totals import AdoptionFacts
from bot.authority import Act
from bot.blockkit import escape, header, sections
from bot.desk import Desk
from bot.model import Json, Window
from bot.people import PeopleService
from bot.storage.engine import Database
from knowledge.loader import Handbook

LOOK_BACK = timedelta(weeks=12)
HOME_MOST = 20  # lines


class AdoptionFactsService:
    """`places` are the repositories that are the platform's own: a name, and a digest of where each is.

    `pulses` are the surveys that closed in a window, as far as they may be shown.
    """

    def __init__(
        self,
        database: Database,
        *,
        handbook: Callable[[], Handbook],
        places: Callable[[], Mapping[str, str]],
        pulses: Pulses,
        today: Callable[[], date],
    ) -> None:
        self._database = database
        self._handbook = handbook
        self._places = places
        self._pulses = pulses
        self._today = today

    async def facts(self, window: Window) -> AdoptionFacts:
        handbook = self._handbook()
        days = Days.of(window, handbook.channels.timezone)
        told = await self._pulses(Window(window.until - LEARNED, window.until))
        async with self._database.read() as tx:
            kept = await read_kept(tx, handbook, days, told.waves)
            policies = await policy_facts(tx, handbook, today=self._today())
        # in a thread: with years of daily events it takes a second, and Slack is not to wait for that
        of_each = await asyncio.to_thread(_of_all, handbook, kept, days, self._today())
        shares = {each.policy: each.equivalent_evidence_share for each in policies}
        return AdoptionFacts(window, of_each, shares, contribution_facts(self._places(), kept.contributions, days))


def _of_all(handbook: Handbook, kept: Kept, days: Days, today: date) -> tuple[CapabilityFacts, ...]:
    marks = marks_of(handbook, kept, today=today)
    return tuple(
        capability_facts(each, known_of(each, handbook, kept, marks.get(each.id, ()), days.last), days)
        for each in handbook.capabilities
    )


class AdoptionPart:
    """The platform team's part of App Home."""

    def __init__(self, desk: Desk, people: PeopleService, facts: AdoptionFactsService) -> None:
        self._desk = desk
        self._people = people
        self._facts = facts

    async def home_part(self, person: str) -> Sequence[Json]:
        """Nothing for who is not in the platform team, and where the handbook names no capability."""
        if not self._desk.shelf.library.handbook.capabilities:
            return ()
        if await self._people.why_not(await self._people.profile(person), Act.CURATE):
            return ()
        now = self._desk.clock.now()
        found = lines(await self._facts.facts(Window(now - LOOK_BACK, now)))
        more = len(found) - HOME_MOST
        shown = [*found[:HOME_MOST], *([f"{more} more: `mentor adoption` has them all."] if more > 0 else [])]
        told = sections([f"• {escape(each)}" for each in shown])
        return [header(f"Chosen or not, {LOOK_BACK.days // 7} weeks"), *told]
