"""What is found of somebody's answer for a talk: theirs alone, as long as the wave is open."""

from dataclasses import replace

from bot.storage.engine import Database
from bot.storage.schema import outbox
from bot.surveys import blocks
from bot.surveys.blocks import FIELD, WORDS
from bot.surveys.talk_blocks import Given
from bot.surveys.telling import Where
from bot.wanted import ClosingWave
from knowledge.surveys import Question, Scale
from tests.surveys.desk import PULSE, USERS, Surveys

TALKING = replace(PULSE, is_talk_offered=True)
TYPED = Question("missing", Scale.TEXT, "What is missing?")
OFFERS = ["Yes, with my name alone", "… and my score", "… my score and comment"]


async def test_answer_is_found_by_wave_and_person_while_the_wave_is_open(database: Database) -> None:
    desk = Surveys(database, (TALKING,))
    wave_id = await desk.open()
    await desk.answer(wave_id, USERS[:5], number=1)
    await desk.answering.take_form(Where(wave_id, USERS[0]), {WORDS: "Slow builds"})

    found = [await desk.answering.given(wave_id, each) for each in (USERS[0], USERS[1], USERS[7], "U0STRANGER")]

    assert found == [Given("2 of 5", "Slow builds"), Given("2 of 5"), None, None]
    assert await desk.answering.given("another", USERS[0]) is None


async def test_nothing_is_found_once_the_day_has_come(database: Database) -> None:
    desk = Surveys(database, (TALKING,))
    wave_id = await desk.open()
    await desk.answer(wave_id, USERS[:6])
    desk.hands.move(days=7, hours=9)
    late = await desk.answering.given(wave_id, USERS[0])
    await desk.closing.close(ClosingWave("k", wave_id))

    assert (late, await desk.answering.given(wave_id, USERS[0])) == (None, None)


async def test_talk_is_offered_after_every_score_in_the_same_words(database: Database) -> None:
    desk = Surveys(database, (TALKING,))
    wave_id = await desk.open()
    for number, user_id in enumerate(USERS[:5]):
        await desk.answer(wave_id, [user_id], number)

    shown = [each["blocks"] for each in await desk.rows(outbox) if each["edits"]]
    labels = [each["text"]["text"] for block in shown[0] if block["type"] == "actions" for each in block["elements"]]

    assert shown == [shown[0]] * 5
    assert [label for label in labels if label in OFFERS] == OFFERS


def test_of_scores_the_first_is_told_and_of_words_all() -> None:
    asked = (Question("help", Scale.CHOICE, "?", ("a", "b")), Question("would", Scale.NPS, "?"), TYPED)
    survey = replace(PULSE, questions=asked)

    assert blocks.given_in_words(survey, {"help": "a", "would": 0, "missing": "docs"}, "") == Given("0 of 10", "docs")
    assert blocks.given_in_words(survey, {"help": "a"}, "") == Given()


def test_form_has_one_place_for_words() -> None:
    alone, with_words = (
        [block["block_id"] for block in blocks.form(survey, "w", until="")["blocks"] if block["type"] == "input"]
        for survey in (PULSE, replace(PULSE, questions=(*PULSE.questions, TYPED)))
    )

    assert (alone, with_words) == ([WORDS], [f"{FIELD}missing"])
