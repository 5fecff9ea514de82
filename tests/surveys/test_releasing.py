"""What is kept of a closed wave: figures that may be shown, what enough people share, comments in no order."""

import json
from collections import Counter
from dataclasses import replace
from datetime import time
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from bot.surveys.figures import Nps
from bot.surveys.kept import Kept, from_json, to_json
from bot.surveys.releasing import Closing, Given, Released, release, shared_strata
from bot.surveys.sampling import Strata
from bot.surveys.suppression import Reading
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


def _closing(given: list[Given]) -> Closing:
    return Closing(given, {f"p{at}": each.strata for at, each in enumerate(given)})


def test_nothing_is_kept_of_a_wave_under_its_threshold() -> None:
    assert release(SURVEY, _closing(_given(4)), key=KEY, masked=str) == Released()


def test_words_are_comments_and_stand_beside_no_figure() -> None:
    released = release(SURVEY, _closing(_given(5, missing="docs")), key=KEY, masked=str.upper)

    assert released.questions.keys() == {"satisfied"}
    assert sorted(released.comments) == [*(f"COMMENT {n}" for n in range(5)), *["DOCS"] * 5]


def test_who_wrote_words_alone_reads_like_others_and_is_not_counted_by_the_question() -> None:
    silent = Given({"missing": "docs"}, "", Strata(team="b"))
    released = release(SURVEY, _closing([*_given(9), silent]), key=KEY, masked=str)
    of_few = release(SURVEY, _closing([*_given(4), silent, silent]), key=KEY, masked=str)

    assert (released.questions["satisfied"].n, released.questions["satisfied"].is_known) == (9, False)
    assert set(released.shared.values()) == {Strata()}
    assert (of_few.questions, len(of_few.comments), of_few.shared) == ({}, 6, {})


def test_of_a_persons_strata_stays_what_at_least_five_share() -> None:
    others = [Given({"satisfied": 3}, "", Strata(team="b", new=True)) for _ in range(5)]
    given = [*_given(5), *others, Given({"satisfied": 1}, "", Strata(team="c"))]
    released = release(SURVEY, _closing(given), key=KEY, masked=str)

    kept = [Strata()] * 5 + [Strata(team="b", new=True)] * 5 + [Strata()]
    assert dict(released.shared) == {f"p{at}": strata for at, strata in enumerate(kept)}


def test_no_comment_is_kept_when_names_cannot_be_told() -> None:
    released = release(SURVEY, _closing(_given(5)), key=KEY, masked=None)

    assert (released.questions["satisfied"].n, released.comments) == (5, [])


def test_order_of_comments_is_of_chance() -> None:
    given = [Given({"satisfied": 3}, str(n), Strata()) for n in range(40)]
    orders = [
        [int(each) for each in release(SURVEY, _closing(given), key=key, masked=str).comments]
        for key in (KEY, "6f" * 32)
    ]

    assert [sorted(each) for each in orders] == [list(range(40))] * 2
    assert orders[0] != orders[1] != list(range(40)) != orders[0]


def test_what_is_kept_is_read_as_it_was_written() -> None:
    """Of a company where groups are shown exactly, coarsely and not at all, and of each kind of question."""
    asked = (
        *QUESTIONS,
        Question("need", Scale.CHOICE, "What next?", ("docs", "speed")),
        Question("would", Scale.NPS, "Would you?"),
    )
    scores = [(5, "a"), *[(2, "a")] * 14, *[(4, "a")] * 15, *[(5, "b")] * 12, *[(3, "c")] * 11, *[(1, "d")] * 10]
    given = [
        Given({"satisfied": score, "need": "docs", "would": 9}, "", Strata(team=team, new=False))
        for score, team in scores
    ]
    released = release(replace(SURVEY, questions=asked), _closing(given), key=KEY, masked=str)
    found = Kept(len(given), 70, 66, released.questions)

    assert from_json(json.loads(json.dumps(to_json(found)))) == found
    cells = found.questions["satisfied"].released
    assert cells is not None
    assert {each.reads for each in cells.tables["team",].cells} == {Reading.EXACT, Reading.HIGH}
    assert (found.questions["would"].nps, found.questions["need"].choices["docs"].k) == (Nps(63, 0, 63), 63)
