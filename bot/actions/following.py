"""Follows what was begun until it holds: merged, live, done, failed or closed; and tells when something is stuck.

Looks at the Git host, at commit statuses, at what controllers reported, and at direct backends; asks for nothing new.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

import structlog

from bot import effects
from bot.actions import blocks, rules
from bot.actions.allowed import CalledBackend
from bot.actions.changes import Changes
from bot.actions.direct import DirectBackend, Done, Failed
from bot.actions.follow_ups import FollowUps
from bot.actions.moving import Moving, Then, nothing
from bot.actions.orders import Orders
from bot.actions.reports import ReportState
from bot.actions.rules import Said
from bot.actions.telling import Telling
from bot.desk import Desk
from bot.errors import DirectFailed, GitFailed
from bot.git.host import GitHost, Review, Standing
from bot.storage import controllers as report_rows
from bot.storage import requests as rows
from bot.storage.engine import Tx
from bot.storage.requests import RequestRow
from bot.work import Heard
from knowledge.actions import GitBackend
from knowledge.repositories import Controller, Reporter

log = structlog.get_logger(__name__)

LOOKED_AT_ONCE = 30  # at a tick, so that a host's own limits are far away
NOT_SEEN = "It was merged, but no controller said that it is live, and I stop looking now."
NO_OUTCOME = "Nothing told how it ended, and I stop looking now."


class FollowService:
    def __init__(
        self,
        desk: Desk,
        *,
        changes: Changes,
        orders: Orders,
        telling: Telling,
        moving: Moving,
        follow_ups: FollowUps,
        backend_of: Callable[[CalledBackend], DirectBackend],
    ) -> None:
        self._desk = desk
        self._changes = changes
        self._orders = orders
        self._telling = telling
        self._moving = moving
        self._follow_ups = follow_ups
        self._backend_of = backend_of

    async def follow(self) -> None:
        """Looks at what is under way, those not looked at for longest first; one that fails holds up no other."""
        async with self._desk.database.read() as tx:
            under_way = await rows.to_follow(tx, limit=LOOKED_AT_ONCE)
        now = self._desk.clock.now()
        for row in [each for each in under_way if rules.is_look_due(each.looked_at, each.started_at, now=now)]:
            looked = partial(rows.put, request_id=row.id, looked_at=self._desk.clock.now())
            await self._desk.database.write(looked)
            try:
                await self.look_at(row.id)
            except (GitFailed, DirectFailed) as error:
                log.warning("request.not_looked_at", request=row.id, reason=str(error))
        await self._follow_ups.follow()

    async def heard(self, heard: Heard) -> None:
        """A controller said something: looks at what waits for its word. Raises GitFailed when that cannot be told.

        Also at what was open when last looked at: it may have been merged since, and this be its word.
        """
        async with self._desk.database.read() as tx:
            waiting = await rows.in_state(tx, rows.OPEN, rows.MERGED)
        for row in [each for each in waiting if each.backend == "git"]:
            if (heard.reporter, heard.object) in {(each.reporter, each.name) for each in self._awaited(row)}:
                await self.look_at(row.id)

    async def look_at(self, request_id: str) -> None:
        """Moves the request as far as it has come. Raises GitFailed or DirectFailed when that cannot be told."""
        async with self._desk.database.read() as tx:
            row = await rows.by_id(tx, request_id)
        if row is None or row.state not in rows.BEGUN:
            return
        if row.state == rows.OPEN:
            row = await self._look_at_review(row)
        if row.state == rows.MERGED:
            await self._look_at_controllers(row)
        elif row.state == rows.RUNNING:
            await self._look_at_run(row)

    async def stuck(self, row: RequestRow, *, since: str) -> Then:
        """What tells the platform team, once a request."""
        channel_id = self._desk.shelf.library.handbook.channels.platform_channel
        if not channel_id:
            return nothing
        shown = blocks.stuck(await self._telling.told(row), since=since)
        effect = effects.in_channel(f"stuck:{row.id}", blocks.STUCK, channel_id, shown)
        return partial(self._put, effect=effect)

    async def _put(self, tx: Tx, *, effect: Any) -> None:
        await self._desk.outbox.put(tx, effect)

    async def _look_at_review(self, row: RequestRow) -> RequestRow:
        """The row as it is then."""
        host = self._changes.host(row.entry["backend"]["repository"])
        standing = await host.look_up(await self._orders.proposal(row))
        if standing.review is Review.OPEN and row.entry["backend"]["merges_on_approval"] and row.approved_at:
            standing = await self._merged(host, row, standing)
        match standing.review:
            case Review.MERGED:
                return await self._move(row, self._is_merged(row, standing))
            case Review.CLOSED | Review.UNKNOWN:
                return await self._move(row, {"state": rows.CLOSED, "ended_at": self._desk.clock.now()})
        return row

    async def _merged(self, host: GitHost, row: RequestRow, standing: Standing) -> Standing:
        """Where the host does not let the bot merge, people do."""
        try:
            return await host.merge(await self._orders.proposal(row))
        except GitFailed as error:
            if str(error) != row.problem:
                await self._move(row, {"problem": str(error)})
            return standing

    def _is_merged(self, row: RequestRow, standing: Standing) -> dict[str, Any]:
        now = self._desk.clock.now()
        seen = {"merge_revision": standing.revision, "merged_at": now, "problem": ""}
        seen |= {"url": standing.url or row.url, "number": standing.number or row.number}
        if not self._awaited(row):
            return {**seen, "state": rows.UNOBSERVED, "ended_at": now}
        return {**seen, "state": rows.MERGED}

    def _awaited(self, row: RequestRow) -> frozenset[Controller]:
        repository = self._changes.repository(row.entry["backend"]["repository"])
        return rules.controllers_of(repository, list(row.blobs or {}))

    async def _look_at_controllers(self, row: RequestRow) -> None:
        awaited, now = self._awaited(row), self._desk.clock.now()
        said = await self._said(row, awaited)
        merged_at = row.merged_at or now
        if rules.are_live(awaited, said):
            ended_at = min(now, max(merged_at, *(each.at for each in said if each.is_live)))
            await self._move(row, {"state": rows.LIVE, "problem": "", "ended_at": ended_at})
        elif now - merged_at > rules.FOLLOWED_FOR:
            await self._move(row, {"state": rows.UNOBSERVED, "problem": NOT_SEEN, "ended_at": now})
        else:
            await self._note_trouble(row, awaited, said, since=merged_at)

    async def _note_trouble(
        self, row: RequestRow, awaited: frozenset[Controller], said: Sequence[Said], *, since: datetime
    ) -> None:
        failure, now = rules.newest_failure(awaited, said), self._desk.clock.now()
        problem = f"{failure.controller.name} says: {failure.said}" if failure else ""
        if problem != row.problem:
            await self._move(row, {"problem": problem})
        is_late = (now - since).total_seconds() >= float(row.entry["stuck_after"])
        if is_late and row.stuck_told_at is None:
            told = await self.stuck(replace(row, problem=problem), since="merged and not live yet")
            await self._move(row, {"stuck_told_at": now}, then=told)

    async def _said(self, row: RequestRow, awaited: frozenset[Controller]) -> list[Said]:
        """What controllers said of revisions that contain the merge."""
        host = self._changes.host(row.entry["backend"]["repository"])
        heard = [said for each in sorted(awaited, key=str) for said in await self._heard(row, each, host)]
        holds = {each: await host.contains(each, row.merge_revision) for each in {said.commit for said in heard}}
        return [said for said in heard if holds[said.commit]]

    async def _heard(self, row: RequestRow, controller: Controller, host: GitHost) -> list[Said]:
        if controller.reporter is Reporter.STATUS:
            found = await host.statuses(row.merge_revision)
            ours = [each for each in found if fnmatchcase(each.context, controller.name) and each.state != "pending"]
            return [Said(controller, each.commit, each.state == "success", each.said, each.at) for each in ours]
        async with self._desk.database.read() as tx:
            reports = await report_rows.reports_of(tx, controller.reporter.value, controller.name, since=row.created_at)
        told = [each for each in reports if each.revision and each.state in (ReportState.LIVE, ReportState.FAILED)]
        return [
            Said(controller, each.revision, each.state == ReportState.LIVE, each.said, each.said_at) for each in told
        ]

    async def _look_at_run(self, row: RequestRow) -> None:
        action = self._desk.shelf.library.handbook.action(row.action)
        if action is None or isinstance(action.backend, GitBackend):
            return
        outcome = await self._backend_of(action.backend).look_up(self._orders.run(row, action))
        now = self._desk.clock.now()
        match outcome:
            case Done(_, said, _):
                await self._move(row, {"state": rows.DONE, "problem": said, "ended_at": now})
            case Failed(_, said):
                await self._move(row, {"state": rows.FAILED, "problem": said, "ended_at": now})
            case _ if row.started_at and now - row.started_at > rules.FOLLOWED_FOR:
                await self._move(row, {"state": rows.FAILED, "problem": NO_OUTCOME, "ended_at": now})

    async def _move(self, row: RequestRow, values: dict[str, Any], *, then: Then = nothing) -> RequestRow:
        """The row as it is then, whoever moved it."""
        await self._moving.move(row, among=[row.state], values=values, then=then)
        async with self._desk.database.read() as tx:
            return await rows.by_id(tx, row.id) or row
