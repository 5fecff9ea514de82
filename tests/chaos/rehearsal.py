"""One bot, one workspace, one database: what a killed bot leaves behind, and what the next one makes of it."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from bot.storage.engine import Database
from sandbox import Clock, Effect, Message, Sandbox
from tests.chaos import bot_process, company
from tests.told import tell

CHANNELS = ["C0ASKHERE", "C0ASKTHERE", "C0ASKNEAR", "C0ASKFAR"]
# A lease (60 s) is two seconds of the wall's, so a killed bot's rows are soon free. A request's timeout (10 s) is a
# third of one; if it runs out on a busy machine, the effect is looked up, and the sandbox serves what came first first.
PACE = 30.0
PATIENCE_S = 60.0


class Rehearsal:
    """The bot is a process; the workspace is ours. `bot` is the process that runs now."""

    def __init__(self, sandbox: Sandbox, database: Database, environment: dict[str, str], folder: Path) -> None:
        self.sandbox = sandbox
        self.database = database
        self.bot: ForkServerProcess | None = None
        self._environment = environment
        self._seen = folder / "seen"

    async def start(self, *, die_at: str = "") -> None:
        """Returns when the bot is connected."""
        await self.sandbox.wait_for(lambda: not self.sandbox.sockets.connections)
        agreed = f"{time.time()}:{self.sandbox.clock.now()}:{PACE}"
        environment = self._environment | {"MENTOR_CLOCK": agreed}
        bot = self.bot = bot_process.start(environment, seen=self._seen, die_at=die_at)
        await self.sandbox.wait_for(lambda: self.sandbox.sockets.connections or not bot.is_alive(), PATIENCE_S)
        assert bot.is_alive()

    def kill(self) -> None:
        if self.bot is not None:
            self.bot.kill()

    async def killed(self) -> None:
        """Returns when the bot died, and by a kill. Raises TimeoutError when it lives on."""
        bot = self.bot
        assert bot is not None
        await self.sandbox.wait_for(lambda: not bot.is_alive(), PATIENCE_S)
        assert bot.exitcode == -signal.SIGKILL

    def kill_on(self, kind: str) -> None:
        """The first such effect is seen in the workspace, and its reply by nobody."""

        def on_effect(effect: Effect) -> None:
            if effect.kind == kind and not done:
                done.append(effect)
                self.kill()

        done: list[Effect] = []
        self.sandbox.ledger.subscribe(on_effect)

    async def quiet(self) -> None:
        """Slack has nothing left to deliver, and the database holds nothing left to do."""
        await self.sandbox.settle(PATIENCE_S)
        end_s = time.monotonic() + PATIENCE_S
        while left := await company.unfinished(self.database):
            if time.monotonic() > end_s:
                raise TimeoutError(f"{left} rows are still to be done after {PATIENCE_S} s")
            await self.sandbox.clock.sleep(1.0)

    def points_passed(self) -> list[str]:
        return self._seen.read_text(encoding="utf-8").splitlines() if self._seen.exists() else []

    def message(self, effect: Effect) -> Message:
        return self.sandbox.workspace.message(effect.channel or "", effect.ts or "")


@asynccontextmanager
async def rehearsal(folder: Path, database_url: str, handbook: Path) -> AsyncIterator[Rehearsal]:
    """With no bot yet; whatever runs at the end is killed. The database must be migrated."""
    folder.mkdir(parents=True)
    clock = Clock(start_s=company.STARTS_AT.timestamp(), factor=PACE)
    async with company.workspace(CHANNELS, clock=clock) as sandbox:
        environment = company.environment_for(sandbox, folder=folder, handbook=handbook, database_url=database_url)
        database = Database(database_url)
        await tell(database, str(handbook))
        under_way = Rehearsal(sandbox, database, environment, folder)
        try:
            yield under_way
        finally:
            under_way.kill()
            if under_way.bot is not None:
                await asyncio.to_thread(under_way.bot.join)
                under_way.bot.close()
            await database.close()
