"""Real exports, held against the raw files by a second hand: plain json here, plain SQL on the rows."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.clock import Clock
from bot.peers.export import open_export
from bot.peers.facts import FactsService
from bot.peers.importing import Imported, Importer
from bot.peers.listing import ListingService
from bot.storage import migrate
from bot.storage.engine import Database
from knowledge.channels import Channels
from tests.peers.exports import all_rows, write_zip
from tests.real_data import REAL_DATA

CHAT = REAL_DATA / "chat-dev"
EXPORTS = ["gitter/export-threaded", "gitter/export-flat", "irc/export", "slack-real/houston-datavis"]
SAID = {None, "file_share", "file_comment", "me_message", "thread_broadcast", "bot_message"}

pytestmark = pytest.mark.real_data


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'mentor.db'}")
    await migrate.upgrade(database)
    yield database
    await database.close()


async def take(database: Database, path: Path, *, first_id: int = 1) -> Imported:
    numbers = count(first_id)
    clock = Clock(datetime(2025, 11, 25, tzinfo=UTC).timestamp)
    with open_export(path) as export:
        importer = Importer(database, export, channels=Channels(), clock=clock, new_id=lambda: f"p{next(numbers)}")
        return await importer.run()


def raw(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """Every message, with its channel's id."""
    ids = {each["name"]: each["id"] for each in json.loads((folder / "channels.json").read_text())}
    return [
        (ids[file.parent.name], message)
        for file in sorted(folder.glob("*/*.json"))
        for message in json.loads(file.read_text())
    ]


@pytest.mark.parametrize("name", EXPORTS)
async def test_all_that_was_said_is_read_and_a_second_run_adds_nothing(sqlite: Database, name: str) -> None:
    messages = raw(CHAT / name)
    said = [(channel, each) for channel, each in messages if each.get("subtype") in SAID]
    bots = {each["id"] for each in json.loads((CHAT / name / "users.json").read_text()) if each.get("is_bot")}
    by_bots = [each for _, each in said if each["ts"] and (each.get("user") in bots | {"USLACKBOT"})]

    done = await take(sqlite, CHAT / name)
    before = await all_rows(sqlite)
    again = await take(sqlite, CHAT / name, first_id=1_000_000)

    async with sqlite.read() as tx:
        kept = {tuple(row) for row in await tx.execute(text("SELECT channel_id, ts FROM messages"))}
        reactions = (await tx.execute(text("SELECT count(*) FROM reactions"))).scalar()
    assert kept == {(channel, each["ts"]) for channel, each in said}
    given = {  # by name, which the data set took from some reactions, so that a message has one twice
        (channel, each["ts"], user, reaction["name"])
        for channel, each in said
        for reaction in each.get("reactions", ())
        for user in reaction["users"]
    }
    assert reactions == done.reactions == len(given)
    assert dict(done.notices) == Counter(each["subtype"] for _, each in messages if each.get("subtype") not in SAID)
    assert (done.new, done.messages, done.bots) == (len(said), len(said), len(by_bots))
    assert (done.files, done.unreadable_count) == (len(list((CHAT / name).glob("*/*.json"))), 0)
    assert (again.new, again.known) == (0, len(said))
    assert await all_rows(sqlite) == before


async def test_a_real_export_says_the_same_as_a_zip(sqlite: Database, tmp_path: Path) -> None:
    folder = CHAT / EXPORTS[3]
    files = {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.json")}
    await take(sqlite, folder)
    before = await all_rows(sqlite)

    done = await take(sqlite, write_zip(tmp_path / "export.zip", files), first_id=1_000_000)

    assert done.new == 0
    assert await all_rows(sqlite) == before


FIRST_ANSWERS = """
    SELECT c.name, root.ts, p.slack_id, reply.ts
    FROM messages root
    JOIN channels c ON c.channel_id = root.channel_id
    LEFT JOIN messages reply ON reply.channel_id = root.channel_id AND reply.ts = (
        SELECT min(r.ts) FROM messages r
        WHERE r.channel_id = root.channel_id AND r.thread_ts = root.ts
          AND r.author_kind = 'person' AND r.author <> root.author)
    LEFT JOIN people p ON p.id = reply.author
    WHERE root.thread_ts IS NULL
"""


async def test_first_answers_are_those_of_the_hand_separated_dialogs(sqlite: Database) -> None:
    lines = (CHAT / "gitter" / "conversations.jsonl").read_text().splitlines()
    dialogs = [json.loads(line) for line in lines]
    roots = {(channel, each["ts"]) for channel, each in raw(CHAT / EXPORTS[0]) if not _is_reply(each)}
    ids = {each["name"]: each["id"] for each in json.loads((CHAT / EXPORTS[0] / "channels.json").read_text())}

    await take(sqlite, CHAT / EXPORTS[0])

    async with sqlite.read() as tx:
        found = {(name, root): (user, ts) for name, root, user, ts in await tx.execute(text(FIRST_ANSWERS))}
    imported = [each for each in dialogs if (ids[each["channel"]], each["root_ts"]) in roots]
    wrong = [
        each for each in imported if _first(found[each["channel"], each["root_ts"]], each["root_ts"]) != _told(each)
    ]
    assert (len(dialogs), len(imported), wrong) == (369, 369, [])


def _is_reply(message: dict[str, Any]) -> bool:
    return bool(message.get("thread_ts", message["ts"]) != message["ts"])


def _first(found: tuple[str | None, str | None], root_ts: str) -> tuple[Any, ...]:
    user, ts = found
    return (user, ts, None if ts is None else int(float(ts) - float(root_ts)))


def _told(dialog: dict[str, Any]) -> tuple[Any, ...]:
    return (dialog["first_reply_user"], dialog["first_reply_ts"], dialog["seconds_to_first_reply"])


async def test_first_responders_and_times_are_those_of_the_data_set(sqlite: Database) -> None:
    """Every dialog of the threaded export whose first message the words find a question."""
    gitter = CHAT / "gitter"
    await take(sqlite, gitter / "export-threaded")
    ids = {each["name"]: each["id"] for each in json.loads((gitter / "export-threaded/channels.json").read_text())}
    clock = Clock(datetime(2025, 11, 25, tzinfo=UTC).timestamp)
    listing = ListingService(sqlite, FactsService(sqlite, channels=Channels, clock=clock), key=None)

    found = {
        (row["channel"], row["ts"]): (row["first_responder"], row["seconds_to_first_response"])
        for row in await listing.questions()
    }
    replies = {(row["channel"], row["ts"], row["answers_ts"]) for row in await listing.replies()}

    dialogs = [json.loads(line) for line in (gitter / "conversations.jsonl").read_text().splitlines()]
    told = {
        (ids[each["channel"]], each["root_ts"]): (each["first_reply_user"], each["seconds_to_first_reply"])
        for each in dialogs
    }
    assert len(found) > 200
    assert found == {asked: told[asked] for asked in found}
    assert replies == {
        (ids[each["channel"]], ts, each["root_ts"])
        for each in dialogs
        for ts in each["messages"]
        if ts != each["root_ts"]
    }
