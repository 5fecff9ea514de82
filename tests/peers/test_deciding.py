"""What is kept of each question is what its messages say, whatever happened in between and whenever it was kept."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, delete, func, select, text

from bot.case_row import CaseRow
from bot.clock import Clock
from bot.model import CHECK_MARKS, NO_QUESTION, Author, Deletion, Message, Reaction, Window
from bot.peers.cases import case_of
from bot.peers.counted import row_of
from bot.peers.deciding import Deciding, basis_of, measures_of
from bot.storage import answers, decided, links, migrate, peers, schema, team
from bot.storage import cases as case_rows
from bot.storage.engine import Database, Tx, Unit
from bot.storage.people import known_pseudonyms
from bot.storage.team import GROUP, HANDBOOK, Term
from knowledge.channels import Channels, Keep
from tests.peers.test_service import Desk, a_room

BEGAN_S = 1_764_000_000
NOW = datetime.fromtimestamp(BEGAN_S + 30 * 86_400, UTC)
ONE, OTHER = a_room("ONE", Keep.TEXT), a_room("OTHER", Keep.TEXT)
ROOMS = Channels(channels=(ONE, OTHER))
ALL = Window(datetime.fromtimestamp(BEGAN_S - 86_400, UTC), NOW)
EARLY = Window(
    ALL.since, datetime.fromtimestamp(BEGAN_S + 1_500, UTC)
)  # ends between questions and what is said to them
PEOPLE = ("U1", "U2", "U3")
WORDS = (
    "How do I rotate the token of my service?",
    "<@U2> you can rotate it with the portal, under tokens",
    "thanks, that worked",
    "which cluster is it?",
    "it still fails",
    "ok",
    "restart the runner, then the token is read again",
)


class World:
    """Two rooms in which anything may happen."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk = desk
        self.database = desk.database
        self.chance = Random(seed)
        self.steps = 0
        self.deciding = Deciding(self.database, channels=lambda: desk.channels, clock=Clock(NOW.timestamp))

    async def happen(self, what: str) -> None:
        self.steps += 1
        await getattr(self, what)()

    def ts(self, number: int) -> str:
        return f"{BEGAN_S + number * 300}.000100"

    def _place(self) -> tuple[str, str]:
        return self.chance.choice((ONE.id, OTHER.id)), self.ts(self.chance.randrange(9))

    async def say(self) -> None:
        channel_id, number = self.chance.choice((ONE.id, OTHER.id)), self.chance.randrange(9)
        root = self.ts(number - number % 3) if self.chance.random() < 0.6 and number % 3 else None
        author = Author("B9", is_bot=True) if self.chance.random() < 0.1 else Author(self.chance.choice(PEOPLE), False)
        said = Message(channel_id, self.ts(number), replace(author, team_id="T1"), self.chance.choice(WORDS))
        edited = f"{BEGAN_S + 90_000 + self.steps}.000100" if self.chance.random() < 0.3 else None
        await self.desk.service.record_message(replace(said, thread_ts=root, edited_ts=edited))

    async def unsay(self) -> None:
        await self.desk.service.record_deletion(Deletion(*self._place(), f"{BEGAN_S + 99_000}.000100"))

    async def mark(self) -> None:
        channel_id, ts = self._place()
        at, is_there = f"{BEGAN_S + 50_000 + self.chance.randrange(99)}.000100", self.chance.random() < 0.7
        said = (self.chance.choice(PEOPLE), "white_check_mark", at)
        await self.desk.service.record_reaction(Reaction(channel_id, ts, *said, is_there=is_there))

    async def correct(self) -> None:
        kind = self.chance.choice(("broken", "idea", NO_QUESTION, "how-to"))
        said = peers.KindSaid(*self._place(), "p1", kind)
        await self.database.write(lambda tx: peers.correct_kind(tx, said, now=NOW))

    async def answer(self) -> None:
        channel_id, ts = self._place()
        key, asker = f"{channel_id}:{ts}", await self._person()
        surface = self.chance.choice(("thread", "hint", "shadow"))
        outcome = self.chance.choice(("answered", "suggested", "silent"))
        said = answers.Answer(
            id=f"a{self.steps}",
            key=f"{'hint:' * (surface == 'hint')}{key}",
            channel_id=channel_id,
            question_ts=ts,
            thread_ts=None,
            asker=asker,
            surface=surface,
            outcome=outcome,
            reason="",
            text="",
            confidence=0.9,
            sources=[],
            handbook_revision="r",
            created_at=NOW,
        )
        await self.database.write(lambda tx: answers.add(tx, said))

    async def press(self) -> None:
        verdict = self.chance.choice(("solved", "not quite"))

        async def unit(tx: Tx) -> None:
            for row in (await tx.execute(select(schema.answers.c.key))).all():
                if self.chance.random() < 0.5 and (found := await answers.by_key(tx, row.key)):
                    await answers.put_verdict(tx, found, found.asker, verdict=verdict, now=NOW - timedelta(days=20))

        await self.database.write(unit)

    async def send(self) -> None:
        """Our own message about an answer, or about anything, is on its way, sent, or given up."""
        channel_id, ts = self._place()
        hint = self.chance.choice(("", "hint:"))
        state = self.chance.choice(("sending", "sent", "failed"))
        key, at = f"answer:{hint}{channel_id}:{ts}", {"due_at": NOW, "created_at": NOW}
        said = {"key": key, "mark": key[-40:], "kind": "answer", "purpose": "asked", "version": 1, "attempts": 1}
        where = {"channel_id": channel_id, "thread_ts": None if hint else ts, "slack_channel": channel_id}
        slack_ts = None if hint or state != "sent" else f"{float(ts) + 30:.6f}"

        async def unit(tx: Tx) -> None:
            await tx.execute(delete(schema.outbox).where(schema.outbox.c.key == key))
            await tx.execute(schema.outbox.insert().values(**said, **where, **at, state="waiting"))
            await tx.execute(
                schema.outbox.update().where(schema.outbox.c.key == key).values(state=state, slack_ts=slack_ts)
            )

        await self.database.write(unit)

    async def join(self) -> None:
        person = await self._person()
        await self.database.write(lambda tx: team.replace(tx, HANDBOOK, [Term(person, until=date(2025, 12, 24))]))

    async def be_seen(self) -> None:
        seen = frozenset({await self._person()})
        await self.database.write(lambda tx: team.observe(tx, seen, on=date(2025, 11, 24)))
        await self.database.write(
            lambda tx: tx.execute(delete(schema.memberships).where(schema.memberships.c.source == GROUP))
        )

    async def leave_out(self) -> None:
        person = await self._person()

        async def unit(tx: Tx) -> None:
            for channel_id in (ONE.id, OTHER.id):
                await links.forget_kin(tx, person, channel_id)
                await peers.stand_in_for(tx, person, channel_id, f"~{channel_id[-3:]}{person}")
            await peers.forget_addressee(tx, person)
            await decided.forget_answers_of(tx, person)

        await self.database.write(unit)

    async def forget_words(self) -> None:
        await self.database.write(lambda tx: peers.forget_texts(tx, {ONE.id: [self.ts(n) for n in range(5)]}))

    async def change_hours(self) -> None:
        horizon = self.chance.choice((1, 3, 5))
        self.desk.channels = Channels(channels=(replace(ONE, horizon_working_days=horizon), OTHER))

    async def keep_up(self) -> None:
        await self.deciding.keep_up()

    async def _person(self) -> str:
        async with self.database.read() as tx:
            known = await known_pseudonyms(tx, PEOPLE)
        return self.chance.choice(sorted(known.values()) or ["p0"])

    async def kept(self, window: Window) -> list[CaseRow]:
        async with self.database.read() as tx:
            return sorted(await self.deciding.rows(tx, window))

    async def plain(self, window: Window) -> list[CaseRow]:
        """From the messages alone."""
        async with self.database.read() as tx:
            found, terms = await case_rows.discussions(tx, window, check_marks=CHECK_MARKS), await team.terms(tx)
        by_channel = measures_of(self.desk.channels, {ONE.id, OTHER.id}, terms)
        cases = [case_of(each, by_channel[each.channel_id], now=NOW) for each in found]
        return sorted(row_of(each, basis_of(self.desk.channels, each.channel_id)) for each in cases)

    async def clear(self) -> None:
        async def unit(tx: Tx) -> None:
            for table in reversed(schema.metadata.sorted_tables):
                await tx.execute(delete(table))

        await self.database.write(unit)


