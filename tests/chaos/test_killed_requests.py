"""A bot killed at any step of a request, from the form to the outcome: nothing is lost, and nothing is done twice.

Each flow is gone through unharmed twice to learn which points it surely passes, then once for each of them with the
kill there. What was done is told by the ledgers: the workspace's, the repositories' and the webhook server's own.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pytest

from tests.chaos.asking import QUOTA, QUOTA_FILE, Asking, world
from tests.chaos.bot_process import HOOKS, LISTENERS, last_like, part_of
from tests.chaos.conftest import NewDatabase
from tests.chaos.counted import counted, exactly, in_order, noted
from tests.chaos.killing import NOT_PASSED, TIMES, drawn
from tests.chaos.rehearsal import Rehearsal, rehearsal
from tests.git.github_server import REPOSITORY
from tests.git.serving import Fault
from tests.goals.counting import Tally

AT_ONCE = 4  # rehearsals at a time: they mostly wait for a lease to run out
PARTS = (LISTENERS, HOOKS, "Inbox", "Workers", "Outbox", "FollowService", "PlainHost", "ReviewedHost")
# What is only read is killed once: nothing outside tells before from after.
READS = ("GET ", "git ls-remote", "git fetch", "POST /api/users.", "POST /api/conversations.", "POST /api/usergroups.")
LATE_S = 2.0  # of the wall, for a death after the last thing that anybody sees
PULLS = f"/repos/{REPOSITORY}/pulls"
BIG_QUOTA = QUOTA.replace("memory: 8", "memory: 16")


class Flow(Protocol):
    """`act` is what people and controllers do until it ended; `check` reads the ledgers."""

    async def act(self, at: Asking) -> None: ...

    async def check(self, at: Asking) -> None: ...


class Merged:
    """Asked for, agreed to, pushed and merged by the bot on a plain repository, then live by a webhook."""

    async def act(self, at: Asking) -> None:
        await at.ask("ada", "raise-quota", {"Team": "checkout", "CPU": "8"})
        await at.press("bela", at.card, "Approve")
        await at.until(lambda: at.says("ada", "merged; it becomes live"))
        await at.report("teams", at.world.live.known("refs/heads/main"))
        await at.until(lambda: at.says("ada", ": live, "))

    async def check(self, at: Asking) -> None:
        (request,) = await at.requests()
        live = at.world.live
        exactly(at.posts(), {"request ada": 1, "outcome ada": 1, "platform": 1})
        in_order(await at.acts(request), ["asked", "waiting", "approved", "going", "open", "merged", "live"])
        exactly(live.git("for-each-ref", "--format=%(refname:short)", "refs/heads").split(), ["main", request.branch])
        exactly({"commit": at.world.commits_of(request, repository=live)}, {"commit": 1})
        assert (at.world.moves_of(request.branch), at.world.moves_of("main")) == (1, 2)  # main was begun before
        assert live.git("show", f"main:{QUOTA_FILE}") == QUOTA.replace("cpu: 4", "cpu: 8").strip()
        assert live.git("log", "-1", "--format=%an", request.branch) == "Ada"


class Proposed:
    """Asked for and put before the reviewers of a GitHub, merged by them, and live by a commit status."""

    async def act(self, at: Asking) -> None:
        await at.ask("ada", "new-queue", {"Queue": "payouts"})
        await at.until(lambda: at.says("ada", "waits for the repository's reviewers"))
        (pull,) = at.world.pages.server.pulls
        revision = at.world.pages.merge(pull["head"]["ref"])
        at.world.pages.say(revision, "applied", "success")
        await at.until(lambda: at.says("ada", ": live, "))

    async def check(self, at: Asking) -> None:
        (request,) = await at.requests()
        pages = at.world.pages
        exactly(at.posts(), {"request ada": 1, "outcome ada": 1})
        in_order(await at.acts(request), ["asked", "going", "open", "merged", "live"])
        exactly(pages.branches(), ["main", request.branch])
        exactly({"commit": at.world.commits_of(request, repository=pages.remote)}, {"commit": 1})
        exactly([pull["head"]["ref"] for pull in pages.server.pulls], [request.branch])


class Pushed:
    """Break-glass: run by a webhook, announced, and declared in a pull request afterwards, which reviewers merge."""

    async def act(self, at: Asking) -> None:
        await at.ask("ada", "restart", {"Service": "shop"})
        await at.until(lambda: at.says("ada", ": done"))
        await at.until(lambda: at.world.pages.server.pulls)
        await at.until(lambda: at.announced("A pull request that declares it is open."))
        (pull,) = at.world.pages.server.pulls
        at.world.pages.merge(pull["head"]["ref"])
        await at.until(lambda: at.announced("What it made is declared in Git."))

    async def check(self, at: Asking) -> None:
        (request,) = await at.requests()
        pages = at.world.pages
        exactly([each["request"] for each in at.world.hooks.begun], [request.id])
        exactly(at.posts(), {"request ada": 1, "outcome ada": 1, "platform": 2})  # announced, and the debt asked about
        in_order(await at.acts(request), ["asked", "going", "open", "done", "declared"])
        exactly(pages.branches(), ["main", f"{request.branch}-state"])
        exactly({"commit": at.world.commits_of(request, repository=pages.remote, state="-state")}, {"commit": 1})
        exactly([pull["head"]["ref"] for pull in pages.server.pulls], [f"{request.branch}-state"])


class Declined:
    """Asked for, and declined by an approver."""

    async def act(self, at: Asking) -> None:
        await at.ask("ada", "raise-quota", {"Team": "checkout", "CPU": "8"})
        await at.press("bela", at.card, "Decline")
        await at.until(lambda: at.says("ada", ": declined"))

    async def check(self, at: Asking) -> None:
        (request,) = await at.requests()
        exactly(at.posts(), {"request ada": 1, "outcome ada": 1, "platform": 1})
        in_order(await at.acts(request), ["asked", "waiting", "declined"])
        assert at.world.live.git("for-each-ref", "--format=%(refname:short)", "refs/heads").split() == ["main"]


class Renewed:
    """Void at the press, because the file changed meanwhile; asked for again by a button, and agreed to then."""

    async def act(self, at: Asking) -> None:
        await at.ask("ada", "raise-quota", {"Team": "checkout", "CPU": "8"})
        await at.until(at.card)
        at.world.live.commit({QUOTA_FILE: BIG_QUOTA})
        await at.press("bela", at.card, "Approve")
        await at.press("ada", lambda: at.message("ada", "Raise a quota"), "Ask again")
        await at.press("bela", lambda: at.card(nth=1), "Approve")
        await at.until(lambda: at.says("ada", "merged; it becomes live"))

    async def check(self, at: Asking) -> None:
        void, again = await at.requests()
        exactly(at.posts(answers=1), {"request ada": 2, "outcome ada": 1, "platform": 2})
        in_order(await at.acts(void), ["asked", "waiting", "void", "withdrawn"])
        in_order(await at.acts(again), ["asked", "waiting", "approved", "going", "open", "merged"])
        live = at.world.live
        exactly(live.git("for-each-ref", "--format=%(refname:short)", "refs/heads").split(), ["main", again.branch])
        exactly({"commit": at.world.commits_of(again, repository=live)}, {"commit": 1})
        assert live.git("show", f"main:{QUOTA_FILE}") == BIG_QUOTA.replace("cpu: 4", "cpu: 8").strip()


@dataclass
class Outcome:
    """What came of the kills: what went wrong, by point, and at which nobody died."""

    wrong: dict[str, str] = field(default_factory=dict)
    died: list[str] = field(default_factory=list)
    not_passed: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Stage:
    """Where rehearsals take place."""

    folder: Path
    new_database: NewDatabase
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def points_of(self, flow: Flow) -> list[str]:
        """Those that both of two unharmed runs passed, in the order of the first."""
        first, second = await asyncio.gather(self.unharmed(flow, "first"), self.unharmed(flow, "second"))
        return [each for each in dict.fromkeys(first) if each in second and _is_to_die_at(each)]

    async def unharmed(self, flow: Flow, name: str) -> list[str]:
        async with self._asking(name) as at:
            await at.run.start()
            before = len(at.run.points_passed())
            await flow.act(at)
            await at.rest()
            await flow.check(at)
            assert at.repeated == 0
            return [each for each in at.run.points_passed()[before:] if part_of(each) in PARTS]

    async def play(self, flow: Flow, point: str, *, time: int) -> str:
        """The flow with the kill in it and a new start.

        Gives "", or where to kill instead because the point was not passed; the point itself if nothing is like it.
        """
        async with self._asking(f"{zlib.crc32(point.encode()):08x}-{time}") as at:
            await at.run.start(die_at=point)
            reviving = asyncio.create_task(_revived(at.run))
            try:
                await flow.act(at)
                await at.rest()
                is_dead = await _is_dead(at.run)
                if is_dead:
                    await reviving
                    await at.rest()
                with at.telling():
                    await flow.check(at)
                return "" if is_dead else last_like(point, at.run.points_passed()) or point
            finally:
                reviving.cancel()
                with suppress(asyncio.CancelledError):
                    await reviving

    async def play_late(self, flow: Flow, fault: Fault) -> None:
        """The bot dies while a call is on its way; that is carried out just before the next bot's own."""
        async with self._asking("late") as at:
            at.world.pages.server.faults.waiting.append(fault)
            await at.run.start()
            acting = asyncio.create_task(flow.act(at))
            await at.until(lambda: at.world.pages.server.faults.late)
            at.run.kill()
            await at.run.killed()
            await at.run.start()
            await acting
            await at.rest()
            await flow.check(at)

    async def play_all(self, flow: Flow, points: Sequence[str], *, times: int) -> Outcome:
        outcome = Outcome()
        plays = [(point, 2 * time) for point in points for time in range(times)]
        await asyncio.gather(*(self.play_into(outcome, flow, point, time=time) for point, time in plays))
        return outcome

    async def play_into(self, outcome: Outcome, flow: Flow, point: str, *, time: int = 0) -> None:
        async with self.turns:
            try:
                instead = await self.play(flow, point, time=time)
                if instead:
                    instead = await self.play(flow, instead, time=time + 1)
            except (AssertionError, TimeoutError, ValueError, LookupError) as error:
                outcome.wrong[f"{point} {time}"] = noted(error)
            else:
                (outcome.not_passed if instead else outcome.died).append(point)

    @asynccontextmanager
    async def _asking(self, name: str) -> AsyncIterator[Asking]:
        folder = self.folder / name
        async with (
            world(folder, lambda: run.sandbox.clock.now()) as outside,
            rehearsal(folder / "run", self.new_database(), outside.handbook, settings=outside.settings) as run,
        ):
            yield Asking(run, outside)


