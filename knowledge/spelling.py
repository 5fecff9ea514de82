"""Words as an index knows them: their stems, and the known word that a misspelled one is likely to mean."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import tantivy
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

TYPO_LENGTH = 5  # shorter words have too many neighbours
TWO_EDITS_LENGTH = 8  # from here on two letters may be wrong
TYPO_CACHE = 4096  # unknown words remembered per index


class Stems:
    """Stems of words, those of articles' words computed once. Says nothing about which articles hold them."""

    def __init__(self) -> None:
        self._stemmer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).filter(
            tantivy.Filter.stemmer("english")
        ).build()  # fmt: skip
        self._seen: dict[str, str] = {}

    def of(self, word: str) -> str:
        """The stem of one word, remembered only when an article holds the word."""
        known = self._seen.get(word)
        return self._stemmer.analyze(word)[0] if known is None else known

    def join(self, words: Sequence[str]) -> str:
        """Stems of an article's words in order, space-separated."""
        for word in set(words).difference(self._seen):
            self._seen[word] = self._stemmer.analyze(word)[0]
        return " ".join(map(self._seen.__getitem__, words))


class Spelling:
    """Corrects words no article holds: one edit for short words, two for long ones, never in the first letter."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._shelved: dict[tuple[str, int], frozenset[str]] = _shelved(vocabulary)
        self._corrected: dict[str, str] = {}

    def changed(self, gone: Iterable[str], new: Iterable[str]) -> "Spelling":
        """The same with words taken out and others put in."""
        out, into = _shelved(gone), _shelved(new)
        if not out and not into:
            return self
        successor = Spelling(())
        successor._shelved = dict(self._shelved)
        for place in out.keys() | into.keys():
            here = self._shelved.get(place, frozenset())
            successor._shelved[place] = here - out.get(place, frozenset()) | into.get(place, frozenset())
        return successor

    def nearest(self, word: str) -> str:
        """The known word closest to this one; the word itself when it is short, holds digits, or nothing is close."""
        if len(word) < TYPO_LENGTH or not word.isalpha():
            return word
        known = self._corrected.get(word)
        if known is None:
            known = self._look_up(word)
            if len(self._corrected) >= TYPO_CACHE:
                self._corrected.clear()
            self._corrected[word] = known
        return known

    def _look_up(self, word: str) -> str:
        edits = 1 if len(word) < TWO_EDITS_LENGTH else 2
        found = [
            (distance, known)
            for length in range(len(word) - edits, len(word) + edits + 1)
            for known, distance, _ in process.extract(
                word,
                self._shelved.get((word[0], length), ()),
                scorer=DamerauLevenshtein.distance,
                score_cutoff=edits,
                limit=None,
            )
        ]
        return min(found, default=(0, word))[1]


def _shelved(vocabulary: Iterable[str]) -> dict[tuple[str, int], frozenset[str]]:
    """Words by first letter and length: only those of nearly the same length can be one or two edits away."""
    shelved: dict[tuple[str, int], set[str]] = defaultdict(set)
    for word in vocabulary:
        if len(word) >= TYPO_LENGTH:
            shelved[word[0], len(word)].add(word)
    return {place: frozenset(here) for place, here in shelved.items()}