HAPPENS = ("say", "say", "say", "say", "unsay", "mark", "mark", "correct", "answer", "press", "send", "join", "be_seen")
RARELY = ("leave_out", "forget_words", "change_hours", "keep_up", "keep_up", "keep_up")


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database, ROOMS)


ANYTHING = {
    "happens": st.lists(st.sampled_from(HAPPENS + RARELY), min_size=20, max_size=45),
    "seed": st.integers(0, 9_999),
}
QUIETLY = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=6, suppress_health_check=QUIETLY)
@given(**ANYTHING)
async def test_what_is_kept_is_what_the_messages_say(desk: Desk, happens: Sequence[str], seed: int) -> None:
    await _live_through(desk, happens, seed)


@pytest.mark.chaos
@settings(max_examples=300, suppress_health_check=QUIETLY, deadline=None)
@given(**ANYTHING)
async def test_whatever_happens_what_is_kept_is_what_the_messages_say(
    desk: Desk, happens: Sequence[str], seed: int
) -> None:
    await _live_through(desk, happens, seed)


async def _live_through(desk: Desk, happens: Sequence[str], seed: int) -> None:
    desk.channels = ROOMS
    world = World(desk, seed)
    await world.clear()
    for what in happens:
        await world.happen(what)

    for window in (ALL, EARLY):
        assert await world.kept(window) == await world.plain(window)
    await world.keep_up()
    for window in (ALL, EARLY):
        assert await world.kept(window) == await world.plain(window)
    async with desk.database.read() as tx:
        assert await decided.next_mark(tx, 1) == (0, 0)
        questions = await tx.scalar(select(func.count()).select_from(schema.questions))
        assert await tx.scalar(select(func.count()).select_from(schema.cases)) == questions


