"""Makes happen to a call what the faults decided: held, refused, cut, answered with rubbish or drop by drop.

Decides nothing itself: which faults come up is `faults.py`'s, what the call does is whoever serves it's.
"""

import asyncio
from collections.abc import Callable

from aiohttp import web

from sandbox.clock import Clock
from sandbox.faults import AFTER, Fault, Faults

PAGE = "<!DOCTYPE html><html><body><h1>Sign in to the network</h1></body></html>"  # of a proxy in between


class Mishaps:
    def __init__(self, faults: Faults, clock: Clock) -> None:
        self._faults, self._clock = faults, clock
        self._held: dict[asyncio.Event, float] = {}  # set once the call was lived through -> when it is applied

    async def befall(
        self, request: web.Request, method: str, channel: str | None, do: Callable[[], web.Response]
    ) -> web.StreamResponse:
        """What the caller gets. `do` applies the call and gives its answer; it is not called where a fault forbids."""
        await self._after_what_is_due()
        faults = self._faults.draw(method, channel)
        is_over = asyncio.Event()
        if held_s := sum(fault.seconds for fault in faults if fault.kind == "delay"):
            self._held[is_over] = self._clock.now() + held_s
        try:
            if (stopped := await self._stop(request, faults)) is not None:
                return stopped
            answer = do()
        finally:
            self._held.pop(is_over, None)
            is_over.set()
        after = next((fault for fault in faults if fault.kind in AFTER), None)
        return answer if after is None or answer.status == 429 else await self._spoil(request, answer, after)

    async def _after_what_is_due(self) -> None:
        """A call that was held until now is applied before one that came later, however late the machine is."""
        while due := [held for held, due_s in self._held.items() if due_s <= self._clock.now()]:
            await due[0].wait()

    async def _stop(self, request: web.Request, faults: list[Fault]) -> web.Response | None:
        """Lives through the delays; the answer that comes in place of applying the call, if one does."""
        for fault in faults:
            match fault.kind:
                case "delay":
                    await self._clock.sleep(fault.seconds)
                case "status_429":
                    return too_fast(max(1, round(fault.seconds)))
                case "status_500":
                    return web.Response(status=500, text="Internal Server Error")
                case "page":
                    return web.Response(text=PAGE, content_type="text/html")
                case "drop":
                    return _cut(request)
                case _:
                    pass
        return None

    async def _spoil(self, request: web.Request, answer: web.Response, fault: Fault) -> web.StreamResponse:
        """What comes of an answer on its way to the caller."""
        match fault.kind:
            case "status_500_after":
                return web.Response(status=500, text="Internal Server Error")
            case "lose_reply":
                return _cut(request)
            case "garbage":
                return web.Response(text='{"ok":tru', content_type="application/json")
            case _:
                return await self._trickle(request, answer, fault.seconds)

    async def _trickle(self, request: web.Request, answer: web.Response, seconds: float) -> web.StreamResponse:
        """The first half of the answer at once, and the second so much later."""
        body = answer.body if isinstance(answer.body, bytes) else b""
        slow = web.StreamResponse(status=answer.status, headers=answer.headers)
        slow.content_length = len(body)
        await slow.prepare(request)
        try:
            await slow.write(body[: len(body) // 2])
            await self._clock.sleep(seconds)
            await slow.write(body[len(body) // 2 :])
            await slow.write_eof()
        except ConnectionError:
            pass  # nobody waits any more
        return slow


def too_fast(wait_s: int) -> web.Response:
    body = {"ok": False, "error": "ratelimited"}
    return web.json_response(body, status=429, headers={"Retry-After": str(wait_s)})


def _cut(request: web.Request) -> web.Response:
    """Breaks the connection, so that the caller cannot know whether the call was applied."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
