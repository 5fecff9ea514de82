"""Makes a week's digest from the pillars' facts, or takes it as it was stored."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

import structlog

from bot.clock import Clock
from bot.curation.gap_facts import GapFactsService
from bot.curation.gap_rules import Gap
from bot.digest.rules import Digest, Done, Gaps, Listed, TopGap, Week
from bot.errors import SlackError
from bot.model import Window
from bot.peers.facts import FactsService
from bot.peers.figures import Unanswered
from bot.storage import audit as audit_rows
from bot.storage import digests as rows
from bot.storage.engine import Database
from bot.surveys.result_rules import ThemeFacts
from knowledge.channels import Channels

log = structlog.get_logger(__name__)

LISTED_MOST = 5  # unanswered questions with a link; more is a backlog, not a digest
GAPS_MOST = 3  # open ones; all of them are under `gaps`
SHARES_OVER = 4  # weeks: of one week alone there are too few questions for a share
Permalink = Callable[[str, str], Awaitable[str]]


Shipped = Callable[[Window], Awaitable[Sequence[ThemeFacts]]]  # what was done in a window about what surveys said


async def nothing_shipped(_window: Window) -> Sequence[ThemeFacts]:
    """Where there are no surveys."""
    return ()


async def no_permalink(_channel_id: str, _ts: str) -> str:
    """Where there is no Slack to ask."""
    return ""


class DigestMaker:
    def __init__(
        self,
        database: Database,
        facts: FactsService,
        gaps: GapFactsService,
        *,
        channels: Callable[[], Channels],
        clock: Clock,
        permalink: Permalink = no_permalink,
        shipped: Shipped = nothing_shipped,
    ) -> None:
        self._database = database
        self._facts = facts
        self._gaps = gaps
        self._channels = channels
        self._clock = clock
        self._permalink = permalink
        self._shipped = shipped

    async def of(self, week: Week) -> Digest:
        """As it was stored, or as it would be now. Raises ValueError for a week that is not over."""
        if week.monday >= Week.of(self._today()).monday:
            raise ValueError(f"{week} is not over yet.")
        async with self._database.read() as tx:
            stored = await rows.facts_of(tx, str(week))
        return Digest.from_json(stored) if stored else await self.make(week)

    def last_week(self) -> Week:
        return Week.of(self._today()).before()

    async def make(self, week: Week) -> Digest:
        zone = self._channels().timezone
        this = await self._facts.facts(week.window(zone))
        before = await self._facts.facts(week.before().window(zone))
        rolling = await self._facts.facts(week.window(zone, weeks=SHARES_OVER))
        rolling_before = await self._facts.facts(week.before(SHARES_OVER).window(zone, weeks=SHARES_OVER))
        names = {each.channel_id: each.name for each in this.channels}
        return Digest(
            week=week,
            made_at=self._clock.now(),
            this=this.figures,
            before=before.figures,
            rolling=rolling.figures,
            rolling_before=rolling_before.figures,
            listed=tuple([await self._listed(each, names) for each in this.unanswered[:LISTED_MOST]]),
            unanswered=this.figures.waiting,
            timezone=zone,
            gaps=await self._gaps_of(week.window(zone), names),
            shipped=tuple(Done(each.title, each.url) for each in await self._shipped(week.window(zone))),
            audit=await self._audit_head(),
        )

    async def _audit_head(self) -> str:
        """Where the audit log ends now: a channel that many read keeps it better than the database does."""
        async with self._database.read() as tx:
            head = await audit_rows.head(tx)
        return head.short if head and head.number else ""

    async def _gaps_of(self, window: Window, names: Mapping[str, str]) -> Gaps:
        facts = await self._gaps.facts(window)
        top = [await self._top(each, names) for each in facts.open[:GAPS_MOST]]
        return Gaps(open=len(facts.open), opened=facts.opened, closed=facts.closed, top=tuple(top))

    async def _top(self, gap: Gap, names: Mapping[str, str]) -> TopGap:
        permalink = await self._link(gap.channel_id, gap.ts) if gap.example else ""
        return TopGap(gap.lacks, gap.questions, gap.people, names.get(gap.channel_id, ""), permalink)

    async def _listed(self, question: Unanswered, names: Mapping[str, str]) -> Listed:
        permalink = await self._link(question.channel_id, question.ts)
        return Listed(names[question.channel_id], question.asked_at, permalink)

    async def _link(self, channel_id: str, ts: str) -> str:
        try:
            return await self._permalink(channel_id, ts)
        except SlackError as error:  # a digest without one link is better than none
            log.warning("digest.no_permalink", reason=str(error))
            return ""

    def _today(self) -> date:
        return self._clock.now().astimezone(ZoneInfo(self._channels().timezone)).date()
