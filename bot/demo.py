"""`mentor demo`: a sandbox workspace and the bot in one process, and a tour through what people see.

Besides the command line, the demo alone knows the sandbox. The page is there first, and says what is still going on.
Who is there and what happens on the tour is a production's: the made-up company's (here) or a team's own (`demo_own`).
"""

import asyncio
import importlib
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bot import generate, logs
from bot.clock import Clock
from bot.config import Settings, read_settings
from bot.demo_company import CHANNELS, GROUPS, PLATFORM_ONLY
from bot.demo_company import PEOPLE as PEOPLE
from bot.demo_company import STARTS_AT as STARTS_AT
from bot.demo_history import furnish_history
from bot.demo_insides import insides
from bot.demo_live import APPLICATIONS, Live, furnish_live
from bot.demo_neighbours import furnish_neighbours
from bot.demo_stage import Stage
from bot.demo_story import TITLE, Story
from bot.demo_terminal import Terminal
from bot.storage.channels import ChannelState, states
from sandbox import Clock as SandboxClock
from sandbox import Sandbox
from sandbox.controller import Controller
from sandbox.repository import BareRepository, NotMergeable
from sandbox.tour import Tour

if TYPE_CHECKING:
    from bot.app import Mentor

OPENS_AT = datetime(2026, 11, 19, 10, 12, tzinfo=UTC)  # a Thursday, so that the tour comes to a Monday's digest
LOOKING_PACE = 20.0  # at which the bot starts: it looks at the time so much oftener, ever after
READING_PACE = 60.0  # weeks are read back at Slack's pace, which is nothing to watch
REVIEWED_AFTER_S = 5.0  # long enough to see that a change waits for its reviewers
READING_PATIENCE_S = 90.0
LOOK_EVERY_S = 0.2


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


class Company:
    """The made-up company of the embedded handbook. Everything here is made up but the bot."""

    opens_at = OPENS_AT

    def __init__(self) -> None:
        self.tour = Tour(TITLE, (), preparing="The bot is starting.")
        self._live: Live | None = None
        self._stage: Stage | None = None
        self._story: Story | None = None

    def furnish(self, sandbox: Sandbox, folder: Path) -> None:
        furnish(sandbox)
        furnish_neighbours(sandbox, now=OPENS_AT)
        furnish_history(sandbox, until=OPENS_AT)
        self._live = furnish_live(folder / "company")
        self._stage = Stage(sandbox)
        self._story = Story(self._stage, self._live.repository)
        self.tour.begin_with(self._story.steps())
        sandbox.inside.repository = self._live.repository

    async def prepare(self, settings: Settings) -> Settings:
        assert self._live is not None, "furnished"
        return self._live.known_to(settings)

    async def open(self, mentor: "Mentor", stack: AsyncExitStack) -> None:
        assert self._live is not None, "furnished"
        assert self._stage is not None, "furnished"
        assert self._story is not None, "furnished"
        hook_url = f"http://127.0.0.1:{mentor.http_port}/hooks/argocd"
        controller = Controller(self._live.repository, hook_url, self._live.hook_token, self._stage.clock, APPLICATIONS)
        await stack.enter_async_context(controller)
        from bot.demo_uses import furnish_uses  # of the bot's own modules, which take long to load: by now they are

        await furnish_uses(mentor.desk)
        self._stage.enter(mentor)
        self._story.enter(controller)
        await self._read_back(mentor)
        reviewers = Reviewers(self._live.repository, rests=lambda: self.tour.is_under_way)
        watching = asyncio.create_task(reviewers.work())
        stack.callback(watching.cancel)

    async def _read_back(self, mentor: "Mentor") -> None:
        async with asyncio.timeout(READING_PATIENCE_S):
            while not _are_read(known := await _known(mentor)):
                read = ", ".join(f"#{each.name}" for each in known if each.is_read_back)
                done = f" So far: {read}." if read else ""
                self.tour.preparing = (
                    f"The bot was just invited. It reads back what was said before, at the pace Slack allows.{done}"
                )
                await asyncio.sleep(LOOK_EVERY_S)
        names = ", ".join(f"#{each.name}" for each in known)
        print(f"Read back: {names}. Who asked, who answered, after how long; nothing is answered late.\n", flush=True)


async def _known(mentor: "Mentor") -> Sequence[ChannelState]:
    async with mentor.database.read() as tx:
        return await states(tx)


def _are_read(known: Sequence[ChannelState]) -> bool:
    return bool(known) and all(each.is_read_back for each in known)


class Reviewers:
    """Merge what is proposed at the second look, as the company's reviewers would. Each is tried once.

    While `rests` says so they look away: a step of the tour reviews by itself.
    """

    def __init__(self, repository: BareRepository, *, rests: Callable[[], bool] = lambda: False) -> None:
        self._repository = repository
        self._rests = rests
        self._seen: set[str] = set()
        self._tried: set[str] = set()

    async def work(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(REVIEWED_AFTER_S)
            if not self._rests():
                await asyncio.to_thread(self.look)

    def look(self) -> None:
        waiting = set(self._repository.unmerged())
        for branch in sorted(waiting & self._seen - self._tried):
            self._tried.add(branch)
            try:
                self._repository.merge(branch)
                print(f"The reviewers merged {branch} in {self._repository.folder}", flush=True)
            except NotMergeable as error:
                print(f"The reviewers did not merge it: {error}", flush=True)
        self._seen |= waiting


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


def furnish(sandbox: Sandbox) -> None:
    """The company of the embedded handbook: its people, groups and channels."""
    workspace = sandbox.workspace
    for user_id, (name, real_name) in PEOPLE.items():
        workspace.add_person(name, real_name=real_name, id=user_id)
    for group_id, (handle, users) in GROUPS.items():
        workspace.add_usergroup(handle, users, id=group_id)
    for channel_id, name in CHANNELS.items():
        members = GROUPS["S0PLATFORM"][1] if channel_id == PLATFORM_ONLY else list(PEOPLE)
        workspace.add_channel(name, members=members, id=channel_id)
