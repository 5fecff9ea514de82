"""Which words say that it cannot wait."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.urgency import is_urgent

WORDS = ("prod down", "outage", "sev 1")


@pytest.mark.parametrize(
    "text",
    [
        "prod down!",
        "is PROD\nDOWN for you too?",
        "we have an outage, help?",
        "*prod down*",
        "prod-down?",
        "sev-1: who?",
    ],
)
def test_declared_words_are_urgent_however_they_are_set(text: str) -> None:
    assert is_urgent(text, WORDS)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("product downloads fail?", id="parts of other words"),
        pytest.param("prod is not down", id="words between"),
        pytest.param("outages of last year?", id="another form"),
        pytest.param("what does `prod down` mean?", id="code"),
        pytest.param("```\noutage\n``` why this log?", id="a block of code"),
        pytest.param("&gt; we have an outage\nwho wrote this?", id="a line quoted"),
        pytest.param('who said "prod down" yesterday?', id="quotation marks"),
        pytest.param("<https://x.example/outage|see here>?", id="a link"),
        pytest.param("prod `x` down?", id="what a quote parts"),
        pytest.param("how do I see my logs?", id="none"),
    ],
)
def test_what_only_looks_like_them_is_not(text: str) -> None:
    assert not is_urgent(text, WORDS)


def test_without_declared_words_nothing_is_urgent() -> None:
    assert not is_urgent("prod down outage", ())


@given(st.text(), st.lists(st.from_regex(r"\w[\w $.*-]{0,10}\w", fullmatch=True), min_size=1, max_size=5))
def test_any_word_is_found_between_spaces_in_any_text(text: str, words: list[str]) -> None:
    assert is_urgent(f"{words[0]} {text}", words)
