"""Reads all that is kept of capabilities, and puts it together for each: what became of every team, and what it said.

What is counted of it is `bot.adoption.figures`'.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bot.adoption.courses import Course, Said, State, Traces, by_policy, course
from bot.adoption.figures import Days, Known, Stickiness, whole_weeks
from bot.adoption.history import History, history
from bot.adoption.marks import with_today
from bot.adoption.satisfaction import Pulse, figure_of, of_users
from bot.adoption.uses import counts, has_source
from bot.calendar import moment_of
from bot.model import CapabilityMark, Chosen, Pull, What
from bot.storage import adoption as rows
from bot.storage import contributions as contribution_rows
from bot.storage import pilots
from bot.storage.contributions import ContributionRow
from bot.storage.engine import Tx
from knowledge.capabilities import Capability
from knowledge.loader import Handbook

T = TypeVar("T")

NOTHING: frozenset[Any] = frozenset()

Weeks = Mapping[str, tuple[Mapping[str, int], int]]
Dated = tuple[str, date, str]  # team, day and what


@dataclass(frozen=True)
class Kept:
    """All that the database knows of it. `pulses` are closed surveys of whomever, the newest first."""

    uses: Mapping[str, Sequence[Dated]]
    chosen: Sequence[Chosen]
    marks: Mapping[str, Sequence[CapabilityMark]]
    people: Weeks
    pulls: Sequence[Pull]
    contributions: Mapping[str, ContributionRow]
    reasons: Mapping[str, Sequence[Dated]] = field(default_factory=dict)
    asked: Mapping[str, Sequence[tuple[str, date]]] = field(default_factory=dict)
    friction: Mapping[str, Sequence[datetime]] = field(default_factory=dict)
    pulses: Sequence[Pulse] = ()


async def read_kept(
    tx: Tx, handbook: Handbook, days: Days, pulses: Sequence[Pulse], *, teams: Collection[str] | None = None
) -> Kept:
    """`teams` are names, of which uses are read alone; None is all."""
    ends = moment_of(days.last + timedelta(days=1), time.min, handbook.channels.timezone)
    return Kept(
        uses=await rows.uses(tx, until=days.last, teams=teams),
        chosen=await rows.choices_for(tx, [each.id for each in handbook.policies]),
        marks=await rows.marks(tx),
        people=await rows.active_people(tx, whole_weeks(days.last)),
        pulls=await rows.pulls(tx, days.first, days.last),
        contributions=await contribution_rows.rows(tx),
        reasons=await pilots.reasons(tx, until=days.last),
        asked=await pilots.asked_why_not(tx, until=days.last),
        friction=await pilots.friction_logged(tx, until=ends),
        pulses=pulses,
    )


def marks_of(handbook: Handbook, kept: Kept, *, today: date) -> Mapping[str, Sequence[CapabilityMark]]:
    return with_today(handbook, kept.marks, today=today)


def known_of(
    capability: Capability, handbook: Handbook, kept: Kept, marks: Sequence[CapabilityMark], last: date
) -> Known:
    return Known(
        history(capability, marks, now_called=handbook.people.team_called),
        traces_of(capability, handbook, kept),
        _stickiness(kept.people.get(capability.id), last),
        [each for each in kept.pulls if each.capability == capability.id],
        has_source(capability, handbook.actions),
        reasons=_named(kept.reasons.get(capability.id, ()), handbook),
        asked=[(_now(team, handbook), day) for team, day in kept.asked.get(capability.id, ())],
        evidence=evidence_days(capability, handbook, kept),
    )


def courses_of(known: Known, last: date) -> tuple[History, Mapping[str, Course]]:
    """Of each team that could choose it on that day, how it stands."""
    eligible = known.history.eligible_on(last)
    return known.history, {
        team: course(team, known.traces.get(team, Traces()), known.history, through=last) for team in sorted(eligible)
    }


def traces_of(capability: Capability, handbook: Handbook, kept: Kept) -> Mapping[str, Traces]:
    """By team, as it is called now; one that is not there any more keeps the name it had."""
    policies = {each.id for each in handbook.policies if each.capability == capability.id}
    chosen = [each for each in kept.chosen if each.policy in policies]
    uses, said = by_policy(chosen, timezone=handbook.channels.timezone)
    told = kept.uses.get(capability.id, ())
    uses += [(team, day) for team, day, what in told if what == What.USED]
    said += [(team, Said(day, State.LEFT)) for team, day, what in told if what == What.LEFT]
    used_by, said_by = _by_team(uses, handbook), _by_team(said, handbook)
    return {
        team: Traces(used_by.get(team, NOTHING), said_by.get(team, NOTHING)) for team in used_by.keys() | said_by.keys()
    }


def evidence_days(capability: Capability, handbook: Handbook, kept: Kept) -> list[date]:
    """The days on which something was learned of it that one can decide by: see docs/metrics.md, days to learn."""
    zone = ZoneInfo(handbook.channels.timezone)
    found = [at.astimezone(zone).date() for at in kept.friction.get(capability.id, ())]
    found += [day for _, day, _ in kept.reasons.get(capability.id, ())]
    found += [day for _, day, what in kept.uses.get(capability.id, ()) if what == What.LEFT]
    theirs = of_users(kept.pulses, user_actions(capability, handbook))
    return found + [each.closed_at.astimezone(zone).date() for each in theirs if figure_of(each) is not None]


def user_actions(capability: Capability, handbook: Handbook) -> Collection[str]:
    """The actions whose requesters are its users."""
    return {each.id for each in handbook.actions if counts(capability, each)}


def _by_team(told: Iterable[tuple[str, T]], handbook: Handbook) -> Mapping[str, frozenset[T]]:
    by_name: defaultdict[str, set[T]] = defaultdict(set)
    for name, each in told:
        by_name[name].add(each)
    found: dict[str, frozenset[T]] = {}
    for name, all_of_it in by_name.items():
        team = _now(name, handbook)
        found[team] = found.get(team, NOTHING) | all_of_it
    return found


def _named(told: Iterable[Dated], handbook: Handbook) -> list[Dated]:
    return [(_now(team, handbook), day, what) for team, day, what in told]


def _now(name: str, handbook: Handbook) -> str:
    return handbook.people.team_called(name) or name


def _stickiness(active: tuple[Mapping[str, int], int] | None, last: date) -> Stickiness:
    weekly, together = active or ({}, 0)
    return Stickiness(tuple(weekly.get(week, 0) for week in whole_weeks(last)), together)
