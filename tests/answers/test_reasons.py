"""Why the bot answered or said nothing, in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.answers.reasons import Given, Known, explanation
from bot.answers.rules import LEFT, NOT_SURE, SHIPPED
from bot.answers.writer import MODEL
from knowledge.channels import AnswerMode, Channel

NOW = datetime(2026, 11, 24, 10, 12, tzinfo=UTC)
ANSWERED = Given("answered", "", "thread", 0.814, ("Logs <b>", "Traces"), "0123456789abcdef")
CHANNEL = Channel("C1", "ask", AnswerMode.AFTER, timedelta(minutes=20))
KNOWN = Known(ANSWERED, "how-to", CHANNEL, is_private=False, due_at=None, people_answered=False)
CLOSEST = "Closest: “Logs &lt;b&gt;” · “Traces”, with a confidence of 0.81. I suggest from 0.22 and answer from 0.55."
REVISION = "The handbook stood at revision `0123456789ab`."
OWN = "The words are the handbook's own."
BY_MODEL = "A language model wrote the words, from the passages cited and nothing else."
TURN = "Its turn comes at 10:32, if nobody answers before."
TAKEN, AFTER = "I read the message as a question (how-to).", "I answer after 20 minutes if nobody did."


def given(outcome: str, reason: str = "", surface: str = "thread") -> Known:
    return replace(KNOWN, answer=replace(ANSWERED, outcome=outcome, reason=reason, surface=surface))


def waiting(minutes: int) -> Known:
    return replace(KNOWN, answer=None, due_at=NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("known", "lines"),
    [
        pytest.param(KNOWN, ["I answered.", CLOSEST, OWN, REVISION], id="answered"),
        pytest.param(
            replace(KNOWN, answer=replace(ANSWERED, writer=MODEL)),
            ["I answered.", CLOSEST, BY_MODEL, REVISION],
            id="in a model's words",
        ),
        pytest.param(
            given("suggested"), ["I was not sure and only suggested.", CLOSEST, REVISION], id="only suggested"
        ),
        pytest.param(
            given("answered", surface="shadow"),
            ["I answered, and the platform team alone saw it.", CLOSEST, OWN, REVISION],
            id="in shadow",
        ),
        pytest.param(
            replace(given("answered", surface="hint"), due_at=NOW + timedelta(minutes=20)),
            ["I answered, and who asked alone saw it.", TURN, CLOSEST, OWN, REVISION],
            id="shown to who asked, and not its turn yet",
        ),
        pytest.param(given("silent", NOT_SURE), [f"I had no answer: {NOT_SURE}.", CLOSEST, REVISION], id="not sure"),
        pytest.param(given("silent", LEFT), [f"I had no answer: {LEFT}."], id="left to people"),
        pytest.param(given("refused", "No <guests>."), ["I refused: No &lt;guests&gt;."], id="refused"),
        pytest.param(waiting(20), [TURN], id="not its turn yet"),
        pytest.param(waiting(0), ["I am about to look at it."], id="its turn"),
        pytest.param(replace(KNOWN, answer=None, people_answered=True), ["People answered."], id="people answered"),
        pytest.param(
            replace(KNOWN, answer=None),
            ["It was too old when I read it, or asked before I watched this channel."],
            id="too old",
        ),
    ],
)
def test_what_came_of_it_and_why_is_told(known: Known, lines: list[str]) -> None:
    said = explanation(known, SHIPPED, now=NOW, timezone="Europe/London").text.split("\n")

    assert said[0] == TAKEN
    assert said[1].endswith(AFTER)
    assert said[2:] == lines


@pytest.mark.parametrize(
    ("known", "first", "second"),
    [
        (replace(KNOWN, kind=None, answer=None), "I did not read the message as a question.", AFTER),
        (replace(KNOWN, kind=None, channel=None), "I was asked.", "I do not watch this channel"),
        (replace(KNOWN, kind=None, channel=None, is_private=True), "You asked me directly.", "I answered."),
    ],
    ids=["no question", "mentioned where nothing is kept", "in private"],
)
def test_what_it_was_taken_for_and_how_the_channel_is_set_comes_first(known: Known, first: str, second: str) -> None:
    said = explanation(known, SHIPPED, now=NOW, timezone="Europe/London").text.split("\n")

    assert said[0] == first
    assert second in said[1]