async def test_questions_from_before_there_were_cases_are_counted_and_then_kept(desk: Desk) -> None:
    world = World(desk, seed=1)
    for _ in range(20):
        await world.say()
    await desk.database.write(lambda tx: tx.execute(delete(schema.case_turns)))  # as an older release left it

    plain = await world.plain(ALL)

    assert plain
    assert await world.kept(ALL) == plain
    await world.keep_up()
    async with desk.database.read() as tx:
        found, missing = await decided.in_window(tx, ALL)
    assert (sorted(found), missing) == (plain, [])


async def test_changes_wait_for_nothing_while_no_case_is_kept(desk: Desk) -> None:
    """As after a first import: there is nothing yet that they could make wrong."""
    world = World(desk, seed=3)
    for _ in range(20):
        await world.happen("say")
    await desk.database.write(_forget_cases)

    kept = await world.deciding.keep_up()

    async with desk.database.read() as tx:
        waiting = await tx.scalar(select(func.count()).select_from(schema.case_turns))
        questions = await tx.scalar(select(func.count()).select_from(schema.questions))
    assert (kept, waiting) == (questions, 0)
    assert await world.deciding.keep_up() == 0


TALKATIVE = 8


async def test_what_changes_while_it_is_kept_up_is_the_next_one_s(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """People who talk all the time would keep it at work for ever."""
    world = World(desk, seed=3)
    for _ in range(20):
        await world.say()
    await world.keep_up()
    await world.say()
    write, said = desk.database.write, list[str]()

    async def write_while_they_talk(unit: Unit[Any]) -> Any:
        result = await write(unit)
        if len(said) < TALKATIVE:
            said.append(f"{BEGAN_S + 50_000 + len(said)}.000100")
            with monkeypatch.context() as quietly:
                quietly.setattr(desk.database, "write", write)
                await desk.service.record_message(Message(ONE.id, said[-1], Author("U1", team_id="T1"), WORDS[0]))
        return result

    with monkeypatch.context() as patch:
        patch.setattr(desk.database, "write", write_while_they_talk)
        await world.keep_up()

    assert 0 < len(said) < TALKATIVE
    await world.keep_up()
    async with desk.database.read() as tx:
        assert await decided.next_mark(tx, 1) == (0, 0)


async def test_many_are_decided_a_few_at_a_time_and_what_fails_waits(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody else writes meanwhile."""
    monkeypatch.setattr("bot.peers.deciding.DECIDED_AT_ONCE", 2)
    world = World(desk, seed=3)
    for _ in range(30):
        await world.say()
    await world.keep_up()
    for number in range(9):
        for room in (ONE, OTHER):
            at = f"{BEGAN_S + 50_000}.000100"
            await desk.service.record_reaction(
                Reaction(room.id, world.ts(number), "U1", "white_check_mark", at, is_there=True)
            )
    put, parts = decided.put, list[int]()

    async def put_once(tx: Tx, cases: Sequence[CaseRow]) -> None:
        if parts:
            raise ConnectionResetError
        parts.append(len(cases))
        await put(tx, cases)

    with monkeypatch.context() as patch:
        patch.setattr(decided, "put", put_once)
        with pytest.raises(ConnectionResetError):
            await world.keep_up()

    assert parts == [2]
    assert await _count(desk, schema.case_turns) > 0
    assert await world.kept(ALL) == await world.plain(ALL)
    await world.keep_up()
    assert await _count(desk, schema.case_turns) == 0


async def test_two_bots_that_decide_at_the_same_time_are_not_in_each_others_way(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(desk, seed=3)
    other = Deciding(desk.database, channels=lambda: desk.channels, clock=Clock(NOW.timestamp))
    put, together = decided.put, asyncio.Barrier(2)

    async def put_once_both_have_read(tx: Tx, cases: Sequence[CaseRow]) -> None:
        with suppress(TimeoutError, asyncio.BrokenBarrierError):  # they never have, where one waits for the other
            async with asyncio.timeout(0.3):
                await together.wait()
        await put(tx, cases)

    monkeypatch.setattr(decided, "put", put_once_both_have_read)
    for day in (1, 2):
        for number in range(3):  # new ones: of those known before the case that is there holds up the second
            ts = f"{BEGAN_S + day * 80_000 + number}.000100"
            await desk.service.record_message(Message(ONE.id, ts, Author("U1", team_id="T1"), WORDS[0]))
        await asyncio.gather(world.keep_up(), other.keep_up())

    assert await world.kept(ALL) == await world.plain(ALL)
    assert await _count(desk, schema.case_turns) == 0
    assert await _count(desk, schema.cases) == await _count(desk, schema.questions)


async def _count(desk: Desk, table: Table) -> int:
    async with desk.database.read() as tx:
        return await tx.scalar(select(func.count()).select_from(table)) or 0


async def _forget_cases(tx: Tx) -> None:
    for table in (schema.case_answers, schema.cases):
        await tx.execute(delete(table))


async def test_a_flood_of_changes_is_counted_from_messages(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.peers.deciding.MANY", 3)
    world = World(desk, seed=2)
    for _ in range(20):
        await world.say()

    assert await world.kept(ALL) == await world.plain(ALL)


async def test_another_release_of_the_rules_decides_anew(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(desk, seed=3)
    for _ in range(20):
        await world.say()
    await world.keep_up()
    monkeypatch.setattr("bot.peers.deciding.DECIDER", "cases-next")

    plain = await world.plain(ALL)

    assert await world.kept(ALL) == plain
    await world.keep_up()
    async with desk.database.read() as tx:
        found, _ = await decided.in_window(tx, ALL)
    assert sorted(found) == plain


async def test_the_triggers_are_those_of_the_newest_revision(database: Database) -> None:
    """A table on which cases rest must not be rebuilt without its triggers."""
    await migrate.upgrade(database)
    there = "sqlite_master WHERE type = 'trigger'" if database.is_sqlite else "pg_trigger WHERE NOT tgisinternal"
    name = "name" if database.is_sqlite else "tgname"
    async with database.read() as tx:
        found = (await tx.scalars(text(f"SELECT {name} FROM {there}"))).all()

    assert len([each for each in found if each.startswith("turn_cases_")]) == 27
