"""Times `knowledge.index` against bare tantivy on the same passages, within one run: the ratio holds, not milliseconds.

Bare tantivy is one field with its own English stemmer, the question through its query parser, ten hits: what a bot
without titles, spelling, fusion or confidence would do. Does not measure quality (`mentor eval` does).

    python -m benchmarks.retrieval [--passages 5000] [--questions 500]
"""

import argparse
import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from statistics import median
from typing import TypeVar

import tantivy

from knowledge.article import Article, Section
from knowledge.index import Index

_T = TypeVar("_T")

SECTIONS = 6  # an article, about what real handbooks have
WORDS = 90  # a section
VOCABULARY = 12_000  # words, drawn with the frequencies of natural language (Zipf)
FUNCTION = ["the", "to", "of", "and", "a", "in", "is", "for", "on", "you", "with", "your", "how", "do", "we", "it"]
FUNCTION_WORDS = 0.4  # of English text
SYLLABLES = [consonant + vowel for consonant in "bcdfghklmnprstv" for vowel in "aeiou"]


def main() -> None:
    arguments = _arguments()
    rng = random.Random(7)
    vocabulary = _vocabulary(rng)
    articles = _articles(rng, vocabulary, arguments.passages)
    questions = [_text(rng, vocabulary, rng.randint(4, 14)) for _ in range(arguments.questions)]

    bare_build_s, bare = _timed(lambda: _bare(articles))
    build_s, index = _timed(lambda: Index.build(articles))
    bare_ms, ms = _times(questions, lambda question: _ask_bare(bare, question), index.search)

    print(f"passages     {arguments.passages:>8}   questions {len(questions)}")
    print(f"build        {build_s:8.2f} s  bare {bare_build_s:6.2f} s")
    print(f"p50          {median(ms):8.3f} ms bare {median(bare_ms):6.3f} ms  ratio {median(ms) / median(bare_ms):.2f}")
    print(f"p99          {_p99(ms):8.3f} ms bare {_p99(bare_ms):6.3f} ms  ratio {_p99(ms) / _p99(bare_ms):.2f}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Times the index against bare tantivy.")
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


def _timed(work: Callable[[], _T]) -> tuple[float, _T]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def _times(questions: Sequence[str], *ways: Callable[[str], object]) -> list[list[float]]:
    """Milliseconds of each way for each question, the ways taken in turn so that noise falls on all alike."""
    times: list[list[float]] = [[] for _ in ways]
    for question in questions:
        for taken, ask in zip(times, ways, strict=True):
            taken.append(_timed(partial(ask, question))[0] * 1_000)
    return times


def _p99(times: Sequence[float]) -> float:
    return sorted(times)[len(times) * 99 // 100]


if __name__ == "__main__":
    main()
