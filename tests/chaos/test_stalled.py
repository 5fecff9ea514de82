"""Slack hears at once that something was taken down, though all that it is done with hangs; or in time that it was not.

The bot is a process of its own, at the wall's pace. What is measured is what Slack measures: from the sending of an
event, a command or a press to its acknowledgement.
"""

import asyncio
import os
import random
import shutil
import sqlite3
import time
from bisect import bisect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from bot.storage.schema import messages
from handlers.errors import NOT_TAKEN_DOWN
from sandbox import Actor, Message
from sandbox.delivery import Answer, Package
from tests.chaos import company
from tests.chaos.rehearsal import CHANNELS, PLATFORM, Rehearsal, rehearsal
from tests.chaos.wire import wire_to
from tests.goals.counting import Tally
from tests.handlers.by_http import BotByHttp, bot_by_http, encoded
from tests.handlers.payloads import Json, callback, command, message, press
from tests.journeys.office import buttons
from tests.peers.reading import all_is_taken_down, kept

STALL_S, PATIENCE_S = 30.0, 40.0
A_SECOND = 9.0  # a little more than Slack sends to an app
P99_S, MOST_S, REFUSED_S, SLACK_WAITS_S = 0.25, 1.0, 2.5, 3.0
BUSY_S = 3.0  # in CI, where others keep the machine busy: less than any wait for what stalls
ARN = "arn:aws:states:eu-central-1:123456789012:stateMachine:mentor-count"
EVERYBODY = ", ".join(company.user_id(each) for each in company.PEOPLE)
PEOPLE = f"platform_team: {{members: [U0CHAOSHUGO]}}\nteams: {{checkout: {{members: [{EVERYBODY}]}}}}\n"
ENTRY = """\
id: {id}
title: {title}
summary: For a test.
mode: {mode}
who: {{teams: all}}
"""
IN_GIT = 'git: {repository: live, file: "counts.yaml", content: {counted: "1"}}\n'
AT_AWS = f"step_function: {{account: '123456789012', region: eu-central-1, arn: '{ARN}'}}\n"
ACTIONS = {
    "count-in-git": ENTRY.format(id="count-in-git", title="Count in Git", mode="proposal") + IN_GIT,
    "count-at-aws": ENTRY.format(id="count-at-aws", title="Count at AWS", mode="direct") + AT_AWS,
}


@asynccontextmanager
async def staller() -> AsyncIterator[int]:
    """The port of a server that takes whoever comes, and says nothing for half a minute; then it hangs up."""
    visits: set[asyncio.Task[None]] = set()

    async def stall(writer: asyncio.StreamWriter) -> None:
        try:
            await asyncio.sleep(STALL_S)
        finally:
            writer.transport.abort()

    def take(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = asyncio.ensure_future(stall(writer))
        visits.add(visit)
        visit.add_done_callback(visits.discard)

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    for visit in visits:
        visit.cancel()
    await asyncio.gather(*visits, return_exceptions=True)


class Crowd:
    """How long these processes could have run and did not, since others had the processors, as Linux tells."""

    def __init__(self, *process_ids: int) -> None:
        self._files = [Path(f"/proc/{each}/schedstat") for each in process_ids]
        self._looked: list[tuple[float, float]] = []  # when, and how much by then

    async def look(self) -> None:
        """Until cancelled."""
        while True:
            self.look_now()
            await asyncio.sleep(0.02)

    def look_now(self) -> None:
        waited_s = sum(int(each.read_text().split()[1]) for each in self._files if each.exists()) / 1e9
        self._looked.append((time.monotonic(), waited_s))

    def took_s(self, seconds: float) -> float:
        """How much of the last so many seconds."""
        began_s = time.monotonic() - seconds
        before = max(0, bisect(self._looked, (began_s,)) - 1)
        return self._looked[-1][1] - self._looked[before][1]


@dataclass
class Heard:
    """How long each attempt of Slack's took, and what was not acknowledged.

    `own_s` is without the time that others had the processors: what it would be on a machine of its own.
    """

    crowd: Crowd
    seconds: list[float] = field(default_factory=list)
    own_s: list[float] = field(default_factory=list)
    refused: list[tuple[str, str | None]] = field(default_factory=list)

    def note(self, package: Package, answer: Answer, seconds: float) -> None:
        self.crowd.look_now()
        self.seconds.append(seconds)
        self.own_s.append(max(0.0, seconds - self.crowd.took_s(seconds)))
        if not answer.is_acknowledged:
            self.refused.append((package.kind, answer.failure))

    def figures(self) -> str:
        of_both = ((self.seconds, "by the wall"), (self.own_s, "without waits for a processor"))
        return ", ".join(
            f"p99 {p99(each) * 1000:.0f} ms, most {max(each) * 1000:.0f} ms {how}" for each, how in of_both
        )


def p99(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.99)]


