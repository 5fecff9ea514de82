"""Looks what a repository's reviewers made of a proposal, and merges it where its entry lets the bot do that."""

from dataclasses import replace
from typing import Any

from bot.actions import rules
from bot.actions.alarms import Alarms
from bot.actions.authors import Authors
from bot.actions.changes import Changes
from bot.actions.moving import Moving, Then, nothing
from bot.actions.orders import Orders
from bot.actions.validity import Validity
from bot.desk import Desk
from bot.errors import GitBusy, GitFailed
from bot.git.host import GitHost, Proposal, Review, Standing
from bot.storage import requests as rows
from bot.storage.engine import Tx
from bot.storage.requests import RequestRow

NOT_THERE = "There is no such pull request any more in the repository that the handbook names."
NOT_MERGED = "approved, and not merged yet"
NOT_BY_ME = "I do not merge it: {} Somebody has to look at it there."


class Reviews:
    def __init__(
        self,
        desk: Desk,
        *,
        changes: Changes,
        orders: Orders,
        validity: Validity,
        authors: Authors,
        moving: Moving,
        alarms: Alarms,
    ) -> None:
        self._desk = desk
        self._changes = changes
        self._orders = orders
        self._validity = validity
        self._authors = authors
        self._moving = moving
        self._alarms = alarms

    async def look_at(self, row: RequestRow) -> None:
        """Moves the open request as far as it has come. Raises GitFailed when that cannot be told."""
        host, proposal = self._host(row), await self._orders.proposal(row)
        standing = await host.look_up(proposal)
        if standing.review is Review.OPEN and _may_merge(row):
            standing = await self._merged(host, row, proposal, standing)
        if standing.review is Review.MERGED:
            told = await self._without_review(host, row, proposal)
            await self._moving.move(row, among=[rows.OPEN], values=self._is_merged(row, standing), then=told)
        elif standing.review in (Review.CLOSED, Review.UNKNOWN):
            problem = NOT_THERE if standing.review is Review.UNKNOWN else ""
            ended = {"state": rows.CLOSED, "problem": problem, "ended_at": self._desk.clock.now()}
            await self._moving.move(row, among=[rows.OPEN], values=ended)

    def _host(self, row: RequestRow) -> GitHost:
        return self._changes.host(row.entry["backend"]["repository"])

    async def _merged(self, host: GitHost, row: RequestRow, proposal: Proposal, standing: Standing) -> Standing:
        """Where the bot may not merge any more, or the host does not let it, people do."""
        try:
            problem = await self._validity.why_not_merge(row)
            if not problem:
                return await host.merge(proposal)
        except GitBusy:
            raise
        except GitFailed as error:
            problem = str(error)
        await self._note_trouble(row, NOT_BY_ME.format(problem))
        return standing

    async def _note_trouble(self, row: RequestRow, problem: str) -> None:
        values: dict[str, Any] = {"problem": problem}
        now = self._desk.clock.now()
        told: Then = nothing
        if row.stuck_told_at is None and rules.is_late(row.entry, row.started_at or now, now=now):
            told = await self._alarms.stuck(replace(row, problem=problem), since=NOT_MERGED)
            values["stuck_told_at"] = now
        if values != {"problem": row.problem}:
            await self._moving.move(row, among=[rows.OPEN], values=values, then=told)

    def _is_merged(self, row: RequestRow, standing: Standing) -> dict[str, Any]:
        now = self._desk.clock.now()
        seen = {"merge_revision": standing.revision, "merged_at": now, "problem": ""}
        seen |= {"url": standing.url or row.url, "number": standing.number or row.number}
        repository = self._changes.repository(row.entry["backend"]["repository"])
        if not rules.controllers_of(repository, list(row.files or {})):
            return {**seen, "state": rows.UNOBSERVED, "ended_at": now}
        return {**seen, "state": rows.MERGED}

    async def _without_review(self, host: GitHost, row: RequestRow, proposal: Proposal) -> Then:
        """What goes with a merge that nobody else agreed to, where the entry asks for that."""
        if not row.entry["backend"]["needs_review"]:
            return nothing
        reviewers = await host.reviewers(proposal)
        if await self._authors.are_of_another(reviewers, row=row):
            return nothing
        tells = await self._alarms.unreviewed(row)

        async def told(tx: Tx) -> None:
            await tells(tx)
            await self._moving.seal(tx, "unreviewed", row=row, by=None)

        return told


def _may_merge(row: RequestRow) -> bool:
    backend = row.entry["backend"]
    return bool(backend["merges_on_approval"] and not backend["needs_review"] and row.approved_at)
