"""Whether what a model wrote may be shown: each sentence must rest on the passages it cites. Pure.

Assumes the worst of the writer: that it obeys whoever wrote the question, the thread or an article. What it cannot see:
something wrong said in the passages' own words, see docs/decisions/0011-model-writer.md.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from bot import text_checks
from knowledge.article import Article, Section
from knowledge.spelling import Stems
from knowledge.text import words

SENTENCES_MOST = 12
CHARACTERS_MOST = 1_500  # in all, as in a quoted answer
CITED_MOST = 3  # by one sentence: the more passages, the more words are allowed
CITED_IN_ALL = 5  # what a message holds with the longest of titles and addresses
SHARE = 0.65  # of a sentence's words that must stand together in a passage it cites; measured, see the decision
NEARBY = 3  # sentences of a passage that stand together: all of a long one has words for nearly anything
STRANGERS = 2  # words in a row that may stand in none; a foreign clause in a true sentence has more

HIDDEN, CALL, LINK = "hidden signs", "mentions somebody", "a link from elsewhere"
CODE, THING, NAME = "code from elsewhere", "a number or path from elsewhere", "a name from elsewhere"
FOREIGN, UNCITED, LENGTH = "words from elsewhere", "no passage cited", "too long"

_STEMS = Stems()
_MARKER = re.compile(r"^\s*(?:\d{1,2}[.)]|[-*•])\s+", re.MULTILINE)  # of a list's line
_PART = re.compile(r"(?<=[.!?])\s+|\n+")
_OPENS = "\"'“‘(*_"  # may stand before the first word of a sentence
_CAPITAL = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NUMBER_WORDS = """
    two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty seventy eighty
    ninety hundred thousand million billion half twice
"""
_SPELLED = frozenset(_NUMBER_WORDS.split())
_PLAIN = frozenset({"and/or", "e.g", "i.e"})


@dataclass(frozen=True)
class Passage:
    """A section the model was shown, and the text of it that was: at most what it was given."""

    article: Article
    section: Section
    text: str

    @cached_property
    def whole(self) -> str:
        """Everything of it that a sentence may take up."""
        return f"{self._head}\n{self.text}"

    @cached_property
    def nearby(self) -> tuple[frozenset[str], ...]:
        """The stems of what stands together in it: each few sentences, under their headings."""
        sentences = [stems for part in _PART.split(self.text) if (stems := _stems(part))] or [frozenset()]
        head, last = _stems(self._head), max(1, len(sentences) - NEARBY + 1)
        return tuple(head.union(*sentences[start : start + NEARBY]) for start in range(last))

    @property
    def _head(self) -> str:
        address = self.article.url and f"{self.article.url} {self.article.url}#{self.section.anchor}"
        return "\n".join((self.article.title, *self.section.path, self.section.heading, address))


@dataclass(frozen=True)
class Sentence:
    """What the model wrote in one piece, and the numbers of the passages it rests on, from 1."""

    text: str
    passages: tuple[int, ...]


def problem(sentences: Sequence[Sentence], passages: Sequence[Passage]) -> str:
    """Why the sentences must not be shown; "" when nothing speaks against them."""
    if not sentences or len(sentences) > SENTENCES_MOST or sum(len(each.text) for each in sentences) > CHARACTERS_MOST:
        return LENGTH
    if len({number for each in sentences for number in each.passages}) > CITED_IN_ALL:
        return LENGTH
    return next((found for each in sentences if (found := problem_of(each, passages))), "")


def problem_of(sentence: Sentence, passages: Sequence[Passage]) -> str:
    """The same of one sentence, for whoever shows them one by one; how long all may be is left to the caller."""
    numbers = set(sentence.passages)
    if not numbers or len(numbers) > CITED_MOST or not numbers <= set(range(1, len(passages) + 1)):
        return UNCITED
    if len(sentence.text) > CHARACTERS_MOST:
        return LENGTH
    given = Given(tuple(passages[number - 1] for number in sorted(numbers)))
    return _disguised(sentence.text, given) or _foreign(sentence.text, given)


@dataclass(frozen=True)
class Given:
    """What the cited passages hold."""

    passages: tuple[Passage, ...]

    @cached_property
    def text(self) -> str:
        return "\n".join(passage.whole for passage in self.passages)

    @cached_property
    def pieces(self) -> frozenset[str]:
        return frozenset(text_checks.pieces(self.text))

    @cached_property
    def numbers(self) -> frozenset[str]:
        return frozenset(_NUMBER.findall(self.text))

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(_singular(name) for name in _CAPITAL.findall(self.text))

    def has_code(self, code: str) -> bool:
        """Whether it stands there from one word's edge to another, spaces aside."""
        wanted, held = " ".join(code.split()), " ".join(self.text.split())
        return re.search(rf"(?<![\w-]){re.escape(wanted)}(?![\w-])", held) is not None


