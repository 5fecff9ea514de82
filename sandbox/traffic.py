"""What went between Slack and the app, newest last: what was handed to it and how long it took, and what it called.

Holds names, ids and times only: what was said is in the workspace. Old lines make room for new ones.
"""

import re
import time
from collections import deque
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.clock import Clock
from sandbox.delivery import Answer, Package

KEPT = 500  # lines
_HEAD = re.compile(rb'^\{"ok": (true|false)(?:, "error": "([a-z_]+)")?')


@dataclass(frozen=True)
class Line:
    """`kind`: event | interaction | command, handed to the app; call, by the app.

    `outcome` is "ok", or what stands in its place: an error's name, a status, why it was not acknowledged.
    """

    number: int
    at: float  # workspace seconds
    kind: str
    name: str
    outcome: str
    took_ms: float  # of the wall's
    attempt: int = 0  # of an event: 1 and more are Slack's retries
    wait_s: int = 0  # what a 429 asks for


class Traffic:
    def __init__(self, clock: Clock) -> None:
        self.lines: deque[Line] = deque(maxlen=KEPT)
        self.refused = 0  # calls answered by 429, also of lines that made room
        self._clock = clock
        self._next = 0

    def since(self, number: int) -> list[Line]:
        """The lines from that number on, of those that are still held."""
        return [each for each in self.lines if each.number >= number]

    @property
    def next(self) -> int:
        return self._next

    def handed(self, package: Package, answer: Answer, took_s: float) -> None:
        kind, name = _named(package)
        outcome = answer.failure or "ok"
        self._note(kind, name, outcome, took_s, attempt=package.retry_attempt)

    @web.middleware
    async def watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """A middleware for the Web API."""
        began_s = time.perf_counter()
        response = await handler(request)
        took_s = time.perf_counter() - began_s
        self.refused += response.status == 429
        wait_s = int(response.headers.get("Retry-After", "0"))
        self._note("call", request.match_info.get("method", ""), _outcome(response), took_s, wait_s=wait_s)
        return response

    def _note(self, kind: str, name: str, outcome: str, took_s: float, *, attempt: int = 0, wait_s: int = 0) -> None:
        took_ms = round(took_s * 1000, 1)
        self.lines.append(Line(self._next, self._clock.now(), kind, name, outcome, took_ms, attempt, wait_s))
        self._next += 1


def _named(package: Package) -> tuple[str, str]:
    payload = package.payload
    match package.kind:
        case "events_api":
            event = payload["event"]
            return "event", ".".join(filter(None, (event["type"], event.get("subtype"))))
        case "slash_commands":
            return "command", str(payload["command"])
        case "interactive":
            return "interaction", str(payload["type"])


def _outcome(response: web.StreamResponse) -> str:
    if response.status != 200:
        return str(response.status)
    body = response.body if isinstance(response, web.Response) else None
    found = _HEAD.match(body) if isinstance(body, bytes) else None
    if found is None:
        return "no answer"
    return "ok" if found[1] == b"true" else (found[2] or b"refused").decode()
