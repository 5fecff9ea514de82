"""One thing wrong with a handbook file, said so that its author can mend it."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Problem:
    """Place, field, what is wrong and how to fix it.

    `file` is relative to the handbook; `line` counts from 1; `field` is a dotted path (`channels[0].answer`) or "".
    """

    file: str
    line: int
    field: str
    what: str
    fix: str
    level: Level = Level.ERROR

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field or 'file'}: {self.what}; {self.fix}"
