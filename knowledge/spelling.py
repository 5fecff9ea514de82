"""Words as an index knows them: their stems, and the known word that a misspelled one is likely to mean."""

from collections.abc import Iterable

import tantivy
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from knowledge.text import words

TYPO_LENGTH = 5  # shorter words have too many neighbours
TWO_EDITS_LENGTH = 8  # from here on two letters may be wrong
TYPO_CACHE = 4096  # unknown words remembered per index


class Stems:
    """Stems of words, each computed once. Knows which words the articles hold."""

    def __init__(self) -> None:
        self._stemmer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).filter(
            tantivy.Filter.stemmer("english")
        ).build()  # fmt: skip
        self._seen: dict[str, str] = {}

    @property
    def known_words(self) -> tuple[str, ...]:
        return tuple(self._seen)

    def of(self, word: str) -> str:
        """The stem of one word, kept only when an article holds the word."""
        known = self._seen.get(word)
        return self._stemmer.analyze(word)[0] if known is None else known

    def join(self, *texts: str) -> str:
        """Stems of an article's text in order, space-separated; its words are known from now on."""
        found = words(" ".join(texts))
        for word in set(found).difference(self._seen):
            self._seen[word] = self._stemmer.analyze(word)[0]
        return " ".join(map(self._seen.__getitem__, found))


class Spelling:
    """Corrects words no article holds: one edit for short words, two for long ones, never in the first letter."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._by_initial: dict[str, list[str]] = {}
        for word in sorted(vocabulary):
            if len(word) >= TYPO_LENGTH:
                self._by_initial.setdefault(word[0], []).append(word)
        self._corrected: dict[str, str] = {}

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
        found = process.extract(
            word,
            self._by_initial.get(word[0], ()),
            scorer=DamerauLevenshtein.distance,
            score_cutoff=edits,
            limit=None,
        )
        return min(((distance, known) for known, distance, _ in found), default=(0, word))[1]
