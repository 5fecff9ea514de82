"""An index made from a former one: it finds what one built anew would find, and leaves the former as it was."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.article import Article, Audience, Section
from knowledge.index import Found, Index

WORDS = ("bucket", "buckets", "logs", "secret", "rotate", "database", "restore", "pipeline", "certificate", "quota")
QUESTIONS = ("rotate the secret", "bucket logs", "restoer my databse", "certifcate quota", "pipeline", "frobnicate")
READERS = (frozenset({Audience.PUBLIC}), frozenset({Audience.PUBLIC, Audience.INTERNAL}))

texts = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
sections = st.builds(Section, heading=texts, anchor=st.just(""), path=st.just(()), text=texts, line=st.just(1))
articles = st.builds(
    Article,
    id=st.sampled_from([f"{number:02}.md" for number in range(48)]),
    title=texts,
    sections=st.lists(sections, max_size=3).map(tuple),
    questions=st.lists(texts, max_size=1).map(tuple),
    audience=st.sampled_from([Audience.PUBLIC, Audience.PUBLIC, Audience.INTERNAL]),
    moved_to=st.sampled_from(["", "", "", "", "00.md", "01.md"]),
    superseded_by=st.sampled_from(["", "", "", "02.md", "03.md"]),
)
handbooks = st.integers().map(lambda seed: written(Random(seed)))


def written(rng: Random) -> list[Article]:
    """A handbook large enough that a few changed articles do not make it worth building anew."""

    def text(longest: int) -> str:
        return " ".join(rng.choices(WORDS, k=rng.randint(0, longest)))

    def section() -> Section:
        return Section(text(3), "", (), text(12), 1)

    return [
        Article(
            f"{number:02}.md",
            text(4),
            tuple(section() for _ in range(rng.randint(0, 3))),
            audience=rng.choice([Audience.PUBLIC, Audience.PUBLIC, Audience.INTERNAL]),
        )
        for number in range(40)
    ]


@dataclass(frozen=True)
class Edit:
    """One article written, new or in another's place, and perhaps one deleted."""

    written: Article
    deleted: str | None

    def __call__(self, handbook: Sequence[Article]) -> list[Article]:
        kept = [article for article in handbook if article.id not in (self.written.id, self.deleted)]
        return [*kept, self.written]


edits = st.builds(Edit, articles, st.none() | st.sampled_from(["03.md", "07.md", "12.md"]))


def answers(index: Index) -> list[Found]:
    return [index.search(question, audiences=readers) for question in QUESTIONS for readers in READERS]


def about(found: Found) -> Found:
    """The same, equal to what differs from it by the rounding of single precision alone."""
    hits = tuple(replace(hit, score=near(hit.score)) for hit in found.hits)
    return replace(found, hits=hits, confidence=near(found.confidence))


def near(number: float) -> float:
    return cast("float", pytest.approx(number, abs=1e-4))


@settings(max_examples=25)
@given(handbooks, st.lists(edits, min_size=1, max_size=5))
def test_index_after_any_edits_finds_what_one_built_anew_finds(handbook: list[Article], edited: list[Edit]) -> None:
    index = Index.build(handbook)
    for edit in edited:
        handbook = edit(handbook)
        index = Index.build(handbook, former=index)

    assert answers(index) == [about(found) for found in answers(Index.build(handbook))]


@settings(max_examples=10)
@given(handbooks, edits, edits)
def test_former_index_finds_what_it_found_before(handbook: list[Article], one: Edit, other: Edit) -> None:
    former = Index.build(handbook)
    before = answers(former)

    one_way, other_way = Index.build(one(handbook), former=former), Index.build(other(handbook), former=former)

    assert answers(former) == before
    assert answers(one_way) == [about(found) for found in answers(Index.build(one(handbook)))]
    assert answers(other_way) == [about(found) for found in answers(Index.build(other(handbook)))]
