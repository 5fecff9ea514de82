"""The handbook's synonyms as questions meet them: by stems, in the order of the question's words."""

from collections.abc import Sequence

from knowledge.spelling import Spelling, Stems
from knowledge.synonyms import NO_SYNONYMS, Synonyms
from knowledge.text import words

Phrase = tuple[str, ...]  # stems


class Thesaurus:
    """Never changed. The same for all readers: what it holds may be known to all of them."""

    def __init__(self, stems: Stems, synonyms: Synonyms = NO_SYNONYMS) -> None:
        self._others: dict[Phrase, dict[Phrase, None]] = {}
        for group in synonyms:
            phrases = dict.fromkeys(tuple(map(stems.of, words(phrase))) for phrase in group)
            for phrase in phrases:
                self._others.setdefault(phrase, {}).update(dict.fromkeys(each for each in phrases if each != phrase))
        self._longest = max(map(len, self._others), default=0)
        self._stems = frozenset(stem for phrase in self._others for stem in phrase)
        self._spelling = Spelling(word for group in synonyms for phrase in group for word in words(phrase))

    def holds(self, stem: str) -> bool:
        return stem in self._stems

    def nearest(self, word: str) -> str:
        """The word held that is spelled most like this one; the word itself when none is close."""
        return self._spelling.nearest(word) if self._others else word

    def cut(self, stems: Sequence[str]) -> list[tuple[int, tuple[Phrase, ...]]]:
        """The words cut into phrases, left to right, the longest first: each one's length and what means the same.

        A word that is in none stands alone, and nothing means the same.
        """
        if not self._others:
            return [(1, ())] * len(stems)
        cut: list[tuple[int, tuple[Phrase, ...]]] = []
        start = 0
        while start < len(stems):
            longest = min(self._longest, len(stems) - start)
            lengths = (length for length in range(longest, 0, -1) if stems[start : start + length] in self)
            length = next(lengths, 1)
            cut.append((length, tuple(self._others.get(tuple(stems[start : start + length]), ()))))
            start += length
        return cut

    def __contains__(self, stems: Sequence[str]) -> bool:
        return tuple(stems) in self._others
