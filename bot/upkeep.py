"""Forgets with time: keys that nothing can ask for again, and words that nobody needs any more.

What a service keeps by rules of its own it forgets by itself, when its turn comes here.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial

from bot.clock import Clock
from bot.storage import drafts, outbox, peers, request_privacy, work
from bot.storage.engine import Database, Tx

EVENT_IDS_KEPT = timedelta(days=7)  # longer than any retry
DONE_WORK_KEPT = timedelta(days=30)
DRAFTS_KEPT = timedelta(days=30)  # that nobody decided on
REQUESTS_KEPT = timedelta(days=90)  # what was asked for in words, after it ended
WORDS_KEPT = timedelta(days=30)  # of messages sent; their keys stay, so that nothing is sent again
AT_ONCE = 500  # rows in a transaction: what is live must not wait long for the lock


class Upkeep:
    def __init__(self, database: Database, *, others: Sequence[Callable[[], Awaitable[object]]], clock: Clock) -> None:
        self._database = database
        self._others = others
        self._clock = clock

    async def forget_old(self) -> None:
        now = self._clock.now()
        await self._all(partial(peers.forget_events, before=now - EVENT_IDS_KEPT, limit=AT_ONCE))
        await self._all(partial(work.forget_done, before=now - DONE_WORK_KEPT, limit=AT_ONCE))
        await self._all(partial(outbox.forget_words, before=now - WORDS_KEPT, limit=AT_ONCE))
        await self._database.write(lambda tx: drafts.forget_words(tx, before=now - DRAFTS_KEPT))
        await self._database.write(lambda tx: request_privacy.forget_words(tx, before=now - REQUESTS_KEPT))
        for forget in self._others:
            await forget()

    async def _all(self, some: Callable[[Tx], Awaitable[int]]) -> None:
        """A few at a time, until there are no more."""
        while await self._database.write(some) == AT_ONCE:
            pass
