"""Tells each channel once what is kept of it, and again when that changes."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.clock import Clock
from bot.outbox import Outbox
from bot.peers import notice_blocks
from bot.storage import outbox as rows
from bot.storage.engine import Database, Tx
from bot.wanted import Joined, Kind
from bot.work import enqueue
from knowledge.channels import Channels

TRIES = 3  # of telling a channel the same thing that Slack does not let through


class NoticeService:
    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        *,
        channels: Callable[[], Channels],
        clock: Clock,
        wake: Callable[[], None],
        command: str,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._channels = channels
        self._clock = clock
        self._wake = wake
        self._command = command

    async def take_joined(self, channel_id: str, *, event_id: str) -> None:
        """The bot came into a channel; the worker tells there what is kept."""
        now = self._clock.now()
        joined = Joined(event_id, channel_id)
        await self._database.write(lambda tx: enqueue(tx, Kind.JOINED, joined, due_at=now, now=now))
        self._wake()

    async def announce(self, channel_id: str) -> None:
        """For a channel the bot is in: it is told what is kept there, unless it was told just that last."""
        await self._database.write(lambda tx: self._announce(tx, channel_id))
        self._outbox.bell.set()

    async def announce_changes(self) -> None:
        """Channels that were told something which no longer holds are told anew."""

        async def unit(tx: Tx) -> None:
            told = await rows.said_under(tx, "notice:")
            for channel_id in sorted({key.split(":")[1] for key, _ in told}):
                await self._announce(tx, channel_id)

        await self._database.write(unit)
        self._outbox.bell.set()

    async def _announce(self, tx: Tx, channel_id: str) -> None:
        told = await rows.said_under(tx, f"notice:{channel_id}:")
        known = [_essence(key) for key, state in told if state not in ("failed", "skipped")]
        was_kept = any(each != notice_blocks.NOTHING for each in known)
        channel = self._channels().watched(channel_id)
        promised = notice_blocks.promise(channel_id, channel, text_days=self._channels().text_days, was_kept=was_kept)
        promised = replace(promised, is_platform=channel_id == self._channels().platform_channel)
        if known[-1:] == [promised.essence] or _is_refused(told, promised.essence):
            return
        key = f"notice:{channel_id}:{promised.essence}"
        if key in {each for each, _ in told}:
            key = f"{key}:{len(told)}"
        await self._outbox.put(tx, notice_blocks.notice(promised, key=key, command=self._command))


def _essence(key: str) -> str:
    return key.split(":")[2]


def _is_refused(told: Sequence[tuple[str, str]], essence: str) -> bool:
    """Whether Slack would not let it through several times running."""
    last = told[-TRIES:]
    return len(last) == TRIES and all(_essence(key) == essence and state == "failed" for key, state in last)
