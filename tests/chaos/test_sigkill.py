"""A bot killed at any step and started again: what was asked is answered once, and nothing is lost.

Each flow is first gone through unharmed to learn its points, then once for each of them with the kill there. Points are
those of the parts of the bot that the flow goes through; reading back goes on meanwhile and has its own test.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest

from knowledge.channels import Channel
from sandbox import Message
from tests.chaos import company
from tests.chaos.bot_process import LISTENERS, is_of_transaction, part_of
from tests.chaos.conftest import NewDatabase
from tests.chaos.rehearsal import CHANNELS, PACE, PATIENCE_S, PLATFORM, Rehearsal, rehearsal
from tests.peers.reading import reader_of

AT_ONCE = 3  # rehearsals at a time: they mostly wait for a lease to run out
HELD_S = 20.0  # how long the sandbox holds a call back: less than what is left of the lease
QUESTION = "How do I search the logs of production?"
SOLVED = "That solved it"
KILLS = 40
BEFORE_NINE = datetime(2026, 11, 30, 8, 59, 30, tzinfo=UTC)  # a Monday in London
DAY_S = 86_400.0
TICKED_S = 45.0  # since the start of a bot: it looks every thirty seconds what is due


@dataclass(frozen=True)
class Kill:
    """When the bot dies: `at` one of its own points, or at a call as the sandbox sees it.

    A call that is held was sent and not applied yet: it is applied after the death, or never (`is_dropped`). One of
    which the effect is awaited was applied, and its reply is not seen.
    """

    name: str
    at: str = ""
    held: str = ""  # a method
    is_dropped: bool = False
    effect: str = ""  # a kind in the ledger

    def set_up(self, run: Rehearsal) -> None:
        if self.effect:
            run.kill_on(self.effect)
        if self.held:
            run.sandbox.faults.add("delay", methods=[self.held], seconds=HELD_S, times=1)
        if self.is_dropped:
            run.sandbox.faults.add("drop", methods=[self.held], times=1)

    async def comes(self, run: Rehearsal) -> None:
        """Returns when the bot is dead."""
        if self.held:
            await run.sandbox.wait_for(lambda: run.sandbox.faults.fired["delay"], PATIENCE_S)
            run.kill()
        await run.killed()


class Flow(Protocol):
    """Done by these `parts` of the bot; the first of them begins. `furnish` is before there is the bot to be killed."""

    @property
    def starts_at(self) -> datetime: ...

    @property
    def parts(self) -> Sequence[str]: ...

    @property
    def kills(self) -> Sequence[Kill]: ...

    async def furnish(self, run: Rehearsal) -> None: ...

    async def act(self, run: Rehearsal) -> None: ...

    async def check(self, run: Rehearsal, *, is_taken_down: bool) -> None: ...


class Asked:
    """What flows have in common that somebody begins on a Tuesday morning."""

    starts_at = company.STARTS_AT
    parts = (LISTENERS, "Workers", "Outbox")

    async def furnish(self, run: Rehearsal) -> None:
        pass


class Question(Asked):
    """Somebody asks in a watched channel. Slack repeats the event, so it is never lost."""

    kills = (
        Kill("post held, then applied", held="chat.postMessage"),
        Kill("post held, then dropped", held="chat.postMessage", is_dropped=True),
        Kill("post applied", effect="post"),
    )

    async def act(self, run: Rehearsal) -> None:
        run.sandbox.person("ada").say(CHANNELS[0], QUESTION)

    async def check(self, run: Rehearsal, *, is_taken_down: bool) -> None:
        (asked,) = [each for each in run.sandbox.person("ada").sees(CHANNELS[0]) if each.text == QUESTION]
        places = {place: len(posts) for place, posts in company.answers_in(run.sandbox).items()}
        assert places == {company.place_of(asked): 1}


class Verdict(Asked):
    """Who asked presses a button under the answer. A press that was not taken down is pressed again."""

    kills = (
        Kill("edit held, then applied", held="chat.update"),
        Kill("edit held, then dropped", held="chat.update", is_dropped=True),
        Kill("edit applied", effect="update"),
    )

    async def furnish(self, run: Rehearsal) -> None:
        await run.start()
        await Question().act(run)
        await run.sandbox.wait_for(run.sandbox.ledger.posts, PATIENCE_S)
        await run.quiet()
        run.kill()
        await run.killed()

    async def act(self, run: Rehearsal) -> None:
        await run.sandbox.person("ada").press(self._answer(run), SOLVED)

    async def check(self, run: Rehearsal, *, is_taken_down: bool) -> None:
        if not is_taken_down and self._has_buttons(run):
            await self.act(run)
            await run.quiet()
        assert not self._has_buttons(run)
        assert "Solved" in str(self._answer(run).blocks)
        await Question().check(run, is_taken_down=True)

    def _answer(self, run: Rehearsal) -> Message:
        (post,) = run.sandbox.ledger.posts()
        return run.sandbox.workspace.message(post.channel or "", post.ts or "")

    def _has_buttons(self, run: Rehearsal) -> bool:
        return any(block["type"] == "actions" for block in self._answer(run).blocks)


class Command(Asked):
    """Somebody asks privately. A command is never repeated; its answer has no key: at most once, then once as a DM."""

    kills = (Kill("response applied", effect="respond"),)

    async def act(self, run: Rehearsal) -> None:
        await run.sandbox.person("ada").command("/platform", f"ask {QUESTION}", CHANNELS[0])

    async def check(self, run: Rehearsal, *, is_taken_down: bool) -> None:
        dm = run.sandbox.workspace.dm_of(run.sandbox.person("ada").id).id
        shown = Counter((each.kind, each.channel) for each in run.sandbox.ledger.effects)
        assert shown.keys() <= {("respond", CHANNELS[0]), ("post", dm)}
        assert all(count == 1 for count in shown.values())
        assert shown or not is_taken_down


class Growing(Asked):
    """Somebody asks in their direct messages with the bot, where the answer grows."""

    kills = (
        Kill("start held, then applied", held="chat.startStream"),
        Kill("start held, then dropped", held="chat.startStream", is_dropped=True),
        Kill("start applied", effect="stream_start"),
        Kill("piece held, then applied", held="chat.appendStream"),
        Kill("piece applied", effect="stream_append"),
        Kill("end held, then applied", held="chat.stopStream"),
        Kill("end held, then dropped", held="chat.stopStream", is_dropped=True),
        Kill("end applied", effect="post"),
    )

    async def act(self, run: Rehearsal) -> None:
        run.sandbox.person("ada").dm(QUESTION)

    async def check(self, run: Rehearsal, *, is_taken_down: bool) -> None:
        """One whole answer stands, and nothing that was begun and left."""
        stands = [each for each in run.sandbox.person("ada").sees_in_dm() if each.bot_id]
        assert [(each.metadata is not None, "That solved it" in str(each.blocks)) for each in stands] == [(True, True)]


class Digest:
    """It becomes Monday, nine o'clock: the week before is told in the platform channel, once."""

    starts_at = BEFORE_NINE
    parts = ("Timetable", "Workers", "Outbox")
    kills = (
        Kill("digest held, then applied", held="chat.postMessage"),
        Kill("digest held, then dropped", held="chat.postMessage", is_dropped=True),
        Kill("digest applied", effect="post"),
    )

    async def furnish(self, run: Rehearsal) -> None:
        """Somebody asked last Wednesday, and it was read."""
        asked_s = run.sandbox.clock.now() - 5 * DAY_S
        run.sandbox.workspace.past.say(run.sandbox.person("ada").id, CHANNELS[0], QUESTION, at=asked_s)
        reader = await reader_of(run.sandbox, run.database, [Channel(CHANNELS[0], "")])
        await reader.read_all()
        await reader.slack.close()

    async def act(self, run: Rehearsal) -> None:
        pass

    async def check(self, run: Rehearsal, *, is_taken_down: bool) -> None:
        await run.sandbox.clock.sleep(TICKED_S)  # else nothing has looked at the timetable since the death
        await run.sandbox.wait_for(run.sandbox.ledger.posts, PATIENCE_S)
        await run.quiet()
        posts = [(each.channel, each.text.splitlines()[0].partition(":")[0]) for each in run.sandbox.ledger.posts()]
        assert posts == [(PLATFORM, "The week in our channels"), (PLATFORM, "*Who answered*")]