@dataclass
class Throng:
    """People who say, ask and press, so many a second."""

    run: Rehearsal
    chance: random.Random
    questions: list[str]
    answers: list[Message] = field(default_factory=list)
    said: list[Message] = field(default_factory=list)
    _acts: list[asyncio.Task[object]] = field(default_factory=list)

    async def ask_first(self) -> None:
        """Some questions, and their answers, whose buttons are pressed later."""
        sandbox = self.run.sandbox
        asked = [self._person().say(self.chance.choice(CHANNELS), self.questions.pop()) for _ in range(12)]
        await sandbox.wait_for(lambda: len(company.answers_in(sandbox)) >= len(asked), PATIENCE_S)
        posts = [self.run.message(each) for each in sandbox.ledger.posts()]
        self.answers = [each for each in posts if "That solved it" in buttons(each)]

    async def ask_for_actions(self) -> None:
        for name, action in zip(company.PEOPLE, [*ACTIONS] * 4, strict=True):
            person = self.run.sandbox.person(name)
            await person.command("/platform", f"run {action}", CHANNELS[0])
            await self.run.sandbox.wait_for(person.views, PATIENCE_S)
            assert (await person.submit(person.views()[-1])).acknowledged

    async def act(self, count: int) -> None:
        for number in range(count):
            self._act(number)
            await self.run.sandbox.clock.sleep(1 / A_SECOND)
        await asyncio.gather(*self._acts)

    def _act(self, number: int) -> None:
        drawn = self.chance.random()
        if number % 250 == 17:
            self._start(self._person().command("/platform", "run count-in-git", CHANNELS[0]))
        elif drawn < 0.15:
            text = self.questions[number % len(self.questions)]
            self._start(self._person().command("/platform", text, self.chance.choice(CHANNELS)))
        elif drawn < 0.3:
            self.answers = [each for each in self.answers if "That solved it" in buttons(each)]  # others were settled
            if self.answers:
                self._start(self._person().press(self.chance.choice(self.answers), "That solved it"))
        elif drawn < 0.4:
            self._say(self.questions[number % len(self.questions)])
        else:
            self._say(f"Note {number}.")

    def _say(self, text: str) -> None:
        self.said.append(self._person().say(self.chance.choice(CHANNELS), text))

    def _start(self, act: Awaitable[object]) -> None:
        self._acts.append(asyncio.ensure_future(act))

    def _person(self) -> Actor:
        return self.run.sandbox.person(self.chance.choice(company.PEOPLE))


