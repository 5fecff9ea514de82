"""Measures retrieval and abstention on judged questions: the numbers behind `mentor eval`.

Judges with the shipped thresholds and the same index the bot asks. Does not judge what the writer made of a hit.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, Protocol

from bot.answers.rules import SHIPPED, SOURCES_MOST, Answered, Suggested, choose
from bot.errors import MentorError
from knowledge.article import Article, Audience, article_from_text
from knowledge.index import Found, Index

RANKS = 10  # as deep as mrr_at_10 looks
EVERYONE = frozenset(Audience)
AUTHORED, AUTHORED_UNANSWERABLE = "authored", "authored-unanswerable"
STEPS = 100  # of the trade-off curve


class Vectors(Protocol):
    """Makes vectors for a whole run, as `bot.embeddings` does for the bot."""

    def of_passages(self, texts: Mapping[str, str]) -> Mapping[str, bytes]: ...

    def of_question(self, text: str) -> bytes: ...


class JudgedDataInvalid(MentorError):
    """A line of the judged data cannot be read."""

    def __init__(self, file: Path, line: int, what: str) -> None:
        super().__init__(f"{file}:{line}: {what}")


@dataclass(frozen=True)
class Row:
    """One kind of question asked of one set. Shares are None where no question has a right answer."""

    set: str
    kind: str
    n: int
    p_at_1: float | None
    recall_at_5: float | None
    mrr_at_10: float | None
    answered_rate: float
    ms_p50: float
    ms_p99: float
    shown_right_rate: float | None  # answered with the right page, or offered it among others
    suggested_rate: float


@dataclass(frozen=True)
class Report:
    """Rows by set and kind; `abstention_auc` by set, for sets that have both sides (see `evaluate`)."""

    rows: tuple[Row, ...]
    abstention_auc: Mapping[str, float]
    curve: tuple["Point", ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "rows": [asdict(row) for row in self.rows],
            "abstention_auc": dict(self.abstention_auc),
            "thresholds": asdict(SHIPPED),
        }


@dataclass(frozen=True)
class Point:
    """What answering from a confidence on would do: shares of all questions of a set and kind."""

    set: str
    kind: str
    threshold: float
    answered_right: float
    answered_wrong: float


@dataclass(frozen=True)
class _Query:
    text: str
    set: str
    kind: str
    is_answerable: bool
    relevant: frozenset[str]


@dataclass(frozen=True)
class _Outcome:
    """`rank` of the first relevant article from 1; None when it is not among the first ten."""

    rank: int | None
    is_answerable: bool
    is_answered: bool
    is_suggested: bool
    has_hits: bool
    confidence: float
    ms: float


def evaluate(corpus: Path, queries: Path, on_progress: Callable[[int], None], vectors: Vectors | None = None) -> Report:
    """Every query searched in its own set's documents. Both files are JSON lines, read as they come.

    Corpus: {"id", "set", "title", "text"}, text in Markdown; queries: {"query", "set", "kind", "relevant_ids",
    "answerable"}; other fields are ignored. `recall_at_5` counts a query as found when a relevant id is among the first
    five; times are of the search and, with `vectors`, of embedding the question, in milliseconds. `on_progress` is told
    the number of queries done.

    `abstention_auc` is the chance that confidence is higher for an answerable question than for an unanswerable one, of
    a set's kinds `authored` and `authored-unanswerable`; where a set lacks one of these, all its answerable or all its
    unanswerable questions stand in. A set without any of either side has no value.

    Raises JudgedDataInvalid, naming file and line, for a line that is not such an object or a document given twice.
    """
    indexes = {name: _index(articles, vectors) for name, articles in _corpora(corpus).items()}
    nothing = Index.build(())
    outcomes: dict[tuple[str, str], list[_Outcome]] = {}
    for done, query in enumerate(_queries(queries), start=1):
        outcome = _ask(indexes.get(query.set, nothing), query, vectors)
        outcomes.setdefault((query.set, query.kind), []).append(outcome)
        on_progress(done)
    rows = tuple(_row(set_, kind, some) for (set_, kind), some in sorted(outcomes.items()))
    sets = sorted({row.set for row in rows})
    values = {name: _abstention_auc(name, outcomes) for name in sets}
    known = {name: value for name, value in values.items() if value is not None}
    return Report(rows, known, tuple(_curve(outcomes)))


def _index(articles: Sequence[Article], vectors: Vectors | None) -> Index:
    index = Index.build(articles)
    return index if vectors is None else index.with_vectors(vectors.of_passages(index.texts()))


def _curve(outcomes: Mapping[tuple[str, str], Sequence[_Outcome]]) -> Iterator[Point]:
    for (set_, kind), some in sorted(outcomes.items()):
        for step in range(STEPS + 1):
            threshold = step / STEPS
            answered = [outcome.rank == 1 for outcome in some if outcome.has_hits and outcome.confidence >= threshold]
            right = sum(answered)
            yield Point(set_, kind, threshold, right / len(some), (len(answered) - right) / len(some))


def _ask(index: Index, query: _Query, vectors: Vectors | None) -> _Outcome:
    started = time.perf_counter()
    vector = vectors.of_question(query.text) if vectors else None
    found = index.search(query.text, audiences=EVERYONE, limit=RANKS, vector=vector)
    ms = (time.perf_counter() - started) * 1_000
    choice = choose(found)
    return _Outcome(
        rank=_rank(found, query.relevant),
        is_answerable=query.is_answerable,
        is_answered=isinstance(choice, Answered),
        is_suggested=isinstance(choice, Suggested),
        has_hits=bool(found.hits),
        confidence=found.confidence,
        ms=ms,
    )


def _rank(found: Found, relevant: frozenset[str]) -> int | None:
    ranks = (rank for rank, hit in enumerate(found.hits, start=1) if hit.article.id in relevant)
    return next(ranks, None)


def _row(set_: str, kind: str, outcomes: Sequence[_Outcome]) -> Row:
    ranks = [outcome.rank for outcome in outcomes if outcome.is_answerable]
    times = sorted(outcome.ms for outcome in outcomes)
    return Row(
        set=set_,
        kind=kind,
        n=len(outcomes),
        p_at_1=_mean([rank == 1 for rank in ranks]),
        recall_at_5=_mean([rank is not None and rank <= 5 for rank in ranks]),
        mrr_at_10=_mean([1 / rank if rank else 0.0 for rank in ranks]),
        answered_rate=fmean(outcome.is_answered for outcome in outcomes),
        shown_right_rate=_mean([_is_shown_right(outcome) for outcome in outcomes if outcome.is_answerable]),
        suggested_rate=fmean(outcome.is_suggested for outcome in outcomes),
        ms_p50=_percentile(times, 50),
        ms_p99=_percentile(times, 99),
    )


def _is_shown_right(outcome: _Outcome) -> bool:
    if outcome.rank is None:
        return False
    return (outcome.is_answered and outcome.rank == 1) or (outcome.is_suggested and outcome.rank <= SOURCES_MOST)


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None


def _percentile(ordered: Sequence[float], percent: int) -> float:
    """Nearest rank: the smallest value that `percent` of all do not exceed."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def _abstention_auc(set_: str, outcomes: Mapping[tuple[str, str], Sequence[_Outcome]]) -> float | None:
    of_set = [outcome for (name, _), some in outcomes.items() if name == set_ for outcome in some]
    authored = (*outcomes.get((set_, AUTHORED), ()), *outcomes.get((set_, AUTHORED_UNANSWERABLE), ()))
    sides = [
        [outcome.confidence for outcome in authored if outcome.is_answerable is side]
        or [outcome.confidence for outcome in of_set if outcome.is_answerable is side]
        for side in (True, False)
    ]
    return auc(*sides) if all(sides) else None


