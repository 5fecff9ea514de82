"""What the signs say: each its value now, its trend, and a way out, or what would measure it. Pure.

There is no score over them, nothing is by person, and no words of messages are read: only counts that are there anyway.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.model import Json
from bot.statistics import FEWEST, Change, Share, change, counted, share_in_words
from knowledge.actions import Mode

WEEKS = 12  # of the trend
ROLLING = timedelta(weeks=4)
PUSHES = (Mode.DIRECT, Mode.BREAK_GLASS)
NOT_MEASURED = "not measured"
CHANGES = {
    Change.BETTER: "less than in the four weeks before",
    Change.WORSE: "more than in the four weeks before",
    Change.NONE: "no detectable change from the four weeks before",
    Change.TOO_FEW: "too few to compare with the four weeks before",
}


class Habit(StrEnum):
    """The four habits of an operations team that signs are of."""

    ASSUMPTIONS = "Assumptions"
    TOUCH_POINTS = "Manual touch points"
    CONSOLE = "Console and SSH"
    CLOSURES = "Closures as a goal"


@dataclass(frozen=True)
class Step:
    """Of the four weeks that end with this one; or a quarter. `n` is None of what is only counted."""

    label: str
    k: int
    n: int | None = None

    @property
    def in_words(self) -> str:
        if self.n is None:
            return str(self.k)
        return f"{self.k / self.n:.0%}".replace("%", " %") if self.n >= FEWEST else "too few"

    def to_json(self) -> Json:
        return vars(self)


@dataclass(frozen=True)
class Sign:
    """`said` is its value in words. Where it is not measured, `way_out` says what would measure it."""

    id: str
    habit: Habit
    title: str
    said: str
    way_out: str
    is_measured: bool = True
    trend: tuple[Step, ...] = ()
    is_there: bool = False  # of what is counted as it stands now, and has no trend

    @property
    def shows(self) -> bool:
        """Whether it was there lately, among cases enough to say so."""
        now = self.trend[-1] if self.trend else Step("", 0)
        return self.is_there or (now.k > 0 and (now.n is None or now.n >= FEWEST))

    def to_json(self) -> Json:
        told = {"id": self.id, "habit": self.habit.value, "title": self.title, "said": self.said}
        trend = [each.to_json() for each in self.trend]
        return {**told, "is_measured": self.is_measured, "way_out": self.way_out, "trend": trend}


@dataclass(frozen=True)
class Answer:
    """Whether closing tickets was a goal of the team in that quarter; None while nobody said."""

    quarter: str
    is_goal: bool | None


@dataclass(frozen=True)
class Known:
    """Counts with their moments, of the last sixteen weeks or more.

    `asked` tells of each question whether it asked to have something done. `runs` have the mode of their action.
    `reverts` is None where no controller says so; `has_actions`: there is anything to run. `debts` are pushed and have
    no proposal in their place. `ends` are when weeks ended, with what each is called, the newest last.

    As the handbook stands now, and None where it has none: `bets` are those without evidence of the open ones, `steps`
    those by hand of all steps of so many `flows`.
    """

    ends: Sequence[tuple[str, datetime]]
    asked: Sequence[tuple[datetime, bool]] = ()
    runs: Sequence[tuple[datetime, str]] = ()
    reverts: Sequence[datetime] | None = None
    has_actions: bool = False
    debts: Sequence[str] = ()
    answers: Sequence[Answer] = ()
    bets: Share | None = None
    steps: Share | None = None
    flows: int = 0


def signs(known: Known) -> tuple[Sign, ...]:
    """In the order of the habits."""
    return (
        _bets(known),
        _by_hand(known),
        _do_it_for_me(known),
        _pushes(known),
        _reverts(known),
        _break_glass(known),
        _not(
            "console.incidents",
            Habit.CONSOLE,
            "Console and SSH in incidents",
            "one question to an incident's owner, who may leave it",
        ),
        _closures(known),
    )


def _not(id_: str, habit: Habit, title: str, by: str) -> Sign:
    return Sign(id_, habit, title, NOT_MEASURED, f"It would be measured by {by}.", is_measured=False)


def _bets(known: Known) -> Sign:
    title, habit, id_ = "Bets without evidence", Habit.ASSUMPTIONS, "assumptions.bets"
    if known.bets is None:
        by = "the team's bets, written down with evidence and a day to look at them again (`bets/` in the handbook)"
        return _not(id_, habit, title, by)
    said = f"{known.bets.k} of {counted(known.bets.n, 'open bet')}, as the handbook stands now"
    ask = "Ask before you build: *Draft a bet* beside a gap or a theme begins with what people said."
    return Sign(id_, habit, title, said, ask if known.bets.k else "", is_there=known.bets.k > 0)


def _by_hand(known: Known) -> Sign:
    title, habit, id_ = "Steps by hand on the way to production", Habit.TOUCH_POINTS, "touch-points.steps"
    if known.steps is None:
        by = "the delivery flows of a few teams, written down step by step (`flows/` in the handbook)"
        return _not(id_, habit, title, by)
    where = f"{counted(known.steps.n, 'step')} in {counted(known.flows, 'flow')}"
    said = f"{known.steps.k} of {where}, as the handbook stands now"
    way = "`flows` draws them: the step by hand that most teams wait for is the next action."
    return Sign(id_, habit, title, said, way)


def _do_it_for_me(known: Known) -> Sign:
    steps = _steps(known, lambda since, until: _share(known.asked, since, until, bool))
    return Sign(
        "touch-points.do-it-for-me",
        Habit.TOUCH_POINTS,
        "Questions that ask the team to do it",
        _shares_in_words(steps, "questions"),
        "What is asked for most can be an action of the catalogue: `gaps` shows it, and drafts the entry.",
        trend=_trend(steps),
    )


def _pushes(known: Known) -> Sign:
    title, habit, id_ = "Runs that were pushed past Git", Habit.TOUCH_POINTS, "touch-points.pushes"
    if not known.has_actions:
        return _not(id_, habit, title, "actions in the catalogue, run through Mentor")
    steps = _steps(known, lambda since, until: _share(known.runs, since, until, lambda mode: mode in PUSHES))
    debts = f" Without one now: {', '.join(known.debts)}." if known.debts else ""
    way = f"An entry of the catalogue that proposes the same change takes the place of a push.{debts}"
    return Sign(id_, habit, title, _shares_in_words(steps, "runs"), way, trend=_trend(steps))


def _reverts(known: Known) -> Sign:
    title, habit, id_ = "Changes by hand that a controller put back", Habit.CONSOLE, "console.reverts"
    if known.reverts is None:
        return _not(id_, habit, title, "Argo CD or Flux, once they report here (docs/controllers.md)")
    moments = known.reverts
    steps = _steps(known, lambda since, until: (sum(since <= each < until for each in moments), None))
    way = "Each notice names the file in Git to change instead; a change that is needed often can be an action."
    return Sign(id_, habit, title, _counts_in_words(steps), way, trend=_trend(steps))


def _break_glass(known: Known) -> Sign:
    title, habit, id_ = "Break-glass runs", Habit.CONSOLE, "console.break-glass"
    if not known.has_actions:
        return _not(id_, habit, title, "actions in the catalogue, run through Mentor")

    def count(since: datetime, until: datetime) -> tuple[int, None]:
        return sum(since <= at < until and mode == Mode.BREAK_GLASS for at, mode in known.runs), None

    steps = _steps(known, count)
    way = "Each leaves a follow-up in `requests`: declare in Git what it changed, or say that it was taken back."
    return Sign(id_, habit, title, _counts_in_words(steps), way, trend=_trend(steps))


def _closures(known: Known) -> Sign:
    title, habit, id_ = "Closing tickets is a goal of ours", Habit.CLOSURES, "closures.goal"
    said = [each for each in known.answers if each.is_goal is not None]
    if not said:
        return _not(id_, habit, title, "the team's own yes or no, for which it is asked once a quarter in its channel")
    newest = said[-1]
    way = (
        "Set an outcome in its place: questions that peers solve, people who are satisfied, teams that choose us."
        if newest.is_goal
        else "Keep it so: `report` puts tickets closed last, beside what they cannot show."
    )
    trend = tuple(Step(each.quarter, int(bool(each.is_goal))) for each in said)
    words = f"{'yes' if newest.is_goal else 'no'}, said the team in {newest.quarter}"
    return Sign(id_, habit, title, words, way, trend=trend)


# Windows of four weeks.

Counted = tuple[int, int | None]
Steps = Sequence[Step]


def _steps(known: Known, count: Callable[[datetime, datetime], Counted]) -> Steps:
    return [Step(label, *count(until - ROLLING, until)) for label, until in known.ends]


def _share(
    told: Sequence[tuple[datetime, object]], since: datetime, until: datetime, is_one: Callable[..., bool]
) -> Counted:
    within = [what for at, what in told if since <= at < until]
    return sum(map(is_one, within)), len(within)


def _trend(steps: Steps) -> tuple[Step, ...]:
    return tuple(steps[-WEEKS:])


def _shares_in_words(steps: Steps, what: str) -> str:
    now, before = (Share(each.k, each.n or 0) for each in (steps[-1], steps[-1 - ROLLING.days // 7]))
    if not now.n:
        return f"no {what} in four weeks"
    return f"{share_in_words(now, what)}: {CHANGES[change(before, now, more_is_better=False)]}"


def _counts_in_words(steps: Steps) -> str:
    now, before = steps[-1].k, steps[-1 - ROLLING.days // 7].k
    return f"{counted(now, 'time')} in four weeks, {before} in the four weeks before"


def by_habit(found: Sequence[Sign]) -> Mapping[Habit, Sequence[Sign]]:
    return {habit: [each for each in found if each.habit is habit] for habit in Habit}
