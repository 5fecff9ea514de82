"""A small workspace for the tests of its rules and its Web API: one app, a few people, two channels."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.manifest import AppManifest
from sandbox.mishaps import Mishaps
from sandbox.model import Channel, Json, Person
from sandbox.rates import Rates
from sandbox.repository import BareRepository
from sandbox.web_api import web_api_app
from sandbox.workspace import Workspace

START_S = 1_790_000_000.0

SCOPES = frozenset(
    {
        "channels:history",
        "channels:join",
        "channels:read",
        "chat:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "reactions:read",
        "reactions:write",
        "team:read",
        "usergroups:read",
        "users:read",
    }
)


def small_manifest(*, scopes: Iterable[str] = SCOPES, home: bool = True, messages: bool = True) -> Json:
    return {
        "display_information": {"name": "Odyssey"},
        "features": {
            "bot_user": {"display_name": "Odyssey"},
            "app_home": {"home_tab_enabled": home, "messages_tab_enabled": messages},
            "slash_commands": [{"command": "/ask", "description": "Ask", "should_escape": True}],
            "shortcuts": [{"name": "Log it", "type": "message", "callback_id": "log"}],
        },
        "oauth_config": {"scopes": {"bot": sorted(scopes)}},
        "settings": {
            "event_subscriptions": {"bot_events": ["app_mention", "message.channels"]},
            "interactivity": {"is_enabled": True},
            "socket_mode_enabled": True,
        },
    }


def still_clock() -> Clock:
    """A clock that moves only when it is told to."""
    return Clock(start_s=START_S, factor=1e-9)


@dataclass
class Small:
    """`help` is public with Ana, Ben and the bot; `secret` is private with Ana alone."""

    workspace: Workspace
    ana: Person
    ben: Person
    help: Channel
    secret: Channel
    faults: Faults = field(default_factory=Faults)


def small_workspace(manifest: Json | None = None, *, clock: Clock | None = None) -> Small:
    loaded = AppManifest.load(manifest or small_manifest())
    workspace = Workspace(clock=clock or still_clock(), manifest=loaded)
    ana, ben = workspace.add_person("ana"), workspace.add_person("ben", tz="Europe/Berlin")
    channel = workspace.add_channel("help", members=[ana.id, ben.id])
    secret = workspace.add_channel("secret", kind="group", members=[ana.id], with_bot=False)
    return Small(workspace, ana, ben, channel, secret)


@asynccontextmanager
async def served(small: Small) -> AsyncIterator[str]:
    """The Web API of this workspace; gives its base address."""
    application = web.Application()
    rates, mishaps = Rates(small.workspace.clock), Mishaps(small.faults, small.workspace.clock)
    api = web_api_app(small.workspace, mishaps=mishaps, rates=rates, socket_url=lambda: "wss://sandbox.invalid/socket")
    application.add_subapp("/api/", api)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    finally:
        await runner.cleanup()


def client_of(small: Small, base_url: str) -> AsyncWebClient:
    """Slack's own client, unchanged but for its address, and without its retries."""
    return AsyncWebClient(token=small.workspace.bot_token, base_url=base_url, retry_handlers=[])


@dataclass(frozen=True)
class Served:
    small: Small
    client: AsyncWebClient
    base_url: str


@asynccontextmanager
async def served_small(manifest: Json | None = None) -> AsyncIterator[Served]:
    """A small workspace and its Web API with a client."""
    small = small_workspace(manifest)
    async with served(small) as base_url:
        yield Served(small, client_of(small, base_url), base_url)


async def error_of(call: Awaitable[Any]) -> str:
    """The error the call is refused with."""
    with pytest.raises(SlackApiError) as refused:
        await call
    return str(refused.value.response["error"])


async def raw(api: Served, method: str, *, token: str | None = None, **request: Any) -> Json:
    """One call without Slack's client, for what that client would never send."""
    headers = request.pop("headers", {}) | ({"Authorization": f"Bearer {token}"} if token else {})
    async with aiohttp.ClientSession() as session:
        reply = await session.post(api.base_url + method, headers=headers, **request)
        return dict(await reply.json())


async def status_of(api: Served, method: str, body: Json) -> tuple[int, str]:
    """The status and the bare text of one call's reply."""
    headers = {"Authorization": f"Bearer {api.small.workspace.bot_token}"}
    async with aiohttp.ClientSession() as session:
        reply = await session.post(api.base_url + method, headers=headers, json=body)
        return reply.status, await reply.text()


def say_numbers(small: Small, count: int, thread_ts: str | None = None) -> list[str]:
    return [
        small.workspace.say(small.ana.id, small.help.id, str(number), thread_ts=thread_ts).ts for number in range(count)
    ]


async def pages(call: Callable[..., Awaitable[Any]], noun: str, **arguments: object) -> list[list[Any]]:
    """All pages by their cursors."""
    found, cursor = [], ""
    while True:
        answer = await call(**arguments, **({"cursor": cursor} if cursor else {}))
        found.append(answer[noun])
        cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
        if not cursor:
            return found


def propose(repository: BareRepository, branch: str, path: str, text: str) -> None:
    """A branch with one commit, and the base as it was."""
    begin = repository.tip("main")
    proposed = repository.commit({path: text}, "Propose")
    for ref, revision in ((branch, proposed), ("main", begin)):
        repository._git("update-ref", f"refs/heads/{ref}", revision)
