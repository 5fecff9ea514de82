"""A socket that breaks without a word, as networks let it."""

from pathlib import Path

from bot.app import PING_S, running
from bot.demo import furnish, settings_for
from bot.generate import manifest
from sandbox import Sandbox


async def test_broken_socket_is_replaced_before_the_next_ping(tmp_path: Path) -> None:
    async with Sandbox(manifest()) as sandbox:
        furnish(sandbox)
        async with running(settings_for(sandbox, tmp_path)):
            await sandbox.connected()

            sandbox.disconnect_sockets(kind="cut")

            await sandbox.wait_for(lambda: not sandbox.sockets.connections)
            await sandbox.connected(timeout_s=PING_S / 2)
