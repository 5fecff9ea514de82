"""What people are shown about their own data keeps to Slack's limits, and the presses are read back."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blockkit import Shown
from bot.errors import PayloadMalformed
from bot.privacy import blocks
from bot.privacy.rules import Kept

COUNTS = dict.fromkeys(
    (
        "people",
        "memberships",
        "messages",
        "words",
        "mentions",
        "questions",
        "reactions",
        "answers",
        "verdicts",
        "requests",
        "decisions",
        "friction",
        "stories",
        "thanks_you_gave",
        "thanks_you_got",
        "notes_of_talks_with_you",
        "git_accounts",
        "survey_invitations",
    ),
    999_999,
) | {"messages_to_you": 0}


def pieces(shown: Shown) -> list[str]:
    texts = [block["text"]["text"] for block in shown.blocks if block["type"] == "section"]
    return [found[1] for text in texts if (found := re.fullmatch(r"```(.*)```", text, re.DOTALL))]


@pytest.mark.parametrize("is_counted", [True, False])
def test_settings_offer_what_is_not_so_yet(is_counted: bool) -> None:
    shown = blocks.settings(Kept(is_counted, COUNTS))

    row, *_ = [block for block in shown.blocks if block["type"] == "actions"]
    read = [blocks.read_choice(each["action_id"]) for each in row["elements"]]
    assert read == ["out" if is_counted else "in", "export", "erase"]
    assert ["confirm" in each for each in row["elements"]] == [False, False, True]


@pytest.mark.parametrize(
    ("no_surveys", "buttons", "said"),
    [
        ("", ["surveys.pause", "surveys.never"], "you may be drawn"),
        ("for ever", ["surveys.resume"], "you are never asked"),
        ("3 Mar 2027", ["surveys.resume"], "you are not asked until 3 Mar 2027"),
    ],
)
def test_settings_say_how_it_stands_with_surveys(no_surveys: str, buttons: list[str], said: str) -> None:
    shown = blocks.settings(Kept(True, COUNTS, no_surveys))

    _, row, _ = [block for block in shown.blocks if block["type"] == "actions"]
    assert [each["action_id"] for each in row["elements"]] == buttons
    assert said in shown.text


@pytest.mark.parametrize(("wants_none", "button"), [(True, "listening.thanks.again"), (False, "listening.thanks.less")])
def test_settings_switch_thanks_off_and_on(wants_none: bool, button: str) -> None:
    shown = blocks.settings(Kept(True, COUNTS, wants_no_thanks=wants_none))

    assert [each["action_id"] for each in shown.blocks[-1]["elements"]] == [button]


@pytest.mark.parametrize("action_id", ["privacy.other", "answers.solved", ""])
def test_a_press_that_is_none_of_ours_is_refused(action_id: str) -> None:
    with pytest.raises(PayloadMalformed):
        blocks.read_choice(action_id)


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_an_export_is_the_same_when_put_together_again(kept: Any) -> None:
    exported = {"user": "U1", "kept": kept}
    shown = blocks.export(exported)

    assert json.loads("".join(piece for part in shown for piece in pieces(part))) == exported


@pytest.mark.parametrize("length", [1, 2_900, 8_700, 86_000])
def test_no_part_of_an_export_is_too_long_for_slack(length: int) -> None:
    shown = blocks.export({"user": "U1", "kept": "`<&>" * (length // 24)})

    assert 1 <= len(shown) <= 10
    for part in shown:
        assert all(len(block["text"]["text"]) <= 3_000 for block in part.blocks)
        assert sum(len(block["text"]["text"]) for block in part.blocks) < 10_000
        assert not set("<>&") & set("".join(pieces(part)))


def test_an_export_that_is_too_long_is_the_operators_to_hand_over() -> None:
    [shown] = blocks.export({"user": "U1", "kept": "x" * 90_000})

    assert "`mentor privacy export U1 --out FILE`" in shown.text


def test_what_could_not_be_done_is_told() -> None:
    shown = blocks.erased(["ask your database administrator to run VACUUM FULL <x>"])

    [block] = [each for each in shown.blocks if each["type"] == "context"]
    assert block["elements"][0]["text"].startswith("Left for the operators: ask your database administrator")
    assert "&lt;x&gt;" in block["elements"][0]["text"]
