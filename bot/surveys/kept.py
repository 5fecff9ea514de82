"""What is kept of a closed wave's answers: what may be shown of them, and nothing else. Pure.

Decided once, when the wave closes (`deciding`); read for as long as the wave is there. It leads to no single answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.model import Json
from bot.surveys.figures import Nps
from bot.surveys.suppression import Cell, Group, Reading, Released, Shown


@dataclass(frozen=True)
class KeptQuestion:
    """What may be shown of `n` valid answers; None and empty for what may not.

    `nps` are the net promoters and `spread` how many gave each score: both of over 20 answers alone. For the waves
    after it are `groups`, those that may be told apart, also where none of their figures is shown; and `is_known`,
    whether it follows from who answered who is in them. Both are decided by who answered, not by what they said.
    """

    n: int
    groups: tuple[Group, ...] = ()
    is_known: bool = False
    released: Released | None = None
    choices: Mapping[str, Cell] = field(default_factory=dict)
    nps: Nps | None = None
    spread: tuple[int, ...] = ()


@dataclass(frozen=True)
class Kept:
    """`questions` are by name, and only those of which anything may be said. The counts stay when people are erased."""

    answers: int
    invited: int
    delivered: int
    questions: Mapping[str, KeptQuestion] = field(default_factory=dict)


def to_json(kept: Kept) -> Json:
    counts = {"answers": kept.answers, "invited": kept.invited, "delivered": kept.delivered}
    return {**counts, "questions": {name: _question_json(each) for name, each in kept.questions.items()}}


def from_json(said: Mapping[str, Any]) -> Kept:
    questions = {name: _question(each) for name, each in said["questions"].items()}
    return Kept(said["answers"], said["invited"], said["delivered"], questions)


def _question_json(kept: KeptQuestion) -> Json:
    return {
        "n": kept.n,
        "groups": [dict(sorted(each)) for each in kept.groups],
        "is_known": kept.is_known,
        "released": _released_json(kept.released) if kept.released else None,
        "choices": {choice: _cell_json(cell) for choice, cell in kept.choices.items()},
        "nps": vars(kept.nps) if kept.nps else None,
        "spread": list(kept.spread),
    }


def _question(said: Mapping[str, Any]) -> KeptQuestion:
    return KeptQuestion(
        n=said["n"],
        groups=tuple(_group(each) for each in said["groups"]),
        is_known=said["is_known"],
        released=_released(said["released"]) if said["released"] else None,
        choices={choice: _cell(each) for choice, each in said["choices"].items()},
        nps=Nps(**said["nps"]) if said["nps"] else None,
        spread=tuple(said["spread"]),
    )


def _released_json(released: Released) -> Json:
    tables = [
        {"by": list(table), "cells": [_cell_json(each) for each in shown.cells], "hidden": shown.hidden}
        for table, shown in released.tables.items()
    ]
    return {"everybody": _cell_json(released.everybody), "tables": tables}


def _released(said: Mapping[str, Any]) -> Released:
    tables = {
        tuple(each["by"]): Shown(tuple(map(_cell, each["cells"])), each["hidden"]) for each in said["tables"]
    }  # fmt: skip
    return Released(_cell(said["everybody"]), tables)


def _cell_json(cell: Cell) -> Json:
    return {"group": dict(sorted(cell.group)), "n": cell.n, "k": cell.k, "reads": cell.reads.value}


def _cell(said: Mapping[str, Any]) -> Cell:
    return Cell(_group(said["group"]), said["n"], said["k"], Reading(said["reads"]))


def _group(said: Mapping[str, str]) -> Group:
    return frozenset(said.items())
