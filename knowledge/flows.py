"""`flows/TEAM.yaml`: a team's way to production, step by step, as the team itself told it, a team a file.

Its shapes and how they are read. How one is drawn, and what the waits of all teams sum up to, is in `bot.discovery`.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import PurePosixPath

from bot.friction import Stage
from knowledge.people import People
from knowledge.policies import Span
from knowledge.problem import Level, Problem
from knowledge.schema import Fields, Value, clip, did_you_mean

FOLDER = "flows"
KEYS = ("team", "made_with", "reviewed", "steps")
STEP_KEYS = ("name", "stage", "by", "wait", "pain", "action", "capability")
HAND, MACHINE = "hand", "machine"
STAGES = tuple(each.value for each in Stage if each is not Stage.UNSURE)
STEPS_MOST, NAME_MOST, PAIN_MOST = 40, 60, 160  # more steps are no way that anybody can look at; characters
WAIT_MOST = timedelta(days=365)
LOOKED_AT_EVERY = Span(months=6)
AMOUNT = r"(\d{1,4}(?:\.\d)?)(?: (minute|hour|day|week)s?)?"
WAIT = re.compile(rf"{AMOUNT}(?: to {AMOUNT})?", re.ASCII)
UNITS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}


@dataclass(frozen=True)
class Wait:
    """How long it waits by the clock, nights and weekends included; `least` and `most` are the same where
    one is said; `said` is as the team said it.
    """

    least: timedelta
    most: timedelta
    said: str = field(default="", compare=False)


@dataclass(frozen=True)
class Step:
    """`wait` is what passes before it is begun; None where nothing is said of it."""

    name: str
    stage: Stage
    is_by_hand: bool
    wait: Wait | None = None
    pain: str = ""
    action: str = ""
    capability: str = ""


@dataclass(frozen=True)
class Flow:
    team: str
    made_with: date  # the day it was made with the team
    steps: tuple[Step, ...]
    reviewed: date | None = None
    file: str = field(default="", compare=False)
    line: int = field(default=1, compare=False)

    @property
    def looked_at(self) -> date:
        return max(self.made_with, self.reviewed or self.made_with)

    @property
    def look_again(self) -> date:
        """The day on which it is to be looked at with the team again."""
        return LOOKED_AT_EVERY.after(self.looked_at)

    @property
    def by_hand(self) -> int:
        return sum(each.is_by_hand for each in self.steps)


NO_FLOWS: tuple[Flow, ...] = ()


@dataclass(frozen=True)
class Around:
    """What else the handbook has, that a flow may name; None for a file that has errors itself."""

    people: People | None
    actions: Collection[str] | None  # ids
    capabilities: Collection[str] | None


def read_flow(root: Value, around: Around) -> Flow | None:
    """The file's content; what is wrong is noted at `root`, and then the result is not to be used."""
    fields = root.fields(*KEYS)
    team = fields.get("team", Value.name, "") or PurePosixPath(root.file).stem
    people = around.people
    if people is not None and team not in people.teams:
        otherwise = "call the file like the team, or name it with `team:`"
        fix = did_you_mean(team, tuple(people.teams), otherwise=otherwise)
        fields.values.get("team", root).wrong(f'"{clip(team)}" is no team of people.yaml', fix)
    made_with = fields.need("made_with", Value.day, "write the day on which the team made it with you, as 2026-01-31")
    reviewed = fields.get("reviewed", Value.day, None)
    steps = fields.need("steps", lambda each: _steps(each, around), "list the steps from code to production")
    if made_with and reviewed and reviewed < made_with:
        fields["reviewed"].wrong(
            f"it was reviewed on {reviewed}, before it was made", "correct the day, or take it out"
        )
    return Flow(team, made_with, steps, reviewed, root.file, root.line) if made_with and steps else None


def twice(flows: Sequence[Flow]) -> Iterator[Problem]:
    """An error for a team that has two files."""
    seen: dict[str, Flow] = {}
    for each in flows:
        if each.team in seen:
            what = f'the team "{each.team}" has {seen[each.team].file} already'
            yield Problem(each.file, each.line, "team", what, "keep one of them")
        seen.setdefault(each.team, each)


def overdue(flows: Sequence[Flow], today: date) -> Iterator[Problem]:
    """A warning for each that nobody looked at for six months."""
    for each in flows:
        if each.look_again <= today:
            what = f"it was looked at last on {each.looked_at}, six months ago or longer"
            fix = "look at it with the team, and move `reviewed`"
            yield Problem(each.file, each.line, "reviewed", what, fix, Level.WARNING)


def _steps(value: Value, around: Around) -> tuple[Step, ...] | None:
    items = value.items()
    if not 2 <= len(items) <= STEPS_MOST:
        value.wrong(f"{len(items)} steps are listed", f"list 2 to {STEPS_MOST}; what is always done together is one")
    found = [one for item in items if (one := _step(item, around)) is not None]
    return tuple(found) or None


def _step(value: Value, around: Around) -> Step | None:
    fields = value.fields(*STEP_KEYS)
    name = fields.need("name", lambda each: _line(each, NAME_MOST), "say in a few words what is done")
    stage = fields.need("stage", lambda each: each.choice(STAGES), f"write one of: {', '.join(STAGES)}")
    by = fields.need("by", lambda each: each.choice((HAND, MACHINE)), "write hand or machine")
    wait, pain = fields.get("wait", _wait, None), fields.get("pain", lambda each: _line(each, PAIN_MOST), "")
    action = _named(fields, "action", around.actions, "is no action of the catalogue")
    capability = _named(fields, "capability", around.capabilities, "is no capability of capabilities.yaml")
    if not (name and stage and by):
        return None
    return Step(name, Stage(stage), by == HAND, wait, pain, action, capability)


def _line(value: Value, most: int) -> str | None:
    text = value.text(at_most=most)
    return " ".join(text.split()) if text else None


def _named(fields: Fields, key: str, known: Collection[str] | None, what: str) -> str:
    name = fields.get(key, Value.name, "")
    if name and known is not None and name not in known:
        fix = did_you_mean(name, tuple(known), otherwise="correct it, or take the line out")
        fields[key].wrong(f'"{clip(name)}" {what}', fix)
    return name


def _wait(value: Value) -> Wait | None:
    text = value.text()
    if text is None:
        return None
    found = WAIT.fullmatch(text)
    wait = _span(found, text) if found else None
    if wait is None or not timedelta(0) < wait.most <= WAIT_MOST or wait.least > wait.most:
        fix = 'write for example "20 minutes", "2 hours" or "1 to 3 days", the shorter one first'
        value.wrong(f'"{clip(text)}" is no time that a step waits', fix)
        return None
    return wait


def _span(found: re.Match[str], text: str) -> Wait | None:
    """`1 to 3 days`: the unit of the first is the second's where it has none."""
    first, first_unit, second, second_unit = found.groups()
    last_unit = second_unit if second is not None else first_unit
    if last_unit is None:
        return None
    least = float(first) * UNITS[first_unit or last_unit]
    most = float(second) * UNITS[last_unit] if second is not None else least
    return Wait(least, most, text)
