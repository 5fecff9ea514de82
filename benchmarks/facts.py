"""How long the figures of four weeks take: `.venv/bin/python -m benchmarks.facts [MESSAGES] [WEEKS] [DATABASE_URL]`.

Makes that many messages (200,000) over so many weeks (52), a fifth of them questions, in a database of its own.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import Table

from bot.clock import Clock
from bot.model import Window
from bot.peers.facts import FactsService
from bot.storage import migrate, schema
from bot.storage.engine import Database, Tx
from knowledge.channels import Channel, Channels

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
CHANNELS = Channels(timezone="Europe/London", channels=tuple(Channel(f"C{n:09}", f"c{n}") for n in range(20)))
GISTS = ("says", "says", "says", "ack", "asks", "thanks", "thanks", "still")
Row = tuple[Table, dict[str, Any]]


def rows(messages: int, weeks: int) -> Iterator[Row]:
    chance = Random(7)
    for number in range(messages // 5):
        asked_s = NOW.timestamp() - chance.uniform(0, weeks * 7 * 86_400)
        channel_id, asker = f"C{chance.randrange(20):09}", f"p{chance.randrange(3_000)}"
        root = f"{asked_s:.6f}"
        yield _message(channel_id, root, asker, "asks", None)
        asked = {"channel_id": channel_id, "ts": root, "asker": asker, "kind": "how-to", "classifier": "x"}
        yield schema.questions, asked | {"asked_at": _at(root)}
        for reply in range(4):
            author = asker if chance.random() < 0.3 else f"p{chance.randrange(3_000)}"
            ts = f"{asked_s + chance.uniform(60, 90_000) + reply / 1000:.6f}"
            yield _message(channel_id, ts, author, chance.choice(GISTS), root)
        if number % 4 == 0:
            mark = {"channel_id": channel_id, "ts": root, "person": asker, "name": "white_check_mark"}
            times = {"changed_ts": f"{asked_s + 99_000:.6f}", "is_there": True, "seen_ts": "", "was_there": False}
            yield schema.reactions, mark | times
        if number % 8 == 0:
            yield from _answer(number, channel_id, root, asker)


def _message(channel_id: str, ts: str, author: str, gist: str, thread_ts: str | None) -> Row:
    said = {"channel_id": channel_id, "ts": ts, "author": author, "gist": gist, "thread_ts": thread_ts}
    rest = {"author_kind": "person", "text": "words " * 12, "addressee": None, "posted_at": _at(ts)}
    return schema.messages, said | rest | {"edited_ts": None, "deleted_ts": None}


def _answer(number: int, channel_id: str, root: str, asker: str) -> Iterator[Row]:
    key, at = f"{channel_id}:{root}", _at(root)
    yield (
        schema.answers,
        {
            "id": f"a{number}",
            "key": key,
            "channel_id": channel_id,
            "question_ts": root,
            "thread_ts": None,
            "asker": asker,
            "surface": "thread",
            "outcome": "answered",
            "reason": "",
            "text": "words " * 40,
            "confidence": 0.9,
            "sources": [],
            "handbook_revision": "r",
            "created_at": at,
        },
    )
    sent = {"key": f"answer:{key}", "mark": f"m{number}", "kind": "answer", "purpose": "asked", "state": "sent"}
    where = {"channel_id": channel_id, "thread_ts": root, "slack_channel": channel_id, "edits": None}
    rest = {"version": 1, "attempts": 1, "due_at": at, "created_at": at, "sent_at": at}
    yield schema.outbox, sent | where | rest | {"slack_ts": f"{float(root) + 30:.6f}"}
    if number % 16 == 0:
        said = {"answer_id": f"a{number}", "person": asker, "verdict": "solved", "by_asker": True, "given_at": at}
        yield schema.verdicts, said


def _at(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)


async def fill(database: Database, made: Iterator[Row]) -> None:
    async def unit(tx: Tx) -> None:
        while some := list(islice(made, 20_000)):
            for table in schema.metadata.sorted_tables:
                values = [row for of, row in some if of is table]
                if values:
                    await tx.execute(table.insert(), values)

    await database.write(unit)


async def main(messages: int, weeks: int, url: str) -> None:
    database = Database(url)
    await migrate.upgrade(database)
    await fill(database, rows(messages, weeks))
    service = FactsService(database, channels=lambda: CHANNELS, clock=Clock(NOW.timestamp))
    window = Window(NOW - timedelta(weeks=4), NOW)
    for _ in range(3):
        began = time.perf_counter()
        facts = await service.facts(window)
        took_s = time.perf_counter() - began
        print(f"{messages} messages over {weeks} weeks: {facts.figures.questions} questions counted in {took_s:.2f} s")
    await database.close()


if __name__ == "__main__":
    given = dict(enumerate(sys.argv[1:]))
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(
            main(
                int(given.get(0, 200_000)),
                int(given.get(1, 52)),
                given.get(2, f"sqlite+aiosqlite:///{folder}/facts.db"),
            )
        )
