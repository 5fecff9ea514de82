"""A server as docs/webhooks.md asks for: it verifies by the page's own code, keeps keys, and tells how it went."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.actions.cloud import python_in

Spoils = Callable[[web.Request], Awaitable[web.StreamResponse | None]]


@dataclass
class Hooks:
    """`spoil` answers the next call of a method in its place: before it is carried out, or after."""

    secret: str
    now: Callable[[], float]
    port: int = 0
    begun: list[dict[str, Any]] = field(default_factory=list)
    states: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=lambda: {"state": "done", "message": "It is up."})
    before: dict[str, Spoils] = field(default_factory=dict)
    after: dict[str, Spoils] = field(default_factory=dict)

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.calls.append(request.method)
        self.requests.append((dict(request.headers), body))
        for spoils, acts in ((self.before, True), (None, False), (self.after, True)):
            if not acts:
                answer = self._carried_out(request, body)
            elif spoils and (spoil := spoils.pop(request.method, None)):
                spoilt = await spoil(request)
                if spoilt is not None:
                    return spoilt
        return answer

    def _carried_out(self, request: web.Request, body: bytes) -> web.Response:
        if not _is_from_mentor(request.headers, body, self.secret, self.now):
            return web.json_response({}, status=401)
        key = request.headers["Idempotency-Key"]
        if request.method == "POST" and key not in self.states:
            self.begun.append(json.loads(body))
            self.states[key] = self.answer
        if key not in self.states or (request.method == "GET" and not request.path.endswith(f"/{key}")):
            return web.json_response({}, status=404)
        return web.json_response(self.states[key])


async def cut(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


def says(status: int, body: bytes = b"{}", **headers: str) -> Spoils:
    async def spoil(request: web.Request) -> web.StreamResponse:
        return web.Response(
            status=status, body=body, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

    return spoil


@asynccontextmanager
async def hook_server(secret: str, now: Callable[[], float], *, tls: SSLContext | None = None) -> AsyncIterator[Hooks]:
    hooks = Hooks(secret, now)
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", hooks.take)
    server = TestServer(application, scheme="https" if tls else "http", host="127.0.0.1")
    await server.start_server(ssl=tls)
    try:
        assert server.port
        hooks.port = server.port
        yield hooks
    finally:
        await server.close()


def _documented() -> Callable[..., bool]:
    names: dict[str, Any] = {}
    exec(compile(python_in("webhooks.md")[0], "webhooks.md", "exec"), names)
    return names["is_from_mentor"]  # type: ignore[no-any-return]


_is_from_mentor = _documented()
