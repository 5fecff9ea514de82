"""When the bot is still in a conversation, and what a question lacks from the one before."""

import pytest

from bot.answers.rules import LEFT, NOT_ASKED_HERE, SHIPPED
from bot.answers.turns import TURN_CLIP, TURNS_MOST, By, Said, look_up, question_before, turns_before, why_left
from bot.model import Turn
from knowledge.index import Found

A, B, S = By.ASKER, By.BOT, By.SOMEONE
ASKED = Said("1", A, "where are my logs?", to_us=True)
ANSWERED = Said("2", B, "In Grafana.")
AGAIN = Said("4", A, "and on staging?", to_us=True)
FOLLOW_UP = Said("9", A, "and for how long?")


@pytest.mark.parametrize(
    ("thread", "why"),
    [
        pytest.param([ASKED, ANSWERED], "", id="asked and answered"),
        pytest.param([ASKED], "", id="asked and not answered yet"),
        pytest.param([ASKED, ANSWERED, Said("3", A, "and on staging?"), Said("4", B, "There too.")], "", id="went on"),
        pytest.param([Said("0", S, "it is slow"), ASKED, ANSWERED], "", id="asked in somebody else's thread"),
        pytest.param([ASKED, ANSWERED, Said("3", S, "I use Loki")], LEFT, id="somebody else replied"),
        pytest.param([ASKED, Said("2", S, "I use Loki"), ANSWERED], LEFT, id="somebody else was quicker"),
        pytest.param([ASKED, ANSWERED, Said("3", A, "@jonas?", calls=True)], LEFT, id="the asker called a person"),
        pytest.param([ASKED, Said("2", B, "@duty can help", calls=True)], LEFT, id="the bot called people"),
        pytest.param([ASKED, ANSWERED, Said("3", S, "I use Loki"), AGAIN], "", id="mentioned again"),
        pytest.param([ASKED, AGAIN, Said("5", S, "in Loki")], LEFT, id="mentioned again, and somebody replied"),
        pytest.param([Said("1", A, "where are my logs?"), ANSWERED], NOT_ASKED_HERE, id="only overheard"),
        pytest.param([Said("1", S, "@mentor logs?", to_us=True), ANSWERED], NOT_ASKED_HERE, id="asked by another"),
        pytest.param([ASKED, ANSWERED, Said("99", S, "later")], "", id="what comes later is not known yet"),
        pytest.param([], NOT_ASKED_HERE, id="nothing there"),
    ],
)
def test_bot_is_in_it_from_a_mention_until_people_talk_to_each_other(thread: list[Said], why: str) -> None:
    assert why_left(thread, FOLLOW_UP) == why


def test_follow_up_that_calls_a_person_is_for_that_person() -> None:
    called = Said("9", A, "@jonas, and for how long?", calls=True)

    assert why_left([ASKED, ANSWERED], called) == LEFT


def test_last_few_turns_before_the_question_are_given_clipped() -> None:
    thread = [Said(str(number), A, "x" * 1_000) for number in range(1, 9)] + [Said("91", A, "later"), Said("7", B, " ")]

    turns = turns_before(thread, "90")

    assert turns == (Turn(A, "x" * TURN_CLIP),) * TURNS_MOST


@pytest.mark.parametrize(
    ("turns", "question"),
    [
        ([Turn(A, "first"), Turn(B, "answer"), Turn(A, "second"), Turn(S, "aside")], "second"),
        ([Turn(S, "it is slow"), Turn(B, "answer")], "it is slow"),
        ([Turn(B, "answer")], ""),
        ([], ""),
    ],
    ids=["the asker's last", "else somebody's", "not the bot's", "none"],
)
def test_question_before_is_the_askers_last_words(turns: list[Turn], question: str) -> None:
    assert question_before(turns) == question


SHORT, WHOLE, BEFORE = "and on staging?", "how do I rotate the secret of my service?", "where are my logs?"


def found(confidence: float, terms: int) -> Found:
    return Found((), confidence, tuple(map(str, range(terms))))


@pytest.mark.parametrize(
    ("text", "before", "alone", "together", "expected"),
    [
        pytest.param(SHORT, "", found(0.1, 1), None, (SHORT, 0.1), id="nothing before"),
        pytest.param(SHORT, BEFORE, found(0.8, 2), found(0.6, 4), (f"{BEFORE}\n{SHORT}", 0.6), id="lacks something"),
        pytest.param(SHORT, BEFORE, found(0.9, 2), None, (SHORT, 0.9), id="a title"),
        pytest.param(WHOLE, BEFORE, found(0.3, 5), None, (WHOLE, 0.3), id="says enough and is known"),
        pytest.param(WHOLE, BEFORE, found(0.1, 5), found(0.9, 7), (f"{BEFORE}\n{WHOLE}", 0.549), id="only suggested"),
        pytest.param(WHOLE, BEFORE, found(0.1, 5), found(0.05, 7), (WHOLE, 0.1), id="no surer together"),
    ],
)
def test_question_is_looked_up_with_what_it_lacks(
    text: str, before: str, alone: Found, together: Found | None, expected: tuple[str, float]
) -> None:
    known = {text: alone} | ({f"{before}\n{text}": together} if together else {})

    looked_for, what = look_up(text, before, known.__getitem__, SHIPPED)

    assert (looked_for, round(what.confidence, 3)) == expected
