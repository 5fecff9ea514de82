"""What may be a question, and when an overheard one may be answered."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.calendar import Hours
from bot.model import Author, Message
from bot.peers.rules import is_left_to_peers, may_be_question, may_call_people, may_go_on, when_to_answer
from knowledge.channels import AnswerMode, Channel

ASKED = Message("C1", "1700000000.000100", Author("U1"), "how do I?")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param(ASKED, True, id="first message of a person"),
        pytest.param(replace(ASKED, thread_ts="1690000000.000100"), False, id="reply"),
        pytest.param(replace(ASKED, author=Author("B1", is_bot=True)), False, id="a bot's"),
        pytest.param(replace(ASKED, is_plain=False), False, id="notice"),
        pytest.param(replace(ASKED, edited_ts="1700000009.000100"), True, id="edited"),
    ],
)
def test_only_a_persons_own_first_message_may_be_a_question(message: Message, expected: bool) -> None:
    assert may_be_question(message) is expected


OFFICE = Hours(frozenset(range(1, 6)), time(9), time(17), "Europe/London")
IN_HOURS, AT_NIGHT = datetime(2026, 11, 24, 10, tzinfo=UTC), datetime(2026, 11, 24, 22, tzinfo=UTC)
LAST_MINUTE = datetime(2026, 11, 24, 16, 59, tzinfo=UTC)
CHANCE = timedelta(minutes=20)
AFTER = Channel("C1", "ask", answer=AnswerMode.AFTER, answer_after=CHANCE)


@pytest.mark.parametrize(
    ("channel", "asked_at", "expected"),
    [
        pytest.param(Channel("C1", "c", AnswerMode.WHEN_MENTIONED), IN_HOURS, None, id="only when mentioned"),
        pytest.param(Channel("C1", "c", AnswerMode.AT_ONCE), IN_HOURS, IN_HOURS, id="at once"),
        pytest.param(Channel("C1", "c", AnswerMode.SHADOW), IN_HOURS, IN_HOURS, id="shadow"),
        pytest.param(Channel("C1", "c"), IN_HOURS, IN_HOURS, id="a new channel is in shadow"),
        pytest.param(AFTER, AT_NIGHT, AT_NIGHT + CHANCE, id="always in hours without any"),
        pytest.param(replace(AFTER, hours=OFFICE), IN_HOURS, IN_HOURS + CHANCE, id="peers have their chance"),
        pytest.param(replace(AFTER, hours=OFFICE), LAST_MINUTE, LAST_MINUTE + CHANCE, id="asked in the last minute"),
        pytest.param(replace(AFTER, hours=OFFICE), AT_NIGHT, AT_NIGHT, id="nobody to wait for at night"),
    ],
)
def test_overheard_question_waits_for_peers_only_where_there_are_any(
    channel: Channel, asked_at: datetime, expected: datetime | None
) -> None:
    assert when_to_answer(channel, asked_at) == expected


@pytest.mark.parametrize(
    ("answer", "text", "waits", "calls"),
    [
        pytest.param(AnswerMode.AFTER, "how do I?", True, False, id="nothing urgent"),
        pytest.param(AnswerMode.AFTER, "Prod down, who can help?", False, True, id="urgent"),
        pytest.param(AnswerMode.AT_ONCE, "prod down?", False, True, id="urgent where nobody is waited for"),
        pytest.param(AnswerMode.SHADOW, "prod down?", False, False, id="urgent in shadow"),
        pytest.param(AnswerMode.WHEN_MENTIONED, "prod down?", False, False, id="urgent without a mention"),
    ],
)
def test_urgent_question_is_not_held_back_and_calls_people_where_the_bot_may_speak(
    answer: AnswerMode, text: str, waits: bool, calls: bool
) -> None:
    channel = Channel("C1", "c", answer, CHANCE, urgent=("prod down",))

    assert is_left_to_peers(channel, IN_HOURS, text) is waits
    assert may_call_people(channel, text) is calls
    assert (when_to_answer(channel, IN_HOURS, text) == IN_HOURS + CHANCE) is waits


REPLY = replace(ASKED, thread_ts="1690000000.000100", text="and on staging?")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param(REPLY, True, id="asks"),
        pytest.param(replace(REPLY, text="it still does not work"), True, id="says the trouble goes on"),
        pytest.param(replace(REPLY, text="thanks!"), False, id="thanks"),
        pytest.param(replace(REPLY, text="I opened it in Grafana"), False, id="tells something"),
        pytest.param(replace(REPLY, thread_ts=None), False, id="no reply"),
        pytest.param(replace(REPLY, author=Author("B1", is_bot=True)), False, id="a bot's"),
        pytest.param(replace(REPLY, is_plain=False), False, id="notice"),
        pytest.param(replace(REPLY, mentions_us=True), False, id="to the bot by name"),
        pytest.param(replace(REPLY, is_direct=True), False, id="in a DM, where all is to the bot"),
        pytest.param(replace(REPLY, is_shared=True), False, id="where another company reads along"),
    ],
)
def test_only_a_reply_that_wants_something_may_go_on_without_a_mention(message: Message, expected: bool) -> None:
    assert may_go_on(message) is expected
