"""The articles one kind of reader may see, and what they are searched by.

Knows nothing of audiences (`knowledge.index`) and does not rank (`knowledge.search`).
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from knowledge.article import Article
from knowledge.bm25 import Leg
from knowledge.filler import Row
from knowledge.meaning import MeaningLeg, Vectors
from knowledge.moved import names_of, successors_of, targets_of
from knowledge.pages import Page, Pages
from knowledge.vocabulary import Vocabulary

TITLE_WEIGHT = 0.7  # of a page's title and headings against its text: short as they are, BM25 favours them anyway
PAGE_WEIGHTS = (TITLE_WEIGHT, TITLE_WEIGHT, 1.0)
SECTION_BITS = 20  # of a passage's number; those above are its page's


@dataclass(frozen=True)
class Collection:
    """Never changed: `build` gives a successor, and what that one finds is what one built anew would find.

    Pages are numbered as they come, and no number is given twice; where order shows, the articles' ids decide. A
    further leg stands beside the two here: built of all pages, or changed by what went and what came, as they are.
    """

    pages: Mapping[int, Page]
    vocabulary: Vocabulary
    by_page: Leg  # rows are page numbers
    by_passage: Leg  # rows are `passage_number`s
    next_number: int
    successors: Mapping[int, tuple[int, ...]]  # of superseded pages: those that replaced them
    by_meaning: MeaningLeg | None = None

    @classmethod
    def build(cls, articles: Sequence[Article], pages: Pages, former: "Collection | None" = None) -> "Collection":
        """The collection of these articles; what did not change is taken from the former one, if any."""
        wanted = dict.fromkeys(_pages_of(articles, pages))
        if former is not None:
            return former._changed(wanted.keys())
        numbered = dict(enumerate(wanted))
        return cls(
            numbered,
            Vocabulary(pages.stems, list(wanted)),
            Leg.build(PAGE_WEIGHTS, _page_rows(numbered)),
            Leg.build((1.0,), _passage_rows(numbered)),
            next_number=len(numbered),
            successors=_successors(numbered),
        )

    def with_vectors(self, vectors: Vectors) -> "Collection":
        return replace(self, by_meaning=MeaningLeg.build(self.pages, vectors))

    def _changed(self, wanted: Set[Page]) -> "Collection":
        present = set(self.pages.values())
        gone = {number: page for number, page in self.pages.items() if page not in wanted}
        new = dict(enumerate((page for page in wanted if page not in present), self.next_number))
        if not gone and not new:
            return self
        pages = {number: page for number, page in self.pages.items() if number not in gone} | new
        by_page = self.by_page.changed(_page_rows(gone), _page_rows(new))
        by_passage = self.by_passage.changed(_passage_rows(gone), _passage_rows(new))
        return Collection(
            pages,
            self.vocabulary.changed(list(gone.values()), list(new.values())),
            by_page or Leg.build(PAGE_WEIGHTS, _page_rows(pages)),
            by_passage or Leg.build((1.0,), _passage_rows(pages)),
            next_number=self.next_number + len(new),
            successors=_successors(pages),
        )


def passage_number(page: int, section: int) -> int:
    return page << SECTION_BITS | section


def page_and_place(passage: int) -> tuple[int, int]:
    """The page's number and its section's place, which `passage_number` put together."""
    return passage >> SECTION_BITS, passage & ((1 << SECTION_BITS) - 1)


def _pages_of(articles: Sequence[Article], pages: Pages) -> Iterable[Page]:
    """A page for each article that is no stub of another, in the order given."""
    targets = targets_of(articles)
    standing = [article for article in articles if article.id not in targets]
    stubs = [article for article in articles if article.id in targets]
    return map(pages.of, standing, names_of(standing, stubs, targets))


def _successors(pages: Mapping[int, Page]) -> dict[int, tuple[int, ...]]:
    by_id = successors_of([page.article for page in pages.values()])
    numbers = {page.id: number for number, page in pages.items()} if by_id else {}
    return {numbers[old]: tuple(numbers[new] for new in chain) for old, chain in by_id.items()}


def _page_rows(pages: Mapping[int, Page]) -> dict[int, Row]:
    return {number: (page.name, page.headings, page.text) for number, page in pages.items()}


def _passage_rows(pages: Mapping[int, Page]) -> dict[int, Row]:
    return {
        passage_number(number, place): (passage,)
        for number, page in pages.items()
        for place, passage in enumerate(page.passages())
    }
