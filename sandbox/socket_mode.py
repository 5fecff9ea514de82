"""Socket Mode, Slack's side: tickets, hello, envelopes to one of up to ten connections, acknowledgements.

Retries are the delivery's; here each envelope is sent once.
"""

import asyncio
import json
import random
import uuid
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Literal

from aiohttp import WSMsgType, web

from sandbox.delivery import Answer, Package, Patience
from sandbox.model import Json

MOST_CONNECTIONS = 10
PING_EVERY_S = 5.0  # real seconds: TCP does not run on the workspace's clock
WARNED_S = 10.0  # workspace seconds between the warning and the end of a connection that is refreshed
GRACE_S = 1.0  # real seconds an app has to acknowledge what is under way when it is told to reconnect

Reason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]


class Connection:
    """One open websocket. `is_closing`: it was told to go and gets no more envelopes.

    `is_deaf`: it looks open to both sides and carries nothing, not even answers to pings.
    """

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.socket = socket
        self.is_closing = False
        self.is_deaf = False
        self.waiting: dict[str, asyncio.Future[Json]] = {}  # by envelope id
        self._request = request

    def cut(self) -> None:
        """The wire breaks: no close frame, nothing said."""
        if self._request.transport is not None:
            self._request.transport.abort()

    def abandon(self) -> None:
        for acknowledged in self.waiting.values():
            if not acknowledged.done():
                acknowledged.set_exception(ConnectionResetError())


class SocketHub:
    """All connections of one app."""

    def __init__(self, *, app_id: str, patience: Patience, seed: int = 1) -> None:
        self.connections: list[Connection] = []
        self.ping_every_s = PING_EVERY_S
        self.refreshed = 0  # connections, by a refresh of all
        self._app_id = app_id
        self._patience = patience
        self._chance = random.Random(seed)
        self._tickets: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._refreshing: asyncio.Task[None] | None = None

    def new_ticket(self) -> str:
        """A ticket for one connection, as the query of the websocket's address."""
        ticket = str(uuid.UUID(int=self._chance.getrandbits(128), version=4))
        self._tickets.add(ticket)
        return ticket

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """The websocket handler: refuses used or unknown tickets, and the eleventh connection."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=408, text="ticket_expired")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(heartbeat=self.ping_every_s, autoping=False)
        await socket.prepare(request)
        if len(self.connections) >= MOST_CONNECTIONS:
            await self._say(socket, _farewell("too_many_websockets"))
            await socket.close()
            return socket
        await self._serve(Connection(socket, request))
        return socket

    async def send(self, package: Package) -> Answer:
        """One envelope over one connection, by chance; the failure says `dispatch_failed` without one."""
        open_ones = [each for each in self.connections if not each.is_closing]
        if not open_ones:
            return Answer(failure="dispatch_failed")
        connection = self._chance.choice(open_ones)
        envelope = self._envelope(package)
        acknowledged = asyncio.get_running_loop().create_future()
        connection.waiting[envelope["envelope_id"]] = acknowledged
        try:
            if not connection.is_deaf:
                await connection.socket.send_str(json.dumps(envelope))
            reply = await self._patience.wait_for(acknowledged)
        except TimeoutError:
            return Answer(failure="timeout")
        except ConnectionError:
            return Answer(failure="connection_failed")
        finally:
            connection.waiting.pop(envelope["envelope_id"], None)
        return Answer(body=reply.get("payload") if package.accepts_response else None)

    def disconnect(self, reason: Reason = "refresh_requested") -> None:
        """Tells every connection; all but a `warning` close them, once what is under way had its chance."""
        self._tell(self.connections, reason)

    def _tell(self, connections: Sequence[Connection], reason: Reason) -> None:
        for connection in list(connections):
            connection.is_closing = reason != "warning"
            self._spawn(self._dismiss(connection, reason))

    def refresh(self, every_s: float) -> None:
        """Each so many workspace seconds, from now on: a warning, and a little later the end of who was warned.

        In between an app opens a new connection, and is served over both. 0 ends it.
        """
        if self._refreshing is not None:
            self._refreshing.cancel()
        self._refreshing = self._spawn(self._refresh(every_s)) if every_s else None

    def cut(self) -> None:
        """Breaks every connection without a word."""
        for connection in list(self.connections):
            connection.cut()

    def deafen(self) -> None:
        """Leaves every connection open and carries nothing over it, as has happened to apps for hours."""
        for connection in self.connections:
            connection.is_deaf = True

    async def close(self) -> None:
        for connection in list(self.connections):
            await connection.socket.close()
        for task in self._tasks:
            task.cancel()

    async def _serve(self, connection: Connection) -> None:
        self.connections.append(connection)
        try:
            await self._say(connection.socket, self._hello())
            async for message in connection.socket:
                if message.type is WSMsgType.TEXT and not connection.is_deaf:
                    self._read(message.data)
                elif message.type is WSMsgType.PING and not connection.is_deaf:
                    await connection.socket.pong(message.data)
        finally:
            self.connections.remove(connection)
            connection.abandon()

    def _read(self, text: str) -> None:
        """An acknowledgement counts over whichever connection it comes; anything else is ignored."""
        with suppress(ValueError):
            reply = json.loads(text)
            envelope_id = reply.get("envelope_id") if isinstance(reply, dict) else None
            for connection in self.connections:
                acknowledged = connection.waiting.get(str(envelope_id))
                if acknowledged is not None and not acknowledged.done():
                    acknowledged.set_result(reply)

    async def _dismiss(self, connection: Connection, reason: Reason) -> None:
        await self._say(connection.socket, _farewell(reason))
        if reason == "warning":
            return
        if connection.waiting:
            await asyncio.wait(set(connection.waiting.values()), timeout=GRACE_S)
        await connection.socket.close()

    async def _refresh(self, every_s: float) -> None:
        clock = self._patience.clock
        while True:
            await clock.sleep(max(0.0, every_s - WARNED_S))
            warned = list(self.connections)
            self._tell(warned, "warning")
            await clock.sleep(WARNED_S)
            self._tell([each for each in warned if each in self.connections], "refresh_requested")
            self.refreshed += len(warned)

    async def _say(self, socket: web.WebSocketResponse, message: Json) -> None:
        with suppress(ConnectionError):
            await socket.send_str(json.dumps(message))

    def _spawn(self, coroutine: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _hello(self) -> Json:
        about = {"host": "applink-sandbox", "build_number": 1, "approximate_connection_time": 18060}
        hello = {"type": "hello", "num_connections": len(self.connections), "debug_info": about}
        return hello | {"connection_info": {"app_id": self._app_id}}

    def _envelope(self, package: Package) -> Json:
        envelope_id = str(uuid.UUID(int=self._chance.getrandbits(128), version=4))
        envelope: Json = {"envelope_id": envelope_id, "payload": package.payload, "type": package.kind}
        envelope |= {"accepts_response_payload": package.accepts_response}
        if package.kind == "events_api":
            envelope |= {"retry_attempt": package.retry_attempt, "retry_reason": package.retry_reason}
        return envelope


def _farewell(reason: Reason) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-sandbox"}}
