"""Finds the articles that answer a question, and says how sure that is.

Kept in memory and never changed: a new handbook revision is a new index. It does not decide whether to answer
(`bot.answers.rules`) nor what to say (`bot.answers.writer`), and it reads no files.
"""

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from knowledge.article import Article, Audience, Section
from knowledge.bm25 import Leg
from knowledge.confidence import Evidence, confidence
from knowledge.moved import names_of, targets_of
from knowledge.spelling import Spelling, Stems
from knowledge.text import ABBREVIATIONS, question_text, words

PAGES_KEPT, PASSAGES_KEPT = 15, 25  # candidates a leg gives; more changed no rank that matters on judged data
TITLE_WEIGHT = 0.7  # of a page's title and headings against its text: short as they are, BM25 favours them anyway
PASSAGE_WEIGHT = 0.6  # of the passages' z-scores against the pages'
PHRASING_COMPARED = 10  # articles whose title and questions are compared letter by letter; a scan would be slow
PHRASING_AT = 90.0  # a question this like a title or an alias (0-100, word order ignored) is that article's
PHRASING_BONUS = 3.0  # z-scores; above what the two legs usually give one candidate over the next
HEADING_DOUBT = 0.3  # of a passage's score, when nothing of its heading was asked for
READERS = (
    frozenset({Audience.PUBLIC}),
    frozenset({Audience.PUBLIC, Audience.INTERNAL}),
    frozenset(Audience),
)  # who asks; where an audience has no articles, two of them share an index
BM25_CEILING = 2.2  # k1 + 1: what a term can score at most, times its idf


@dataclass(frozen=True)
class Hit:
    """An article found and its best section. `score` compares hits of one search only."""

    article: Article
    section: Section
    score: float


@dataclass(frozen=True)
class Found:
    """Best first, one hit an article. `confidence`, 0 to 1: how likely the first one answers the question.

    `terms` are the stems that were looked for, spelling corrected; both are empty when nothing was asked.
    """

    hits: tuple[Hit, ...]
    confidence: float
    terms: tuple[str, ...] = ()


NOTHING = Found(hits=(), confidence=0.0)


