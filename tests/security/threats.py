"""What a threat is here: an attack and what stops it, each control with a way to take it out and the tests that notice.

A control is taken out by replacing a text that stands once in one file. Its tests pass with it and fail without.
"""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Control:
    """`old` becomes `new` where the control is taken out. `tests` are node ids below `tests/`."""

    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def problem(self) -> str:
        """Why it cannot be shown; "" when it can."""
        path = ROOT / self.file
        if not path.is_file():
            return f"{self.file} is not there"
        if (count := path.read_text(encoding="utf-8").count(self.old)) != 1:
            return f"{self.file} holds {self.old!r} {count} times, and should once"
        if not self.tests:
            return f"{self.what}: no test is named"
        return next((f"there is no test {each}" for each in self.tests if not _is_there(each)), "")


@dataclass(frozen=True)
class Threat:
    """`name` is what `python -m tests.security` takes."""

    name: str
    attack: str
    controls: tuple[Control, ...]


def _is_there(node: str) -> bool:
    file, _, name = node.partition("::")
    path = ROOT / "tests" / file
    return path.is_file() and name.partition("[")[0] in _functions(path)


@cache
def _functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(each.name for each in tree.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))
