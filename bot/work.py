"""Durable work: the loop that claims, does, tries again and gives up. Its kinds, and what each carries: `bot.wanted`.

Who does a kind of work is said in the `services.py` of its pillar. Messages to Slack are the outbox's (`bot.outbox`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.claiming import Claiming
from bot.clock import Clock
from bot.errors import GitBusy, MentorError, SlackRateLimited
from bot.storage import work as rows
from bot.storage.engine import Database, Tx
from bot.wanted import Kind, Payload

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)  # in which whoever claimed something acts
CLOCKS_APART = timedelta(seconds=60)  # of two bots on one database, each half a minute wrong
TRIES = 8  # with the waits below about a quarter of an hour
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=5)

Do = Callable[[dict[str, Any]], Awaitable[object]]


class DiedTooOften(MentorError):
    """The process ended at this work each time."""


@dataclass(frozen=True)
class Job:
    """How a kind of work is done, and what the person is told when it was given up."""

    do: Do
    given_up: Do


Tell = Callable[[Any], Awaitable[object]]
Asked = Callable[[Tell], Job]  # the job of what a person asked for by a verb, told in one way when it was given up


def job(noun: Callable[..., Any], do: Tell, given_up: Tell | None = None) -> Job:
    """How a kind of work is done, and who tells the person when it was given up; each takes the noun it is about."""
    return Job(_with(noun, do), _with(noun, given_up) if given_up else _nobody_waits)


def _with(noun: Callable[..., Any], do: Tell) -> Do:
    """Takes the payload of a kind of work as the noun it is."""
    return lambda payload: do(noun(**payload))


async def _nobody_waits(_payload: dict[str, Any]) -> None:
    """Given up in silence: nobody asked for it; the log says so."""


async def enqueue(tx: Tx, kind: Kind, wanted: Payload, *, due_at: datetime, now: datetime) -> bool:
    """Whether it is new; the same kind and key is done once."""
    return await rows.enqueue(tx, kind=kind.value, key=wanted.key, payload=wanted.to_payload(), due_at=due_at, now=now)


async def enqueue_many(tx: Tx, kind: Kind, wanted: Iterable[tuple[Payload, datetime]], *, now: datetime) -> None:
    """Each with its due time; those that are there already are left as they are."""
    given = [(each.key, each.to_payload(), due_at) for each, due_at in wanted]
    await rows.enqueue_many(tx, kind=kind.value, wanted=given, now=now)


async def withdraw(tx: Tx, keys: Collection[str]) -> None:
    """Nobody wants any more what waits under these keys; it may be asked for anew."""
    await rows.withdraw(tx, keys=keys)


def apart(database: Database) -> timedelta:
    """How much earlier than its holder others may see a lease end; on SQLite there is one bot, and one clock."""
    return timedelta(0) if database.is_sqlite else CLOCKS_APART


class Workers:
    """Claims what is due and does it, a few rows at a time. `bell` is rung by whoever put in work that is due now."""

    def __init__(
        self,
        database: Database,
        jobs: Mapping[str, Job],
        *,
        clock: Clock,
        new_id: Callable[[], str],
        bell: asyncio.Event,
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._clock = clock
        self._new_id = new_id
        self._held_for = LEASE + apart(database)
        self.bell = bell
        self._claiming = Claiming(
            self._claim, self._do, lambda _: bell.set(), bell=bell, clock=clock, failed="work.claim_failed"
        )

    async def run(self) -> None:
        """Until cancelled; what is in hand then is finished first."""
        await self._claiming.run()

    async def _claim(self, limit: int) -> list[rows.Claim]:
        now = self._clock.now()
        ours = [each.id for each in self._claiming.in_hand]  # also with a lease that ran out: a new one fences us off
        until, lease = now + self._held_for, self._new_id()
        async with self._database.read() as tx:
            if not await rows.is_any_due(tx, now=now):
                return []
        return list(
            await self._database.write(
                lambda tx: rows.claim_due(tx, now=now, until=until, lease=lease, limit=limit, but=ours)
            )
        )

    async def _do(self, claim: rows.Claim) -> None:
        if claim.attempts > TRIES:  # never failed and never finished
            await self._failed(claim, DiedTooOften())
            return
        try:
            await self._jobs[claim.kind].do(claim.payload)
            await self._database.write(lambda tx: rows.finish(tx, claim, now=self._clock.now()))
        except Exception as error:  # the worker's boundary
            await self._failed(claim, error)

    async def _failed(self, claim: rows.Claim, error: Exception) -> None:
        problem = type(error).__name__
        log.warning("work.failed", kind=claim.kind, work=claim.id, attempt=claim.attempts, exc_info=error)
        now = self._clock.now()
        try:
            if claim.attempts < TRIES:
                due_at = now + max(wait_before(claim.attempts), _asked_for(error))
                await self._database.write(lambda tx: rows.give_back(tx, claim, due_at=due_at, problem=problem))
                return
            if not await self._is_ours(claim):
                return  # whoever took it over may do it yet: nobody is told that it came to nothing
            if job := self._jobs.get(claim.kind):
                await job.given_up(claim.payload)
            await self._database.write(lambda tx: rows.give_up(tx, claim, now=now, problem=problem))
            log.error("work.given_up", kind=claim.kind, work=claim.id)
        except Exception:  # the lease runs out and the row is claimed again
            log.exception("work.not_settled", kind=claim.kind, work=claim.id)

    async def _is_ours(self, claim: rows.Claim) -> bool:
        async with self._database.read() as tx:
            return await rows.is_held(tx, claim)


def wait_before(attempt: int) -> timedelta:
    """How long after the given attempt the next may start: 5 s, doubled each time, at most 5 minutes."""
    return min(LONGEST_WAIT, FIRST_WAIT * float(2 ** (attempt - 1)))


def _asked_for(error: Exception) -> timedelta:
    """How long a host wants to be left alone."""
    return timedelta(seconds=error.retry_after_s if isinstance(error, GitBusy | SlackRateLimited) else 0)