def _handbook(folder: Path, port: int) -> Path:
    handbook = company.handbook_for(folder, CHANNELS, platform_channel=PLATFORM)
    shutil.rmtree(handbook / "bets")  # of teams that are not here
    (handbook / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    live = f"live: {{url: 'https://127.0.0.1:{port}/live.git', branch: main}}\n"
    (handbook / "repositories.yaml").write_text(live, encoding="utf-8")
    with (handbook / "channels.yaml").open("a", encoding="utf-8") as channels:
        channels.write("actions: {modes: [proposal, direct]}\n")
    (handbook / "actions").mkdir()
    for name, text in ACTIONS.items():
        (handbook / "actions" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return handbook


async def stalled(folder: Path, database_url: str, *, seed: int, count: int) -> Heard:
    """What Slack heard of so many acts while Slack's own answers, the model, Git and AWS take half a minute each."""
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(staller())
        handbook = _handbook(folder / "handbook", port)
        hangs = f"http://127.0.0.1:{port}"
        settings = {
            "MENTOR_LLM_MODEL": "m1",
            "MENTOR_LLM_BASE_URL": f"{hangs}/v1",
            "MENTOR_AWS_ALLOWED": ARN,
            "MENTOR_AWS_ENDPOINT_URL": hangs,
            "AWS_ACCESS_KEY_ID": "none",
            "AWS_SECRET_ACCESS_KEY": "none",
            "PATH": os.environ["PATH"],
        }
        run = await stack.enter_async_context(
            rehearsal(folder / "run", database_url, handbook, settings=settings, pace=1.0)
        )
        await run.start()
        questions = company.questions(company.library_of(handbook), 200)
        throng = Throng(run, random.Random(seed), questions)
        await throng.ask_first()
        await throng.ask_for_actions()
        run.sandbox.faults.add("delay", methods=(), seconds=STALL_S)
        assert run.bot is not None
        crowd = Crowd(run.bot.process.pid or 0, os.getpid())
        heard, looking = Heard(crowd), asyncio.create_task(crowd.look())
        run.sandbox.delivery.subscribe(heard.note)
        await throng.act(count)
        looking.cancel()
        await run.sandbox.settle(PATIENCE_S)
        await all_is_taken_down(run.database)
        known = {(channel_id, ts) for channel_id, ts, *_ in await kept(run.database)}
        assert {company.place_of(each) for each in throng.said} <= known
        return heard


async def check_acknowledged(
    folder: Path, database_url: str, tally: Tally, *, seed: int, count: int, is_busy: bool = False
) -> None:
    heard = await stalled(folder, database_url, seed=seed, count=count)

    tally(acknowledged=len(heard.seconds) - len(heard.refused), lost=len(heard.refused))
    (folder / "figures.txt").write_text(heard.figures(), encoding="utf-8")

    assert heard.refused == []
    assert max(heard.own_s) <= (BUSY_S if is_busy else MOST_S), heard.figures()
    assert is_busy or p99(heard.own_s) <= P99_S, heard.figures()


@pytest.mark.goal(g=5)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_all_is_acknowledged_while_slack_model_git_and_aws_stall(
    tmp_path: Path, database_url: str, seed: int, tally: Tally
) -> None:
    await check_acknowledged(tmp_path, database_url, tally, seed=seed, count=100, is_busy=True)


@pytest.mark.goal(g=5)
@pytest.mark.chaos
async def test_5000_acts_are_acknowledged_at_once_while_slack_model_git_and_aws_stall(
    tmp_path: Path, database_url: str, seed: int, tally: Tally
) -> None:
    await check_acknowledged(tmp_path, database_url, tally, seed=seed, count=5_000)


# The database itself.


@dataclass(frozen=True)
class Stall:
    begin: Callable[[], Awaitable[object]]
    end: Callable[[], object]


@asynccontextmanager
async def bot_that_can_stall(folder: Path, database_url: str) -> AsyncIterator[tuple[BotByHttp, Stall]]:
    """A bot with Slack's own patience. On SQLite another process writes and goes on; PostgreSQL's bytes are held."""
    if database_url.startswith("sqlite"):
        async with bot_by_http(folder, database_url=database_url, patience=1.0) as bot:
            file = bot.mentor.database.url.database or ""
            with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
                begin = partial(asyncio.to_thread, other.execute, "BEGIN IMMEDIATE")  # the bot writes in this very loop
                yield bot, Stall(begin, lambda: other.execute("ROLLBACK"))
        return
    async with wire_to(database_url) as wire, bot_by_http(folder, database_url=wire.url, patience=1.0) as bot:

        async def stall() -> None:
            wire.stall()

        yield bot, Stall(stall, wire.resume)
        await wire.mend()


@asynccontextmanager
async def address_for_replies() -> AsyncIterator[tuple[str, list[Json]]]:
    said: list[Json] = []

    async def take(request: web.Request) -> web.Response:
        said.append(await request.json())
        return web.Response(text="ok")

    application = web.Application()
    application.router.add_post("/answer", take)
    async with TestServer(application) as server:
        yield str(server.make_url("/answer")), said


async def send(bot: BotByHttp, payload: Json) -> tuple[int, str, float]:
    """Status, body, and how long it took."""
    body, content_type = encoded(payload)
    began_s = time.monotonic()
    async with bot.session.post(
        bot.url("/slack/events"), data=body, headers=bot.headers(body, content_type)
    ) as response:
        return response.status, await response.text(), time.monotonic() - began_s


async def sent_until_taken(bot: BotByHttp, payload: Json) -> tuple[int, str, float]:
    """As Slack and people do, who try again; a moment after its return the bot may still be connecting."""
    for _ in range(2):
        heard = await send(bot, payload)
        if heard[0] == 200 and NOT_TAKEN_DOWN not in heard[1]:
            break
    return heard


async def refused(folder: Path, database_url: str, tally: Tally, *, times: int) -> list[float]:
    """How long each refusal took, of so many events, commands and presses; all are taken when sent again."""
    async with bot_that_can_stall(folder, database_url) as (bot, stall), address_for_replies() as (url, told):
        says = [callback(message(ts=f"1795514{each:03}.000100"), event_id=f"Ev{each:09}") for each in range(times)]
        asks = [command(text="help", trigger_id=f"1.{each}.small") for each in range(times)]
        presses = [press(response_url=url, trigger_id=f"2.{each}.small") for each in range(times)]
        acts = [act for three in zip(says, asks, presses, strict=True) for act in three]
        await stall.begin()
        heard = await asyncio.gather(*(send(bot, each) for each in acts))
        stall.end()
        again = [await sent_until_taken(bot, each) for each in (*says, *asks)]
        await bot.taken()
        async with bot.mentor.database.read() as tx:
            said = set(await tx.scalars(select(messages.c.ts)))  # Slack knows nothing of them: the next pass says so

    events, commands, pressed = heard[::3], heard[1::3], heard[2::3]
    has_inbox_apart = database_url.startswith("sqlite")  # which nobody stalls
    assert {status for status, _, _ in events} == {200 if has_inbox_apart else 500}
    assert said == {each["event"]["ts"] for each in says}
    assert {(status, NOT_TAKEN_DOWN in said) for status, said, _ in commands} == {(200, True)}
    assert ({status for status, _, _ in pressed}, len(told)) == ({200}, times)
    assert {(status, NOT_TAKEN_DOWN in said) for status, said, _ in again} == {(200, False)}
    tally(refused=len(heard), lost=sum(status != 200 for status, _, _ in again))
    return [seconds for _, _, seconds in heard]


@pytest.mark.goal(g=5)
async def test_all_is_refused_in_time_while_the_database_stalls_and_taken_afterwards(
    tmp_path: Path, database_url: str, tally: Tally
) -> None:
    took_s = await refused(tmp_path, database_url, tally, times=4)

    assert max(took_s) <= SLACK_WAITS_S


@pytest.mark.goal(g=5)
@pytest.mark.chaos
async def test_60_acts_at_once_are_refused_in_two_and_a_half_seconds_while_the_database_stalls(
    tmp_path: Path, database_url: str, tally: Tally
) -> None:
    took_s = await refused(tmp_path, database_url, tally, times=20)

    assert max(took_s) <= REFUSED_S
