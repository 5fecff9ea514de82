"""Where a reply goes, and under which key."""

from dataclasses import replace

import pytest

from bot import doing, effects
from bot.answers.blocks import ANSWER, HAND_OVER, HELP, SHADOW_CARD
from bot.blockkit import Shown
from bot.doing import Doable
from bot.effects import PRIVATE_ANSWER
from bot.errors import PayloadMalformed
from bot.model import Effect
from bot.wanted import Asking

SHOWN = Shown("words", ({"type": "divider"},))
MENTIONED = Asking("C1:2.0", "p1", "how do I?", "C1", question_ts="2.0")
COMMAND = Asking("command:1", "p1", "how do I?", "C1", response_url="https://hooks.example/1")


def shown(key: str, **where: str | None) -> Effect:
    kind = PRIVATE_ANSWER if "channel_id" not in where else ANSWER
    return Effect(key=key, kind=kind, text=SHOWN.text, blocks=SHOWN.blocks, **where)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asking", "expected"),
    [
        pytest.param(
            MENTIONED, shown("answer:C1:2.0", channel_id="C1", thread_ts="2.0"), id="in a thread of the question"
        ),
        pytest.param(
            replace(MENTIONED, thread_ts="1.0"),
            shown("answer:C1:2.0", channel_id="C1", thread_ts="1.0"),
            id="in the thread it was asked in",
        ),
        pytest.param(
            replace(MENTIONED, channel_id="D1", is_direct=True),
            shown("answer:C1:2.0", channel_id="D1", recipient="p1", thread_ts="2.0"),
            id="in a DM, in the thread of the question",
        ),
        pytest.param(
            replace(MENTIONED, channel_id="D1", is_direct=True, thread_ts="1.0"),
            shown("answer:C1:2.0", channel_id="D1", recipient="p1", thread_ts="1.0"),
            id="in a thread of a DM",
        ),
        pytest.param(
            COMMAND,
            shown("answer:command:1", recipient="p1", response_url="https://hooks.example/1"),
            id="to the person alone after a command",
        ),
    ],
)
def test_reply_goes_where_it_was_asked(asking: Asking, expected: Effect) -> None:
    assert effects.reply(asking, "answer", SHOWN, kind=ANSWER) == expected


def test_reply_after_a_command_is_never_public() -> None:
    made = effects.reply(replace(COMMAND, question_ts="2.0", thread_ts="1.0"), "hand-over", SHOWN, kind=HAND_OVER)

    assert (made.kind, made.channel_id, made.thread_ts) == (PRIVATE_ANSWER, "", None)


def test_two_kinds_of_reply_to_one_asking_are_two_effects() -> None:
    assert (
        effects.reply(MENTIONED, "answer", SHOWN, kind=ANSWER).key
        != effects.reply(MENTIONED, "help", SHOWN, kind=HELP).key
    )


def test_edit_is_one_effect_beside_the_one_it_changes() -> None:
    card = effects.in_channel("answer:1", SHADOW_CARD, "C1", SHOWN)

    assert effects.edit(card.key, SHADOW_CARD, SHOWN, channel_id="C1") == replace(
        card, key="answer:1:edit", edits="answer:1"
    )


def test_buttons_give_way_to_what_was_said() -> None:
    section, buttons, context = {"type": "section"}, {"type": "actions"}, {"type": "context"}

    assert effects.without_buttons((section, buttons), context) == (section, context)
    assert effects.without_buttons((buttons,)) == ()


def test_what_can_be_done_for_the_person_stays() -> None:
    rows = doing.do_it_row([Doable("create-bucket", "Create a bucket"), Doable("b", "B"), Doable("c", "C")])

    assert effects.without_buttons(rows) == rows
    assert [each["text"]["text"] for each in rows[0]["elements"]] == [
        "Do it for me: Create a bucket",
        "Do it for me: B",
    ]
    assert [each["action_id"] for each in rows[0]["elements"]] == ["actions.open.0", "actions.open.1"]
    assert doing.do_it_row(()) == ()


@pytest.mark.parametrize("value", ["", "a b", "x" * 81, "é"])
def test_a_button_of_no_action_is_refused(value: str) -> None:
    with pytest.raises(PayloadMalformed):
        doing.read_action(value)
