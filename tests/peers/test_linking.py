"""What a message answers, by what stands before it; and the evidence that speaks for it."""

import re
from pathlib import Path

import pytest

from bot.peers import evidence, forms
from bot.peers.evidence import Form, Link, Said
from bot.peers.linking import WINDOW, Window
from bot.peers.naming import Addressing, names_of
from bot.peers.sentences import read
from bot.peers.weights import WEIGHTS
from bot.peers.wording import gist, question_kind
from tests.peers.test_linker import said as message


def said(number: int, author: str, text: str, *, to: str | None = None, has_thread: bool = False) -> Said:
    form = forms.form_of(text, read(text), asks=question_kind(text) is not None)
    return Said(f"{1_763_990_000 + number * 15}.000100", author, gist(text), form, addressee=to, has_thread=has_thread)


def answered(*talk: Said) -> list[int | None]:
    """By message, the number of the one it answers."""
    window = Window()
    links = [window.link(each) for each in talk]
    numbers = {each.ts: number for number, each in enumerate(talk)}
    return [None if link.answers_ts is None else numbers[link.answers_ts] for link in links]


def test_two_talks_at_once_are_told_apart_by_mentions_and_turns() -> None:
    talk = (
        said(0, "ada", "How do I see the logs of my service?"),
        said(1, "bela", "Is the registry down for everybody?"),
        said(2, "chidi", "in the portal, there is a tab for it", to="ada"),
        said(3, "dora", "only the mirror is", to="bela"),
        said(4, "ada", "and how long are they kept?", to="chidi"),
        said(5, "chidi", "a month", to="ada"),
    )

    assert answered(*talk) == [None, None, 0, 1, 2, 4]


def test_somebody_who_goes_on_goes_on_from_their_own() -> None:
    talk = (said(0, "ada", "Our build fails since this morning"), said(1, "ada", "and the log is empty"))

    assert answered(*talk) == [None, 0]


def test_after_days_a_matter_is_a_new_one() -> None:
    talk = (said(0, "ada", "Is the registry down?"), said(20_000, "bela", "no", to="ada"))

    assert answered(*talk) == [None, None]


def test_a_talk_keeps_its_first_message() -> None:
    window = Window()
    talk = [said(0, "ada", "How do I see logs?"), said(1, "bela", "in the portal", to="ada")]
    thanks = said(2, "ada", "thanks, that worked", to="bela")

    links = [window.link(each) for each in (*talk, thanks)]

    assert [link.talk_ts for link in links] == [talk[0].ts] * 3
    assert all(0 < link.confidence <= 1 for link in links)


def test_a_window_read_back_goes_on_as_one_that_was_never_left() -> None:
    texts = ("Is it down?", "yes", "ok", "How do I see logs?", "and traces?", "in the portal", "thanks!")
    talk = [said(number, f"p{number * 7 % 4}", texts[number * 5 % 7]) for number in range(3 * WINDOW)]
    window = Window()
    linked = [(each, window.link(each)) for each in talk]

    again = Window(linked[WINDOW : 2 * WINDOW])

    assert [again.link(each) for each in talk[2 * WINDOW :]] == [link for _, link in linked[2 * WINDOW :]]


def test_a_message_with_a_thread_of_its_own_answers_nothing() -> None:
    talk = (said(0, "ada", "Is the registry down?"), said(1, "bela", "for me too", to="ada", has_thread=True))

    assert answered(*talk) == [None, None]


def test_each_piece_of_evidence_has_a_weight_and_each_weight_is_used() -> None:
    source = Path(evidence.__file__).read_text(encoding="utf-8")

    assert set(re.findall(r'\("([^"]+)", (?:1\.0|near|shared|log1p|min|self)', source)) == WEIGHTS.keys()


@pytest.mark.parametrize("form", [Form(), Form(True, True, True, True, 30), Form(asks=True, length=7)])
def test_a_form_is_read_as_it_was_written(form: Form) -> None:
    assert forms.read_form(forms.written(form)) == form


def test_shared_words_are_counted_and_everyday_ones_are_not() -> None:
    words = forms.words_of(read("how do I install the kernel modules with the installer"))

    known = {"1": forms.words_of(read("installing kernel 5")), "2": frozenset({"other"}), "4": words}

    assert forms.shared(words, known, ["1", "2", "3"]) == {"1": 2}


USERS = (
    {"id": "U1", "name": "ada", "profile": {"display_name": "Ada L."}},
    {"id": "U2", "name": "bela"},
    {"id": "U3", "name": "sort"},
    {"id": "U4", "name": "twin"},
    {"id": "U5", "name": "twin"},
)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("ada: in the portal", "U1"),
        ("@Ada in the portal", "U1"),
        ("!docs | ada", "U1"),
        ("bela wrote that", None),
        ("sort the lines", None),
        ("twin: in the portal", None),
        ("ada: <@U2> knows", None),
        ("it is in the portal, ada", None),
    ],
    ids=["name", "at sign", "command", "own name", "who never wrote", "of two", "a mention", "not at the beginning"],
)
def test_a_name_at_the_beginning_says_whom_a_message_is_to(text: str, named: str | None) -> None:
    addressing = Addressing(names_of(USERS))
    for number, user in enumerate(("U1", "U4")):
        addressing.of(message(number, user, "Is it down?"))

    assert addressing.of(message(5, "U2", text)) == named


def test_a_link_says_so_where_nothing_is_answered() -> None:
    first = said(0, "ada", "hi all, how do I see logs?")

    assert Window().link(first) == Link(None, first.ts, 1.0)
