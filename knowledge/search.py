"""Asks a collection one question: what to look for, what each leg finds, and in which order it is shown.

Does not decide whether to answer (`bot.answers.rules`).
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import TypeAlias

from rapidfuzz import fuzz, process

from knowledge.article import Article, Section
from knowledge.asked import Asked, Term, asked_by
from knowledge.collection import Collection, page_and_place
from knowledge.confidence import Evidence, confidence
from knowledge.found import Found, Hit
from knowledge.fusing import Scored, fused
from knowledge.meaning import Means
from knowledge.pages import Page, phrasing
from knowledge.thesaurus import Thesaurus

PAGES_KEPT, PASSAGES_KEPT = 15, 25  # candidates a leg gives; more changed no rank that matters on judged data
PASSAGE_WEIGHT = 0.6  # of the passages' z-scores against the pages'
MEANING_WEIGHT = 1.0  # of the meaning's; from 0.8 to 1.6, with MiniLM, moj/authored P@1 went from .768 to .812 (of 69)
PHRASING_COMPARED = 10  # articles whose title and questions are compared letter by letter; a scan would be slow
PHRASING_AT = 90.0  # a question this like a title or an alias (0-100, word order ignored) is that article's
PHRASING_BONUS = 3.0  # z-scores; above what the two legs usually give one candidate over the next
HEADING_DOUBT = 0.3  # of a passage's score, when nothing of its heading was asked for
BM25_CEILING = 2.2  # k1 + 1: what a term can score at most, times its idf

Scores: TypeAlias = Mapping[int, float]  # by page number
Ranked: TypeAlias = Sequence[tuple[int, float]]


@dataclass(frozen=True)
class _Legs:
    """What each leg says of a question. A further leg is a field here and one more `Scored` in `fused`."""

    pages: Scores
    passages: Scores  # of each page's best passage
    sections: Sequence[tuple[int, int, float]]  # passages found: page, place of the section in it, score; best first
    means: Means | None = None  # where the question and every passage have a vector

    def fused(self) -> dict[int, float]:
        legs = [Scored(1.0, self.pages), Scored(PASSAGE_WEIGHT, self.passages)]
        if self.means is not None:
            legs.append(Scored(MEANING_WEIGHT, self.means.best))
        return fused(legs)

    def raw(self, number: int) -> float:
        return self.pages.get(number, 0.0) + self.passages.get(number, 0.0)

    def lead(self, first: int, second: int) -> float:
        """Of the first page's words over the second's, as a share of its own; 0 for one without any."""
        return 1 - self.raw(second) / self.raw(first) if self.raw(first) else 0.0


def search(
    collection: Collection, thesaurus: Thesaurus, question: str, limit: int, vector: bytes | None = None
) -> Found:
    """Up to `limit` articles of the collection, best first, ties by id. `vector` is the question's, if there is one."""
    return _Search(collection, thesaurus, vector).found(question, limit)


