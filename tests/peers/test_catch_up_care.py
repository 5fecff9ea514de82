"""Reading back does no harm: nothing that stands is taken for gone, nobody waits for long, and a stop is quick."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.model import Author, Message, moment
from bot.peers.catch_up import AWAY, EVERY
from bot.storage import channels as channel_rows
from bot.storage import migrate
from bot.storage.channels import Reading, Turn
from bot.storage.engine import Database, Tx
from bot.storage.schema import channels, work
from knowledge.channels import AnswerMode, Channel, Channels
from sandbox import Actor, Sandbox
from tests.peers.reading import ASK, DEPLOYS, STARTS_S, Reader, reader_of, standing

DAY_S = 86_400.0
BOTH = (ASK, DEPLOYS)
LATER = moment(f"{STARTS_S + 3 * DAY_S:.6f}")


@asynccontextmanager
async def reading_on(reader: Reader) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(reader.catch_up.run())
    yield task
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def channel_row(database: Database, channel_id: str) -> dict[str, object]:
    async with database.read() as tx:
        query = select(channels).where(channels.c.channel_id == channel_id)
        return dict((await tx.execute(query)).mappings().one())


# What stands is not gone, and what is gone does not stand.


async def test_a_message_that_cannot_be_read_any_more_is_not_gone(reader: Reader, ada: Actor) -> None:
    said = ada.say(ASK, "How do I see logs?")
    await reader.read_all()
    reader.sandbox.workspace.channels[ASK].messages[said.ts].user = "ä"
    reader.sandbox.clock.advance(120)

    await reader.read_all()

    assert [ts for _, ts, *_ in await reader.kept()] == [said.ts]


async def test_what_comes_while_slack_answers_is_not_gone_whatever_our_clock_says(reader: Reader, ada: Actor) -> None:
    """The clock is two minutes ahead, so that the message seems to be older than the page that lacks it."""
    reader.sandbox.clock.set_factor(10)
    before = ada.say(ASK, "How do I see logs?")
    await reader.read_all()
    reader.sandbox.clock.advance(200)  # no more, or it would all be read twice
    reader.sandbox.faults.add("delay", methods=["conversations.history"], channel=ASK, seconds=3, times=1)
    ts = f"{reader.sandbox.clock.now() - 120:.6f}"
    came = Message(ASK, ts, Author(before.user), "And metrics?")

    reading = asyncio.create_task(reader.read_all())
    await reader.sandbox.wait_for(lambda: reader.sandbox.faults.fired["delay"])
    await reader.peers.record_message(came)
    await reading

    assert ts in {ts for _, ts, *_ in await reader.kept()}


async def test_an_old_thread_whose_replies_all_vanished_is_emptied(reader: Reader, ada: Actor, bela: Actor) -> None:
    reply = bela.say(ASK, "In Grafana.", thread=ada.say(ASK, "How do I see logs?"))
    reader.sandbox.clock.advance(9 * DAY_S)
    await reader.read_all()
    reader.sandbox.workspace.past.delete(reply)

    await reader.catch_up.all_due(is_whole=True)
    await reader.read_all()

    assert await reader.kept() == standing(reader.sandbox, BOTH)


async def test_replies_under_a_tombstone_that_vanished_are_gone(reader: Reader, ada: Actor, bela: Actor) -> None:
    asked = ada.say(ASK, "How do I see logs?")
    reply = bela.say(ASK, "In Grafana.", thread=asked)
    ada.delete(asked)
    await reader.read_all()
    reader.sandbox.workspace.past.delete(reply)  # and the tombstone with it
    reader.sandbox.clock.advance(120)

    await reader.read_all()

    assert await reader.kept() == set()


async def test_a_thread_of_several_pages_is_known_whole(reader: Reader, ada: Actor) -> None:
    asked = ada.say(ASK, "How do I see logs?")
    reader.sandbox.clock.advance(DAY_S)
    for number in range(450):
        at = reader.sandbox.clock.now() - 1000 + number
        reader.sandbox.workspace.past.say(asked.user, ASK, f"Like {number}.", at=at, thread_ts=asked.ts)
    await reader.read_all()
    await reader.catch_up.all_due(is_whole=True)

    await reader.read_all()

    assert await reader.kept() == standing(reader.sandbox, BOTH)


async def test_a_channel_that_leaves_the_handbook_does_not_count_as_read(reader: Reader, ada: Actor) -> None:
    said = ada.say(ASK, "How do I see logs?")
    watched = reader.watched

    async def is_taken_out(_channel_id: str) -> None:
        reader.watched = Channels()

    reader.catch_up._announce = is_taken_out
    await reader.read_all()
    assert (await channel_row(reader.database, ASK))["watermark"] is None

    async def is_put_in_again(_channel_id: str) -> None: ...

    reader.watched, reader.catch_up._announce = watched, is_put_in_again
    reader.sandbox.clock.advance(180)  # the lease was not given back
    await reader.read_all()
    assert said.ts in {ts for _, ts, *_ in await reader.kept()}


async def test_a_channel_not_read_for_an_hour_is_read_whole(reader: Reader, ada: Actor, bela: Actor) -> None:
    """It was not watched, or the bot was not in it, while others were read."""
    reply = bela.say(ASK, "In Grafana.", thread=ada.say(ASK, "How do I see logs?"))
    reader.sandbox.clock.advance(9 * DAY_S)
    await reader.read_all()
    reader.sandbox.workspace.channels[ASK].members.discard(reader.sandbox.workspace.bot_user_id)
    for _ in range(13):
        reader.sandbox.clock.advance(300)
        await reader.read_all()
    bela.edit(reply, "In Grafana, under Explore.")
    ada.invite_app(ASK)

    await reader.read_all()

    assert await reader.kept() == standing(reader.sandbox, BOTH)


# Nobody waits for long.


@pytest.fixture
async def waiting(database: Database) -> Database:
    """A channel that walks and was just read, one that is new, and a direct message; all due."""
    now = moment(f"{STARTS_S:.6f}")

    async def unit(tx: Tx) -> None:
        await channel_rows.add(tx, {ASK: "ask", DEPLOYS: "deploys"}, now=now)
        await channel_rows.add_direct(tx, {"D0ADA": None}, now=now)
        fresh = {"watermark": f"{STARTS_S - 10:.6f}"}
        await tx.execute(channels.update().where(channels.c.channel_id == ASK).values(**fresh))

    await database.write(unit)
    return database


async def turns(database: Database, *, is_walk_first: bool) -> list[str]:
    now, found = moment(f"{STARTS_S:.6f}"), list[str]()
    turn = Turn(BOTH, is_fresh_after=f"{STARTS_S - 300:.6f}", is_walk_first=is_walk_first)

    async def claim(tx: Tx) -> Reading | None:
        return await channel_rows.claim(tx, turn, now=now, until=LATER, lease=f"lease{len(found)}")

    while reading := await database.write(claim):
        found.append(reading.channel_id)
    return found


async def test_a_pass_goes_before_a_walk_also_in_a_direct_message(waiting: Database) -> None:
    assert await turns(waiting, is_walk_first=False) == [DEPLOYS, "D0ADA", ASK]


async def test_a_walk_that_waited_goes_first(waiting: Database) -> None:
    assert await turns(waiting, is_walk_first=True) == [ASK, DEPLOYS, "D0ADA"]


async def test_many_threads_that_changed_are_read_without_listing_the_channel_again(
    reader: Reader, ada: Actor, bela: Actor
) -> None:
    await reader.read_all()
    reader.sandbox.clock.set_factor(30)  # it takes a minute, and after five one looks again
    for number in range(45):
        bela.say(ASK, "In Grafana.", thread=ada.say(ASK, f"Where is log {number}?"))
    before, began_s = reader.sandbox.rates.calls.copy(), reader.sandbox.clock.now()

    await reader.read_all()

    calls, looks = (
        reader.sandbox.rates.calls - before,
        1 + (reader.sandbox.clock.now() - began_s) // EVERY.total_seconds(),
    )
    # Each of the two channels once at each look; a call that a slow machine gave up on is made again.
    assert 2 <= calls["conversations.history"] < 2 * looks + 5
    assert 45 <= calls["conversations.replies"] < 50
    assert await reader.kept() == standing(reader.sandbox, BOTH)


async def test_direct_messages_that_could_not_be_listed_are_looked_for_again(reader: Reader, ada: Actor) -> None:
    missed = ada.dm("How do I see logs?")
    reader.sandbox.faults.add("status_500", methods=["conversations.list"], times=6)
    await reader.read_all()
    reader.sandbox.clock.advance(301)

    while await reader.catch_up._step():
        pass

    async with reader.database.read() as tx:
        assert list((await tx.scalars(select(work.c.key))).all()) == [f"{missed.channel}:{missed.ts}"]


# After an absence.


@pytest.mark.parametrize(
    ("is_read_back", "began_at"),
    [pytest.param(True, None, id="a whole walk"), pytest.param(False, "1795000000.000000", id="the first walk")],
)
async def test_a_walk_under_way_when_events_were_lost_is_not_taken_for_all(
    reader: Reader, is_read_back: bool, began_at: str | None
) -> None:
    await reader.read_all()
    under_way = {"is_read_back": is_read_back, "is_whole_due": is_read_back, "read_back_to": "1795000000.000000"}
    async with reader.database.engine.begin() as connection:
        await connection.execute(channels.update().where(channels.c.channel_id == ASK).values(**under_way))
    reader.sandbox.clock.advance(AWAY.total_seconds() + 1)

    await reader.catch_up.all_due()

    row = await channel_row(reader.database, ASK)
    assert (row["is_whole_due"], row["read_back_to"]) == (True, began_at)


async def test_reading_begins_when_the_database_comes_late(
    sandbox: Sandbox, empty_database: Database, ada: Actor
) -> None:
    said = ada.say(ASK, "How do I see logs?")
    reader = await reader_of(sandbox, empty_database, [Channel(ASK, "ask", AnswerMode.AT_ONCE)])

    with capture_logs() as logged:
        async with reading_on(reader):
            await sandbox.wait_for(lambda: "catch_up.failed" in {each["event"] for each in logged})
            await migrate.upgrade(empty_database)
            while not await reader.kept():
                await asyncio.sleep(0.02)

    await reader.slack.close()
    assert [ts for _, ts, *_ in await reader.kept()] == [said.ts]


async def test_the_log_tells_of_a_channel_by_its_id(reader: Reader, ada: Actor) -> None:
    """The name of a private channel may tell what only its members are to know."""
    ada.say(DEPLOYS, "Release 7 is out.")

    with capture_logs() as logged:
        await reader.read_all()

    assert {each["channel"] for each in logged if "channel" in each} == {ASK, DEPLOYS}


# At a stop.


async def test_a_stop_does_not_wait_until_slack_may_be_asked_again(reader: Reader, ada: Actor) -> None:
    ada.say(ASK, "How do I see logs?")
    reader.sandbox.faults.add("status_429", methods=["conversations.history"], seconds=600)
    async with reading_on(reader) as task:
        await reader.sandbox.wait_for(lambda: reader.sandbox.faults.fired["status_429"])
        reader.sandbox.clock.set_factor(1)

        began_s = time.monotonic()
        task.cancel()
        await asyncio.wait({task})

    assert time.monotonic() - began_s < 2
    rows = [await channel_row(reader.database, each) for each in BOTH]
    assert [row["lease"] for row in rows] == [None, None]
    assert all(isinstance(row["due_at"], datetime) for row in rows)
