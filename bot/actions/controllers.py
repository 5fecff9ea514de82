"""Keeps what controllers report, once, whatever they repeat.

How it is read is `bot.actions.reports`'; who follows a request reads the rows in `bot.storage.controllers`.
"""

from dataclasses import asdict
from datetime import datetime, timedelta

from bot.actions.reports import COURSE, WATCH, Report, ReportState, as_returned, is_apply
from bot.desk import Desk
from bot.storage import controllers as rows
from bot.storage.controllers import ReportRow
from bot.storage.engine import Tx
from bot.wanted import Heard, Kind
from bot.work import enqueue

OLDEST = timedelta(days=1)  # an older report is a replay, or a clock that is wrong
KEPT = timedelta(days=30)  # far longer than any request is followed
DRIFT_KEPT = timedelta(days=400)  # a year's quarters, and who watches nothing for that long
SETTLED = (ReportState.LIVE, ReportState.RETURNED)  # what Git says is so
AWAITED = (ReportState.LIVE, ReportState.FAILED)  # by requests that are merged
AT_LEAST = timedelta(seconds=1)  # Flux tells time in whole seconds


class ControllerService:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def take_report(self, report: Report) -> bool:
        """Whether it is taken: not what was said more than a day from our clock. What repeats is kept once."""
        now = self._desk.clock.now()
        if abs(now - report.said_at) > OLDEST:
            return False

        async def unit(tx: Tx) -> None:
            meant = await _meant(tx, report)
            last = await rows.last_until(tx, meant.key, meant.said_at, states=_family(meant.state))
            if last is not None and _says_the_same(last, meant):
                await rows.hear_again(tx, last.id, now=now)
            elif await rows.add(tx, _row(meant, now=now)) and meant.state in AWAITED:
                heard = Heard(meant.id, meant.reporter.value, meant.object)
                await enqueue(tx, Kind.HEARD, heard, due_at=now, now=now)

        await self._desk.database.write(unit)
        self._desk.wake()
        return True

    async def forget_old(self) -> None:
        now = self._desk.clock.now()
        await self._desk.database.write(lambda tx: rows.forget(tx, before=now - KEPT, drift_before=now - DRIFT_KEPT))


async def _meant(tx: Tx, report: Report) -> Report:
    """Flux does not say why it applies: of a commit that was live before, because somebody changed what it made."""
    if not is_apply(report) or not report.revision:
        return report
    states = [state for state in COURSE if state is not ReportState.WORKING]
    last = await rows.last_until(tx, report.key, report.said_at - AT_LEAST, states=states)
    is_known = last is not None and last.state in SETTLED and last.revision == report.revision
    return as_returned(report) if is_known else report


def _family(state: ReportState) -> tuple[ReportState, ...]:
    return WATCH if state in WATCH else COURSE


def _says_the_same(last: ReportRow, report: Report) -> bool:
    """Each change that was put back is one of its own."""
    same = (last.state, last.revision) == (report.state, report.revision)
    return last.id == report.id or (same and report.state is not ReportState.RETURNED)


def _row(report: Report, *, now: datetime) -> ReportRow:
    return ReportRow(**{**asdict(report), "reporter": report.reporter.value, "state": report.state.value}, heard_at=now)
