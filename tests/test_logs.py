"""The log of a running bot at its most talkative: lines for machines, and nothing of people in them.

The bot is a process of its own, in both ways of hearing from Slack, and everything goes wrong around it that can.
"""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot import generate
from bot.demo.company import STARTS_AT
from bot.demo.made_up import furnish
from sandbox import Clock, Message, Sandbox
from sandbox.http_mode import signature
from tests.handlers.by_http import FORM_TYPE, JSON_TYPE, encoded, free_port
from tests.handlers.payloads import callback, command, message, press
from tests.journeys.handbook import ARTICLES, write_handbook

pytestmark = pytest.mark.asyncio(loop_scope="module")

PACE = 20.0
PATIENCE_S = 30.0
CANARY = "zebrafish"  # in everything that people write, and in the handbook
LINE = {"event", "level", "logger", "timestamp"}


@dataclass
class Logged:
    """What the bot wrote to standard error, and what must not be in it."""

    text: str
    people: set[str]
    secrets: set[str]
    status: int | None

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


class Day:
    """A bot at work among people whose every word has a canary in it."""

    def __init__(self, sandbox: Sandbox, folder: Path, *, is_socket: bool) -> None:
        self.sandbox = sandbox
        self.is_socket = is_socket
        self.database = folder / "mentor.db"
        self.log = folder / "log"
        self._port = free_port()
        self._settings = {
            "MENTOR_DATA": str(folder),
            "MENTOR_DATABASE_URL": f"sqlite:///{self.database}",
            "MENTOR_HANDBOOK": str(_handbook(folder / "handbook")),
            "MENTOR_HTTP_PORT": str(self._port),
            "MENTOR_LOG_LEVEL": "debug",
            "SLACK_BOT_TOKEN": sandbox.bot_token,
            "SLACK_API_URL": sandbox.api_url,
            **(
                {"SLACK_APP_TOKEN": sandbox.app_token}
                if is_socket
                else {"SLACK_SIGNING_SECRET": sandbox.signing_secret}
            ),
        }

    @asynccontextmanager
    async def bot(self, clock: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """`mentor run` until the block ends; then it is asked to stop and does."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("MENTOR_", "SLACK_"))}
        with self.log.open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run"),
                env={**environment, **self._settings, "MENTOR_CLOCK": clock},
                stderr=log,
            )
            try:
                await self._ready()
                yield process
            finally:
                process.send_signal(signal.SIGTERM)
                await asyncio.wait_for(process.wait(), PATIENCE_S)

    async def live(self) -> None:
        """All that people do, and all that breaks under them."""
        await self.questions()
        await self.slack_breaks()
        await self.without("work", logged="work.claim_failed")
        await self.without("outbox", logged="outbox.claim_failed")
        await self.without("answers", logged="work.failed")
        if self.is_socket:
            self.sandbox.disconnect_sockets(kind="cut")
            await self.sandbox.connected()
        else:
            await self.nonsense()
        await self.answered(self.ask())

    def ask(self) -> Message:
        return self.sandbox.person("priya").say("ask-platform", f"how do I see the logs of my {CANARY} service?")

    async def questions(self) -> None:
        priya, jonas = self.sandbox.person("priya"), self.sandbox.person("jonas")
        mention = f"<@{self.sandbox.workspace.bot_user_id}>"
        answer = await self.answered(self.ask())
        await jonas.press(answer, "That solved it")
        await priya.press(answer, "Not quite")
        edited = jonas.say("ask-platform", f"{CANARY}?")
        jonas.edit(edited, f"where are the logs of {CANARY}-edited?")
        jonas.delete(edited)
        await self.answered(jonas.say("random", f"{mention} where are my logs of {CANARY}?"))
        await self.answered(jonas.say("random", f"{mention} human {CANARY}"))
        priya.dm(f"where are my logs of {CANARY}?")
        await jonas.command("/platform", f"ask where are my logs of {CANARY}?", "random")
        await self.until(lambda: [each for each in jonas.sees("random") if each.ephemeral_to])

    async def slack_breaks(self) -> None:
        for kind in ("status_429", "status_500", "status_500_after", "lose_reply", "garbage"):
            self.sandbox.faults.add(kind, methods=("chat.postMessage",), times=1, seconds=1)
            await self.answered(self.ask())
        self.sandbox.faults.add("status_500", methods=("users.info",), times=20)
        await self.sandbox.person("amara").command("/platform", f"ask where is {CANARY}?", "random")
        await self.has_logged("work.failed")
        self.sandbox.faults.clear()

    async def without(self, table: str, *, logged: str) -> None:
        """A table is away while people write; its database's errors quote what was to be written."""
        before = self.log.read_text().count(logged)
        await asyncio.to_thread(self._rename, table, "away")
        asked = self.ask()
        await self.sandbox.person("li").command("/platform", f"ask where are the logs of {CANARY}?", "random")
        await self.until(lambda: self.log.read_text().count(logged) > before)
        await asyncio.to_thread(self._rename, "away", table)
        await self.answered(asked)

    async def nonsense(self) -> None:
        """Signed and unsigned requests that no listener takes."""
        suggestion = {"type": "block_suggestion", "action_id": "x", "block_id": "y", "value": CANARY}
        dialog = {
            "type": "dialog_submission",
            "callback_id": "x",
            "submission": {"name": CANARY},
            "user": {"id": "U0PRIYA"},
        }
        old = {"type": "interactive_message", "callback_id": "x", "actions": [{"name": "n", "value": CANARY}]}
        for payload in (
            suggestion,
            dialog,
            old,
            command(command="/other", text=CANARY),
            press(actions=[{**press()["actions"][0], "action_id": "other", "value": CANARY}]),
            callback(message(ts=CANARY)),
            callback(message(user={"id": CANARY})),
            callback(CANARY),  # type: ignore[arg-type]
            callback({"type": "team_join", "user": {"name": CANARY}}),
        ):
            await self._post(*encoded(payload))
        await self._post(f"text={CANARY}&command=%2Fplatform".encode(), FORM_TYPE)
        await self._post(f'["{CANARY}"]'.encode(), JSON_TYPE)
        await self._post(json.dumps(callback(message(text=CANARY))).encode(), JSON_TYPE, secret="another")

    async def answered(self, asked: Message) -> Message:
        """The bot's first message in the thread."""
        bot_id = self.sandbox.workspace.bot_id
        channel = self.sandbox.workspace.channels[asked.channel]
        replies = await self.until(
            lambda: [each for each in channel.messages.values() if each.thread_ts == asked.ts and each.bot_id == bot_id]
        )
        first: Message = replies[0]
        return first

    async def has_logged(self, event: str) -> None:
        await self.until(lambda: event in self.log.read_text())

    async def until(self, condition: Callable[[], Any]) -> Any:
        return await self.sandbox.wait_for(condition, PATIENCE_S)

    def _rename(self, table: str, name: str) -> None:
        with closing(sqlite3.connect(self.database, timeout=PATIENCE_S, isolation_level=None)) as connection:
            connection.execute(f"ALTER TABLE {table} RENAME TO {name}")

    async def _post(self, body: bytes, content_type: str, *, secret: str = "") -> None:
        at = str(int(time.time()))
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": at,
            "X-Slack-Signature": signature(secret or self.sandbox.signing_secret, at, body),
        }
        async with aiohttp.ClientSession() as session, session.post(self.url, data=body, headers=headers) as response:
            assert response.status < 500

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/slack/events"

    async def _ready(self) -> None:
        async with asyncio.timeout(PATIENCE_S), aiohttp.ClientSession() as session:
            while True:
                try:
                    async with session.get(f"http://127.0.0.1:{self._port}/readyz") as response:
                        if response.status == 200:
                            return
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.05)


