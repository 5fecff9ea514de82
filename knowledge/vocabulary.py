"""The words that a collection of pages holds: how many pages hold each, and which one a misspelled word means."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from knowledge.pages import Page
from knowledge.spelling import Spelling, Stems


class Vocabulary:
    """Never changed; `changed` gives its successor. Only words of these pages have any influence."""

    def __init__(self, stems: Stems, pages: Sequence[Page]) -> None:
        self._stems = stems
        self._pages = len(pages)
        self._words = Counter[str]()
        self._frequency = Counter[str]()
        self._count(pages, +1)
        self._spelling = Spelling(self._words)

    def changed(self, gone: Sequence[Page], new: Sequence[Page]) -> "Vocabulary":
        """The vocabulary after these pages went and those came."""
        successor = Vocabulary(self._stems, ())
        successor._pages = self._pages + len(new) - len(gone)
        successor._words, successor._frequency = self._words.copy(), self._frequency.copy()
        successor._count(gone, -1)
        successor._count(new, +1)
        touched = {word for page in (*gone, *new) for word in page.words}
        successor._spelling = self._spelling.changed(
            gone=[word for word in touched if word in self._words and word not in successor._words],
            new=[word for word in touched if word in successor._words and word not in self._words],
        )
        return successor

    def stem(self, word: str) -> str:
        return self._stems.of(word)

    def pages_with(self, stem: str) -> int:
        return self._frequency[stem]

    def nearest(self, word: str) -> str:
        """The word held that is spelled most like this one; the word itself when none is close."""
        return self._spelling.nearest(word)

    def idf(self, stem: str) -> float:
        """BM25's inverse document frequency of a stem, over pages; highest for one that no page holds."""
        having = self._frequency[stem]
        return math.log(1 + (self._pages - having + 0.5) / (having + 0.5))

    def _count(self, pages: Iterable[Page], sign: int) -> None:
        for page in pages:
            _add(self._words, page.words, sign)
            _add(self._frequency, set(map(self._stems.of, page.words)), sign)


def _add(counts: Counter[str], found: Iterable[str], sign: int) -> None:
    if sign > 0:
        counts.update(found)
        return
    for one in found:
        counts[one] -= 1
        if not counts[one]:
            del counts[one]
