"""The goals of docs/reliability.md: what each is called, what has to be tried for it, and how a run of it reads."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

NAUGHT = frozenset(
    {"lost", "doubled", "wrong", "escaped", "stuck", "unchecked"}
)  # what has to be counted, and never found


@dataclass(frozen=True)
class Goal:
    """`wants` is the least that a whole run tries. What `lasts` is told for how long; all others are repeated."""

    number: int
    title: str
    wants: Mapping[str, int] = field(default_factory=dict)
    group: str = "chaos"
    lasts: bool = False

    @property
    def name(self) -> str:
        return f"G{self.number}"

    @property
    def mark(self) -> str:
        """As it stands at its tests."""
        return f"goal(g={self.number})"


GOALS = {
    goal.number: goal
    for goal in (
        Goal(1, "killed anywhere", {"points": 60, "kills": 180}),
        Goal(2, "mutated signed payloads", {"payloads": 100_000}, "fuzz"),
        Goal(3, "forged and replayed requests", {"requests": 20_000}, "fuzz"),
        Goal(4, "a storm of events on two replicas", {"events": 10_000}),
        Goal(5, "acknowledged while all else stalls", {"acknowledged": 10_000}),
        Goal(6, "load on SQLite", {"events": 12_000}, "soak", lasts=True),
        Goal(7, "what came while it was away", {"messages": 7_000}),
        Goal(8, "clocks put forward and back", {"zones": 40}),
        Goal(9, "one run of each slot by many replicas", {"slots": 10_000, "kills": 200}),
        Goal(10, "a day of Slack's faults", {"hours": 24}),
        Goal(11, "databases that are away", {"minutes": 30}),
        Goal(12, "models that fail", {"faults": 40}),
        Goal(13, "broken files", {"files": 50_000}, "fuzz"),
        Goal(14, "who may do what", {"cells": 5_000}),
        Goal(15, "hostile input", {"inputs": 10_000, "contents": 20_000, "addresses": 2_000}, "fuzz"),
        Goal(16, "models that obey an attacker", {"attacks": 500}, "fuzz"),
        Goal(17, "private words outside their audience", {"days": 30}),
        Goal(18, "attacks on surveys", {"respondents": 10_000}),
        Goal(19, "secrets masked", {"secrets": 2_000, "harmless": 10_000}, "fuzz"),
        Goal(20, "what is left of somebody erased", {"erased": 1}),
        Goal(21, "changes of the audit found", {"changes": 10_000}),
        Goal(22, "migrations killed half-way", {"kills": 100}),
        Goal(23, "backups under load", {"backups": 200}),
        Goal(24, "soak", {"events": 24_000, "reconnects": 100}, "soak", lasts=True),
        Goal(25, "what it is made of", {"packages": 1}),
        Goal(26, "the whole bot against a model of it", {"sequences": 5_000}, "fuzz"),
        Goal(27, "the tests themselves", {"runs": 10}, "suite"),
    )
}


@dataclass(frozen=True)
class Outcome:
    """What came of all rounds of a goal, or of as many as there was time for."""

    goal: Goal
    seed: int
    minutes: float
    tried: Counter[str]
    passed: int
    failed: tuple[str, ...] = ()

    @property
    def is_held(self) -> bool:
        return self.passed > 0 and not self.failed and not self.found

    @property
    def found(self) -> dict[str, int]:
        return {what: self.tried[what] for what in sorted(NAUGHT) if self.tried[what]}

    @property
    def missing(self) -> dict[str, int]:
        return {what: least for what, least in self.goal.wants.items() if self.tried[what] < least}

    def line(self) -> str:
        counts = ", ".join(f"{what} {number:,}" for what, number in sorted(self.tried.items()))
        short = "".join(f"; fewer {what} than {least:,}" for what, least in self.missing.items())
        how = f"{self.passed} tests; seed {self.seed}; {self.minutes:.1f} min"
        return f"{self.goal.name} {self.goal.title}: {counts or 'nothing counted'}; {how}{short}: {self._verdict()}"

    def _verdict(self) -> str:
        if self.is_held:
            return "held"
        reasons = [*self.failed, *(f"{what} {number:,}" for what, number in self.found.items())]
        return f"NOT HELD ({', '.join(reasons) or 'no test ran'})"
