"""Typed readers over the strict YAML tree: a value, or a problem noted with its place and the way to mend it.

Knows the shapes that handbook files share (ids, dates, times, zones, choices). Which keys a file has is said in the
module of that file. Reads no files.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from typing import TypeVar
from zoneinfo import available_timezones

from rapidfuzz import fuzz, process, utils

from knowledge import strict_yaml
from knowledge.problem import Level, Problem
from knowledge.strict_yaml import Mapping, Node, Scalar

T = TypeVar("T")
D = TypeVar("D")

# Slack promises no length; real ids have 9 to 11 characters, and the demo's are shorter.
CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{5,20}")
USER_ID = re.compile(r"[UW][A-Z0-9]{5,}")
USERGROUP_ID = re.compile(r"S[A-Z0-9]{5,}")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
END_OF_DAY = "24:00"
NUMBER = re.compile(r"\d+(\.\d+)?", re.ASCII)
WORDS_OF_TRUTH = {"yes": True, "true": True, "no": False, "false": False}
NEAR = 70  # rapidfuzz's 0 to 100: `anwser` for `answer` has 83, `team` for `tags` 50
SHOWN = 40  # of a wrong value; enough to find it


@dataclass(frozen=True)
class Value:
    """A node, its dotted path, and the list that its problems are written to."""

    node: Node
    file: str
    problems: list[Problem]
    path: str = ""
    level: Level = Level.ERROR

    @property
    def line(self) -> int:
        return self.node.line

    @property
    def is_empty(self) -> bool:
        return isinstance(self.node, Scalar) and self.node.is_empty

    def wrong(self, what: str, fix: str, *, at: str = "", level: Level | None = None) -> None:
        """Notes a problem here, or at a key that belongs here."""
        field = f"{self.path}.{at}".strip(".") if at else self.path
        self.problems.append(Problem(self.file, self.line, field, what, fix, level or self.level))

    def below(self, node: Node, path: str) -> "Value":
        return Value(node, self.file, self.problems, path, self.level)

    def fields(self, *known: str) -> "Fields":
        """The mapping's values by key; keys that are not known are problems."""
        values = self.named()
        for key, value in values.items():
            if key not in known:
                value.wrong(f'unknown key "{clip(key)}"', did_you_mean(key, known))
        return Fields(self, {key: value for key, value in values.items() if key in known})

    def named(self) -> dict[str, "Value"]:
        """The mapping's values under names of the author's choice; empty when it is no mapping."""
        if not isinstance(self.node, Mapping):
            self.wrong(f"is {kind(self.node)}, `key: value` lines are expected", "write keys below it, indented")
            return {}
        prefix = f"{self.path}." if self.path else ""
        return {entry.key: self.below(entry.value, prefix + entry.key) for entry in self.node.entries}

    def items(self) -> list["Value"]:
        """The list's values; empty when it is no list."""
        if not isinstance(self.node, strict_yaml.Sequence):
            self.wrong(f"is {kind(self.node)}, a list is expected", "write each on a line with `- `, or in [ ]")
            return []
        return [self.below(item, f"{self.path}[{index}]") for index, item in enumerate(self.node.items)]

    def text(self, *, at_most: int = 2000) -> str | None:
        """The scalar as written, trimmed; None, noted, when it is empty, too long or no scalar."""
        if not isinstance(self.node, Scalar):
            self.wrong(f"is {kind(self.node)}, a text is expected", "write one text, in quotes if it has [ ] or { }")
            return None
        if self.node.is_empty or not self.node.text.strip():
            self.wrong("has no value", "write one, or take the key out")
            return None
        if len(self.node.text) > at_most:
            self.wrong(f"has {len(self.node.text)} characters, {at_most} are allowed", "shorten it")
            return None
        return self.node.text.strip()

    def texts(self) -> tuple[str, ...]:
        return tuple(text for item in self.items() if (text := item.text()) is not None)

    def name(self) -> str | None:
        return self.text(at_most=80)

    def yes_or_no(self) -> bool | None:
        return _typed(self, lambda text: WORDS_OF_TRUTH.get(text.lower()), "is neither yes nor no", "write yes or no")

    def share(self) -> float | None:
        """A number from 0 to 1."""
        return _typed(self, _share, "is not a number from 0 to 1", "write a number such as 0.6")

    def day(self) -> date | None:
        return _typed(self, day_of, "is not a date", "write it as 2026-01-31")

    def time_of_day(self) -> time | None:
        """A time; `24:00` is the last moment of the day."""
        return _typed(self, _time, "is not a time of day", 'write it as "09:00", from 00:00 to 24:00')

    def zone(self) -> str | None:
        text = self.text()
        if text is None or text in zones():
            return text
        self.wrong(
            f'"{clip(text)}" is not a known time zone',
            did_you_mean(text, sorted(zones()), otherwise="write a zone such as Europe/London or UTC"),
        )
        return None

    def choice(self, allowed: Sequence[str]) -> str | None:
        text = self.text()
        if text is None or text in allowed:
            return text
        choices = f"write one of: {', '.join(allowed)}"
        self.wrong(f'"{clip(text)}" is not allowed here', did_you_mean(text, allowed, otherwise=choices))
        return None

    def channel_id(self) -> str | None:
        fix = "copy the id at the bottom of the channel's details in Slack; it begins with C or G"
        return self.shaped(CHANNEL_ID, "is not a channel id", fix)

    def user_id(self) -> str | None:
        fix = "copy the member id from the person's profile in Slack; it begins with U or W"
        return self.shaped(USER_ID, "is not a person's id", fix)

    def usergroup_id(self) -> str | None:
        return self.shaped(USERGROUP_ID, "is not a user group's id", "copy the group's id in Slack; it begins with S")

    def is_user_id(self, key: str) -> bool:
        """Whether the key under which this value stands is a person's id; noted when not."""
        keyed = self.below(Scalar(key, self.line), self.path)
        return keyed.user_id() is not None

    def dangling(self, name: str, there: str, known: Sequence[str]) -> None:
        """Notes that the name is not among those under the key `there`."""
        self.wrong(f'"{clip(name)}" is not under {there}', did_you_mean(name, known, otherwise=f"add it to {there}"))

    def shaped(self, shape: re.Pattern[str], what: str, fix: str) -> str | None:
        """The text when the whole of it has the shape."""
        return _typed(self, lambda text: text if shape.fullmatch(text) else None, what, fix)


