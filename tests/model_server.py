"""A server that speaks as OpenAI's as far as a test wants it to, and keeps what it was asked."""

import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from bot.model import Json

Reply = Callable[[web.Request, Json], Awaitable[web.StreamResponse]]


@dataclass
class ModelServer:
    """`reply` makes the answer to each request; a test may replace it at any time."""

    reply: Reply
    base_url: str = ""
    asked: list[Json] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.asked.append(body)
        self.headers.append(dict(request.headers))
        return await self.reply(request, body)

    def data(self, number: int = -1) -> Json:
        """What the model was given beside its rules."""
        given: Json = json.loads(self.asked[number]["messages"][1]["content"])
        return given


@asynccontextmanager
async def serving(reply: Reply) -> AsyncIterator[ModelServer]:
    server = ModelServer(reply)
    application = web.Application()
    for path in ("/v1/chat/completions", "/v1/embeddings"):
        application.router.add_post(path, server.take)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        server.base_url = f"http://127.0.0.1:{port}/v1"
        yield server
    finally:
        await runner.cleanup()


def completion(content: object, **message: object) -> Json:
    """A whole reply in the form of chat completions."""
    said = {"role": "assistant", "content": content, **message}
    return {
        "id": "c1",
        "object": "chat.completion",
        "choices": [{"index": 0, "message": said, "finish_reason": "stop"}],
    }


def says(content: object, **message: object) -> Reply:
    """The model writes this: a text as it is, anything else as JSON."""
    text = content if isinstance(content, str | None) else json.dumps(content)
    return sends(json.dumps(completion(text, **message)).encode())


def sends(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """These bytes, whatever they are."""

    async def reply(_request: web.Request, _body: Json) -> web.StreamResponse:
        return web.Response(body=body, status=status, headers={"Content-Type": "application/json", **(headers or {})})

    return reply


def never_ends(status: int, sent: list[int]) -> Reply:
    """Blanks, a quarter of a megabyte at a time, as long as anybody reads; `sent` counts their bytes."""
    blanks = b" " * (256 * 1024)

    async def reply(request: web.Request, _body: Json) -> web.StreamResponse:
        response = web.StreamResponse(status=status)
        await response.prepare(request)
        while True:
            await response.write(blanks)
            sent.append(len(blanks))

    return reply


def packed(body: bytes) -> Reply:
    """These bytes, as servers pack them that do not mind what was asked for."""
    return sends(gzip.compress(body), headers={"Content-Encoding": "gzip"})


def refuses(status: int, message: str = "no") -> Reply:
    return sends(json.dumps({"error": {"message": message}}).encode(), status=status)
