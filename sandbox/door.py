"""Where the sandbox listens, and for a while does not: then connections are refused, as by a host that is down."""

import socket

from aiohttp import web

HOST = "127.0.0.1"


class Door:
    """The port stays ours while it is shut. Websockets go on then: Slack's are another host's."""

    def __init__(self, runner: web.AppRunner) -> None:
        self._runner = runner
        self._site: web.BaseSite | None = None
        self._kept: socket.socket | None = None
        self.port = 0

    @property
    def is_open(self) -> bool:
        return self._site is not None

    async def open(self, port: int = 0) -> None:
        """At the same port as before, where it was shut."""
        kept = self._kept or _bound(port)
        self._kept, self.port = None, kept.getsockname()[1]
        self._site = web.SockSite(self._runner, kept)
        await self._site.start()

    async def shut(self) -> None:
        """Nobody comes in any more. Calls under way are answered, and their connections end with that."""
        if self._site is None:
            return
        await self._site.stop()
        self._site, self._kept = None, _bound(self.port)  # bound and not listening
        for connection in self._runner.server.connections if self._runner.server else ():
            connection.close()

    def forget(self) -> None:
        if self._kept is not None:
            self._kept.close()


def _bound(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((HOST, port))
    return bound
