"""Where people have their chance first, the asker alone is shown what the handbook has, and says what became of it."""

import re

import pytest
from sqlalchemy import select

from bot.storage.schema import answers, verdicts
from sandbox import Message
from tests.journeys.handbook import LOGS_QUOTED, LOGS_TOLD, QUESTION
from tests.journeys.office import NIGHT_S, Office, buttons, words

SOLVED_BY = "✓ Solved, from this article: Read the logs of a service › In the browser"


async def hinted(office: Office) -> tuple[Message, Message]:
    """Priya's question in #deploys, and what she alone is shown there."""
    asked = office.person("priya").say("deploys", QUESTION)
    return asked, await office.whisper_to("priya", "deploys")


async def test_the_asker_alone_is_shown_at_once_what_the_handbook_has(either_office: Office) -> None:
    office = either_office

    asked, hint = await hinted(office)
    await office.quiet()

    head = r"Only you see this, from the handbook\. If nobody here answers by \d\d:\d\d, I answer in the thread\."
    assert re.fullmatch(head, words(hint)[0])
    assert words(hint)[1] == LOGS_QUOTED
    assert buttons(hint) == ["That solved it", "Not quite", "Get a person"]
    assert office.thread(asked) == [("priya", QUESTION)]
    assert office.whispers("jonas", "deploys") == []


async def test_a_hint_that_solves_it_tells_the_thread_and_nothing_more_is_said(either_office: Office) -> None:
    office = either_office

    asked, hint = await hinted(office)
    await office.person("priya").press(hint, "That solved it")
    await office.later(minutes=30)

    assert office.thread(asked) == [("priya", QUESTION), ("mentor", SOLVED_BY)]
    assert words(hint)[-1] == "✓ Solved, says the person who asked."
    assert (buttons(hint), office.whispers("priya", "deploys")) == ([], [hint])
    async with office.mentor.database.read() as tx:
        judged = await tx.execute(select(verdicts.c.verdict, answers.c.sources).join(answers))
        said = [(verdict, sources[0]["id"]) for verdict, sources in judged]
        kept = list(await tx.scalars(select(answers.c.reason).where(answers.c.outcome == "silent")))
    assert said == [("solved", "logs.md")]
    assert kept == ["the person who asked saw the answer first, and it helped"]


async def test_a_hint_that_was_not_seen_or_not_pressed_leaves_the_answer_to_its_time(office: Office) -> None:
    office.sandbox.faults.add("status_500_after", times=1, methods=["chat.postEphemeral"])
    asked = office.person("priya").say("deploys", QUESTION)
    await office.later(minutes=21)

    assert len(office.whispers("priya", "deploys")) == 1  # Slack showed it once; we do not know, and do not ask again
    assert office.thread(asked) == [("priya", QUESTION), LOGS_TOLD]


async def test_what_the_asker_called_not_quite_it_is_not_answered_to_all(office: Office) -> None:
    asked, hint = await hinted(office)
    await office.person("priya").press(hint, "Not quite")
    await office.later(minutes=21)

    assert office.thread(asked) == [("priya", QUESTION)]
    assert "Get a person" in buttons(hint)


async def test_a_person_is_got_into_the_thread_from_a_hint(office: Office) -> None:
    asked, hint = await hinted(office)
    await office.person("priya").press(hint, "Get a person")
    answer = await office.answer_to(asked)

    assert answer.text.startswith("<!subteam^S0DUTY> somebody here needs a person")


async def test_a_hint_says_nothing_that_not_everybody_in_the_channel_may_see(office: Office) -> None:
    for question in ("how do I rotate a secret?", "how do I change a password of my service?"):
        office.person("priya").say("deploys", question)
        await office.quiet()

    assert "vault" not in str([each.blocks for each in office.whispers("priya", "deploys")])
    assert "Rotate a secret" not in str([each.blocks for each in office.whispers("priya", "deploys")])


@pytest.mark.parametrize("why", ["shared", "at night", "counted out", "shadow", "answered at once", "a stranger"])
async def test_nobody_is_shown_a_hint(office: Office, why: str) -> None:
    channel, question = "deploys", QUESTION
    match why:
        case "shared" | "shadow" | "answered at once":
            channel = {"shared": "partners", "shadow": "data-help"}.get(why, "ask-platform")
        case "at night":
            office.sandbox.clock.advance(NIGHT_S)
        case "counted out":
            await office.person("priya").command("/platform", "settings", channel)
            await office.person("priya").press(await office.whisper_to("priya", channel), "Count me out")
            await office.quiet()
        case _:
            question = "which restaurant near the office has vegan lunch?"
    before = len(office.whispers("priya", channel))

    office.person("priya").say(channel, question)
    await office.quiet()

    assert len(office.whispers("priya", channel)) == before
