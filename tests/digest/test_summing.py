"""A model may rephrase the first sentence, and its words stand only where they say the same."""

from dataclasses import replace

import pytest

from bot.digest.summing import Summing, is_faithful
from bot.digest.team_blocks import rules_summary, team_digest
from tests.digest.weeks_told import RICH

GIVEN = (
    "31 questions from 18 people (24 the week before). Colleagues answered 14, the platform team 9, the handbook 3; "
    "nobody answered 2."
)


@pytest.mark.parametrize(
    "said",
    [
        (
            "31 questions came from 18 people, after 24 the week before; colleagues took 14, the platform team 9, the "
            "handbook 3, and nobody 2."
        ),
        GIVEN,
    ],
    ids=["other words", "the same"],
)
def test_the_same_counts_in_other_words_are_faithful(said: str) -> None:
    assert is_faithful(said, GIVEN)


@pytest.mark.parametrize(
    "said",
    [
        GIVEN.replace("14", "15"),
        GIVEN.replace("Colleagues answered 14, the platform team 9", "The platform team answered 14, colleagues 9"),
        GIVEN.replace("nobody answered 2", "it was a great week"),
        f"{GIVEN} That is better than before.",
        GIVEN.replace("31", "Only 31"),
        f"{GIVEN} See <https://evil.example.com|more>.",
        f"{GIVEN} *Well*.",
        GIVEN * 2,
        "",
    ],
    ids=["a number", "swapped", "left out", "judged", "belittled", "a link", "mark-up", "twice", "nothing"],
)
def test_what_says_anything_else_is_not(said: str) -> None:
    assert not is_faithful(said, GIVEN)


async def test_without_a_model_the_rules_words_stand() -> None:
    digest = await Summing().summed_up(RICH)

    assert digest == RICH
    assert rules_summary(RICH) in team_digest(RICH, {}).text


def test_a_kept_summary_is_shown_again_and_cannot_mention_anybody() -> None:
    shown = team_digest(replace(RICH, summary="31 <!channel> questions"), {})

    assert shown.text.splitlines()[1] == "31 &lt;!channel&gt; questions"
