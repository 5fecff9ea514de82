"""Text not written by us: nothing in it reaches anybody, and no limit of Slack's is passed."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import blockkit
from bot.blockkit import (
    BUTTON_TEXT_MAX,
    SECTION_MAX,
    actions,
    button,
    clip,
    context,
    escape,
    fits,
    in_pieces,
    link,
    plain,
    section,
    table,
)
from bot.model import Json
from sandbox.limits import validate_message_blocks

# All there is in Unicode, lone surrogates too, with what Slack reads as mark-up often.
MARKUP = ("<", ">", "&", "|", "@", "#", "!", "<!channel>", "<@U0MAYA>", "<#C0RANDOM|x>", "&lt;!here&gt;", "\x00", "\n")
HOSTILE = st.lists(st.one_of(st.sampled_from(MARKUP), st.text(st.characters(), max_size=8)), max_size=40).map("".join)
ENTITY = re.compile(r"&(?:amp|lt|gt);")


def unescaped(text: str) -> str:
    """What Slack shows for it."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@given(HOSTILE)
@example("<!channel> <@U0MAYA> <https://evil.example|docs>")
@example("&lt;!channel&gt;")
def test_no_mention_and_no_link_survives_escaping(text: str) -> None:
    escaped = escape(text)

    assert not set(escaped) & {"<", ">", "\x00"}
    assert "&" not in ENTITY.sub("", escaped)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_escaped_text_is_shown_as_it_was_written(text: str) -> None:
    assert unescaped(escape(text)) == text


@given(HOSTILE)
@example("half of an emoji: \ud83d")
def test_escaped_text_can_be_stored_and_sent(text: str) -> None:
    assert escape(text).encode("utf-8").decode("utf-8") == escape(text)


@given(HOSTILE, st.integers(1, 60))
@example("&amp;" * 10, 7)
@example("a" * 20, 1)
def test_clipped_text_is_within_its_limit_and_cuts_no_entity(text: str, limit: int) -> None:
    clipped = clip(escape(text), limit)

    assert len(clipped) <= limit
    assert "&" not in ENTITY.sub("", clipped)


@given(HOSTILE, st.integers(1, 60))
def test_clipping_only_cuts_the_end(text: str, limit: int) -> None:
    clipped = clip(text, limit)

    assert clipped == text or (clipped.endswith("…") and text.startswith(clipped[:-1]) and len(text) > limit)


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        pytest.param("short", 10, "short", id="fits"),
        pytest.param("exactly 10", 10, "exactly 10", id="fits exactly"),
        pytest.param("one two three four", 16, "one two three…", id="at a word"),
        pytest.param("incomprehensibilities", 10, "incompreh…", id="no word near"),
        pytest.param("12345 &amp; more", 10, "12345…", id="before an entity"),
        pytest.param("", 10, "", id="nothing"),
    ],
)
def test_text_is_cut_at_a_word_where_one_is_near(text: str, limit: int, expected: str) -> None:
    assert clip(text, limit) == expected


@given(st.one_of(HOSTILE, HOSTILE.map("https://docs.example/".__add__)), HOSTILE)
@example("https://docs.example/a?b=1&c=2#d", "Logs | <!here>")
@example("https://docs.example/a\tb", "tab")
@example("https://docs.example/\r\u2028", "lines")
@example("javascript:alert(1)", "press me")
def test_link_is_one_whole_link_or_plain_text(url: str, text: str) -> None:
    made = link(url, text)

    inside = made[1:-1] if made.startswith("<https://docs.example/") else made
    assert not set(inside) & {"<", ">", "\x00"}
    assert "&" not in ENTITY.sub("", inside)
    assert made.encode("utf-8").decode("utf-8") == made
    if inside != made:
        address, label = inside.split("|")
        assert unescaped(address) == url
        assert not any(character.isspace() or not character.isprintable() for character in address)
        assert "\n" not in label


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://docs.example/a?b=1&c=2#d", "<https://docs.example/a?b=1&amp;c=2#d|Logs &amp; ¦ traces>"),
        ("http://docs.example", "<http://docs.example|Logs &amp; ¦ traces>"),
        ("", "Logs &amp; ¦ traces"),
        ("ftp://docs.example", "Logs &amp; ¦ traces"),
        ("javascript:alert(1)", "Logs &amp; ¦ traces"),
        ("https://docs.example/>|<!channel", "Logs &amp; ¦ traces"),
    ],
)
def test_only_web_addresses_become_links(url: str, expected: str) -> None:
    assert link(url, "Logs & | traces") == expected


