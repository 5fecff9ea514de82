"""Values of any type the bot has, made up: each field is filled with what people, articles or models could write."""

import dataclasses
import enum
import types
import typing
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any

from bot.blockkit import escape, section
from bot.digest.weeks import Week
from bot.kinds import kind_select
from bot.peers.solving import By
from bot.statistics import Share
from bot.storage.personal import PARTS
from bot.surveys.suppression import Cell, Group, Reading
from knowledge.surveys import Scale, Survey

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
DEEP = 8  # nested further than that, what may be left out is
MANY = (0, 1, 1, 2, 3, 10)  # who calls lists ten at most
KEYS: Mapping[str, tuple[Any, ...]] = {
    "Figures.response_by": (By.PEER, By.PLATFORM),
    "Kept.counts": (*(each.name for each in PARTS), "words"),
}
NOT_EMPTY = {"blocks", "verbs", "questions", "choices", "flows", "teams", "must_show"}  # by the loader, or by who calls


@dataclasses.dataclass(frozen=True)
class Maker:
    """`text` writes what stands in a field, by its owner (a class or a function) and its name."""

    chance: Random
    text: Callable[[str, str], str]

    def of(self, kind: Any, owner: str, name: str, depth: int = 0) -> Any:
        origin, inner = typing.get_origin(kind), typing.get_args(kind)
        if origin is None:
            return (
                self._whole(kind, owner, name, depth)
                if dataclasses.is_dataclass(kind)
                else self._plain(kind, owner, name)
            )
        if origin in (typing.Union, types.UnionType):
            is_left_out = type(None) in inner and (depth > DEEP or self.chance.random() < 0.3)
            kinds = [each for each in inner if each is not types.NoneType]
            return None if is_left_out else self.of(self.chance.choice(kinds), owner, name, depth + 1)
        if origin is tuple and inner[-1] is not ...:
            return tuple(self.of(each, owner, name, depth + 1) for each in inner)
        if issubclass(origin, Mapping):
            return self._mapping(inner, owner, name, depth)
        made = [self.of(inner[0], owner, name, depth + 1) for _ in range(self._many(name, depth))]
        assert issubclass(origin, Collection), kind
        return frozenset(made) if issubclass(origin, frozenset) else tuple(made)

    def _mapping(self, inner: tuple[Any, ...], owner: str, name: str, depth: int) -> Any:
        """Of blocks a section of ours; of what is counted by kind, each kind."""
        if name == "kind_menu":
            return kind_select("C0ASK", "1.0", "how-to")
        if inner == (str, Any):
            return section(escape(self.text(owner, name)))
        is_of_kinds = isinstance(inner[0], type) and issubclass(inner[0], enum.Enum)
        if keys := KEYS.get(f"{owner}.{name}", tuple(inner[0]) if is_of_kinds else ()):
            return {each: self.of(inner[1], owner, name, depth + 1) for each in keys}
        number = self._many(name, depth)
        made = [self.of(inner[0], owner, f"{name} key", depth + 1) for _ in range(number)]
        return {key: self.of(inner[1], owner, name, depth + 1) for key in made}

    def _many(self, name: str, depth: int) -> int:
        number = 0 if depth > DEEP else self.chance.choice(MANY)
        return max(number, 1) if name in NOT_EMPTY else number

    def _whole(self, kind: Any, owner: str, name: str, depth: int) -> Any:
        """An object with all its fields; those that hold only together are made together."""
        if kind is Share:
            n = self.chance.choice((0, 1, 40, 1_000_000))
            return Share(self.chance.randint(0, n), n)
        if kind is Week:
            return Week.of(self._plain(date, owner, name))
        if kind is Cell:
            n = self.chance.choice((5, 20, 4_000))
            reads = self.chance.choice(list(Reading))
            k = self.chance.randint(0, n) if reads is Reading.EXACT else None
            return Cell(self.of(Group, "Cell", "group", depth + 1), n, k, reads)
        hints = _hints(kind)
        fields = [each.name for each in dataclasses.fields(kind) if each.init]
        made = kind(**{each: self.of(hints[each], kind.__name__, each, depth + 1) for each in fields})
        if isinstance(made, Survey):  # the first question is answered by a press
            first, *rest = made.questions
            first = dataclasses.replace(first, scale=Scale.CSAT) if first.scale is Scale.TEXT else first
            return dataclasses.replace(made, questions=(first, *rest))
        return made

    def _plain(self, kind: Any, owner: str, name: str) -> Any:
        if kind is Any:
            return self.text(owner, name)
        if issubclass(kind, enum.Enum):
            return self.chance.choice(list(kind))
        if kind is bool:
            return self.chance.random() < 0.5
        simple: Mapping[type, Callable[[], Any]] = {
            str: lambda: self.text(owner, name),
            int: lambda: self.chance.choice((0, 1, 2, 7, 400)),
            float: lambda: self.chance.choice((0.0, 0.25, 1.0, 86_400.0)),
            date: lambda: (NOW + timedelta(days=self.chance.randrange(-400, 40))).date(),
            datetime: lambda: NOW + timedelta(minutes=self.chance.randrange(-400_000, 40_000)),
            timedelta: lambda: timedelta(minutes=self.chance.choice((0, 5, 90, 100_000))),
            time: lambda: time(self.chance.randrange(24), 30),
        }
        return simple[kind]()


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)
