"""Tells what was logged, told and thanked: in figures to whoever counts, and to the platform team in App Home.

Nothing here groups by person, and no words are shown before `sorting` readied them.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from bot.authority import Act
from bot.desk import Desk
from bot.errors import SlackError
from bot.listening import figures
from bot.listening import list_blocks as blocks
from bot.listening.figures import Entry, ListeningFacts, StoryFacts, ThemeFacts
from bot.listening.list_blocks import EXAMPLES_MOST, THEMES_MOST, Example, Examples
from bot.model import Json, Window
from bot.people import PeopleService
from bot.storage import friction as rows
from bot.storage import stories, thanks
from bot.storage.engine import Database
from bot.storage.friction import Friction, Theme
from bot.storage.people import slack_id_of

log = structlog.get_logger(__name__)

LATELY = timedelta(days=90)  # of App Home
BEGIN = datetime.min.replace(tzinfo=UTC)


class ListeningFactsService:
    """What the pillar says: for the digest, App Home and the command line alike."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def facts(self, window: Window) -> ListeningFacts:
        """Held against the window before, which is as long."""
        before = Window(window.since - (window.until - window.since), window.since)
        async with self._database.read() as tx:
            now = _entries(await rows.logged(tx, window.since, window.until))
            then = _entries(await rows.logged(tx, before.since, before.until))
            found = [_theme(each, now, then) for each in await rows.themes(tx)]
            merged = await stories.merged(tx, window.since, window.until)
            thanked = await thanks.count(tx, window.since, window.until)
            thanked_before = await thanks.count(tx, before.since, before.until)
        facts = ListeningFacts(window, themes=tuple(found))
        shipped = {each.id for each in facts.shipped}
        return replace(
            facts,
            friction=figures.counted(now, then),
            by_stage=figures.by_stage(now, then),
            themes=tuple(sorted((each for each in found if each.count.n or each.id in shipped), key=_rank)),
            stories=tuple(StoryFacts(each.title, each.file, each.url, each.settled_at or BEGIN) for each in merged),
            thanks=thanked,
            thanks_before=thanked_before,
        )


def _entries(logged: Sequence[Friction]) -> list[Entry]:
    return [Entry(each.person, each.stage, each.team, each.theme_id or "") for each in logged]


def _rank(theme: ThemeFacts) -> tuple[int, str, str]:
    """What was said most often stands first."""
    return -theme.count.n, theme.title, theme.id


def _theme(theme: Theme, now: Sequence[Entry], before: Sequence[Entry]) -> ThemeFacts:
    mine = [[each for each in entries if each.theme_id == theme.id] for entries in (now, before)]
    count = figures.counted(*mine)
    return ThemeFacts(theme.id, theme.title, theme.state, theme.url, theme.opened_at, count, theme.shipped_at)


class FrictionList:
    def __init__(self, desk: Desk, people: PeopleService, facts: ListeningFactsService) -> None:
        self._desk = desk
        self._people = people
        self._facts = facts

    async def home_part(self, person: str) -> Sequence[Json]:
        """What the person sees in App Home; nothing if they are not in the platform team."""
        if await self._people.why_not(await self._people.profile(person), Act.SEE_FRICTION):
            return ()
        now = self._desk.clock.now()
        facts = await self._facts.facts(Window(now - LATELY, now))
        wanted = {"", *(each.id for each in facts.themes[:THEMES_MOST])}
        return blocks.home_part(facts, await self._examples(wanted, now))

    async def _examples(self, wanted: Collection[str], now: datetime) -> Examples:
        """Of these themes, and of what stands alone (""), a few in the order of their ids, which is no order."""
        async with self._desk.database.read() as tx:
            logged = [each for each in await rows.logged(tx, now - LATELY, now) if each.is_readied]
        found: dict[str, list[Friction]] = {}
        for each in sorted(logged, key=lambda each: each.id):
            if (each.theme_id or "") in wanted and (each.text or each.said):
                found.setdefault(each.theme_id or "", []).append(each)
        return {theme: await self._shown(these[:EXAMPLES_MOST]) for theme, these in found.items()}

    async def _shown(self, logged: Sequence[Friction]) -> Sequence[Example]:
        return [Example(each.text or "", await self._link(each), await self._name(each)) for each in logged]

    async def _link(self, row: Friction) -> str:
        """To the message it is about; "" where there is none, or Slack gives none."""
        if row.said is None:
            return ""
        try:
            return await self._desk.slack.permalink(row.channel_id, row.ts)
        except SlackError as error:
            log.warning("friction.no_permalink", reason=str(error))
            return ""

    async def _name(self, row: Friction) -> str:
        """Of somebody who lets it be seen; "" of everybody else."""
        if not row.is_named:
            return ""
        async with self._desk.database.read() as tx:
            slack_id = await slack_id_of(tx, row.person)
        try:
            return await self._desk.slack.real_name(slack_id) if slack_id else ""
        except SlackError:
            return ""
