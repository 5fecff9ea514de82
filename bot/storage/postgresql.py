"""PostgreSQL's connection as the bot wants it: one that lets go of a server that does not answer."""

import asyncio
from collections.abc import Mapping
from typing import Any

from psycopg import AsyncConnection, waiting
from psycopg.abc import RV, PQGen
from psycopg.errors import QueryCanceled
from psycopg.pq import TransactionStatus

LET_GO_S = 0.1  # for each of two steps; psycopg takes 5 s for each, and Slack waits for 3
LOOK_S = 0.1  # psycopg's own
# A server that went away without a word is noticed within half a minute; the system's own way takes hours.
CONNECTING: Mapping[str, int] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}


class Connection(AsyncConnection[Any]):
    """Whoever is cancelled while the server is silent ends at once, and the connection with them."""

    async def wait(self, gen: PQGen[RV], interval: float = LOOK_S, timeout: float | None = None) -> RV:  # noqa: ASYNC109
        try:
            return await waiting.wait_async(gen, self.pgconn.socket, interval=interval, timeout=timeout)
        except asyncio.CancelledError:
            await self._end(gen, interval)
            raise

    async def _end(self, gen: PQGen[Any], interval: float) -> None:
        """The statement at hand; where the server does not take that, the connection."""
        if self.pgconn.transaction_status != TransactionStatus.ACTIVE:
            return
        try:
            await self.cancel_safe(timeout=LET_GO_S)
            await waiting.wait_async(gen, self.pgconn.socket, interval=interval, timeout=LET_GO_S)
        except QueryCanceled:
            return
        except BaseException as error:  # whatever it is: in what state the connection is nobody knows
            self.pgconn.finish()
            if not isinstance(error, Exception):
                raise
