"""A program that fails in many ways at DEBUG, with a secret planted in every setting that holds one.

Each client of the bot calls a server that fails in each of the ways below, most of which quote what they were sent:
headers and all. Whatever is raised is logged as the bot logs it, and its words are printed where people would read
them. `test_planted_secrets.py` looks through what came out. `all` takes the slow ones in, whose libraries take seconds.
"""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import text

from bot import logs
from bot.actions.aws import own_account
from bot.actions.direct import Run, backend_for
from bot.clock import Clock
from bot.config import read_settings
from bot.embeddings.server import Server
from bot.errors import MentorError
from bot.git import github, gitlab
from bot.git.address import read_address
from bot.git.command import Git
from bot.git.rest import Rest
from bot.model_client import ModelClient, Task, without_end
from bot.slack import Slack
from bot.storage.engine import Database
from knowledge.actions import Webhook

PLANTED = "Canary7Canary8Canary9Canary0Canary1"  # no word of anybody's
SECRET_SETTINGS = {
    "SLACK_BOT_TOKEN": f"xoxb-{PLANTED}",
    "SLACK_APP_TOKEN": f"xapp-{PLANTED}",
    "SLACK_SIGNING_SECRET": PLANTED,
    "MENTOR_AUDIT_KEY": PLANTED,
    "MENTOR_ARGOCD_TOKEN": PLANTED,
    "MENTOR_FLUX_HMAC_KEY": PLANTED,
    "MENTOR_USE_HMAC_KEY": PLANTED,
    "MENTOR_WEBHOOK_SECRET": PLANTED,
    "OPENAI_API_KEY": f"sk-{PLANTED}",
    "GITHUB_TOKEN": f"ghp_{PLANTED}",
    "GITLAB_TOKEN": f"glpat-{PLANTED}",
    "AWS_ACCESS_KEY_ID": f"AKIA{PLANTED}",
    "AWS_SECRET_ACCESS_KEY": PLANTED,
    "AWS_SESSION_TOKEN": PLANTED,
}
STATUSES = (200, 301, 400, 401, 403, 404, 409, 422, 429, 500, 503)
WAYS = ("refused", "reset", "garbage", "half", *map(str, STATUSES))
PATIENCE_S = 10.0

log = structlog.get_logger("bot.planted")


@dataclass(frozen=True)
class Failing:
    """A server that fails in one way."""

    way: str

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.read(65_536)
        if self.way == "reset":
            writer.transport.abort()
            return
        writer.write(self._said(asked))
        writer.close()

    def _said(self, asked: bytes) -> bytes:
        if self.way == "garbage":
            return b"\x00\xff" + asked
        quoted = b'{"ok": false, "error": "' + asked.replace(b"\r\n", b" ").replace(b'"', b"'") + b'"}'
        if self.way == "half":
            return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99999\r\n\r\n" + quoted
        head = f"HTTP/1.1 {self.way} X\r\nContent-Type: application/json\r\nLocation: /elsewhere\r\n"
        return head.encode() + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(quoted) + quoted


@dataclass(frozen=True)
class Clients:
    """The bot's own, each pointed at one place."""

    port: int
    environment: Mapping[str, str]

    @property
    def clock(self) -> Clock:
        return Clock(time.time, rest=lambda _: asyncio.sleep(0))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def slack(self) -> None:
        slack = Slack(read_settings(self.environment).slack_bot_token, api_url=f"{self.url}/api/", clock=self.clock)
        await slack.open()
        try:
            await slack.post("C0ASK", text="x", blocks=[], thread_ts=None, mark="m")
        finally:
            await slack.close()

    async def socket(self) -> None:
        slack = Slack(read_settings(self.environment).slack_app_token, api_url=f"{self.url}/api/", clock=self.clock)
        await slack.open()
        try:
            await slack.edit("C0ASK", "1.1", text="x", blocks=[])
        finally:
            await slack.close()

    async def github(self) -> None:
        token = github.Token(read_settings(self.environment).git.github_token)
        await Rest("GitHub", self.url, "GITHUB_TOKEN", timeout_s=5).call("GET", "/x", token)

    async def gitlab(self) -> None:
        token = gitlab.Token(read_settings(self.environment).git.gitlab_token)
        await Rest("GitLab", self.url, "GITLAB_TOKEN", timeout_s=5).call("POST", "/x", token, body={"a": 1})

    async def git(self) -> None:
        address = read_address(f"https://bot:{PLANTED}@127.0.0.1:{self.port}/handbook.git")
        await Git(os.environ, timeout_s=5).run("ls-remote", "--", address.url, repository=Path.cwd(), remote=address)

    async def webhook(self) -> None:
        settings = read_settings(dict(self.environment) | {"MENTOR_WEBHOOK_HOSTS": f"127.0.0.1:{self.port}"})
        run = Run("r1", "restart", "p_41c0", Webhook(f"{self.url}/runs", f"{self.url}/runs/{{request}}"), {})
        await backend_for(run.backend, settings, self.clock).start(run)

    async def database(self) -> None:
        url = f"postgresql+psycopg://mentor:{PLANTED}@127.0.0.1:{self.port}/mentor?connect_timeout=2"
        database = Database(url)
        try:
            async with database.read() as tx:
                await tx.execute(text("SELECT 1"))
        finally:
            await database.close()

    async def settings(self) -> None:
        """Wrong in every way at once: what is refused is named, and not quoted."""
        wrong = {name: f"{value} with space\n" for name, value in SECRET_SETTINGS.items()}
        wrong |= {
            "MENTOR_DATABASE_URL": f"mysql://mentor:{PLANTED}@db/x",
            "MENTOR_LLM_BASE_URL": f"http://x:{PLANTED}@y",
        }
        read_settings(wrong)

    async def model(self) -> None:
        given = {"MENTOR_LLM_MODEL": "m1", "MENTOR_LLM_BASE_URL": f"{self.url}/v1"}
        client = ModelClient(read_settings(dict(self.environment) | given), without_end, clock=self.clock)
        try:
            log.info("model.said", said=str(await client.ask(Task("answer", "rules", {}, {}, dict, 9), "p1")))
        finally:
            await client.close()

    async def embeddings(self) -> None:
        given = {"MENTOR_EMBEDDING_MODEL": "m1", "MENTOR_EMBEDDING_BASE_URL": f"{self.url}/v1"}
        server = Server(read_settings(dict(self.environment) | given))
        try:
            await server.question("x")
        finally:
            await server.close()

    async def aws(self) -> None:
        await own_account(read_settings(dict(self.environment) | {"MENTOR_AWS_ENDPOINT_URL": self.url}).direct)


QUICK = ("slack", "socket", "github", "gitlab", "git", "webhook", "database", "settings")
SLOW = ("model", "embeddings", "aws")


async def fail(path: Callable[[], Awaitable[None]], name: str) -> None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            await path()
        log.warning("planted.passed", path=name)
    except Exception as error:
        log.exception("planted.failed", path=name)
        if isinstance(error, MentorError):
            print(f"told: {error!r} {error}")
        log.debug("planted.settings", settings=repr(read_settings(SECRET_SETTINGS)))


async def main(names: tuple[str, ...]) -> None:
    os.environ.update(SECRET_SETTINGS)
    for way in WAYS:
        server = await asyncio.start_server(Failing(way).take, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        if way == "refused":
            server.close()
        clients = Clients(port, SECRET_SETTINGS)
        for name in names:
            await fail(getattr(clients, name), f"{name}, {way}")
        server.close()


if __name__ == "__main__":
    logs.set_up("debug")
    asyncio.run(main((*QUICK, *SLOW) if "all" in sys.argv else QUICK))
