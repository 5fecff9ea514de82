"""Looks whether what was merged is live, by what controllers say of revisions that hold it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from bot.actions import rules
from bot.actions.alarms import Alarms
from bot.actions.changes import Changes
from bot.actions.moving import Moving, Then, nothing
from bot.actions.reports import ReportState
from bot.actions.rules import Said
from bot.desk import Desk
from bot.git.host import CommitStatus, GitHost
from bot.storage import controllers as report_rows
from bot.storage import requests as rows
from bot.storage.requests import RequestRow
from knowledge.repositories import Controller, Reporter

NOT_SEEN = "No controller said that it is live, and I stop looking now."
NOT_LIVE = "merged, and not live yet"
REPORTS_LOOKED_AT = 20  # of a controller, the newest: whether a revision holds the merge is a call to the host each


class Convergence:
    def __init__(self, desk: Desk, *, changes: Changes, moving: Moving, alarms: Alarms) -> None:
        self._desk = desk
        self._changes = changes
        self._moving = moving
        self._alarms = alarms

    async def look_at(self, row: RequestRow) -> None:
        """Moves the merged request as far as it has come. Raises GitFailed when that cannot be told."""
        awaited, now = self.awaited(row), self._desk.clock.now()
        said = await self._said(row, awaited)
        merged_at = row.merged_at or now
        if live_at := rules.live_at(awaited, said):
            # the controller's clock is not ours, and a merge is seen some time after it was made
            ended_at = min(now, max(merged_at, live_at))
            await self._move(row, {"state": rows.LIVE, "problem": "", "ended_at": ended_at})
        elif now - merged_at > rules.FOLLOWED_FOR:
            await self._move(row, {"state": rows.UNOBSERVED, "problem": NOT_SEEN, "ended_at": now})
        else:
            await self._note_trouble(row, rules.newest_failure(awaited, said), since=merged_at)

    def awaited(self, row: RequestRow) -> frozenset[Controller]:
        """Whose word is awaited for what it changed. Raises RepositoryUnknown."""
        repository = self._changes.repository(row.entry["backend"]["repository"])
        return rules.controllers_of(repository, list(row.files or {}))

    async def _note_trouble(self, row: RequestRow, failure: Said | None, *, since: datetime) -> None:
        now = self._desk.clock.now()
        told: Then = nothing
        values: dict[str, Any] = {"problem": f"{failure.controller.name} says: {failure.said}" if failure else ""}
        if row.stuck_told_at is None and rules.is_late(row.entry, since, now=now):
            told = await self._alarms.stuck(replace(row, problem=values["problem"]), since=NOT_LIVE)
            values["stuck_told_at"] = now
        if values != {"problem": row.problem}:
            await self._moving.move(row, among=[rows.MERGED], values=values, then=told)

    async def _said(self, row: RequestRow, awaited: frozenset[Controller]) -> list[Said]:
        """What controllers said of revisions that hold the merge."""
        host = self._changes.host(row.entry["backend"]["repository"])
        by_status = [each for each in awaited if each.reporter is Reporter.STATUS]
        statuses = await host.statuses(row.merge_revision) if by_status else ()
        said = [one for each in by_status for one in _of_statuses(each, statuses)]
        for each in awaited.difference(by_status):
            said += await self._reported(row, each, host)
        return said

    async def _reported(self, row: RequestRow, controller: Controller, host: GitHost) -> list[Said]:
        """From the newest back to the first of a revision without the merge: those before it are older still."""
        async with self._desk.database.read() as tx:
            reports = await report_rows.reports_of(tx, controller.reporter.value, controller.name, since=row.created_at)
        told = [each for each in reports if each.revision and each.state in (ReportState.LIVE, ReportState.FAILED)]
        said: list[Said] = []
        holds: dict[str, bool] = {}
        for each in told[:REPORTS_LOOKED_AT]:
            if each.revision not in holds:
                holds[each.revision] = await host.contains(each.revision, row.merge_revision)
            if not holds[each.revision]:
                break
            is_live = each.state == ReportState.LIVE
            said.append(Said(controller, each.revision, is_live, each.said, each.said_at))
        return said

    async def _move(self, row: RequestRow, values: dict[str, Any]) -> None:
        await self._moving.move(row, among=[rows.MERGED], values=values)


def _of_statuses(controller: Controller, statuses: Sequence[CommitStatus]) -> list[Said]:
    """The host tells those of the merge and of what came after it; one that is pending says nothing yet."""
    ours = [each for each in statuses if fnmatchcase(each.context, controller.name) and each.state != "pending"]
    return [Said(controller, each.commit, each.state == "success", each.said, each.at) for each in ours]
