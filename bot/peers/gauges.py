"""A few figures of the last four weeks for /metrics: how many asked, what became of it, how soon people responded.

Counted at most every ten minutes, however often it is asked for, and beside the page that asks. Shares and times of
fewer than five are left out.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.model import Window
from bot.peers.facts import FactsService
from bot.peers.figures import Figures
from bot.statistics import FEWEST

LOOK_BACK = timedelta(weeks=4)
FRESH = timedelta(minutes=10)
WAIT_S = 1.0  # of the wall: what is counted longer is told by a later page
COUNTING = "community gauges"
Counts = Mapping[tuple[str, str], float]


class CommunityGauges:
    def __init__(self, facts: FactsService, *, clock: Clock) -> None:
        self._facts = facts
        self._clock = clock
        self._read_at: datetime | None = None
        self._counts: Counts = {}
        self._counting: asyncio.Task[None] | None = None

    async def read(self) -> Counts:
        """As last counted; nothing before that. A page that was given up leaves the counting under way."""
        if self._is_stale and self._counting is None:
            self._counting = asyncio.create_task(self._count(), name=COUNTING)
        if (counting := self._counting) is not None:
            await asyncio.wait({counting}, timeout=WAIT_S)
            if counting.done():
                self._counting = None
                counting.result()
        return self._counts

    async def close(self) -> None:
        """Ends a counting under way, before the database is closed."""
        if self._counting is not None:
            self._counting.cancel()
            await asyncio.wait({self._counting})

    @property
    def _is_stale(self) -> bool:
        return self._read_at is None or self._clock.now() - self._read_at >= FRESH

    async def _count(self) -> None:
        now = self._clock.now()
        facts = await self._facts.facts(Window(now - LOOK_BACK, now))
        self._read_at, self._counts = now, counts_of(facts.figures)


def counts_of(figures: Figures) -> Counts:
    """By what is counted, and which of it."""
    shares = {
        "peers_first": figures.peer_first,
        "peers_solved": figures.peer_solved,
        "unanswered": figures.unanswered,
        "solved": figures.solved,
    }
    counts: dict[tuple[str, str], float] = {
        ("community_questions", "asked"): figures.questions,
        ("community_questions", "settled"): figures.settled,
        ("community_questions", "waiting"): figures.waiting,
    }
    counts |= {
        ("community_share", name): share.value
        for name, share in shares.items()
        if share.is_enough and share.value is not None
    }
    took = figures.response
    if took.n >= FEWEST and took.median_s is not None and took.p90_s is not None:
        counts |= {("community_first_response_seconds", "median"): took.median_s}
        counts |= {("community_first_response_seconds", "p90"): took.p90_s}
    return counts
