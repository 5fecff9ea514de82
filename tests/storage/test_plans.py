"""What is read often must not read a whole table of those that grow by the year: held against the databases' plans."""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, event

from bot.model import CHECK_MARKS, Author, Message, Window, moment
from bot.storage import cases, communities, cross_posts, decided, links, onboarding, peers
from bot.storage import schema as tables
from bot.storage.engine import Database, Tx
from bot.storage.statements import insert_all, note_sizes

NOW = datetime(2025, 11, 24, tzinfo=UTC)
WEEK = Window(NOW - timedelta(weeks=1), NOW)
CHANNELS, EACH = (
    10,
    2_500,
)  # messages, over ten years: of a larger part PostgreSQL would rightly read all of a small table
STEP = timedelta(days=3_650) / EACH
TURNED = 5  # changes that wait
GROWN = (tables.messages, tables.questions, tables.links, tables.reactions, tables.cases, tables.case_answers)
NAMES = {*(each.name for each in GROWN), "earlier", "other", "reply", "first"}  # SQLite tells of aliases
SCAN = re.compile(r"^SCAN (\w+)|Seq Scan on (\w+)")
Run = Callable[[Tx], Awaitable[Any]]
Said = list[tuple[str, Any]]


def ts(number: int) -> str:
    """Of the message so many before the last one, in any channel."""
    return f"{(NOW - number * STEP).timestamp():.6f}"


LATE = [ts(number) for number in range(1, 200)]
MESSAGE = Message("C3", ts(1), Author("U1"), "?")
ASKED = cross_posts.Asked("C3", ts(4), "p4", moment(ts(4)), "?")

READ: Mapping[str, Run] = {
    "questions of a week, from messages": lambda tx: cases.discussions(tx, WEEK, check_marks=CHECK_MARKS),
    "a few questions, from messages": lambda tx: cases.discussions_at(
        tx, [("C3", ts(4)), ("C5", ts(8))], check_marks=CHECK_MARKS
    ),
    "questions of a week, as kept": lambda tx: decided.in_window(tx, WEEK),
    "what changed": lambda tx: decided.turned(tx, TURNED),
    "who asked before": lambda tx: cases.asked_before(tx, WEEK),
    "who wrote in a week": lambda tx: communities.who_wrote(tx, WEEK, ["C1", "C3"]),
    "topics of a week": lambda tx: communities.count_topics(tx, WEEK),
    "known messages of a page": lambda tx: peers.only_news(tx, "C3", [MESSAGE]),
    "reactions of a page": lambda tx: peers.reactions_on(tx, "C3", LATE),
    "threads of a page": lambda tx: peers.threads_known(tx, "C3", LATE),
    "a thread": lambda tx: peers.standing_in(tx, "C3", ts(8)),
    "whether people replied": lambda tx: peers.has_human_reply(tx, "C3", ts(8), asker="p1"),
    "what a reply answers": lambda tx: peers.question_answered_by(tx, "C3", ts(5)),
    "the newest message": lambda tx: peers.newest_ts(tx, "C3"),
    "messages before one": lambda tx: links.before(tx, "C3", ts(200), 30),
    "messages from one on": lambda tx: links.following(tx, "C3", ts(200)),
    "whether somebody was met": lambda tx: onboarding.was_met(tx, "nobody"),
    "cross-posts near a question": lambda tx: cross_posts.near(tx, [ASKED], within=timedelta(days=1)),
}


def rows() -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    """Of each four messages the first asks, the second answers in its thread, and all but that are linked."""
    places = [{"channel_id": f"C{channel}", "ts": ts(number)} for channel in range(CHANNELS) for number in range(EACH)]
    said, asked, linked, marked, kept, answered = ([] for _ in range(6))
    for number, place in enumerate(places):
        who, at = f"p{number % 300}", {"posted_at": moment(place["ts"])}
        root = places[number + 1]["ts"] if number % 4 == 3 and number % EACH < EACH - 1 else None
        said.append({**place, **at, "thread_ts": root, "author": who, "author_kind": "person", "gist": "says"})
        if root is None:
            how = {"form": "5", "has_thread": False, "confidence": 1.0, "linker": "x", "talk_ts": place["ts"]}
            linked.append({**place, **how})
        if number % 4 == 0:
            asked_at = {"asked_at": at["posted_at"], "kind": "how-to", "classifier": "x"}
            asked.append({**place, "asker": who, **asked_at})
            kept.append({**place, **CASE})
            answered.append({**place, "person": f"p{number % 299}", "answerer": "peer"})
            marked.append({**place, "person": who, "name": "+1", **SEEN})
    yield from zip(GROWN, (said, asked, linked, marked, kept, answered), strict=True)


SEEN = {"changed_ts": "", "is_there": False, "seen_ts": ts(0), "was_there": True}
CASE = {
    each.name: 0 if each.type.python_type is int else False if each.type.python_type is bool else "x"
    for each in tables.cases.columns
    if not (each.nullable or each.primary_key)
}


async def fill(tx: Tx) -> None:
    for table, given in rows():
        await tx.execute(insert_all(tx, table, given))
        await note_sizes(tx, table)
    last = tables.case_turns.c.id
    await tx.execute(tables.case_turns.delete().where(last > TURNED))
    await note_sizes(tx, tables.case_turns)


async def plan(tx: Tx, statement: str, values: Any) -> list[str]:
    explain = "EXPLAIN QUERY PLAN" if tx.dialect.name == "sqlite" else "EXPLAIN"
    return [str(row[-1]) for row in (await tx.exec_driver_sql(f"{explain} {statement}", values)).all()]


def whole(steps: list[str]) -> list[str]:
    """The steps that read all of a table that has grown."""
    scans = [(step, found[1] or found[2]) for step in steps if (found := SCAN.search(step))]
    return [step for step, name in scans if name in NAMES]


@pytest.fixture
def said(database: Database) -> Said:
    """What goes over to the database."""
    heard: Said = []

    @event.listens_for(database.engine.sync_engine, "before_cursor_execute")
    def listen(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        heard.append((statement, values))

    return heard


async def test_nothing_that_is_read_often_reads_a_whole_table(database: Database, said: Said) -> None:
    await database.write(fill)
    found: dict[str, list[str]] = {}

    async with database.read() as tx:
        for name, run in READ.items():
            said.clear()
            await run(tx)
            statements = [each for each in said if each[0].startswith(("SELECT", "WITH"))]
            assert statements, name
            found[name] = [step for each in statements for step in whole(await plan(tx, *each))]

    assert {name: steps for name, steps in found.items() if steps} == {}


async def test_a_whole_table_that_is_read_is_noticed(database: Database) -> None:
    await database.write(fill)

    async with database.read() as tx:
        steps = await plan(tx, "SELECT count(text) FROM messages", ())

    assert whole(steps)
