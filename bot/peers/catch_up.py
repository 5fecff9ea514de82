"""Reads back what was missed: Slack's history is the source of truth.

A *pass* re-reads the last week of a channel (or all since the watermark) at each start, after each reconnect and every
few minutes: what is new, edited, gone, or reacted to, and the replies of threads that differ from what we know. A
*walk* goes back page by page through all that is kept: once when a channel is first seen, and again each night and
after a longer absence, then with every thread. Reading is paced, in small steps, one channel after the other; whoever
holds a channel's lease reads it, so that replicas share the work. Nothing is counted or answered here.

What was said before this database was first used, or before the channel was watched, is kept and not done: nobody knows
here what became of it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.claiming import rest
from bot.clock import Clock
from bot.errors import MentorError, PayloadMalformed, SlackError, SlackRefused
from bot.model import ChannelInfo, Deletion, Json, Message, Standing, Workspace, moment
from bot.peers import rules
from bot.peers.service import PeerService, Request
from bot.slack import Page, Slack
from bot.storage import channels as rows
from bot.storage import peers as peer_rows
from bot.storage import work as work_rows
from bot.storage.channels import Reading
from bot.storage.engine import Database, Tx
from bot.storage.people import left_out_since, slack_ids_of, stand_ins, who_is_erased
from bot.storage.restored import first_used
from bot.wanted import Kind
from bot.wire import read_standing
from knowledge.channels import Channel, Channels

log = structlog.get_logger(__name__)

WEEK = timedelta(days=7)  # a pass looks at least this far back: edits and reactions come late
EVERY = timedelta(minutes=5)
EVERY_DIRECT = timedelta(hours=1)  # there may be a thousand of them, and events tell of what comes meanwhile
LEASE = timedelta(minutes=2)  # over the longest wait for one page: six tries
AWAY = timedelta(minutes=6)  # by then Slack has given up on events, and what they said of old replies is lost
UNREAD = timedelta(hours=1)  # a channel not read for so long could not be, or was not watched: its events are lost too
SETTLE = timedelta(minutes=1)  # Slack may show a message a little late, so what is younger is not missing yet
THREADS_A_STEP = 20  # then others get their turn
GONE_AT_ONCE = 500  # in one transaction
RETRY_AFTER = timedelta(minutes=1)
WALK_WAITS = timedelta(minutes=1)  # passes go first, but a walk never waits longer than that for its next step
PROGRESS_EVERY = timedelta(minutes=1)
NOT_IN = "not_in_channel"
BEGINNING, END = "0", "9"  # before and after every ts


class LeaseLost(MentorError):
    """Another process reads this channel now, or nobody is to."""


@dataclass(frozen=True)
class Place:
    """What is being read. `channel` is None for a direct message, of which nothing is kept."""

    reading: Reading
    channel: Channel | None
    is_shared: bool


class CatchUp:
    """`request_in` tells what a message asks of the bot; `announce` says once in a channel what is kept of it."""

    def __init__(
        self,
        database: Database,
        slack: Slack,
        peers: PeerService,
        *,
        channels: Callable[[], Channels],
        workspace: Workspace,
        clock: Clock,
        new_id: Callable[[], str],
        request_in: Callable[[Message, Workspace], Request | None],
        announce: Callable[[str], Awaitable[None]],
    ) -> None:
        self._database = database
        self._slack = slack
        self._peers = peers
        self._channels = channels
        self._workspace = workspace
        self._clock = clock
        self._new_id = new_id
        self._request_in = request_in
        self._announce = announce
        self._added: set[str] = set()
        self._announced: set[str] = set()
        self._is_begun = False
        self._was_deaf = False
        self._first_used = clock.now()  # unless the database knows better
        self._look_for_direct_at: datetime | None = None
        self._threads_left: dict[str, list[str]] = {}  # by channel: found different in its last pass, not read yet
        self._walked_at = self._told_at = clock.now()
        self.bell = asyncio.Event()

    async def note_first_use(self) -> None:
        """Unless it was noted before. What was said until then is not done."""
        now = self._clock.now()
        self._first_used = await self._database.write(lambda tx: first_used(tx, now=now))

    async def run(self) -> None:
        """Until cancelled; begins with everything."""
        while True:
            self.bell.clear()
            if not await self._step():
                await rest(self.bell, self._clock)

    async def all_due(self, *, is_whole: bool = False) -> None:
        """Everything is read anew from now on; `is_whole`: all the way back, with every thread.

        So it is, too, when nobody has read anything for so long that events were lost.
        """
        now, was_deaf = self._clock.now(), self._was_deaf
        self._was_deaf = False  # what is heard of meanwhile counts again

        async def unit(tx: Tx) -> None:
            self._first_used = await first_used(tx, now=now)
            read_to = await rows.last_watermark(tx)
            await rows.all_due(tx, now=now, is_whole=is_whole)
            if was_deaf or (read_to is not None and now - moment(read_to) > AWAY):
                await rows.all_anew(tx)

        try:
            await self._database.write(unit)
        except BaseException:
            self._was_deaf = self._was_deaf or was_deaf
            raise
        self._look_for_direct_at = now
        self.bell.set()

    def look_again(self, silent: timedelta) -> None:
        """Nobody listened for so long: everything is read anew by the next step, and whole if events were lost."""
        self._was_deaf = self._was_deaf or silent > AWAY
        self._is_begun = False
        self.bell.set()

    async def _step(self) -> bool:
        """Whether there was anything to read."""
        try:
            await self._begin()
            await self._add_new()
            reading = await self._claim()
            if reading is not None:
                await self._try(reading)
        except Exception:  # the reader's boundary: a database that is away must not end the loop
            log.exception("catch_up.failed")
            return False
        return reading is not None

    async def _try(self, reading: Reading) -> None:
        """Reads, and gives the channel back whatever comes of it."""
        try:
            await self._read(reading)
        except asyncio.CancelledError:  # at a stop: whoever comes next need not wait for the lease to end
            await self._done(reading)
            raise
        except LeaseLost:
            log.info("catch_up.lease_lost")
        except SlackRefused as refused:
            await self._failed(reading, refused.code, again=EVERY_DIRECT if reading.is_direct else EVERY)
        except SlackError as error:
            await self._failed(reading, type(error).__name__)
        except Exception:
            await self._failed(reading, "failed")
            raise

    async def _begin(self) -> None:
        if self._is_begun:
            return
        self._is_begun = True  # unless it fails, or `look_again` is called meanwhile
        try:
            await self.all_due()
        except BaseException:
            self._is_begun = False
            raise

    async def _add_new(self) -> None:
        """Rows for channels that are watched now, and for direct messages that nobody told us of."""
        now = self._clock.now()
        new = {each.id: each.name for each in self._channels().channels if each.id not in self._added}
        if new:
            await self._database.write(lambda tx: self._add_watched(tx, new, now))
            self._added |= new.keys()
        if self._look_for_direct_at is not None and now >= self._look_for_direct_at:
            self._look_for_direct_at = now + EVERY  # if it fails
            try:
                direct = await self._slack.direct_channels()
            except SlackError as error:
                log.warning("catch_up.no_direct_messages", reason=str(error))
                return
            await self._database.write(lambda tx: self._add_direct(tx, direct))
            self._look_for_direct_at = None

    async def _add_watched(self, tx: Tx, new: Mapping[str, str], now: datetime) -> None:
        """Those of the first time are watched since the first use, whenever a bot comes to read them."""
        since = now if await rows.last_watermark(tx) else self._first_used
        await rows.add(tx, new, now=now, since=since)

    async def _add_direct(self, tx: Tx, users: Mapping[str, str]) -> None:
        """Not those with people who were erased, or are just now: the id alone leads to the person, for whoever may ask
        Slack, and what they had asked there would be asked anew.
        """
        names = await stand_ins(tx)
        leaving = await slack_ids_of(tx, await work_rows.people_with(tx, Kind.ERASE))
        gone = (await who_is_erased(tx, set(users.values()), names)).union(leaving.values())
        since = {each: _ts(at) for each, at in (await left_out_since(tx, set(users.values()), names)).items()}
        wanted = {each: since.get(user_id) for each, user_id in users.items() if user_id not in gone}
        await rows.add_direct(tx, wanted, now=self._clock.now())

    async def _claim(self) -> Reading | None:
        now = self._clock.now()
        watched = [each.id for each in self._channels().channels]
        async with self._database.read() as tx:
            if not await rows.is_any_due(tx, now=now):
                return None
        turn = rows.Turn(watched, is_fresh_after=_ts(now - EVERY), is_walk_first=now - self._walked_at > WALK_WAITS)
        return await self._database.write(
            lambda tx: rows.claim(tx, turn, now=now, until=now + LEASE, lease=self._new_id())
        )

    async def _failed(self, reading: Reading, problem: str, *, again: timedelta = RETRY_AFTER) -> None:
        log.warning("catch_up.not_read", problem=problem)
        await self._done(reading, due_at=self._clock.now() + again, problem=problem[:60])

    async def _done(self, reading: Reading, **values: object) -> None:
        await self._database.write(lambda tx: rows.note(tx, reading, leased_until=None, lease=None, **values))

    async def _read(self, reading: Reading) -> None:
        """One step: of a pass when it is time for one, of its threads, or of a walk if one is left to do."""
        channel = self._channels().watched(reading.channel_id)
        place = Place(reading, channel, is_shared=False)
        if channel is not None:
            info = await self._slack.channel_info(reading.channel_id)
            if not info.is_member:
                raise SlackRefused("conversations.history", NOT_IN)
            place = Place(reading, channel, is_shared=info.is_shared)
            await self._met(place, info)
        has_more = await self._take_step(place)
        every = EVERY_DIRECT if channel is None else EVERY
        await self._done(reading, due_at=self._clock.now() + (timedelta(0) if has_more else every), problem=None)

    async def _take_step(self, place: Place) -> bool:
        """Whether there is more to read at once."""
        reading, now = place.reading, self._clock.now()
        is_fresh = reading.watermark is not None and now - moment(reading.watermark) < EVERY
        threads = self._threads_left.pop(reading.channel_id, [])
        if place.channel is None or not is_fresh or not (threads or reading.is_walking):
            threads = await self._pass(place)
        elif not threads:
            return await self._walk(place, place.channel)
        for root in threads[:THREADS_A_STEP]:
            await self._thread(place, root)
        if left := threads[THREADS_A_STEP:]:
            self._threads_left[reading.channel_id] = left
        return bool(left) or reading.is_walking or self._is_unread(place)

    async def _met(self, place: Place, info: ChannelInfo) -> None:
        """What Slack says of the channel is kept, and its people are told what is kept of them."""
        await self._keep_lease(place, name=info.name[:80], is_private=info.is_private)
        if info.id not in self._announced:
            await self._announce(info.id)
            self._announced.add(info.id)

    async def _pass(self, place: Place) -> list[str]:
        """The threads that are to be read."""
        reading, started = place.reading, self._clock.now()
        since = _ts(started - self._look_back(place.channel))
        is_direct = place.channel is None
        if known_to := reading.watermark or (None if is_direct else reading.read_back_to):
            since = min(since, known_to)
        if is_direct and reading.read_back_to is not None:
            since = max(since, reading.read_back_to)
        latest, differing = "", list[str]()
        while True:
            page, standings = await self._page(place, since=since, latest=latest)
            differing += await self._differing(place, standings, since=since)
            latest = page.oldest
            if not page.has_more:
                break
        values: dict[str, object] = {"watermark": _ts(started)}
        if self._is_unread(place):
            values |= {"is_whole_due": True, "read_back_to": None}
        await self._keep_lease(place, **values)
        return differing

    async def _walk(self, place: Place, channel: Channel) -> bool:
        """One page further back, with its threads. Whether there is more to walk."""
        reading = place.reading
        self._walked_at = self._clock.now()
        until = _ts(self._clock.now() - timedelta(days=channel.history_days))
        latest = reading.read_back_to or _ts(self._clock.now())
        page, standings = await self._page(place, since=until, latest=latest)
        roots = await self._differing(place, standings, since=until)
        if reading.is_read_back:  # it is a whole one
            roots = [each.ts for each in standings if each.reply_count or each.ts in roots]
        for root in roots[:THREADS_A_STEP]:
            await self._thread(place, root)
        if len(roots) > THREADS_A_STEP:
            return await self._walked(place, channel, read_back_to=roots[THREADS_A_STEP - 1])
        if page.has_more:
            return await self._walked(place, channel, read_back_to=page.oldest)
        if reading.is_read_back:
            await self._walked(place, channel, read_back_to=until, is_whole_due=False)
        else:  # one that became due meanwhile begins now
            back_to = None if reading.is_whole_due else until
            await self._walked(place, channel, read_back_to=back_to, is_read_back=True)
        log.info("catch_up.walked", channel=channel.id, whole=reading.is_read_back)
        return reading.is_whole_due and not reading.is_read_back

    async def _walked(self, place: Place, channel: Channel, **values: object) -> bool:
        """Keeps how far the walk came, unless it is to begin anew; tells of it now and then."""
        now = self._clock.now()
        await self._database.write(lambda tx: rows.note_walk(tx, place.reading, leased_until=now + LEASE, **values))
        if now - self._told_at >= PROGRESS_EVERY:
            self._told_at = now
            async with self._database.read() as tx:
                count = await peer_rows.count_messages(tx, channel.id)
            log.info("catch_up.progress", channel=channel.id, messages=count, back_to=values["read_back_to"])
        return True

    def _is_unread(self, place: Place) -> bool:
        """Whether more was missed than a pass finds."""
        reading = place.reading
        if place.channel is None or reading.watermark is None or reading.is_walking:
            return False
        return self._clock.now() - moment(reading.watermark) > UNREAD

    def _look_back(self, channel: Channel | None) -> timedelta:
        return WEEK if channel is None else min(WEEK, timedelta(days=channel.history_days))

    async def _page(self, place: Place, *, since: str, latest: str) -> tuple[Page, Sequence[Standing]]:
        """A page, taken down; what stood between its ends and is not there any more is gone."""
        channel_id = place.reading.channel_id
        async with self._database.read() as tx:  # before: what comes while Slack answers is not missing
            newest = await peer_rows.newest_ts(tx, channel_id)
        page = await self._slack.history(channel_id, oldest=since, latest=latest)
        standings = self._standings(place, page.messages)
        await self._record(place, standings, page.asked_at)
        if place.channel is not None and not page.is_limited:
            known_to = min(newest, _ts(page.asked_at - SETTLE))
            low = page.oldest if page.has_more else since
            async with self._database.read() as tx:
                gone = await peer_rows.missing_between(
                    tx, channel_id, _listed(page), after=low, before=latest or END, known_to=known_to
                )
            await self._bury(place, gone, page.asked_at)
        return page, standings

    async def _differing(self, place: Place, standings: Sequence[Standing], *, since: str) -> list[str]:
        """The threads of which Slack says something else than we know, and said at the last reading."""
        channel_id, roots = place.reading.channel_id, [each.ts for each in standings]
        async with self._database.read() as tx:
            known = {} if place.channel is None else await peer_rows.threads_known(tx, channel_id, roots)
            said = await rows.threads_said(tx, channel_id, roots)
        none = (0, "")
        return [
            each.ts
            for each in standings
            if (each.reply_count, each.latest_reply) not in (known.get(each.ts, none), said.get(each.ts))
            and (place.channel is not None or each.latest_reply >= since)
        ]

    async def _thread(self, place: Place, root: str) -> None:
        """All replies as they stand, and what Slack says of the thread if we know it otherwise all the same."""
        channel_id = place.reading.channel_id
        async with self._database.read() as tx:
            known = await peer_rows.standing_in(tx, channel_id, root)
        listed: set[str] = set()
        parent: Standing | None = None
        asked_at: datetime | None = None
        is_limited = False
        async for page in self._slack.replies(channel_id, root):
            asked_at, is_limited = asked_at or page.asked_at, is_limited or page.is_limited
            standings = self._standings(place, page.messages)
            parent = next((each for each in standings if each.ts == root), parent)
            listed |= _listed(page)
            await self._record(place, [each for each in standings if each.ts != root], page.asked_at)
        if asked_at is None:  # gone a moment ago: the next pass sees whether it stays so
            return
        if place.channel is not None and not is_limited:
            gone = sorted(each for each in known - listed if each < _ts(asked_at - SETTLE))
            await self._bury(place, gone, asked_at)
        if parent is not None and await self._differing(place, [parent], since=BEGINNING):
            count, latest = parent.reply_count, parent.latest_reply
            await self._database.write(lambda tx: rows.put_thread(tx, channel_id, root, count, latest))

    def _standings(self, place: Place, listed: Sequence[Json]) -> list[Standing]:
        """What cannot be read is left out, and said."""
        found = []
        for each in listed:
            try:
                standing = read_standing(each, place.reading.channel_id, self._workspace, is_shared=place.is_shared)
            except PayloadMalformed as error:
                log.warning("catch_up.unreadable", reason=str(error))
                continue
            if standing is not None:
                found.append(standing)
        return found

    async def _record(self, place: Place, standings: Sequence[Standing], read_at: datetime) -> None:
        requests = {
            each.ts: request
            for each in standings
            if isinstance(each.said, Message) and (request := self._request_in(each.said, self._workspace))
            if rules.is_to_be_done(each.said, standings, used_since=self._first_used, us=self._workspace)
        }
        await self._peers.record_page(
            place.reading.channel_id,
            standings,
            read_ts=_ts(read_at),
            requests=requests,
            overheard_since=self._overheard_since(place.reading),
            is_shared=place.is_shared or await self._is_shared_by_now(place, standings),
            also=self._is_ours_still(place),
        )

    async def _is_shared_by_now(self, place: Place, standings: Sequence[Standing]) -> bool:
        """Asked again before anybody new is named for a reaction: unlike a message, it does not say whose company's."""
        people = {user for each in standings for _, users, _ in each.reactions for user in users}
        if place.channel is None or await self._peers.know_all(people):
            return False
        return (await self._slack.channel_info(place.reading.channel_id)).is_shared

    def _overheard_since(self, reading: Reading) -> str:
        used_since = _ts(self._first_used)
        return max(used_since, reading.read_back_to or "") if reading.is_new else used_since

    async def _bury(self, place: Place, gone: Sequence[str], read_at: datetime) -> None:
        channel_id, read_ts = place.reading.channel_id, _ts(read_at)
        for start in range(0, len(gone), GONE_AT_ONCE):
            deletions = [Deletion(channel_id, ts, read_ts) for ts in gone[start : start + GONE_AT_ONCE]]
            also = self._is_ours_still(place)
            await self._peers.record_page(channel_id, (), read_ts=read_ts, gone=deletions, also=also)

    def _is_ours_still(self, place: Place) -> Callable[[Tx], Awaitable[None]]:
        """Keeps the lease in the transaction that writes; LeaseLost undoes that one."""

        async def keep(tx: Tx) -> None:
            channel_id = place.reading.channel_id
            if place.channel is not None and self._channels().watched(channel_id) is None:
                raise LeaseLost  # it left the handbook: nothing is kept, so nothing may count as read
            if not await rows.note(tx, place.reading, leased_until=self._clock.now() + LEASE):
                raise LeaseLost

        return keep

    async def _keep_lease(self, place: Place, **values: object) -> None:
        until = self._clock.now() + LEASE
        if not await self._database.write(lambda tx: rows.note(tx, place.reading, leased_until=until, **values)):
            raise LeaseLost


def _listed(page: Page) -> frozenset[str]:
    """Every ts on the page, also of what cannot be read or is a notice: that is not gone."""
    return frozenset(str(each.get("ts")) for each in page.messages)


def _ts(at: datetime) -> str:
    """The moment as Slack writes it."""
    return f"{at.timestamp():.6f}"
