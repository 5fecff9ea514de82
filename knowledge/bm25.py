"""BM25 over texts that are stems already. Does not stem, fuse or judge (see `knowledge.index`)."""

from collections.abc import Sequence

import tantivy

WRITER_BYTES = 60_000_000  # room for 20,000 passages in one segment: each further one slows every search


class Leg:
    """BM25 over one set of texts, by tantivy, in memory."""

    def __init__(self, weights: Sequence[float], rows: Sequence[Sequence[str]]) -> None:
        self._fields = [(f"field{number}", weight) for number, weight in enumerate(weights)]
        self._clauses: dict[str, list[tuple[tantivy.Occur, tantivy.Query]]] = {}
        builder = tantivy.SchemaBuilder()
        for name, _ in self._fields:
            builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
        builder.add_integer_field("row", fast=True)
        self._schema = builder.build()
        index = tantivy.Index(self._schema)
        writer = index.writer(WRITER_BYTES, 1)  # one thread: rows keep their order, so ties do
        for number, row in enumerate(rows):
            document = tantivy.Document(row=number)
            for (name, _), text in zip(self._fields, row, strict=True):
                document.add_text(name, text)
            writer.add_document(document)
        writer.commit()
        index.reload()
        self._searcher = index.searcher()

    def best(self, terms: Sequence[str], limit: int) -> list[tuple[int, float]]:
        """Up to `limit` rows that hold any of the terms, with their scores: best first, ties in the rows' order."""
        query = tantivy.Query.boolean_query([clause for term in terms for clause in self._clauses_of(term)])
        found = self._searcher.search(query, limit, count=False).hits
        rows = self._searcher.fast_field_values("row", [address for _, address in found])
        scored = [(int(row or 0), float(score)) for (score, _), row in zip(found, rows, strict=True)]
        return sorted(scored, key=lambda item: (-item[1], item[0]))

    def _clauses_of(self, term: str) -> list[tuple[tantivy.Occur, tantivy.Query]]:
        """One for each field that holds the term; remembered, so at most as many as there are words."""
        if term in self._clauses:
            return self._clauses[term]
        clauses = [
            (tantivy.Occur.Should, self._clause(name, weight, term))
            for name, weight in self._fields
            if self._searcher.doc_freq(name, term)
        ]
        if clauses:
            self._clauses[term] = clauses
        return clauses

    def _clause(self, name: str, weight: float, term: str) -> tantivy.Query:
        query = tantivy.Query.term_query(self._schema, name, term, index_option="freq")
        return query if weight == 1.0 else tantivy.Query.boost_query(query, weight)
