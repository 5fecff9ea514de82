"""Durable work is done once each, tried again with growing waits, and given up with a word to the person."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.claiming import AT_ONCE
from bot.errors import GitBusy, SlackRateLimited
from bot.storage import work as rows
from bot.storage.engine import Database
from bot.storage.schema import work
from bot.storage.work import Claim
from bot.wanted import Asking, Kind, Press
from bot.work import CLOCKS_APART, LEASE, TRIES, Job, Workers, enqueue, wait_before, withdraw
from tests.work.desk import STARTS_AT, Hands, ids, run_until

ASKING = Asking("C1:1.000100", "p1", "how do I?", "C1", "1.000100")


@dataclass
class Desk:
    """Workers with one kind of job, which does as it is told."""

    database: Database
    hands: Hands = field(default_factory=Hands)
    done: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    failures: int = 0  # how many tries fail from now on
    problem: Exception = field(default_factory=lambda: LookupError("on purpose"))
    gate: asyncio.Event | None = None  # while it is closed, jobs wait
    in_hand: int = 0
    most_in_hand: int = 0

    def workers(self, name: str = "lease") -> Workers:
        jobs: dict[str, Job] = {Kind.ANSWER: Job(self._do, self._tell), Kind.VERDICT: Job(self._do, self._tell)}
        return Workers(self.database, jobs, clock=self.hands.clock, new_id=ids(name), bell=asyncio.Event())

    async def put(self, *keys: str, due_at: datetime = STARTS_AT, kind: Kind = Kind.ANSWER) -> list[bool]:
        async def one(key: str) -> bool:
            asking = Asking(key, "p1", "how do I?", "C1")
            return await self.database.write(lambda tx: enqueue(tx, kind, asking, due_at=due_at, now=self.hands.now))

        return [await one(key) for key in keys]

    async def claim(self, lease: str, *, limit: int = 10) -> Sequence[Claim]:
        now = self.hands.now
        return await self.database.write(
            lambda tx: rows.claim_due(tx, now=now, until=now + LEASE, lease=lease, limit=limit)
        )

    async def rows(self) -> list[dict[str, Any]]:
        async with self.database.read() as tx:
            return [dict(row) for row in (await tx.execute(select(work).order_by(work.c.key))).mappings()]

    async def turn(self) -> None:
        """All that is due and free is done."""

        async def is_idle() -> bool:
            free = [row for row in await self.rows() if row["state"] == "waiting" and row["due_at"] <= self.hands.now]
            return not free

        await run_until(self.workers().run(), is_idle)

    async def _do(self, payload: dict[str, Any]) -> None:
        self.in_hand += 1
        self.most_in_hand = max(self.most_in_hand, self.in_hand)
        if self.gate is not None:
            await self.gate.wait()
        self.in_hand -= 1
        if self.failures:
            self.failures -= 1
            raise self.problem
        self.done.append(payload["key"])

    async def _tell(self, payload: dict[str, Any]) -> None:
        self.given_up.append(payload["key"])


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


async def test_work_is_done_once_a_key_for_ever(desk: Desk) -> None:
    first = await desk.put("one", "one")
    await desk.turn()
    again = await desk.put("one")
    await desk.turn()

    assert (first, again, desk.done) == ([True, False], [False], ["one"])


async def test_kinds_have_keys_of_their_own(desk: Desk) -> None:
    assert await desk.put("one") + await desk.put("one", kind=Kind.VERDICT) == [True, True]


async def test_nothing_of_what_somebody_wrote_is_kept_once_done(desk: Desk) -> None:
    await desk.put("one")
    await desk.turn()

    [row] = await desk.rows()
    assert (row["state"], row["payload"], row["lease"], row["finished_at"]) == ("done", None, None, STARTS_AT)


@pytest.mark.parametrize(
    "wanted",
    [ASKING, Press("press:1", "p1", "a1", "solved", "https://hooks.example/1")],
    ids=lambda wanted: type(wanted).__name__,
)
async def test_what_is_wanted_comes_back_as_it_was(desk: Desk, wanted: Asking | Press) -> None:
    await desk.database.write(lambda tx: enqueue(tx, Kind.ANSWER, wanted, due_at=STARTS_AT, now=STARTS_AT))
    [claim] = await desk.claim("mine")

    assert type(wanted)(**claim.payload) == wanted


async def test_work_waits_until_it_is_due(desk: Desk) -> None:
    await desk.put("later", due_at=STARTS_AT + timedelta(minutes=20))
    early = await desk.claim("mine")
    desk.hands.move(minutes=20)

    assert (list(early), [claim.key for claim in await desk.claim("mine")]) == ([], ["later"])


async def test_oldest_work_is_claimed_first_and_no_more_than_asked_for(desk: Desk) -> None:
    for minutes in (3, 1, 2):
        await desk.put(f"{minutes} minutes ago", due_at=STARTS_AT - timedelta(minutes=minutes))

    claimed = [[claim.key for claim in await desk.claim("mine", limit=1)] for _ in range(4)]

    assert claimed == [["3 minutes ago"], ["2 minutes ago"], ["1 minutes ago"], []]


async def test_leased_work_is_nobody_elses_until_the_lease_ran_out(desk: Desk) -> None:
    await desk.put("one")
    await desk.claim("mine")
    at_once = await desk.claim("theirs")
    desk.hands.move(seconds=LEASE.total_seconds())
    [again] = await desk.claim("theirs")

    assert list(at_once) == []
    assert (again.key, again.attempts, again.lease) == ("one", 2, "theirs")


async def test_two_that_claim_at_once_never_get_the_same(desk: Desk) -> None:
    keys = [f"{number:02}" for number in range(20)]
    await desk.put(*keys)

    claims = await asyncio.gather(*(desk.claim(f"lease {number}", limit=5) for number in range(6)))

    claimed = [claim.key for each in claims for claim in each]
    assert len(claimed) == len(set(claimed))
    rest = [claim.key for claim in await desk.claim("rest", limit=20)]
    assert sorted(claimed + rest) == keys


async def test_owner_whose_lease_was_taken_over_changes_nothing(desk: Desk) -> None:
    await desk.put("one")
    [lost] = await desk.claim("mine")
    desk.hands.move(seconds=LEASE.total_seconds())
    await desk.claim("theirs")
    before = await desk.rows()

    now = desk.hands.now
    await desk.database.write(lambda tx: rows.finish(tx, lost, now=now))
    await desk.database.write(lambda tx: rows.give_back(tx, lost, due_at=now, problem="late"))
    await desk.database.write(lambda tx: rows.give_up(tx, lost, now=now, problem="late"))

    assert await desk.rows() == before


async def test_withdrawn_work_may_be_asked_for_anew_and_what_is_in_hand_goes_on(desk: Desk) -> None:
    await desk.put("in hand")
    await desk.claim("mine")
    await desk.put("waiting", "other")

    for key in ("in hand", "waiting"):
        await desk.database.write(lambda tx, key=key: withdraw(tx, [key]))  # type: ignore[misc]

    assert [row["key"] for row in await desk.rows()] == ["in hand", "other"]
    assert await desk.put("in hand", "waiting") == [False, True]


async def test_failed_work_comes_back_after_growing_waits(desk: Desk) -> None:
    desk.failures = 3
    await desk.put("one")
    waits = []
    for _ in range(3):
        await desk.turn()
        [row] = await desk.rows()
        waits.append((row["due_at"] - desk.hands.now).total_seconds())
        desk.hands.now = row["due_at"]
    await desk.turn()

    assert (waits, row["problem"], desk.done, desk.given_up) == ([5, 10, 20], "LookupError", ["one"], [])


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 5), (2, 10), (3, 20), (6, 160), (7, 300), (TRIES, 300)])
def test_waits_double_up_to_five_minutes(attempt: int, seconds: int) -> None:
    assert wait_before(attempt) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "problem", [GitBusy("wait", 90), SlackRateLimited("chat.postMessage", 90)], ids=["Git", "Slack"]
)
async def test_host_that_asks_to_wait_is_left_alone_so_long(desk: Desk, problem: Exception) -> None:
    desk.failures, desk.problem = 1, problem
    await desk.put("one")
    await desk.turn()

    [row] = await desk.rows()
    assert row["due_at"] - desk.hands.now == timedelta(seconds=90)


async def test_work_that_fails_each_time_is_given_up_and_the_person_is_told(desk: Desk) -> None:
    desk.failures = TRIES
    await desk.put("one")
    for _ in range(TRIES):
        await desk.turn()
        desk.hands.move(minutes=5)
    await desk.turn()

    [row] = await desk.rows()
    assert (row["state"], row["attempts"], row["payload"]) == ("failed", TRIES, None)
    assert (desk.given_up, desk.done) == (["one"], [])


async def test_work_that_ends_the_process_each_time_is_given_up(desk: Desk) -> None:
    await desk.put("one")
    for number in range(TRIES):
        await desk.claim(f"dies {number}")
        desk.hands.move(seconds=LEASE.total_seconds())
    await desk.turn()

    assert [row["state"] for row in await desk.rows()] == ["failed"]
    assert (desk.given_up, desk.done) == (["one"], [])


async def test_owner_whose_lease_was_taken_over_tells_nobody_that_it_came_to_nothing(desk: Desk) -> None:
    """It was stopped in its last try, which fails when it goes on."""
    desk.failures = TRIES
    await desk.put("one")
    for _ in range(TRIES - 1):
        await desk.turn()
        desk.hands.move(minutes=5)
    desk.gate = asyncio.Event()
    task = asyncio.create_task(desk.workers().run())
    await desk.hands.until(lambda: desk.in_hand == 1)
    desk.hands.move(minutes=5)
    await desk.claim("theirs")
    desk.gate.set()
    await desk.hands.until(lambda: not desk.failures)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    [row] = await desk.rows()
    assert (desk.given_up, row["state"], row["lease"]) == ([], "waiting", "theirs")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_worker_whose_clock_is_a_minute_ahead_leaves_alone_what_another_does(desk: Desk) -> None:
    ahead = Desk(desk.database)
    ahead.hands.move(seconds=(CLOCKS_APART + LEASE / 2).total_seconds())
    await desk.put("one")
    desk.gate = asyncio.Event()
    doing = asyncio.create_task(desk.workers("mine").run())
    await desk.hands.until(lambda: desk.in_hand == 1)
    rests = ahead.hands.rests
    looking = asyncio.create_task(ahead.workers("theirs").run())
    await ahead.hands.until(lambda: ahead.hands.rests > rests + 2 or bool(ahead.done))
    desk.gate.set()
    for task in (doing, looking):
        task.cancel()
    await asyncio.gather(doing, looking, return_exceptions=True)

    assert (desk.done, ahead.done) == (["one"], [])


async def test_work_nobody_knows_how_to_do_is_given_up_in_the_end(desk: Desk) -> None:
    await desk.put("one", kind=Kind.HELP)
    for _ in range(TRIES):
        await desk.turn()
        desk.hands.move(minutes=5)

    assert [row["state"] for row in await desk.rows()] == ["failed"]


async def test_failing_work_keeps_nothing_else_waiting(desk: Desk) -> None:
    desk.failures = 1
    await desk.put("bad", due_at=STARTS_AT - timedelta(minutes=1))
    await desk.put("good")
    await desk.turn()

    assert desk.done == ["good"]


async def test_no_more_than_a_few_are_in_hand(desk: Desk) -> None:
    keys = [f"{number:02}" for number in range(3 * AT_ONCE)]
    await desk.put(*keys)
    desk.gate = asyncio.Event()
    task = asyncio.create_task(desk.workers().run())
    await desk.hands.until(lambda: desk.in_hand == AT_ONCE)
    desk.gate.set()
    await desk.hands.until(lambda: len(desk.done) == len(keys))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert (sorted(desk.done), desk.most_in_hand) == (keys, AT_ONCE)


async def test_what_is_in_hand_is_finished_before_the_end(desk: Desk) -> None:
    await desk.put("one")
    desk.gate = asyncio.Event()
    task = asyncio.create_task(desk.workers().run())
    await desk.hands.until(lambda: desk.in_hand == 1)
    task.cancel()
    asyncio.get_running_loop().call_soon(desk.gate.set)
    await asyncio.gather(task, return_exceptions=True)

    assert [row["state"] for row in await desk.rows()] == ["done"]


async def test_slow_work_is_not_begun_again_by_its_own_worker(desk: Desk) -> None:
    await desk.put("slow")
    desk.gate = asyncio.Event()
    task = asyncio.create_task(desk.workers().run())
    await desk.hands.until(lambda: desk.in_hand == 1)
    desk.hands.move(seconds=LEASE.total_seconds() + 1)
    rests = desk.hands.rests
    await desk.hands.until(lambda: desk.hands.rests > rests + 2)
    desk.gate.set()
    await desk.hands.until(lambda: desk.done == ["slow"])
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert [(row["state"], row["attempts"]) for row in await desk.rows()] == [("done", 1)]


async def test_bell_wakes_a_resting_worker(desk: Desk) -> None:
    workers = desk.workers()
    task = asyncio.create_task(workers.run())
    await desk.hands.until(lambda: desk.hands.rests > 0)
    await desk.put("one")
    workers.bell.set()
    await desk.hands.until(lambda: desk.done == ["one"])
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert workers.bell is not None


async def test_backlog_counts_what_is_due_and_what_was_given_up(desk: Desk) -> None:
    desk.failures = TRIES
    await desk.put("given up")
    for _ in range(TRIES):
        await desk.turn()
        desk.hands.move(minutes=5)
    await desk.put("due", due_at=desk.hands.now)
    await desk.put("later", due_at=desk.hands.now + timedelta(minutes=1))

    async with desk.database.read() as tx:
        behind = await rows.backlog(tx, now=desk.hands.now + timedelta(seconds=30))

    assert behind == rows.Backlog(due=1, failed=1, missed=0, oldest=desk.hands.now)


async def test_only_what_was_done_long_ago_is_forgotten(desk: Desk) -> None:
    await desk.put("old")
    await desk.turn()
    desk.hands.move(days=31)
    await desk.put("waiting", "new", due_at=desk.hands.now)
    [claim, *_] = [each for each in await desk.claim("mine") if each.key == "new"]
    await desk.database.write(lambda tx: rows.finish(tx, claim, now=desk.hands.now))

    await desk.database.write(lambda tx: rows.forget_done(tx, before=desk.hands.now - timedelta(days=30), limit=9))

    assert [row["key"] for row in await desk.rows()] == ["new", "waiting"]
