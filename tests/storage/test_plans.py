"""What is read often must not read a whole table of those that grow by the year: held against the databases' plans."""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Table, event

from bot.model import CHECK_MARKS, Author, Message, Window, moment
from bot.storage import cases, communities, cross_posts, decided, links, onboarding, peers
from bot.storage import schema as tables
from bot.storage.engine import Database, Tx
from bot.storage.statements import insert_all, note_sizes
from tests.storage.hottest import Place, at

NOW = datetime(2025, 11, 24, tzinfo=UTC)
WEEK = Window(NOW - timedelta(weeks=1), NOW)
CHANNELS, EACH = (
    10,
    2_500,
)  # messages, over ten years: of a larger part PostgreSQL would rightly read all of a small table
STEP = timedelta(days=3_650) / EACH
TURNED = 5  # changes that wait
GROWN = (
    *(tables.messages, tables.questions, tables.links, tables.reactions, tables.cases, tables.case_answers),
    *(tables.answers, tables.outbox, tables.work, tables.events),
)
ALIASES = {"earlier", "other", "reply", "first", "mine", "target"}  # SQLite tells of these
NAMES = {*(each.name for each in GROWN), *ALIASES}
SCAN = re.compile(r"^SCAN (\w+)|Seq Scan on (\w+)")
Run = Callable[[Tx], Awaitable[Any]]
Said = list[tuple[str, Any]]


def ts(number: int) -> str:
    """Of the message so many before the last one, in any channel."""
    return f"{(NOW - number * STEP).timestamp():.6f}"


LATE = [ts(number) for number in range(1, 200)]
MESSAGE = Message("C3", ts(1), Author("U1"), "?")
ASKED = cross_posts.Asked("C3", ts(4), "p4", moment(ts(4)), "?")

PLACE = Place("C3", ts(2_000), ts(1_997), "p8", NOW)
STEPS_A_COUNT, STEPS_MOST = 50, 2_500
STEPS = {"what is kept of a person": 8_000}  # counts in forty tables

READ: Mapping[str, Run] = {
    **at(PLACE),
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
    "messages from one on": lambda tx: links.following(tx, "C3", ts(200)),
    "whether somebody was met": lambda tx: onboarding.was_met(tx, "nobody"),
    "cross-posts near a question": lambda tx: cross_posts.near(tx, [ASKED], within=timedelta(days=1)),
}


def rows() -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    """Of each four messages the first asks, the second answers in its thread, and all but that are linked.

    Each question was answered by us, too.
    """
    places = [{"channel_id": f"C{channel}", "ts": ts(number)} for channel in range(CHANNELS) for number in range(EACH)]
    said, asked, linked, marked, kept, answered = ([] for _ in range(6))
    ours, sent, done, heard = ([] for _ in range(4))
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
            key, then = f"{place['channel_id']}:{place['ts']}", at["posted_at"]
            shown = {"channel_id": place["channel_id"], "question_ts": place["ts"], "asker": who}
            ours.append({"id": key, "key": key, **shown, **ANSWERED, "created_at": then})
            told = {"key": f"answer:{key}", "mark": key, "channel_id": place["channel_id"], "thread_ts": place["ts"]}
            sent.append({**told, **SENT, "slack_ts": place["ts"], **dict.fromkeys(TIMES_SENT, then)})
            done.append({"kind": "k", "key": key, "state": "done", "attempts": 1, **dict.fromkeys(TIMES_DONE, then)})
            heard.append({"event_id": key, "received_at": then})
    yield from zip(GROWN, (said, asked, linked, marked, kept, answered, ours, sent, done, heard), strict=True)


SEEN = {"changed_ts": "", "is_there": False, "seen_ts": ts(0), "was_there": True}
ANSWERED = {"surface": "thread", "outcome": "answered", "reason": "", "text": "", "confidence": 1.0} | {
    "handbook_revision": "x"
}
SENT = {"kind": "answer", "purpose": "asked", "version": 1, "state": "sent", "attempts": 1}
TIMES_SENT, TIMES_DONE = ("due_at", "created_at", "sent_at"), ("due_at", "created_at", "finished_at")
CASE = {
    each.name: 0 if each.type.python_type is int else False if each.type.python_type is bool else "x"
    for each in tables.cases.columns
    if not (each.nullable or each.primary_key)
}


async def fill(tx: Tx) -> None:
    for table, given in rows():
        if table is tables.answers:
            await tx.execute(table.insert().values(sources=[]), given)
        else:
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
            statements = [each for each in said if each[0].startswith(("SELECT", "WITH", "UPDATE", "DELETE"))]
            assert statements, name
            found[name] = [step for each in statements for step in whole(await plan(tx, *each))]

    assert {name: steps for name, steps in found.items() if steps} == {}


async def test_what_is_asked_most_costs_the_same_however_much_there_is(sqlite_url: str) -> None:
    """By steps of SQLite's machine, which no other work on the machine changes: a channel has thousands of rows."""
    database = Database(sqlite_url)
    await database.write(fill)

    steps = {name: await steps_of(database, run) for name, run in at(PLACE).items()}
    await database.close()

    assert {name: each for name, each in steps.items() if each > STEPS.get(name, STEPS_MOST)} == {}


async def steps_of(database: Database, run: Run) -> int:
    counted: list[None] = []
    async with database.read() as tx:
        raw = (await tx.get_raw_connection()).driver_connection
        assert raw is not None
        await raw.set_progress_handler(lambda: counted.append(None), STEPS_A_COUNT)
        await run(tx)
        await raw.set_progress_handler(None, 0)
    return len(counted) * STEPS_A_COUNT


async def test_a_talk_in_which_many_ask_costs_by_its_length(sqlite_url: str) -> None:
    """By its square, a busy day in one channel keeps the bot from its work."""
    database = Database(sqlite_url)
    turned, read = list[int](), list[int]()

    for talk in (TALK[:100], TALK):
        await database.write(partial(fill_talk, talk=talk))
        turned.append(await steps_of(database, partial(decided.turned, mark=9_999_999)))
        read.append(await steps_of(database, partial(cases.discussions_at, keys=talk, check_marks=CHECK_MARKS)))
    await database.close()

    assert turned[1] < 8 * turned[0]
    assert read[1] < 8 * read[0]


TALK = [("C1", ts(1_000 - number)) for number in range(400)]  # each asks, and answers the one before


async def fill_talk(tx: Tx, *, talk: list[tuple[str, str]]) -> None:
    for table in (tables.links, tables.questions, tables.messages, tables.case_turns):
        await tx.execute(table.delete())
    places = [{"channel_id": channel_id, "ts": ts} for channel_id, ts in talk]
    how = {"form": "5", "has_thread": False, "confidence": 1.0, "linker": "x", "talk_ts": talk[0][1]}
    answered = [None, *(place["ts"] for place in places)]
    said = {"posted_at": NOW, "author": "p1", "author_kind": "person", "gist": "says"}
    await tx.execute(insert_all(tx, tables.messages, [{**place, **said} for place in places]))
    asked = {"asked_at": NOW, "asker": "p1", "kind": "how-to", "classifier": "x"}
    await tx.execute(insert_all(tx, tables.questions, [{**place, **asked} for place in places]))
    linked = [{**place, **how, "answers_ts": ts} for place, ts in zip(places, answered, strict=False)]
    await tx.execute(insert_all(tx, tables.links, linked))


async def test_a_whole_table_that_is_read_is_noticed(database: Database) -> None:
    await database.write(fill)

    async with database.read() as tx:
        steps = await plan(tx, "SELECT count(text) FROM messages", ())

    assert whole(steps)
