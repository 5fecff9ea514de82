"""What of a question is looked for: its words, spelled right, and what the handbook says means the same. Pure."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

from rapidfuzz.distance import DamerauLevenshtein

from knowledge.bm25 import Ways
from knowledge.text import ABBREVIATIONS, words
from knowledge.thesaurus import Phrase, Thesaurus
from knowledge.vocabulary import Vocabulary


@dataclass(frozen=True)
class Term:
    """A stem of what the asker wrote, or meant by a slip or an abbreviation.

    `meant` are the phrases that say the same as it, or as the `shared` words round it together.
    """

    stem: str
    is_respelled: bool
    meant: tuple[Phrase, ...] = ()
    shared: int = 1

    def is_in(self, stems: Set[str]) -> bool:
        return self.stem in stems or any(set(phrase) <= stems for phrase in self.meant)

    def again(self, other: "Term") -> "Term":
        """The term, asked for twice."""
        fuller = other if other.meant else self
        return replace(fuller, is_respelled=self.is_respelled and other.is_respelled)

    def weight(self, vocabulary: Vocabulary) -> float:
        """Its idf; where no page holds it, that of its heaviest synonym that pages hold, if any."""
        known = [] if vocabulary.pages_with(self.stem) else self._known(vocabulary)
        if not known:
            return vocabulary.idf(self.stem)
        return max(sum(map(vocabulary.idf, phrase)) for phrase in known) / self.shared

    def is_unknown(self, vocabulary: Vocabulary) -> bool:
        return not vocabulary.pages_with(self.stem) and not self._known(vocabulary)

    def _known(self, vocabulary: Vocabulary) -> list[Phrase]:
        return [phrase for phrase in self.meant if all(map(vocabulary.pages_with, phrase))]


@dataclass(frozen=True)
class Asked:
    """`terms` are the question's own, in its order, each once; `ways` are what is looked for, for some of them."""

    terms: tuple[Term, ...]
    ways: tuple[Ways, ...]

    @property
    def stems(self) -> set[str]:
        """All that are looked for."""
        return {stem for ways in self.ways for phrase in ways for stem in phrase}


def asked_by(question: str, vocabulary: Vocabulary, thesaurus: Thesaurus) -> Asked:
    written = [_Word.of(word, vocabulary, thesaurus) for word in words(question)]
    terms: dict[str, Term] = {}
    ways: dict[Ways, None] = {}
    for phrase, others in _phrases(written, thesaurus):
        stems = tuple(stem for word in phrase for stem in word.stems)
        ways.update(dict.fromkeys([(stems, *others)] if others else [((stem,),) for stem in stems]))
        for word in phrase:
            for stem in word.stems:
                term = Term(stem, word.is_respelled, others, len(stems))
                terms[stem] = terms[stem].again(term) if stem in terms else term
    return Asked(tuple(terms.values()), tuple(ways))


@dataclass(frozen=True)
class _Word:
    """A word of the question: what it is called in the thesaurus, and what to look for."""

    stem: str
    stems: tuple[str, ...]
    is_respelled: bool

    @classmethod
    def of(cls, word: str, vocabulary: Vocabulary, thesaurus: Thesaurus) -> "_Word":
        """The word and what it is short for; for an unknown one, a known one spelled like it."""
        stem = vocabulary.stem(word)
        spelled_out = tuple(map(vocabulary.stem, ABBREVIATIONS.get(word, "").split()))
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


def _phrases(written: Sequence[_Word], thesaurus: Thesaurus) -> Iterator[tuple[Sequence[_Word], tuple[Phrase, ...]]]:
    """The words in order, those together that have synonyms together."""
    start = 0
    for length, others in thesaurus.cut([word.stem for word in written]):
        yield written[start : start + length], others
        start += length
