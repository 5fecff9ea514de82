"""A bot that stops in the middle of its work loses nothing: the next one on the same database goes on.

So does another one beside it: two processes on one database are a normal state.
"""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.config import Settings
from sandbox import Message, Sandbox
from tests.journeys.handbook import LOGS_TOLD, QUESTION
from tests.journeys.office import PATIENCE_S, at_work, settings_in
from tests.peers.reading import is_at_rest


@pytest.fixture
def settings(sandbox: Sandbox, handbook: Path, tmp_path: Path, database_url: str) -> Settings:
    return settings_in(sandbox, tmp_path / "data", database_url=database_url, handbook=handbook)


async def comes_back(sandbox: Sandbox, settings: Settings, asked: Message) -> list[tuple[str, str]]:
    """The thread, after another bot has done all there was to do."""
    async with at_work(sandbox, settings) as office:
        sandbox.clock.set_factor(60)  # it waits for Slack to settle before it looks what was seen
        await office.answer_to(asked)
        await office.quiet()
        return office.thread(asked)


async def test_what_was_taken_and_not_yet_answered_is_answered_after_the_restart(
    sandbox: Sandbox, settings: Settings
) -> None:
    async with at_work(sandbox, settings) as office:
        asked = office.person("priya").say("ask-platform", QUESTION)
        await sandbox.settle()

    assert await comes_back(sandbox, settings, asked) == [("priya", QUESTION), LOGS_TOLD]


async def test_a_post_that_was_under_way_is_seen_once(sandbox: Sandbox, settings: Settings) -> None:
    sandbox.faults.add("delay", seconds=2)
    async with at_work(sandbox, settings) as office:
        asked = office.person("priya").say("ask-platform", QUESTION)
        await office.until(lambda: sandbox.faults.fired["delay"])

    assert await comes_back(sandbox, settings, asked) == [("priya", QUESTION), LOGS_TOLD]


@pytest.mark.parametrize("kind", ["lose_reply", "drop"])
async def test_a_post_whose_reply_never_came_is_seen_once(sandbox: Sandbox, settings: Settings, kind: str) -> None:
    sandbox.faults.add(kind, times=1)
    async with at_work(sandbox, settings) as office:
        asked = office.person("priya").say("ask-platform", QUESTION)
        await office.until(lambda: sandbox.faults.fired[kind])

    assert await comes_back(sandbox, settings, asked) == [("priya", QUESTION), LOGS_TOLD]


async def test_a_wait_for_people_goes_on_over_the_restart(sandbox: Sandbox, settings: Settings) -> None:
    async with at_work(sandbox, settings) as office:
        asked = office.person("priya").say("deploys", QUESTION)
        await office.quiet()
    sandbox.clock.advance(21 * 60)

    assert await comes_back(sandbox, settings, asked) == [("priya", QUESTION), LOGS_TOLD]


async def test_a_wait_that_ended_hours_ago_is_not_answered_late(sandbox: Sandbox, settings: Settings) -> None:
    async with at_work(sandbox, settings) as office:
        asked = office.person("priya").say("deploys", QUESTION)
        await office.quiet()
    sandbox.clock.advance(3 * 3600)
    async with at_work(sandbox, settings) as office:
        await office.quiet()

    assert office.thread(asked) == [("priya", QUESTION)]


async def test_what_was_asked_while_no_bot_was_there_is_answered_when_slack_sends_it_again(
    sandbox: Sandbox, settings: Settings
) -> None:
    async with at_work(sandbox, settings) as office:
        person = office.person("priya")
    asked = person.say("ask-platform", QUESTION)

    assert await comes_back(sandbox, settings, asked) == [("priya", QUESTION), LOGS_TOLD]


async def test_what_was_answered_is_not_answered_again(sandbox: Sandbox, settings: Settings) -> None:
    async with at_work(sandbox, settings) as office:
        asked = office.person("priya").say("ask-platform", QUESTION)
        await office.answer_to(asked)

    assert await comes_back(sandbox, settings, asked) == [("priya", QUESTION), LOGS_TOLD]


async def test_a_bot_whose_database_is_lost_says_nothing_again_and_answers_what_comes(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    async with at_work(sandbox, settings) as office:
        priya = office.person("priya")
        asked = [priya.say("ask-platform", QUESTION), priya.say("random", f"{office.mention} {QUESTION}")]
        priya.dm(QUESTION)
        for each in asked:
            await office.answer_to(each)
        await office.quiet()
        said = [*map(office.thread, asked), office.direct("priya")]

    began_s = sandbox.clock.now()
    empty = replace(settings, database_url=f"sqlite+aiosqlite:///{tmp_path / 'empty' / 'mentor.db'}")
    async with at_work(sandbox, empty) as office:
        new = priya.say("ask-platform", QUESTION)
        await office.answer_to(new)
        async with asyncio.timeout(PATIENCE_S):  # the first reading begins with the bot
            while not await is_at_rest(office.mentor.database, began_s):
                await asyncio.sleep(0.05)
        await office.later(minutes=30)

        assert [*map(office.thread, asked), office.direct("priya")] == said
        assert office.thread(new) == [("priya", QUESTION), LOGS_TOLD]


async def test_a_press_is_judged_after_the_restart(sandbox: Sandbox, settings: Settings) -> None:
    async with at_work(sandbox, settings) as office:
        asked = office.person("priya").say("ask-platform", QUESTION)
        answer = await office.answer_to(asked)
        await office.quiet()
        await office.person("priya").press(answer, "That solved it")
    async with at_work(sandbox, settings) as office:
        await office.quiet()

    assert "✓ Solved, says the person who asked." in str(answer.blocks)


async def test_two_bots_on_one_database_answer_each_question_once(sandbox: Sandbox, settings: Settings) -> None:
    sandbox.faults.duplicate_events = (2, 3)
    sandbox.faults.reorder_window_s = 5
    async with at_work(sandbox, settings) as office, at_work(sandbox, settings):
        await sandbox.connected(2)
        priya = office.person("priya")
        asked = [priya.say("ask-platform", QUESTION) for _ in range(4)]
        asked += [priya.say(channel, f"{office.mention} {QUESTION}") for channel in ("random", "quiet", "deploys")]
        for each in asked:
            await office.answer_to(each)
        await office.quiet()

        assert [office.thread(each)[1:] for each in asked] == [[LOGS_TOLD]] * len(asked)
