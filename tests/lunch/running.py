"""Lunch at work: on `AsyncApp` or `App`, over Socket Mode or behind a request URL."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from socketserver import ThreadingMixIn
from typing import Literal
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from aiohttp.test_utils import TestServer
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk import WebClient
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Sandbox
from tests.lunch import asynchronous, synchronous

Mode = Literal["async socket", "async http", "sync socket", "sync http"]
PATH = "/slack/events"


@asynccontextmanager
async def lunch_at_work(sandbox: Sandbox, mode: Mode) -> AsyncIterator[None]:
    """The app connected, as its authors would connect it to Slack but for the address."""
    address, token = sandbox.api_url, sandbox.bot_token
    if mode.startswith("async"):
        app = asynchronous.lunch(AsyncWebClient(token, base_url=address), sandbox.signing_secret)
        connected = _async_socket(app, sandbox) if mode.endswith("socket") else _async_http(app, sandbox)
    else:
        # in a thread, as it asks Slack who it is before it goes on
        client = WebClient(token, base_url=address)
        threaded = await asyncio.to_thread(synchronous.lunch, client, sandbox.signing_secret)
        connected = _sync_socket(threaded, sandbox) if mode.endswith("socket") else _sync_http(threaded, sandbox)
    async with connected:
        yield


@asynccontextmanager
async def _async_socket(app: AsyncApp, sandbox: Sandbox) -> AsyncIterator[None]:
    handler = AsyncSocketModeHandler(app, sandbox.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    try:
        await sandbox.connected()
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


@asynccontextmanager
async def _async_http(app: AsyncApp, sandbox: Sandbox) -> AsyncIterator[None]:
    async with TestServer(app.web_app(path=PATH)) as server:
        assert await sandbox.use_http(str(server.make_url(PATH))).verify()
        yield


@asynccontextmanager
async def _sync_socket(app: App, sandbox: Sandbox) -> AsyncIterator[None]:
    handler = SocketModeHandler(app, sandbox.app_token)
    await asyncio.to_thread(handler.connect)
    try:
        await sandbox.connected()
        yield
    finally:
        handler.client.auto_reconnect_enabled = False
        await sandbox.sockets.close()  # else Slack's client waits three seconds for something to read
        await sandbox.wait_for(lambda: not handler.client.is_connected())
        await asyncio.to_thread(handler.close)


@asynccontextmanager
async def _sync_http(app: App, sandbox: Sandbox) -> AsyncIterator[None]:
    with _served(app) as url:
        assert await sandbox.use_http(url).verify()
        yield


@contextmanager
def _served(app: App) -> Iterator[str]:
    with make_server("127.0.0.1", 0, SlackRequestHandler(app, PATH), _Server, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{PATH}"
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Says nothing of requests that went well."""
