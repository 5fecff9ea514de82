"""Follows what was begun until it holds: merged, live, done, failed or closed; and tells when something is stuck.

What reviewers made of it is `bot.actions.reviews`', whether it is live `bot.actions.convergence`'s. Asks for nothing
new. Every replica follows: each look is one replica's.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from bot.actions import rules
from bot.actions.alarms import Alarms
from bot.actions.allowed import CalledBackend
from bot.actions.changes import RepositoryUnknown
from bot.actions.convergence import NOT_LIVE, Convergence
from bot.actions.direct import DirectBackend, Done, Failed, NotStarted
from bot.actions.follow_ups import FollowUps
from bot.actions.moving import Moving, Then, nothing
from bot.actions.orders import Orders
from bot.actions.reviews import Reviews
from bot.desk import Desk
from bot.errors import DirectFailed, GitBusy, GitFailed, SlackError
from bot.storage import requests as rows
from bot.storage.requests import Look, RequestRow
from bot.wanted import Heard
from knowledge.repositories import Controller

log = structlog.get_logger(__name__)

NO_OUTCOME = "Nothing told how it ended, and I stop looking now."
STOPPED = "I cannot look at it any more, and stop. {}"
LAPSED = "Nobody asked for it again in a month."
NOT_ENDED = "begun, and not ended yet"
NOT_KNOWN = "begun, and whoever runs it knows nothing of it"
UNSEEN = "cannot be followed"


class FollowService:
    def __init__(
        self,
        desk: Desk,
        *,
        reviews: Reviews,
        convergence: Convergence,
        orders: Orders,
        moving: Moving,
        alarms: Alarms,
        follow_ups: FollowUps,
        backend_of: Callable[[CalledBackend], DirectBackend],
    ) -> None:
        self._desk = desk
        self._reviews = reviews
        self._convergence = convergence
        self._orders = orders
        self._moving = moving
        self._alarms = alarms
        self._follow_ups = follow_ups
        self._backend_of = backend_of
        self._alone_until: dict[str, datetime] = {}  # by repository: a hint, so that a busy host is not asked at once

    async def follow(self) -> None:
        """Looks at what is under way, those not looked at for longest first; one that fails holds up no other."""
        async with self._desk.database.read() as tx:
            under_way = await rows.under_way(tx)
        now = self._desk.clock.now()
        due = [each for each in under_way if rules.is_look_due(each.looked_at, each.started_at, now=now)]
        looked_at = 0
        for look in due:
            looked_at += await self._follow_one(look)
            if looked_at == rules.LOOKED_AT_ONCE:
                break
        await self._end_lapsed()
        await self._follow_ups.follow()

    async def heard(self, heard: Heard) -> None:
        """A controller said something: looks at what waits for its word. Raises GitFailed when that cannot be told.

        Also at what was open when last looked at: it may have been merged since, and this be its word.
        """
        async with self._desk.database.read() as tx:
            waiting = await rows.in_state(tx, rows.OPEN, rows.MERGED)
        failed: GitFailed | None = None
        for row in [each for each in waiting if each.backend == "git"]:
            try:
                if (heard.reporter, heard.object) in _named(self._convergence.awaited(row)):
                    await self.look_at(row.id)
            except RepositoryUnknown:
                continue  # told, and ended one day, where all are followed
            except GitFailed as error:
                failed = error
        if failed is not None:
            raise failed

    async def look_at(self, request_id: str) -> None:
        """Moves the request as far as it has come. Raises GitFailed or DirectFailed when that cannot be told."""
        row = await self._row(request_id)
        if row is not None and row.state == rows.OPEN:
            await self._reviews.look_at(row)
            row = await self._row(request_id)
        if row is not None and row.state == rows.MERGED:
            await self._convergence.look_at(row)
        elif row is not None and row.state == rows.RUNNING:
            await self._look_at_run(row)

    async def _follow_one(self, look: Look) -> bool:
        """Whether it was looked at: not where its host is left alone, or another replica was first."""
        row, now = await self._row(look.id), self._desk.clock.now()
        where = str(row.entry["backend"].get("repository", "")) if row else ""
        if row is None or now < self._alone_until.get(where, now):
            return False
        if not await self._desk.database.write(partial(rows.take_look, look=look, now=now)):
            return False
        try:
            await self.look_at(look.id)
        except GitBusy as busy:
            self._alone_until[where] = now + timedelta(seconds=busy.retry_after_s)
            log.info("request.host_busy", request=look.id, reason=str(busy))
        except SlackError as error:  # rights are read there before a merge
            log.warning("request.not_looked_at", request=look.id, reason=str(error))
        except (GitFailed, DirectFailed) as error:
            log.warning("request.not_looked_at", request=look.id, reason=str(error))
            await self._cannot_look(look.id, error)
        return True

    async def _cannot_look(self, request_id: str, error: GitFailed | DirectFailed) -> None:
        """Short troubles pass. What lasts is told once, and ends one day."""
        row, now = await self._row(request_id), self._desk.clock.now()
        if row is None or row.state not in rows.BEGUN:
            return
        if not isinstance(error, RepositoryUnknown) and not _is_late(row, now):
            return
        if row.stuck_told_at is None:
            await self._tell_stuck(row, str(error), since=NOT_LIVE if row.state == rows.MERGED else UNSEEN)
        elif now - row.stuck_told_at > rules.FOLLOWED_FOR:
            state = rows.UNOBSERVED if row.state == rows.MERGED else rows.FAILED
            await self._move(row, {"state": state, "problem": STOPPED.format(error), "ended_at": now})

    async def _tell_stuck(self, row: RequestRow, problem: str, *, since: str) -> None:
        told = await self._alarms.stuck(replace(row, problem=problem), since=since)
        await self._move(row, {"problem": problem, "stuck_told_at": self._desk.clock.now()}, then=told)

    async def _look_at_run(self, row: RequestRow) -> None:
        run = self._orders.run(row)
        outcome = await self._backend_of(run.backend).look_up(run)
        now = self._desk.clock.now()
        match outcome:
            case Done(_, said, _):
                await self._end_run(row, {"state": rows.DONE, "problem": said, "ended_at": now})
            case Failed(_, said):
                await self._end_run(row, {"state": rows.FAILED, "problem": said, "ended_at": now})
            case _ if row.started_at and now - row.started_at > rules.FOLLOWED_FOR:
                await self._end_run(row, {"state": rows.FAILED, "problem": NO_OUTCOME, "ended_at": now})
            case _ if row.stuck_told_at is None and _is_late(row, now):
                since = NOT_KNOWN if isinstance(outcome, NotStarted) else NOT_ENDED
                await self._tell_stuck(row, row.problem, since=since)

    async def _end_run(self, row: RequestRow, values: dict[str, Any]) -> None:
        await self._move(row, values, then=await self._follow_ups.ended(replace(row, **values)))

    async def _end_lapsed(self) -> None:
        """What can be asked for again is not kept so for ever."""
        now = self._desk.clock.now()
        async with self._desk.database.read() as tx:
            lapsed = await rows.lapsed(tx, before=now - rules.LAPSES_AFTER, limit=rules.LOOKED_AT_ONCE)
        ended = {"state": rows.WITHDRAWN, "problem": LAPSED, "ended_at": now}
        for row in lapsed:
            await self._moving.move(row, among=rows.LAPSING, values=ended)

    async def _move(self, row: RequestRow, values: dict[str, Any], *, then: Then = nothing) -> None:
        await self._moving.move(row, among=rows.BEGUN, values=values, then=then)

    async def _row(self, request_id: str) -> RequestRow | None:
        async with self._desk.database.read() as tx:
            return await rows.by_id(tx, request_id)


def _named(controllers: Collection[Controller]) -> set[tuple[str, str]]:
    return {(each.reporter.value, each.name) for each in controllers}


def _is_late(row: RequestRow, now: datetime) -> bool:
    """Whether what goes by itself takes too long; reviewers take their time."""
    since = row.merged_at if row.state == rows.MERGED else row.started_at if row.state == rows.RUNNING else None
    return since is not None and rules.is_late(row.entry, since, now=now)
