"""Brings a changed handbook into use, and tells the platform team of a broken one."""

from collections.abc import Sequence

import structlog

from bot import effects
from bot.answers import blocks
from bot.desk import Desk
from bot.handbook import HandbookSource, Outcome, StillBroken, Unreachable
from bot.sources import Lost

PATIENCE = 10  # looks, one a minute, before a source that was read before is told as lost: hosts have short troubles

log = structlog.get_logger(__name__)


class ReloadService:
    def __init__(self, desk: Desk, source: HandbookSource) -> None:
        self._desk = desk
        self._source = source

    async def handbook(self) -> None:
        """Looks whether the handbook changed, and takes what is there."""
        await self.take(await self._source.refresh())

    async def take(self, outcome: Outcome) -> None:
        """A good new handbook is indexed and live; a broken one is told to the platform team once, as is a lost source.

        Its sources may have changed also when its own place is broken or away.
        """
        handbook = self._source.current
        if handbook is not self._desk.shelf.library.handbook:
            await self._desk.shelf.put(handbook)
            log.info("handbook.refreshed", revision=handbook.revision, articles=len(handbook.articles))
        match outcome:
            case StillBroken(problems, revision):
                log.error("handbook.broken", revision=revision, at=[f"{each.file}:{each.line}" for each in problems])
                await self._tell_broken([str(problem) for problem in problems], revision)
            case Unreachable(reason):
                log.warning("handbook.unreachable", reason=reason)
        for lost in self._source.lost_sources:
            log.warning("source.lost", source=lost.name, revision=lost.revision, looks=lost.looks, reason=lost.reason)
            if lost.looks == PATIENCE or not lost.revision:
                await self._tell_lost(lost)

    async def _tell_lost(self, lost: Lost) -> None:
        channel_id = self._desk.shelf.library.handbook.channels.platform_channel
        if channel_id:
            key = f"source-lost:{lost.name}:{lost.revision}"
            shown = blocks.source_lost(lost.name, lost.reason, revision=lost.revision)
            await self._desk.send(effects.in_channel(key, blocks.SOURCE_LOST, channel_id, shown))

    async def _tell_broken(self, problems: Sequence[str], revision: str) -> None:
        channel_id = self._desk.shelf.library.handbook.channels.platform_channel
        if not channel_id:
            return
        shown = blocks.handbook_broken(problems, revision=revision)
        await self._desk.send(
            effects.in_channel(f"handbook-broken:{revision}", blocks.HANDBOOK_BROKEN, channel_id, shown)
        )
