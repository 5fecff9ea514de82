"""The bot behind signed HTTP, and requests to it as Slack would send them, or as nobody should."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
from sqlalchemy import func, select

from bot import generate
from bot.app import Mentor, running
from bot.config import Secret, Settings
from bot.demo.company import STARTS_AT
from bot.demo.made_up import furnish
from bot.demo.playing import settings_for
from bot.storage.schema import events, messages, work
from bot.wanted import Kind
from handlers.errors import dispatch, read_request
from sandbox import Clock, Sandbox
from sandbox.delivery import ACK_WITHIN_S
from sandbox.http_mode import signature
from tests.journeys.handbook import write_handbook
from tests.peers.reading import all_is_taken_down
from tests.slow_machine import PATIENCE, patient
from tests.told import told_long_ago

JSON_TYPE, FORM_TYPE = "application/json", "application/x-www-form-urlencoded"
PACE = 10.0
PATIENCE_S = 60.0


@dataclass
class BotByHttp:
    """A bot that listens, and what befell its event loop meanwhile."""

    sandbox: Sandbox
    settings: Settings
    mentor: Mentor
    session: aiohttp.ClientSession
    uncaught: list[str] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.settings.http_port}{path}"

    async def send(self, payload: Any) -> int:
        """Signed, in the encoding Slack uses for such a payload. Gives the status."""
        body, content_type = encoded(payload)
        return await self.post(body, self.headers(body, content_type))

    async def post(self, body: bytes, headers: dict[str, str]) -> int:
        async with self.session.post(self.url("/slack/events"), data=BytesIO(body), headers=headers) as response:
            await response.read()
            return response.status

    def headers(self, body: bytes, content_type: str = JSON_TYPE, *, timestamp: str = "") -> dict[str, str]:
        """What Slack would send along, signed just now or at `timestamp`."""
        at = timestamp or str(int(time.time()))
        return {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": at,
            "X-Slack-Signature": signature(self.sandbox.signing_secret, at, body),
        }

    async def dispatch(self, payload: Any) -> int:
        """The payload of a Socket Mode envelope; the status that Bolt's adapter would get."""
        request = read_request(payload, {}, mode="socket_mode")
        return (
            400
            if request is None
            else (await dispatch(self.mentor.bolt, request, patience=self.settings.clock.patience)).status
        )

    async def idle(self) -> None:
        """Once nothing is due any more."""
        await self.taken()
        async with asyncio.timeout(PATIENCE_S):
            while (await self.mentor.gauges.read())["work", "due"]:
                await asyncio.sleep(0.02)

    async def taken(self) -> None:
        await all_is_taken_down(self.mentor.database, within_s=PATIENCE_S)

    async def rows(self) -> int:
        """How many rows listeners have written in all."""
        await self.taken()
        of_slack = events.c.event_id.not_like("sig:%")  # the others are signatures
        by_day = {*(each.kind for each in self.mentor.timetable.planned), Kind.TELL_TEAM_DRIFT}
        of_listeners = work.c.kind.not_in([each.value for each in by_day])  # laid out by the timetable or a worker
        async with self.mentor.database.read() as tx:
            counts = [
                await tx.scalar(select(func.count()).select_from(table).where(*conditions))
                for table, *conditions in ((messages,), (work, of_listeners), (events, of_slack))
            ]
        return sum(count or 0 for count in counts)


@asynccontextmanager
async def bot_by_http(folder: Path, *, database_url: str = "", patience: float = PATIENCE) -> AsyncIterator[BotByHttp]:
    """In the demo's workspace with the small handbook; `database_url` "" is SQLite."""
    clock = Clock(start_s=STARTS_AT.timestamp(), factor=PACE)
    sandbox = Sandbox(generate.manifest(), clock=clock, ack_wall_s=ACK_WITHIN_S * patience)
    furnish(sandbox)
    async with sandbox:
        given = replace(
            patient(settings_for(sandbox, folder / "data"), patience),
            slack_app_token=Secret(""),
            slack_signing_secret=Secret(sandbox.signing_secret),
            handbook=str(write_handbook(folder / "handbook")),
            http_port=free_port(),
        )
        settings = replace(given, database_url=database_url) if database_url else given
        await told_long_ago(settings.database_url, settings.handbook)
        async with running(settings) as mentor, aiohttp.ClientSession() as session:
            bot = BotByHttp(sandbox, settings, mentor, session)
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(lambda _, context: bot.uncaught.append(str(context)))
            await bot.idle()  # with what a day begins with
            yield bot
            loop.set_exception_handler(None)


def encoded(payload: Any) -> tuple[bytes, str]:
    """Events are JSON, interactions a form with one field, commands a form of their own."""
    if isinstance(payload, dict) and "command" in payload:
        return urlencode(payload, errors="replace").encode(), FORM_TYPE
    if isinstance(payload, dict) and payload.get("type") in EVENT_TYPES:
        return json.dumps(payload).encode(), JSON_TYPE
    return urlencode({"payload": json.dumps(payload)}).encode(), FORM_TYPE


EVENT_TYPES = (None, "event_callback", "url_verification", "events_api", "app_rate_limited")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
