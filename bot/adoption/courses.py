"""What became of a team and a capability over time: whether it chose it, had to use it, left it, or goes another way.

Pure. What is counted of it is `bot.adoption.figures`'. Nothing depends on the order in which events became known.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.adoption.history import History
from bot.model import Chosen, Way
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
class Said:
    """What a team said: State.LEFT, or State.EQUIVALENT until the last day that its evidence holds."""

    day: date
    state: State
    until: date = date.max


@dataclass(frozen=True)
class Traces:
    """All that is known of a team and a capability, in any order: days on which it used it, and what it said."""

    used: frozenset[date] = frozenset()
    said: frozenset[Said] = frozenset()


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


def course(team: str, traces: Traces, history: History, *, through: date) -> Course:
    """As it stands at the end of that day.

    On one day what a team says outweighs what is seen of it. Use on days on which the capability was not offered, or
    not to this team, is left out.
    """
    steps = list(_walk(team, traces, history, through))
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


class _Step(NamedTuple):
    """A day on which something was known of the team; `until` is how long evidence holds that it goes by."""

    day: date
    before: State
    after: State
    is_used: bool
    until: date


def _walk(team: str, traces: Traces, history: History, through: date) -> Iterator[_Step]:
    said = _last_said(traces.said)
    state, until = State.NOT_YET, date.max
    for day in sorted(each for each in traces.used | said.keys() if each <= through):
        before = state
        status = history.status_on(day)
        is_used = day in traces.used and status is not None and team in history.eligible_on(day)
        if day in said:
            state, until = said[day].state, said[day].until
        elif is_used:
            state = _after_use(state, status)
        yield _Step(day, before, state, is_used, until)


def _last_said(said: Iterable[Said]) -> dict[date, Said]:
    """By day. Evidence outweighs leaving, as it says more; of two pieces the one that holds longer."""
    ordered = sorted(said, key=lambda each: (each.state is State.EQUIVALENT, each.until))
    return {each.day: each for each in ordered}


def _after_use(state: State, status: Status | None) -> State:
    """Who began without a choice did not choose it, whatever it became; a pilot is chosen once one is free to."""
    if state in (State.CHOSE, State.HAS_TO):
        return state
    if status in FREE:
        return State.CHOSE
    return State.PILOT if status is Status.PILOT else State.HAS_TO


def by_policy(chosen: Iterable[Chosen], *, timezone: str) -> tuple[list[tuple[str, date]], list[tuple[str, Said]]]:
    """What teams chose for policies, each with its team: the platform's way as a use, their own evidence as said.

    Of one day and policy what was chosen last.
    """
    last: dict[tuple[str, str, date], Chosen] = {}
    for each in sorted(chosen, key=lambda each: each.at):
        last[each.policy, each.team, each.at.astimezone(ZoneInfo(timezone)).date()] = each
    used = [(team, day) for (_, team, day), each in last.items() if each.way == Way.PLATFORM]
    said = [
        (team, Said(day, State.EQUIVALENT, each.until or date.max))
        for (_, team, day), each in last.items()
        if each.way != Way.PLATFORM
    ]
    return used, said
