"""Whoever works on makes way to those in a hurry, and gets on nevertheless."""

import asyncio
import time

from bot.storage.giving_way import LONGEST_S, TURNS, GivingWay


async def test_while_somebody_is_in_a_hurry_others_wait_until_they_are_done() -> None:
    way, seen = GivingWay(), list[str]()

    async def hurry() -> None:
        with way.hurry():
            for step in ("one", "two"):
                await asyncio.sleep(0)
                seen.append(step)

    hurrying = asyncio.create_task(hurry())
    await asyncio.sleep(0)
    await way.give_way()
    seen.append("then we")
    await hurrying

    assert seen == ["one", "two", "then we"]


async def test_where_all_are_in_a_hurry_all_the_time_others_wait_for_a_moment_only() -> None:
    way = GivingWay()
    with way.hurry():
        began_s = time.perf_counter()
        await way.give_way()

    assert time.perf_counter() - began_s >= LONGEST_S * 0.9


async def test_with_nobody_in_a_hurry_everybody_else_has_a_turn() -> None:
    way, seen = GivingWay(), list[str]()
    asyncio.get_running_loop().call_soon(seen.append, "another")

    await way.give_way()

    assert seen == ["another"]


async def test_whoever_is_in_a_hurry_may_need_a_few_turns_to_say_so() -> None:
    way, seen = GivingWay(), list[str]()

    async def come() -> None:
        for _ in range(TURNS - 1):
            await asyncio.sleep(0)
        with way.hurry():
            await asyncio.sleep(0)
            seen.append("they")

    coming = asyncio.create_task(come())
    await way.give_way()
    seen.append("then we")
    await coming

    assert seen == ["they", "then we"]


async def test_way_is_made_to_those_who_are_expected_for_a_moment_only() -> None:
    way, turns = GivingWay(), 0

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count_turns())
    way.expect()
    began_s = time.perf_counter()
    await way.give_way()
    waited_s, before = time.perf_counter() - began_s, turns
    await way.give_way()
    counting.cancel()

    assert waited_s >= LONGEST_S * 0.9
    assert turns - before <= TURNS + 1
