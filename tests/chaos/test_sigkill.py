"""A bot killed at any step and started again: what was asked is answered once, and nothing is lost.

The flows are `flows.py`'s. Killed while it reads back, and while it carries out a request, it has tests of its own.
"""

import asyncio
import random
from pathlib import Path

import pytest

from sandbox import Message
from tests.chaos import company, polled
from tests.chaos.conftest import NewDatabase
from tests.chaos.counted import counted
from tests.chaos.flows import Command, Digest, Documented, Erasing, Growing, Proposed, Pulse, Question, Verdict
from tests.chaos.killing import NOT_PASSED, TIMES, Flow, Kill, Stage
from tests.chaos.rehearsal import CHANNELS, PACE, PATIENCE_S, PLATFORM, rehearsal
from tests.goals.counting import Tally

KILLS, BREATHES = 40, 6


@pytest.fixture
def stage(tmp_path: Path, new_database: NewDatabase) -> Stage:
    """With the one channel that flows need: all others would be read back, too, at each of hundreds of starts."""
    handbook = company.handbook_for(tmp_path / "handbook", CHANNELS[:1], platform_channel=PLATFORM, only="observe")
    return Stage(tmp_path, handbook, new_database)


@pytest.fixture
def whole_stage(tmp_path: Path, new_database: NewDatabase) -> Stage:
    """With all articles: the answer of some is long enough to grow."""
    return Stage(tmp_path, company.handbook_for(tmp_path / "handbook", CHANNELS[:1]), new_database)


@pytest.fixture
def polled_stage(tmp_path: Path, new_database: NewDatabase) -> Stage:
    return Stage(tmp_path, polled.handbook(tmp_path / "handbook"), new_database)


FLOWS = pytest.mark.parametrize(
    "flow", [Question(), Verdict(), Command(), Digest()], ids=["question", "verdict", "command", "digest"]
)


@FLOWS
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_bot_killed_at_every_third_step_leaves_nothing_lost_or_doubled(stage: Stage, flow: Flow) -> None:
    """Inside a transaction and after one: a death before it leaves what a death inside it leaves, nothing of it."""
    points = await stage.points_of(flow)

    outcome = await stage.play_all(flow, points, [each for each in points if not each.startswith("before")][::3])

    assert outcome.wrong == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_bot_killed_while_an_answer_grows_leaves_one_whole_answer(whole_stage: Stage) -> None:
    outcome = await whole_stage.play_all(Growing(), [], [])

    assert outcome.wrong == {}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_bots_post_one_digest_though_the_one_that_posts_it_is_killed(stage: Stage) -> None:
    """Two processes stall apart, and one that did so for a lease would post all the same: so leases are six seconds."""
    flow, (applied, dropped, _) = Digest(), Digest.kills

    async def play(kill: Kill) -> None:
        async with stage.new_rehearsal(kill.name, flow, pace=PACE / 3) as run:
            await flow.furnish(run)
            kill.set_up(run)
            await run.start()
            await run.start_another()
            await run.sandbox.wait_for(lambda: run.sandbox.faults.fired["delay"], PATIENCE_S)
            posting = [bot for bot in run.bots if any("outbox#1 of Outbox" in each for each in bot.points_passed())]
            run.bot = posting[0]  # on a busy machine the other may look already what became of it
            run.kill()
            await run.killed()
            await flow.check(run, is_taken_down=True)

    await asyncio.gather(play(applied), play(dropped))


ALL_FLOWS = pytest.mark.parametrize(
    "flow",
    [Question(), Verdict(), Command(), Digest(), Proposed(), Documented()],
    ids=["question", "verdict", "command", "digest", "proposed", "documented"],
)
EITHER = pytest.mark.parametrize("database_url", ["drawn"], indirect=True)


async def check_drawn(stage: Stage, flow: Flow, seed: int, tally: Tally) -> None:
    outcome = await stage.play_drawn(flow, seed, tally)

    assert outcome.wrong == {}
    assert len(outcome.not_passed) <= NOT_PASSED, outcome.not_passed


@pytest.mark.goal(g=1)
@pytest.mark.chaos
@EITHER
@ALL_FLOWS
async def test_bot_killed_at_points_drawn_of_a_flow_goes_on(stage: Stage, flow: Flow, seed: int, tally: Tally) -> None:
    await check_drawn(stage, flow, seed, tally)


@pytest.mark.goal(g=1)
@pytest.mark.chaos
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_bot_killed_at_points_drawn_of_an_erasing_leaves_nothing(stage: Stage, seed: int, tally: Tally) -> None:
    """On SQLite: PostgreSQL writes every table anew each time, which takes minutes on a busy machine."""
    await check_drawn(stage, Erasing(), seed, tally)


@pytest.mark.goal(g=1)
@pytest.mark.chaos
@EITHER
async def test_bot_killed_at_points_drawn_of_a_wave_asks_each_once(
    polled_stage: Stage, seed: int, tally: Tally
) -> None:
    await check_drawn(polled_stage, Pulse(), seed, tally)


@pytest.mark.goal(g=1)
@pytest.mark.chaos
@EITHER
async def test_bot_killed_at_any_call_of_an_answer_that_grows_leaves_one(whole_stage: Stage, tally: Tally) -> None:
    outcome = await whole_stage.play_all(Growing(), [], [], times=TIMES)

    tally(points=outcome.points, kills=outcome.kills, **counted(outcome.wrong))
    assert outcome.wrong == {}


@pytest.mark.goal(g=1)
@pytest.mark.chaos
@EITHER
async def test_bot_killed_forty_times_at_random_loses_no_question(stage: Stage, seed: int, tally: Tally) -> None:
    chance = random.Random(seed)
    handbook = company.handbook_for(stage.folder / "full", CHANNELS, platform_channel=PLATFORM)
    texts = company.questions(company.library_of(handbook), 400)
    asked: list[Message] = []
    async with rehearsal(stage.folder / "random", stage.new_database(), handbook) as run:
        run.sandbox.faults.duplicate_events = (1, 3)
        for number in range(KILLS):
            await run.start()
            asked += [run.sandbox.person("ada").say(chance.choice(CHANNELS), text) for text in texts[number::KILLS]]
            await run.sandbox.clock.sleep(chance.uniform(5, 90))
            if number % BREATHES == 0:  # or what eight bots in a row died over is given up, as it should be
                await run.quiet()
            run.kill()
            await run.killed()
        await run.start()
        await run.quiet()

        given_up = {(body["event"]["channel"], body["event"]["ts"]) for body in run.sandbox.delivery.lost}
        answered = {place: len(posts) for place, posts in company.answers_in(run.sandbox).items()}
    # Slack tries an event four times: what it gave up on never reached the bot (catch-up reads that back)
    wanted = {company.place_of(each) for each in asked}
    doubled = [place for place, count in answered.items() if count > 1 or place not in wanted]
    lost = wanted - answered.keys() - given_up
    tally(kills=KILLS, doubled=len(doubled), lost=len(lost))
    assert doubled == []
    assert lost == set()
