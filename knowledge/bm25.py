"""BM25 over texts that are stems already. Does not stem, fuse or judge (see `knowledge.collection`)."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import tantivy

from knowledge.filler import Row, Size, filler

ROW_BYTES = 4_000  # of a writer's memory: with too little, rows land in a second segment, which slows every search
WRITER_BYTES = (15_000_000, 2_000_000_000)  # least and most
BASE_FILLER, ADDED_FILLER = -1, -2  # numbers of rows that nobody asks for
WORN_AT = 4  # a leg with this part of its rows changed is better built anew
Clause: TypeAlias = tuple[tantivy.Occur, tantivy.Query]
Ways: TypeAlias = tuple[tuple[str, ...], ...]  # to say one thing, each some terms; a row scores by its best way
SAME = 1e-5  # scores, as a share: what differs by less differs by rounding, and counts as equal


@dataclass(frozen=True)
class _Rows:
    """What a leg holds. `built` is the first segment with its filler; its rows in `dead` are gone, counted by word."""

    live: Size
    built: Size
    added: Mapping[int, Row]
    dead: Sequence[Counter[str]]

    @property
    def held(self) -> Size:
        """What tantivy counts, without the filler of the second segment."""
        return self.built + Size.of(self.added.values(), fields=len(self.dead))

    @property
    def is_worn(self) -> bool:
        changes = self.held.rows - self.live.rows + len(self.added)
        return not self.live.rows or changes > self.built.rows // WORN_AT


class Leg:
    """BM25 over one set of texts, by tantivy, in memory. Never changed; `changed` gives its successor.

    The successor's scores are those of a leg built anew. tantivy alone would not do that: it counts deleted rows in its
    statistics until it merges segments, and estimates from then on. So there are two segments, the rows as built and
    all that came since, written again at each change, and nothing to merge; each term's weight is set right by its true
    frequency; and `knowledge.filler` holds the average lengths.
    """

    def __init__(self, weights: Sequence[float], index: tantivy.Index, rows: _Rows, *, counted: int) -> None:
        self._weights, self._rows, self._counted = weights, rows, counted
        self._schema = index.schema
        self._searcher = index.searcher()
        self._open = [index]  # for the one successor that may write to it
        self._clauses: dict[str, list[Clause]] = {}

    @classmethod
    def build(cls, weights: Sequence[float], rows: Mapping[int, Row]) -> "Leg":
        """A leg of these rows, of one text for each weight, under numbers of at least 0."""
        live = Size.of(rows.values(), fields=len(weights))
        extra = filler(live, live) if rows else []
        built = live + Size.of(extra, fields=len(weights))
        index = tantivy.Index(_schema(len(weights)))
        index.config_reader("manual")  # else tantivy reloads too, and whoever comes second sleeps for 100 ms
        if rows:  # a commit of nothing takes as long as one of a hundred rows
            _write(index, [*rows.items(), *((BASE_FILLER, row) for row in extra)])
        dead = [Counter[str]() for _ in weights]
        return cls(weights, index, _Rows(live, built, {}, dead), counted=built.rows)

    def changed(self, gone: Mapping[int, Row], new: Mapping[int, Row]) -> "Leg | None":
        """The leg without the rows gone, given as they were, and with new ones under numbers never used before.

        None when it is better built anew: after many changes, or when this leg has a successor already.
        """
        rows = self._changed_rows(gone, new)
        if rows.is_worn or not self._open:
            return None
        index = self._open.pop()
        extra = filler(rows.live, rows.held)
        outdated = [*(number for number in gone if number not in self._rows.added), *self._rows.added, ADDED_FILLER]
        _write(index, [*rows.added.items(), *((ADDED_FILLER, row) for row in extra)], outdated=outdated)
        return Leg(self._weights, index, rows, counted=rows.held.rows + len(extra))

    def best(self, terms: Sequence[str], limit: int, ways: Sequence[Ways] = ()) -> list[tuple[int, float]]:
        """The `limit` best rows that hold any of the terms, and all that equal the last of them, with their scores.

        Best first, ties in the order of their numbers.
        """
        clauses = [clause for term in terms for clause in self._clauses_of(term)]
        query = tantivy.Query.boolean_query(clauses + [clause for each in ways for clause in self._best_of(each)])
        wanted = limit + 1
        found = self._searcher.search(query, wanted, count=False).hits
        while len(found) == wanted and _are_same(found[limit - 1][0], found[-1][0]):
            wanted *= 4
            found = self._searcher.search(query, wanted, count=False).hits
        rows = self._searcher.fast_field_values("row", [address for _, address in found])
        scored: list[tuple[float, int]] = []
        score = math.inf
        for (exact, _), row in zip(found, rows, strict=True):
            score = score if _are_same(score, exact) else exact
            if len(scored) >= limit and score != -scored[limit - 1][0]:
                break
            scored.append((-score, int(row or 0)))
        return [(row, -negative) for negative, row in sorted(scored)]

    def _changed_rows(self, gone: Mapping[int, Row], new: Mapping[int, Row]) -> _Rows:
        fields, now = len(self._weights), self._rows
        dead = [counts.copy() for counts in now.dead]
        for row in (row for number, row in gone.items() if number not in now.added):
            for counts, text in zip(dead, row, strict=True):
                counts.update(set(text.split()))
        live = now.live + Size.of(new.values(), fields=fields) - Size.of(gone.values(), fields=fields)
        added = {number: row for number, row in now.added.items() if number not in gone} | dict(new)
        return _Rows(live, now.built, added, dead)

    def _best_of(self, ways: Ways) -> list[Clause]:
        clauses = [[clause for term in terms for clause in self._clauses_of(term)] for terms in ways]
        held = [tantivy.Query.boolean_query(each) for each in clauses if each]
        return [(tantivy.Occur.Should, tantivy.Query.disjunction_max_query(held))] if held else []

    def _clauses_of(self, term: str) -> list[Clause]:
        """One for each field that holds the term; remembered, so at most as many as there are words."""
        if term in self._clauses:
            return self._clauses[term]
        clauses = [
            (tantivy.Occur.Should, self._clause(field, term, having, counted))
            for field, dead in enumerate(self._rows.dead)
            if (having := (counted := self._searcher.doc_freq(_name(field), term)) - dead[term])
        ]
        if clauses:
            self._clauses[term] = clauses
        return clauses

    def _clause(self, field: int, term: str, having: int, counted: int) -> tantivy.Query:
        """The term looked for in the field, where `counted` rows hold it for tantivy and `having` in truth."""
        query = tantivy.Query.term_query(self._schema, _name(field), term, index_option="freq")
        truth = _idf(self._rows.live.rows, having) / _idf(self._counted, counted)
        return tantivy.Query.boost_query(query, self._weights[field] * truth)


def _schema(fields: int) -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for field in range(fields):
        builder.add_text_field(_name(field), tokenizer_name="whitespace", index_option="freq")
    builder.add_integer_field("row", fast=True, indexed=True)
    return builder.build()


def _name(field: int) -> str:
    return f"field{field}"


def _write(index: tantivy.Index, rows: Sequence[tuple[int, Row]], outdated: Iterable[int] = ()) -> None:
    """Takes the outdated rows out and puts the others into one segment; a segment left without rows is dropped."""
    least, most = WRITER_BYTES
    writer = index.writer(min(max(least, ROW_BYTES * len(rows)), most), 1)
    for number in outdated:
        writer.delete_documents_by_term("row", number)
    for number, row in rows:
        document = tantivy.Document(row=number)
        for field, text in enumerate(row):
            document.add_text(_name(field), text)
        writer.add_document(document)
    writer.commit()
    index.reload()


def _idf(rows: int, having: int) -> float:
    return math.log(1 + (rows - having + 0.5) / (having + 0.5))


def _are_same(higher: float, lower: float) -> bool:
    return lower >= higher * (1 - SAME)
