"""What both hosts' servers share: who may call, faults on demand, and a count of what was asked."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from bot.model import Json

ANY = ""  # method
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Fault:
    """What goes wrong at one call: its reply is lost, before or after it was carried out, or is another one.

    With `is_the_end` no later call gets through either, as when our process died there. `spared` such calls go well
    before it. `is_late`: it is on its way until the next such call comes, and is carried out just before that.
    """

    method: str
    path: str  # how it ends
    is_done: bool = False
    is_the_end: bool = False
    is_late: bool = False
    reply: Callable[[], web.Response] | None = None  # None: the connection is cut
    spared: int = 0


@dataclass
class Faults:
    waiting: list[Fault] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    is_down: bool = False
    late: "Late | None" = None

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.calls.append(f"{request.method} {request.raw_path}")
        if self.is_down:
            return _cut(request)
        if self.late and _meets(self.late.fault, request):
            self.late.next_came.set()
            await self.late.is_done.wait()
        fault = next((one for one in self.waiting if _meets(one, request)), None)
        if fault is None:
            return await handler(request)
        if fault.spared:
            fault.spared -= 1
            return await handler(request)
        self.waiting.remove(fault)
        if fault.is_late:
            return await self._late(fault, request, handler)
        self.is_down = fault.is_the_end
        if fault.is_done:
            await handler(request)
        return fault.reply() if fault.reply else _cut(request)

    async def _late(self, fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
        await request.read()
        self.late = Late(fault)
        return await asyncio.shield(asyncio.create_task(self.late.carried_out(request, handler)))  # whoever hung up


@dataclass
class Late:
    """A call that is on its way."""

    fault: Fault
    next_came: asyncio.Event = field(default_factory=asyncio.Event)
    is_done: asyncio.Event = field(default_factory=asyncio.Event)

    async def carried_out(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        await self.next_came.wait()
        try:
            return await handler(request)
        finally:
            self.is_done.set()


def _cut(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


def _meets(fault: Fault, request: web.Request) -> bool:
    return fault.method in (request.method, ANY) and request.path.endswith(fault.path)


def refused(status: int, message: object, /, **more: object) -> web.HTTPException:
    """To be raised; `message` as the host words it."""
    error = web.HTTPException(text=json.dumps({"message": message, **more}), content_type="application/json")
    error.set_status(status)
    return error


async def body_of(request: web.Request) -> Json:
    if request.content_type != "application/json":
        raise refused(415, "Unsupported Media Type")
    body = await request.json()
    if not isinstance(body, dict):
        raise refused(400, "Problems parsing JSON")
    return body