def _is_to_die_at(point: str) -> bool:
    when, _, what = point.partition(" ")
    return not what.startswith(READS) or when == ("inside" if what.startswith("git") else "after")


async def _revived(run: Rehearsal) -> None:
    """Another bot takes the place of the one that died."""
    assert run.bot is not None
    first = run.bot.process
    while first.is_alive():
        await asyncio.sleep(0.05)
    await run.killed()
    await run.start()


async def _is_dead(run: Rehearsal) -> bool:
    with suppress(TimeoutError):
        await run.sandbox.wait_for(lambda: not run.bots[0].process.is_alive(), LATE_S)
    return not run.bots[0].process.is_alive()


@pytest.fixture
def stage(tmp_path: Path, new_database: NewDatabase) -> Stage:
    return Stage(tmp_path, new_database)


FLOWS: dict[str, Flow] = {
    "merged": Merged(),
    "proposed": Proposed(),
    "pushed": Pushed(),
    "declined": Declined(),
    "renewed": Renewed(),
}
# The six where something was done outside, or taken down, and nobody could be told.
WORST = {
    "after INSERT requests#1 of AsyncBaseSocketModeClient.run_message_listeners": "merged",
    "inside git push#1 of Workers._do": "merged",
    "after git push#2 of Workers._do": "merged",
    f"after POST {PULLS}#1 of Workers._do": "proposed",
    "inside POST /restart#1 of Workers._do": "pushed",
    "after POST /api/chat.postMessage#2 of Outbox._handle": "declined",
}


