"""A server that speaks OpenAI's `/embeddings` as far as a test wants it to, and keeps what it was asked."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Reply = Callable[[Sequence[str]], bytes]


@dataclass
class EmbeddingServer:
    """`reply` makes the body of each answer; a test may replace it, and the status, at any time."""

    reply: Reply
    status: int = 200
    base_url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.asked.append(body)
        return web.Response(body=self.reply(body["input"]), status=self.status, content_type="application/json")

    @property
    def texts(self) -> list[str]:
        return [text for body in self.asked for text in body["input"]]


@asynccontextmanager
async def serving(reply: Reply) -> AsyncIterator[EmbeddingServer]:
    server = EmbeddingServer(reply)
    application = web.Application()
    application.router.add_post("/v1/embeddings", server.take)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        yield server
    finally:
        await runner.cleanup()


def about(texts: Sequence[str]) -> bytes:
    """One dimension each for logs, files and anything else, the last place first: order is told by the index."""
    vectors = [[float("log" in text.lower()), float("file" in text.lower() or "upload" in text), 0.1] for text in texts]
    return listed(vectors)


def listed(vectors: Sequence[object]) -> bytes:
    data = [{"object": "embedding", "index": place, "embedding": vector} for place, vector in enumerate(vectors)]
    return json.dumps({"object": "list", "data": data[::-1], "model": "m"}).encode()
