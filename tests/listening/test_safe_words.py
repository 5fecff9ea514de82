"""Whatever one person writes, the bot shows it to another as harmless words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blockkit import escape
from bot.listening.safe_words import safe_lines, safe_words
from bot.text_checks import has_call, has_link, hidden

PIECES = (
    *(
        "<@U0ANN>",
        "<!channel>",
        "@here",
        "@ channel",
        "#general",
        "<#C1|x>",
        "https://a.example/x",
        "//a.example",
        "www.",
    ),
    *(
        "[a](",
        "](b)",
        "<a|",
        "javascript:x",
        "a@b.example",
        "&lt;!here&gt;",
        "＠here",
        "\u200b@\u200bhere",
        "\x00",
        "\ud83d",
    ),
    *("thank", "you", ":", "@", "<", ">", "|", "(", ")", "\n", " ", "`", "*", "xoxb-123456789012-abcdefghijkl"),
)


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=12).map("".join), st.integers(5, 200))
def test_nobody_is_called_and_nothing_linked_by_any_words(text: str, most: int) -> None:
    told = safe_words(text, most=most)

    assert not has_call(told)
    assert not has_link(told)
    assert not hidden(told)
    assert len(told) <= most
    assert "\n" not in told
    assert not set("<>") & set(escape(told))


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_nor_by_several_lines(text: str) -> None:
    told = safe_lines(text, most=200)

    assert not any(has_call(line) or has_link(line) for line in told.splitlines())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("the review of our  manifest,\nand your patience", "the review of our manifest, and your patience"),
        ("see https://evil.example/a now", "see (link) now"),
        ("ask <@U0BO|bo> and @everyone", "ask someone and (name)"),
        ("my token is xoxb-123456789012-abcdefghijkl", "my token is (removed)"),
        ("x" * 300, "x" * 199 + "…"),
    ],
    ids=["plain", "a link", "people", "a secret", "long"],
)
def test_what_is_harmless_stays(text: str, told: str) -> None:
    assert safe_words(text, most=200) == told