def auc(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """Chance that a positive's value is above a negative's, ties half (Mann-Whitney U): 0.5 tells nothing apart."""
    won = sum((above > below) + 0.5 * (above == below) for above in positives for below in negatives)
    return won / (len(positives) * len(negatives))


def _corpora(file: Path) -> dict[str, list[Article]]:
    corpora: dict[str, list[Article]] = {}
    seen: set[tuple[str, str]] = set()
    for line, value in _objects(file):
        id_, set_, title, text = (_text(file, line, value, name) for name in ("id", "set", "title", "text"))
        if (set_, id_) in seen:
            raise JudgedDataInvalid(file, line, f"the document {id_} is given twice")
        seen.add((set_, id_))
        corpora.setdefault(set_, []).append(article_from_text(id_, title, text))
    return corpora


def _queries(file: Path) -> Iterator[_Query]:
    for line, value in _objects(file):
        text, set_, kind = (_text(file, line, value, name) for name in ("query", "set", "kind"))
        relevant, is_answerable = value.get("relevant_ids"), value.get("answerable")
        if not isinstance(relevant, list) or not all(isinstance(id_, str) for id_ in relevant):
            raise JudgedDataInvalid(file, line, "relevant_ids must be a list of document ids")
        if not isinstance(is_answerable, bool):
            raise JudgedDataInvalid(file, line, "answerable must be true or false")
        yield _Query(text, set_, kind, is_answerable, frozenset(relevant))


def _objects(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and object of each line that is not blank."""
    with file.open("rb") as stream:
        for line, raw in enumerate(stream, start=1):
            if not raw.strip():
                continue
            try:
                value = json.loads(raw)
            except (ValueError, RecursionError) as error:
                raise JudgedDataInvalid(file, line, f"is not JSON ({error})") from error
            if not isinstance(value, dict):
                raise JudgedDataInvalid(file, line, "is not an object")
            yield line, value


def _text(file: Path, line: int, value: Mapping[str, Any], name: str) -> str:
    text = value.get(name)
    if not isinstance(text, str):
        raise JudgedDataInvalid(file, line, f"{name} must be text")
    return text