def _disguised(text: str, given: Given) -> str:
    """What could ping, lead away or run, or is not to be seen."""
    if text_checks.hidden(text) - text_checks.hidden(given.text):
        return HIDDEN
    if text_checks.has_call(text):
        return CALL
    prose = text_checks.without_code(text)
    if "`" in prose or not all(given.has_code(code) for code in text_checks.codes(text)):
        return CODE
    strange = [piece for piece in _things(prose) if piece not in given.pieces]
    if strange:
        return LINK if any(text_checks.has_link(piece) for piece in strange) else THING
    return ""


def _things(prose: str) -> list[str]:
    """Pieces that are no words: numbers but for those alone, paths, commands' options, addresses."""
    unmasked = _MARKER.sub("", text_checks.unmasked(prose))
    return [
        piece
        for piece in text_checks.pieces(unmasked)
        if not text_checks.is_word(piece) and not _NUMBER.fullmatch(piece) and piece.casefold() not in _PLAIN
    ]


def _foreign(text: str, given: Given) -> str:
    """What stands in none of the cited passages: numbers, names, too many words."""
    prose = _MARKER.sub("", text_checks.unmasked(text_checks.without_code(text)))
    if any(number not in given.numbers for number in _lone_numbers(prose)):
        return THING
    if any(_singular(name) not in given.names for name in _names(prose)):
        return NAME
    parts = [part for part in _PART.split(prose) if words(part)]
    if not parts and not text_checks.codes(text):
        return FOREIGN
    return FOREIGN if any(_is_foreign(part, given) for part in parts) else ""


def _lone_numbers(prose: str) -> list[str]:
    return [piece for piece in text_checks.pieces(prose) if _NUMBER.fullmatch(piece)]


def _names(prose: str) -> list[str]:
    """Words with a capital that no sentence begins with, and number words, which count as names do."""
    found = []
    for match in _CAPITAL.finditer(prose):
        word = match[0]
        is_first = _begins(prose[: match.start()]) and word[1:].islower()
        is_name = word != word.lower() and not is_first and words(word)
        if is_name or word in _SPELLED:
            found.append(word)
    return found


def _begins(before: str) -> bool:
    """Whether a sentence or a line begins behind this."""
    bare = before.rstrip(_OPENS)
    said = bare.rstrip()
    gap = bare[len(said) :]
    return not bare or "\n" in gap or bool(gap and said and said[-1] in ".!?:")


def _singular(name: str) -> str:
    """Without what grammar adds: case, a possessive, a plural."""
    bare = re.sub(r"['’]s$", "", name.casefold())
    return bare.removesuffix("s")


def _is_foreign(part: str, given: Given) -> bool:
    """Whether no passage has, in one place, enough of its words."""
    stems = [_STEMS.of(word) for word in words(part)]
    return not any(_holds(nearby, stems) for passage in given.passages for nearby in passage.nearby)


def _holds(nearby: frozenset[str], stems: Sequence[str]) -> bool:
    known = [stem in nearby for stem in stems]
    return sum(known) >= SHARE * len(known) and _longest_gap(known) <= STRANGERS


def listed(text: str) -> bool:
    """Whether it begins as a line of a list does."""
    return _MARKER.match(text) is not None


def _longest_gap(known: Sequence[bool]) -> int:
    """How many in a row are not known, at most."""
    return max(len(list(run)) if not is_known else 0 for is_known, run in groupby(known))


def _stems(text: str) -> frozenset[str]:
    return frozenset(_STEMS.of(word) for word in words(text))
