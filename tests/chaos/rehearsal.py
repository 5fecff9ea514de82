"""One workspace, one database, one bot or two: what a killed bot leaves behind, and what the next makes of it."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from bot.storage import work
from bot.storage.engine import Database
from bot.wanted import Kind
from handlers.errors import NOT_TAKEN_DOWN
from sandbox import Clock, Effect, Interaction, Message, Sandbox
from tests.chaos import bot_process, company
from tests.told import tell

CHANNELS = ["C0ASKHERE", "C0ASKTHERE", "C0ASKNEAR", "C0ASKFAR"]
PLATFORM = "C0PLATFORM"
# A lease (60 s) is two seconds of the wall's, so a killed bot's rows are soon free. A request's timeout (10 s) is a
# third of one; if it runs out on a busy machine, the effect is looked up, and the sandbox serves what came first first.
PACE = 30.0
PATIENCE_S = 180.0
NOTHING_MORE: Mapping[str, str] = {}


@dataclass(frozen=True)
class Bot:
    process: ForkServerProcess
    seen: Path  # every point it passed, a line each

    def points_passed(self) -> list[str]:
        return self.seen.read_text(encoding="utf-8").splitlines() if self.seen.exists() else []


class Rehearsal:
    """Bots are processes; the workspace is ours. `bot` is the one that was started last, or that is to be killed.

    Where faults may befall a start too, `is_supervised`: whatever runs the bot starts it again.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        database: Database,
        environment: dict[str, str],
        folder: Path,
        settings: Mapping[str, str],
    ) -> None:
        self.sandbox = sandbox
        self.database = database
        self.bots: list[Bot] = []
        self.bot: Bot | None = None
        self.is_supervised = False
        self._environment = environment
        self._folder = folder
        self.settings = settings

    async def start(self, *, die_at: str = "") -> None:
        """Returns when the bot is connected. The one before it must be dead."""
        await self.sandbox.wait_for(lambda: not self.sandbox.sockets.connections)
        await self._start(die_at)

    async def start_another(self) -> None:
        """The same, beside those that run."""
        await self._start("")

    async def _start(self, die_at: str) -> None:
        connected = len(self.sandbox.sockets.connections)
        agreed = f"{time.time()}:{self.sandbox.clock.now()}:{self.sandbox.clock.factor}"
        number = len(self.bots)
        own = {"MENTOR_CLOCK": agreed, "MENTOR_DATA": str(self._folder / f"bot{number}")}
        seen = self._folder / f"seen{number}"
        process = bot_process.start({**self._environment, **own, **self.settings}, seen=seen, die_at=die_at)
        self.bot = Bot(process, seen)
        self.bots.append(self.bot)
        await self.sandbox.wait_for(
            lambda: len(self.sandbox.sockets.connections) > connected or not process.is_alive(), PATIENCE_S
        )
        if self.is_supervised and process.exitcode == 1:
            await self._start(die_at)
            return
        # it may pass its point before it is seen to be connected
        assert process.is_alive() or die_at, f"the bot ended at its start, with {process.exitcode}"

    async def is_taken_down(self, name: str, act: Callable[[], Awaitable[Interaction]]) -> bool:
        """Does it, and says whether it was, as far as the person knows: what is acknowledged may be told otherwise.

        A busy machine brings that about: a bot refuses what it could not write down in time, and people act again.
        """
        effects, person = self.sandbox.ledger.effects, self.sandbox.person(name)
        before = len(effects)
        done = await act()
        told = [each.text for each in effects[before:] if each.kind == "respond" and each.user == person.id]
        return done.acknowledged and NOT_TAKEN_DOWN not in told

    def kill(self) -> None:
        if self.bot is not None:
            self.bot.process.kill()

    async def killed(self, patience_s: float = PATIENCE_S) -> None:
        """Returns when the bot died, and by a kill. Raises TimeoutError when it lives on."""
        assert self.bot is not None
        process = self.bot.process
        await self.sandbox.wait_for(lambda: not process.is_alive(), patience_s)
        assert process.exitcode == -signal.SIGKILL

    def kill_on(self, kind: str) -> None:
        """The first such effect is seen in the workspace, and its reply by nobody."""

        def on_effect(effect: Effect) -> None:
            if effect.kind in kind.split(" or ") and not done:
                done.append(effect)
                self.kill()

        done: list[Effect] = []
        self.sandbox.ledger.subscribe(on_effect)

    async def quiet(self, soon: timedelta | None = None) -> None:
        """Slack has nothing left to deliver, and the database holds nothing left to do, ever or that is due so soon."""
        await self.sandbox.settle(PATIENCE_S)
        end_s = time.monotonic() + PATIENCE_S
        while left := await company.unfinished(self.database, until=self._until(soon)):
            if time.monotonic() > end_s:
                raise TimeoutError(f"{left} rows are still to be done after {PATIENCE_S} s")
            await self.sandbox.clock.sleep(1.0)

    def _until(self, soon: timedelta | None) -> datetime:
        return company.EVER if soon is None else datetime.fromtimestamp(self.sandbox.clock.now(), UTC) + soon

    def points_passed(self) -> list[str]:
        """Those of all bots, one after the other."""
        return [point for bot in self.bots for point in bot.points_passed()]

    async def end(self) -> None:
        """Whatever runs is killed."""
        for bot in self.bots:
            bot.process.kill()
            await asyncio.to_thread(bot.process.join)
            bot.process.close()

    def message(self, effect: Effect) -> Message:
        return self.sandbox.workspace.message(effect.channel or "", effect.ts or "")


