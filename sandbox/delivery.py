"""Gets what happens to the app, and again until it is acknowledged, as Slack does.

Decides when and how often. How a package travels is the transport's (`socket_mode.py`, `http_mode.py`); what
it says is `payloads.py` and `interactive.py`.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.installation import Installation
from sandbox.manifest import AppManifest, scope_for
from sandbox.model import Json, Occurrence
from sandbox.payloads import Event, events_of, outer

T = TypeVar("T")

ACK_WITHIN_S = 3.0
RETRY_AFTER_S = (0.0, 60.0, 300.0)  # at once, a minute and five minutes after the attempt before
_ID_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# Slack lets an app subscribe only with one of these scopes; one that differs by kind of channel opens that kind alone.
_EVENT_SCOPES = {
    "app_mention": {"app_mentions:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "message.mpim": {"mpim:history"},
    "reaction_added": {"reactions:read"},
    "reaction_removed": {"reactions:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "channel_left": {"channels:read"},
}
_BY_KIND = {"member_joined_channel", "member_left_channel"}


@dataclass(frozen=True)
class Package:
    """One attempt to hand something over. Only events have attempts after the first (0)."""

    kind: Literal["events_api", "interactive", "slash_commands"]
    payload: Json
    accepts_response: bool = False
    retry_attempt: int = 0
    retry_reason: str = ""


@dataclass(frozen=True)
class Answer:
    """What came back. `failure` says why it does not count as acknowledged; the status is HTTP's."""

    status: int | None = None
    body: Json | str | None = None
    failure: str | None = None
    may_retry: bool = True

    @property
    def is_acknowledged(self) -> bool:
        return self.failure is None


class Transport(Protocol):
    async def send(self, package: Package) -> Answer:
        """Hands it over and waits for the acknowledgement as long as Slack would."""


class Patience:
    """How long Slack waits: 3 seconds of the workspace, and never less than 3 of the wall.

    A clock at sixty times the wall's would else leave the app 50 ms.
    """

    def __init__(self, clock: Clock, *, wall_s: float = ACK_WITHIN_S) -> None:
        self.clock = clock
        self.wall_s = wall_s

    async def wait_for(self, awaitable: Awaitable[T]) -> T:
        """Its result. Raises TimeoutError, and cancels it, when it is too late."""
        work = asyncio.ensure_future(awaitable)
        due_s = self.clock.now() + ACK_WITHIN_S
        try:
            await asyncio.wait({work}, timeout=self.wall_s)
            left_s = due_s - self.clock.now()
            if not work.done() and left_s > 0:
                await asyncio.wait({work}, timeout=left_s / self.clock.factor)
            if not work.done():
                raise TimeoutError
            return work.result()
        finally:
            work.cancel()


class Delivery:
    """Sends events as subscribed, each until it is acknowledged or lost; interactions once."""

    def __init__(
        self, app: Installation, manifest: AppManifest, *, clock: Clock, faults: Faults, transport: Transport
    ) -> None:
        self.transport = transport
        self.lost: list[Json] = []  # events Slack gave up on
        self.acknowledged = 0  # copies of events
        self._app = app
        self._names = frozenset(name for name in manifest.bot_events if _is_allowed(name, manifest))
        self._scopes = manifest.bot_scopes
        self._clock = clock
        self._faults = faults
        self._ids = random.Random(f"{app.team_id} events")
        self._under_way: set[asyncio.Task[None]] = set()
        self._is_open = False
        self._listeners: list[Callable[[Package, Answer, float], None]] = []

    def open(self) -> None:
        """From now on what happens is delivered; what happened before is not."""
        self._is_open = True

    async def close(self) -> None:
        self._is_open = False
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def notice(self, occurrence: Occurrence) -> None:
        """Starts the delivery of every event the app subscribed to. Needs a running loop once open."""
        if not self._is_open:
            return
        now_s = self._clock.now()
        for event in events_of(self._app, occurrence, now_s):
            if event.name in self._names and self._may_tell(event):
                body = outer(self._app, event, event_id=self._event_id(), event_time_s=now_s)
                for _ in range(self._faults.copies()):
                    self._start(body)

    async def ask(self, package: Package) -> Answer:
        """One attempt, never a second: how commands and interactions travel."""
        began_s = time.perf_counter()
        answer = await self.transport.send(package)
        if answer.is_acknowledged and self._faults.loses_ack():
            answer = Answer(failure="timeout")
        for listener in self._listeners:
            listener(package, answer, time.perf_counter() - began_s)
        return answer

    def subscribe(self, listener: Callable[[Package, Answer, float], None]) -> None:
        """Calls the listener after each attempt from now on, with the real seconds it took."""
        self._listeners.append(listener)

    async def settle(self, timeout_s: float = 10) -> None:
        """Returns when nothing is under way. Raises TimeoutError after that many real seconds."""
        async with asyncio.timeout(timeout_s):
            while self._under_way:
                await asyncio.wait(set(self._under_way))

    def _may_tell(self, event: Event) -> bool:
        """Who comes and goes is told with the scope to read that kind of channel."""
        if event.name not in _BY_KIND or event.channel is None:
            return True
        return scope_for("read", self._app.channels[event.channel].kind) in self._scopes

    def _start(self, body: Json) -> None:
        task = asyncio.get_running_loop().create_task(self._deliver(body))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _deliver(self, body: Json) -> None:
        past_s = await self._clock.sleep(self._faults.event_delay_s())
        answer = await self.ask(Package("events_api", body))
        for number, wait_s in enumerate(RETRY_AFTER_S, start=1):
            if answer.is_acknowledged or not answer.may_retry:
                break
            past_s = await self._rest(wait_s, past_s)
            reason = answer.failure or ""
            answer = await self.ask(Package("events_api", body, retry_attempt=number, retry_reason=reason))
        if answer.is_acknowledged:
            self.acknowledged += 1
        else:
            self.lost.append(body)

    async def _rest(self, wait_s: float, past_s: float) -> float:
        """Waits for the next attempt, of which `past_s` went by in one step; gives what is still left of that step.

        So an app that was away while the clock was advanced by a day has missed all attempts of that day.
        """
        return past_s - wait_s if past_s > wait_s else await self._clock.sleep(wait_s - past_s)

    def _event_id(self) -> str:
        return "Ev" + "".join(self._ids.choices(_ID_LETTERS, k=9))


def _is_allowed(name: str, manifest: AppManifest) -> bool:
    needed = _EVENT_SCOPES.get(name)
    return needed is None or bool(needed & manifest.bot_scopes)
