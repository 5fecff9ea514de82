"""Whether teams choose what the platform offers, and stay: every figure of one capability. Pure.

Each number is defined in docs/metrics.md. Teams are counted and never named; people stand in one figure alone, by week.
Time to converged, push debt and drift are `bot.actions.figures`', why teams stay away is asked by surveys.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from bot.adoption.courses import Course, State, Traces, course
from bot.adoption.history import History
from bot.adoption.reasons import NO_REASONS, WhyNot, why_not
from bot.model import Json, Pull, Window
from bot.statistics import FEWEST, Share
from knowledge.capabilities import FREE, Capability, Status

AFTER_WEEKS = (4, 12)  # how long after it chose a team is looked for again
COHORT = timedelta(days=364)  # who chose longer ago than this, before the looked-for week, says little of today
MARKED = timedelta(days=84)  # a change of status is told for so long, with so long before and after it compared
STICKY_WEEKS = 4
LEARNED = timedelta(days=364)  # how long after something was first offered it is told when one learned of it
PEER = "peer"


@dataclass(frozen=True)
class Days:
    """Whole days by the handbook's wall, the first and the last in it."""

    first: date
    last: date

    @classmethod
    def of(cls, window: Window, timezone: str) -> Self:
        """Those that begin in the window, so that none is in two windows that follow one another."""
        return cls(_begins(window.since, timezone), _begins(window.until, timezone) - timedelta(days=1))

    @property
    def before(self) -> "Days":
        """As many days, right before."""
        length = self.last - self.first + timedelta(days=1)
        return Days(self.first - length, self.last - length)

    def has(self, day: date) -> bool:
        return self.first <= day <= self.last

    def any_of(self, days: Iterable[date]) -> bool:
        return any(map(self.has, days))


@dataclass(frozen=True)
class Stickiness:
    """People who used it in each of the last whole weeks, and in all of them together."""

    weekly: tuple[int, ...] = ()
    monthly: int = 0

    @property
    def value(self) -> float | None:
        """The mean of the weeks / all; None of fewer than 5 people."""
        if self.monthly < FEWEST or not self.weekly:
            return None
        return sum(self.weekly) / len(self.weekly) / self.monthly

    def to_json(self) -> Json:
        return {"n": self.monthly if self.monthly >= FEWEST else None, "value": self.value}


@dataclass(frozen=True)
class StatusChange:
    """Teams that took it up in as many days before and after it became so, the day itself being after."""

    day: date
    before: Status
    after: Status
    began_before: int
    began_after: int
    days: int

    @property
    def is_jump(self) -> bool:
        """More took it up once they had no choice: that says nothing of whether they like it."""
        return self.after not in (*FREE, Status.PILOT) and self.began_after > self.began_before

    def to_json(self) -> Json:
        said = {"day": self.day.isoformat(), "before": self.before.value, "after": self.after.value}
        counts = {"began_before": self.began_before, "began_after": self.began_after, "days": self.days}
        return {**said, **counts, "is_jump": self.is_jump}


@dataclass(frozen=True)
class CapabilityFacts:
    """Of a window, as things stood on its last day.

    `standings` sum to the eligible teams. `is_measured`: something tells of its use. `voluntary` is None where teams
    never had a choice; `pull` is None where nobody was asked; `days_to_learn` where nothing was learned yet, or it was
    first offered more than a year ago.
    """

    id: str
    title: str
    status: Status | None
    since: date | None
    is_measured: bool
    standings: Mapping[State, int]
    voluntary: Share | None
    new_by_choice: int
    new_without: int
    active: int
    active_by_choice: int
    churn: Share
    retention: Mapping[int, Share]
    stickiness: Stickiness
    pull: Share | None
    changes: tuple[StatusChange, ...]
    why_not: WhyNot = NO_REASONS
    days_to_learn: int | None = None

    @property
    def eligible(self) -> int:
        return sum(self.standings.values())

    def to_json(self) -> Json:
        return {
            "id": self.id,
            "title": self.title,
            "status": self.status.value if self.status else None,
            "since": self.since.isoformat() if self.since else None,
            "is_measured": self.is_measured,
            "eligible_teams": self.eligible,
            "teams": {state.value: self.standings[state] for state in State},
            "voluntary_adoption": self.voluntary.to_json() if self.voluntary else None,
            "new": {"by_choice": self.new_by_choice, "without_a_choice": self.new_without},
            "active": {"teams": self.active, "by_choice": self.active_by_choice},
            "churn": self.churn.to_json(),
            "retention": {f"week_{weeks}": share.to_json() for weeks, share in self.retention.items()},
            "stickiness": self.stickiness.to_json(),
            "peer_pull": self.pull.to_json() if self.pull else None,
            "changes_of_status": [each.to_json() for each in self.changes],
            "why_not": self.why_not.to_json(),
            "days_to_learn": self.days_to_learn,
        }


