"""A company that asks for actions: its handbook, the repositories and the server its actions change, and its people.

Whatever people do is done again where they were told that it was not taken down, as people do; each repetition is
counted, for it may be answered. Knows nothing of kills.
"""

import json
import os
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import select

from bot.audit import Audit
from bot.clock import Clock
from bot.git.proposals import SIGNATURE
from bot.seals import Key
from bot.storage.requests import RequestRow
from bot.storage.schema import requests
from sandbox import Effect, Message, View
from tests.actions.hook_server import Hooks, hook_server
from tests.chaos import company
from tests.chaos.rehearsal import CHANNELS, PATIENCE_S, PLATFORM, Rehearsal
from tests.git import github_server
from tests.git.github_server import GitHubHosted
from tests.git.hosting import on_github
from tests.git.remote import Remote, make_remote
from tests.handlers.by_http import free_port
from tests.journeys.office import buttons

HERE = CHANNELS[0]
AUDIT_KEY, HOOK_TOKEN, HOOK_SECRET = "a" * 40, "t" * 40, "s" * 40
TITLES = ("Raise a quota", "Create a queue", "Restart a service")
TAKEN = "is being prepared"  # what the message of a request says first
SOON = timedelta(minutes=10)  # what is due later, such as that a request expires, is not waited for
QUOTA_FILE, QUOTA = "teams/checkout/quota.yaml", "# of the team\nlimits:\n  cpu: 4\n  memory: 8\n"
PEOPLE = f"""\
platform_team: {{members: [U0CHAOSHUGO]}}
approvers: {{owners: {{members: [U0CHAOSBELA, U0CHAOSCHIDI], channel: {PLATFORM}}}}}
teams: {{checkout: {{members: [U0CHAOSADA]}}}}
git_accounts: {{U0CHAOSADA: {{account: ada, name: Ada, email: ada@example.com}}}}
"""
CHANNELS_FILE = f"""\
timezone: Europe/London
platform_channel: {PLATFORM}
actions: {{modes: [proposal, direct, break-glass]}}
channels: [{{id: {HERE}, name: here, answer: at once}}]
"""
REPOSITORIES = f"""\
live:
  url: {{live}}
  branch: main
  controllers: [{{{{argocd: teams, path: teams}}}}]
pages:
  url: https://127.0.0.1/{github_server.REPOSITORY}
  branch: main
  controllers: [{{{{status: applied, path: queues}}}}]
"""
RAISE_QUOTA = """\
id: raise-quota
title: Raise a quota
summary: More CPU for your team.
mode: proposal
who: {teams: all}
inputs:
  - {name: team, type: team, label: Team}
  - {name: cpu, type: number, label: CPU, least: 1, most: 48}
approval: {by: owners}
git:
  repository: live
  merge: on-approval
  file: teams/{team}/quota.yaml
  set: {limits.cpu: "{cpu}"}
"""
NEW_QUEUE = """\
id: new-queue
title: Create a queue
summary: A queue for your team.
mode: proposal
who: {teams: all}
inputs:
  - {name: queue, type: text, label: Queue, pattern: "[a-z]{2,20}"}
git:
  repository: pages
  file: queues/{queue}.yaml
  content: {kind: Queue, name: "{queue}"}
"""
RESTART = """\
id: restart
title: Restart a service
summary: At once, in an emergency.
mode: break-glass
who: {teams: all}
inputs:
  - {name: service, type: text, label: Service, pattern: "[a-z]{2,20}"}
webhook:
  url: https://PLACE/restart
  lookup: https://PLACE/runs/{request}
  input: {service: "{service}"}
declares:
  repository: pages
  file: restarts/{service}.yaml
  replace: yes
  content: {by: "{request}"}
"""


@dataclass(frozen=True)
class World:
    """What is outside: a bare repository that keeps a log of its branches, a GitHub, and the server of a webhook."""

    live: Remote
    pages: GitHubHosted
    hooks: Hooks
    handbook: Path
    settings: Mapping[str, str]

    def commits_of(self, request: RequestRow, *, repository: Remote, state: str = "") -> int:
        """Those that bear the request's signature, wherever they are."""
        said = repository.git("log", "--all", "--no-merges", "--format=%B").splitlines()
        return said.count(f"{SIGNATURE}{request.branch}{state}")

    def moves_of(self, branch: str) -> int:
        """How often the branch of the bare repository was made or moved."""
        return len(self.live.git("reflog", "show", "--format=%H", f"refs/heads/{branch}", "--").splitlines())