class Index:
    """A handbook's articles, ready to be asked. Safe to share between threads: searching changes only caches."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._articles = tuple(sorted(articles, key=lambda article: article.id))
        self._present = frozenset(article.audience for article in articles)
        self._shelves: dict[frozenset[Audience], _Shelf] = {}

    @classmethod
    def build(cls, articles: Sequence[Article]) -> "Index":
        """An index of these articles, ready for the public, our own people and the platform team.

        Other mixes of audiences are indexed at their first search.
        """
        index = cls(articles)
        for readers in READERS:
            index._shelf(readers)
        return index

    def search(
        self,
        question: str,
        *,
        audiences: frozenset[Audience] = frozenset({Audience.PUBLIC}),
        limit: int = 5,
    ) -> Found:
        """Up to `limit` articles these readers may see, best first, ties by id.

        Nothing the readers may not see has any influence: neither hits nor spelling nor confidence.
        A stub that points to an article found here gives way to it; other stubs come last.
        """
        return self._shelf(audiences).search(question_text(question), limit)

    def _shelf(self, audiences: frozenset[Audience]) -> "_Shelf":
        visible = audiences & self._present
        if visible not in self._shelves:
            self._shelves[visible] = _Shelf([article for article in self._articles if article.audience in visible])
        return self._shelves[visible]


class _Shelf:
    """The articles one kind of reader may see."""

    def __init__(self, articles: Sequence[Article]) -> None:
        targets = targets_of(articles)
        self._articles = [article for article in articles if article.id not in targets]
        self._names = names_of(self._articles, [article for article in articles if article.id in targets], targets)
        self._phrasings = [[_phrasing(name) for name in names] for names in self._names]
        self._passages = [
            (number, section)
            for number, article in enumerate(self._articles)
            for section in article.sections or (Section("", "", (), "", 1),)
        ]
        self._stems = Stems()
        pages, passages = self._texts()
        self._name_stems = [frozenset(f"{page.name} {page.headings}".split()) for page in pages]
        self._frequency = Counter(stem for page in pages for stem in set(page.all.split()))
        self._pages_leg = Leg(
            [TITLE_WEIGHT, TITLE_WEIGHT, 1.0], [(page.name, page.headings, page.text) for page in pages]
        )
        self._passages_leg = Leg([1.0], [(text,) for text in passages])
        self._spelling = Spelling(self._stems.known_words)

    def _texts(self) -> tuple[list["_Page"], list[str]]:
        """Stemmed text of pages and of passages; a passage carries its page's name twice and its headings."""
        names = [self._stems.join(*names, *article.tags)
                 for names, article in zip(self._names, self._articles, strict=True)]  # fmt: skip
        headings: list[list[str]] = [[] for _ in names]
        bodies: list[list[str]] = [[] for _ in names]
        passages = []
        for number, section in self._passages:
            heading, body = self._stems.join(section.heading), self._stems.join(section.text)
            headings[number].append(heading)
            bodies[number].append(body)
            above = self._stems.join(*section.path)
            passages.append(f"{names[number]} {names[number]} {heading} {heading} {above} {body}")
        pages = [
            _Page(name, " ".join(heading), " ".join(body))
            for name, heading, body in zip(names, headings, bodies, strict=True)
        ]
        return pages, passages

    def search(self, question: str, limit: int) -> Found:
        respelled = self._terms(question)
        terms = tuple(respelled)
        pages = self._pages_leg.best(terms, max(PAGES_KEPT, limit))
        passages = self._passages_leg.best(terms, max(PASSAGES_KEPT, limit))
        if not pages:
            return Found((), 0.0, terms)
        best_passage: dict[int, tuple[int, float]] = {}
        for passage, score in passages:
            best_passage.setdefault(self._passages[passage][0], (passage, score))
        fused = _fused(dict(pages), {number: score for number, (_, score) in best_passage.items()})
        likeness = self._likeness(question, fused)
        ranked = self._ranked(fused, likeness)
        shown = self._shown(passages, terms)
        hits = tuple(
            Hit(self._articles[number], self._section(number, shown), score) for number, score in ranked[:limit]
        )
        evidence = self._evidence(respelled, ranked, dict(pages), best_passage, likeness)
        return Found(hits, confidence(evidence), terms)

    def _terms(self, question: str) -> dict[str, bool]:
        """Stems to look for, in the order asked, and whether the asker's spelling was changed for it."""
        terms: dict[str, bool] = {}
        for word in words(question):
            for spelled in self._spelled(word):
                stem = self._stems.of(spelled)
                terms[stem] = terms.get(stem, True) and spelled != word and word not in ABBREVIATIONS
        return terms

    def _spelled(self, word: str) -> list[str]:
        """What to look for: the word and what it is short for; for an unknown one, a known one spelled like it."""
        spelled_out = ABBREVIATIONS.get(word, "").split()
        if self._frequency[self._stems.of(word)]:
            return [word, *spelled_out]
        return spelled_out or [self._spelling.nearest(word)]

    def _likeness(self, question: str, fused: Mapping[int, float]) -> dict[int, float]:
        """How like the question each leading candidate's closest title or alias is, 0 to 1; unlike ones left out."""
        leading = heapq.nlargest(PHRASING_COMPARED, fused, key=fused.__getitem__)
        owners = [number for number in leading for _ in self._phrasings[number]]
        phrasings = [phrasing for number in leading for phrasing in self._phrasings[number]]
        alike = process.extract(_phrasing(question), phrasings, scorer=fuzz.ratio, score_cutoff=PHRASING_AT, limit=None)
        likeness: dict[int, float] = {}
        for _, ratio, place in alike:
            likeness.setdefault(owners[place], ratio / 100)
        return likeness

    def _ranked(self, fused: Mapping[int, float], likeness: Mapping[int, float]) -> list[tuple[int, float]]:
        scored = {
            number: score + PHRASING_BONUS * likeness.get(number, 0.0) - self._articles[number].trust.doubt
            for number, score in fused.items()
        }
        return sorted(
            scored.items(),
            key=lambda item: (bool(self._articles[item[0]].moved_to), -item[1], self._articles[item[0]].id),
        )

    def _shown(self, passages: Iterable[tuple[int, float]], terms: Sequence[str]) -> dict[int, Section]:
        """Each article's section to show: the best passage, one whose heading speaks of more than was asked less so.

        Else "logs are missing" is quoted to somebody who asks where the logs are.
        """
        best: dict[int, tuple[float, Section]] = {}
        for passage, score in passages:
            number, section = self._passages[passage]
            heading = set(self._stems.join(section.heading).split())
            asked = len(heading & set(terms)) / len(heading) if heading else 1.0
            weighed = score * (1 - HEADING_DOUBT * (1 - asked))
            if number not in best or weighed > best[number][0]:
                best[number] = (weighed, section)
        return {number: section for number, (_, section) in best.items()}

    def _section(self, number: int, shown: Mapping[int, Section]) -> Section:
        if number in shown:
            return shown[number]
        sections = self._articles[number].sections
        return next((section for section in sections if section.text), sections[0] if sections else _EMPTY)

    def _evidence(
        self,
        terms: Mapping[str, bool],
        ranked: Sequence[tuple[int, float]],
        pages: Mapping[int, float],
        best_passage: Mapping[int, tuple[int, float]],
        likeness: Mapping[int, float],
    ) -> Evidence:
        first = ranked[0][0]

        def raw(number: int) -> float:
            return pages.get(number, 0.0) + best_passage.get(number, (0, 0.0))[1]

        weights = {term: self._idf(term) for term in terms}
        total = sum(weights.values())
        return Evidence(
            terms=len(terms),
            names=sum(weights[term] for term in weights.keys() & self._name_stems[first]) / total,
            unknown=sum(weight for term, weight in weights.items() if not self._frequency[term]) / total,
            respelled=sum(weights[term] for term, changed in terms.items() if changed) / total,
            page=pages.get(first, 0.0) / (total * BM25_CEILING),
            passage=best_passage.get(first, (0, 0.0))[1] / (total * BM25_CEILING),
            lead=1 - raw(ranked[1][0]) / raw(first) if len(ranked) > 1 else 1.0,
            likeness=likeness.get(first, 0.0),
        )

    def _idf(self, term: str) -> float:
        """BM25's inverse document frequency of a term, over pages; highest for one that no page holds."""
        having = self._frequency[term]
        return math.log(1 + (len(self._articles) - having + 0.5) / (having + 0.5))


