"""Socket Mode as an app meets it: tickets, envelopes, acknowledgements, disconnects."""

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.clock import Clock
from sandbox.delivery import Answer, Package, Patience
from sandbox.model import Json
from sandbox.socket_mode import SocketHub
from tests.real_data import REAL_DATA

REAL = REAL_DATA / "payloads" / "socket-mode"

EVENT = Package("events_api", {"type": "event_callback"})
COMMAND = Package("slash_commands", {"command": "/platform"}, accepts_response=True)
PRESS = Package("interactive", {"type": "block_actions"})


class Slack:
    """The hub behind a server, and an app's side of it."""

    def __init__(self, *, ack_wall_s: float = 3.0, factor: float = 1000.0) -> None:
        clock = Clock(factor=factor)
        self.hub = SocketHub(app_id="A0APP", patience=Patience(clock, wall_s=ack_wall_s))
        self.session = aiohttp.ClientSession()
        self.kept: list[aiohttp.ClientWebSocketResponse] = []  # a forgotten one would be closed
        application = web.Application()
        application.router.add_get("/socket", self.hub.accept)
        self.server = TestServer(application)

    async def connect(self, ticket: str | None = None) -> aiohttp.ClientWebSocketResponse:
        ticket = ticket or self.hub.new_ticket()
        socket = await self.session.ws_connect(self.server.make_url(f"/socket?ticket={ticket}"))
        self.kept.append(socket)
        return socket

    async def connected(self) -> aiohttp.ClientWebSocketResponse:
        """A connection that has had its hello."""
        socket = await self.connect()
        await read(socket)
        return socket


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    slack = Slack()
    await slack.server.start_server()
    yield slack
    await slack.session.close()
    await slack.hub.close()
    await slack.server.close()


@pytest.fixture
async def hasty_slack() -> AsyncIterator[Slack]:
    slack = Slack(ack_wall_s=0.01)
    await slack.server.start_server()
    yield slack
    await slack.session.close()
    await slack.hub.close()
    await slack.server.close()


async def read(socket: aiohttp.ClientWebSocketResponse) -> Json:
    return dict(json.loads(await socket.receive_str(timeout=5)))


async def answer(socket: aiohttp.ClientWebSocketResponse, payload: Json | None = None) -> Json:
    """Reads one envelope and acknowledges it."""
    envelope = await read(socket)
    reply = {"envelope_id": envelope["envelope_id"]} | ({"payload": payload} if payload else {})
    await socket.send_str(json.dumps(reply))
    return envelope


async def test_a_connection_is_greeted_with_how_many_there_are(slack: Slack) -> None:
    await slack.connected()

    hello = await read(await slack.connect())

    assert (hello["type"], hello["num_connections"]) == ("hello", 2)
    assert hello["connection_info"] == {"app_id": "A0APP"}


async def test_a_ticket_opens_one_connection_only(slack: Slack) -> None:
    ticket = slack.hub.new_ticket()
    await slack.connect(ticket)

    with pytest.raises(aiohttp.WSServerHandshakeError):
        await slack.connect(ticket)


async def test_the_eleventh_connection_is_told_there_are_too_many(slack: Slack) -> None:
    for _ in range(10):
        await slack.connected()

    farewell = await read(await slack.connect())

    assert (farewell["type"], farewell["reason"]) == ("disconnect", "too_many_websockets")


async def test_an_event_envelope_has_the_keys_slack_gives_it(slack: Slack) -> None:
    socket = await slack.connected()

    sent, envelope = await asyncio.gather(slack.hub.send(EVENT), answer(socket))

    assert sent.is_acknowledged
    assert envelope.keys() == {
        "envelope_id",
        "payload",
        "type",
        "accepts_response_payload",
        "retry_attempt",
        "retry_reason",
    }
    assert (envelope["type"], envelope["payload"], envelope["retry_attempt"]) == ("events_api", EVENT.payload, 0)


async def test_an_acknowledged_command_brings_the_payload_back(slack: Slack) -> None:
    socket = await slack.connected()

    sent, envelope = await asyncio.gather(slack.hub.send(COMMAND), answer(socket, {"text": "On it"}))

    assert sent == Answer(body={"text": "On it"})
    assert envelope["accepts_response_payload"] is True
    assert "retry_attempt" not in envelope


