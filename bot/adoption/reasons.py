"""Why teams do not use something, in six reasons; what is counted of it, and which teams are asked. Pure.

A reason is the team's, and nobody's: who pressed is not kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from bot.adoption.courses import Course, State
from bot.model import Json

ABSENT = (State.NOT_YET, State.LEFT, State.EQUIVALENT)  # how a team stands that has a reason to give
ASK_EVERY = timedelta(days=30)  # a team, about whatever
ASK_AGAIN = timedelta(days=180)  # a team, about the same
OFFERED_FOR = timedelta(days=30)  # before that a team may just not have come to it


class Reason(StrEnum):
    LACKS = "lacks"
    HARD = "hard"
    HAVE = "have"
    TIME = "time"
    UNKNOWN = "unknown"
    OTHER = "other"


IN_WORDS: Mapping[Reason, str] = {
    Reason.LACKS: "it lacks something we need",
    Reason.HARD: "too hard to begin with",
    Reason.HAVE: "what we have does it",
    Reason.TIME: "no time so far",
    Reason.UNKNOWN: "we did not know of it",
    Reason.OTHER: "another reason",
}
STANDS = {State.NOT_YET: "never used it", State.LEFT: "left", State.EQUIVALENT: "have an equivalent"}


@dataclass(frozen=True)
class WhyNot:
    """Reasons of teams that stand so today, by how they stand; `asked` are teams that were asked in the window."""

    given: Mapping[State, Mapping[Reason, int]] = field(default_factory=dict)
    asked: int = 0

    @property
    def n(self) -> int:
        """Teams that gave one."""
        return sum(sum(each.values()) for each in self.given.values())

    def to_json(self) -> Json:
        given = {state.value: {reason.value: n for reason, n in theirs.items()} for state, theirs in self.given.items()}
        return {"n": self.n, "asked": self.asked, "given": given}

    def lines(self) -> list[str]:
        """Of each kind of standing, what was said most first."""
        return [
            f"{STANDS[state]}: " + ", ".join(f"{IN_WORDS[reason]} {n}" for reason, n in _ordered(theirs))
            for state, theirs in self.given.items()
            if theirs
        ]


NO_REASONS = WhyNot()


def _ordered(given: Mapping[Reason, int]) -> list[tuple[Reason, int]]:
    order = list(Reason)
    return sorted(given.items(), key=lambda each: (-each[1], order.index(each[0])))


def why_not(now: Mapping[str, Course], said: Iterable[tuple[str, date, str]], *, asked: Iterable[str]) -> WhyNot:
    """From how each team stands that may choose it, and what was said, the oldest first.

    A team's newest reason counts; not one from before it last used it: it came back since.
    """
    newest = {team: (day, reason) for team, day, reason in said if team in now}
    given: dict[State, dict[Reason, int]] = {}
    for state in ABSENT:
        theirs: dict[Reason, int] = {}
        for team, (day, reason) in newest.items():
            if now[team].state is state and not any(used > day for used in now[team].used):
                theirs[Reason(reason)] = theirs.get(Reason(reason), 0) + 1
        given[state] = theirs
    return WhyNot({state: theirs for state, theirs in given.items() if theirs}, len(set(asked) & now.keys()))


# Whom to ask.


@dataclass(frozen=True)
class Open:
    """A capability that a team may choose, and does not use."""

    capability: str
    team: str
    since: date  # when it could first


def whom_to_ask(
    absent: Sequence[Open], asked: Mapping[str, Sequence[tuple[str, date]]], said: Sequence[tuple[str, str, date]],
    *, today: date,
) -> list[Open]:  # fmt: skip
    """At most one question for each team: about what came last. `said` is capability, team and day of each reason."""
    lately = {team for pairs in asked.values() for team, day in pairs if today - day < ASK_EVERY}
    known = {(name, team) for name, pairs in asked.items() for team, day in pairs if today - day < ASK_AGAIN}
    known |= {(name, team) for name, team, day in said if today - day < ASK_AGAIN}
    found: dict[str, Open] = {}
    for each in sorted(absent, key=lambda each: (each.since, each.capability)):
        is_known = (each.capability, each.team) in known
        if each.team not in lately and not is_known and today - each.since >= OFFERED_FOR:
            found[each.team] = each  # the newest
    return [found[team] for team in sorted(found)]
