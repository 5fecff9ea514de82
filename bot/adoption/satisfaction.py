"""What surveys of a capability's users say, as far as it may be shown. Pure.

Which figures may be shown is decided where surveys are; here only whose they are is read.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.model import Json, Window
from bot.statistics import Share
from knowledge.surveys import After, Moment, Question, Scale, Survey

GOOD = 0.8  # from here on users are satisfied enough to be asked for a story
EXACT, HIGH = "exact", "over 80 %"  # how a share that may be shown reads


class Figure(Protocol):
    """Everybody's share of a question, as it may be shown; `k` is None where it is not told exactly."""

    @property
    def n(self) -> int: ...
    @property
    def k(self) -> int | None: ...
    @property
    def reads(self) -> str: ...
    @property
    def bounds(self) -> tuple[int, int]: ...


class Asked(Protocol):
    @property
    def question(self) -> Question: ...
    @property
    def everybody(self) -> Figure | None: ...


class Pulse(Protocol):
    """A closed wave of a survey."""

    @property
    def survey(self) -> Survey: ...
    @property
    def closed_at(self) -> datetime: ...
    @property
    def questions(self) -> Sequence[Asked]: ...


class Told(Protocol):
    @property
    def waves(self) -> Sequence[Pulse]: ...


Pulses = Callable[[Window], Awaitable[Told]]


@dataclass(frozen=True)
class Csat:
    """Satisfied users of `n` who answered; `said` in words, with its interval."""

    n: int
    said: str
    is_good: bool

    def to_json(self) -> Json:
        return vars(self)


def of_users(pulses: Sequence[Pulse], actions: Collection[str]) -> list[Pulse]:
    """Those that only users were asked in: who ran its actions, or for whom one had come to hold; the newest first."""
    found = [each for each in pulses if _is_of_users(each.survey, actions)]
    return sorted(found, key=lambda each: each.closed_at, reverse=True)


def _is_of_users(survey: Survey, actions: Collection[str]) -> bool:
    named = survey.audience.ran
    if isinstance(survey.schedule, After) and survey.schedule.moment is Moment.CONVERGED:
        named = named or survey.schedule.actions
    return bool(named) and set(named) <= set(actions)


def figure_of(pulse: Pulse) -> Figure | None:
    """Of its first question about satisfaction; None where it has none, or nothing of it may be shown."""
    asked = (each for each in pulse.questions if each.question.scale is Scale.CSAT)
    first = next(asked, None)
    return first.everybody if first is not None else None


def csat(figure: Figure) -> Csat:
    low, high = _interval(figure)
    exact = figure.k / figure.n if figure.k is not None and figure.reads == EXACT else None
    reads = f"{exact:.0%}" if exact is not None else str(figure.reads)
    spaced = reads if reads.endswith(" %") else reads.replace("%", " %")
    said = f"{spaced} of {figure.n} ({low:.0%} to {high:.0%})".replace("%)", " %)").replace("% to", " % to")
    return Csat(figure.n, said, is_good=figure.reads == HIGH or (exact is not None and exact >= GOOD))


def _interval(figure: Figure) -> tuple[float, float]:
    """Wide enough for all that it may be, where it is not told how many."""
    found = [Share(k, figure.n).interval or (0.0, 1.0) for k in figure.bounds]
    return min(low for low, _ in found), max(high for _, high in found)