def _handbook(folder: Path) -> Path:
    """The small one, with a canary in each article: what the bot says is no more the log's than what people say."""
    write_handbook(folder)
    for name, text in ARTICLES.items():
        (folder / "articles" / name).write_text(f"{text}\nSee {CANARY}. ")
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["socket", "http"])
async def logged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Logged]:
    start_s, origin_s = STARTS_AT.timestamp(), time.time()
    sandbox = Sandbox(generate.manifest(), clock=Clock(start_s=start_s, origin_s=origin_s, factor=PACE))
    furnish(sandbox)
    async with sandbox:
        day = Day(sandbox, tmp_path_factory.mktemp("logs"), is_socket=request.param == "socket")
        async with day.bot(f"{origin_s}:{start_s}:{PACE}") as process:
            if not day.is_socket:
                sandbox.use_http(day.url)
            await day.live()
        secrets = {sandbox.bot_token, sandbox.app_token, sandbox.signing_secret, "ticket=", "/response/"}
        yield Logged(day.log.read_text(), set(sandbox.workspace.people), secrets, process.returncode)


async def test_each_line_is_one_json_object(logged: Logged) -> None:
    assert [line for line in logged.lines if not line.keys() >= LINE] == []


async def test_what_went_wrong_was_logged_with_its_place(logged: Logged) -> None:
    """Else the tests below would pass on an empty log."""
    events = {line["event"] for line in logged.lines}
    failed = [line for line in logged.lines if line["event"] in ("listener.failed", "work.failed")]

    assert {
        "bot.started",
        "listener.failed",
        "work.failed",
        "outbox.unclear",
        "outbox.claim_failed",
        "bot.stopped",
    } <= events
    assert [line for line in failed if not (line["error"] and line["at"])] == []


