"""The promise under load and faults: each question is answered once, in its thread, and none is lost.

By socket and by HTTP; one bot (or two, on PostgreSQL) in this process with the sandbox. A bot that is killed is
`test_sigkill.py`'s, and two bots by socket are `test_storm.py`'s.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest
from structlog.typing import EventDict

from bot.answers import blocks
from bot.answers.offline import ask
from bot.app import Mentor, running
from bot.clock import Clock
from bot.config import Secret, Settings, read_settings
from bot.library import Library
from sandbox import Clock as SandboxClock
from sandbox import Message, Sandbox
from tests.chaos import company
from tests.chaos.proxy import Proxy, proxy_to
from tests.handlers.by_http import free_port
from tests.slow_machine import ACK_WALL_S, patient
from tests.told import told_long_ago

# The workspace's seconds to the wall's. What a busy machine must not turn into a fault of its own: a lease (60 s) is
# three seconds here, a request's timeout (10 s) half of one, and a question counts as too old after three minutes. One
# process whose event loop stalls that long still sends nothing twice: sandbox and bot stall together, and a bot never
# claims again what it has in hand. Slack's last retry, 6 minutes after an event, comes 18 s later, which is longer than
# the socket is ever away here (`bot.app.PING_S`), so that an event lost for good would be the bot's loss.
PACE = 20.0
IN_A_ROUND = 50  # the socket is cut once in each
AMID = 15  # answers after which the cut comes: others are being sent, asked for or on their way then
WAITING = 40  # questions open when more are asked; time runs fast here, and a slow machine must not be flooded for that
PATIENCE_S = 120.0
LOSS = 0.05  # of the answers to requests by HTTP


@dataclass(frozen=True)
class Town:
    """A workspace with people in it, and how to let a bot in."""

    sandbox: Sandbox
    library: Library
    handbook: Path
    folder: Path

    async def bot(self, stack: AsyncExitStack, database_url: str, name: str = "bot") -> Mentor:
        return await self._running(stack, self._settings(database_url, name))

    async def bot_by_http(self, stack: AsyncExitStack, database_url: str, name: str = "bot") -> tuple[Mentor, str]:
        """The bot and its request URL."""
        secret, port = Secret(self.sandbox.signing_secret), free_port()
        settings = replace(
            self._settings(database_url, name), slack_app_token=Secret(""), slack_signing_secret=secret, http_port=port
        )
        return await self._running(stack, settings), f"http://127.0.0.1:{port}/slack/events"

    async def _running(self, stack: AsyncExitStack, settings: Settings) -> Mentor:
        await told_long_ago(settings.database_url, settings.handbook)
        return await stack.enter_async_context(running(settings))

    def _settings(self, database_url: str, name: str) -> Settings:
        environment = company.environment_for(
            self.sandbox, folder=self.folder / name, handbook=self.handbook, database_url=database_url
        )
        clock = Clock(self.sandbox.clock.now, lambda: self.sandbox.clock.factor)
        return patient(replace(read_settings(environment), clock=clock))

    def say(self, texts: Sequence[str], chance: random.Random) -> list[Message]:
        """Anybody, anywhere, all at once."""
        channels = [channel.id for channel in self.sandbox.workspace.channels.values() if channel.name]
        return [self.sandbox.person(chance.choice(company.PEOPLE)).say(chance.choice(channels), text) for text in texts]


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    channel_ids = [f"C0ASK{number:02}" for number in range(25)]
    handbook = company.handbook_for(tmp_path / "handbook", channel_ids)
    clock = SandboxClock(start_s=company.STARTS_AT.timestamp(), factor=PACE)
    async with company.workspace(channel_ids, clock=clock, ack_wall_s=ACK_WALL_S) as sandbox:
        yield Town(sandbox, company.library_of(handbook), handbook, tmp_path)


def make_trouble(sandbox: Sandbox) -> None:
    """Every event one to three times and out of order; one post in twenty goes wrong, in each way at least once."""
    sandbox.faults.duplicate_events = (1, 3)
    sandbox.faults.reorder_window_s = 60.0
    for kind in ("status_429", "status_500", "status_500_after", "lose_reply"):
        sandbox.faults.add(kind, times=1, seconds=5.0)
        sandbox.faults.add(kind, probability=0.0125, seconds=5.0)


def has_posted(sandbox: Sandbox, count: int) -> bool:
    return len(sandbox.ledger.effects) >= count


async def all_is_quiet(mentor: Mentor, sandbox: Sandbox) -> None:
    """Slack has nothing left to deliver, and the bot nothing left to do."""
    await sandbox.settle(PATIENCE_S)
    async with asyncio.timeout(PATIENCE_S):
        while await company.unfinished(mentor.database):
            await sandbox.clock.sleep(1.0)


def expected_text(library: Library, question: str) -> str:
    said = ask(library, question)
    is_sure = said.outcome == "answered"
    return blocks.answer(said.draft, "", is_sure=is_sure, today=company.STARTS_AT.date()).text


def check_each_answered_once(town: Town, asked: Sequence[Message]) -> None:
    """Held against the ledger: the right words, in the right thread, once; nothing else was posted."""
    posted = {place: [post.text for post in posts] for place, posts in company.answers_in(town.sandbox).items()}
    wanted = {company.place_of(each): [expected_text(town.library, each.text)] for each in asked}
    lost = wanted.keys() - posted.keys()
    given_up = {(body["event"]["channel"], body["event"]["ts"]) for body in town.sandbox.delivery.lost}
    doubled = sum(len(texts) > 1 for texts in posted.values())
    assert (len(lost), doubled) == (0, 0), f"{len(lost & given_up)} of the lost ones never got to the bot"
    assert posted == wanted


async def check_by_socket(town: Town, database_url: str, *, questions: int) -> None:
    chance, sandbox = random.Random(1), town.sandbox
    texts, rounds = company.questions(town.library, questions), questions // IN_A_ROUND
    make_trouble(sandbox)
    asked: list[Message] = []
    async with AsyncExitStack() as stack:
        mentor = await town.bot(stack, database_url)

        for number in range(rounds):
            await sandbox.wait_for(partial(has_posted, sandbox, len(asked) - WAITING), PATIENCE_S)
            await sandbox.connected(timeout_s=PATIENCE_S)
            mine = texts[number::rounds]
            asked += town.say(mine[::2], chance)
            await sandbox.wait_for(partial(has_posted, sandbox, len(sandbox.ledger.effects) + AMID), PATIENCE_S)
            sandbox.disconnect_sockets(kind="cut")
            asked += town.say(mine[1::2], chance)
        await all_is_quiet(mentor, sandbox)
    check_each_answered_once(town, asked)
    assert all(sandbox.faults.fired[kind] for kind in ("status_429", "status_500", "status_500_after", "lose_reply"))


async def test_each_of_100_questions_is_answered_once_whatever_goes_wrong(town: Town, database_url: str) -> None:
    """Every fault comes, and the socket is cut twice."""
    await check_by_socket(town, database_url, questions=100)


@pytest.mark.chaos
async def test_each_of_500_questions_is_answered_once_whatever_goes_wrong(town: Town, database_url: str) -> None:
    """Faults come together more often, and the socket is cut ten times."""
    await check_by_socket(town, database_url, questions=500)


async def ask_by_http(town: Town, texts: Sequence[str], chance: random.Random, database_urls: Sequence[str]) -> Proxy:
    """Asks it all of a bot for each of these, behind one address, and holds the answers against the ledger."""
    sandbox = town.sandbox
    make_trouble(sandbox)
    asked: list[Message] = []
    async with AsyncExitStack() as stack:
        bots = [await town.bot_by_http(stack, url, f"bot{at}") for at, url in enumerate(database_urls)]
        proxy = await stack.enter_async_context(proxy_to([url for _, url in bots], chance, loss=LOSS))
        sandbox.use_http(proxy.url)
        for first in range(0, len(texts), IN_A_ROUND):
            await sandbox.wait_for(partial(has_posted, sandbox, len(asked) - WAITING), PATIENCE_S)
            asked += town.say(texts[first : first + IN_A_ROUND], chance)
        await all_is_quiet(bots[0][0], sandbox)
    check_each_answered_once(town, asked)
    return proxy


def check_replays_were_refused(proxy: Proxy, logged: Sequence[EventDict]) -> None:
    """What a bot had taken is refused by every bot, unless it said that it could not remember."""
    not_remembered = sum(entry["event"] == "request.not_remembered" for entry in logged)
    assert proxy.again[401] > 0
    assert proxy.again[200] <= not_remembered


async def check_by_http(town: Town, database_url: str, logged: Sequence[EventDict], *, questions: int) -> None:
    proxy = await ask_by_http(town, company.questions(town.library, questions), random.Random(3), [database_url])

    check_replays_were_refused(proxy, logged)
    fired = town.sandbox.faults.fired
    assert all(fired[kind] for kind in ("status_429", "status_500", "status_500_after", "lose_reply"))


@pytest.mark.chaos  # in CI two bots on PostgreSQL are asked by HTTP
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_each_of_100_questions_by_http_is_answered_once_whatever_goes_wrong(
    town: Town, database_url: str, logged: list[EventDict]
) -> None:
    """Every fault comes, and some answers to requests are lost."""
    await check_by_http(town, database_url, logged, questions=100)


@pytest.mark.chaos
async def test_each_of_500_questions_by_http_is_answered_once_whatever_goes_wrong(
    town: Town, database_url: str, logged: list[EventDict]
) -> None:
    """On both databases; faults come together more often."""
    await check_by_http(town, database_url, logged, questions=500)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_bots_behind_one_address_answer_each_question_once(
    town: Town, database_url: str, logged: list[EventDict]
) -> None:
    town.sandbox.clock.set_factor(PACE / 2)  # as for two bots by socket

    proxy = await ask_by_http(town, company.questions(town.library, 50), random.Random(4), [database_url] * 2)

    check_replays_were_refused(proxy, logged)
