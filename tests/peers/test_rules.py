"""What counts as a question, and when an overheard one may be answered."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendar import Hours
from bot.model import Author, Message
from bot.peers.rules import may_be_question, when_to_answer
from bot.peers.wording import LOOKED_AT, QuestionKind, question_kind
from knowledge.channels import AnswerMode, Channel

HOW_TO, DO_IT, BROKEN, UNSURE = (
    QuestionKind.HOW_TO,
    QuestionKind.DO_IT_FOR_ME,
    QuestionKind.BROKEN,
    QuestionKind.UNSURE,
)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("How do I see the logs of my service?", HOW_TO),
        ("hi all, how do I see the logs", HOW_TO),
        ("where can I find the runbook for postgres", HOW_TO),
        ("Is there a way to pin a version?", HOW_TO),
        ("Morning team! What's the retention of metrics", HOW_TO),
        ("we're wondering which region to use", HOW_TO),
        ("My deploy fails with exit code 137, any idea?", BROKEN),
        ("getting a timeout from the registry, is it down?", BROKEN),
        ("Why can't I reach staging?", BROKEN),
        ("I'm stuck on the pipeline", BROKEN),
        ("Could someone restart the build agents please", DO_IT),
        ("hello, can anyone add me to the payments group", DO_IT),
        ("Can you have a look at https://ci.example/42?", DO_IT),
        ("staging? ", UNSURE),
        ("need access to the billing account", UNSURE),
        ("<@U0MAYA> any news on this?", UNSURE),
    ],
)
def test_questions_as_people_write_them_are_seen(text: str, kind: QuestionKind) -> None:
    assert question_kind(text) is kind


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("   \n\t", id="white space"),
        pytest.param("Hi all!", id="greeting"),
        pytest.param("hey team, how are you?", id="greeting that asks"),
        pytest.param("How's it going?", id="small talk"),
        pytest.param("thanks everyone!!", id="thanks"),
        pytest.param("Deploy of payments to prod is done.", id="statement"),
        pytest.param("I will have a look tomorrow", id="promise"),
        pytest.param("FYI: maintenance of the registry tonight at 22:00", id="notice"),
        pytest.param("see <https://docs.example/search?q=logs>", id="question mark inside a link"),
        pytest.param("https://docs.example/?page=2", id="question mark inside an address"),
        pytest.param("I ran `SELECT ?` and it worked", id="question mark inside code"),
        pytest.param("```\nhow do I\nwhat?\n```", id="question inside a code block"),
        pytest.param(":wave:", id="emoji"),
        pytest.param("." * 3_000 + " how do I see logs?", id="question far below"),
    ],
)
def test_what_asks_nothing_is_no_question(text: str) -> None:
    assert question_kind(text) is None


@pytest.mark.parametrize("text", ["How do I see logs", "Why can't I reach staging", "CAN SOMEONE ADD ME TO THE GROUP"])
@given(more=st.text(st.characters(), max_size=200))
def test_only_the_first_part_of_a_text_is_looked_at(text: str, more: str) -> None:
    seen = text + " x" * ((LOOKED_AT - len(text)) // 2)

    assert question_kind(seen.ljust(LOOKED_AT) + more) is question_kind(seen)


# Each would take longer than this test run if matching went back over it again and again.
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("hi " * 20_000 + "x", id="greetings without end"),
        pytest.param("hi" * 20_000, id="greetings in one word"),
        pytest.param("good morning morning " * 5_000 + "x", id="words that start alike"),
        pytest.param("hi" + " " * 40_000 + "x", id="spaces"),
        pytest.param("hi" + "!,. " * 10_000 + "x", id="punctuation"),
        pytest.param("<" * 40_000, id="open brackets"),
        pytest.param("<a" * 20_000 + ">", id="nested brackets"),
        pytest.param("`" * 39_999, id="backticks"),
        pytest.param("```" + "a`" * 20_000, id="code that never ends"),
        pytest.param("help " * 8_000, id="help without end"),
        pytest.param("can " * 10_000, id="half a request"),
        pytest.param("crash" + "h" * 40_000, id="one long word"),
        pytest.param("http://" * 6_000, id="addresses in addresses"),
        pytest.param("\ud83d" * 40_000, id="halves of emoji"),
        pytest.param("\u202e\u0645" * 20_000, id="right to left"),
    ],
)
def test_hostile_text_is_done_with_at_once(text: str) -> None:
    assert question_kind(text) is question_kind(text[:LOOKED_AT])


@given(st.text(st.characters(), max_size=300))
def test_any_text_has_one_kind_or_none(text: str) -> None:
    assert question_kind(text) in {None, *QuestionKind}


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
