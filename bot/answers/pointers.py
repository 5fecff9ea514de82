"""A pointer to a solved thread: where, and when it was solved; never a word of it, nor anybody's name. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.blockkit import link


@dataclass(frozen=True)
class Pointer:
    """`url` is the thread's permalink."""

    channel_id: str
    ts: str
    solved_on: date
    url: str

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "solved_on": self.solved_on.isoformat()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Pointer":
        """The pointer that `to_json` wrote."""
        return cls(**{**value, "solved_on": date.fromisoformat(value["solved_on"])})


def pointed(pointers: Sequence[Pointer], *, today: date) -> str:
    """In a sentence, with the links; "" for none."""
    if not pointers:
        return ""
    named = [
        f"{link(each.url, 'this one' if number else 'this thread')} on {day(each.solved_on, today=today)}"
        for number, each in enumerate(pointers)
    ]
    return f"A question like this was solved in {', and in '.join(named)}."


def day(solved_on: date, *, today: date) -> str:
    """Such as "3 Nov"; with its year when that is not this one."""
    return f"{solved_on.day} {solved_on:%b}" + (f" {solved_on.year}" if solved_on.year != today.year else "")
