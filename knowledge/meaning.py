"""Finds passages by what they mean: by the cosine of vectors that others made of them (`bot.embeddings`).

Pure given the vectors. Takes numpy in only when there is a vector to compare, so that nobody else needs it. Knows no
model: what a cosine is worth differs from one to the next, so each is set against how alike the handbook's passages
are among themselves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from knowledge.confidence import Meaning
from knowledge.pages import Page

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

Vectors = Mapping[str, bytes]  # by `passages.key_of` a passage's text: little-endian float16, of any length but 0

STANDARD = 10  # pages, the first one among them, that the first is set against


@dataclass(frozen=True)
class Means:
    """What the leg says of one question. Cosines, by page number; `places` are those of the sections they are of."""

    best: Mapping[int, float]
    places: Mapping[int, int]
    background: float  # mean cosine of any two passages of the handbook
    standard: float  # mean cosine of the ten best pages
    of: Callable[[int], float]  # any page's cosine

    def evidence(self, number: int) -> Meaning:
        scale = 1.0 - self.background
        cosine = self.of(number)
        return Meaning((cosine - self.background) / scale, (cosine - self.standard) / scale)


@dataclass(frozen=True)
class MeaningLeg:
    """The vectors of a collection's passages, those of one page one after the other."""

    _vectors: "Floats"
    _starts: "npt.NDArray[np.intp]"  # of each page
    _numbers: Sequence[int]  # of each page
    _background: float

    @classmethod
    def build(cls, pages: Mapping[int, Page], vectors: Vectors) -> "MeaningLeg | None":
        """None unless every passage has a vector: half a leg would favour the pages that it knows."""
        keys = {number: page.keys for number, page in sorted(pages.items()) if page.keys}
        made = [vectors.get(key, b"") for key in chain.from_iterable(keys.values())]
        if not made or not made[0] or len({len(vector) for vector in made}) > 1:
            return None
        import numpy as np

        units = _units(b"".join(made), len(made))
        starts = np.cumsum([0, *(len(some) for some in keys.values())][:-1])
        return cls(units, starts, tuple(keys), _background(units))

    def best(self, vector: bytes, limit: int) -> Means | None:
        """The pages nearest to the question's vector; None for one of another model."""
        import numpy as np

        if len(vector) != 2 * self._vectors.shape[1]:
            return None
        cosines = self._vectors @ _units(vector, 1)[0]
        by_page = np.maximum.reduceat(cosines, self._starts)
        order = np.argsort(-by_page, kind="stable")
        first = [int(row) for row in order[:limit]]
        rows = dict(zip(self._numbers, range(len(self._numbers)), strict=True))
        ends = np.append(self._starts[1:], len(cosines))
        return Means(
            {self._numbers[row]: float(by_page[row]) for row in first},
            {self._numbers[row]: int(np.argmax(cosines[self._starts[row] : ends[row]])) for row in first},
            self._background,
            float(by_page[order[:STANDARD]].mean()),
            lambda number: float(by_page[rows[number]]) if number in rows else self._background,
        )


def _units(packed: bytes, count: int) -> "Floats":
    """The vectors at length 1; one that is all 0 stays so and is like nothing."""
    import numpy as np

    floats: Floats = np.frombuffer(packed, "<f2").reshape(count, -1).astype(np.float32)
    lengths = np.linalg.norm(floats, axis=1, keepdims=True)
    units: Floats = floats / np.maximum(lengths, np.float32(1e-6))
    return units


def _background(units: "Floats") -> float:
    """By the mean vector, so that not every pair must be looked at. 0.0 for a single passage; never near 1."""
    count = len(units)
    if count < 2:
        return 0.0
    mean = units.mean(axis=0)
    alike = (count * count * float(mean @ mean) - count) / (count * count - count)
    return min(max(alike, 0.0), 0.95)
