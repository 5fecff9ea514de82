"""Reads back what was missed: Slack's history is the source of truth.

A *pass* re-reads the last week of a channel (or all since the watermark) at each start, after each reconnect and every
few minutes: what is new, edited, gone, or reacted to, and the replies of threads that differ from what we know. A
*walk* goes back page by page through all that is kept: once when a channel is first seen, and again each night and
after a longer absence, then with every thread. Reading is paced, in small steps, one channel after the other; whoever
holds a channel's lease reads it, so that replicas share the work. Nothing is counted or answered here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from bot.errors import MentorError, PayloadMalformed, SlackError, SlackRefused
from bot.model import ChannelInfo, Deletion, Json, Message, Standing, Workspace, moment
from bot.peers.service import PeerService, Request
from bot.slack import Page, Slack
from bot.storage import channels as rows
from bot.storage import peers as peer_rows
from bot.storage.channels import Reading
from bot.storage.engine import Database, Tx
from bot.wire import read_standing
from bot.work import rest
from knowledge.channels import Channel, Channels

log = structlog.get_logger(__name__)

WEEK = timedelta(days=7)  # a pass looks at least this far back: edits and reactions come late
EVERY = timedelta(minutes=5)
LEASE = timedelta(minutes=2)  # over the longest wait for one page: six tries
AWAY = timedelta(minutes=15)  # three passes missed: what happened to old replies may have been missed too
SETTLE = timedelta(minutes=1)  # Slack may show a message a little late, so what is younger is not missing yet
THREADS_A_STEP = 20  # then others get their turn
RETRY_AFTER = timedelta(minutes=1)
NOT_IN = "not_in_channel"
BEGINNING = "0"


class LeaseLost(MentorError):
    """Another process reads this channel now."""


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
        self._look_for_direct = True
        self.bell = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled; begins with everything."""
        await self.all_due()
        while True:
            self.bell.clear()
            if not await self._step():
                await rest(self.bell, self._clock)

    async def all_due(self, *, is_whole: bool = False) -> None:
        """Everything is read anew from now on; `is_whole`: all the way back, with every thread."""
        now = self._clock.now()
        await self._database.write(lambda tx: rows.all_due(tx, now=now, is_whole=is_whole))
        self._look_for_direct = True
        self.bell.set()

    async def _step(self) -> bool:
        """Whether there was anything to read."""
        try:
            await self._add_new()
            reading = await self._claim()
        except Exception:  # the reader's boundary: a database that is away must not end the loop
            log.exception("catch_up.claim_failed")
            return False
        if reading is None:
            return False
        try:
            await self._read(reading)
        except asyncio.CancelledError:  # at a stop: whoever comes next need not wait for the lease to end
            await self._done(reading)
            raise
        except LeaseLost:
            log.info("catch_up.lease_lost")
        except SlackError as error:
            await self._failed(reading, getattr(error, "code", type(error).__name__))
        except Exception:  # the reader's boundary
            log.exception("catch_up.failed")
            await self._failed(reading, "failed")
        return True

    async def _add_new(self) -> None:
        """Rows for channels that are watched now, and for direct messages that nobody told us of."""
        now = self._clock.now()
        new = {each.id: each.name for each in self._channels().channels if each.id not in self._added}
        if new:
            await self._database.write(lambda tx: rows.add(tx, new, is_direct=False, now=now))
            self._added |= new.keys()
        if self._look_for_direct:
            self._look_for_direct = False
            try:
                direct = dict.fromkeys(await self._slack.direct_channels(), "")
            except SlackError as error:
                log.warning("catch_up.no_direct_messages", reason=str(error))
                return
            await self._database.write(lambda tx: rows.add(tx, direct, is_direct=True, now=now))

    async def _claim(self) -> Reading | None:
        now = self._clock.now()
        watched = [each.id for each in self._channels().channels]
        return await self._database.write(
            lambda tx: rows.claim(tx, now=now, until=now + LEASE, lease=self._new_id(), watched=watched)
        )

    async def _failed(self, reading: Reading, problem: str) -> None:
        log.warning("catch_up.not_read", problem=problem)
        due_at = self._clock.now() + (EVERY if problem == NOT_IN else RETRY_AFTER)
        await self._done(reading, due_at=due_at, problem=problem[:60])

    async def _done(self, reading: Reading, **values: object) -> None:
        await self._database.write(lambda tx: rows.note(tx, reading, leased_until=None, lease=None, **values))

    async def _read(self, reading: Reading) -> None:
        """One pass, if it is time for one, and one step of a walk, if one is left to do."""
        channel = self._channels().watched(reading.channel_id)
        place = Place(reading, channel, is_shared=False)
        if channel is not None:
            info = await self._slack.channel_info(reading.channel_id)
            if not info.is_member:
                raise SlackRefused("conversations.history", NOT_IN)
            place = Place(reading, channel, is_shared=info.is_shared)
            await self._met(place, info)
        now = self._clock.now()
        is_walking = channel is not None and (not reading.is_read_back or reading.is_whole_due)
        is_fresh = reading.watermark is not None and now - moment(reading.watermark) < EVERY
        has_more = False
        if not (is_walking and is_fresh):
            has_more = await self._pass(place)
        if is_walking and channel is not None and not has_more:
            has_more = await self._walk(place, channel)
        due_at = self._clock.now() + (timedelta(0) if has_more else EVERY)
        await self._done(reading, due_at=due_at, problem=None)

    async def _met(self, place: Place, info: ChannelInfo) -> None:
        """What Slack says of the channel is kept, and its people are told what is kept of them."""
        known = {"name": info.name[:80], "is_private": info.is_private}
        await self._database.write(lambda tx: rows.note(tx, place.reading, **known))
        await self._announce(info.id)

    async def _pass(self, place: Place) -> bool:
        """Whether threads are left to be read in another step."""
        reading, started = place.reading, self._clock.now()
        since = _ts(started - self._look_back(place.channel))
        if reading.watermark is not None:
            since = min(since, reading.watermark)
        latest, differing = "", list[str]()
        while True:
            page = await self._slack.history(reading.channel_id, oldest=since, latest=latest)
            standings = await self._take(place, page, since=since, latest=latest)
            differing += await self._differing(place, standings, since=since)
            latest = page.oldest
            if not page.has_more:
                break
        was_away = reading.watermark is not None and started - moment(reading.watermark) > AWAY
        values: dict[str, object] = {"watermark": _ts(started)}
        is_at_rest = reading.is_read_back and not reading.is_whole_due
        if was_away and place.channel is not None and is_at_rest:
            values |= {"is_whole_due": True, "read_back_to": None}
        await self._keep_lease(place, **values)
        for root in differing[:THREADS_A_STEP]:
            await self._thread(place, root)
        return len(differing) > THREADS_A_STEP or "is_whole_due" in values

    async def _walk(self, place: Place, channel: Channel) -> bool:
        """One page further back, with its threads. Whether there is more to walk."""
        reading = place.reading
        until = _ts(self._clock.now() - timedelta(days=channel.history_days))
        latest = reading.read_back_to or _ts(self._clock.now())
        page = await self._slack.history(reading.channel_id, oldest=until, latest=latest)
        standings = await self._take(place, page, since=until, latest=latest)
        roots = [each.ts for each in standings if each.reply_count]
        if not reading.is_whole_due:
            roots = await self._differing(place, standings, since=until)
        for root in roots[:THREADS_A_STEP]:
            await self._thread(place, root)
        if len(roots) > THREADS_A_STEP:
            await self._keep_lease(place, read_back_to=roots[THREADS_A_STEP - 1])
            return True
        if page.has_more:
            await self._keep_lease(place, read_back_to=page.oldest)
            return True
        await self._keep_lease(place, read_back_to=until, is_read_back=True, is_whole_due=False)
        log.info("catch_up.walked", channel=channel.name, whole=reading.is_whole_due)
        return False

    def _look_back(self, channel: Channel | None) -> timedelta:
        return WEEK if channel is None else min(WEEK, timedelta(days=channel.history_days))

    async def _take(self, place: Place, page: Page, *, since: str, latest: str) -> Sequence[Standing]:
        """The page's messages, taken down; what stood between its ends and is not there any more is gone."""
        read_ts = _ts(self._clock.now())
        standings = self._standings(place, page.messages)
        gone: list[str] = []
        if place.channel is not None and not page.is_limited:
            low = page.oldest if page.has_more else since
            high = min(latest or read_ts, _ts(self._clock.now() - SETTLE))
            gone = await self._gone(place, {each.ts for each in standings}, low, high, None)
            for root in list(gone):
                gone += await self._gone(place, set(), BEGINNING, high, root)
        await self._record(place, standings, gone, read_ts)
        return standings

    async def _gone(self, place: Place, listed: set[str], low: str, high: str, thread_ts: str | None) -> list[str]:
        channel_id = place.reading.channel_id
        async with self._database.read() as tx:
            ours = await peer_rows.standing_between(tx, channel_id, after=low, until=high, thread_ts=thread_ts)
        return sorted(ours - listed)

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
        channel_id, read_ts = place.reading.channel_id, _ts(self._clock.now())
        listed = await self._slack.replies(channel_id, root)
        standings = [each for each in self._standings(place, listed) if each.ts != root]
        parent = next((each for each in self._standings(place, listed) if each.ts == root), None)
        gone: list[str] = []
        if place.channel is not None:
            high = _ts(self._clock.now() - SETTLE)
            gone = await self._gone(place, {each.ts for each in standings}, BEGINNING, high, root)
        await self._record(place, standings, gone, read_ts)
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

    async def _record(self, place: Place, standings: Sequence[Standing], gone: Sequence[str], read_ts: str) -> None:
        channel_id = place.reading.channel_id
        requests = {
            each.ts: request
            for each in standings
            if isinstance(each.said, Message) and (request := self._request_in(each.said, self._workspace))
        }

        async def keep_lease(tx: Tx) -> None:
            if not await rows.note(tx, place.reading, leased_until=self._clock.now() + LEASE):
                raise LeaseLost

        await self._peers.record_page(
            channel_id,
            standings,
            read_ts=read_ts,
            gone=[Deletion(channel_id, ts, read_ts) for ts in gone],
            requests=requests,
            is_shared=place.is_shared,
            also=keep_lease,
        )

    async def _keep_lease(self, place: Place, **values: object) -> None:
        until = self._clock.now() + LEASE
        if not await self._database.write(lambda tx: rows.note(tx, place.reading, leased_until=until, **values)):
            raise LeaseLost


def _ts(at: datetime) -> str:
    """The moment as Slack writes it."""
    return f"{at.timestamp():.6f}"