@asynccontextmanager
async def world(folder: Path, now: Callable[[], float]) -> AsyncIterator[World]:
    folder.mkdir(parents=True)
    live, trusted = make_remote(folder / "live.git"), folder / "trusted.pem"
    live.git("config", "core.logAllRefUpdates", "always")
    live.commit({QUOTA_FILE: QUOTA})
    async with AsyncExitStack() as stack:
        pages = make_remote(folder / "pages.git")
        pages.commit({"README.md": "Queues and restarts.\n"})
        hosted = await stack.enter_async_context(on_github(pages))
        hooks = await stack.enter_async_context(hook_server(HOOK_SECRET, now, tls=_certified(trusted)))
        settings = {
            "MENTOR_DATA": str(folder / "data"),  # the same after each death, with what it left half done
            "MENTOR_AUDIT_KEY": AUDIT_KEY,
            "MENTOR_HTTP_PORT": str(free_port()),
            "MENTOR_ARGOCD_TOKEN": HOOK_TOKEN,
            "MENTOR_WEBHOOK_HOSTS": hooks.place,
            "MENTOR_WEBHOOK_SECRET": HOOK_SECRET,
            "GITHUB_API_URL": hosted.server.url,
            "GITHUB_TOKEN": github_server.TOKEN,
            "SSL_CERT_FILE": str(trusted),
            "PATH": os.environ["PATH"],
        }
        yield World(live, hosted, hooks, _handbook(folder / "handbook", live, hooks), settings)


