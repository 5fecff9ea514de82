"""What /metrics tells of the community: the hand-counted December, seldom counted, nothing of a few."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.clock import Clock
from bot.model import Window
from bot.peers.facts import FactsService
from bot.peers.figures import PeerFacts
from bot.peers.gauges import COUNTING, CommunityGauges, counts_of
from bot.storage.engine import Database
from tests.peers.december import CHANNELS, NOW, write_december


class CountedFacts(FactsService):
    """Facts that say how often they were counted."""

    times = 0

    async def facts(self, window: Window) -> PeerFacts:
        self.times += 1
        return await super().facts(window)


async def test_the_community_of_four_weeks_is_told_and_seldom_counted(database: Database) -> None:
    await write_december(database)
    seconds = [NOW.timestamp()]
    clock = Clock(lambda: seconds[0])
    facts = CountedFacts(database, channels=lambda: CHANNELS, clock=clock)
    gauges = CommunityGauges(facts, clock=clock)

    first = await gauges.read()
    seconds[0] += 599
    again = await gauges.read()
    seconds[0] += 1
    await gauges.read()

    assert (again, facts.times) == (first, 2)
    window = Window(datetime(2025, 12, 1, 12, tzinfo=UTC), NOW)
    figures = (await facts.facts(window)).figures
    assert first["community_questions", "asked"] == figures.questions > 20
    assert first["community_share", "peers_first"] == pytest.approx(figures.peer_first.k / figures.peer_first.n)
    assert first["community_first_response_seconds", "median"] == figures.response.median_s


async def test_a_counting_under_way_ends_with_the_bot(database: Database) -> None:
    class SlowFacts(FactsService):
        async def facts(self, window: Window) -> PeerFacts:
            under_way.set()
            await asyncio.Event().wait()
            raise AssertionError

    under_way = asyncio.Event()
    clock = Clock(NOW.timestamp)
    gauges = CommunityGauges(SlowFacts(database, channels=lambda: CHANNELS, clock=clock), clock=clock)
    reading = asyncio.create_task(gauges.read())
    await under_way.wait()
    reading.cancel()

    await gauges.close()

    assert [each for each in asyncio.all_tasks() if each.get_name() == COUNTING] == []


async def test_of_a_few_only_counts_are_told(database: Database) -> None:
    facts = FactsService(database, channels=lambda: CHANNELS, clock=Clock(NOW.timestamp))

    counts = counts_of((await facts.facts(Window(datetime(2025, 12, 1, tzinfo=UTC), NOW))).figures)

    assert counts == {("community_questions", state): 0 for state in ("asked", "settled", "waiting")}
