"""A socket that breaks without a word or goes deaf, as networks let it, and an address spent before it is used."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from slack_bolt.app.async_app import AsyncApp
from structlog.typing import EventDict

from bot.app import running
from bot.clock import Clock
from bot.config import Secret
from bot.demo.made_up import furnish
from bot.demo.playing import settings_for
from bot.errors import SlackRefused
from bot.generate import manifest
from bot.slack import web_client
from handlers.acknowledged import Acknowledged
from handlers.socket_mode import DEAF_AFTER_S, LOOK_S, PING_S, SocketMode
from sandbox import Sandbox


class Forgetful(Sandbox):
    """The second address it gives out is not known to it, like one that came too late or was used before."""

    given = 0

    def socket_url(self) -> str:
        self.given += 1
        return super().socket_url() + "spent" * (self.given == 2)


@pytest.fixture
async def sandbox(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Sandbox]:
    """With a bot connected to it."""
    kind: type[Sandbox] = request.param
    async with kind(manifest()) as sandbox:
        furnish(sandbox)
        async with running(settings_for(sandbox, tmp_path)):
            await sandbox.connected()
            yield sandbox


@pytest.mark.parametrize("sandbox", [Sandbox], indirect=True, ids=[""])
async def test_broken_socket_is_replaced_before_the_next_ping(sandbox: Sandbox) -> None:
    sandbox.disconnect_sockets(kind="cut")

    await sandbox.wait_for(lambda: not sandbox.sockets.connections)
    await sandbox.connected(timeout_s=PING_S / 2)


@pytest.mark.parametrize("sandbox", [Sandbox], indirect=True, ids=[""])
async def test_broken_socket_is_replaced_before_the_next_ping_though_slack_fails_twice(sandbox: Sandbox) -> None:
    sandbox.faults.add("status_500", methods=["apps.connections.open"], times=2)

    sandbox.disconnect_sockets(kind="cut")

    await sandbox.wait_for(lambda: not sandbox.sockets.connections)
    await sandbox.connected(timeout_s=PING_S / 2)


@pytest.mark.parametrize("sandbox", [Forgetful], indirect=True, ids=[""])
async def test_spent_address_is_not_tried_for_ever(sandbox: Sandbox) -> None:
    sandbox.disconnect_sockets(kind="cut")

    await sandbox.wait_for(lambda: not sandbox.sockets.connections)
    await sandbox.connected(timeout_s=PING_S * 3)


async def test_a_wrong_app_token_ends_the_start_with_the_reason(tmp_path: Path) -> None:
    async with Sandbox(manifest()) as sandbox:
        furnish(sandbox)
        settings = replace(settings_for(sandbox, tmp_path), slack_app_token=Secret("xapp-of-another-app"))

        with pytest.raises(SlackRefused, match="SLACK_APP_TOKEN"):
            async with running(settings):
                raise AssertionError("started")


DEAF = {"event": "socket.deaf", "log_level": "warning"}


@asynccontextmanager
async def listening(
    sandbox: Sandbox,
    reconnects: list[str],
    *,
    ping_s: float = PING_S,
    deaf_after_s: float = DEAF_AFTER_S,
    acknowledged: Acknowledged | None = None,
) -> AsyncIterator[SocketMode]:
    """A socket of a bot that has nothing to say, kept open."""
    client = web_client(Secret(sandbox.bot_token), sandbox.api_url)
    socket = SocketMode(
        AsyncApp(client=client, process_before_response=True, request_verification_enabled=False),
        sandbox.app_token,
        web_client=web_client(Secret(sandbox.app_token), sandbox.api_url),
        clock=Clock(time.time),
        on_reconnect=lambda _silent: reconnects.append("again"),
        ping_s=ping_s,
        deaf_after_s=deaf_after_s,
        acknowledged=acknowledged,
    )
    keeping = asyncio.create_task(socket.keep_open())
    try:
        await socket.open()
        await sandbox.connected()
        yield socket
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await socket.stop()


async def test_a_deaf_socket_is_replaced_though_slack_still_pings(logged: list[EventDict]) -> None:
    """The SDK would wait for four pings, and aiohttp for silence."""
    reconnects: list[str] = []
    async with Sandbox(manifest()) as sandbox:
        sandbox.sockets.ping_every_s = 3.0
        async with listening(sandbox, reconnects, ping_s=4.0, deaf_after_s=8.0) as socket:
            deaf = sandbox.sockets.connections[0]
            sandbox.disconnect_sockets(kind="deaf")
            says_connected = await socket.client.is_connected()
            silent_s = []

            async def looked() -> bool:
                silent_s.append(await socket.silent_s())
                return bool(reconnects)

            async with asyncio.timeout(30):
                while not await looked():
                    await asyncio.sleep(0.2)

            assert says_connected
            assert max(silent_s) >= 8.0  # by then it was taken for dead
            assert silent_s[-1] < 8.0
            assert logged.count(DEAF) == 1
            assert sandbox.sockets.connections != [deaf]
            assert await socket.what_is_wrong() == ""


@pytest.mark.parametrize("kind", ["polite", "cut"])
async def test_each_connection_after_the_first_is_told_of_whoever_made_it(kind: Literal["polite", "cut"]) -> None:
    reconnects: list[str] = []
    async with Sandbox(manifest()) as sandbox, listening(sandbox, reconnects):
        first = sandbox.sockets.connections[0]
        told_of_the_first = list(reconnects)

        sandbox.disconnect_sockets(kind=kind)
        await sandbox.wait_for(lambda: reconnects and first not in sandbox.sockets.connections)

        assert told_of_the_first == []  # and after it once or more: told to go, the SDK may connect twice


@pytest.mark.chaos
@pytest.mark.parametrize("sandbox", [Sandbox], indirect=True, ids=[""])
async def test_a_bot_gone_deaf_hears_again_in_half_a_minute(sandbox: Sandbox, logged: list[EventDict]) -> None:
    deaf = sandbox.sockets.connections[0]
    deafened_s = asyncio.get_running_loop().time()
    sandbox.disconnect_sockets(kind="deaf")

    await sandbox.wait_for(lambda: any(each is not deaf for each in sandbox.sockets.connections), DEAF_AFTER_S * 2)

    assert asyncio.get_running_loop().time() - deafened_s <= DEAF_AFTER_S + 4 * LOOK_S
    assert DEAF in logged


async def test_whatever_comes_is_expected_before_it_is_read() -> None:
    seen: list[str] = []

    @contextmanager
    def hurry() -> Iterator[None]:
        seen.append("in a hurry")
        yield

    acknowledged = Acknowledged(hurry, lambda: seen.append("came"))
    async with Sandbox(manifest()) as sandbox, listening(sandbox, [], acknowledged=acknowledged):
        furnish(sandbox)
        seen.clear()
        sandbox.person("maya").say("platform-team", "The build is red.")
        await sandbox.wait_for(lambda: "in a hurry" in seen)

    assert seen[0] == "came"
