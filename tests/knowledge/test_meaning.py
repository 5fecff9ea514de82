"""What vectors add to a search: pages no word leads to, the section meant, and nothing while some are missing."""

import numpy as np
import pytest

from knowledge.article import Article, Audience, Section
from knowledge.confidence import Evidence, Meaning, confidence
from knowledge.index import Found, Index
from knowledge.passages import key_of, passage_text


def packed(*numbers: float) -> bytes:
    return np.array(numbers, "<f2").tobytes()


def article(id_: str, title: str, *texts: str, audience: Audience = Audience.PUBLIC) -> Article:
    sections = tuple(Section(f"Part {n}", f"part-{n}", (), text, n) for n, text in enumerate(texts, start=1))
    return Article(id_, title, sections, audience=audience)


LOGS = article("logs.md", "Application logs", "Standard output is collected.", "Kept for thirty days.")
BUCKETS = article("buckets.md", "Storage buckets", "Private and versioned.", "Empty it first, then remove its file.")
KEYS = article("keys.md", "Rotate keys", "When somebody leaves.")
HANDBOOK = (LOGS, BUCKETS, KEYS)
DIRECTIONS: dict[Article, list[tuple[float, ...]]] = {
    LOGS: [(1, 0, 0), (0.9, 0.1, 0)],
    BUCKETS: [(0, 1, 0.1), (0, 1, 0)],
    KEYS: [(0, 0, 1)],
}
VECTORS = {
    key_of(passage_text(page, section)): packed(*direction)
    for page, directions in DIRECTIONS.items()
    for section, direction in zip(page.sections, directions, strict=True)
}
TO_DELETE_FILES = packed(0, 1, 0)  # the second part of the page on buckets


def ids(found: Found) -> list[str]:
    return [hit.article.id for hit in found.hits]


def test_page_is_found_by_its_meaning_where_no_word_leads_to_it() -> None:
    index = Index.build(HANDBOOK).with_vectors(VECTORS)

    found = index.search("erase uploads", vector=TO_DELETE_FILES)

    assert ids(found)[0] == "buckets.md"
    assert found.hits[0].section.heading == "Part 2"
    assert index.search("erase uploads").hits == ()


def test_words_and_meaning_are_weighed_together() -> None:
    index = Index.build(HANDBOOK).with_vectors(VECTORS)

    agreed = index.search("rotate keys", vector=packed(0, 0, 1))
    doubted = index.search("rotate keys", vector=packed(1, 0, 0))

    assert ids(agreed)[0] == "keys.md"
    assert agreed.confidence > doubted.confidence


@pytest.mark.parametrize(
    "vectors",
    [
        pytest.param({}, id="none"),
        pytest.param(dict(list(VECTORS.items())[1:]), id="one missing"),
        pytest.param({**VECTORS, next(iter(VECTORS)): packed(1, 0)}, id="one of another length"),
        pytest.param(dict.fromkeys(VECTORS, b""), id="empty ones"),
    ],
)
def test_without_a_vector_for_every_passage_the_words_alone_decide(vectors: dict[str, bytes]) -> None:
    bare = Index.build(HANDBOOK)

    index = bare.with_vectors(vectors)

    assert index.search("delete old keys", vector=TO_DELETE_FILES) == bare.search("delete old keys")


def test_question_of_another_model_is_answered_by_its_words() -> None:
    index = Index.build(HANDBOOK).with_vectors(VECTORS)

    assert index.search("rotate keys", vector=packed(1, 0)) == Index.build(HANDBOOK).search("rotate keys")


def test_question_that_says_nothing_finds_nothing_whatever_its_vector() -> None:
    assert Index.build(HANDBOOK).with_vectors(VECTORS).search("how do I?", vector=TO_DELETE_FILES).hits == ()


def test_vectors_that_are_all_nothing_are_like_nothing() -> None:
    found = Index.build(HANDBOOK).with_vectors(VECTORS).search("rotate keys", vector=packed(0, 0, 0))

    assert ids(found)[0] == "keys.md"


def test_changed_article_is_found_by_words_until_it_has_its_vector_again() -> None:
    changed = article("keys.md", "Rotate keys", "When somebody joins.")
    before = Index.build(HANDBOOK).with_vectors(VECTORS)

    after = Index.build((LOGS, BUCKETS, changed), former=before)

    assert after.search("erase uploads", vector=TO_DELETE_FILES).hits == ()
    missing = after.texts().keys() - VECTORS.keys()
    again = after.with_vectors({**VECTORS, **dict.fromkeys(missing, packed(0, 0, 1))})
    assert ids(again.search("erase uploads", vector=TO_DELETE_FILES))[0] == "buckets.md"


def test_vectors_stay_with_an_index_whose_articles_only_go() -> None:
    before = Index.build(HANDBOOK).with_vectors(VECTORS)

    after = Index.build((BUCKETS, KEYS), former=before)

    anew = Index.build((BUCKETS, KEYS)).with_vectors(VECTORS)
    assert after.search("erase uploads", vector=TO_DELETE_FILES) == anew.search("erase uploads", vector=TO_DELETE_FILES)
    assert ids(after.search("erase uploads", vector=TO_DELETE_FILES))[0] == "buckets.md"


def test_what_a_reader_may_not_see_has_no_influence_by_its_vector() -> None:
    secret = article("secret.md", "Deleting for good", "Erase it.", audience=Audience.PLATFORM)
    vectors = {**VECTORS, key_of(passage_text(secret, secret.sections[0])): TO_DELETE_FILES}

    found = Index.build((*HANDBOOK, secret)).with_vectors(vectors).search("erase uploads", vector=TO_DELETE_FILES)

    assert found == Index.build(HANDBOOK).with_vectors(VECTORS).search("erase uploads", vector=TO_DELETE_FILES)


def test_confidence_grows_with_each_sign_of_the_same_meaning() -> None:
    def sure(above: float, standout: float) -> float:
        return confidence(Evidence(4, 0.5, 0.2, 0.0, 0.3, 0.3, 0.2, 0.0, Meaning(above, standout)))

    assert sure(0.1, 0.0) < sure(0.5, 0.0) < sure(0.5, 0.2)
