"""A wave of a survey at Slack's limits, with faults and kills: each person is asked once, and every answer is kept.

The workspace's ledger tells who was asked, and what people know to be taken down is held against what the bot kept.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from bot.surveys.results import SurveyFactsService
from bot.wanted import Kind
from sandbox import Effect
from tests.chaos import polled
from tests.chaos.bot_process import LISTENERS
from tests.chaos.polled import QUESTION, Polled
from tests.chaos.rehearsal import PATIENCE_S, rehearsal
from tests.goals.counting import Tally
from tests.handlers.by_http import free_port

FAULTS = ("status_429", "status_500", "status_500_after", "lose_reply")
LOSS = 0.05  # of all calls, whatever they are
LONG_S = 900.0
CLOSES_AT = datetime.fromisoformat("2026-12-02T17:29:00+00:00")
CLOSED_BY = "after UPDATE waves#1 of Workers._do"  # nothing more is taken, and nothing is released yet


@asynccontextmanager
async def wave_to(people: int, folder: Path, database_url: str, *, slow_s: float) -> AsyncIterator[Polled]:
    """With no bot yet, and somebody who looks now and then how the wave stands."""
    handbook, port = polled.handbook(folder / "handbook"), str(free_port())
    settings = {"MENTOR_HTTP_PORT": port}
    async with rehearsal(
        folder / "run", database_url, handbook, starts_at=polled.STARTS_AT, settings=settings, due=[Kind.OPEN_WAVES]
    ) as run:
        run.is_supervised = True
        wave = Polled(run, random.Random(people), port, slow_s)
        wave.furnish(people)
        for kind in FAULTS:
            run.sandbox.faults.add(kind, methods=(), probability=LOSS / len(FAULTS), seconds=5.0)
        watching = asyncio.create_task(wave.watch())
        try:
            yield wave
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            wave.end()


async def dies(wave: Polled, *, patience_s: float = PATIENCE_S) -> None:
    """Returns when the bot was killed, and people press as they did before and do after."""
    assert wave.run.bot is not None
    process = wave.run.bot.process
    await wave.run.sandbox.wait_for(lambda: not process.is_alive(), patience_s)
    wave.answer_now(10)
    await wave.run.killed()


def kill_at_the_next_question(wave: Polled) -> None:
    """It is seen by the person, and the bot does not hear so."""

    def on_effect(effect: Effect) -> None:
        if effect.text == QUESTION and effect.kind == "post" and not done:
            done.append(effect)
            wave.run.kill()

    done: list[Effect] = []
    wave.run.sandbox.ledger.subscribe(on_effect)


async def all_are_asked(wave: Polled) -> None:
    """Nobody waits any more, people have said what they wanted, and they were told what came of it."""
    await wave.until_now(wave.is_sent, LONG_S)
    await wave.answers_are_in()
    await wave.until_now(wave.is_sent, LONG_S)


async def check_each_was_asked_once(wave: Polled) -> None:
    """By the ledger; and the bot's own rows say the same."""
    assert sorted(wave.asked()) == sorted(wave.people)
    assert await wave.invited() == {"asked": len(wave.people)}


async def check_answers_are_kept(wave: Polled) -> None:
    assert wave.said
    assert await wave.kept() == wave.said


def check_progress_was_visible(wave: Polled) -> None:
    """By `mentor pulse status` and by /metrics: at each look as many were asked as before, or more."""
    drawn, seen = len(wave.people), wave.seen
    assert len({each.asked for each in seen}) >= 4
    assert all(each.asked + each.on_their_way + each.waiting == drawn for each in seen)
    for early, late in pairwise(seen):
        assert late.asked >= early.asked
        assert late.waiting <= early.waiting
        assert (late.answered or 0) >= (early.answered or 0)
    told = [each["asked"] for each in wave.told if each]
    assert told == sorted(told)
    assert len(set(told)) >= 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_wave_goes_on_after_a_kill_and_asks_each_once(tmp_path: Path, database_url: str) -> None:
    async with wave_to(60, tmp_path, database_url, slow_s=20.0) as wave:
        await wave.run.start()
        await wave.until(lambda stands: stands.asked >= 25)
        kill_at_the_next_question(wave)
        wave.answer_now(10)
        await dies(wave)
        await wave.run.start()
        await all_are_asked(wave)

        await check_each_was_asked_once(wave)
        await check_answers_are_kept(wave)
        check_progress_was_visible(wave)


@pytest.mark.goal(g=1)
@pytest.mark.chaos
@pytest.mark.parametrize("database_url", ["drawn"], indirect=True)
async def test_wave_to_2000_people_is_asked_once_kept_and_counted(
    tmp_path: Path, database_url: str, tally: Tally
) -> None:
    """Killed as it is opened, three times while it is sent, and as it is closed."""
    async with wave_to(2_000, tmp_path, database_url, slow_s=240.0) as wave:
        await wave.run.start(die_at="inside INSERT waves#1 of Workers._do")
        await dies(wave)
        await wave.run.start()
        await wave.until(lambda stands: stands.asked >= 300, LONG_S)
        kill_at_the_next_question(wave)
        wave.answer_now(10)
        await dies(wave)
        await wave.run.start(die_at=f"inside INSERT survey_answers#150 of {LISTENERS}.run_message_listeners")
        await dies(wave, patience_s=LONG_S)
        await wave.run.start()
        await wave.until(lambda stands: stands.asked >= 1_400, LONG_S)
        wave.answer_now(30)
        await wave.run.sandbox.clock.sleep(wave.chance.uniform(3, 10))
        wave.run.kill()
        await dies(wave)
        await wave.run.start()
        await all_are_asked(wave)
        (tmp_path / "measured.json").write_text(json.dumps(wave.measured(), indent=1), encoding="utf-8")

        tally(kills=4, **twice_or_never(wave.asked(), wave.people))
        await check_each_was_asked_once(wave)
        await check_answers_are_kept(wave)
        check_progress_was_visible(wave)
        assert wave.done["pressed in vain"]  # or no kill came amid their presses
        await check_what_is_told_of_it(wave, tally)


def twice_or_never(asked: Sequence[str], people: Sequence[str]) -> dict[str, int]:
    counted = Counter(asked)
    return {"doubled": sum(number > 1 for number in counted.values()), "lost": len(set(people) - counted.keys())}


async def check_what_is_told_of_it(wave: Polled, tally: Tally) -> None:
    """It becomes the day on which the wave ends; the bot is killed once more, and then it is closed.

    What people press after that is answered, and counts for nothing.
    """
    said = dict(wave.said)
    wave.run.kill()
    await wave.run.killed()
    clock = wave.run.sandbox.clock
    clock.advance(CLOSES_AT.timestamp() - clock.now())
    await wave.run.start(die_at=CLOSED_BY)
    await dies(wave)
    await wave.run.start()
    await wave.until_now(wave.is_closed, LONG_S)
    await wave.answers_are_in()
    facts = await SurveyFactsService(wave.run.database).facts(survey=None)
    [told] = facts.to_json()["waves"]

    scores, words = [each.score for each in said.values()], [each.comment for each in said.values()]
    tally(kills=2)
    assert wave.said != said
    satisfied = sum(each in (4, 5) for each in scores)
    assert (told["frame"], told["n"], told["response_rate"]["n"]) == (2_000, len(scores), 2_000)
    assert (told["reach"]["k"], told["reach"]["n"]) == (2_000, 2_000)
    assert told["questions"][0]["everybody"]["k"] == satisfied
    assert told["questions"][0]["everybody"]["n"] == len(scores)
    assert sorted(told["comments"]) == sorted(filter(None, words))
