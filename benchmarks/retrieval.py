"""Times `knowledge.index` beside bare tantivy and SQLite FTS5 on the same passages, in one run: trust the ratios.

Bare tantivy is one field with its own English stemmer, the question through its query parser, ten hits: what a bot
without titles, spelling, fusion or confidence would do. FTS5 is the same by SQLite, all words joined by OR. A question
in eight has a slip of the pen. Each is asked several times, with another slip each time, and its best time counts, so
that a busy machine shows less; the load average is printed. A change of one article is timed where all are public, and
where a tenth each is for our own people and for the platform team: then it is indexed for three kinds of readers. The
processor time beside it is this program's, all threads together, and says more on a busy machine. Does not measure
quality (`mentor eval` does).

    python -m benchmarks.retrieval [--passages 5000] [--questions 500]
"""

import argparse
import os
import random
import re
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from statistics import median
from typing import TypeVar

import tantivy

from knowledge.article import Article, Audience, Section
from knowledge.index import Index

_T = TypeVar("_T")

SECTIONS = 6  # an article, about what real handbooks have
WORDS = 90  # a section
VOCABULARY = 12_000  # words, drawn with the frequencies of natural language (Zipf)
FUNCTION = ["the", "to", "of", "and", "a", "in", "is", "for", "on", "you", "with", "your", "how", "do", "we", "it"]
FUNCTION_WORDS = 0.4  # of English text
SYLLABLES = [consonant + vowel for consonant in "bcdfghklmnprstv" for vowel in "aeiou"]
SLIPS = 1 / 8  # of the questions
ROUNDS = 3  # the best of which counts
CHANGES = 15


