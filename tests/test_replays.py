"""How long a signature is remembered: it is good for 5 minutes to either side of the time it carries."""

import asyncio

import pytest

from bot.clock import Clock
from bot.replays import AT_ONCE, Replays
from bot.storage.engine import Database

SIGNATURE = "v0=" + "0" * 64
TAKEN_AT_S = 1_764_000_000.0


def replays(database: Database, *, after_s: float = 0.0) -> Replays:
    """As they are that long after the request was taken."""
    return Replays(database, clock=Clock(lambda: TAKEN_AT_S + after_s))


async def test_what_was_not_taken_is_no_replay(database: Database) -> None:
    assert not await replays(database).is_replay(SIGNATURE)


async def test_a_signature_may_be_remembered_twice(database: Database) -> None:
    """Two replicas may have taken the same request at the same instant."""
    for _ in range(2):
        await replays(database).remember(SIGNATURE)

    assert await replays(database).is_replay(SIGNATURE)


@pytest.mark.parametrize(("after_s", "is_known"), [(600.0, True), (901.0, False)])
async def test_a_signature_is_forgotten_once_it_is_good_no_more(
    database: Database, after_s: float, is_known: bool
) -> None:
    await replays(database).remember(SIGNATURE)

    await replays(database, after_s=after_s).forget_old()

    assert await replays(database).is_replay(SIGNATURE) is is_known


async def test_however_many_there_are_all_that_are_old_are_forgotten(database: Database) -> None:
    of_all = [f"v0={number:064}" for number in range(AT_ONCE + 1)]
    await asyncio.gather(*(replays(database).remember(each) for each in of_all))

    await replays(database, after_s=901.0).forget_old()

    assert not any([await replays(database).is_replay(each) for each in of_all])


async def test_the_database_holds_no_signature(database: Database) -> None:
    """With the body, which others may know, it would be a request ready to be sent."""
    await replays(database).remember(SIGNATURE)

    async with database.inbox.read() as tx:
        kept = (await tx.exec_driver_sql("SELECT event_id FROM events")).scalar_one()

    assert kept.startswith("sig:")
    assert "0" * 20 not in kept