@dataclass(frozen=True)
class Known:
    """All that is kept of one capability. `traces` are of each team by what it is called now.

    `reasons` are team, day and why not, `asked` teams that were asked that; `evidence` are days on which something
    was learned of it.
    """

    history: History
    traces: Mapping[str, Traces]
    stickiness: Stickiness
    pulls: Sequence[Pull]
    has_source: bool  # an action of the catalogue counts as its use
    reasons: Sequence[tuple[str, date, str]] = ()
    asked: Sequence[tuple[str, date]] = ()
    evidence: Sequence[date] = ()


def capability_facts(capability: Capability, known: Known, days: Days) -> CapabilityFacts:
    history, eligible = known.history, known.history.eligible_on(days.last)
    courses = {team: course(team, each, history, through=days.last) for team, each in known.traces.items()}
    now = {team: courses.get(team, Course()) for team in eligible}
    standings = {state: sum(each.state is state for each in now.values()) for state in State}
    before = [each for each in now.values() if days.before.any_of(each.by_choice)]
    gone = sum(not days.any_of(each.used) for each in before)
    return CapabilityFacts(
        id=capability.id,
        title=capability.title,
        status=history.status_on(days.last),
        since=next((day for day, _ in reversed(history.statuses) if day <= days.last), None),
        is_measured=known.has_source or bool(known.traces),
        standings=standings,
        voluntary=Share(standings[State.CHOSE], len(now)) if history.was_ever_free(until=days.last) else None,
        new_by_choice=sum(_began(each, State.CHOSE, days) for each in now.values()),
        new_without=sum(_began(each, State.HAS_TO, days) for each in now.values()),
        active=sum(days.any_of(each.used) for each in now.values()),
        active_by_choice=sum(days.any_of(each.by_choice) for each in now.values()),
        churn=Share(gone, len(before)),
        retention={weeks: _retention(courses, history, weeks, days.last) for weeks in AFTER_WEEKS},
        stickiness=known.stickiness,
        pull=_pull(known.pulls),
        changes=tuple(_changes(courses.values(), history, days.last)),
        why_not=why_not(now, known.reasons, asked=[team for team, day in known.asked if days.has(day)]),
        days_to_learn=_days_to_learn(history, known.evidence, days.last),
    )


def whole_weeks(last: date) -> list[str]:
    """The ISO weeks that are looked at for stickiness: the last whole ones that ended by that day, in order."""
    sunday = last - timedelta(days=last.isoweekday() % 7)
    return [week_of(sunday - timedelta(weeks=back)) for back in reversed(range(STICKY_WEEKS))]


def week_of(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _began(each: Course, state: State, days: Days) -> bool:
    """Whether the team took it up in these days and stands so at their end."""
    last = each.chose if state is State.CHOSE else each.began
    return each.state is state and bool(last) and days.has(last[-1])


def _retention(courses: Mapping[str, Course], history: History, weeks: int, last: date) -> Share:
    """Of teams that chose it: which used it again in that week after. Who could not for all of the week is left out."""
    cohort = kept = 0
    for team, each in courses.items():
        if not each.chose:
            continue
        week = Days(each.chose[0] + timedelta(weeks=weeks), each.chose[0] + timedelta(weeks=weeks, days=6))
        could = all(team in history.eligible_on(day) for day in (week.first, week.last))
        if week.last <= last and last - week.last < COHORT and could:
            cohort += 1
            kept += week.any_of(each.used)
    return Share(kept, cohort)


def _pull(pulls: Sequence[Pull]) -> Share | None:
    return Share(sum(each.said == PEER for each in pulls), len(pulls)) if pulls else None


def _changes(courses: Iterable[Course], history: History, last: date) -> Iterable[StatusChange]:
    began = [day for each in courses for day in each.began]
    for day, before, after in history.changes(last - MARKED, last):
        length = min(MARKED, last - day + timedelta(days=1))
        earlier, later = (
            Days(day - length, day - timedelta(days=1)),
            Days(day, day + length - timedelta(days=1)),
        )
        counts = sum(map(earlier.has, began)), sum(map(later.has, began))
        yield StatusChange(day, before, after, *counts, length.days)


def _days_to_learn(history: History, evidence: Sequence[date], last: date) -> int | None:
    """From the day it was first offered to the first on which something was learned of it."""
    shipped = history.statuses[0][0] if history.statuses else date.max
    if shipped > last or last - shipped > LEARNED:
        return None
    first = min((day for day in evidence if shipped <= day <= last), default=None)
    return (first - shipped).days if first is not None else None


def _begins(moment: datetime, timezone: str) -> date:
    """The first day that begins at that moment or after it."""
    local = moment.astimezone(ZoneInfo(timezone))
    starts = local.time() == datetime.min.time()
    return local.date() if starts else local.date() + timedelta(days=1)
