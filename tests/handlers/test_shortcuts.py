"""What somebody wants by a shortcut, and where it stands."""

import pytest

from bot.errors import PayloadMalformed
from handlers import payload, shortcuts
from handlers.payload import Picked
from handlers.shortcuts import SHORTCUTS, Place, Shortcut
from tests.handlers.payloads import message, shortcut, shortcut_on


def test_a_shortcut_on_a_message_says_on_which() -> None:
    body = shortcut_on(message(text="where are my logs?"), callback_id="answers.ask")

    assert payload.read_picked(body) == Picked(
        "shortcut:1.2.small",
        "U0PRIYA",
        "answers.ask",
        text="where are my logs?",
        channel_id="C0ASKPLAT",
        ts="1795514000.000100",
        root="1795514000.000100",
        response_url="http://127.0.0.1:9/none",
        trigger_id="1.2.small",
        author_id="U0PRIYA",
    )


def test_a_shortcut_on_a_bots_message_names_no_author() -> None:
    body = shortcut_on(message(bot_id="B0OTHER"), callback_id="answers.ask")

    assert payload.read_picked(body).author_id == ""


def test_a_shortcut_on_a_reply_says_in_which_thread() -> None:
    body = shortcut_on(message(thread_ts="1795513000.000100"), callback_id="answers.ask")

    assert payload.read_picked(body).root == "1795513000.000100"


def test_a_shortcut_used_anywhere_has_no_message() -> None:
    picked = payload.read_picked(shortcut())

    assert picked == Picked("shortcut:1.2.small", "U0PRIYA", "answers.person", trigger_id="1.2.small")
    assert not picked.is_on_message


@pytest.mark.parametrize("known", SHORTCUTS, ids=lambda known: known.id)
def test_each_shortcut_is_taken_where_it_stands_and_nowhere_else(known: Shortcut) -> None:
    elsewhere = next(place for place in Place if place is not known.place)

    assert shortcuts.of(known.id, known.place) == known
    with pytest.raises(PayloadMalformed):
        shortcuts.of(known.id, elsewhere)


@pytest.mark.parametrize("known", SHORTCUTS, ids=lambda known: known.id)
def test_each_shortcut_keeps_to_the_lengths_slack_documents(known: Shortcut) -> None:
    assert 0 < len(known.name) <= 24
    assert 0 < len(known.summary) <= 150
    assert len(known.id) <= 255