def main() -> None:
    arguments = _arguments()
    rng = random.Random(7)
    vocabulary = _vocabulary(rng)
    articles = _articles(rng, vocabulary, arguments.passages)
    questions = [_versions(rng, vocabulary) for _ in range(arguments.questions)]

    bare_build_s, bare = _timed(lambda: _bare(articles))
    fts_build_s, fts = _timed(lambda: _fts(articles))
    build_s, index = _timed(lambda: Index.build(articles))
    changes = {"public": _changes(rng, vocabulary, articles, index)}
    mixed = _for_three(articles)
    changes["three kinds"] = _changes(rng, vocabulary, mixed, Index.build(mixed))
    bare_ms, ms = _times(questions, partial(_ask_bare, bare), index.search)
    (fts_ms,) = _times(questions, partial(_ask_fts, fts))  # apart: its scans empty the caches for whoever comes next

    print(f"passages {arguments.passages:,}, questions {len(questions)}, load average {os.getloadavg()[0]:.1f}")
    print(f"build          {build_s:8.2f} s   tantivy {bare_build_s:8.2f} s   FTS5 {fts_build_s:8.2f} s")
    for name, each in changes.items():
        walls, processor = zip(*each, strict=True)
        print(
            f"one article    {median(walls):8.1f} ms  fastest {min(walls):8.1f} ms  slowest {max(walls):8.1f} ms"
            f"  processor {median(processor):6.1f} ms  ({name})"
        )
    for name, of in (("p50", median), ("p99", _p99)):
        print(
            f"{name}            {of(ms):8.3f} ms  tantivy {of(bare_ms):8.3f} ms  FTS5 {of(fts_ms):8.3f} ms"
            f"  ratio {of(ms) / of(bare_ms):.2f} and {of(ms) / of(fts_ms):.2f}"
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Times the index beside bare tantivy and SQLite FTS5.")
    parser.add_argument("--passages", type=int, default=5_000)
    parser.add_argument("--questions", type=int, default=500)
    return parser.parse_args()


def _vocabulary(rng: random.Random) -> list[str]:
    made: dict[str, None] = {}
    while len(made) < VOCABULARY:
        made["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4)))] = None
    return list(made)


def _text(rng: random.Random, vocabulary: Sequence[str], length: int) -> str:
    def word() -> str:
        if rng.random() < FUNCTION_WORDS:
            return rng.choice(FUNCTION)
        return vocabulary[int(len(vocabulary) ** rng.random()) - 1]

    return " ".join(word() for _ in range(length))


def _versions(rng: random.Random, vocabulary: Sequence[str]) -> list[str]:
    """A question as often as it is asked; in one of eight the longest word lacks a letter, each time another."""
    text = _text(rng, vocabulary, rng.randint(4, 14))
    longest = max(text.split(), key=len)
    if rng.random() >= SLIPS:
        return [text] * ROUNDS
    return [text.replace(longest, longest[:place] + longest[place + 1 :], 1) for place in range(1, ROUNDS + 1)]


def _articles(rng: random.Random, vocabulary: Sequence[str], passages: int) -> list[Article]:
    def section(number: int) -> Section:
        heading = _text(rng, vocabulary, 3)
        return Section(heading, heading.replace(" ", "-"), (), _text(rng, vocabulary, WORDS), number)

    return [
        Article(
            f"articles/{first:06}.md",
            _text(rng, vocabulary, 4),
            tuple(section(n) for n in range(first, min(first + SECTIONS, passages))),
        )
        for first in range(0, passages, SECTIONS)
    ]


def _bare(articles: Sequence[Article]) -> tantivy.Index:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name="en_stem", index_option="freq")
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    index = tantivy.Index(builder.build())
    writer = index.writer(15_000_000, 1)
    for article in articles:
        for section in article.sections:
            writer.add_document(
                tantivy.Document(id=article.id, text=f"{article.title} {section.heading} {section.text}")
            )
    writer.commit()
    index.reload()
    return index


def _ask_bare(index: tantivy.Index, question: str) -> list[str]:
    searcher = index.searcher()
    hits = searcher.search(index.parse_query(question, ["text"]), 10).hits
    return [str(searcher.doc(address).get_first("id")) for _, address in hits]


def _fts(articles: Sequence[Article]) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE passages USING fts5(id UNINDEXED, text, tokenize='porter unicode61')")
    database.executemany(
        "INSERT INTO passages VALUES (?, ?)",
        [
            (article.id, f"{article.title} {section.heading} {section.text}")
            for article in articles
            for section in article.sections
        ],
    )
    return database


def _ask_fts(database: sqlite3.Connection, question: str) -> list[str]:
    asked = " OR ".join(re.findall(r"\w+", question))
    found = database.execute("SELECT id FROM passages WHERE passages MATCH ? ORDER BY rank LIMIT 10", (asked,))
    return [str(id_) for (id_,) in found]


def _for_three(articles: Sequence[Article]) -> list[Article]:
    """The articles, a tenth of them for our own people and a tenth for the platform team."""
    audiences = (Audience.INTERNAL, Audience.PLATFORM, *[Audience.PUBLIC] * 8)
    return [replace(article, audience=audiences[place % 10]) for place, article in enumerate(articles)]


def _changes(
    rng: random.Random, vocabulary: Sequence[str], articles: Sequence[Article], index: Index
) -> list[tuple[float, float]]:
    """Milliseconds, by the wall and of the processor, to the next index from a former one and the articles, of which a
    public one changed; several times over.
    """
    times = []
    public = [place for place, article in enumerate(articles) if article.audience is Audience.PUBLIC]
    for _ in range(CHANGES):
        changed = list(articles)
        place = rng.choice(public)
        changed[place] = replace(changed[place], title=_text(rng, vocabulary, 4))
        copies = [replace(article, sections=tuple(map(replace, article.sections))) for article in changed]
        before_s = time.process_time()
        taken_s, index = _timed(partial(Index.build, copies, former=index))
        times.append((taken_s * 1_000, (time.process_time() - before_s) * 1_000))
        articles = changed
    return times


def _timed(work: Callable[[], _T]) -> tuple[float, _T]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def _times(questions: Sequence[Sequence[str]], *ways: Callable[[str], object]) -> list[list[float]]:
    """Milliseconds of each way for each question, the ways taken in turn so that noise falls on all alike."""
    times: list[list[float]] = [[] for _ in ways]
    for versions in questions:
        rounds = [[_timed(partial(ask, question))[0] for ask in ways] for question in versions]
        for taken, tries in zip(times, zip(*rounds, strict=True), strict=True):
            taken.append(min(tries) * 1_000)
    return times


def _p99(times: Sequence[float]) -> float:
    return sorted(times)[len(times) * 99 // 100]


if __name__ == "__main__":
    main()
