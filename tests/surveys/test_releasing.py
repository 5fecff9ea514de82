"""What is kept of a closed wave: no group under the threshold, in no order, and no comment beside its score."""

from collections import Counter
from datetime import time
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.surveys.releasing import Given, release, shared_strata
from bot.surveys.sampling import Strata
from knowledge.surveys import Audience, Question, Repeats, Scale, Survey
from tests.surveys.test_sampling import STRATA

QUESTIONS = (
    Question("satisfied", Scale.CSAT, "How satisfied?"),
    Question("missing", Scale.TEXT, "What is missing?"),
)
SURVEY = Survey("s", "S", "why", "o", QUESTIONS, Audience(), Repeats(4, 2, time(10)))
KEY = "5e" * 32
FIELDS = ("team", "role", "asker", "new")


@given(st.lists(STRATA, max_size=80), st.integers(2, 8))
def test_all_rows_that_read_the_same_are_as_many_as_the_threshold(rows: list[Strata], threshold: int) -> None:
    kept = shared_strata(rows, threshold)

    assert kept == [Strata()] * len(rows) if len(rows) < threshold else min(Counter(kept).values()) >= threshold
    for row, left in zip(rows, kept, strict=True):
        assert all(getattr(left, name) in (None, getattr(row, name)) for name in FIELDS)


@given(st.lists(STRATA, min_size=5, max_size=60))
def test_no_filter_and_no_difference_of_two_comes_to_fewer_people(rows: list[Strata]) -> None:
    kept = shared_strata(rows, 5)
    counts = set()
    for size in range(len(FIELDS) + 1):
        for names in combinations(FIELDS, size):
            groups = Counter(tuple(getattr(each, name) for name in names) for each in kept)
            counts |= {*groups.values(), *(len(kept) - count for count in groups.values())}

    assert all(count == 0 or count >= 5 for count in counts)


def test_small_neighbour_is_hidden_with_the_only_hidden_group() -> None:
    rows = [Strata(team="a")] * 9 + [Strata(team="b")] * 3 + [Strata(team="c")] * 6

    assert Counter(each.team for each in shared_strata(rows, 5)) == {"a": 9, None: 9}


def _given(count: int, **more: object) -> list[Given]:
    return [Given({"satisfied": 1 + n % 5, **more}, f"comment {n}", Strata(team="a")) for n in range(count)]


def test_nothing_is_kept_of_a_wave_under_its_threshold() -> None:
    released = release(SURVEY, _given(4), key=KEY, masked=str)

    assert (released.answers, released.comments) == ((), ())


def test_words_are_comments_and_stand_beside_no_score() -> None:
    released = release(SURVEY, _given(5, missing="docs"), key=KEY, masked=str.upper)

    assert sorted(scores["satisfied"] for scores, _ in released.answers) == [1, 2, 3, 4, 5]
    assert {tuple(scores) for scores, _ in released.answers} == {("satisfied",)}
    assert sorted(released.comments) == [*(f"COMMENT {n}" for n in range(5)), *["DOCS"] * 5]


def test_who_wrote_words_alone_has_an_answer_without_scores_that_reads_like_others() -> None:
    silent = Given({"missing": "docs"}, "", Strata(team="b"))
    released = release(SURVEY, [*_given(9), silent], key=KEY, masked=str)
    of_few = release(SURVEY, [*_given(4), silent, silent], key=KEY, masked=str)

    assert sorted(len(scores) for scores, _ in released.answers) == [0, *[1] * 9]
    assert {strata for _, strata in released.answers} == {Strata()}
    assert (of_few.answers, len(of_few.comments), of_few.shared) == ((), 6, {})


def test_of_a_persons_strata_stays_what_stands_beside_answers() -> None:
    other = [Given({"satisfied": 3}, "", Strata(team="b", new=True)) for _ in range(5)]
    released = release(SURVEY, [*_given(5), *other, Given({"satisfied": 1}, "", Strata(team="c"))], key=KEY, masked=str)

    assert released.shared == {
        Strata(team="a"): Strata(),
        Strata(team="b", new=True): Strata(team="b", new=True),
        Strata(team="c"): Strata(),
    }


def test_no_comment_is_kept_when_names_cannot_be_told() -> None:
    released = release(SURVEY, _given(5), key=KEY, masked=None)

    assert (len(released.answers), released.comments) == (5, [])


@pytest.mark.parametrize("part", ["answers", "comments"])
def test_order_is_of_chance_and_differs_between_answers_and_comments(part: str) -> None:
    given = [Given({"satisfied": 3, "place": n}, str(n), Strata()) for n in range(40)]

    orders = []
    for key in ("5e" * 32, "6f" * 32):
        released = release(SURVEY, given, key=key, masked=str)
        places = [scores["place"] for scores, _ in released.answers]
        words = [int(each) for each in released.comments]
        assert sorted(places) == sorted(words) == list(range(40))
        assert places != words
        orders.append(places if part == "answers" else words)

    assert orders[0] != orders[1] != list(range(40)) != orders[0]
