"""What stands between Slack and the bots in HTTP mode: one address, each request to the next bot in turn.

A bot may fail, or its answer get lost on the way back; then the same bytes go to the next bot, or Slack is told.
"""

import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import cycle

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

HOP = {"Host", "Content-Length", "Transfer-Encoding", "Connection"}  # a proxy's own


class Proxy:
    """`again` counts what was sent once more though a bot had taken it, by what the next bot answered."""

    def __init__(self, urls: Sequence[str], chance: random.Random, *, loss: float) -> None:
        self.url = ""
        self.again: Counter[int] = Counter()
        self._turns = cycle(urls)
        self._chance = chance
        self._loss = loss  # the share of answers that get lost, of those to first deliveries
        self._session = aiohttp.ClientSession()

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name: value for name, value in request.headers.items() if name not in HOP}
        status, said = await self._forward(body, headers)
        is_lost = "X-Slack-Retry-Num" not in headers and self._chance.random() < self._loss
        if status < 500 and not is_lost:
            return web.Response(status=status, body=said)
        if self._chance.random() < 0.5:
            return web.Response(status=502)
        again, said = await self._forward(body, headers)
        if status == 200:
            self.again[again] += 1
        return web.Response(status=again, body=said)

    async def _forward(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        try:
            async with self._session.post(next(self._turns), data=body, headers=headers) as reply:
                return reply.status, await reply.read()
        except aiohttp.ClientError:
            return 502, b""

    async def close(self) -> None:
        await self._session.close()


@asynccontextmanager
async def proxy_to(urls: Sequence[str], chance: random.Random, *, loss: float) -> AsyncIterator[Proxy]:
    proxy = Proxy(urls, chance, loss=loss)
    application = web.Application()
    application.router.add_post("/slack/events", proxy.take)
    async with TestServer(application) as server:
        proxy.url = str(server.make_url("/slack/events"))
        yield proxy
    await proxy.close()
