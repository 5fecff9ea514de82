"""What of a question is looked for: its words, spelled right, and what the handbook says means the same. Pure."""

from collections.abc import Set
from typing import NamedTuple

from rapidfuzz.distance import DamerauLevenshtein

from knowledge.bm25 import Ways
from knowledge.text import ABBREVIATIONS, words
from knowledge.thesaurus import Phrase, Thesaurus
from knowledge.vocabulary import Vocabulary


class Term(NamedTuple):
    """A stem of what the asker wrote, or meant by a slip or an abbreviation.

    `meant` are the phrases that say the same as it, or as the `shared` words round it together.
    """

    stem: str
    is_respelled: bool
    meant: tuple[Phrase, ...] = ()
    shared: int = 1

    def is_in(self, stems: Set[str]) -> bool:
        return self.stem in stems or (bool(self.meant) and any(set(phrase) <= stems for phrase in self.meant))

    def again(self, other: "Term") -> "Term":
        """The term, asked for twice."""
        fuller = other if other.meant else self
        return fuller._replace(is_respelled=self.is_respelled and other.is_respelled)

    def weight(self, vocabulary: Vocabulary) -> float:
        """Its idf; where no page holds it, that of its heaviest synonym that pages hold, if any."""
        known = self._known(vocabulary) if self.meant and not vocabulary.pages_with(self.stem) else []
        if not known:
            return vocabulary.idf(self.stem)
        return max(sum(map(vocabulary.idf, phrase)) for phrase in known) / self.shared

    def is_unknown(self, vocabulary: Vocabulary) -> bool:
        return not (vocabulary.pages_with(self.stem) or (self.meant and self._known(vocabulary)))

    def _known(self, vocabulary: Vocabulary) -> list[Phrase]:
        return [phrase for phrase in self.meant if all(map(vocabulary.pages_with, phrase))]


class Asked(NamedTuple):
    """`terms` are the question's own, in its order, each once. Looked for are some `alone`, others in `ways`."""

    terms: tuple[Term, ...]
    alone: tuple[str, ...]
    ways: tuple[Ways, ...]

    @property
    def stems(self) -> set[str]:
        """All that are looked for."""
        return {*self.alone, *(stem for ways in self.ways for phrase in ways for stem in phrase)}


def asked_by(question: str, vocabulary: Vocabulary, thesaurus: Thesaurus) -> Asked:
    written = [_Word.of(word, vocabulary, thesaurus) for word in words(question)]
    terms: dict[str, Term] = {}
    alone: dict[str, None] = {}
    ways: dict[Ways, None] = {}
    start = 0
    for length, others in thesaurus.cut([word.stem for word in written]):
        phrase = written[start : start + length]
        start += length
        stems = tuple([stem for word in phrase for stem in word.stems])
        if others:
            ways[(stems, *others)] = None
        else:
            alone.update(dict.fromkeys(stems))
        for word in phrase:
            for stem in word.stems:
                term = Term(stem, word.is_respelled, others, len(stems))
                terms[stem] = terms[stem].again(term) if stem in terms else term
    return Asked(tuple(terms.values()), tuple(alone), tuple(ways))


class _Word(NamedTuple):
    """A word of the question: what it is called in the thesaurus, and what to look for."""

    stem: str
    stems: tuple[str, ...]
    is_respelled: bool

    @classmethod
    def of(cls, word: str, vocabulary: Vocabulary, thesaurus: Thesaurus) -> "_Word":
        """The word and what it is short for; for an unknown one, a known one spelled like it."""
        stem = vocabulary.stem(word)
        spelled_out = tuple(map(vocabulary.stem, ABBREVIATIONS[word].split())) if word in ABBREVIATIONS else ()
        if vocabulary.pages_with(stem):
            return cls(stem, (stem, *spelled_out), is_respelled=False)
        if spelled_out or thesaurus.holds(stem):
            return cls(stem, spelled_out or (stem,), is_respelled=False)
        nearest = _nearest(word, vocabulary, thesaurus)
        stem = vocabulary.stem(nearest)
        return cls(stem, (stem,), is_respelled=nearest != word)


def _nearest(word: str, vocabulary: Vocabulary, thesaurus: Thesaurus) -> str:
    """The closest word of pages or synonyms, of pages where both are as close; the word itself when none is."""
    close = [near for near in (vocabulary.nearest(word), thesaurus.nearest(word)) if near != word]
    return min(close, key=lambda near: DamerauLevenshtein.distance(word, near), default=word)