@dataclass(frozen=True)
class _Search:
    collection: Collection
    thesaurus: Thesaurus
    vector: bytes | None

    def found(self, question: str, limit: int) -> Found:
        asked = asked_by(question, self.collection.vocabulary, self.thesaurus)
        terms = tuple(term.stem for term in asked.terms)
        legs = self.legs(asked, limit)
        scores = legs.fused() if terms else {}
        if not scores:
            return Found((), 0.0, terms)
        likeness = self.likeness(question, scores)
        ranked = self.ranked(scores, likeness)
        shown = self.shown(legs, {number for number, _ in ranked[:limit]}, asked.stems)
        hits = tuple(
            Hit(self.page(number).article, self.section(number, shown), score, self.replaced_by(number))
            for number, score in ranked[:limit]
        )
        return Found(hits, confidence(self.evidence(asked.terms, ranked, legs, likeness)), terms)

    def legs(self, asked: Asked, limit: int) -> _Legs:
        found = self.collection.by_passage.best(asked.alone, max(PASSAGES_KEPT, limit), asked.ways)
        sections = [(*page_and_place(passage), score) for passage, score in found]
        best: dict[int, float] = {}
        for number, _, score in sections:
            best.setdefault(number, score)
        pages = dict(self.collection.by_page.best(asked.alone, max(PAGES_KEPT, limit), asked.ways))
        return _Legs(self.inherited(pages), self.inherited(best), sections, self.means(limit))

    def inherited(self, scores: dict[int, float]) -> dict[int, float]:
        """The scores, where what replaced a page has at least the page's own."""
        if not self.collection.successors:
            return scores
        mended = dict(scores)
        for old in scores.keys() & self.collection.successors.keys():
            for new in self.collection.successors[old]:
                mended[new] = max(mended.get(new, 0.0), scores[old])
        return mended

    def means(self, limit: int) -> Means | None:
        leg = self.collection.by_meaning
        found = leg.best(self.vector, max(PAGES_KEPT, limit)) if leg and self.vector else None
        return found and replace(found, best=self.inherited(dict(found.best)))

    def likeness(self, question: str, scores: Scores) -> dict[int, float]:
        """How like the question each leading candidate's closest title or alias is, 0 to 1; unlike ones left out."""
        pages = self.collection.pages
        leading = sorted(scores, key=lambda number: (-scores[number], pages[number].id))[:PHRASING_COMPARED]
        owned = [(number, name) for number in leading for name in self.page(number).phrasings]
        alike = process.extract(phrasing(question), [name for _, name in owned], scorer=fuzz.ratio,
                                score_cutoff=PHRASING_AT, limit=None)  # fmt: skip
        likeness: dict[int, float] = {}
        for _, ratio, place in alike:
            likeness.setdefault(owned[place][0], ratio / 100)
        return self.inherited(likeness)

    def ranked(self, scores: Scores, likeness: Scores) -> Ranked:
        pages = self.collection.pages
        scored = {
            number: score + PHRASING_BONUS * likeness.get(number, 0.0) - pages[number].article.trust.doubt
            for number, score in scores.items()
        }
        chains = self.collection.successors  # a page's is longer than that of any page which replaced it
        return sorted(
            scored.items(),
            key=lambda item: (pages[item[0]].is_stub, -item[1], len(chains.get(item[0], ())), pages[item[0]].id),
        )

    def shown(self, legs: _Legs, numbers: Set[int], terms: Set[str]) -> dict[int, int]:
        """The section to show of each of these pages: its best passage found.

        One whose heading speaks of more than was asked counts less,
        else "logs are missing" is quoted to somebody who asks where the logs are.
        Of a page found by its meaning alone it is the section that is meant.
        """
        best: dict[int, tuple[float, int]] = {}
        meant = dict(legs.means.places) if legs.means else {}
        for number, place, score in legs.sections:
            if number not in numbers or (number in best and score <= best[number][0]):
                continue
            heading = self.page(number).stemmed[place].heading_stems
            asked = len(heading & terms) / len(heading) if heading else 1.0
            weighed = score * (1 - HEADING_DOUBT * (1 - asked))
            if number not in best or weighed > best[number][0]:
                best[number] = (weighed, place)
        return meant | {number: place for number, (_, place) in best.items()}

    def section(self, number: int, shown: Mapping[int, int]) -> Section:
        sections = self.page(number).sections
        if number in shown:
            return sections[shown[number]]
        return next((section for section in sections if section.text), sections[0])

    def replaced_by(self, number: int) -> Article | None:
        chain = self.collection.successors.get(number)
        return self.page(chain[-1]).article if chain else None

    def evidence(self, terms: Sequence[Term], ranked: Ranked, legs: _Legs, likeness: Scores) -> Evidence:
        first, vocabulary = ranked[0][0], self.collection.vocabulary
        names = self.page(first).name_stems
        weighed = [(term, term.weight(vocabulary)) for term in terms]
        total = sum([weight for _, weight in weighed])
        return Evidence(
            terms=len(terms),
            names=sum([weight for term, weight in weighed if term.is_in(names)]) / total,
            unknown=sum([weight for term, weight in weighed if term.is_unknown(vocabulary)]) / total,
            respelled=sum([weight for term, weight in weighed if term.is_respelled]) / total,
            page=legs.pages.get(first, 0.0) / (total * BM25_CEILING),
            passage=legs.passages.get(first, 0.0) / (total * BM25_CEILING),
            lead=legs.lead(first, ranked[1][0]) if len(ranked) > 1 else 1.0,
            likeness=likeness.get(first, 0.0),
            meaning=legs.means.evidence(first) if legs.means else None,
        )

    def page(self, number: int) -> Page:
        return self.collection.pages[number]
