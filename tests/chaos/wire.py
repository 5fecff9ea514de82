"""The wire between a bot and its PostgreSQL: it can be cut, hold what is sent, refuse, or be slow."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy import make_url

AT_ONCE = 64 * 1024


class Wire:
    """`url` is the database's address by this wire. Whatever it does, it does in the loop it was made in."""

    def __init__(self, database_url: str) -> None:
        self._there = make_url(database_url)
        self.url = ""
        self.delay_s = 0.0
        self._flows = asyncio.Event()
        self._flows.set()
        self._server: asyncio.Server | None = None
        self._port = 0
        self._ways: set[asyncio.Task[None]] = set()

    def stall(self) -> None:
        """Whoever connects may, and hears nothing; what is sent arrives later."""
        self._flows.clear()

    def resume(self) -> None:
        """What was held arrives."""
        self._flows.set()

    def cut(self) -> None:
        """Every connection breaks; new ones are let through."""
        for way in self._ways:
            way.cancel()

    async def refuse(self) -> None:
        """Nobody is there any more."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.cut()
        await asyncio.gather(*self._ways, return_exceptions=True)

    async def mend(self) -> None:
        """All goes through again."""
        self.delay_s = 0.0
        self.resume()
        if self._server is None:
            await self.open()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        here = self._there.set(drivername="postgresql+psycopg", host="127.0.0.1", port=self._port, query={})
        self.url = here.render_as_string(hide_password=False)

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        way = asyncio.ensure_future(self._carry(reader, writer))
        self._ways.add(way)
        way.add_done_callback(self._ways.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there: asyncio.StreamWriter | None = None
        try:
            with suppress(OSError):
                await self._flows.wait()
                back, there = await self._connect()
                ways = [asyncio.ensure_future(self._pump(*each)) for each in ((reader, there), (back, writer))]
                try:
                    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for each in ways:
                        each.cancel()
        except asyncio.CancelledError:
            pass
        finally:
            writer.transport.abort()
            if there is not None:
                there.transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, port = str(self._there.query.get("host") or self._there.host), self._there.port or 5432
        if host.startswith("/"):
            return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        return await asyncio.open_connection(host, port)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while said := await reader.read(AT_ONCE):
                await asyncio.sleep(self.delay_s)
                await self._flows.wait()
                writer.write(said)
                await writer.drain()


@asynccontextmanager
async def wire_to(database_url: str) -> AsyncIterator[Wire]:
    wire = Wire(database_url)
    await wire.open()
    yield wire
    await wire.refuse()
