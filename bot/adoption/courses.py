"""What became of a team and a capability over time: whether it chose it, had to use it, left it, or goes another way.

Pure. What is counted of it is `bot.adoption.figures`'. Nothing depends on the order in which events became known.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.adoption.history import History
from bot.model import Chosen, Way, What
from knowledge.capabilities import FREE, Status


class State(StrEnum):
    """How a team stands with a capability. Of a group of teams that could choose it, these sum to all."""

    CHOSE = "by choice"  # it began while it was free to
    HAS_TO = "without a choice"  # it began while there was none
    PILOT = "in the pilot"
    EQUIVALENT = "by an equivalent"  # its own evidence holds
    LEFT = "left"
    NOT_YET = "not yet"


USING = (State.CHOSE, State.HAS_TO, State.PILOT)


@dataclass(frozen=True)
class Event:
    """`what` is a `What` or `State.EQUIVALENT`; `until` is the last day that evidence holds."""

    day: date
    what: str
    until: date | None = None


@dataclass(frozen=True)
class Course:
    """`used` are days on which the team could choose it and used it, `by_choice` those of them on which it had chosen
    it; `began` are days on which it took it up, `chose` those on which that was by choice.
    """

    state: State = State.NOT_YET
    used: tuple[date, ...] = ()
    by_choice: tuple[date, ...] = ()
    began: tuple[date, ...] = ()
    chose: tuple[date, ...] = ()


def course(team: str, events: Iterable[Event], history: History, *, through: date) -> Course:
    """As it stands at the end of that day.

    On one day what a team says outweighs what is seen of it. Use on days on which the capability was not offered, or
    not to this team, is left out.
    """
    steps = list(_walk(team, [each for each in events if each.day <= through], history))
    last = steps[-1] if steps else None
    state = last.after if last else State.NOT_YET
    if last and state is State.EQUIVALENT and last.until < through:
        state = State.NOT_YET
    return Course(
        state,
        used=tuple(step.day for step in steps if step.is_used),
        by_choice=tuple(step.day for step in steps if step.is_used and step.after is State.CHOSE),
        began=tuple(step.day for step in steps if step.after in USING and step.before not in USING),
        chose=tuple(step.day for step in steps if step.after is State.CHOSE and step.before is not State.CHOSE),
    )


@dataclass(frozen=True)
class _Step:
    """A day on which something was known of the team; `until` is how long evidence holds that it goes by."""

    day: date
    before: State
    after: State
    is_used: bool
    until: date


def _walk(team: str, events: Iterable[Event], history: History) -> Iterator[_Step]:
    by_day: defaultdict[date, list[Event]] = defaultdict(list)
    for each in events:
        by_day[each.day].append(each)
    state, until = State.NOT_YET, date.max
    for day in sorted(by_day):
        before, said = state, _said(by_day[day])
        is_used = any(each.what == What.USED for each in by_day[day]) and _is_open(team, history, day)
        if said is not None:
            state, until = said
        elif is_used:
            state = _after_use(state, history.status_on(day))
        yield _Step(day, before, state, is_used, until)


def _said(events: Collection[Event]) -> tuple[State, date] | None:
    """What the team itself said on one day; None where it said nothing."""
    evidence = [each.until or date.max for each in events if each.what == State.EQUIVALENT]
    if evidence:
        return State.EQUIVALENT, max(evidence)
    return (State.LEFT, date.max) if any(each.what == What.LEFT for each in events) else None


def _is_open(team: str, history: History, day: date) -> bool:
    return history.status_on(day) is not None and team in history.eligible_on(day)


def _after_use(state: State, status: Status | None) -> State:
    """Who began without a choice did not choose it, whatever it became; a pilot is chosen once one is free to."""
    if state in (State.CHOSE, State.HAS_TO):
        return state
    if status in FREE:
        return State.CHOSE
    return State.PILOT if status is Status.PILOT else State.HAS_TO


def by_policy(chosen: Iterable[Chosen], *, timezone: str) -> list[tuple[str, Event]]:
    """What teams chose for policies, each with its team: of one day and policy what was chosen last."""
    last: dict[tuple[str, str, date], Event] = {}
    for each in sorted(chosen, key=lambda each: each.at):
        day = each.at.astimezone(ZoneInfo(timezone)).date()
        what = What.USED.value if each.way == Way.PLATFORM else State.EQUIVALENT.value
        last[each.policy, each.team, day] = Event(day, what, each.until)
    return [(team, event) for (_, team, _), event in last.items()]
