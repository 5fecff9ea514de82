"""Figures equal published ones, and those of a library of statistics; skipped and not applicable are left out."""

import csv
import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from scipy.stats import binomtest, norm
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from bot.statistics import Share, Z, difference, finite_factor
from bot.surveys import figures
from knowledge.surveys import Question, Scale
from tests.real_data import REAL_DATA

SURVEYS = REAL_DATA / "surveys"
QUESTIONS = {  # of the published page, by ours
    "Q6": "understand_resources",
    "Q7": "staff_responded_quickly",
    "Q9": "docs_needs",
    "Q10": "ci_needs",
    "Q11": "security_needs",
    "Q12": "tooling_needs",
    "Q13": "marketing_needs",
    "Q14": "overall_support",
    "Q15": "recommend",
}
MOOD = Question("mood", Scale.CSAT, "How is it?")


@dataclass(frozen=True)
class Published:
    """How many gave each score from 1 to 10, how many said that it does not apply, and all of them."""

    counts: tuple[int, ...]
    not_applicable: int
    total: int


def published() -> dict[str, Published]:
    with (SURVEYS / "PUBLISHED_2020_H2_Summary.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    found, current = {}, ""
    for line in lines:
        if said := re.match(r"(Q\d+)\.", line[0]):
            current = said[1]
        if line[0] == "star":
            counts, rest = tuple(map(int, line[1:11])), line[11:]
            has_more = rest[2] != ""
            not_applicable, total = (int(rest[0]), int(rest[1])) if has_more else (0, int(rest[0]))
            found[current] = Published(counts, not_applicable, total)
    return found


def ratings() -> dict[tuple[str, str], list[int]]:
    """What was answered, by wave and question; what does not apply was left out by the publisher's own file."""
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    with (SURVEYS / "ratings.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            found[row["wave"], row["question"]].append(int(row["score"]))
    return found


@pytest.mark.real_data
@pytest.mark.parametrize("number", QUESTIONS)
def test_counts_of_every_score_are_the_published_ones(number: str) -> None:
    said, scores = published()[number], ratings()["2020-H2", QUESTIONS[number]]

    assert figures.distribution(scores, scale_max=10) == said.counts
    assert len(scores) == said.total - said.not_applicable


@pytest.mark.real_data
def test_net_promoters_of_the_published_survey_are_plus_55_7() -> None:
    found = figures.nps(ratings()["2020-H2", "recommend"])

    assert found.value is not None
    assert (found.promoters, found.detractors, found.n, f"{found.value:+.1f}") == (64, 10, 97, "+55.7")


@pytest.mark.real_data
def test_satisfied_of_the_published_survey_are_the_top_three_of_ten_and_the_top_two_of_five() -> None:
    counts, scores = published()["Q14"].counts, ratings()
    in_2019 = scores["2019-H1", "overall_support"]

    assert figures.csat(scores["2020-H2", "overall_support"], scale_max=10) == Share(sum(counts[7:]), sum(counts))
    assert figures.csat(in_2019) == Share(in_2019.count(4) + in_2019.count(5), 64)


@pytest.mark.parametrize(
    ("scale_max", "least"),
    [(3, 3), (4, 3), (5, 4), (6, 5), (7, 6), (10, 8)],
    ids=["top box of 3", "top two of 4", "top two of 5", "top two of 6", "top two of 7", "top three of 10"],
)
def test_satisfied_are_the_top_boxes_of_the_scale(scale_max: int, least: int) -> None:
    assert figures.satisfied_from(scale_max) == least


@pytest.mark.parametrize("scale_max", [1, 2, 8, 9, 11, 100])
def test_what_is_satisfied_on_another_scale_is_not_made_up(scale_max: int) -> None:
    with pytest.raises(ValueError, match="no scale of ours"):
        figures.satisfied_from(scale_max)


@pytest.mark.parametrize("scores", [[0], [6], [5, 5, -1]])
def test_a_score_outside_the_scale_is_refused(scores: Sequence[int]) -> None:
    with pytest.raises(ValueError, match="is no score from 1 to 5"):
        figures.csat(scores)


def test_net_promoters_of_nothing_say_nothing() -> None:
    assert figures.nps([]).value is None


def test_choices_are_counted_in_the_order_they_were_offered() -> None:
    assert figures.choice_shares(["b", "a", "b"], ["a", "b", "c"]) == {
        "a": Share(1, 3),
        "b": Share(2, 3),
        "c": Share(0, 3),
    }
    with pytest.raises(ValueError, match="'d' was not offered"):
        figures.choice_shares(["d"], ["a"])


def test_skipped_and_not_applicable_are_no_answers() -> None:
    answers: list[dict[str, object]] = [
        {"mood": 4},
        {"mood": None},
        {},
        {"mood": "n/a"},
        {"mood": True},
        {"mood": 9},
        {"mood": 1},
    ]

    assert figures.valid(answers, MOOD) == [4, 1]


@pytest.mark.parametrize(
    ("n", "population", "factor"),
    [
        pytest.param(5, 100, None, id="a twentieth is no large part"),
        pytest.param(50, 100, (50 / 99) ** 0.5, id="half"),
        pytest.param(100, 100, 0.0, id="everybody: nothing is left to chance"),
        pytest.param(1, 1, None, id="one of one"),
    ],
)
def test_a_large_part_of_few_people_is_said_to_be_one(n: int, population: int, factor: float | None) -> None:
    found = finite_factor(n, population)

    assert found is None if factor is None else found == pytest.approx(factor)
    assert bool(figures.population_note(n, population)) is (factor is not None)


def test_intervals_are_those_of_a_library_of_statistics() -> None:
    """1,000 cases of chance, to 1e-9; both libraries take the share of the interval, so it is the one of z = 1.96."""
    rng, alpha = random.Random(6), 2 * norm.sf(Z)
    for _ in range(1_000):
        n = rng.randint(1, 5_000)
        k = rng.choice([0, n, rng.randint(0, n)])
        by_scipy = binomtest(k, n).proportion_ci(confidence_level=1 - alpha, method="wilson")
        by_statsmodels = proportion_confint(k, n, alpha=alpha, method="wilson")

        assert Share(k, n).interval == pytest.approx((by_scipy.low, by_scipy.high), abs=1e-9)
        assert Share(k, n).interval == pytest.approx(by_statsmodels, abs=1e-9)


def test_intervals_of_changes_are_those_of_a_library_of_statistics() -> None:
    rng, alpha = random.Random(7), 2 * norm.sf(Z)
    for _ in range(1_000):
        n, m = rng.randint(1, 2_000), rng.randint(1, 2_000)
        k, j = rng.choice([0, n, rng.randint(0, n)]), rng.choice([0, m, rng.randint(0, m)])
        theirs = confint_proportions_2indep(j, m, k, n, method="newcomb", compare="diff", alpha=alpha)

        assert difference(Share(k, n), Share(j, m)) == pytest.approx(theirs, abs=1e-9)
