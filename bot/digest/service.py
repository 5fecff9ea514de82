"""Posts each week's digest once, and shows one to whoever asks. What it says is made in `bot.digest.maker`."""

from datetime import datetime, timedelta

import structlog

from bot import effects
from bot.authority import Act
from bot.blockkit import Shown
from bot.calendar import Weekly
from bot.desk import Desk
from bot.digest import blocks
from bot.digest.blocks import DIGEST, MISSED, SHOWN_DIGEST
from bot.digest.maker import DigestMaker
from bot.digest.rules import Week
from bot.peers.blocks import refusal
from bot.people import PeopleService
from bot.storage import digests as rows
from bot.storage.engine import Tx
from bot.work import Asking, Due
from knowledge.channels import Channels

log = structlog.get_logger(__name__)

WORTH = timedelta(hours=24)  # a digest later than this is told as missed


class DigestService:
    def __init__(self, desk: Desk, people: PeopleService, maker: DigestMaker) -> None:
        self._desk = desk
        self._people = people
        self._maker = maker

    def schedule(self) -> Weekly:
        """The handbook's digest time, moved to the next working day where it falls on a holiday."""
        channels = self._channels
        days = channels.working_time().hours.days
        return Weekly(channels.digest.weekday, channels.digest.at, channels.timezone, channels.holidays, days)

    async def post(self, due: Due) -> None:
        """The digest of the week before the slot, stored and put in for posting in one transaction, once."""
        week = Week.read(due.key).before()
        if self._desk.clock.now() - datetime.fromisoformat(due.due_at) >= WORTH:
            await self.missed(due)
            return
        channel_id = self._channels.platform_channel
        digest = await self._maker.make(week)
        if not digest.is_worth_posting:
            log.info("digest.nothing_to_say", week=str(week))
        revision = self._desk.shelf.library.handbook.revision

        async def unit(tx: Tx) -> None:
            stored = await rows.add(tx, str(week), digest.to_json(), revision=revision, now=digest.made_at)
            if stored and channel_id and digest.is_worth_posting:
                shown = blocks.digest_message(digest)
                await self._desk.outbox.put(tx, effects.in_channel(f"digest:{week}", DIGEST, channel_id, shown))

        await self._desk.database.write(unit)
        log.info("digest.made", week=str(week), audit=digest.audit)
        self._desk.outbox.bell.set()

    async def missed(self, due: Due) -> None:
        """Nobody is left to wonder why there was none."""
        week = str(Week.read(due.key).before())
        if self._channels.platform_channel:
            effect = effects.in_channel(
                f"digest-missed:{week}", MISSED, self._channels.platform_channel, blocks.missed(week)
            )
            await self._desk.send(effect)

    async def show(self, asking: Asking) -> None:
        """A week's digest, to the person alone, or why they get none; without a week the last whole one."""
        shown = await self._shown(asking)
        key = f"digest-shown:{asking.key}"
        await self._desk.send(
            effects.privately(key, asking.asker, shown, response_url=asking.response_url, kind=SHOWN_DIGEST)
        )

    async def _shown(self, asking: Asking) -> Shown:
        """Whoever may ask may see it."""
        if reason := await self._people.why_not(await self._people.profile(asking.asker), Act.ASK):
            return refusal(reason)
        try:
            week = Week.read(asking.text) if asking.text.strip() else self._maker.last_week()
        except ValueError as error:
            return refusal(str(error))
        return blocks.digest_message(await self._maker.of(week))

    @property
    def _channels(self) -> Channels:
        return self._desk.shelf.library.handbook.channels
