"""How alike two askings are in their words, 0 to 1. Pure.

Word order does not count, rare words count more, and a slip of the pen is no other word. What follows from it is for
others to say; meaning beyond words is brought in by another comparison of the same shape.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping

from rapidfuzz import fuzz, process

from knowledge.spelling import Stems
from knowledge.text import ABBREVIATIONS, question_text, words

Alike = Callable[[str, str], float]  # two keys of askings that were compared together

OTHERS = 100  # as if so many other texts lay beside them: among three, a word of all three would say next to nothing
SLIP_AT = 85.0  # of 100: two long stems this alike are one word, written in two ways
SLIP_LENGTH = 5  # shorter words have too many neighbours


class WordLikeness:
    """Compares any two of these texts, by their keys: what their words have in common, against all they say.

    Dice's coefficient over stemmed content words, each weighted by how rare it is among these texts. Token ratios of
    whole texts found fewer paraphrases at the same rate of strangers: see docs/decisions/0015-gaps.md.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        stems = Stems()
        self._stems = {key: content(text, stems) for key, text in texts.items()}
        having = Counter(stem for found in self._stems.values() for stem in found)
        self._weights = {stem: math.log(1 + (OTHERS + len(texts)) / count) for stem, count in having.items()}
        self._totals = {key: self._weight(found) for key, found in self._stems.items()}

    def __call__(self, one: str, other: str) -> float:
        first, second = self._stems[one], self._stems[other]
        same = first & second
        if not same:  # nearly all pairs: slips are looked for only beside a word in common
            return 0.0
        shared = 2 * self._weight(same) + self._slips(first - same, second - same)
        return min(1.0, shared / (self._totals[one] + self._totals[other]))

    def _weight(self, stems: frozenset[str]) -> float:
        return math.fsum(self._weights[stem] for stem in stems)

    def _slips(self, first: frozenset[str], second: frozenset[str]) -> float:
        """The weight of words that differ by a slip, each taken once."""
        left = sorted(stem for stem in second if len(stem) >= SLIP_LENGTH)
        found = 0.0
        for stem in sorted(each for each in first if len(each) >= SLIP_LENGTH):
            nearest = process.extractOne(stem, left, scorer=fuzz.ratio, score_cutoff=SLIP_AT)
            if nearest is not None:
                left.remove(nearest[0])
                found += (self._weights[stem] + self._weights[nearest[0]]) * nearest[1] / 100
        return found


def content(text: str, stems: Stems) -> frozenset[str]:
    """The stems of the words that carry what is asked, spelled out; empty when nothing is."""
    spelled = (each for word in words(question_text(text)) for each in ABBREVIATIONS.get(word, word).split())
    return frozenset(map(stems.of, spelled))


def says_anything(text: str) -> bool:
    return bool(words(question_text(text)))
