"""Makes a week's digest from the pillars' facts, or takes it as it was stored."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar
from zoneinfo import ZoneInfo

import structlog

from bot.actions.figures import ActionFacts
from bot.adoption.totals import AdoptionFacts
from bot.clock import Clock
from bot.curation.gap_facts import GapFactsService
from bot.curation.gap_rules import Gap
from bot.curation.health_rules import ArticleFacts
from bot.digest import news, rules
from bot.digest.kept import Digest, Gaps, Listed, Named, TopGap, WeekOf
from bot.digest.news import Announced, Telling, Titled, Waiting
from bot.digest.weeks import Week
from bot.errors import SlackError
from bot.listening.figures import ListeningFacts
from bot.model import Window
from bot.peers.cases import Case
from bot.peers.facts import FactsService
from bot.peers.figures import Unanswered
from bot.storage import audit as audit_rows
from bot.storage import digests as rows
from bot.storage.engine import Database
from bot.surveys.result_rules import SurveyFacts
from knowledge.channels import Channels

log = structlog.get_logger(__name__)

T = TypeVar("T")

LISTED_MOST = 5  # unanswered questions with a link; more is a backlog, not a digest
GAPS_MOST = 3  # open ones; all of them are under `gaps`
ILL_MOST = 3  # likewise articles, in App Home
SHARES_OVER = 4  # weeks: of one week alone there are too few questions for a share
TREND = 12  # weeks
Permalink = Callable[[str, str], Awaitable[str]]
Of = Callable[[Window], Awaitable[T]]


async def no_permalink(_channel_id: str, _ts: str) -> str:
    """Where there is no Slack to ask."""
    return ""


async def no_articles() -> ArticleFacts:
    """Where nobody can tell whether an article's owner is there."""
    return ArticleFacts()


@dataclass(frozen=True)
class Sources:
    """What each pillar says of a window; `waits` and `articles` of now. `coming` are notices of what is to change."""

    peers: FactsService
    gaps: GapFactsService
    surveys: Of[SurveyFacts]
    listening: Of[ListeningFacts]
    adoption: Of[AdoptionFacts]
    actions: Of[ActionFacts]
    documented: Of[Sequence[Titled]]
    signs: Of[Sequence[Telling]]
    coming: Of[Sequence[Announced]]
    waits: Callable[[], Sequence[Waiting]]
    articles: Callable[[], Awaitable[ArticleFacts]] = no_articles