async def test_a_request_survives_the_six_worst_kills(stage: Stage) -> None:
    outcome = Outcome()

    await asyncio.gather(*(stage.play_into(outcome, FLOWS[name], point) for point, name in WORST.items()))

    assert not outcome.wrong, "\n".join(f"{point}: {what}" for point, what in outcome.wrong.items())
    assert sorted(outcome.died) == sorted(WORST)


@pytest.mark.goal(g=1)
@pytest.mark.chaos
@pytest.mark.parametrize("database_url", ["drawn"], indirect=True)
@pytest.mark.parametrize("name", FLOWS)
async def test_a_request_survives_kills_at_points_drawn(stage: Stage, name: str, seed: int, tally: Tally) -> None:
    points = drawn(await stage.points_of(FLOWS[name]), seed)

    outcome = await stage.play_all(FLOWS[name], points, times=TIMES)

    kills = len(outcome.died)
    tally(points=len(points), kills=kills, **counted(outcome.wrong))
    assert not outcome.wrong, "\n".join(f"{point}: {what}" for point, what in outcome.wrong.items())
    assert len(outcome.not_passed) <= NOT_PASSED, outcome.not_passed


@pytest.mark.chaos
@pytest.mark.parametrize(
    ("name", "path"), [("proposed", "/git/refs"), ("proposed", "/pulls"), ("pushed", "/git/refs"), ("pushed", "/pulls")]
)
async def test_a_call_that_outlives_the_bot_and_meets_the_next_ones_is_made_once(
    stage: Stage, name: str, path: str
) -> None:
    await stage.play_late(FLOWS[name], Fault("POST", path, is_late=True))