@given(st.text(min_size=1, max_size=20), st.integers(1, 5_000))
def test_blocks_of_any_text_are_taken_by_slack(text: str, times: int) -> None:
    long = escape(text * times) or "-"
    press = button(long, action_id="answers.solved", value="1", style="primary")

    assert validate_message_blocks([section(long), context(long), blockkit.actions("answers.verdict", [press])]) == []


def test_blocks_are_clipped_to_slacks_limits_exactly() -> None:
    long = "x" * 5_000

    assert len(section(long)["text"]["text"]) == SECTION_MAX
    assert len(context(long)["elements"][0]["text"]) == SECTION_MAX
    assert len(button(long, action_id="a", value="v")["text"]["text"]) == BUTTON_TEXT_MAX


def test_slack_is_told_to_leave_names_and_addresses_as_they_are() -> None:
    assert section("see #random")["text"] == {"type": "mrkdwn", "text": "see #random", "verbatim": True}
    assert context("see #random")["elements"] == [{"type": "mrkdwn", "text": "see #random", "verbatim": True}]


SENTENCE = (
    "A sentence of the handbook, and not one of the shortest ones, says what is to be done about all of it and why. "
)
LIST = "".join(f"{number}. {SENTENCE.strip()}\n" for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Short. And whole.", ["Short. And whole."]),
        (SENTENCE * 4, [SENTENCE * 2, SENTENCE * 2]),
        (LIST, [LIST[: LIST.index("3.")], LIST[LIST.index("3.") :]]),
        (f"{SENTENCE * 2}\nShort.", [SENTENCE * 2, "Short."]),
        (f"See:\n```\n{SENTENCE * 3}\n```\n{SENTENCE}", [f"See:\n```\n{SENTENCE * 3}\n```", SENTENCE]),
    ],
    ids=["a short text", "sentences", "a list", "a short end", "code is not cut"],
)
def test_a_section_grows_by_whole_lines_and_sentences(text: str, expected: list[str]) -> None:
    pieces = [block["text"]["text"] for block in in_pieces(section(text))]

    assert [piece.strip() for piece in pieces] == [piece.strip() for piece in expected]


@given(st.text(alphabet="aB.!?`\n 1", max_size=2_000))
def test_pieces_together_say_what_the_section_says(text: str) -> None:
    pieces = [block["text"]["text"] for block in in_pieces(section(text))]

    assert "".join("".join(pieces).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<@U1|maya> and <@U2>", "@maya and @someone"),
        ("<!subteam^S1|@platform> <!channel>", "@platform @someone"),
        ("<#C1|ask> <#C2|>", "#ask #…"),
        ("<https://a.example/x|the page> <https://b.example>", "the page https://b.example"),
        (" a &lt; b &amp;&amp; c ", "a < b && c"),
    ],
)
def test_plain_words_are_what_slack_shows_without_its_mark_up(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("blocks", "is_taken"),
    [
        pytest.param([section("a")] * 44, True, id="the last block"),
        pytest.param([section("a")] * 45, False, id="a block too many"),
        pytest.param([section("a" * 2_800)] * 3, True, id="the last words"),
        pytest.param([section("a" * 2_834)] * 3, False, id="a word too many"),
        pytest.param([table("t", [["a" * 2_834] * 3])], False, id="words in a table"),
        pytest.param(
            [actions("b", [button("a" * 75, action_id="a", value="a")] * 3), context("a" * 2_900)], True, id="buttons"
        ),
    ],
)
def test_a_list_takes_what_leaves_room_for_a_word_on_the_rest(blocks: list[Json], is_taken: bool) -> None:
    assert fits(blocks, [section("a")]) is is_taken
