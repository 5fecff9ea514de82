"""What is acknowledged is taken down once, however often it came, whoever died in between, and whatever failed."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import Clock
from bot.model import Author, Deletion, Message, Reaction
from bot.peers.inbox import APART_S, EVERY, OWN, Inbox, Said, read, written
from bot.storage import inbox as rows
from bot.storage.engine import Database
from bot.storage.schema import events, messages, reactions
from tests.peers.test_service import ASKED, CHANNELS, COUNTED, NOW, OURS, TS, UNWATCHED, Desk

WORDS = st.text(max_size=40)
TS_GIVEN = st.from_regex(r"[0-9]{10}\.[0-9]{6}", fullmatch=True)
AUTHORS = st.builds(Author, WORDS, st.booleans(), st.none() | WORDS, st.none() | WORDS)
SAID = st.one_of(
    st.builds(Message, WORDS, TS_GIVEN, AUTHORS, WORDS, st.none() | TS_GIVEN, st.none() | TS_GIVEN, st.booleans()),
    st.builds(Deletion, WORDS, TS_GIVEN, TS_GIVEN),
    st.builds(Reaction, WORDS, TS_GIVEN, WORDS, WORDS, TS_GIVEN, st.booleans(), st.booleans()),
)
THUMB = Reaction(ASKED.channel_id, TS, "U2", "+1", "1764000050.000000")


@dataclass
class Office:
    """Inboxes on one database, and a clock that is moved by hand."""

    database: Database
    past: timedelta = field(default_factory=timedelta)

    def __post_init__(self) -> None:
        self.desk = Desk(self.database)

    def new_inbox(self) -> Inbox:
        return Inbox(
            self.database,
            self.desk.service,
            channels=lambda: CHANNELS,
            workspace=OURS,
            clock=Clock(lambda: (NOW + self.past).timestamp(), factor=lambda: 1_000.0),
            request_in=lambda _message, _workspace: None,
        )

    @asynccontextmanager
    async def breaking(self, table: str) -> AsyncIterator[None]:
        """The table is not to be found meanwhile."""
        await self.database.write(lambda tx: tx.exec_driver_sql(f"ALTER TABLE {table} RENAME TO away"))
        yield
        await self.database.write(lambda tx: tx.exec_driver_sql(f"ALTER TABLE away RENAME TO {table}"))

    async def waiting(self) -> int:
        return await rows.count(self.database)

    async def emptied(self) -> None:
        async with asyncio.timeout(20):
            while await self.waiting():
                await asyncio.sleep(0.01)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


@asynccontextmanager
async def at_work(inbox: Inbox) -> AsyncIterator[None]:
    task = asyncio.create_task(inbox.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_what_was_put_is_taken_down_and_gone_from_the_inbox(office: Office) -> None:
    inbox = office.new_inbox()
    async with at_work(inbox):
        await inbox.put("Ev1", ASKED)
        await inbox.put("Ev2", THUMB)
        await office.emptied()

    assert [each["text"] for each in await office.desk.rows(messages)] == [ASKED.text]
    assert [each["name"] for each in await office.desk.rows(reactions)] == ["+1"]
    assert office.desk.woken == 1


async def test_nothing_is_taken_down_before_it_is_acknowledged(office: Office) -> None:
    await office.new_inbox().put("Ev1", ASKED)

    assert (await office.waiting(), await office.desk.count(messages)) == (1, 0)


@pytest.mark.parametrize("died_for", [timedelta(0), timedelta(hours=5)], ids=["at once", "later"])
async def test_whoever_comes_next_takes_down_what_was_left(office: Office, died_for: timedelta) -> None:
    await office.new_inbox().put("Ev1", ASKED)
    office.past += died_for

    async with at_work(office.new_inbox()):
        await office.emptied()

    assert await office.desk.count(messages) == 1


async def test_what_another_has_in_hand_is_left_to_them_for_a_while(office: Office) -> None:
    async with at_work(office.new_inbox()):
        await asyncio.sleep(0.1)  # at its start it would take all that is there
        await office.new_inbox().put("Ev1", ASKED)  # whose own loop does not run
        office.past += EVERY
        await asyncio.sleep(0.1)
        before = await office.waiting()
        office.past += OWN
        await office.emptied()

    assert (before, await office.desk.count(messages)) == (1, 1)


async def test_an_event_that_comes_five_times_is_taken_down_once(office: Office) -> None:
    inbox = office.new_inbox()
    async with at_work(inbox):
        for _ in range(5):
            await inbox.put("Ev1", ASKED)
            await office.emptied()

    assert (await office.desk.count(events), len(await office.desk.answers())) == (1, 1)


async def test_two_who_take_the_same_row_take_it_down_once(office: Office) -> None:
    await office.new_inbox().put("Ev1", ASKED)
    office.past += OWN

    async with at_work(office.new_inbox()), at_work(office.new_inbox()):
        await office.emptied()

    assert (await office.desk.count(events), len(await office.desk.answers())) == (1, 1)


async def test_what_comes_to_nothing_stays_and_is_tried_again(office: Office) -> None:
    inbox = office.new_inbox()
    async with at_work(inbox):
        async with office.breaking("people"):
            await inbox.put("Ev1", ASKED)
            await asyncio.sleep(0.2)
            stayed = await office.waiting()
        for _ in range(3):
            office.past += EVERY
            await asyncio.sleep(0.05)
        await office.emptied()

    assert (stayed, await office.desk.count(messages)) == (1, 1)


async def test_one_that_comes_to_nothing_takes_no_other_with_it(office: Office) -> None:
    inbox = office.new_inbox()
    broken = replace(ASKED, ts="no time at all", text="Nobody can read when this was said.")
    await inbox.put("Ev1", broken)
    await inbox.put("Ev2", ASKED)
    async with at_work(inbox):
        async with asyncio.timeout(20):
            while await office.waiting() > 1:
                await asyncio.sleep(0.01)

    assert [each["text"] for each in await office.desk.rows(messages)] == [ASKED.text]


async def test_a_row_that_cannot_be_read_holds_up_no_other(office: Office) -> None:
    await rows.put(office.database, "Ev0", '{"Poll": {}}', now=NOW, due_at=NOW)
    await office.new_inbox().put("Ev1", ASKED)
    async with at_work(office.new_inbox()):
        async with asyncio.timeout(20):
            while await office.waiting() > 1:
                await asyncio.sleep(0.01)

    assert await office.desk.count(messages) == 1


async def test_what_comes_meanwhile_shares_the_next_batch(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox, drop, began_s, batches = office.new_inbox(), rows.drop, list[float](), list[list[str]]()

    async def drop_seen(database: Database, event_ids: Collection[str]) -> None:
        began_s.append(time.monotonic())
        batches.append(sorted(event_ids))
        if len(batches) == 1:
            await inbox.put("Ev2", THUMB)
            await inbox.put("Ev3", replace(THUMB, name="tada"))
        await drop(database, event_ids)

    monkeypatch.setattr(rows, "drop", drop_seen)
    async with at_work(inbox):
        await asyncio.sleep(0.1)  # at its start it would take all that is there
        await inbox.put("Ev1", ASKED)
        await office.emptied()

    assert batches == [["Ev1"], ["Ev2", "Ev3"]]
    assert began_s[1] - began_s[0] >= APART_S / 2


async def test_what_is_not_kept_is_not_acknowledged(office: Office) -> None:
    inbox = office.new_inbox()
    await inbox.put("Ev0", THUMB)
    await office.database.inbox.write(lambda tx: tx.exec_driver_sql("ALTER TABLE inbox RENAME TO away"))

    with pytest.raises(Exception, match="inbox"):  # the driver's own, or SQLAlchemy's
        await inbox.put("Ev1", ASKED)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (replace(ASKED, channel_id=COUNTED), 1),
        (replace(ASKED, channel_id=UNWATCHED), 0),
        (replace(ASKED, author=Author("U1", team_id="T9"), is_shared=True), 0),
    ],
    ids=["only counted", "not watched", "another company's"],
)
async def test_words_that_are_not_to_be_kept_never_wait(office: Office, said: Message, kept: int) -> None:
    await office.new_inbox().put("Ev1", said)

    assert (await office.waiting(), await office.desk.count(messages)) == (0, kept)


@pytest.mark.parametrize(
    "said",
    [ASKED, THUMB, replace(ASKED, author=Author("U9", team_id="T1"), text="Ask <@U1> or <@U2|bela>.")],
    ids=["what they wrote", "what they set", "what names them"],
)
async def test_of_somebody_erased_nothing_waits(office: Office, said: Said) -> None:
    inbox = office.new_inbox()
    await inbox.put("Ev1", said)
    await inbox.put("Ev2", replace(ASKED, author=Author("U77", team_id="T1"), text="U1 and U2 are no mentions"))

    for slack_id in ("U1", "U2"):
        await rows.forget_of(office.database, slack_id)

    assert await office.waiting() == 1


@given(SAID)
def test_what_lies_in_the_inbox_is_what_was_told(said: Said) -> None:
    assert read(written(said)) == said
