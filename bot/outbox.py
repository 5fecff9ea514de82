"""The outbox at work: makes each effect visible exactly once.

Before any second try it looks whether the first was seen. Decides nothing about content: rows come from the pillars.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta

import structlog

from bot.blockkit import in_pieces
from bot.claiming import Claiming
from bot.clock import Clock
from bot.errors import SlackError, SlackRateLimited, SlackRefused, SlackUnclear
from bot.model import Effect, Manner, MessageKind, Purpose
from bot.slack import TIMEOUT_S, Posted, Slack, not_after
from bot.storage import outbox as rows
from bot.storage.engine import Database, Tx
from bot.storage.outbox import Sending
from bot.storage.restored import Restored, mark_of, restored
from bot.unasked import (
    ERASED,
    MONTH,
    OUT_OF_HOURS,
    OVER_BUDGET,
    REMINDER,
    day_of,
    is_in_hours,
    keeps_to_budget,
)
from bot.work import LEASE, apart, wait_before

log = structlog.get_logger(__name__)

SETTLE = timedelta(seconds=15)  # how long Slack may take to show what it did before it can be looked up
LOOK_BACK = timedelta(seconds=60)  # before the first attempt: clocks differ
PACE = timedelta(seconds=1.05)  # one message a second and channel is Slack's limit
PRIVATE_WITHIN = timedelta(seconds=10)  # a private answer later than this goes as a DM
WHISPERED_WITHIN = timedelta(minutes=5)  # later nobody waits for a word in private that was not asked for
DOUBTED = timedelta(days=1)  # after a restore: by then history is read back, and what was under way has ended
GIVE_UP_AFTER = timedelta(hours=24)
TRIES_TO_LONGEST = 7  # waits double up to five minutes, then stay
BLOCKS_REFUSED = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"}


class Outbox:
    """Puts effects in, and sends what is there. `is_off` tells whether a day is a holiday of somebody in Slack."""

    def __init__(
        self,
        database: Database,
        slack: Slack,
        *,
        is_off: Callable[[str, date], Awaitable[bool]],
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._database = database
        self._slack = slack
        self._is_off = is_off
        self._clock = clock
        self._new_id = new_id
        self._apart = apart(database)
        self._paced: dict[str, datetime] = {}  # channel or person -> when the next message may go
        self._restored: Restored | None = None
        self._knows_restored = False  # a database is restored only while no bot runs on it
        self.bell = asyncio.Event()
        self._claiming = Claiming(
            self._claim, self._handle, self._ended, bell=self.bell, clock=clock, failed="outbox.claim_failed"
        )

    async def put(self, tx: Tx, effect: Effect) -> bool:
        """In the caller's transaction; ring the bell after it. Whether it is new (an edit always is)."""
        return await rows.put(tx, effect, mark=await mark_of(tx, effect.key), now=self._clock.now())

    async def run(self) -> None:
        """Until cancelled; what is in hand then is finished first."""
        await self._claiming.run()

    def _ended(self, sending: Sending) -> None:
        wait = self._paced.get(sending.address, self._clock.now()) - self._clock.now()
        wall_s = self._clock.wall_seconds(max(0.0, wait.total_seconds()))
        asyncio.get_running_loop().call_later(wall_s, self.bell.set)

    async def _claim(self, limit: int) -> Sequence[Sending]:
        now = self._clock.now()
        self._paced = {address: until for address, until in self._paced.items() if until > now}
        busy = {*(each.address for each in self._claiming.in_hand), *self._paced}
        until, lease = now + LEASE + self._apart, self._new_id()
        async with self._database.read() as tx:
            if not await rows.is_any_open(tx):
                return []
        return await self._database.write(
            lambda tx: rows.claim_next(tx, now=now, until=until, lease=lease, busy=busy, limit=limit)
        )

    async def _handle(self, sending: Sending) -> None:
        try:
            await self._send(sending)
        except Exception:  # the worker's boundary; the lease runs out and the effect is looked up again
            log.exception("outbox.not_settled", kind=sending.kind, effect=sending.mark)

    async def _send(self, sending: Sending) -> None:
        """One attempt, and its outcome written down."""
        try:
            reason = ERASED if sending.is_erased else await self._why_not_unasked(sending)
        except (SlackRateLimited, SlackUnclear) as error:
            await self._look_later(sending, error)
            return
        if reason:
            await self._end(sending, "skipped", reason)
        elif sending.below is not None and sending.thread_ts is None:
            await self._end(sending, "skipped", "what it belongs below was not sent")
        elif sending.manner is Manner.WHISPER:
            await self._whisper(sending)
        elif sending.response_url:
            await self._respond(sending, sending.response_url)
        else:
            await self._attempt(sending)

    async def _attempt(self, sending: Sending) -> None:
        try:
            posted = await self._look_or_post(sending)
        except SlackRateLimited as limited:
            await self._wait(sending, limited)
        except SlackRefused as refused:
            await self._refused(sending, refused)
        except SlackUnclear as unclear:
            await self._unclear(sending, unclear)
        else:
            now = self._clock.now()
            await self._database.write(
                lambda tx: rows.mark_sent(tx, sending, channel=posted.channel_id, ts=posted.ts, now=now)
            )

    async def _look_or_post(self, sending: Sending) -> Posted:
        if sending.edits is not None:
            if sending.target_channel is None or sending.target_ts is None:
                raise SlackRefused("chat.update", "target_was_not_sent")
            return await self._slack.edit(
                sending.target_channel, sending.target_ts, text=sending.text, blocks=sending.blocks
            )
        since = await self._may_stand_since(sending)
        if since is not None:
            seen = await self._slack.find_marked(
                sending.channel_id, thread_ts=sending.thread_ts, mark=sending.mark, since=since - LOOK_BACK
            )
            if seen is not None:
                return seen
        if sending.first_tried_at is not None and sending.manner is Manner.GROW and sending.thread_ts:
            await self._remove_remains(sending, sending.thread_ts)
        self._check_lease(sending, "chat.postMessage")
        self._hold(sending, PACE.total_seconds())
        if sending.manner is Manner.GROW and sending.first_tried_at is None:
            grown = await self._stream(sending)
            if grown is not None:
                return grown
        with not_after(self._last_moment(sending)):
            return await self._slack.post(
                sending.channel_id,
                text=sending.text,
                blocks=sending.blocks,
                thread_ts=sending.thread_ts,
                mark=sending.mark,
            )

    async def _may_stand_since(self, sending: Sending) -> datetime | None:
        """Since when it may stand in Slack already; None when it surely does not.

        A restored database does not know what was sent after its copy was taken: for a day each message is looked for.
        """
        if not self._knows_restored:
            async with self._database.read() as tx:
                self._restored, self._knows_restored = await restored(tx), True
        if self._restored is None or self._clock.now() > self._restored.at + DOUBTED:
            return sending.first_tried_at
        return min(sending.first_tried_at or self._restored.taken_at, self._restored.taken_at)

    async def _stream(self, sending: Sending) -> Posted | None:
        """The message, grown to its end; None when Slack begins none.

        Once it has begun, whatever goes wrong is unclear: what stands there is looked for, and one message made of it.
        """
        if not sending.blocks or sending.thread_ts is None:
            return None
        first, *more = in_pieces(sending.blocks[0])
        try:
            with not_after(self._last_moment(sending)):
                stream = await self._slack.start_stream(sending.channel_id, thread_ts=sending.thread_ts, blocks=[first])
        except (SlackRefused, SlackRateLimited) as error:
            log.info("outbox.not_streamed", effect=sending.mark, reason=str(error))
            return None
        try:
            for piece in more:
                self._check_lease(sending, "chat.appendStream")
                await self._slack.append_stream(stream, blocks=[piece])
            self._check_lease(sending, "chat.stopStream")
            return await self._slack.stop_stream(stream, blocks=sending.blocks[1:], mark=sending.mark)
        except (SlackRefused, SlackRateLimited) as error:
            raise SlackUnclear(error.method, f"a message that was growing: {error}") from error

    async def _remove_remains(self, sending: Sending, thread_ts: str) -> None:
        """A message that was begun and cannot be gone on with is taken away before a whole one is posted."""
        async with self._database.read() as tx:
            if await rows.is_another_growing(tx, sending, now=self._clock.now()):
                raise SlackUnclear("chat.delete", "another message grows in the thread")
        since = (sending.first_tried_at or sending.created_at) - LOOK_BACK
        for remains in await self._slack.find_unmarked(sending.channel_id, thread_ts=thread_ts, since=since):
            try:
                await self._slack.remove(remains)
            except SlackRefused as refused:  # better half an answer and a whole one than none
                log.warning("outbox.remains", effect=sending.mark, code=refused.code)

    def _last_moment(self, sending: Sending) -> datetime:
        """For a call to begin that ends, one way or the other, as long as it is ours to send."""
        return sending.until - self._apart - timedelta(seconds=TIMEOUT_S)

    def _check_lease(self, sending: Sending, method: str) -> None:
        if self._clock.now() > self._last_moment(sending):
            raise SlackUnclear(method, "it took so long that the lease ends before a call would")

    def _hold(self, sending: Sending, seconds: float) -> None:
        until = self._clock.now() + timedelta(seconds=seconds)
        self._paced[sending.address] = max(until, self._paced.get(sending.address, until))

    async def _wait(self, sending: Sending, limited: SlackRateLimited) -> None:
        """As long as Slack asks to: nothing was tried."""
        self._hold(sending, limited.retry_after_s)
        due_at = self._clock.now() + timedelta(seconds=limited.retry_after_s)
        await self._database.write(lambda tx: rows.mark_untried(tx, sending, due_at=due_at, problem="rate limited"))

    async def _look_later(self, sending: Sending, error: SlackError) -> None:
        """Whether the person is at work now could not be found out. Nothing was tried, and nobody is passed over."""
        now = self._clock.now()
        if now - sending.created_at > GIVE_UP_AFTER:
            await self._end(sending, "failed", str(error))
            return
        due_at = now + wait_before(min(sending.attempts, TRIES_TO_LONGEST))
        await self._database.write(lambda tx: rows.mark_untried(tx, sending, due_at=due_at, problem=str(error)))

    async def _refused(self, sending: Sending, refused: SlackRefused) -> None:
        now = self._clock.now()
        log.warning("outbox.refused", kind=sending.kind, effect=sending.mark, code=refused.code)
        if refused.code in BLOCKS_REFUSED and sending.blocks:
            await self._database.write(lambda tx: rows.use_plain_text(tx, sending, now=now, problem=refused.code))
        elif refused.is_token_trouble and now - sending.created_at < GIVE_UP_AFTER:
            await self._database.write(
                lambda tx: rows.mark_untried(tx, sending, due_at=now + LEASE, problem=refused.code)
            )
        else:
            await self._end(sending, "failed", refused.code)

    async def _unclear(self, sending: Sending, unclear: SlackUnclear) -> None:
        now = self._clock.now()
        log.warning("outbox.unclear", kind=sending.kind, effect=sending.mark, reason=str(unclear))
        if now - sending.created_at > GIVE_UP_AFTER:
            await self._end(sending, "failed", str(unclear))
            return
        # who looks next may be another bot, with a clock ahead of this one; an edit is just said again
        settled = SETTLE if sending.edits is not None else SETTLE + self._apart
        due_at = now + max(settled, wait_before(min(sending.attempts, TRIES_TO_LONGEST)))
        await self._database.write(lambda tx: rows.mark_unclear(tx, sending, due_at=due_at, problem=str(unclear)))

    async def _whisper(self, sending: Sending) -> None:
        """At most once: whether an earlier attempt was seen cannot be known, so then it is left at that."""
        if sending.first_tried_at is not None:
            await self._end(sending, "failed", "whether it was seen is not known")
            return
        if self._clock.now() - sending.created_at > WHISPERED_WITHIN:
            await self._end(sending, "skipped", "too late to whisper")
            return
        self._hold(sending, PACE.total_seconds())
        try:
            await self._slack.whisper(
                sending.channel_id,
                sending.recipient_id,
                text=sending.text,
                blocks=sending.blocks,
                thread_ts=sending.thread_ts,
            )
        except SlackRateLimited as limited:
            await self._wait(sending, limited)
        except SlackError as error:
            await self._end(sending, "failed", str(error))
        else:
            now = self._clock.now()
            await self._database.write(lambda tx: rows.mark_sent(tx, sending, channel="", ts="", now=now))

    async def _respond(self, sending: Sending, url: str) -> None:
        """At most once; on any doubt the same words go as a DM, which has a key."""
        now = self._clock.now()
        is_first = sending.first_tried_at is None and now - sending.created_at < PRIVATE_WITHIN
        try:
            if not is_first:
                raise SlackUnclear("response_url", "late, or an earlier attempt is not known")
            replaces = sending.manner is Manner.REPLACE
            await self._slack.respond(url, text=sending.text, blocks=sending.blocks, replaces=replaces)
        except SlackError as error:
            log.warning("outbox.private_as_dm", kind=sending.kind, effect=sending.mark, reason=str(error))
            await self._database.write(lambda tx: self._as_direct_message(tx, sending))
        else:
            await self._database.write(lambda tx: rows.mark_sent(tx, sending, channel="", ts="", now=now))

    async def _as_direct_message(self, tx: Tx, sending: Sending) -> None:
        kind = MessageKind(sending.kind, sending.purpose, "", "", "", "")
        effect = Effect(f"{sending.key}:dm", kind, sending.text, tuple(sending.blocks), recipient=sending.recipient)
        await self.put(tx, effect)
        await rows.mark_ended(tx, sending, state="failed", problem=rows.SENT_OTHERWISE, now=self._clock.now())
        self.bell.set()

    async def _why_not_unasked(self, sending: Sending) -> str:
        """Why a message that nobody asked for is not sent now, nor later; "" when it may be, and for all others.

        Raises SlackError while Slack does not tell the person's time zone, or whose holidays are theirs.
        """
        recipient = sending.recipient
        if sending.purpose is not Purpose.UNASKED or recipient is None or sending.first_tried_at or sending.edits:
            return ""
        now = self._clock.now()
        if not await self._is_in_budget(sending, recipient, now):
            return OVER_BUDGET
        return "" if await self._is_at_work(sending.recipient_id, now) else OUT_OF_HOURS

    async def _is_in_budget(self, sending: Sending, recipient: str, now: datetime) -> bool:
        prompt = sending.key.removesuffix(REMINDER)
        async with self._database.read() as tx:
            shown = await rows.unasked_times(tx, recipient, since=now - MONTH, but=prompt)
            prompted_at = await rows.shown_at(tx, prompt) if prompt != sending.key else None
        return keeps_to_budget(sending.key, shown, prompted_at, now=now)

    async def _is_at_work(self, user_id: str, now: datetime) -> bool:
        """Nobody is of whom Slack refuses to tell it. Raises SlackError while Slack does not tell."""
        try:
            zone = await self._slack.time_zone(user_id)
            return is_in_hours(zone, now=now) and not await self._is_off(user_id, day_of(zone, now))
        except SlackRefused as error:
            log.warning("outbox.hours_not_known", reason=str(error))
            return False

    async def _end(self, sending: Sending, state: str, problem: str) -> None:
        log.info("outbox.ended", kind=sending.kind, effect=sending.mark, state=state, problem=problem)
        now = self._clock.now()
        await self._database.write(lambda tx: rows.mark_ended(tx, sending, state=state, problem=problem, now=now))
