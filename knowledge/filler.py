"""Rows that nobody can find, which hold the average length of a field at a chosen value.

tantivy takes the average from all rows its segments were built of, deleted ones included, and cannot be told another.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Row: TypeAlias = Sequence[str]  # one text for each field, its words space-separated

FINENESS = 16  # steps of an average to one word: what it is rounded to, so that whole words can make it up
FILLER = "_"  # a word nobody can ask for: no word has an underscore


@dataclass(frozen=True)
class Size:
    """How many rows, and how many words they have in each field."""

    rows: int
    words: tuple[int, ...]

    @classmethod
    def of(cls, rows: Iterable[Row], *, fields: int) -> "Size":
        lengths = [[len(text.split()) for text in row] for row in rows]
        return cls(len(lengths), tuple(sum(row[field] for row in lengths) for field in range(fields)))

    def __add__(self, other: "Size") -> "Size":
        return Size(self.rows + other.rows, tuple(a + b for a, b in zip(self.words, other.words, strict=True)))

    def __sub__(self, other: "Size") -> "Size":
        return Size(self.rows - other.rows, tuple(a - b for a, b in zip(self.words, other.words, strict=True)))


def filler(live: Size, held: Size) -> list[Row]:
    """Rows that, beside those held, give every field the average of the live rows to the nearest step. At least one."""
    steps = [max(1, round(FINENESS * words / live.rows)) for words in live.words]
    least = max(held.rows + 1, *(-(-words * FINENESS // step) for words, step in zip(held.words, steps, strict=True)))
    rows = -(-least // FINENESS) * FINENESS
    lacking = [step * rows // FINENESS - words for step, words in zip(steps, held.words, strict=True)]
    longest = tuple(" ".join([FILLER] * words) for words in lacking)
    return [longest, *[("",) * len(steps)] * (rows - held.rows - 1)]