@dataclass(frozen=True)
class Fields:
    """The known keys of one mapping."""

    whole: Value
    values: dict[str, Value]

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)

    def __getitem__(self, key: str) -> Value:
        return self.values[key]

    def get(self, key: str, read: Callable[[Value], T | None], default: D) -> T | D:
        """What the reader makes of the key's value; the default when the key is missing or wrong."""
        if key not in self.values:
            return default
        found = read(self.values[key])
        return default if found is None else found

    def need(self, key: str, read: Callable[[Value], T | None], fix: str) -> T | None:
        """Like `get`, but a missing key is a problem."""
        if key not in self.values:
            self.whole.wrong(f'"{key}" is missing', fix, at=key)
            return None
        return read(self.values[key])


def did_you_mean(text: str, known: Sequence[str], *, otherwise: str = "") -> str:
    """The fix for a word not known: the nearest known one, else the list of them."""
    near = nearest(text, known)
    return f'did you mean "{near}"?' if near else otherwise or f"take it out; known here: {', '.join(known)}"


def nearest(text: str, known: Sequence[str]) -> str | None:
    """The known word that the text is probably a slip for."""
    found = process.extractOne(text[:100], known, scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=NEAR)
    return str(found[0]) if found else None


def clip(text: str) -> str:
    """The text on one line, as much as helps to find it."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"


def kind(node: Node) -> str:
    if isinstance(node, Scalar):
        return "empty" if node.is_empty else "a single text"
    return "a list" if isinstance(node, strict_yaml.Sequence) else "a mapping"


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _typed(value: Value, convert: Callable[[str], T | None], what: str, fix: str) -> T | None:
    text = value.text()
    if text is None:
        return None
    converted = convert(text)
    if converted is None:
        value.wrong(f'"{clip(text)}" {what}', fix)
    return converted


def _share(text: str) -> float | None:
    return float(text) if NUMBER.fullmatch(text) and float(text) <= 1 else None


def day_of(text: str) -> date | None:
    """The day that is written as 2026-01-31; None for anything else."""
    try:
        return date.fromisoformat(text) if DATE.fullmatch(text) else None
    except ValueError:
        return None


def _time(text: str) -> time | None:
    if text == END_OF_DAY:
        return time.max
    return time.fromisoformat(text) if TIME.fullmatch(text) else None
