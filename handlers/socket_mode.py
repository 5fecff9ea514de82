"""Slack by Socket Mode: takes envelopes, keeps the socket open, and stops without dropping what it took."""

import asyncio
import math
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import structlog
from aiohttp import ClientError, ClientWebSocketResponse
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.errors import SlackRefused, SlackUnclear
from bot.model import Json
from handlers.acknowledged import Acknowledged
from handlers.errors import LISTENER_S, dispatch, read_request

log = structlog.get_logger(__name__)

OPEN = "apps.connections.open"
PING_S = 10.0
# Why no socket was opened; AttributeError is the SDK's where the answer is no JSON, as with a bare 500.
NO_ADDRESS = (SlackClientError, ClientError, TimeoutError, OSError, AttributeError)
AGAIN_S = (0.5, 1.0, 2.0)  # after a try that got no address; together less than from ping to ping
LOOK_S = 0.25  # how often the socket is looked at between pings
GOODBYE_S = 2.0  # for a deaf socket to be closed in good form
DEAF_AFTER_S = 30.0  # without an answer to a ping the socket is taken for dead, whatever it says of itself


class Hearing:
    """How long ago our pings were last answered on the socket at hand.

    What the SDK notes is the wall's time of the ping, and that clock may be set; when the note changes tells as much.
    """

    def __init__(self, deaf_after_s: float, now_s: Callable[[], float]) -> None:
        self._deaf_after_s = deaf_after_s
        self._now_s = now_s
        self._socket: object = None
        self._answered: float | None = None
        self._since_s = now_s()

    def is_of_another(self, socket: object) -> bool:
        return socket is not self._socket

    def note(self, socket: object, answered: float | None) -> None:
        """A new socket, or a new answer on it, starts the time again."""
        if self.is_of_another(socket) or answered != self._answered:
            self._socket, self._answered, self._since_s = socket, answered, self._now_s()

    @property
    def silent_s(self) -> float:
        return self._now_s() - self._since_s

    @property
    def is_deaf(self) -> bool:
        return self.silent_s > self._deaf_after_s


