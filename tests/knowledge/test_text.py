"""What is left of a message when only the question counts, and the words in it."""

import pytest

from knowledge.text import QUESTION_LIMIT, question_text, words


@pytest.mark.parametrize(
    ("message", "question"),
    [
        pytest.param("Hi team, how do I deploy?", "how do I deploy?", id="a greeting"),
        pytest.param("hello! good morning all - is CI down", "is CI down", id="two greetings"),
        pytest.param("<@U1> <!here> is <#C1|ci> down", "is ci down", id="mentions, and a channel's name"),
        pytest.param("see <https://x.org/a|the docs> or https://y.org", "see the docs or", id="links"),
        pytest.param("is it down :pray: :+1:", "is it down", id="emoji codes"),
        pytest.param("why 10:30:45 and a::b", "why 10:30:45 and a::b", id="colons that are no emoji"),
        pytest.param("history of deploys", "history of deploys", id="a word that starts like a greeting"),
        pytest.param("hi", "", id="nothing else said"),
        pytest.param("is a &amp;&amp; b &lt; c?", "is a && b < c?", id="what Slack escapes"),
    ],
)
def test_question_is_what_the_message_asks(message: str, question: str) -> None:
    assert question_text(message) == question


def test_question_is_cut() -> None:
    assert len(question_text("word " * 10_000)) == QUESTION_LIMIT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "How do I use the PostgresOperator?", ["use", "postgresoperator", "postgres", "operator"], id="camel"
        ),
        pytest.param("requests.cpu_limit", ["requests", "cpu", "limit"], id="dots and underscores"),
        pytest.param("OOMKilled 137", ["oomkilled", "137"], id="a run of capitals, kept"),
        pytest.param("Größe überprüfen", ["größe", "überprüfen"], id="other letters"),
        pytest.param("how do I do this", [], id="small talk alone"),
    ],
)
def test_words_leave_out_small_talk_and_take_names_apart(text: str, expected: list[str]) -> None:
    assert words(text) == expected
