"""The production of the made-up company of the embedded handbook: its people, its past, its reviewers."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.config import Settings
from bot.demo.company import CHANNELS, GROUPS, PEOPLE, PLATFORM_ONLY
from bot.demo.history import furnish_history
from bot.demo.live import APPLICATIONS, Live, furnish_live
from bot.demo.neighbours import furnish_neighbours
from bot.demo.stage import Stage
from bot.demo.story import TITLE, Story
from bot.storage.channels import ChannelState, states
from sandbox import Sandbox
from sandbox.controller import Controller
from sandbox.repository import BareRepository, NotMergeable
from sandbox.tour import Tour

if TYPE_CHECKING:
    from bot.app import Mentor

OPENS_AT = datetime(2026, 11, 19, 10, 12, tzinfo=UTC)  # a Thursday, so that the tour comes to a Monday's digest
REVIEWED_AFTER_S = 5.0  # long enough to see that a change waits for its reviewers
READING_PATIENCE_S = 90.0
LOOK_EVERY_S = 0.2


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
        from bot.demo.uses import furnish_uses  # of the bot's own modules, which take long to load: by now they are

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