class DigestMaker:
    def __init__(
        self,
        database: Database,
        sources: Sources,
        *,
        channels: Callable[[], Channels],
        clock: Clock,
        permalink: Permalink = no_permalink,
    ) -> None:
        self._database = database
        self._sources = sources
        self._channels = channels
        self._clock = clock
        self._permalink = permalink

    async def of(self, week: Week) -> Digest:
        """As it was stored, or as it would be now. Raises ValueError for a week that is not over."""
        if week.monday >= Week.of(self._today()).monday:
            raise ValueError(f"{week} is not over yet.")
        return await self.stored(week) or await self.make(week)

    async def stored(self, week: Week) -> Digest | None:
        async with self._database.read() as tx:
            stored = await rows.facts_of(tx, str(week))
        return Digest.from_json(stored) if stored else None

    def last_week(self) -> Week:
        return Week.of(self._today()).before()

    async def make(self, week: Week, *, weeks: int = 1) -> Digest:
        """Of so many weeks, that one being the last."""
        digest = await self._of_peers(week, weeks)
        digest = await self._of_others(digest, week.window(digest.timezone, weeks=weeks))
        return replace(digest, todos=rules.worth_doing(digest))

    async def _of_peers(self, week: Week, weeks: int) -> Digest:
        channels, facts = self._channels(), self._sources.peers.facts
        zone, told = channels.timezone, channels.digest
        window = week.window(zone, weeks=weeks)
        this = await facts(window)
        names = {each.channel_id: each.name for each in this.channels}
        rolling = [
            (await facts(week.before(back).window(zone, weeks=SHARES_OVER))).figures
            for back in range(0, TREND, SHARES_OVER)
        ]
        return Digest(
            week=week,
            weeks=weeks,
            made_at=self._clock.now(),
            this=this.figures,
            before=(await facts(week.before(weeks).window(zone, weeks=weeks))).figures,
            rolling=rolling[0],
            rolling_before=rolling[1],
            rolling_first=rolling[2],
            listed=tuple([await self._listed(each, names) for each in this.unanswered[:LISTED_MOST]]),
            unanswered=this.figures.waiting - this.told_of_incidents,
            timezone=zone,
            gaps=await self._gaps_of(window, names),
            trend=await self._trend(week, zone),
            audit=await self._audit_head(),
            community_sections=told.community.sections,
            team_sections=told.team.sections,
            definitions=told.definitions,
        )

    async def _of_others(self, digest: Digest, window: Window) -> Digest:
        sources = self._sources
        surveys, listening = await sources.surveys(window), await sources.listening(window)
        adoption, articles = await sources.adoption(window), await sources.articles()
        actions = await sources.actions(window)
        lately = digest.week.window(digest.timezone, weeks=SHARES_OVER)
        return replace(
            digest,
            shipped=news.shipped(surveys, listening),
            stories=tuple(Named(each.title, each.url) for each in reversed(listening.stories)),
            documented=news.named(await sources.documented(window)),
            coming=news.coming(await sources.coming(window)),
            signs=news.signs(await sources.signs(window)),
            waits=news.waits(sources.waits()),
            waves=news.waves(surveys),
            asked_for=news.asked_for(surveys, listening),
            changed=news.changed(adoption, window, digest.timezone),
            adopted=news.adopted(adoption, lately, digest.timezone),
            to_mend=len(articles.worst),
            ill=tuple(map(news.ill, articles.worst[:ILL_MOST])),
            self_service=news.self_service(actions),
            reverted=news.reverted(actions),
        )

    async def _trend(self, week: Week, zone: str) -> tuple[WeekOf, ...]:
        """Twelve weeks, the oldest first, as they stand now."""
        cases = await self._sources.peers.cases(week.window(zone, weeks=TREND))
        by_week: dict[str, list[Case]] = {str(week.before(back)): [] for back in reversed(range(TREND))}
        for each in cases:
            by_week[str(Week.of(each.asked_at.astimezone(ZoneInfo(zone)).date()))].append(each)
        return tuple(news.week_of(name, found) for name, found in by_week.items())

    async def _audit_head(self) -> str:
        """Where the audit log ends now: a channel that many read keeps it better than the database does."""
        async with self._database.read() as tx:
            head = await audit_rows.head(tx)
        return head.short if head and head.number else ""

    async def _gaps_of(self, window: Window, names: Mapping[str, str]) -> Gaps:
        facts = await self._sources.gaps.facts(window)
        top = [await self._top(each, names) for each in facts.open[:GAPS_MOST]]
        return Gaps(open=len(facts.open), opened=facts.opened, closed=facts.closed, top=tuple(top))

    async def _top(self, gap: Gap, names: Mapping[str, str]) -> TopGap:
        permalink = await self._link(gap.channel_id, gap.ts) if gap.example else ""
        return TopGap(gap.lacks, gap.questions, gap.people, names.get(gap.channel_id, ""), permalink)

    async def _listed(self, question: Unanswered, names: Mapping[str, str]) -> Listed:
        permalink = await self._link(question.channel_id, question.ts)
        return Listed(names[question.channel_id], question.asked_at, permalink, question.is_young)

    async def _link(self, channel_id: str, ts: str) -> str:
        try:
            return await self._permalink(channel_id, ts)
        except SlackError as error:  # a digest without one link is better than none
            log.warning("digest.no_permalink", reason=str(error))
            return ""

    def _today(self) -> date:
        return self._clock.now().astimezone(ZoneInfo(self._channels().timezone)).date()
