"""Rows for the operator, without ids: their order tells nothing either."""

from collections.abc import Sequence
from itertools import groupby

from bot.clock import Clock
from bot.peers.facts import FactsService
from bot.peers.listing import ListingService
from bot.storage.engine import Database
from tests.peers.december import CHANNELS, NOW, write_december


async def askers(database: Database, key: bytes) -> Sequence[tuple[str, str]]:
    """Channel and asker of each question."""
    facts = FactsService(database, channels=lambda: CHANNELS, clock=Clock(NOW.timestamp))
    return [(row["channel"], row["asker"]) for row in await ListingService(database, facts, key=key).questions()]


async def test_rows_without_ids_are_not_grouped_by_person(database: Database) -> None:
    await write_december(database)

    listed = await askers(database, b"a key")

    assert len(list(groupby(listed))) > len(set(listed))


async def test_rows_without_ids_are_in_the_same_order_for_the_same_key_alone(database: Database) -> None:
    await write_december(database)

    first, again, other = [await askers(database, key) for key in (b"a key", b"a key", b"another")]

    assert first == again
    assert sorted(map(first.count, set(first))) == sorted(map(other.count, set(other)))
    assert [first.index(each) for each in first] != [other.index(each) for each in other]
