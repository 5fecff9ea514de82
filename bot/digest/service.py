"""Posts each week's digests once, and shows one to whoever asks. What they say is made in `bot.digest.maker`.

What is pressed under them is `bot.digest.presses`'.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot import effects
from bot.authority import Act
from bot.blockkit import Shown
from bot.calendar import Slot, Weekly
from bot.desk import Desk
from bot.digest import blocks
from bot.digest.blocks import COMMUNITY, DETAILS, DIGEST, FORTNIGHT, MISSED, SHOWN_DIGEST
from bot.digest.community_blocks import community_digest
from bot.digest.detail_blocks import detail_blocks, has_details
from bot.digest.kept import Digest
from bot.digest.maker import DigestMaker
from bot.digest.summing import Summing
from bot.digest.team_blocks import Takers, team_digest
from bot.digest.weeks import Week
from bot.errors import SlackError
from bot.model import Effect
from bot.peers.blocks import refusal
from bot.people import PeopleService
from bot.storage import digests as rows
from bot.storage.engine import Tx
from bot.storage.people import slack_ids_of, stand_ins, who_is_left_out
from bot.wanted import Asking, Due
from knowledge.channels import Channels

log = structlog.get_logger(__name__)

WORTH = timedelta(hours=24)  # a digest later than this is told as missed
UNPRESSED = 4  # digests in a row without a press: then fewer may do
PRESSES_FOUND = timedelta(weeks=8)  # after that nobody can find what a person pressed
SOMEBODY = "A colleague"  # who is left out, or whose name Slack does not tell


class DigestService:
    def __init__(
        self, desk: Desk, people: PeopleService, maker: DigestMaker, summing: Summing, *, new_key: Callable[[], str]
    ) -> None:
        self._desk = desk
        self._people = people
        self._maker = maker
        self._summing = summing
        self._new_key = new_key

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
        weeks = await self._weeks_told(week)
        if weeks == 0:
            log.info("digest.not_this_week", week=str(week))
            return
        digest = await self._summing.summed_up(await self._maker.make(week, weeks=weeks))
        revision = self._desk.shelf.library.handbook.revision
        facts, now, key = digest.to_json(), digest.made_at, self._new_key()

        async def unit(tx: Tx) -> None:
            if await rows.add(tx, str(week), facts, revision=revision, now=now, key=key):
                for effect in self._effects(digest):
                    await self._desk.outbox.put(tx, effect)
                await self._propose_fortnight(tx, week)

        await self._desk.database.write(unit)
        log.info("digest.made", week=str(week), audit=digest.audit)
        self._desk.outbox.bell.set()

    async def weeks_told(self, slot: Slot) -> int:
        """How many weeks the digest of this slot is about, as things stand; 0 where there is none."""
        return await self._weeks_told(Week.read(slot.key).before())

    async def _weeks_told(self, week: Week) -> int:
        """How many weeks it is about; 0 where it is not due, as every second week is left out."""
        every = self._channels.digest.every_weeks
        async with self._desk.database.read() as tx:
            if every is None:
                every = await rows.rhythm(tx) or 1
            if every == 1:
                return 1
            if await rows.is_made(tx, str(week.before())):
                return 0
        return every

    def _effects(self, digest: Digest) -> list[Effect]:
        found, channels = [], self._channels
        if channels.team_channel:
            found.append(self._team(digest, {}))
            if has_details(digest):
                key = f"digest-details:{digest.week}"
                found.append(effects.in_thread_of(found[0], key, DETAILS, detail_blocks(digest)))
        if community := channels.digest.community.channel_id:
            shown = community_digest(digest)
            found.append(effects.in_channel(f"digest-community:{digest.week}", COMMUNITY, community, shown))
        return found

    def _team(self, digest: Digest, taken: Takers) -> Effect:
        shown = team_digest(digest, taken)
        return effects.in_channel(f"digest:{digest.week}", DIGEST, self._channels.team_channel, shown)

    async def _propose_fortnight(self, tx: Tx, week: Week) -> None:
        """Once: where the handbook says nothing of it, and nobody pressed anything under the last digests."""
        channel_id = self._channels.team_channel
        if self._channels.digest.every_weeks is not None or not channel_id or await rows.rhythm(tx):
            return
        last = await rows.last_made(tx, before=str(week), limit=UNPRESSED)
        if len(last) == UNPRESSED and not await rows.presses(tx, last):
            asked = effects.in_channel("digest-fortnight", FORTNIGHT, channel_id, blocks.rarer(week))
            await self._desk.outbox.put(tx, asked)

    async def again(self, due: Due) -> None:
        """The team's digest as it stands now: somebody took something on, or is not known any more."""
        week = Week.read(due.key.partition(":")[0])
        digest = await self._maker.stored(week)
        if digest is None:
            return
        effect = effects.newest(self._team(digest, await self.takers(week)))
        await self._desk.send(effect)

    async def takers(self, week: Week) -> Takers:
        """Names by place. Who is left out is a colleague."""
        async with self._desk.database.read() as tx:
            taken = await rows.takers(tx, str(week))
            known = await slack_ids_of(tx, set(taken.values()))
        unnamed = await self._desk.database.write(lambda tx: _left_out(tx, frozenset(known.values())))
        return {
            place: await self._name(known[person]) if person in known and known[person] not in unnamed else SOMEBODY
            for place, person in taken.items()
        }

    async def _name(self, user_id: str) -> str:
        try:
            return await self._desk.slack.real_name(user_id) or SOMEBODY
        except SlackError as error:
            log.warning("digest.no_name", reason=str(error))
            return SOMEBODY

    async def forget_old(self) -> None:
        before = self._desk.clock.now() - PRESSES_FOUND
        await self._desk.database.write(lambda tx: rows.forget_keys(tx, before=before))

    async def missed(self, due: Due) -> None:
        """Nobody is left to wonder why there was none."""
        week = str(Week.read(due.key).before())
        if channel_id := self._channels.team_channel:
            effect = effects.in_channel(f"digest-missed:{week}", MISSED, channel_id, blocks.missed(week))
            await self._desk.send(effect)

    async def show(self, asking: Asking) -> None:
        """A week's digest, to the person alone, or why they get none; without a week the last whole one."""
        shown = await self._shown(asking)
        key = f"digest-shown:{asking.key}"
        await self._desk.send(
            effects.privately(key, asking.asker, shown, response_url=asking.response_url, kind=SHOWN_DIGEST)
        )

    async def _shown(self, asking: Asking) -> Shown:
        """The reader's own: the platform team's with its figures, everybody else's without."""
        person = await self._people.profile(asking.asker)
        if reason := await self._people.why_not(person, Act.ASK):
            return refusal(reason)
        try:
            week = Week.read(asking.text) if asking.text.strip() else self._maker.last_week()
            digest = await self._maker.of(week)
        except ValueError as error:
            return refusal(str(error))
        if await self._people.why_not(person, Act.STEER):
            return community_digest(digest, may_press=False)
        return team_digest(digest, await self.takers(week), may_press=False)

    @property
    def _channels(self) -> Channels:
        return self._desk.shelf.library.handbook.channels


async def _left_out(tx: Tx, user_ids: frozenset[str]) -> frozenset[str]:
    return frozenset(await who_is_left_out(tx, user_ids, await stand_ins(tx)))
