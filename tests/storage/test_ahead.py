"""What is written ahead is committed when its caller goes on, together with what came meanwhile, or not at all."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from bot.storage.ahead import CHECKPOINT_EVERY, Ahead, Given
from bot.storage.engine import Database
from bot.storage.schema import events
from bot.storage.statements import spelled
from tests.storage.golden import NOW


def row(name: str) -> list[Given]:
    return [spelled(events, {"event_id": name, "received_at": NOW})]


def kept(file: Path) -> list[str]:
    """As another process sees it."""
    connection = sqlite3.connect(file)
    try:
        return [name for (name,) in connection.execute("SELECT event_id FROM events ORDER BY event_id")]
    finally:
        connection.close()


@pytest.fixture
def file(sqlite_url: str) -> Path:
    return Path(sqlite_url.partition(":///")[2])


async def test_it_is_committed_when_its_caller_goes_on(sqlite_url: str, file: Path) -> None:
    database = Database(sqlite_url)
    await database.write_ahead(row("one"))

    assert kept(file) == ["one"]
    await database.close()


async def test_a_hundred_at_once_share_a_few_transactions(sqlite_url: str, file: Path) -> None:
    began = list[str]()

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        connection.set_trace_callback(lambda statement: began.append(statement) if "BEGIN" in statement else None)
        return connection

    ahead = Ahead(connect, tries=1)
    await asyncio.gather(*(ahead.write(row(f"{number:03}")) for number in range(100)))
    await ahead.close()

    assert kept(file) == [f"{number:03}" for number in range(100)]
    assert len(began) < 5


async def test_the_log_is_taken_over_into_the_file_now_and_then(sqlite_url: str, file: Path) -> None:
    database = Database(sqlite_url)
    await database.write_ahead([("CREATE TABLE words (word TEXT)", ())])
    before = file.stat().st_size
    for _ in range(CHECKPOINT_EVERY):
        await database.write_ahead([("INSERT INTO words VALUES (?)", ("x" * 1_000,))])
    async with asyncio.timeout(5):
        while file.stat().st_size < before + CHECKPOINT_EVERY * 1_000 / 2:
            await asyncio.sleep(0.01)

    await database.close()


async def test_one_that_is_there_is_left_as_it_is(sqlite_url: str, file: Path) -> None:
    database = Database(sqlite_url)
    for _ in range(2):
        await database.write_ahead(row("one"))

    assert kept(file) == ["one"]
    await database.close()


async def test_of_what_fails_nothing_is_kept_and_what_comes_next_is(sqlite_url: str, file: Path) -> None:
    database = Database(sqlite_url)

    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        await database.write_ahead([*row("one"), ("INSERT INTO nowhere VALUES (?)", (1,))])
    await database.write_ahead(row("two"))

    assert kept(file) == ["two"]
    await database.close()


async def test_a_file_that_was_locked_for_a_while_is_written_after_all(sqlite_url: str, file: Path) -> None:
    database, other = Database(sqlite_url), sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(database.write_ahead(row("one")))
    await asyncio.sleep(1.2)  # longer than one try waits
    other.execute("COMMIT")
    await writing

    assert kept(file) == ["one"]
    other.close()
    await database.close()


async def test_for_those_who_wait_no_longer_nothing_is_written(sqlite_url: str, file: Path) -> None:
    database, other = Database(sqlite_url), sqlite3.connect(file, isolation_level=None)
    await database.write_ahead(row("first"))
    other.execute("BEGIN IMMEDIATE")
    in_hand = asyncio.create_task(database.write_ahead(row("in hand")))
    await asyncio.sleep(0)
    given_up, patient = (asyncio.create_task(database.write_ahead(row(name))) for name in ("given up", "patient"))
    await asyncio.sleep(0)
    given_up.cancel()
    other.execute("COMMIT")
    await asyncio.gather(in_hand, patient)

    assert kept(file) == ["first", "in hand", "patient"]
    other.close()
    await database.close()


async def test_what_is_in_hand_when_it_is_closed_is_written(sqlite_url: str, file: Path) -> None:
    database = Database(sqlite_url)
    writing = [asyncio.create_task(database.write_ahead(row(name))) for name in ("in hand", "waits")]
    await asyncio.sleep(0)
    await database.close()

    assert kept(file) == ["in hand", "waits"]
    await asyncio.gather(*writing)


async def test_the_file_beside_has_only_what_slack_waits_for(sqlite_url: str, file: Path) -> None:
    database = Database(sqlite_url)
    async with database.inbox.read() as tx:
        names = {name for (name,) in await tx.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")}

    assert (names, Path(f"{file}-inbox").is_file()) == ({"inbox", "events"}, True)
    await database.close()
