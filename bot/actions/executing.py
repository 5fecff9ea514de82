"""Carries out what was asked for and agreed to: a proposal to Git, or a run past it. Each once, whatever happens.

What becomes of it is `bot.actions.following`'s.
"""

from collections.abc import Callable
from typing import Any

from bot.actions.allowed import CalledBackend
from bot.actions.changes import Changes
from bot.actions.direct import DirectBackend, Done, Failed, NotStarted, Outcome, Running
from bot.actions.follow_ups import FollowUps
from bot.actions.following import FollowService
from bot.actions.moving import Moving, nothing
from bot.actions.orders import Orders
from bot.actions.rights import Rights
from bot.desk import Desk
from bot.errors import DirectRefused, GitChanged
from bot.git.host import Review
from bot.storage import requests as rows
from bot.storage.requests import RequestRow
from bot.work import Requested
from knowledge.actions import Action, GitBackend

BackendOf = Callable[[CalledBackend], DirectBackend]

MOVED_ON = "What it touches in Git was changed meanwhile."
GIVEN_UP = "It could not be carried out for a quarter of an hour. The platform team was told; nothing is done twice."


class ExecutionService:
    def __init__(
        self,
        desk: Desk,
        *,
        rights: Rights,
        changes: Changes,
        orders: Orders,
        moving: Moving,
        following: FollowService,
        follow_ups: FollowUps,
        backend_of: BackendOf,
    ) -> None:
        self._desk = desk
        self._rights = rights
        self._changes = changes
        self._orders = orders
        self._moving = moving
        self._following = following
        self._follow_ups = follow_ups
        self._backend_of = backend_of

    async def execute(self, requested: Requested) -> None:
        """Raises GitFailed or DirectFailed when it has to be tried again; what was done up to then is adopted."""
        async with self._desk.database.read() as tx:
            row = await rows.by_id(tx, requested.request_id)
        if row is None or row.state != rows.GOING:
            return
        await (self._propose(row) if row.backend == "git" else self._push(row))

    async def given_up(self, requested: Requested) -> None:
        async with self._desk.database.read() as tx:
            row = await rows.by_id(tx, requested.request_id)
        if row is None:
            return
        values = {"state": rows.FAILED, "problem": GIVEN_UP, "ended_at": self._desk.clock.now()}
        told = await self._following.stuck(row, since="could not be carried out")
        await self._moving.move(row, among=[rows.GOING], values=values, then=told)

    async def _propose(self, row: RequestRow) -> None:
        host, proposal = self._changes.host(row.entry["backend"]["repository"]), await self._orders.proposal(row)
        standing = await host.look_up(proposal)
        if standing.review not in (Review.OPEN, Review.MERGED):
            if await self._is_void(row, is_intact=await self._changes.are_as_before(row)):
                return
            try:
                standing = await host.propose(proposal)
            except GitChanged:
                await self._void(row, MOVED_ON)
                return
        opened = {"state": rows.OPEN, "url": standing.url, "number": standing.number}
        values = {**opened, "started_at": self._desk.clock.now()}
        if await self._moving.move(row, among=[rows.GOING], values=values):
            await self._following.look_at(row.id)

    async def _push(self, row: RequestRow) -> None:
        action = self._rights.live(row)
        if action is None or isinstance(action.backend, GitBackend):
            await self._is_void(row, is_intact=False)
            return
        backend, run = self._backend_of(action.backend), self._orders.run(row, action)
        outcome = await backend.look_up(run)
        try:
            if isinstance(outcome, NotStarted):
                if await self._is_void(row, is_intact=True):
                    return
                outcome = await backend.start(run)
        except DirectRefused as refused:
            outcome = Failed("", str(refused))
        await self._began(row, action, outcome)

    async def _began(self, row: RequestRow, action: Action, outcome: Outcome) -> None:
        now = self._desk.clock.now()
        values: dict[str, Any] = {"started_at": now, "state": rows.RUNNING}
        match outcome:
            case Running(execution):
                values |= {"execution": execution}
            case Done(execution, said, _):
                values |= {"state": rows.DONE, "execution": execution, "problem": said, "ended_at": now}
            case Failed(execution, said):
                values |= {"state": rows.FAILED, "execution": execution, "problem": said, "ended_at": now}
        told = nothing if isinstance(outcome, Failed) else await self._follow_ups.begun(row, action)
        await self._moving.move(row, among=[rows.GOING], values=values, then=told)

    async def _is_void(self, row: RequestRow, *, is_intact: bool) -> bool:
        """Whether it may not be carried out as things stand now; then it is void, and who asked learns why."""
        agreed = await self._rights.agreed(row)
        reason = await self._rights.why_not_execute(row, agreed, is_intact=is_intact)
        if reason:
            await self._void(row, reason)
        return bool(reason)

    async def _void(self, row: RequestRow, reason: str) -> None:
        await self._moving.move(row, among=[rows.GOING], values={"state": rows.VOID, "problem": reason})
