"""What stands for a person in text is found in all its forms, and nothing else is touched."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy.rules import Traces, usable_names

PERSON = Traces("U0ANA", frozenset({"Ana", "Ana María Ruiz"}), {"D0ANA": "x1234"})


@pytest.mark.parametrize(
    ("text", "left"),
    [
        pytest.param("<@U0ANA>: thanks", "someone: thanks", id="a mention"),
        pytest.param("<@U0ANA|ana.ruiz> thanks", "someone thanks", id="a mention with a name"),
        pytest.param("ask ANA, or @ana", "ask someone, or @someone", id="whatever the case"),
        pytest.param("Ana\n  María Ruiz knows", "someone knows", id="a name over two lines"),
        pytest.param(unicodedata.normalize("NFD", "Ana María Ruiz"), "someone", id="accents as letters of their own"),
        pytest.param("D0ANA:17.1", "x1234:17.1", id="a direct message in a key"),
        pytest.param("d0ana", "someone", id="its id in small letters"),
        pytest.param("Anaconda, banana, U0ANAX, <@U0ANAS>", "Anaconda, banana, U0ANAX, <@U0ANAS>", id="longer words"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_text_without_the_person(text: str, left: str) -> None:
    assert PERSON.remover()(text) == left


@given(st.text(), st.lists(st.sampled_from(["<@U0ANA>", "Ana", "ana", "D0ANA", "Ana  María Ruiz"])))
def test_nothing_is_left_after_one_pass(filling: str, pieces: list[str]) -> None:
    remove = PERSON.remover()
    once = remove(f" {filling} ".join(["", *pieces, ""]))

    assert remove(once) == once
    assert "<@U0ANA>" not in once


@pytest.mark.parametrize("name", ["a.b*c", "(x)", "\\d+", "[", "Ana|Bo"])
def test_a_name_is_no_pattern(name: str) -> None:
    remove = Traces("U0ANA", frozenset({name})).remover()

    assert remove("abc x 55 Bo") == "abc x 55 Bo"


def test_slacks_names_of_a_letter_or_two_are_not_looked_for_and_given_ones_are() -> None:
    assert usable_names(["Bo", " "], ["Li", "Li Chen", " "]) == {"Bo", "Li Chen"}
