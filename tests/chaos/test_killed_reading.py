"""A bot killed while it reads back: the next one goes on, all is known, and nothing is answered twice.

What was read before the absence is put in place by a reader in this process; then each commit of the pass and of the
walk that follow is one to die at.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from knowledge.channels import AnswerMode, Channel
from tests.chaos import company
from tests.chaos.bot_process import is_of_transaction, part_of
from tests.chaos.conftest import NewDatabase
from tests.chaos.counted import counted, exactly, noted
from tests.chaos.killing import TIMES, drawn
from tests.chaos.rehearsal import CHANNELS, PATIENCE_S, Rehearsal, rehearsal
from tests.goals.counting import Tally
from tests.peers.reading import is_at_rest, kept, kept_reactions, reader_of, standing, standing_reactions

HERE = CHANNELS[0]
AT_ONCE = 3
DAY_S = 86_400.0
LEASE_S = 125.0
QUESTION = "How do I search the logs of production?"


async def read_before(run: Rehearsal) -> None:
    """Two old threads and a few messages are known."""
    past, now = run.sandbox.workspace.past, run.sandbox.clock.now()
    ada, bela = run.sandbox.person("ada").id, run.sandbox.person("bela").id
    for number in (1, 2):
        root = past.say(ada, HERE, f"Topic {number}.", at=now - number * 20 * DAY_S)
        for reply in (1, 2):
            past.say(bela, HERE, f"View {reply}.", at=float(root.ts) + reply * 60, thread_ts=root.ts)
        past.react(past.say(bela, HERE, f"Note {number}.", at=now - number * DAY_S), "eyes", ada)
    reader = await reader_of(run.sandbox, run.database, [Channel(HERE, HERE.lower(), AnswerMode.AT_ONCE)])
    await reader.read_all()
    await reader.slack.close()


def change_meanwhile(run: Rehearsal) -> None:
    """In ten minutes something of everything happens; somebody asks in the last of them."""
    workspace, past = run.sandbox.workspace, run.sandbox.workspace.past
    channel = workspace.channels[HERE]
    ada, bela = run.sandbox.person("ada").id, run.sandbox.person("bela").id
    first, second = sorted(channel.threads)
    edited, doomed = (channel.messages[ts] for ts in channel.threads[first])
    noted, gone = (channel.messages[ts] for ts in channel.timeline if channel.messages[ts].text.startswith("Note"))
    run.sandbox.clock.advance(540)
    now = run.sandbox.clock.now()
    past.edit(edited, "View 1, or rather not.", at=now - 1)
    past.delete(doomed)
    past.delete(channel.messages[second])
    past.delete(gone)
    noted.reactions.clear()
    past.react(edited, "tada", ada, bela)
    past.say(bela, HERE, "A late view.", at=now - 1, thread_ts=first)
    past.say(ada, HERE, QUESTION, at=now - 1)
    run.sandbox.clock.advance(60)


async def _is_read(run: Rehearsal, since_s: float) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await is_at_rest(run.database, since_s):
            await asyncio.sleep(0.1)


async def all_is_read(run: Rehearsal, since_s: float) -> None:
    await _is_read(run, since_s)
    await run.quiet()
    await run.sandbox.wait_for(run.sandbox.ledger.posts, PATIENCE_S)
    if run.sandbox.delivery.lost:  # or Slack gave up on telling, in its own haste: then the next pass finds it
        await _is_read(run, run.sandbox.clock.now())


async def check(run: Rehearsal) -> None:
    # of its own posts the bot hears nothing: it reads them back with the next pass
    own = {(post.channel, post.ts) for post in run.sandbox.ledger.posts()}
    is_kept = {each for each in await kept(run.database) if each[:2] not in own}
    exactly(is_kept, {each for each in standing(run.sandbox, [HERE]) if each[:2] not in own})
    exactly(await kept_reactions(run.database), standing_reactions(run.sandbox, [HERE]))
    (asked,) = [each for each in run.sandbox.workspace.channels[HERE].messages.values() if QUESTION in each.text]
    places = {place: len(posts) for place, posts in company.answers_in(run.sandbox).items()}
    exactly(places, {company.place_of(asked): 1})


@dataclass(frozen=True)
class Stage:
    """Where rehearsals take place. `is_known`: whether anything was read before."""

    folder: Path
    handbook: Path
    new_database: NewDatabase
    is_known: bool = True

    async def play(self, name: str, *, die_at: str = "") -> list[str]:
        """The points passed by the bot that was not killed."""
        async with rehearsal(self.folder / name, self.new_database(), self.handbook) as run:
            if self.is_known:
                await read_before(run)
                change_meanwhile(run)
            else:  # what nobody asked of the bot itself is not answered by a new one
                mention = f"<@{run.sandbox.workspace.bot_user_id}>"
                ada, asked_s = run.sandbox.person("ada").id, run.sandbox.clock.now() - 60
                run.sandbox.workspace.past.say(ada, HERE, f"{mention} {QUESTION}", at=asked_s)
            since_s = run.sandbox.clock.now()
            await run.start(die_at=die_at)
            if die_at:
                await run.killed()
                run.sandbox.clock.advance(LEASE_S)
                await run.start()
            await all_is_read(run, since_s)
            await check(run)
            return run.points_passed()

    async def play_all(self, points: Sequence[str], *, times: int = 1) -> dict[str, str]:
        """What went wrong, by point."""
        wrong, turns = dict[str, str](), asyncio.Semaphore(AT_ONCE)

        async def play(point: str, time: int) -> None:
            async with turns:
                try:
                    await self.play(f"{point.replace(' ', '-')}-{time}", die_at=point)
                except (AssertionError, TimeoutError) as error:
                    wrong[f"{point} {time}"] = noted(error)

        await asyncio.gather(*(play(point, time) for point in points for time in range(times)))
        return wrong


def of_reading(points: Sequence[str]) -> list[str]:
    """Those of the reader: others' come in any order."""
    return [each for each in points if part_of(each) == "CatchUp" and is_of_transaction(each)]


@pytest.fixture
def stage(tmp_path: Path, new_database: NewDatabase) -> Stage:
    return Stage(tmp_path, company.handbook_for(tmp_path / "handbook", [HERE], only="observe"), new_database)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_bot_killed_at_every_third_step_of_its_reading_leaves_nothing_unknown(stage: Stage) -> None:
    points = of_reading(await stage.play("unharmed"))

    wrong = await stage.play_all([each for each in points if each.startswith(("inside", "after"))][::3])

    assert wrong == {}


@pytest.mark.goal(g=1)
@pytest.mark.chaos
@pytest.mark.parametrize("database_url", ["drawn"], indirect=True)
@pytest.mark.parametrize("is_known", [True, False], ids=["after an absence", "for the first time"])
async def test_bot_killed_at_points_drawn_of_its_reading_goes_on(
    stage: Stage, seed: int, tally: Tally, *, is_known: bool
) -> None:
    stage = Stage(stage.folder, stage.handbook, stage.new_database, is_known)
    points = drawn(of_reading(await stage.play("unharmed")), seed)

    wrong = await stage.play_all(points, times=TIMES)

    tally(points=len(points), kills=TIMES * len(points), **counted(wrong))
    assert wrong == {}
