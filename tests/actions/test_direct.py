"""The nouns of direct runs: what cannot be a run, and what of a backend's words people see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions.direct import LONGEST_SAID, Run, as_text, told, words_of
from knowledge.actions import StepFunction

BACKEND = StepFunction("123456789012", "eu-central-1", "arn")


@pytest.mark.parametrize("request_id", ["", "a" * 81, "r 1", "r/1", "r:1", "r1\n", "r.1", "ré", "*"])
def test_an_id_that_cannot_name_an_execution_is_a_mistake(request_id: str) -> None:
    with pytest.raises(ValueError, match="cannot name an execution"):
        Run(request_id, "restart", "p1", BACKEND)


@pytest.mark.parametrize("requester", ["", "p", "p" * 65, "p 1", "p/1", "p1\n", "p:1", "мaya", "<@U1>"])
def test_a_requester_that_cannot_name_a_session_is_a_mistake(requester: str) -> None:
    with pytest.raises(ValueError, match="cannot name a session"):
        Run("r1", "restart", requester, BACKEND)


def test_the_same_value_is_the_same_text() -> None:
    assert as_text({"b": [1, None], "a": "é"}) == as_text(dict(reversed({"b": [1, None], "a": "é"}.items())))


def test_a_number_that_json_has_not_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        as_text(float("nan"))


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("all\nis\twell\x00", "all is well"),
        ("key AKIA" + "IOSFODNN7EXAMPLE", "key (removed)"),
        ('{"password": "hunter2"}', '{"password": (removed)}'),
        ("\u202eturned", "turned"),
    ],
)
def test_words_are_one_line_without_secrets(said: str, shown: str) -> None:
    assert told(said) == shown


@given(st.text(max_size=6000))
def test_words_are_short_and_can_be_printed(said: str) -> None:
    words = told(said)

    assert len(words) <= LONGEST_SAID
    assert words.isprintable()


def test_no_half_of_a_secret_is_left_at_the_cut() -> None:
    token = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"

    assert "ghp" not in told("a" * (LONGEST_SAID - 10) + f" {token}")


@pytest.mark.parametrize(
    ("output", "words"),
    [('"It is up."', "It is up."), ('{"pods": 3}', '{"pods": 3}'), ("It is up.", "It is up."), ("[" * 5000, None)],
)
def test_what_came_back_is_told_as_text_or_as_json(output: str, words: str | None) -> None:
    assert words is None or words_of(output) == words
    assert len(words_of(output)) <= LONGEST_SAID