async def test_a_payload_where_none_is_accepted_is_ignored(slack: Slack) -> None:
    socket = await slack.connected()

    sent, _ = await asyncio.gather(slack.hub.send(PRESS), answer(socket, {"text": "Hm"}))

    assert sent == Answer()


async def test_without_a_connection_nothing_can_be_dispatched(slack: Slack) -> None:
    assert await slack.hub.send(COMMAND) == Answer(failure="dispatch_failed")


async def test_an_envelope_nobody_acknowledges_times_out(hasty_slack: Slack) -> None:
    await hasty_slack.connected()

    assert await hasty_slack.hub.send(EVENT) == Answer(failure="timeout")


async def test_a_cut_connection_fails_what_was_under_way(slack: Slack) -> None:
    socket = await slack.connected()
    sending = asyncio.create_task(slack.hub.send(EVENT))
    await read(socket)

    slack.hub.cut()

    assert await sending == Answer(failure="connection_failed")


async def test_a_refresh_lets_what_is_under_way_finish_and_then_closes(slack: Slack) -> None:
    socket = await slack.connected()
    sending = asyncio.create_task(slack.hub.send(EVENT))
    envelope = await read(socket)

    slack.hub.disconnect("refresh_requested")
    farewell = await read(socket)
    await socket.send_str(json.dumps({"envelope_id": envelope["envelope_id"]}))

    assert (farewell["type"], farewell["reason"]) == ("disconnect", "refresh_requested")
    assert (await sending).is_acknowledged
    assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE


async def test_a_warned_connection_still_gets_envelopes(slack: Slack) -> None:
    socket = await slack.connected()

    slack.hub.disconnect("warning")
    assert (await read(socket))["reason"] == "warning"
    sent, _ = await asyncio.gather(slack.hub.send(EVENT), answer(socket))

    assert sent.is_acknowledged


async def test_a_refresh_of_all_warns_first_and_serves_old_and_new_meanwhile() -> None:
    slack = Slack(factor=50.0)
    await slack.server.start_server()
    try:
        old = await slack.connected()
        slack.hub.refresh(40.0)
        told = [await read(old)]
        new = await slack.connected()
        side_by_side = len(slack.hub.connections)
        told.append(await read(old))
        slack.hub.refresh(0)

        assert [(each["type"], each["reason"]) for each in told] == [
            ("disconnect", "warning"),
            ("disconnect", "refresh_requested"),
        ]
        assert side_by_side == 2
        assert (await old.receive()).type is aiohttp.WSMsgType.CLOSE
        assert not new.closed
    finally:
        await slack.session.close()
        await slack.hub.close()
        await slack.server.close()


async def test_a_ping_of_the_app_is_answered(slack: Slack) -> None:
    socket = await slack.session.ws_connect(
        slack.server.make_url(f"/socket?ticket={slack.hub.new_ticket()}"), autoping=False
    )
    await read(socket)

    await socket.ping(b"sdk-ping-pong:1")

    pong = await socket.receive(timeout=5)
    assert (pong.type, pong.data) == (aiohttp.WSMsgType.PONG, b"sdk-ping-pong:1")


async def test_a_deaf_connection_stays_open_and_carries_nothing(hasty_slack: Slack) -> None:
    socket = await hasty_slack.connected()

    hasty_slack.hub.deafen()
    await socket.ping()
    sent = await hasty_slack.hub.send(EVENT)

    assert sent == Answer(failure="timeout")
    assert not socket.closed
    with pytest.raises(TimeoutError):
        await socket.receive(timeout=0.01)


async def test_nothing_but_an_acknowledgement_counts_as_one(hasty_slack: Slack) -> None:
    socket = await hasty_slack.connected()
    sending = asyncio.create_task(hasty_slack.hub.send(EVENT))
    for said in ("hello?", "[]", '{"envelope_id": "someone else\'s"}', "{}"):
        await socket.send_str(said)

    assert await sending == Answer(failure="timeout")


@pytest.mark.real_data
@pytest.mark.parametrize("package", [EVENT, COMMAND, PRESS], ids=["event", "command", "press"])
async def test_an_envelope_has_the_keys_of_a_real_one(slack: Slack, package: Package) -> None:
    real = json.loads((REAL / f"{package.kind}.json").read_text("utf-8"))
    socket = await slack.connected()

    _, envelope = await asyncio.gather(slack.hub.send(package), answer(socket))

    assert envelope.keys() == real.keys()
    assert envelope["accepts_response_payload"] == real["accepts_response_payload"]
