"""Makes a week's digest from the pillars' facts, or takes it as it was stored."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

import structlog

from bot.clock import Clock
from bot.digest.rules import Digest, Listed, Week
from bot.errors import SlackError
from bot.peers.facts import FactsService
from bot.peers.figures import Unanswered
from bot.storage import digests as rows
from bot.storage.engine import Database
from knowledge.channels import Channels

log = structlog.get_logger(__name__)

LISTED_MOST = 5  # unanswered questions with a link; more is a backlog, not a digest
SHARES_OVER = 4  # weeks: of one week alone there are too few questions for a share
Permalink = Callable[[str, str], Awaitable[str]]


async def no_permalink(_channel_id: str, _ts: str) -> str:
    """Where there is no Slack to ask."""
    return ""


class DigestMaker:
    def __init__(
        self,
        database: Database,
        facts: FactsService,
        *,
        channels: Callable[[], Channels],
        clock: Clock,
        permalink: Permalink = no_permalink,
    ) -> None:
        self._database = database
        self._facts = facts
        self._channels = channels
        self._clock = clock
        self._permalink = permalink

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
        )

    async def _listed(self, question: Unanswered, names: Mapping[str, str]) -> Listed:
        try:
            permalink = await self._permalink(question.channel_id, question.ts)
        except SlackError as error:  # a digest without one link is better than none
            log.warning("digest.no_permalink", reason=str(error))
            permalink = ""
        return Listed(names[question.channel_id], question.asked_at, permalink)

    def _today(self) -> date:
        return self._clock.now().astimezone(ZoneInfo(self._channels().timezone)).date()
