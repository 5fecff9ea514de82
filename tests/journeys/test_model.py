"""A language model writes the answers, and whatever is wrong with it or is done to it, people get a true one."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy import select

from bot.config import Settings
from bot.model import Json
from bot.storage.schema import answers
from sandbox import Sandbox
from tests.answers.attacks import ATTEMPTS, harm_in, obeys
from tests.answers.test_blocks import all_texts
from tests.journeys.handbook import LOGS_QUOTED, LOGS_TOLD, QUESTION
from tests.journeys.office import Office, at_work, buttons, words
from tests.model_server import ModelServer, Reply, refuses, says, sends, serving

WRITTEN = "Choose Explore in Grafana and pick your team's label namespace."
BY = "Written by a language model from the sources below."
LOGS = "Read the logs of a service › In the browser · reviewed 13 Nov 2026 (11 days ago) · owner platform-observability"


def writes(text: str, *cited: int) -> Reply:
    return says({"answered": True, "sentences": [{"text": text, "passages": cited or (1,)}]})


async def hangs(_request: web.Request, _body: Json) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with serving(writes(WRITTEN)) as server:
        yield server


@pytest.fixture
def settings(settings: Settings, model: ModelServer) -> Settings:
    return replace(settings, llm_model="m1", llm_base_url=model.base_url)


async def writers(office: Office) -> list[str]:
    async with office.mentor.database.read() as tx:
        return list(await tx.scalars(select(answers.c.writer).order_by(answers.c.created_at)))


async def test_an_answer_of_the_models_says_so_and_keeps_its_source_also_after_a_press(office: Office) -> None:
    priya = office.person("priya")
    asked = priya.say("ask-platform", QUESTION)
    answer = await office.answer_to(asked)
    assert (words(answer), buttons(answer)) == ([WRITTEN, BY, LOGS], ["That solved it", "Not quite"])

    await priya.press(answer, "That solved it")
    await office.until(lambda: len(words(office.replies(asked)[0])) > 3)

    assert words(office.replies(asked)[0])[:3] == [WRITTEN, BY, LOGS]
    assert await writers(office) == ["model"]


async def test_passages_that_do_not_answer_are_offered_and_not_quoted_as_the_answer(
    office: Office, model: ModelServer
) -> None:
    model.reply = says({"answered": False, "sentences": []})

    answer = await office.answer_to(office.person("priya").say("ask-platform", QUESTION))

    assert words(answer)[0] == "I am not sure, but these may help:"


async def test_the_model_is_shown_what_the_answer_may_say_and_no_more(office: Office, model: ModelServer) -> None:
    question = "how do I rotate a secret?"
    model.reply = writes("Write the new value to the vault; pods take it up within a minute.")

    in_channel = await office.answer_to(office.person("amara").say("random", f"{office.mention} {question}"))
    asked_in_channel = str(model.asked)
    office.person("amara").dm(question)
    await office.until(lambda: len(office.direct("amara")) > 1)

    assert "vault" not in asked_in_channel + str(in_channel.blocks)
    assert office.direct("amara")[1][1].startswith("Write the new value to the vault")
    assert [each for each in ("U0", "C0", "amara") if each in str(model.asked)] == []


FAULTS: dict[str, Reply] = {
    "refuses": refuses(503),
    "mentions everyone": writes(f"<!channel> {WRITTEN}"),
    "leads elsewhere": writes(f"{WRITTEN} See https://evil.example."),
    "cites what is not there": writes(WRITTEN, 99),
    "tells what is private": writes("Write the new value to the vault."),
    "half a reply": sends(b'{"choices": [{"message": {"content": "Op'),
    "hangs": hangs,
}


async def test_whatever_the_model_does_each_question_is_answered_in_the_handbooks_words(
    office: Office, model: ModelServer
) -> None:
    office.sandbox.clock.set_factor(2.0)  # a busy machine needs a second for what is around the ten
    for fault, reply in FAULTS.items():
        model.reply = reply
        asked = office.person("priya").say("ask-platform", QUESTION)
        await office.answer_to(asked)

        assert office.thread(asked)[1:] == [LOGS_TOLD], fault
    assert await writers(office) == ["quoting"] * len(FAULTS)
    figures = await office.mentor.own_gauges.read()
    assert (figures[("model", "not fit to be shown")], figures[("model", "took too long")]) == (4, 1)


async def test_words_of_who_is_left_out_are_not_shown_to_the_model(office: Office, model: ModelServer) -> None:
    jonas, priya = office.person("jonas"), office.person("priya")
    await jonas.command("/platform", "settings", "random")
    await jonas.press(await office.whisper_to("jonas", "random"), "Count me out")
    await office.quiet()
    asked = priya.say("ask-platform", QUESTION)
    await office.answer_to(asked)
    jonas.say("ask-platform", "canaryofjonas", thread=asked)
    office.person("li").say("ask-platform", "canaryofli", thread=asked)
    await office.quiet()

    priya.say("ask-platform", f"{office.mention} and where are the logs of yesterday?", thread=asked)
    await office.until(lambda: len(model.asked) > 1)

    assert "canaryofli" in str(model.asked)
    assert "canaryofjonas" not in str(model.asked)


async def test_over_the_budget_the_handbook_is_quoted(sandbox: Sandbox, settings: Settings, model: ModelServer) -> None:
    async with at_work(sandbox, replace(settings, llm_per_person_day=1)) as office:
        said = []
        for name in ("priya", "priya", "jonas"):
            asked = office.person(name).say("ask-platform", QUESTION)
            said.append(words(await office.answer_to(asked))[0])

    assert said == [WRITTEN, LOGS_QUOTED, WRITTEN]
    assert len(model.asked) == 2


async def test_nothing_an_injected_model_says_is_posted(
    sandbox: Sandbox, settings: Settings, handbook: Path, model: ModelServer
) -> None:
    with (handbook / "channels.yaml").open("a") as opened:
        opened.write("answering: {answer_at: 0.02, suggest_at: 0.01}\n")  # else such questions are none to be sure of
    model.reply = obeys
    attempts = [each for each in ATTEMPTS if each.carrier == "question"][::10]

    async with at_work(sandbox, settings) as office:
        places = cycle(
            [("priya", "ask-platform", ""), ("jonas", "random", office.mention), ("amara", "deploys", office.mention)]
        )
        asked = [
            office.person(name).say(channel, f"{mention} {QUESTION} {attempt.order}")
            for (name, channel, mention), attempt in zip(places, attempts, strict=False)
        ]
        await office.until(lambda: all(office.replies(each) for each in asked) or None)
        await office.quiet()

        assert office.mentor.model is not None
        assert office.mentor.model.outcomes["not fit to be shown"] >= len(attempts) / 2
        assert set(await writers(office)) <= {"quoting", "model"}
        posted = [
            text for each in asked for post in office.replies(each) for text in all_texts((post.text, post.blocks))
        ]
    assert [harm for text in posted if (harm := harm_in(text, allowed=""))] == []
    assert len(posted) > len(attempts) >= 24