async def test_nothing_went_wrong_but_what_was_made_to(logged: Logged) -> None:
    ours = [line for line in logged.lines if line["logger"].startswith(("bot.", "handlers."))]

    errors = {line["error"] for line in ours if "error" in line and line["event"] != "payload.refused"}
    assert errors <= {"OperationalError", "SlackUnclear", "SlackRateLimited"}


async def test_the_bot_ended_in_peace(logged: Logged) -> None:
    assert (logged.status, logged.lines[-1]["event"]) == (0, "bot.stopped")


async def test_no_word_that_people_wrote_is_logged(logged: Logged) -> None:
    assert [line for line in logged.text.splitlines() if CANARY in line] == []


async def test_no_persons_id_is_logged(logged: Logged) -> None:
    assert [line for line in logged.text.splitlines() if any(person in line for person in logged.people)] == []


async def test_no_secret_is_logged(logged: Logged) -> None:
    assert [line for line in logged.text.splitlines() if any(secret in line for secret in logged.secrets)] == []


# What fails in a library's hands, where only the set-up of the log stands between an error's words and the log.
FAILS = f"""
import asyncio, logging, structlog
from bot import logs

class Quotes(Exception):
    pass

def fail():
    try:
        raise KeyError("{CANARY}")
    except KeyError as error:
        raise Quotes("{CANARY}") from error

async def main():
    ours, theirs = structlog.get_logger("bot.test"), logging.getLogger("library")
    try:
        fail()
    except Quotes as error:
        ours.exception("ours.failed")
        ours.error("ours.failed", exc_info=error)
        ours.error("ours.failed", exc_info=ExceptionGroup("{CANARY}", [error]))
        ours.warning("ours.failed", stack_info=True)
        theirs.exception("theirs failed: %s", error)
        theirs.error(f"theirs failed ({{error}})")
        theirs.warning("theirs failed: {{'text': '{CANARY}'}}")
        theirs.error("theirs failed\\n{CANARY}")
    theirs.info("{CANARY}")
    theirs.debug("{CANARY}")
    task = asyncio.ensure_future(asyncio.to_thread(fail))
    await asyncio.wait([task])
    del task
    import gc; gc.collect()

logs.set_up("debug")
asyncio.run(main())
"""


async def test_an_errors_words_are_not_logged_whoever_logs_it() -> None:
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", FAILS], capture_output=True, text=True, timeout=PATIENCE_S, check=True
    )

    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in lines] == [
        *["ours.failed"] * 4,
        *["theirs failed"] * 4,
        "Task exception was never retrieved",
    ]
    assert [line["error"] for line in lines if "error" in line] == [
        "Quotes",
        "Quotes",
        "ExceptionGroup",
        "Quotes",
        "Quotes",
    ]
    assert CANARY not in done.stderr
