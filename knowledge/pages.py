"""An article as the index keeps it: its words as stems, worked out once for as long as the article stays the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from knowledge.article import Article, Section
from knowledge.passages import key_of, passage_text
from knowledge.spelling import Stems
from knowledge.text import words

EMPTY = Section("", "", (), "", 1)  # of an article that is all title


@dataclass(frozen=True)
class Stemmed:
    """A section's stems, space-separated; `above` are those of the headings it stands under."""

    heading: str
    above: str
    text: str
    heading_stems: frozenset[str]


@dataclass(frozen=True, eq=False)
class Page:
    """One for each article and the names it goes by; the same object as long as both stay the same."""

    article: Article
    names: tuple[str, ...]  # title, questions, and titles of the stubs that lead here
    name: str  # stems of the names and tags
    sections: tuple[Section, ...]  # at least one
    stemmed: tuple[Stemmed, ...]  # of each section
    phrasings: tuple[str, ...]  # of each name
    words: tuple[str, ...]  # that it holds, each once
    id: str  # the article's; here, as is the next, for the many comparisons of a search
    is_stub: bool  # its article only says where the page went

    @property
    def headings(self) -> str:
        return " ".join(section.heading for section in self.stemmed)

    @property
    def name_stems(self) -> set[str]:
        return {*self.name.split(), *self.headings.split()}

    @property
    def text(self) -> str:
        return " ".join(section.text for section in self.stemmed)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Of the texts that vectors are made of, one a section; none of an article that is all title."""
        return tuple(key_of(passage_text(self.article, section)) for section in self.article.sections)

    def passages(self) -> Iterator[str]:
        """Stems of each section, with its page's name twice and the headings over it."""
        for one in self.stemmed:
            yield f"{self.name} {self.name} {one.heading} {one.heading} {one.above} {one.text}"


class Pages:
    """Makes pages, taking over from its predecessor those of articles that did not change.

    For one revision of the handbook, where an id means one article. Only what was asked for stays, so nothing is kept
    of articles that are gone.
    """

    def __init__(self, former: "Pages | None" = None) -> None:
        self.stems: Stems = former.stems if former else Stems()
        self._former = dict(former._pages) if former else {}
        self._pages: dict[tuple[str, tuple[str, ...]], Page] = {}

    def of(self, article: Article, names: tuple[str, ...]) -> Page:
        key = (article.id, names)
        if key not in self._pages:
            page = self._former.get(key)
            self._pages[key] = page if page and page.article == article else _page(article, names, self.stems)
        return self._pages[key]


def phrasing(text: str) -> str:
    """A text's words in alphabetical order: compared letter by letter, so that order does not count."""
    return " ".join(sorted(words(text)))


def _page(article: Article, names: tuple[str, ...], stems: Stems) -> Page:
    held: set[str] = set()

    def stemmed(*texts: str) -> str:
        found = words(" ".join(texts))
        held.update(found)
        return stems.join(found)

    def section(one: Section) -> Stemmed:
        heading = stemmed(one.heading)
        return Stemmed(heading, stemmed(*one.path), stemmed(one.text), frozenset(heading.split()))

    sections = article.sections or (EMPTY,)
    return Page(
        article=article,
        names=names,
        name=stemmed(*names, *article.tags),
        sections=sections,
        stemmed=tuple(map(section, sections)),
        phrasings=tuple(map(phrasing, names)),
        words=tuple(held),
        id=article.id,
        is_stub=bool(article.moved_to),
    )
