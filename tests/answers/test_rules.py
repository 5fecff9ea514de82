"""When the bot answers, suggests or stays silent."""

from dataclasses import replace

import pytest

from bot.answers.rules import (
    ANSWER_AT,
    NOT_ASKED,
    NOT_FOUND,
    NOT_SURE,
    SUGGEST_AT,
    Answered,
    Choice,
    Silent,
    Suggested,
    Thresholds,
    choose,
)
from knowledge.article import Article, Section, Trust
from knowledge.index import Found, Hit

HITS = tuple(Hit(Article(f"{n}.md", f"Article {n}", ()), Section("", "", (), "", 1), float(10 - n)) for n in range(5))


@pytest.mark.parametrize(
    ("confidence", "expected"),
    [
        pytest.param(1.0, Answered(HITS[:3], 1.0), id="certain"),
        pytest.param(ANSWER_AT, Answered(HITS[:3], ANSWER_AT), id="just sure enough"),
        pytest.param(ANSWER_AT - 0.01, Suggested(HITS[:3], ANSWER_AT - 0.01), id="not quite sure"),
        pytest.param(SUGGEST_AT, Suggested(HITS[:3], SUGGEST_AT), id="just worth a look"),
        pytest.param(SUGGEST_AT - 0.01, Silent(NOT_SURE, SUGGEST_AT - 0.01), id="hardly alike"),
    ],
)
def test_choice_follows_confidence(confidence: float, expected: Choice) -> None:
    assert choose(Found(HITS, confidence, ("log",))) == expected


def test_article_of_low_trust_is_suggested_at_most_and_no_source_of_an_answer() -> None:
    low = replace(HITS[0], article=replace(HITS[0].article, trust=Trust.LOW))

    first, second = choose(Found((low, HITS[1]), 1.0, ("log",))), choose(Found((HITS[1], low), 1.0, ("log",)))

    assert first == Suggested((low, HITS[1]), 1.0)
    assert second == Answered((HITS[1],), 1.0)


@pytest.mark.parametrize(
    ("terms", "reason"),
    [pytest.param(("weather",), NOT_FOUND, id="asked"), pytest.param((), NOT_ASKED, id="not asked")],
)
def test_silence_says_whether_anything_was_asked(terms: tuple[str, ...], reason: str) -> None:
    assert choose(Found((), 0.0, terms)) == Silent(reason, 0.0)


def test_team_may_set_its_own_thresholds() -> None:
    careful = Thresholds(answer_at=0.99, suggest_at=0.95)

    assert choose(Found(HITS, 0.9, ("log",)), careful) == Silent(NOT_SURE, 0.9)


def test_equal_thresholds_never_suggest() -> None:
    assert isinstance(choose(Found(HITS, 0.5, ("log",)), Thresholds(0.5, 0.5)), Answered)
