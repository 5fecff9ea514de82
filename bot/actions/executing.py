"""Carries out what was asked for and agreed to: a proposal to Git, or a run past it. Each once, whatever happens.

What becomes of it is `bot.actions.following`'s.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.actions.alarms import Alarms
from bot.actions.allowed import CalledBackend
from bot.actions.changes import Changes, RepositoryUnknown
from bot.actions.direct import DirectBackend, Done, Failed, NotStarted, Outcome, Running
from bot.actions.follow_ups import FollowUps
from bot.actions.following import FollowService
from bot.actions.moving import Moving, nothing
from bot.actions.orders import Orders
from bot.actions.validity import MOVED_ON, Validity
from bot.desk import Desk
from bot.errors import DirectFailed, DirectRefused, GitChanged, GitFailed
from bot.git.host import Review, Standing
from bot.storage import requests as rows
from bot.storage.engine import Tx
from bot.storage.requests import RequestRow
from bot.wanted import Requested

BackendOf = Callable[[CalledBackend], DirectBackend]

GIVEN_UP = "It could not be carried out for a quarter of an hour."
NOTHING_DONE = "Nothing was done, and nothing will be."
UNCLEAR = "Whether it began I cannot tell: look at {} before you ask again."
TOLD = "The platform team was told."
NOT_DONE = "could not be carried out"


class ExecutionService:
    def __init__(
        self,
        desk: Desk,
        *,
        validity: Validity,
        changes: Changes,
        orders: Orders,
        moving: Moving,
        alarms: Alarms,
        following: FollowService,
        follow_ups: FollowUps,
        backend_of: BackendOf,
    ) -> None:
        self._desk = desk
        self._validity = validity
        self._changes = changes
        self._orders = orders
        self._moving = moving
        self._alarms = alarms
        self._following = following
        self._follow_ups = follow_ups
        self._backend_of = backend_of

    async def execute(self, requested: Requested) -> None:
        """Raises GitFailed or DirectFailed when it has to be tried again; what was done up to then is adopted."""
        row = await self._row(requested)
        if row is None or row.state != rows.GOING:
            return
        try:
            await (self._propose(row) if row.backend == "git" else self._push(row))
        except RepositoryUnknown as unknown:
            await self._void(row, str(unknown))

    async def given_up(self, requested: Requested) -> None:
        """Whatever was begun is followed; else who asked and the platform team are told how far that is known."""
        row = await self._row(requested)
        if row is None or row.state != rows.GOING:
            return
        try:
            is_adopted = await self._adopt(row)
        except (GitFailed, DirectFailed):
            await self._give_up(row, UNCLEAR.format(_where(row)))
            return
        if not is_adopted:
            await self._give_up(_not_begun(row), NOTHING_DONE)

    async def _propose(self, row: RequestRow) -> None:
        host, proposal = self._changes.host(row.entry["backend"]["repository"]), await self._orders.proposal(row)
        standing = await host.look_up(proposal)
        if standing.review not in (Review.OPEN, Review.MERGED):
            if await self._is_void(row):
                return
            try:
                standing = await host.propose(proposal)
            except GitChanged:
                await self._void(row, MOVED_ON)
                return
        if await self._opened(row, standing):
            await self._following.look_at(row.id)

    async def _opened(self, row: RequestRow, standing: Standing) -> bool:
        opened = {"state": rows.OPEN, "url": standing.url, "number": standing.number}
        values = {**opened, "started_at": self._desk.clock.now()}
        return await self._moving.move(row, among=[rows.GOING], values=values)

    async def _push(self, row: RequestRow) -> None:
        run = self._orders.run(row)
        backend = self._backend_of(run.backend)
        try:
            outcome = await backend.look_up(run)
            if isinstance(outcome, NotStarted):
                if await self._is_void(row):
                    return
                await self._desk.database.write(lambda tx: rows.begin(tx, row.id, now=self._desk.clock.now()))
                outcome = await backend.start(run)
        except DirectRefused as refused:
            await self._refused(row, str(refused))
            return
        await self._began(row, outcome)

    async def _began(self, row: RequestRow, outcome: Outcome) -> None:
        now = self._desk.clock.now()
        values: dict[str, Any] = {"started_at": row.started_at or now, "state": rows.RUNNING}
        match outcome:
            case Running(execution):
                values |= {"execution": execution}
            case Done(execution, said, _):
                values |= {"state": rows.DONE, "execution": execution, "problem": said, "ended_at": now}
            case Failed(execution, said):
                values |= {"state": rows.FAILED, "execution": execution, "problem": said, "ended_at": now}
        told = await self._follow_ups.begun(replace(row, **values))
        await self._moving.move(row, among=[rows.GOING], values=values, then=told)

    async def _refused(self, row: RequestRow, reason: str) -> None:
        """It is not tried again. Where an earlier try went out, it may have begun, and is announced as if it had."""
        now, has_gone_out = self._desk.clock.now(), row.started_at is not None
        problem = f"{reason} {UNCLEAR.format(_where(row))}" if has_gone_out else reason
        values: dict[str, Any] = {"state": rows.FAILED, "problem": problem, "ended_at": now}
        values["started_at"] = row.started_at
        told = await self._follow_ups.begun(replace(row, **values)) if has_gone_out else nothing
        await self._moving.move(row, among=[rows.GOING], values=values, then=told)

    async def _adopt(self, row: RequestRow) -> bool:
        """Whether something was begun after all. Raises GitFailed or DirectFailed when that cannot be told."""
        if row.backend == "git":
            host = self._changes.host(row.entry["backend"]["repository"])
            standing = await host.look_up(await self._orders.proposal(row))
            return standing.review in (Review.OPEN, Review.MERGED) and await self._opened(row, standing)
        run = self._orders.run(row)
        outcome = await self._backend_of(run.backend).look_up(run)
        if isinstance(outcome, NotStarted):
            return False
        await self._began(row, outcome)
        return True

    async def _give_up(self, row: RequestRow, known: str) -> None:
        problem = " ".join([GIVEN_UP, known, *[TOLD] * self._alarms.are_heard])
        values: dict[str, Any] = {"state": rows.FAILED, "problem": problem, "ended_at": self._desk.clock.now()}
        values["started_at"] = row.started_at
        after = replace(row, **values)
        stuck = await self._alarms.stuck(after, since=NOT_DONE)
        begun = await self._follow_ups.begun(after) if row.started_at is not None else nothing

        async def then(tx: Tx) -> None:
            await stuck(tx)
            await begun(tx)

        await self._moving.move(row, among=[rows.GOING], values=values, then=then)

    async def _is_void(self, row: RequestRow) -> bool:
        """Whether it may not be carried out as things stand now; then it is void, and who asked learns why."""
        reason = await self._validity.why_not_carry_out(row)
        if reason:
            await self._void(row, reason)
        return bool(reason)

    async def _void(self, row: RequestRow, reason: str) -> None:
        values = {"state": rows.VOID, "problem": reason, "started_at": None}
        await self._moving.move(row, among=[rows.GOING], values=values)

    async def _row(self, requested: Requested) -> RequestRow | None:
        async with self._desk.database.read() as tx:
            return await rows.by_id(tx, requested.request_id)


def _not_begun(row: RequestRow) -> RequestRow:
    """It was noted before a push that it may begin; now it is known that it did not."""
    return replace(row, started_at=None)


def _where(row: RequestRow) -> str:
    """Where somebody can see whether it began."""
    if row.backend == "git":
        return f"the branch {row.branch} in {row.entry['backend']['repository']}"
    return f"{row.entry['backend'].get('arn') or row.entry['backend'].get('url')} for the run {row.id}"
