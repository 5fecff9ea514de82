"""Reads what each pillar says of a quarter, for its page. Decides no words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.actions.facts import ActionFactsService
from bot.adoption.facts import AdoptionFactsService
from bot.clock import Clock
from bot.curation.gap_facts import GapFactsService
from bot.curation.health_rules import ArticleFacts, Known, Served, health_of
from bot.listening.listing import ListeningFactsService
from bot.model import Window
from bot.peers.facts import FactsService
from bot.report.facts import QuarterFacts, WeekShares
from bot.report.quarter import Quarter
from bot.storage import articles as article_rows
from bot.storage import outbox
from bot.storage.engine import Database
from bot.surveys.results import SurveyFactsService
from knowledge.loader import Handbook

SERVED = timedelta(days=90)  # as articles are looked at everywhere
ROLLING = timedelta(weeks=4)  # of one week alone there are too few questions for a share


@dataclass(frozen=True)
class Pillars:
    """What each says of a window."""

    peers: FactsService
    adoption: AdoptionFactsService
    surveys: SurveyFactsService
    listening: ListeningFactsService
    actions: ActionFactsService
    gaps: GapFactsService


def pillars_of(
    database: Database, adoption: AdoptionFactsService, *, handbook: Callable[[], Handbook], clock: Clock
) -> Pillars:
    """All but adoption's, which knows repositories, need no more than the database and the handbook."""
    return Pillars(
        peers=FactsService(database, channels=lambda: handbook().channels, clock=clock),
        adoption=adoption,
        surveys=SurveyFactsService(database),
        listening=ListeningFactsService(database),
        actions=ActionFactsService(database, handbook=handbook),
        gaps=GapFactsService(database, channels=lambda: handbook().channels),
    )


class ReportMaker:
    def __init__(self, database: Database, pillars: Pillars, *, handbook: Callable[[], Handbook], clock: Clock) -> None:
        self._database = database
        self._pillars = pillars
        self._handbook = handbook
        self._clock = clock

    def last_quarter(self) -> Quarter:
        """The last that is over."""
        today = self._clock.now().astimezone(ZoneInfo(self._timezone)).date()
        return Quarter.of(today).before

    async def facts(self, quarter: Quarter, *, tickets_closed: int | None = None) -> QuarterFacts:
        """As things stand now. Raises ValueError for a quarter that has not begun."""
        now, window, before = self._clock.now(), quarter.window(self._timezone), quarter.before.window(self._timezone)
        if window.since > now:
            raise ValueError(f"{quarter} has not begun yet.")
        of, handbook = self._pillars, self._handbook()
        listening, peers = await of.listening.facts(window), await of.peers.facts(window)
        async with self._database.read() as tx:
            arrived_at = await outbox.first_at(tx)
        return QuarterFacts(
            quarter=quarter,
            made_at=now,
            timezone=self._timezone,
            arrived_at=arrived_at,
            peers=peers,
            peers_before=await of.peers.facts(before),
            weeks=tuple(
                [await self._week(label, ended, window) for label, ended in quarter.weeks(self._timezone, until=now)]
            ),
            adoption=await of.adoption.facts(Window(window.since, min(window.until, now))),
            adoption_before=await of.adoption.facts(before),
            surveys=await of.surveys.facts(window),
            listening=listening,
            actions=await of.actions.facts(window),
            gaps=await of.gaps.facts(window),
            articles=await self._articles(),
            stories=handbook.stories,
            story_urls={each.file: each.url for each in listening.stories},
            repeats=peers.figures.repeats,
            tickets_closed=tickets_closed,
        )

    async def _week(self, label: str, ended: datetime, quarter: Window) -> WeekShares:
        figures = (await self._pillars.peers.facts(Window(ended - ROLLING, ended))).figures
        adoption = await self._pillars.adoption.facts(Window(quarter.since, ended))
        chosen = {each.id: each.voluntary for each in adoption.capabilities if each.voluntary is not None}
        return WeekShares(label, figures.peer_first, figures.unanswered, chosen)

    async def _articles(self) -> ArticleFacts:
        """Without owners: who is there any more only Slack knows."""
        handbook, now = self._handbook(), self._clock.now()
        async with self._database.read() as tx:
            links = await article_rows.links(tx)
            served = await article_rows.served_since(tx, now - SERVED)
            needs_work = await article_rows.needing_work(tx)
        known = Known(
            failures={url: row.failures for url, row in links.items()},
            served={article: Served(*counts) for article, counts in served.items()},
            needs_work=needs_work,
        )
        ours = [each for each in handbook.articles if not each.source and not each.moved_to]
        today = now.astimezone(ZoneInfo(self._timezone)).date()
        return ArticleFacts(tuple(health_of(each, known, today=today) for each in ours))

    @property
    def _timezone(self) -> str:
        return self._handbook().channels.timezone