def _phrasing(text: str) -> str:
    """A text's words in alphabetical order: compared letter by letter, so that order does not count."""
    return " ".join(sorted(words(text)))


_EMPTY = Section("", "", (), "", 1)


@dataclass(frozen=True)
class _Page:
    """A page's stems, space-separated."""

    name: str
    headings: str
    text: str

    @property
    def all(self) -> str:
        return f"{self.name} {self.headings} {self.text}"


def _fused(pages: Mapping[int, float], passages: Mapping[int, float]) -> dict[int, float]:
    """Sum of both legs' z-scores; an article a leg did not find counts as that leg's last."""
    by_page, by_passage = _z_scores(pages), _z_scores(passages)
    last_page, last_passage = min(by_page.values(), default=0.0), min(by_passage.values(), default=0.0)
    return {
        number: by_page.get(number, last_page) + PASSAGE_WEIGHT * by_passage.get(number, last_passage)
        for number in pages.keys() | passages.keys()
    }


def _z_scores(scores: Mapping[int, float]) -> dict[int, float]:
    if not scores:
        return {}
    mean = sum(scores.values()) / len(scores)
    spread = math.sqrt(sum((score - mean) ** 2 for score in scores.values()) / len(scores)) or 1.0
    return {number: (score - mean) / spread for number, score in scores.items()}