@asynccontextmanager
async def rehearsal(
    folder: Path,
    database_url: str,
    handbook: Path,
    *,
    starts_at: datetime = company.STARTS_AT,
    settings: Mapping[str, str] = NOTHING_MORE,
    due: Collection[Kind] = (),
    pace: float = PACE,
) -> AsyncIterator[Rehearsal]:
    """With no bot yet; whatever runs at the end is killed. The database must be migrated.

    `due` is what falls due besides the digest of what is done by night or by week.

    Each bot has a data folder of its own, as on another machine, where `settings` do not say otherwise.
    """
    folder.mkdir(parents=True)
    clock = Clock(start_s=starts_at.timestamp(), factor=pace)
    async with company.workspace([*CHANNELS, PLATFORM], clock=clock) as sandbox:
        environment = company.environment_for(sandbox, folder=folder, handbook=handbook, database_url=database_url)
        database = Database(database_url)
        await tell(database, str(handbook))
        await _did_all_else(database, starts_at, due)
        under_way = Rehearsal(sandbox, database, environment, folder, settings)
        try:
            yield under_way
        finally:
            await under_way.end()
            await database.close()


async def _did_all_else(database: Database, now: datetime, due: Collection[Kind]) -> None:
    """What is done by night or by week was written down already: else a tick does it, in the middle of a flow or after.

    The digest is left to fall due: its flow counts the steps.
    """
    day = now.astimezone(UTC).date().isoformat()
    nightly = (Kind.READ_AGAIN, Kind.SORT_GAPS, Kind.SORT_FRICTION, Kind.CHECK_LINKS, Kind.AUDIT_HEAD)
    counting = (Kind.CONTRIBUTIONS, Kind.GATHER_THANKS, Kind.SHOW_CARDS, Kind.ASK_WHY_NOTS)
    daily = (
        Kind.ASK_OWNERS,
        Kind.ASK_CLOSURES,
        Kind.TELL_DRIFT,
        Kind.REMIND_EVIDENCE,
        Kind.OPEN_WAVES,
        Kind.LOOK_AGAIN,
    )
    for kind in {*nightly, *counting, *daily} - {*due}:
        missed = partial(work.enqueue_missed, kind=kind.value, key=day, due_at=now, now=now)
        await database.write(missed)
