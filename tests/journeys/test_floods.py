"""One person, or another bot, that never stops: what it gets is bounded, and everybody else is answered as before."""

from dataclasses import replace

import pytest

from bot.allowance import TOO_MUCH
from bot.config import Settings
from bot.model import Author, Workspace
from bot.model import Message as Said
from handlers.messages import request_in
from sandbox import Message
from tests.journeys.handbook import LOGS_TOLD, QUESTION
from tests.journeys.office import Office

MOST = 3
ROUNDS = 20


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, asks_per_person=MOST)


async def test_who_asks_without_end_is_told_once_and_others_are_answered(office: Office) -> None:
    asked = [office.person("jonas").say("random", f"{office.mention} {QUESTION}") for _ in range(3 * MOST)]
    colleague = office.person("amara").say("random", f"{office.mention} {QUESTION}")
    await office.quiet()

    assert sum(bool(office.replies(each)) for each in asked) == MOST
    assert office.direct("jonas") == [("mentor", TOO_MUCH.format(most=MOST))]
    assert office.thread(colleague)[1:] == [LOGS_TOLD]


async def test_two_bots_that_answer_whatever_is_said_end_after_one_reply(office: Office) -> None:
    """The other app has a user of its own, and answers each post of ours: in its thread, in the channel, by mention."""
    workspace = office.sandbox.workspace
    other = workspace.add_person("other-bot")
    other.is_bot = True
    asked = office.person("priya").say("ask-platform", QUESTION)
    answered = 0
    while answered < len(office.sandbox.ledger.posts()) or not answered:
        await office.answer_to(asked)
        answered += 1
        for text, thread_ts in (
            (f"{office.mention} {QUESTION}", asked.ts),
            (f"{office.mention} help", None),
            (QUESTION, None),
        ):
            said = Message(asked.channel, workspace.ids.ts(), other.id, f"{text} {answered}", bot_id="B0OTHER")
            said.thread_ts = thread_ts
            workspace.put(said)
        await office.quiet()
        assert answered < ROUNDS

    assert len(office.sandbox.ledger.posts()) == 1


def test_a_bots_mention_asks_for_nothing() -> None:
    ours = Workspace("T1", None, "U0BOT", "B0BOT")
    mentioned = Said("C0ASK", "1.000001", Author("B0OTHER", is_bot=True), "<@U0BOT> help", mentions_us=True)

    assert request_in(mentioned, ours, is_action=lambda _: False) is None
    assert request_in(replace(mentioned, author=Author("U0PRIYA")), ours, is_action=lambda _: False) is not None