class SocketMode(AsyncSocketModeHandler):
    """Bolt's adapter, with our boundary round the dispatch and a stop that lets go of nothing half done.

    `on_reconnect` is called whenever Slack greets a connection after the first, with how long none was open at most:
    what came between may be missing.
    """

    def __init__(
        self,
        bolt: AsyncApp,
        app_token: str,
        *,
        web_client: AsyncWebClient,
        clock: Clock,
        on_reconnect: Callable[[timedelta], None],
        acknowledged: Acknowledged | None = None,
        ping_s: float = PING_S,
        deaf_after_s: float = DEAF_AFTER_S,
    ) -> None:
        super().__init__(bolt, app_token, web_client=web_client, ping_interval=ping_s)
        self.client.message_listeners.append(self._on_message)
        self.client.on_message_listeners.append(self._on_came)
        self._clock = clock
        self._on_reconnect = on_reconnect
        self._acknowledged = acknowledged or Acknowledged()
        self._greeted: object = None
        self._heard_at = clock.now()
        self._deaf_after_s = deaf_after_s
        self._hearing = Hearing(deaf_after_s, time.monotonic)
        self._first: object = None
        self._in_hand: set[asyncio.Task[Any] | None] = set()
        self._is_stopping = False

    async def open(self) -> None:
        """Returns once connected. Raises SlackRefused for a bad token, SlackUnclear when Slack is not to be reached.

        Asks for the address itself: the SDK's `connect` would try a refused token for ever, and say nothing.
        """
        try:
            self.client.wss_uri = await self.client.issue_new_wss_url()
        except SlackApiError as error:
            refused = SlackRefused(OPEN, str(error.response.get("error")))
            raise (refused if refused.is_token_trouble else SlackUnclear(OPEN, refused.code)) from error
        except NO_ADDRESS as error:
            raise SlackUnclear(OPEN, type(error).__name__) from error
        await self.client.connect()  # type: ignore[no-untyped-call]
        self._first = self._greeted = self.client.current_session

    async def _on_came(self, _message: object) -> None:
        """Before the SDK reads it, which takes a few turns of the loop."""
        self._acknowledged.expect()

    async def _on_message(self, _client: AsyncBaseSocketModeClient, message: Json, _raw: str | None = None) -> None:
        if message.get("type") == "hello" and self.client.current_session is not self._first:
            silent = self._clock.now() - self._heard_at
            self._greeted = self.client.current_session
            log.info("socket.reconnected", silent_s=round(silent.total_seconds()))
            self._on_reconnect(silent)

    async def what_is_wrong(self) -> str:
        """Why nothing can be heard; "" when all is well. The age of the last ping counts, not what the client says."""
        session = self.client.current_session
        if session is None or not await self.client.is_connected():
            return "the socket to Slack is not connected"
        return "Slack has not been heard of for half a minute" if self._is_deaf(session) else ""

    async def silent_s(self) -> float:
        """How long Slack has not been heard of; up to the time from ping to ping when all is well."""
        session = self.client.current_session
        if session is None or not await self.client.is_connected():
            return max(0.0, (self._clock.now() - self._heard_at).total_seconds())
        self._is_deaf(session)
        return self._hearing.silent_s

    def _is_deaf(self, session: ClientWebSocketResponse) -> bool:
        if self._hearing.is_of_another(session):
            # The SDK keeps the old socket's time, and for one that was never answered it makes one up.
            self.client.last_ping_pong_time = time.time()
        self._hearing.note(session, self.client.last_ping_pong_time)
        return self._hearing.is_deaf

    async def handle(self, client: AsyncBaseSocketModeClient, req: SocketModeRequest) -> None:
        if self._is_stopping:
            return  # not acknowledged: Slack sends an event again, to whoever is there then
        retry = (("x-slack-retry-num", req.retry_attempt), ("x-slack-retry-reason", req.retry_reason))
        headers = {name: str(value) for name, value in retry if value}
        request = read_request(req.payload, headers, mode="socket_mode")
        if request is None:
            return
        task = asyncio.current_task()
        self._in_hand.add(task)
        try:
            with self._acknowledged.timing() as ended:
                response = ended.response = await dispatch(self.app, request, patience=self._clock.patience)
                await send_async_response(client, req, response, time.time())
        finally:
            self._in_hand.discard(task)

    async def keep_open(self) -> None:
        """Opens a new socket as soon as one broke or went deaf, until cancelled."""
        await asyncio.gather(self._replace_broken(), self._end_deaf(), self._forget_spent())

    async def _replace_broken(self) -> None:
        """The SDK looks at a broken socket only at the next ping, and what people press or type until then is lost.

        From here each broken socket is replaced at once; where Slack gives no address, a few times more, each later
        than the one before. Then the SDK goes on, ping by ping: after the first ten Slack gives an address a minute.
        """
        seen, due_s = None, 0.0
        waits: Iterator[float] = iter(())
        while True:
            await asyncio.sleep(LOOK_S)
            session = self.client.current_session
            if session is not None and session is self._greeted and not session.closed:
                self._heard_at = self._clock.now()
            if session is None or not session.closed:
                continue
            if session is not seen:
                seen, waits, due_s = session, iter(AGAIN_S), 0.0
            if time.monotonic() < due_s:
                continue
            with suppress(*NO_ADDRESS):
                await self.client.connect_to_new_endpoint()
            due_s = time.monotonic() + next(waits, math.inf)

    async def _end_deaf(self) -> None:
        """Closes a socket on which our pings are no longer answered, so that it is replaced.

        The SDK waits for four pings and aiohttp's heartbeat for silence, which Slack's own pings break. Both would go
        on with a wire that carries these and nothing else.
        """
        while True:
            await asyncio.sleep(LOOK_S)
            session = self.client.current_session
            if session is None or session.closed:
                continue
            if self._is_deaf(session):
                log.warning("socket.deaf")
                with suppress(TimeoutError):  # who pings on and never says goodbye would keep us here for ever
                    async with asyncio.timeout(GOODBYE_S):
                        await session.close()
                self._heard_at = self._clock.now() - timedelta(seconds=self._deaf_after_s + GOODBYE_S)

    async def _forget_spent(self) -> None:
        """An address is good for one connection and a short time, and the SDK would try a spent one for ever."""
        while True:
            await asyncio.sleep(PING_S / 2)
            session = self.client.current_session
            if session is None or session.closed:
                self.client.wss_uri = None

    async def stop(self) -> None:
        """Takes nothing more, finishes what it took, then closes."""
        self._is_stopping = True
        if in_hand := [task for task in self._in_hand if task is not None]:
            await asyncio.wait(in_hand, timeout=LISTENER_S * self._clock.patience)
        await self.client.close()  # type: ignore[no-untyped-call]