@dataclass(frozen=True)
class Stage:
    """Where rehearsals take place."""

    folder: Path
    handbook: Path
    new_database: NewDatabase

    async def points_of(self, flow: Flow) -> list[str]:
        """What the parts of the bot that do what the flow asks pass meanwhile, in order."""
        async with self.new_rehearsal("unharmed", flow) as run:
            await flow.furnish(run)
            await run.start()
            before = len(run.points_passed())
            await flow.act(run)
            await run.sandbox.wait_for(lambda: run.sandbox.ledger.effects, PATIENCE_S)
            await run.quiet()
            await flow.check(run, is_taken_down=True)
            passed = [each for each in run.points_passed()[before:] if is_of_transaction(each)]
            points = [each for each in passed if part_of(each) in flow.parts]
            assert part_of(points[0]) == flow.parts[0]
            return points

    async def play(self, flow: Flow, kill: Kill, *, is_taken_down: bool) -> None:
        """The flow with the kill in it, a new start, and the check."""
        async with self.new_rehearsal(kill.name, flow) as run:
            await flow.furnish(run)
            await run.start(die_at=kill.at)
            kill.set_up(run)
            acting = asyncio.create_task(flow.act(run))
            await kill.comes(run)
            await acting
            await run.start()
            await run.quiet()
            await flow.check(run, is_taken_down=is_taken_down)

    def new_rehearsal(self, name: str, flow: Flow, *, pace: float = PACE) -> AbstractAsyncContextManager[Rehearsal]:
        database_url = self.new_database()
        return rehearsal(self.folder / name, database_url, self.handbook, starts_at=flow.starts_at, pace=pace)

    async def play_all(
        self, flow: Flow, points: Sequence[str], *, only: tuple[str, ...] = ("",), every: int = 1
    ) -> dict[str, str]:
        """What went wrong, by kill: at points whose name begins so. At the first two nothing is taken down yet."""
        turns = asyncio.Semaphore(AT_ONCE)
        chosen = [point for point in points if point.startswith(only)][::every]
        kills = [*(Kill(point, at=point) for point in chosen), *flow.kills]

        async def play(kill: Kill) -> str:
            async with turns:
                try:
                    await self.play(flow, kill, is_taken_down=kill.at not in points[:2])
                except (AssertionError, TimeoutError, ValueError) as error:
                    return f"{type(error).__name__}: {error}"
                return ""

        wrong = await asyncio.gather(*(play(kill) for kill in kills))
        return {kill.name: what for kill, what in zip(kills, wrong, strict=True) if what}


