"""What people see of a draft: all that goes into Git, and nothing that could call or lead anybody anywhere."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.blockkit import CUT, SECTION_MAX, TEXT_MAX
from bot.curation import draft_blocks as blocks
from bot.curation.draft_maker import WORDS_MOST
from bot.curation.draft_rules import quoted
from bot.errors import PayloadMalformed
from bot.model import Json


def sections(found: tuple[Json, ...]) -> list[str]:
    return [block["text"]["text"] for block in found if block["type"] == "section"]


@given(st.text(max_size=400) | st.text("<&`@!\n ", max_size=9_000))
@example("&" * 9_000)
@example("a\n" * 4_500)
def test_any_draft_keeps_to_what_slack_takes_and_calls_nobody(text: str) -> None:
    shown = blocks.draft(text, "d1", file="articles/a.md", is_own=True, was_asked=True, has_repository=True)

    texts = sections(shown.blocks)
    assert max(map(len, texts)) <= SECTION_MAX
    assert sum(map(len, texts)) <= TEXT_MAX
    assert [each for each in texts[1:] if "<" in each or each.count("```") != 2] == []


def test_whoever_saves_it_sees_all_of_it() -> None:
    text = quoted("Run the cleaner, then wait.\n" * (WORDS_MOST // 28))

    shown = blocks.draft(text, "d1", file="articles/a.md", is_own=False, was_asked=False, has_repository=True)

    seen = "\n".join(each.strip("`").strip() for each in sections(shown.blocks)[1:])
    assert seen == text.replace(">", "&gt;")
    assert CUT not in str(shown.blocks)


def test_what_is_cut_is_said_to_be() -> None:
    shown = blocks.by_hand("a line\n" * 3_000, file="articles/a.md")

    assert CUT in str(shown.blocks)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (
            "https://git.example.com/7",
            "<https://git.example.com/7|How?>, was closed without being merged. Its reviewers say why there.",
        ),
        ("", "How?, was closed without being merged."),
    ],
    ids=["with a page", "without one"],
)
def test_reviewers_say_why_only_where_they_can(url: str, words: str) -> None:
    assert blocks.closed("How?", url=url).text == f"Your proposal for the handbook, {words}"


def test_a_title_of_any_length_is_told_when_its_proposal_was_closed() -> None:
    assert blocks.closed("&" * 9_000, url="").text.endswith("was closed without being merged.")
    assert max(map(len, sections(blocks.closed("&" * 9_000, url="").blocks))) < SECTION_MAX


@pytest.mark.parametrize("action_id", blocks.CHOICES)
def test_each_button_says_something(action_id: str) -> None:
    assert blocks.read_choice(action_id)


def test_another_button_is_refused() -> None:
    with pytest.raises(PayloadMalformed):
        blocks.read_choice("curation.draft.merge")
