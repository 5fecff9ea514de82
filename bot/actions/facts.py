"""The pillar's figures of a window, from the database and the handbook as it stands; and what the team sees of them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from bot.actions.drift_rules import Key, places_of
from bot.actions.figures import ActionFacts, figures, lines, open_debts
from bot.authority import Act
from bot.blockkit import escape, header, section
from bot.desk import Desk
from bot.model import Json, Window
from bot.people import PeopleService
from bot.storage import controllers as reports
from bot.storage import follow_ups
from bot.storage import requests as rows
from bot.storage.engine import Database
from knowledge.loader import Handbook

LOOK_BACK = timedelta(days=90)  # requests are few: a shorter time would often be too few to say


class ActionFactsService:
    def __init__(self, database: Database, *, handbook: Callable[[], Handbook]) -> None:
        self._database = database
        self._handbook = handbook

    async def facts(self, window: Window) -> ActionFacts:
        handbook = self._handbook()
        async with self._database.read() as tx:
            courses = await rows.courses(tx, window.since, window.until)
            pushed = await follow_ups.debts(tx)
            reverts = await reports.drift_reverts(tx, window.since, window.until, teams=_teams(handbook))
        return figures(window, courses, debts=open_debts(pushed, handbook.actions), reverts=reverts)


class FiguresPart:
    """The platform team's part of App Home."""

    def __init__(self, desk: Desk, people: PeopleService, facts: ActionFactsService) -> None:
        self._desk = desk
        self._people = people
        self._facts = facts

    async def home_part(self, person: str) -> Sequence[Json]:
        """Nothing for who is not in the platform team, and where nothing can be run."""
        if not self._desk.shelf.library.handbook.actions:
            return ()
        if await self._people.why_not(await self._people.profile(person), Act.CURATE):
            return ()
        now = self._desk.clock.now()
        facts = await self._facts.facts(Window(now - LOOK_BACK, now))
        told = "\n".join(f"• {escape(each)}" for each in lines(facts))
        return [header(f"Self-service, {LOOK_BACK.days} days"), section(told)]


def _teams(handbook: Handbook) -> Mapping[Key, str]:
    """Whose each object is; of one with several places the first team that is named."""
    places = places_of(handbook.repositories)
    return {key: next((each.team for each in found if each.team), "") for key, found in places.items()}
