"""`mentor demo`: a sandbox workspace and the bot in one process, and a tour through what people see.

The page is there first, and says what is still going on.
Who is there and what happens on the tour is a production's: the made-up company's (`made_up`) or a team's own (`own`).
"""

import asyncio
import importlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bot import generate, logs
from bot.clock import Clock
from bot.config import Settings, read_settings
from bot.demo.insides import insides
from bot.demo.terminal import Terminal
from sandbox import Clock as SandboxClock
from sandbox import Sandbox
from sandbox.tour import Tour

if TYPE_CHECKING:
    from bot.app import Mentor

LOOKING_PACE = 20.0  # at which the bot starts: it looks at the time so much oftener, ever after
READING_PACE = 60.0  # weeks are read back at Slack's pace, which is nothing to watch


class Production(Protocol):
    """Who is in the workspace, what the bot is given, and what the tour shows."""

    opens_at: datetime
    tour: Tour

    def furnish(self, sandbox: Sandbox, folder: Path) -> None:
        """People, channels and their past; steps that are known already."""

    async def prepare(self, settings: Settings) -> Settings:
        """What the bot is to run with; what must be there before it runs is put there."""

    async def open(self, mentor: "Mentor", stack: AsyncExitStack) -> None:
        """Returns when the first step may be taken."""


async def demo(production: Production, *, port: int, stay: bool) -> int:
    """The tour by itself, or (if `stay`) step by step on the page and in the terminal until interrupted.

    0 when every step came out. Raises StepFailed.
    """
    logs.set_up("error")
    async with playing(production, port=port):
        terminal = Terminal(production.tour)
        if not stay:
            await terminal.walk()
            return 0
        await asyncio.gather(terminal.by_enter(), asyncio.Event().wait())
    return 0


@asynccontextmanager
async def playing(production: Production, *, port: int = 0) -> AsyncIterator[Sandbox]:
    """The workspace with its page and the bot in it, as soon as the first step may be taken."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mentor-demo-")))
        clock = SandboxClock(start_s=production.opens_at.timestamp())
        sandbox = Sandbox(generate.manifest(), clock=clock)
        production.furnish(sandbox, folder)
        sandbox.inside.tour = production.tour
        await sandbox.start(port)
        stack.push_async_callback(sandbox.stop)
        print(f"Mentor in a sandbox workspace: {sandbox.url}\n", flush=True)
        await _start(sandbox, production, settings_for(sandbox, folder), stack)
        stack.push_async_callback(production.tour.close)  # first of all: its people need the bot
        yield sandbox


async def _start(sandbox: Sandbox, production: Production, settings: Settings, stack: AsyncExitStack) -> None:
    """The bot at work. The page answers meanwhile, so what takes long to load is loaded beside it."""
    app = await asyncio.to_thread(importlib.import_module, "bot.app")
    settings = await production.prepare(settings)
    sandbox.clock.set_factor(LOOKING_PACE)
    mentor = await stack.enter_async_context(app.running(settings))
    sandbox.clock.set_factor(READING_PACE)
    sandbox.inside.look = partial(insides, mentor.database)
    await sandbox.connected()
    await production.open(mentor, stack)
    sandbox.clock.set_factor(1.0)
    production.tour.preparing = ""


def settings_for(sandbox: Sandbox, folder: Path) -> Settings:
    """The bot's settings in that workspace: embedded database and handbook, the workspace's clock."""
    environment = {
        "MENTOR_DATA": str(folder),
        "MENTOR_HTTP_PORT": "0",
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_APP_TOKEN": sandbox.app_token,
        "SLACK_API_URL": sandbox.api_url,
    }
    clock = Clock(sandbox.clock.now, lambda: sandbox.clock.factor, rest=sandbox.clock.sleep)
    return replace(read_settings(environment), clock=clock)
