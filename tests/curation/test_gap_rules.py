"""Which askings are one gap: by what their words mean, and whatever the order in which they came to be known."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.curation.gap_rules import (
    ALIKE_AT,
    Asked,
    Because,
    Closing,
    Cluster,
    Lack,
    Member,
    Placed,
    Standing,
    by_weight,
    gap_id,
    gap_of,
    sorted_in,
)
from bot.model import QuestionKind
from knowledge.likeness import WordLikeness
from tests.real_data import REAL_DATA

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
# Each line is one need, asked as people ask in a channel.
NEEDS = (
    (
        "does the cluster have gpu nodes?",
        "can I get a gpu node for training?",
        "are there any nodes with GPUs in the cluster",
    ),
    (
        "how do I restore a db from last night's backup?",
        "can somebody restore our database backup",
        "need the database backup of yesterday restored, how?",
    ),
    (
        "please create a kafka topic for us",
        "kafka topic creation, who does it?",
        "can someone create a new Kafka topic called orders?",
    ),
    ("pods are stuck in ImagePullBackOff", "ImagePullBackOff on all our pods", "why do my pods get ImagePullBackOff"),
    ("how do I delete a namespace", "please delete our old namespace", "namespace deletion - what's the process?"),
)
TEXTS = {f"{need}.{number}": text for need, texts in enumerate(NEEDS) for number, text in enumerate(texts)}
ALIKE = WordLikeness(TEXTS)


def asked(key: str, hours: float = 0) -> Asked:
    return Asked(key, NOON + timedelta(hours=hours))


def partition(placed: Sequence[Placed]) -> set[frozenset[str]]:
    """Which keys are together."""
    gaps: dict[str, set[str]] = {}
    for each in placed:
        gaps.setdefault(each.gap_id, set()).add(each.key)
    return {frozenset(each) for each in gaps.values()}


def test_the_same_need_in_other_words_is_one_gap() -> None:
    placed = sorted_in([asked(key) for key in TEXTS], [], ALIKE)

    assert partition(placed) == {frozenset(f"{need}.{number}" for number in range(3)) for need in range(len(NEEDS))}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("how do I get the logs?", "Where are my LOGS", id="inflection and small talk"),
        pytest.param("kubernets quota", "kubernetes quotas?", id="a slip of the pen"),
        pytest.param("restore our db", "restoring a database", id="an abbreviation"),
        pytest.param("traces from checkout to billing", "billing to checkout traces", id="word order"),
    ],
)
def test_words_are_compared_for_what_they_mean(one: str, other: str) -> None:
    assert WordLikeness({"one": one, "other": other})("one", "other") > 0.9


@pytest.mark.parametrize("texts", [("", "logs"), ("hi all", "hello?"), ("<@U1>", "<@U1>")])
def test_nothing_is_like_what_says_nothing(texts: tuple[str, str]) -> None:
    assert WordLikeness(dict(enumerate_keys(texts)))("0", "1") == 0.0


def enumerate_keys(texts: Sequence[str]) -> list[tuple[str, str]]:
    return [(str(number), text) for number, text in enumerate(texts)]


def test_likeness_has_no_direction_and_is_a_share() -> None:
    for one, other in combinations(TEXTS, 2):
        assert ALIKE(one, other) == pytest.approx(ALIKE(other, one))
        assert 0.0 <= ALIKE(one, other) <= 1.0
    assert all(ALIKE(each, each) == pytest.approx(1.0) for each in TEXTS)


def test_one_is_not_drawn_in_by_a_chain() -> None:
    """Each is like the next; the last is like the first in nothing."""
    likeness = {("a", "b"): 0.5, ("b", "c"): 0.5, ("a", "c"): 0.0}

    placed = sorted_in([asked("a", 1), asked("b", 2), asked("c", 3)], [], lambda *pair: likeness[min(pair), max(pair)])

    assert partition(placed) == {frozenset("ab"), frozenset("c")}


# Properties. Askings of needs that are well apart, or as like each other as chance has it.


def apart(one: str, other: str) -> float:
    return 0.8 if one.partition(".")[0] == other.partition(".")[0] else ALIKE_AT - 0.05


askings = st.lists(
    st.builds(lambda need, number: f"{need}.{number}", st.integers(0, 4), st.integers(0, 30)), unique=True, max_size=14
)


@given(askings, st.randoms(), st.lists(st.integers(0, 3), min_size=14, max_size=14))
def test_order_of_arrival_changes_nothing_where_gaps_are_apart(keys: list[str], rng: object, runs: list[int]) -> None:
    shuffled = list(keys)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    news = {key: asked(key, number) for number, key in enumerate(keys)}
    clusters: list[Cluster] = []
    placed = []
    for run in range(4):
        part = [news[key] for key, when in zip(shuffled, runs, strict=False) if when == run]
        placed += _run(part, clusters, apart)

    assert partition(placed) == partition(sorted_in(list(news.values()), [], apart))


@given(askings, st.dictionaries(st.tuples(st.integers(0, 99), st.integers(0, 99)), st.floats(0, 1), max_size=40))
def test_each_asking_is_in_one_gap_and_stays_while_others_join(
    keys: list[str], chance: dict[tuple[int, int], float]
) -> None:
    def alike(one: str, other: str) -> float:
        first, second = sorted((hash_of(one), hash_of(other)))
        return chance.get((first, second), (first * 7 + second) % 10 / 10)

    news = [asked(key, number) for number, key in enumerate(keys)]
    clusters: list[Cluster] = []
    one_by_one = [each for asking in news for each in _run([asking], clusters, alike)]

    assert sorted(each.key for each in one_by_one) == sorted(keys)
    assert one_by_one == sorted_in(news, [], alike)  # also when all are known at once
    assert {each.gap_id for each in one_by_one if each.is_new} == {each.gap_id for each in one_by_one}
    assert all(each.gap_id == gap_id(each.key) for each in one_by_one if each.is_new)


def hash_of(key: str) -> int:
    need, _, number = key.partition(".")
    return (int(need) * 31 + int(number)) % 100


def _run(part: Sequence[Asked], clusters: list[Cluster], alike: object) -> list[Placed]:
    """As one run of the sorting does: what was placed before is known, and grows."""
    placed = sorted_in(part, clusters, alike)  # type: ignore[arg-type]
    for each in placed:
        if each.is_new:
            joined = [other.key for other in placed if other.gap_id == each.gap_id]
            clusters.append(Cluster(each.gap_id, joined))
    return placed


@pytest.mark.real_data
def test_questions_about_different_pages_are_hardly_ever_alike() -> None:
    """Two in five thousand when it was measured; the shares of an idf over other questions may move a little."""
    rows = [json.loads(line) for line in (REAL_DATA / "retrieval-dev.jsonl").read_text().splitlines()]
    pages = {row["qid"]: set(row["relevant_ids"]) for row in rows if row["kind"].startswith("authored")}
    alike = WordLikeness({row["qid"]: row["query"] for row in rows if row["qid"] in pages})

    strangers = [pair for pair in combinations(pages, 2) if not pages[pair[0]] & pages[pair[1]]]

    assert sum(alike(*pair) >= ALIKE_AT for pair in strangers) <= len(strangers) / 1_000


# Closed gaps.

CLOSED = [Cluster("old", ["0.0"], closed_at=NOON)]


def test_asked_again_after_it_was_closed_it_is_a_new_gap_that_says_so() -> None:
    placed = sorted_in([asked("0.1", 1), asked("0.2", 2)], CLOSED, apart)

    new = gap_id("0.1")
    assert placed == [Placed("0.1", new, is_new=True, follows="old"), Placed("0.2", new)]


def test_asked_before_it_was_closed_it_belongs_there() -> None:
    assert sorted_in([asked("0.1", -1)], CLOSED, apart) == [Placed("0.1", "old")]


def test_an_open_gap_goes_before_a_closed_one() -> None:
    clusters = [*CLOSED, Cluster("new", ["0.1"])]

    assert sorted_in([asked("0.2", 3)], clusters, lambda _, other: 0.9 if other == "0.0" else 0.5) == [
        Placed("0.2", "new")
    ]


# What is said of a gap.


def member(number: int, kind: str = "how-to", asker: str | None = "p1", text: str = "") -> Member:
    return Member(f"C1:{number}", "C1", str(number), kind, NOON + timedelta(hours=number), asker, text)


def test_a_gap_counts_questions_and_distinct_people_and_shows_the_newest_words_it_may() -> None:
    members = [member(3, asker=None), member(1, asker="p1", text="old"), member(2, asker="p2", text="new"), member(4)]

    gap = gap_of(Standing("g", NOON), members)

    assert (gap.questions, gap.people, gap.example, gap.ts) == (4, 2, "new", "2")
    assert (gap.first_asked_at, gap.last_asked_at) == (NOON + timedelta(hours=1), NOON + timedelta(hours=4))


@pytest.mark.parametrize(
    ("kinds", "said", "kind", "lack"),
    [
        (["how-to", "broken", "broken"], None, QuestionKind.BROKEN, Lack.PRODUCT),
        (["unsure", "unsure", "do-it-for-me"], None, QuestionKind.DO_IT_FOR_ME, Lack.ACTION),
        (["unsure", "unsure"], None, QuestionKind.UNSURE, Lack.ARTICLE),
        (["idea", "how-to"], None, QuestionKind.IDEA, Lack.PRODUCT),
        (["idea", "idea"], "how-to", QuestionKind.HOW_TO, Lack.ARTICLE),
    ],
    ids=["most of them", "what can be told", "nothing can be told", "the first of equals", "as a person said"],
)
def test_a_gap_lacks_what_its_questions_ask_for(
    kinds: list[str], said: str | None, kind: QuestionKind, lack: Lack
) -> None:
    gap = gap_of(Standing("g", NOON, kind=said), [member(number, each) for number, each in enumerate(kinds)])

    assert (gap.kind, gap.lacks) == (kind, lack)


@pytest.mark.parametrize(
    ("askers", "is_worth_it"),
    [(["p1", "p2", "p1"], True), (["p1"] * 4, False), (["p1", "p2"], False), (["p1", None, None], False)],
    ids=["three askings of two", "one person", "two askings", "somebody does not count as a person"],
)
def test_an_action_is_worth_drafting_when_several_ask_again(askers: list[str | None], is_worth_it: bool) -> None:
    members = [member(number, "do-it-for-me", asker) for number, asker in enumerate(askers)]

    assert gap_of(Standing("g", NOON), members).is_worth_an_action is is_worth_it


def test_what_most_people_ask_for_comes_first() -> None:
    few = gap_of(Standing("few", NOON), [member(number) for number in range(9)])
    many = gap_of(Standing("many", NOON), [member(1, asker="p1"), member(2, asker="p2")])
    closing = Closing(NOON, Because.QUIET)

    assert [each.id for each in by_weight([few, many])] == ["many", "few"]
    assert gap_of(Standing("g", NOON, closing=closing), [member(1)]).closing == closing
