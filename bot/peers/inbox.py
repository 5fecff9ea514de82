"""Events of watched channels: written down, acknowledged, and taken down a moment later.

Slack waits for the first alone. Whoever wrote an event down also takes it down; if that comes to nothing, whoever finds
the row next does. What an event says is taken down once, however often it came or was begun.

Words that are not to be kept are not written down: such events, of channels of which only counts are kept or by people
of other companies, are taken down at once.
"""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog

from bot.claiming import whole
from bot.clock import Clock
from bot.model import Author, Deletion, Message, Reaction, Workspace
from bot.peers.rules import is_by_ours
from bot.peers.service import PeerService, Request
from bot.storage import inbox as rows
from bot.storage.engine import Database
from bot.work import wait_before
from knowledge.channels import Channels, Keep

log = structlog.get_logger(__name__)

Said = Message | Deletion | Reaction
# An event's id, what it says (as read, or as it lies there), and how often it was tried.
Waiting = tuple[str, Said | str, int]

OWN = timedelta(seconds=20)  # in which whoever wrote it down takes it down
EVERY = timedelta(seconds=10)  # between looks at what was left
AT_ONCE = 25  # where they share a transaction
AT_ONCE_APART = 6  # where each has a connection of its own, of twenty: what is put must not wait for one
APART_S = 0.2  # of one batch from the next: under load they share a commit, and acknowledgements meet fewer on the disk
TRIES = 100  # with the waits between them about eight hours: a database may be away for long


class Inbox:
    """`request_in` tells what a message asks of the bot."""

    def __init__(
        self,
        database: Database,
        peers: PeerService,
        *,
        channels: Callable[[], Channels],
        workspace: Workspace,
        clock: Clock,
        request_in: Callable[[Message, Workspace], Request | None],
    ) -> None:
        self._database = database
        self._peers = peers
        self._channels = channels
        self._workspace = workspace
        self._clock = clock
        self._request_in = request_in
        self._at_once = AT_ONCE if database.is_sqlite else AT_ONCE_APART
        self._here: list[Waiting] = []  # written down by us
        self._bell = asyncio.Event()

    async def put(self, event_id: str, said: Said) -> None:
        """When it returns the event may be acknowledged."""
        if not self._may_wait(said):
            await self._take_down(event_id, said)
            return
        now = self._clock.now()
        await rows.put(self._database, event_id, written(said), now=now, due_at=now + OWN)
        self._here.append((event_id, said, 0))
        self._bell.set()

    def _may_wait(self, said: Said) -> bool:
        """Whether its words may lie here; what is not to be kept is not written down even for a moment."""
        channel = self._channels().watched(said.channel_id)
        if channel is None or channel.keep is Keep.COUNTS:
            return False
        return not isinstance(said, Message) or is_by_ours(said, self._workspace)

    async def run(self) -> None:
        """Until cancelled; what is in hand then is finished. Begins with all that was left from before."""
        await self._look(soon=OWN)
        looked_at = self._clock.now()
        while True:
            await self._wait()
            began_s = time.monotonic()
            await whole(self._take_here())
            await asyncio.sleep(began_s + APART_S - time.monotonic())
            if self._clock.now() - looked_at >= EVERY:
                await self._look()
                looked_at = self._clock.now()

    async def _wait(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._clock.wall_seconds(EVERY.total_seconds())):
                await self._bell.wait()
        self._bell.clear()

    async def _take_here(self) -> None:
        """What is here by now; what comes meanwhile shares the next batch."""
        here, self._here = self._here, []
        for start in range(0, len(here), self._at_once):
            await self._take(here[start : start + self._at_once])

    async def _look(self, soon: timedelta = timedelta(0)) -> None:
        """At what was not taken down by whoever wrote it down: they died, or it came to nothing."""
        try:
            found = await rows.left(self._database, now=self._clock.now() + soon)
            for start in range(0, len(found), self._at_once):
                some = found[start : start + self._at_once]
                await self._take([(each.event_id, each.told, each.tries) for each in some])
        except Exception:  # the reader's boundary: a database that is away must not end the loop
            log.exception("inbox.not_read")

    async def _take(self, waiting: Sequence[Waiting]) -> None:
        """Takes them down, and out of the inbox; what came to nothing stays there."""
        taken = await asyncio.gather(*(self._try(*each) for each in waiting))
        done = [event_id for (event_id, _, _), is_taken in zip(waiting, taken, strict=True) if is_taken]
        try:
            if done:
                await rows.drop(self._database, done)
        except Exception:  # they are found again, and are no news
            log.exception("inbox.not_dropped")

    async def _try(self, event_id: str, said: Said | str, tries: int) -> bool:
        """Whether nothing is left to do about it. A row that cannot be read, of another version, holds up no other."""
        try:
            await self._take_down(event_id, read(said) if isinstance(said, str) else said)
        except Exception:  # the worker's boundary
            log.exception("inbox.failed", attempt=tries + 1)
            return await self._put_off(event_id, tries + 1)
        return True

    async def _put_off(self, event_id: str, tries: int) -> bool:
        """Whether it is given up."""
        if tries >= TRIES:
            log.error("inbox.given_up")
            return True
        try:
            due_at = self._clock.now() + wait_before(tries)
            await rows.put_off(self._database, event_id, tries=tries, due_at=due_at)
        except Exception:  # it is due as it was
            log.exception("inbox.not_put_off")
        return False

    async def _take_down(self, event_id: str, said: Said) -> None:
        match said:
            case Deletion():
                await self._peers.record_deletion(said, event_id=event_id)
            case Message():
                request = self._request_in(said, self._workspace)
                await self._peers.record_message(said, request, event_id=event_id)
            case Reaction():
                await self._peers.record_reaction(said, event_id=event_id)


def written(said: Said) -> str:
    """As it lies in the database."""
    values = vars(said)
    if isinstance(said, Message):
        values = {**values, "author": vars(said.author)}
    return json.dumps({type(said).__name__: values}, ensure_ascii=False, separators=(",", ":"))


def read(told: str) -> Said:
    [(name, values)] = json.loads(told).items()
    if name == Message.__name__:
        return Message(**{**values, "author": Author(**values["author"])})
    nouns: dict[str, type[Any]] = {each.__name__: each for each in (Deletion, Reaction)}
    said: Said = nouns[name](**values)
    return said
