"""A socket that breaks without a word, as networks let it, and an address that is spent before it is used."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import running
from bot.config import Secret
from bot.demo import furnish, settings_for
from bot.errors import SlackRefused
from bot.generate import manifest
from handlers.socket_mode import PING_S
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
