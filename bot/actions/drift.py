"""Tells each team once a working day what was changed by hand. What is told is decided in `drift_rules`.

What a team was not told yet waits for its next working day: nothing is lost when the bot is away.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

import structlog

from bot import effects
from bot.actions import drift_blocks as blocks
from bot.actions import drift_rules as rules
from bot.actions.drift_rules import PLATFORM, Place, Standing
from bot.actions.reports import Report, ReportState
from bot.calendar import DAY, Daily
from bot.desk import Desk
from bot.model import Window
from bot.storage import controllers as rows
from bot.storage.controllers import ReportRow
from bot.storage.engine import Tx
from bot.team_place import channel_of, may_tell, telling_time, working_time_of
from bot.wanted import Due, Kind, TeamDrift
from bot.work import enqueue
from knowledge.loader import Handbook
from knowledge.repositories import Reporter

WORTH = timedelta(hours=24)

log = structlog.get_logger(__name__)


class _ToldMeanwhile(Exception):
    """By another replica, or in this day's message already: the transaction is given up."""


class DriftService:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def schedule(self) -> Daily:
        """The whole day is laid out at its beginning: each team's morning comes at its own time."""
        return Daily(time.min, self._handbook.channels.timezone)

    async def tell(self, due: Due) -> None:
        """Lays out the day: when each team is told, by its own wall."""
        now, handbook = self._desk.clock.now(), self._handbook
        ends = self.schedule().slot(date.fromisoformat(due.key) + DAY).due_at
        begins = datetime.fromisoformat(due.due_at)

        async def unit(tx: Tx) -> None:
            for team in rules.hearers(handbook.people):
                working = working_time_of(team, handbook.people, handbook.channels)
                if (at := telling_time(working, begins, ends)) is not None:
                    await enqueue(tx, Kind.TELL_TEAM_DRIFT, TeamDrift(f"{due.key}:{team}", team), due_at=at, now=now)

        await self._desk.database.write(unit)
        self._desk.wake()

    async def tell_team(self, wanted: TeamDrift) -> None:
        """One message with all the team was not told yet, marked as told with it; none when there is nothing."""
        now, handbook = self._desk.clock.now(), self._handbook
        team, channel_id = wanted.team, self._channel_of(wanted.team)
        if not channel_id or not may_tell(working_time_of(team, handbook.people, handbook.channels), now):
            return
        try:
            await self._desk.database.write(lambda tx: self._tell(tx, wanted, channel_id, now))
        except _ToldMeanwhile:
            log.info("drift.told_already", slot=wanted.key)
        self._desk.outbox.bell.set()

    async def _tell(self, tx: Tx, wanted: TeamDrift, channel_id: str, now: datetime) -> None:
        places = rules.places_of(self._handbook.repositories)
        untold = [row for row in await rows.untold(tx) if self._hears(wanted.team, row, places)]
        unwatched = [row for row in await rows.unwatched(tx) if self._hears(wanted.team, row, places)]
        again = [row for row in unwatched if rules.is_reminded(row.told_at, now=now)]
        standing = Standing(
            live=await rows.last_live(tx, {row.key for row in untold}),
            unwatched={row.key: _report(row) for row in unwatched},
            reminded={row.key for row in again},
        )
        lines = rules.fold([_report(row) for row in untold], standing, places, now=now)
        if not await rows.mark_told(tx, [*untold, *again], now=now):
            raise _ToldMeanwhile
        if lines:
            key, shown = f"drift:{wanted.key}", blocks.changed_by_hand(lines)
            message = effects.in_channel(key, blocks.CHANGED_BY_HAND, channel_id, shown)
            if not await self._desk.outbox.put(tx, message):
                raise _ToldMeanwhile

    def _hears(self, team: str, row: ReportRow, places: Mapping[rules.Key, Sequence[Place]]) -> bool:
        return rules.hearer_of(places.get(row.key, ()), self._handbook.people) == team

    def _channel_of(self, team: str) -> str:
        if team == PLATFORM:
            return self._handbook.channels.platform_channel
        return channel_of(team, self._handbook.people)

    async def reverts(self, window: Window) -> Mapping[str, int]:
        """How often what was changed by hand was put back, by the team whose it is; "" where it is nobody's."""
        places = rules.places_of(self._handbook.repositories)
        teams = {key: found[0].team for key, found in places.items()}
        async with self._desk.database.read() as tx:
            return await rows.drift_reverts(tx, window.since, window.until, teams=teams)

    @property
    def _handbook(self) -> Handbook:
        return self._desk.shelf.library.handbook


def _report(row: ReportRow) -> Report:
    return Report(
        row.id, Reporter(row.reporter), row.object, row.revision, ReportState(row.state), row.said, row.said_at
    )
