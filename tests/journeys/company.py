"""The company of the embedded handbook as it gets things done: its live repository, and the controller that applies it.

The handbook is a copy of the embedded one, whose `repositories.yaml` names a repository that is there. The bot runs
as it does for everybody; reviewers merge, and the controller reports, by the sandbox's stand-ins.
"""

import re
import shutil
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select

from bot.actions.telling import card_prefix, message_key
from bot.config import HookSettings, Secret, Settings
from bot.handbook import EMBEDDED
from bot.storage import outbox as outbox_rows
from bot.storage import requests as request_rows
from bot.storage.requests import RequestRow
from bot.storage.schema import requests
from sandbox import Interaction, Message, View
from sandbox.controller import Controller
from sandbox.repository import BareRepository
from tests.actions.live import FILES
from tests.journeys.office import Office, words

HOOK_TOKEN = "a-token-of-the-journeys-alone-0123456789"
APPLICATIONS = ("teams-payments", "teams-search", "alerts")
CONTROLLERS = """\
  controllers:
    - {argocd: teams-payments, path: teams/payments, team: payments}
    - {argocd: teams-search, path: teams/search, team: search}
    - {argocd: alerts, path: alerts}
"""


def copy_handbook(folder: Path, url: str, *, controllers: str = CONTROLLERS) -> Path:
    """The embedded handbook, but for where its live repository is, and what reports on it."""
    shutil.copytree(EMBEDDED, folder)
    if url.startswith("file://"):  # nobody can agree to anything there
        entry = folder / "actions" / "add-dns-record.yaml"
        entry.write_text(re.sub(r"  confirm: review .*\n", "", entry.read_text()))
    (folder / "repositories.yaml").write_text(f"live:\n  url: {url}\n  branch: main\n{controllers}")
    return folder


def make_live(folder: Path) -> BareRepository:
    """With the files that actions change, and those that choices are read from."""
    return BareRepository.make(folder, FILES)


def with_hook(settings: Settings) -> Settings:
    return replace(settings, hooks=HookSettings(argocd_token=Secret(HOOK_TOKEN)))


@dataclass
class Asking:
    """People who ask the bot of an office for actions, and what they see of each request."""

    office: Office

    async def form(self, name: str, action: str, *, channel: str = "ask-platform") -> View:
        """The form that the command opens."""
        await self.office.person(name).command("/platform", f"run {action}", channel)
        return (await self.office.until(lambda: self.office.person(name).views()))[-1]

    async def send(self, name: str, form: View, filling: Mapping[str, object]) -> Interaction:
        """`filling` by the names of inputs."""
        return await self.office.person(name).submit(form, {f"in.{each}": value for each, value in filling.items()})

    async def ask(self, name: str, action: str, filling: Mapping[str, object]) -> RequestRow:
        """The request, with nothing left to do for the moment."""
        return await self.sent(name, await self.form(name, action), filling)

    async def sent(self, name: str, form: View, filling: Mapping[str, object]) -> RequestRow:
        before = await self._ids()
        done = await self.send(name, form, filling)
        assert (done.acknowledged, done.errors) == (True, {})
        await self.office.quiet()
        (new,) = await self._ids() - before
        return await self.now(new)

    async def now(self, request: RequestRow | str) -> RequestRow:
        request_id = request if isinstance(request, str) else request.id
        async with self.office.mentor.database.read() as tx:
            found = await request_rows.by_id(tx, request_id)
        assert found is not None
        return found

    # What people see.

    async def message(self, request: RequestRow) -> Message:
        """The message of who asked, as it stands now."""
        (found,) = await self.put_under(message_key(request.id))
        return found

    async def outcomes(self, request: RequestRow) -> list[str]:
        """What was said below it, but the question a team's first use of a capability is followed by."""
        message = await self.message(request)
        replies = [each.text for each in self.office.replies(message) if each.ts != message.ts]
        return [each for each in replies if "for the first time. If you like" not in each]

    async def cards(self, request: RequestRow) -> list[Message]:
        """What those who may approve see, in their channel or each alone."""
        return await self.put_under(card_prefix(request.id))

    async def press(self, name: str, card: Message, label: str) -> list[str]:
        """What the person who pressed is told of it."""
        person = self.office.person(name)
        before = self._private(name, card)
        await person.press(card, label)
        await self.office.quiet()
        return [each.text for each in self._private(name, card) if each not in before]

    async def put_under(self, prefix: str) -> list[Message]:
        """The bot's messages whose keys begin so, the oldest first."""
        async with self.office.mentor.database.read() as tx:
            put = await outbox_rows.put_under(tx, prefix)
        channels = self.office.sandbox.workspace.channels
        return [channels[each.slack_channel].messages[each.slack_ts] for each in put if each.slack_channel]  # type: ignore[index]

    def _private(self, name: str, card: Message) -> list[Message]:
        return [each for each in self.office.person(name).sees(card.channel) if each.ephemeral_to]

    async def _ids(self) -> set[str]:
        async with self.office.mentor.database.read() as tx:
            return set(await tx.scalars(select(requests.c.id)))


@dataclass
class Company(Asking):
    """With a live repository that has no pages, and the controller that applies it."""

    repository: BareRepository
    controller: Controller

    def commits(self, request: RequestRow) -> list[str]:
        """Whose commits its branch has over where it began."""
        begin = self.repository.log(f"main..{request.branch}", "%P")[-1:] or [f"{request.branch}^"]
        return self.repository.log(f"{begin[0]}..{request.branch}", "%an <%ae>")

    def trailers(self, request: RequestRow) -> list[str]:
        """Who asked and who agreed, as Git reads it."""
        said = self.repository.log(request.branch, "%(trailers:key=Requested-by,key=Approved-by)")[0]
        return said.splitlines()

    def changed(self, request: RequestRow) -> list[str]:
        """The lines that its commit takes away and adds, each file's name before them."""
        return changed_lines(self.repository, request.branch)

    async def merged(self, request: RequestRow) -> RequestRow:
        """A reviewer merges it, the controller applies it and reports."""
        self.repository.merge(request.branch)
        return await self.reported(request)

    async def reported(self, request: RequestRow) -> RequestRow:
        await self.controller.look()
        await self.office.quiet()
        return await self.now(request)


def changed_lines(repository: BareRepository, revision: str) -> list[str]:
    lines = repository._git("show", "--format=", "-U0", revision).splitlines()
    kept = [each for each in lines if re.match(r"\+\+\+ b/|[-+](?!\+\+|--)", each)]
    return [each.removeprefix("+++ b/") for each in kept]


def told(message: Message) -> str:
    """All that the message says, as a person reads it."""
    return re.sub(r"<([^|>]+)\|([^>]+)>", r"\2", "\n".join(words(message)))


def first_line(message: Message) -> str:
    return told(message).splitlines()[0]


@asynccontextmanager
async def company(
    office: Office, repository: BareRepository, applications: Collection[str] = APPLICATIONS
) -> AsyncIterator[Company]:
    url = f"http://127.0.0.1:{office.mentor.http_port}/hooks/argocd"
    async with Controller(repository, url, HOOK_TOKEN, office.sandbox.clock, tuple(applications)) as controller:
        await office.mentor.actions.choices.refresh()
        yield Company(office, repository, controller)