@pytest.fixture
def stage(tmp_path: Path, new_database: NewDatabase) -> Stage:
    """With the one channel that flows need: all others would be read back, too, at each of hundreds of starts."""
    handbook = company.handbook_for(tmp_path / "handbook", CHANNELS[:1], platform_channel=PLATFORM, only="observe")
    return Stage(tmp_path, handbook, new_database)


@pytest.fixture
def whole_stage(tmp_path: Path, new_database: NewDatabase) -> Stage:
    """With all articles: the answer of some is long enough to grow."""
    return Stage(tmp_path, company.handbook_for(tmp_path / "handbook", CHANNELS[:1]), new_database)


FLOWS = pytest.mark.parametrize(
    "flow", [Question(), Verdict(), Command(), Digest()], ids=["question", "verdict", "command", "digest"]
)


@FLOWS
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_bot_killed_at_every_third_step_leaves_nothing_lost_or_doubled(stage: Stage, flow: Flow) -> None:
    """Inside a transaction and after one: a death before it leaves what a death inside it leaves, nothing of it."""
    points = await stage.points_of(flow)

    wrong = await stage.play_all(flow, points, only=("inside", "after"), every=3)

    assert wrong == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_bot_killed_while_an_answer_grows_leaves_one_whole_answer(whole_stage: Stage) -> None:
    wrong = await whole_stage.play_all(Growing(), [])

    assert wrong == {}


@pytest.mark.chaos  # in CI one of two bots is killed there
@pytest.mark.parametrize("flow", [Question(), Digest()], ids=["question", "digest"])
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_bot_killed_between_its_steps_on_postgresql_speaks_once(stage: Stage, flow: Flow) -> None:
    points = await stage.points_of(flow)

    wrong = await stage.play_all(flow, points, only=("after",), every=2)

    assert wrong == {}


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


@pytest.mark.chaos
@FLOWS
@pytest.mark.parametrize("time", range(5))
async def test_no_kill_in_five_goes_wrong_on_either_database(stage: Stage, flow: Flow, time: int) -> None:
    """Each step on each of the two, before it too, and five times: what comes of luck shows."""
    points = await stage.points_of(flow)

    wrong = await stage.play_all(flow, points)

    assert wrong == {}


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(5))
async def test_bot_killed_forty_times_at_random_loses_no_question(stage: Stage, seed: int) -> None:
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
            run.kill()
            await run.killed()
        await run.start()
        await run.quiet()

        given_up = {(body["event"]["channel"], body["event"]["ts"]) for body in run.sandbox.delivery.lost}
        answered = {place: len(posts) for place, posts in company.answers_in(run.sandbox).items()}
    assert set(answered.values()) == {1}
    assert answered.keys() <= {company.place_of(each) for each in asked}
    # Slack tries an event four times: what it gave up on never reached the bot (catch-up reads that back)
    assert {company.place_of(each) for each in asked} - answered.keys() <= given_up
