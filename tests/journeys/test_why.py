"""Why the bot answered, or said nothing: told in plain words to whoever asks, and to nobody else."""

import pytest

from tests.journeys.handbook import QUESTION
from tests.journeys.office import Office

ASKED_FROM = "I suggest from 0.22 and answer from 0.55."


async def why(office: Office, name: str, channel: str) -> str:
    """What the command tells the person about their newest question there."""
    before = len(office.whispers(name, channel))
    await office.person(name).command("/platform", "why", channel)
    await office.until(lambda: len(office.whispers(name, channel)) > before)
    return office.whispers(name, channel)[-1].text


async def test_an_answer_is_explained_by_what_came_closest_and_how_sure_it_was(office: Office) -> None:
    asked = office.person("priya").say("ask-platform", QUESTION)
    await office.answer_to(asked)

    told = await why(office, "priya", "ask-platform")

    assert told.startswith("I read the message as a question (how-to).\nIn this channel I answer questions at once.")
    assert "\nI answered.\nClosest: “Read the logs of a service”" in told
    assert f". {ASKED_FROM}\nThe words" in told
    assert "The words are the handbook's own.\nThe handbook stood at revision `" in told
    assert len(office.replies(asked)) == 1


@pytest.mark.parametrize(
    ("channel", "text", "reason"),
    [
        ("deploys", QUESTION, "and who asked alone saw it.\nIts turn comes at 10:32, if nobody answers"),
        ("quiet", QUESTION, "In this channel I answer only when I am mentioned.\nSo I said nothing."),
        ("data-help", QUESTION, "I answered, and the platform team alone saw it."),
        ("ask-platform", "where is staging?", "I had no answer: no article is close enough.\nClosest: “Raise a quota”"),
    ],
)
async def test_a_silence_is_explained(office: Office, channel: str, text: str, reason: str) -> None:
    office.person("priya").say(channel, text)
    await office.quiet()

    told = await why(office, "priya", channel)

    assert reason in told
    assert told.startswith("I read the message as a question")


async def test_people_who_were_quicker_are_the_reason(either_office: Office) -> None:
    office = either_office

    asked = office.person("priya").say("deploys", QUESTION)
    office.person("jonas").say("deploys", "in Grafana", thread=asked)
    await office.later(minutes=21)

    assert "I had no answer: people answered." in await why(office, "priya", "deploys")


async def test_in_a_thread_it_is_told_to_whoever_asks_alone_and_without_internal_matters(office: Office) -> None:
    asked = office.person("priya").say("ask-platform", "how do I change the password of my service?")
    await office.quiet()
    office.person("jonas").say("ask-platform", f"{office.mention} why?", thread=asked)
    [told] = await office.until(lambda: office.told("jonas"))

    assert "I read the message as a question (how-to)." in told.text
    assert "Rotate a secret" not in told.text
    assert office.told("priya") == []


async def test_a_thread_that_began_with_no_question_is_explained(office: Office) -> None:
    asked = office.person("priya").say("ask-platform", "the payouts of last night are all fine")
    office.person("priya").say("ask-platform", f"{office.mention} why", thread=asked)
    [told] = await office.until(lambda: office.told("priya"))

    assert told.text.startswith("I did not read the message as a question.")


async def test_what_was_said_after_the_bot_left_is_explained(office: Office) -> None:
    priya = office.person("priya")
    asked = priya.say("random", f"{office.mention} {QUESTION}")
    await office.answer_to(asked)
    office.person("jonas").say("random", "I look in Loki directly", thread=asked)
    priya.say("random", "how do I restore a database backup there?", thread=asked)
    await office.quiet()
    priya.say("random", f"{office.mention} why", thread=asked)
    [told] = await office.until(lambda: office.told("priya"))

    assert "I do not watch this channel" in told.text
    assert "I had no answer: people talk to each other in the thread." in told.text


async def test_in_direct_messages_it_is_told_in_the_thread(either_office: Office) -> None:
    office = either_office

    amara = office.person("amara")
    asked = amara.dm("how do I rotate a secret?")
    await office.until(lambda: office.told("amara"))
    amara.dm("why", asked)
    told = (await office.until(lambda: office.told("amara")[1:]))[0]

    assert told.thread_ts == asked.ts
    assert "You asked me directly.\nI answered.\nClosest: “Rotate a secret”" in told.text


async def test_who_asked_nothing_is_told_so(office: Office) -> None:
    assert (await why(office, "jonas", "random")).startswith("I know of no question of yours here.")
