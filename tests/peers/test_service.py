"""What is said is taken down once, whatever order and however often events come, and only where it may be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, func, select

from bot.clock import Clock
from bot.model import Author, Deletion, Message, Workspace
from bot.peers.service import PeerService, Request
from bot.peers.wording import CLASSIFIER
from bot.storage import people
from bot.storage.engine import Database
from bot.storage.schema import events, messages, questions, work
from bot.storage.schema import people as people_table
from bot.wanted import Kind
from knowledge.channels import AnswerMode, Channel, Channels, Keep
from tests.goals.counting import Tally

NOW = datetime(2025, 11, 24, 16, 1, tzinfo=UTC)  # a minute after it was asked
OURS = Workspace("T1", None, "UBOT", "B1")
WATCHED, COUNTED, SHADOWED, UNWATCHED = "C0WATCHED", "C0COUNTED", "C0SHADOW", "C0RANDOM"
CHANCE = timedelta(minutes=20)
CHANNELS = Channels(
    channels=(
        Channel(WATCHED, "ask", AnswerMode.AFTER, CHANCE),
        Channel(COUNTED, "counted", AnswerMode.AT_ONCE, keep=Keep.COUNTS),
        Channel(SHADOWED, "new"),
    )
)
TS = "1764000000.000100"
HISTORIES = 2_500  # for each way to keep a channel
ASKED = Message(WATCHED, TS, Author("U1", team_id="T1"), "How do I see logs?")
MENTION = Request(Kind.ANSWER, "how do I see logs?")


class Desk:
    """The service with what it needs, and what it left behind."""

    def __init__(self, database: Database, channels: Channels = CHANNELS) -> None:
        numbers = count(1)
        self.database = database
        self.channels = channels
        self.woken = 0
        self.service = PeerService(
            database,
            channels=lambda: self.channels,
            workspace=OURS,
            clock=Clock(NOW.timestamp),
            new_id=lambda: f"p{next(numbers)}",
            wake=self._wake,
        )

    def _wake(self) -> None:
        self.woken += 1

    async def rows(self, table: Table, channel_id: str = "") -> list[dict[str, Any]]:
        """All rows, or those of one channel."""
        column = table.c.key if table is work else table.c.get("channel_id")
        query = select(table) if column is None else select(table).where(column.startswith(channel_id))
        async with self.database.read() as tx:
            return [dict(row) for row in (await tx.execute(query)).mappings()]

    async def answers(self) -> list[dict[str, Any]]:
        """The work that somebody waits for; what is whispered meanwhile is left out."""
        return [row for row in await self.rows(work) if row["kind"] != Kind.HINT]

    async def count(self, table: Table) -> int:
        async with self.database.read() as tx:
            return await tx.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


async def test_question_in_a_watched_channel_is_kept_and_waits_for_peers(desk: Desk) -> None:
    await desk.service.record_message(ASKED)

    asked_at = datetime(2025, 11, 24, 16, 0, 0, 100, tzinfo=UTC)
    assert await desk.rows(messages) == [
        {
            "channel_id": WATCHED,
            "ts": TS,
            "thread_ts": None,
            "author": "p1",
            "author_kind": "person",
            "text": "How do I see logs?",
            "gist": "asks",
            "addressee": None,
            "posted_at": asked_at,
            "edited_ts": None,
            "deleted_ts": None,
        }
    ]
    assert await desk.rows(questions) == [
        {
            "channel_id": WATCHED,
            "ts": TS,
            "asker": "p1",
            "kind": "how-to",
            "classifier": CLASSIFIER,
            "asked_at": asked_at,
            "topic": None,
        }
    ]
    owed = [(row["kind"], row["key"], row["due_at"]) for row in await desk.rows(work)]
    assert owed == [
        ("answers.answer", f"{WATCHED}:{TS}", asked_at + CHANCE),
        ("answers.hint", f"{WATCHED}:{TS}", NOW),
    ]
    assert desk.woken == 1


async def test_mention_is_answered_at_once_by_what_was_asked_for(desk: Desk) -> None:
    await desk.service.record_message(ASKED, Request(Kind.HAND_OVER, "with my deploy"))

    [owed] = await desk.answers()
    assert (owed["kind"], owed["due_at"]) == ("answers.hand_over", NOW)
    assert (owed["payload"]["text"], owed["payload"]["asked"]) == ("with my deploy", True)


async def test_event_is_taken_down_once(desk: Desk) -> None:
    await desk.service.record_message(ASKED, event_id="Ev1")
    await desk.service.record_message(replace(ASKED, ts="1764000001.000100"), event_id="Ev1")

    assert [row["ts"] for row in await desk.rows(messages)] == [TS]
    assert [row["event_id"] for row in await desk.rows(events)] == ["Ev1"]


async def test_mention_and_message_of_one_post_are_one_row_and_one_answer(desk: Desk) -> None:
    await desk.service.record_message(ASKED, MENTION, event_id="Ev1")
    await desk.service.record_message(ASKED, MENTION, event_id="Ev2")

    assert [await desk.count(table) for table in (messages, questions, work)] == [1, 1, 1]


async def test_nothing_is_kept_of_a_channel_that_is_not_watched(desk: Desk) -> None:
    message = replace(ASKED, channel_id=UNWATCHED)
    await desk.service.record_message(message, event_id="Ev1")
    await desk.service.record_deletion(Deletion(UNWATCHED, TS, "1764000009.000100"), event_id="Ev2")

    assert [await desk.count(each) for each in (messages, questions, work, events, people_table)] == [0] * 5
    assert desk.woken == 0


async def test_mention_where_nothing_is_watched_is_answered_and_not_kept(desk: Desk) -> None:
    await desk.service.record_message(replace(ASKED, channel_id=UNWATCHED), MENTION)

    assert [await desk.count(table) for table in (messages, questions, work)] == [0, 0, 1]


async def test_channel_that_keeps_counts_keeps_no_text(desk: Desk) -> None:
    await desk.service.record_message(replace(ASKED, channel_id=COUNTED))
    await desk.service.record_message(
        replace(ASKED, channel_id=COUNTED, text="Sorry, how do I?", edited_ts="1764000001.0")
    )
    await desk.service.record_message(replace(ASKED, channel_id=COUNTED, ts="1764000002.000100", thread_ts=TS))

    assert [row["text"] for row in await desk.rows(messages)] == [None, None]
    assert [row["kind"] for row in await desk.rows(questions)] == ["how-to"]


@pytest.mark.parametrize(
    ("author", "is_shared", "is_kept"),
    [
        pytest.param(Author("U1", team_id="T1"), True, True, id="ours in a shared channel"),
        pytest.param(Author("U1"), False, True, id="in a channel of our own everybody is ours"),
        pytest.param(Author("U2", team_id="T2"), True, False, id="another company's"),
        pytest.param(Author("U2"), True, False, id="of no known company in a shared channel"),
        pytest.param(Author("U2", team_id="T2", enterprise_id="E1"), True, False, id="another enterprise's"),
        pytest.param(Author("", is_bot=True), False, False, id="a bot without a name"),
        pytest.param(Author("", team_id="T1"), False, False, id="nobody"),
    ],
)
@pytest.mark.parametrize("request_", [None, MENTION], ids=["overheard", "mentioned"])
async def test_only_our_own_people_are_kept(
    desk: Desk, author: Author, is_shared: bool, is_kept: bool, request_: Request | None
) -> None:
    await desk.service.record_message(replace(ASKED, author=author, is_shared=is_shared), request_)

    assert [await desk.count(table) for table in (messages, people_table)] == [int(is_kept)] * 2
    assert len(await desk.answers()) == is_kept


async def test_bots_words_are_kept_and_never_answered(desk: Desk) -> None:
    await desk.service.record_message(replace(ASKED, author=Author("B9", is_bot=True)), MENTION)

    assert [row["author_kind"] for row in await desk.rows(messages)] == ["bot"]
    assert [await desk.count(table) for table in (questions, work)] == [0, 0]


async def test_notice_of_slacks_is_never_answered(desk: Desk) -> None:
    await desk.service.record_message(replace(ASKED, is_plain=False), MENTION)

    assert [await desk.count(table) for table in (questions, work)] == [0, 0]


async def test_deletion_takes_text_author_question_and_work_for_good(desk: Desk) -> None:
    await desk.service.record_message(ASKED, event_id="Ev1")
    await desk.service.record_deletion(Deletion(WATCHED, TS, "1764000009.000100"), event_id="Ev2")
    await desk.service.record_message(ASKED, event_id="Ev3")
    await desk.service.record_message(replace(ASKED, text="Why?", edited_ts="1764000010.000100"), event_id="Ev4")

    [row] = await desk.rows(messages)
    assert (row["text"], row["author"], row["deleted_ts"]) == (None, None, "1764000009.000100")
    assert [await desk.count(table) for table in (questions, work)] == [0, 0]


async def test_question_edited_before_its_answer_is_answered_as_it_stands(desk: Desk) -> None:
    await desk.service.record_message(ASKED)
    await desk.service.record_message(replace(ASKED, text="How do I see traces?", edited_ts="1764000001.000100"))

    [owed] = await desk.answers()
    assert owed["payload"]["text"] == "How do I see traces?"


@pytest.mark.parametrize("channel", [WATCHED, COUNTED])
async def test_question_taken_back_by_an_edit_is_not_answered(desk: Desk, channel: str) -> None:
    asked = replace(ASKED, channel_id=channel)
    await desk.service.record_message(asked)
    await desk.service.record_message(replace(asked, text="Found it.", edited_ts="1764000001.000100"))

    assert [await desk.count(table) for table in (questions, work)] == [0, 0]


async def test_edit_after_the_answer_asks_nothing_again(desk: Desk) -> None:
    await desk.service.record_message(ASKED)
    await desk.database.write(lambda tx: tx.execute(work.update().values(state="done", payload=None)))
    await desk.service.record_message(replace(ASKED, text="How do I see traces?", edited_ts="1764000001.000100"))

    assert [row["state"] for row in await desk.answers()] == ["done"]


async def test_work_in_hand_is_left_to_its_worker(desk: Desk) -> None:
    await desk.service.record_message(ASKED)
    later = NOW + timedelta(minutes=1)
    await desk.database.write(lambda tx: tx.execute(work.update().values(leased_until=later, lease="theirs")))
    await desk.service.record_message(replace(ASKED, text="How do I see traces?", edited_ts="1764000001.000100"))
    await desk.service.record_deletion(Deletion(WATCHED, TS, "1764000009.000100"))

    assert [(row["lease"], row["payload"]["text"]) for row in await desk.answers()] == [("theirs", ASKED.text)]


async def test_person_has_one_pseudonym_and_it_is_not_their_id(desk: Desk) -> None:
    for number in range(3):
        await desk.service.record_message(replace(ASKED, ts=f"176400000{number}.000100"))

    assert {row["author"] for row in await desk.rows(messages)} == {"p1"}
    async with desk.database.read() as tx:
        assert await people.slack_id_of(tx, "p1") == "U1"


@dataclass(frozen=True)
class Happening:
    """An event as it may come: a state of a message, or its deletion; `event` names it, and copies share the name."""

    event: int
    number: int  # of the message
    version: int  # 0 as posted, then edits; -1 deleted
    text: str

    def event_id(self, prefix: str) -> str:
        return f"{prefix}-{self.event}"


TEXTS = (
    "How do I see logs?",
    "Where is the runbook?",
    "never mind",
    "done, thanks",
    "<@UBOT> help",
    "staging is down?",
)


@st.composite
def happenings(draw: st.DrawFn, most: int = 8) -> tuple[list[Happening], list[Happening]]:
    """Up to so many things that happened to up to 3 messages, some of them told twice, in two orders."""
    pairs = draw(st.lists(st.tuples(st.integers(0, 2), st.integers(-1, 3)), min_size=1, max_size=most))
    said = {pair: draw(st.sampled_from(TEXTS)) for pair in sorted(set(pairs))}  # a version says one thing
    told = [Happening(event, *pair, said[pair]) for event, pair in enumerate(pairs)]
    again = draw(st.lists(st.sampled_from(told), max_size=most - len(told)))
    return told, draw(st.permutations(told + again))


async def tell(desk: Desk, channel_id: str, happened: Sequence[Happening]) -> None:
    for each in happened:
        ts, event_id = f"176400000{each.number}.000100", each.event_id(channel_id)
        if each.version < 0:
            await desk.service.record_deletion(Deletion(channel_id, ts, f"{ts}9"), event_id=event_id)
            continue
        message = Message(
            channel_id,
            ts,
            Author(f"U{each.number}", is_bot=False, team_id="T1"),
            each.text,
            thread_ts="1764000000.000100" if each.number == 2 else None,
            edited_ts=f"176400010{each.version}.000100" if each.version else None,
        )
        request = Request(Kind.HELP, "") if "<@UBOT>" in each.text else None
        await desk.service.record_message(message, request, event_id=event_id)


async def left_in(desk: Desk, channel_id: str) -> dict[str, list[dict[str, Any]]]:
    """All rows of the channel, without its name and without the numbers of rows."""
    left = {}
    for table in (messages, questions, work):
        rows = [
            {
                name: str(value).replace(channel_id, "C")
                for name, value in row.items()
                if name not in ("id", "deleted_ts")
            }
            | {"deleted": row.get("deleted_ts") is not None}
            for row in await desk.rows(table, channel_id)
        ]
        left[table.name] = sorted(rows, key=str)
    return left


ROOMS: Iterator[int] = count(1)


def a_room(kind: str, keep: Keep) -> Channel:
    return Channel(f"C0{kind}{next(ROOMS):05}", "a room", AnswerMode.AT_ONCE, keep=keep)


@pytest.mark.parametrize("keep", Keep)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(two_orders=happenings())
async def test_what_is_kept_does_not_depend_on_the_order_of_events(
    desk: Desk, keep: Keep, two_orders: tuple[list[Happening], list[Happening]]
) -> None:
    one, other = a_room("ONE", keep), a_room("OTHER", keep)
    desk.channels = Channels(channels=(one, other))

    await tell(desk, one.id, two_orders[0])
    await tell(desk, other.id, two_orders[1])

    left = await left_in(desk, one.id)
    assert left == await left_in(desk, other.id)
    assert keep is Keep.TEXT or all(row["text"] == "None" for row in left["messages"])


@pytest.mark.goal(g=4)
@pytest.mark.chaos
@pytest.mark.parametrize("keep", Keep)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_is_kept_of_2500_histories_does_not_depend_on_the_order_of_events(
    desk: Desk, keep: Keep, seed: int, tally: Tally
) -> None:
    @hypothesis.seed(seed)
    @settings(max_examples=HISTORIES, database=None, phases=[Phase.generate])
    @given(two_orders=happenings(12))
    def compare(two_orders: tuple[list[Happening], list[Happening]]) -> None:
        histories.append(two_orders)

    histories: list[tuple[list[Happening], list[Happening]]] = []
    compare()
    for first, second in histories:
        one, other = a_room("ONE", keep), a_room("OTHER", keep)
        desk.channels = Channels(channels=(one, other))
        await tell(desk, one.id, first)
        await tell(desk, other.id, second)
        assert await left_in(desk, one.id) == await left_in(desk, other.id)
        tally(histories=1)
