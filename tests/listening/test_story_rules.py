"""A story as a file: the strict reader takes whatever was typed, and nothing in it is HTML or a heading."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.listening.story_rules import PARTS, Named, problems, story_file
from knowledge.problem import Problem
from knowledge.stories import Story, read_story

DAY = date(2026, 11, 24)
WORDS = dict.fromkeys(PARTS, "some words")
# As they come out of `masked`, from a form of Slack's: no NUL.
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.just("\n"), max_size=60)
NAME = st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=40).map(lambda text: " ".join(text.split()))


def read(text: str) -> tuple[Story | None, list[Problem]]:
    found: list[Problem] = []
    return read_story("a.md", text, found, capabilities=()), found


def test_a_story_names_who_agreed_and_lists_them_under_consent() -> None:
    named = Named("Ann Example", ("Bo Sample",), "payments")

    text = story_file("Deploys without a ticket", {**WORDS, "came": "<b>Fast</b>\n# no heading"}, named, told_on=DAY)

    assert text == (
        "---\ntitle: Deploys without a ticket\ntold: 2026-11-24\nby: Ann Example\nwith:\n- Bo Sample\nteam: payments\n"
        "consent:\n- Ann Example\n- Bo Sample\n- payments\n---\n\n"
        "## What was hard\n\nsome words\n\n## What was done\n\nsome words\n\n"
        "## What came of it\n\n&lt;b>Fast&lt;/b>\n\\# no heading\n"
    )
    story, found = read(text)
    assert (story and (story.named, story.team, story.told_on), found) == (
        (("Ann Example", "Bo Sample"), "payments", DAY),
        [],
    )


@given(NAME.filter(bool), TEXT.filter(lambda text: text.strip() != ""), NAME, st.lists(NAME.filter(bool), max_size=3))
def test_whatever_was_typed_is_read_again(title: str, words: str, by: str, others: list[str]) -> None:
    named = Named(by, tuple(each for each in others if each != by))

    text = story_file(title, {**WORDS, "hard": words}, named, told_on=DAY)

    story, found = read(text)
    assert found == []
    assert story is not None
    assert story.title == title
    assert "<" not in story.body


def test_each_part_has_to_say_something() -> None:
    assert set(problems(" ", {"hard": "", "did": " ", "came": "x"}, ["U1"] * 6)) == {"hard", "did", "title", "named"}
    assert problems("t", WORDS, ["U1"] * 5) == {}


def test_too_many_words_are_told_and_none_is_cut() -> None:
    assert set(problems("t" * 81, {**WORDS, "did": "x" * 1_001}, [])) == {"title", "did"}