class Asking:
    """People at work in a rehearsal."""

    def __init__(self, run: Rehearsal, world: World) -> None:
        self.run = run
        self.world = world
        self.repeated = 0  # acts that people did again

    async def until(self, condition: Callable[[], Any]) -> Any:
        return await self.run.sandbox.wait_for(condition, PATIENCE_S)

    async def ask(self, name: str, action: str, filled: Mapping[str, str]) -> None:
        """The form is opened, filled in and sent."""
        form = await self._form(name, action)
        person = self.run.sandbox.person(name)
        person.fill(form, filled)
        while True:
            await self._connected()
            sent = await person.submit(form)
            if sent.acknowledged and not sent.errors:
                return
            assert form in person.views()  # it stays, with what was filled in
            self.repeated += 1

    async def press(self, name: str, found: Callable[[], Message | None], label: str) -> None:
        """The button under the message, as soon as it is there, until the press is taken down or nobody needs it."""
        person = self.run.sandbox.person(name)
        await self.until(lambda: _has(found(), label))
        while True:
            await self._connected()
            message = found()
            if message is None or not _has(message, label):
                return
            if await self.run.is_taken_down(name, partial(person.press, message, label)):
                return
            await self.rest()  # what was taken down shows by then
            self.repeated += 1

    async def report(self, application: str, revision: str) -> None:
        """What Argo CD sends when it has applied the revision; again until somebody takes it."""
        at = datetime.fromtimestamp(self.run.sandbox.clock.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        body = {"event": "live", "application": application, "at": at, "sync": "Synced", "health": "Healthy"}
        given = json.dumps(body | {"revision": revision, "revisions": []})
        url = f"http://127.0.0.1:{self.world.settings['MENTOR_HTTP_PORT']}/hooks/argocd"
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {HOOK_TOKEN}"}) as session:
            while True:
                try:
                    async with session.post(url, data=given) as response:
                        if response.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await self.run.sandbox.clock.sleep(5)

    async def rest(self) -> None:
        """Slack has nothing left to deliver, and the database nothing that is due soon."""
        await self.run.sandbox.settle(PATIENCE_S)
        await self.until_now(self._is_at_rest)

    async def until_now(self, check: Callable[[], Any]) -> None:
        end = self.run.sandbox.clock.now() + PATIENCE_S * self.run.sandbox.clock.factor
        while not await check():
            if self.run.sandbox.clock.now() > end:
                raise TimeoutError(f"{check.__name__} is not so after {PATIENCE_S} s")
            await self.run.sandbox.clock.sleep(1.0)

    def told(self, name: str) -> list[Message]:
        """What the person was told directly, threads too."""
        ours = self.run.sandbox.workspace.bot_id
        return [each for each in self.run.sandbox.person(name).sees_in_dm() if each.bot_id == ours]

    def message(self, name: str, title: str, *, nth: int = 0) -> Message | None:
        """The nth request's own message."""
        roots = [each for each in self.told(name) if each.thread_ts in (None, each.ts) and title in each.text]
        return roots[nth] if len(roots) > nth else None

    def card(self, *, nth: int = 0) -> Message | None:
        cards = [each for each in self._platform() if " asks: " in each.text]
        return cards[nth] if len(cards) > nth else None

    def says(self, name: str, words: str) -> bool:
        """Whether the person's messages say so by now."""
        return any(words in each.text for each in self.told(name))

    def announced(self, words: str) -> bool:
        return any(words in each.text for each in self._platform())

    async def requests(self) -> list[RequestRow]:
        async with self.run.database.read() as tx:
            found = await tx.execute(select(requests).order_by(requests.c.created_at))
            return [RequestRow(**row) for row in found.mappings()]

    async def acts(self, request: RequestRow) -> list[str]:
        """What the audit says was done to it, in order. The chain must hold."""
        audit = Audit(Key(AUDIT_KEY), clock=Clock(self.run.sandbox.clock.now))
        async with self.run.database.read() as tx:
            assert (await audit.verify(tx)).wrong is None
            return [each.act.partition(".")[2] async for each in audit.entries(tx) if each.subject == request.id]

    def posts(self, *, answers: int = 0) -> Counter[str]:
        """What the bot posted how often, by the ledger: `request ada`, `outcome ada`, `platform`.

        An outcome is below the request's message, or beside it where that message's place was not known yet. People
        who did something again may be told that it was done already: no more often than they did so. So many `answers`
        to presses are due anyhow, and come as a direct message when they are late.
        """
        counted = Counter(self._is(each) for each in self.run.sandbox.ledger.posts())
        told = counted.pop("", 0)
        assert told <= self.repeated + answers, f"{told} answers to presses, {self.repeated} acts done again"
        return counted

    @contextmanager
    def telling(self) -> Iterator[None]:
        """What is found wrong within comes with all that the bot posted."""
        try:
            yield
        except AssertionError as error:
            error.add_note(f"posted: {[each.text for each in self.run.sandbox.ledger.posts()]}")
            raise

    def _is(self, post: Effect) -> str:
        if post.channel == PLATFORM:
            return "platform"
        if not any(title in post.text for title in TITLES):
            return ""
        names = {self.run.sandbox.workspace.dm_of(company.user_id(name)).id: name for name in company.PEOPLE}
        is_own = TAKEN in post.text or _says_what_was_asked(self.run.message(post))
        what = "request" if is_own and not post.thread_ts else "outcome"
        return f"{what} {names[post.channel or '']}"

    async def _form(self, name: str, action: str) -> View:
        person = self.run.sandbox.person(name)
        while not person.views():
            await self._connected()
            await person.command("/platform", f"run {action}", HERE)
            self.repeated += not person.views()
        return person.views()[-1]

    async def _connected(self) -> None:
        await self.until(lambda: self.run.sandbox.sockets.connections)

    async def _is_at_rest(self) -> bool:
        until = datetime.fromtimestamp(self.run.sandbox.clock.now(), UTC) + SOON
        return not await company.unfinished(self.run.database, until=until)

    def _platform(self) -> list[Message]:
        return list(self.run.sandbox.workspace.channels[PLATFORM].messages.values())


def _says_what_was_asked(message: Message) -> bool:
    """As a request's message does, also one sent so late that it says at once what came of it."""
    return any(block["type"] != "actions" for block in message.blocks[1:])


def _has(message: Message | None, label: str) -> bool:
    return message is not None and label in buttons(message)


def _handbook(folder: Path, live: Remote, hooks: Hooks) -> Path:
    (folder / "actions").mkdir(parents=True)
    (folder / "articles").mkdir()
    files = {
        "people.yaml": PEOPLE,
        "channels.yaml": CHANNELS_FILE,
        "repositories.yaml": REPOSITORIES.format(live=live.address),
        "actions/raise-quota.yaml": RAISE_QUOTA,
        "actions/new-queue.yaml": NEW_QUEUE,
        "actions/restart.yaml": RESTART.replace("PLACE", hooks.place),
        "articles/quotas.md": "---\ntitle: Quotas\nowner: owners\nreviewed: 2026-11-01\n---\n\nAsk for more.\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _certified(trusted: Path) -> ssl.SSLContext:
    """For a server on this machine; who trusts the file trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    here = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    begins = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=36_500))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    trusted.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = trusted.with_name("private.pem")
    plain = serialization.NoEncryption()
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(trusted, private)
    return context
