"""What people mark as the answer solves the question, by whoever wrote it; only who asked and the team can say so."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.clock import Clock
from bot.errors import PayloadMalformed
from bot.model import Author, Reaction, Standing
from bot.peers import blocks
from bot.peers.cases import Case, Outcome
from bot.peers.facts import FactsService
from bot.peers.marks import UNKNOWN, MarkService
from bot.peers.solving import Signal
from bot.people import PeopleService
from bot.storage.engine import Database
from bot.storage.schema import outbox, work
from bot.wanted import AnswerMarked
from tests.desk import desk_at
from tests.peers.test_kinds import PEOPLE, Colleagues
from tests.peers.test_service import ASKED, NOW, TS, WATCHED, Desk

REFUSED = "Only the person who asked and the platform team can mark the answer."
NOTED = "Noted as the answer: the question counts as solved by who wrote it."
REPLY = replace(ASKED, ts="1764000030.000100", author=Author("U2", team_id="T1"), text="In Grafana.", thread_ts=TS)


class Office:
    """Somebody asked how to see logs, and a colleague replied."""

    def __init__(self, database: Database) -> None:
        self.peers = Desk(database)
        desk = desk_at(database, Colleagues(), now=lambda: self.now, people=PEOPLE)
        self.now = NOW
        self.marks = MarkService(desk, PeopleService(desk))
        self.database = database

    async def mark(self, user_id: str, ts: str = REPLY.ts, *, is_there: bool = True) -> None:
        """The person marks the message or takes that back, and it is worked on: twice, as a row of work may be."""
        key = f"{user_id}-{ts}-{is_there}"
        self.now += timedelta(seconds=1)
        await self.marks.take(WATCHED, ts, key=key, user_id=user_id, response_url=None, is_there=is_there)
        async with self.database.read() as tx:
            query = select(work.c.payload).where(work.c.kind == "peers.mark_answer", work.c.key.endswith(key))
            payload = await tx.scalar(query)
        for _ in range(2):
            await self.marks.mark(AnswerMarked(**(payload or {})))

    async def case(self) -> Case:
        facts = FactsService(self.database, channels=lambda: self.peers.channels, clock=Clock(NOW.timestamp))
        [case] = await facts.cases()
        return case

    async def told(self) -> list[str]:
        async with self.database.read() as tx:
            return [str(each) for each in await tx.scalars(select(outbox.c.text).order_by(outbox.c.created_at))]


@pytest.fixture
async def office(database: Database) -> Office:
    office = Office(database)
    await office.peers.service.record_message(ASKED)
    await office.peers.service.record_message(REPLY)
    return office


@pytest.mark.parametrize("user_id", ["U1", "UTEAM"])
async def test_who_asked_and_the_platform_team_mark_the_answer(office: Office, user_id: str) -> None:
    await office.mark(user_id)

    case = await office.case()
    assert case.solution is not None
    assert (case.outcome, case.solution.signal, case.seconds_to_solved) == (Outcome.PEER, Signal.MARK, 61)
    assert await office.told() == [NOTED]


@pytest.mark.parametrize("user_id", ["U2", "U0OTHER"])
async def test_nobody_else_does(office: Office, user_id: str) -> None:
    await office.mark(user_id)

    assert (await office.case()).solution is None
    assert await office.told() == [REFUSED]


async def test_a_mark_is_taken_back_by_who_set_it_alone(office: Office) -> None:
    await office.mark("U1")
    await office.mark("UTEAM")

    await office.mark("U1", is_there=False)
    of_the_team = (await office.case()).solution
    await office.mark("UTEAM", is_there=False)

    assert of_the_team is not None
    assert (await office.case()).solution is None


async def test_reading_the_history_again_leaves_a_mark(office: Office) -> None:
    """It is in no history of Slack's, and no reaction that was taken away there."""
    await office.mark("U1")

    page = [Standing(REPLY, reactions=(("tada", ("U1",), True),))]
    await office.peers.service.record_page(WATCHED, page, read_ts="1764003600.000100")

    assert (await office.case()).solution is not None


async def test_another_reaction_of_who_asked_is_no_mark(office: Office) -> None:
    await office.peers.service.record_reaction(
        Reaction(WATCHED, REPLY.ts, "U1", "eyes", "1764000040.000100", is_there=True)
    )

    assert (await office.case()).solution is None


@pytest.mark.parametrize("ts", [TS, "1764000099.000100"], ids=["the question itself", "nothing"])
async def test_what_answers_no_question_is_not_marked(office: Office, ts: str) -> None:
    await office.mark("U1", ts)

    assert (await office.case()).solution is None
    assert await office.told() == [UNKNOWN]


async def test_a_reply_below_the_question_in_no_thread_is_marked_too(database: Database) -> None:
    office = Office(database)
    await office.peers.service.record_message(ASKED)
    below = replace(REPLY, ts="1764000045.000100", thread_ts=None, text="<@U1> it is all in Grafana.")
    await office.peers.service.record_message(below)

    await office.mark("U1", below.ts)

    case = await office.case()
    assert await office.told() == [NOTED]
    assert case.solution is not None
    assert (case.outcome, case.solution.signal) == (Outcome.PEER, Signal.MARK)


def test_the_way_back_names_the_message_it_stands_for() -> None:
    shown = blocks.marked(WATCHED, REPLY.ts, is_there=True)

    [button] = shown.blocks[1]["elements"]
    assert blocks.read_marked(button["value"]) == (WATCHED, REPLY.ts)
    for value in ("", WATCHED, f"{WATCHED}:now", f"{'C' * 50}:{REPLY.ts}"):
        with pytest.raises(PayloadMalformed):
            blocks.read_marked(value)
