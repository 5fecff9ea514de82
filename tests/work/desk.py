"""A desk to work at: a clock set by hand, a loop run until it rests, and a Slack that does as it is told."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from bot.clock import Clock
from bot.errors import SlackError, SlackUnclear
from bot.model import Json
from bot.slack import Posted, Slack

STARTS_AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
PATIENCE_S = 60.0


class Hands:
    """Stands still until moved; `rests` counts how often a loop found nothing to do."""

    def __init__(self) -> None:
        self.now = STARTS_AT
        self.rests = 0
        self.clock = _Clock(self)

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                await asyncio.sleep(0.002)


class _Clock(Clock):
    """No wait of the wall's is longer than a moment, so that a test need not wait either."""

    def __init__(self, hands: Hands) -> None:
        super().__init__(lambda: hands.now.timestamp())
        object.__setattr__(self, "_hands", hands)

    def wall_seconds(self, seconds: float) -> float:
        hands: Hands = self.__dict__["_hands"]
        hands.rests += seconds == 1.0  # how long a loop rests
        return min(seconds, 5.0) if seconds > 1.0 else 0.001


def ids(prefix: str) -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"{prefix}{next(numbers)}"


async def never_off(user_id: str, day: date) -> bool:
    """Of a handbook without public holidays."""
    return False


async def run_until(loop: Coroutine[Any, Any, None], condition: Callable[[], Coroutine[Any, Any, bool]]) -> None:
    """Runs the loop until the condition holds, then stops it; what it has in hand is finished."""
    task = asyncio.create_task(loop)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await condition():
                await asyncio.sleep(0.002)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@dataclass
class Post:
    """A message in the fake workspace."""

    channel: str
    text: str
    blocks: list[Json]
    thread_ts: str | None
    mark: str
    is_gone: bool = False


@dataclass
class Trouble:
    """What happens to the next call. `applied` tells whether it takes effect before it fails."""

    error: Exception
    applied: bool = False


@dataclass
class FakeSlack(Slack):
    """A workspace of lists. `troubles` befall the calls in order, by method; `None` lets a call pass."""

    posts: list[Post] = field(default_factory=list)
    edits: list[tuple[str, str, str]] = field(default_factory=list)  # channel, ts, text
    responses: list[tuple[str, str]] = field(default_factory=list)  # url, text
    replaced: list[str] = field(default_factory=list)  # urls by which a message took the place of another
    whispers: list[tuple[str, str, str]] = field(default_factory=list)  # channel, user id, text
    zones: dict[str, str] = field(default_factory=dict)  # by user id; London where none is given
    looks: list[tuple[str, datetime]] = field(default_factory=list)  # mark, since
    calls: list[str] = field(default_factory=list)
    troubles: dict[str, list[Trouble | None]] = field(default_factory=dict)
    gate: asyncio.Event | None = None  # while it is closed, calls wait
    at_most: int = 0  # calls to one channel at a time, as seen
    during: Callable[[], None] | None = None  # called while a look is under way
    on_call: Callable[[str], None] | None = None  # called with each method
    _open: dict[str, int] = field(default_factory=dict)

    async def post(self, channel_id: str, *, text: str, blocks: list[Json], thread_ts: str | None, mark: str) -> Posted:
        trouble = await self._enter("post", channel_id)
        if trouble is None or trouble.applied:
            self.posts.append(Post(channel_id, text, blocks, thread_ts, mark))
        self._leave(trouble)
        return Posted(channel_id, f"{len(self.posts)}.000100")

    async def edit(self, channel_id: str, ts: str, *, text: str, blocks: list[Json]) -> Posted:
        trouble = await self._enter("edit", channel_id)
        if trouble is None or trouble.applied:
            self.edits.append((channel_id, ts, text))
        self._leave(trouble)
        return Posted(channel_id, ts)

    async def find_marked(self, channel_id: str, *, thread_ts: str | None, mark: str, since: datetime) -> Posted | None:
        trouble = await self._enter("look", channel_id)
        self.looks.append((mark, since))
        if self.during is not None:
            self.during()
        self._leave(trouble)
        numbers = [number for number, post in enumerate(self.posts, 1) if post.mark == mark]
        return Posted(channel_id, f"{numbers[0]}.000100") if numbers else None

    async def start_stream(self, channel_id: str, *, thread_ts: str, blocks: list[Json]) -> Posted:
        trouble = await self._enter("start", channel_id)
        if trouble is None or trouble.applied:
            self.posts.append(Post(channel_id, "", blocks[:], thread_ts, mark=""))
        self._leave(trouble)
        return Posted(channel_id, f"{len(self.posts)}.000100")

    async def append_stream(self, stream: Posted, *, blocks: list[Json]) -> None:
        trouble = await self._enter("append", stream.channel_id)
        if trouble is None or trouble.applied:
            self._at(stream).blocks += blocks
        self._leave(trouble)

    async def stop_stream(self, stream: Posted, *, blocks: list[Json], mark: str) -> Posted:
        trouble = await self._enter("stop", stream.channel_id)
        if trouble is None or trouble.applied:
            self._at(stream).blocks += blocks
            self._at(stream).mark = mark
        self._leave(trouble)
        return stream

    async def find_unmarked(self, channel_id: str, *, thread_ts: str, since: datetime) -> list[Posted]:
        there = enumerate(self.posts, 1)
        return [Posted(channel_id, f"{number}.000100") for number, post in there if not (post.mark or post.is_gone)]

    async def remove(self, posted: Posted) -> None:
        trouble = await self._enter("remove", posted.channel_id)
        if trouble is None or trouble.applied:
            self._at(posted).is_gone = True
        self._leave(trouble)

    async def set_status(self, channel_id: str, thread_ts: str, status: str) -> None:
        """Seen by nobody here."""

    async def said_before(
        self, channel_id: str, *, latest: str, thread_ts: str | None = None, oldest: str = ""
    ) -> list[Json]:
        return []

    def _at(self, posted: Posted) -> Post:
        return self.posts[int(posted.ts.partition(".")[0]) - 1]

    async def respond(self, url: str, *, text: str, blocks: list[Json], replaces: bool = False) -> None:
        trouble = await self._enter("respond", url)
        if trouble is None or trouble.applied:
            self.responses.append((url, text))
            self.replaced += [url] * replaces
        self._leave(trouble)

    async def whisper(
        self, channel_id: str, user_id: str, *, text: str, blocks: list[Json], thread_ts: str | None
    ) -> None:
        trouble = await self._enter("whisper", channel_id)
        if trouble is None or trouble.applied:
            self.whispers.append((channel_id, user_id, text))
        self._leave(trouble)

    async def time_zone(self, user_id: str) -> str:
        self._leave(await self._enter("time_zone", user_id))
        return self.zones.get(user_id, "Europe/London")

    async def _enter(self, method: str, address: str) -> Trouble | None:
        self.calls.append(method)
        if self.on_call is not None:
            self.on_call(method)
        self._open[address] = self._open.get(address, 0) + 1
        self.at_most = max(self.at_most, self._open[address])
        try:
            if self.gate is not None:
                await self.gate.wait()
        finally:
            self._open[address] -= 1
        waiting = self.troubles.get(method)
        return waiting.pop(0) if waiting else None

    def _leave(self, trouble: Trouble | None) -> None:
        if trouble is not None:
            raise trouble.error


def lost_reply(method: str = "chat.postMessage", *, applied: bool) -> Trouble:
    return Trouble(SlackUnclear(method, "the reply was lost"), applied)


def refusal(error: SlackError) -> Trouble:
    return Trouble(error)
