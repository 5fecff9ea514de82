"""The Web API through Slack's own client: tokens, scopes, rates, faults, reactions and views."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from sandbox.clock import Clock
from sandbox.model import Json
from sandbox.web_api import METHODS
from tests.sandbox.small import (
    SCOPES,
    Served,
    Small,
    client_of,
    error_of,
    raw,
    say_numbers,
    served,
    served_small,
    small_manifest,
    small_workspace,
    status_of,
)


@pytest.fixture
async def api() -> AsyncIterator[Served]:
    async with served_small() as served:
        yield served


async def test_the_token_is_the_bot_of_this_workspace(api: Served) -> None:
    answer = await api.client.auth_test()

    assert answer["user_id"] == api.small.workspace.bot_user_id
    assert answer["team_id"] == api.small.workspace.team_id
    assert answer.headers["X-OAuth-Scopes"] == ",".join(sorted(SCOPES))


async def test_replies_carry_the_workspaces_time(api: Served) -> None:
    api.small.workspace.clock.advance(3600.0)
    at_s = api.small.workspace.clock.now()

    answer = await api.client.auth_test()

    said_at = parsedate_to_datetime(answer.headers["Date"])
    assert 0 <= said_at.timestamp() - int(at_s) <= api.small.workspace.clock.now() - at_s + 1


@pytest.mark.parametrize(
    ("token_of", "error"),
    [
        (lambda small: None, "not_authed"),
        (lambda small: "xoxb-sandbox-wrong", "invalid_auth"),
        (lambda small: small.workspace.app_token, "not_allowed_token_type"),
    ],
    ids=["none", "wrong", "app token"],
)
async def test_a_call_needs_the_bots_token(api: Served, token_of: Callable[[Small], str | None], error: str) -> None:
    assert await raw(api, "auth.test", token=token_of(api.small)) == {"ok": False, "error": error}


async def test_a_token_may_stand_in_the_form(api: Served) -> None:
    answer = await raw(api, "auth.test", data={"token": api.small.workspace.bot_token})

    assert answer["ok"]


async def test_a_socket_is_opened_with_the_app_token_alone(api: Served) -> None:
    app_token = api.small.workspace.app_token

    answer = await api.client.apps_connections_open(app_token=app_token)

    assert answer["url"] == "wss://sandbox.invalid/socket"
    wrong = api.client.apps_connections_open(app_token=api.small.workspace.bot_token)
    assert await error_of(wrong) == "not_allowed_token_type"


async def test_an_unknown_method_is_named(api: Served) -> None:
    answer = await raw(api, "chat.shout", token=api.small.workspace.bot_token)

    assert answer == {"ok": False, "error": "unknown_method", "req_method": "chat.shout"}


@pytest.mark.parametrize(
    ("missing", "call"),
    [
        ("chat:write", lambda api: api.client.chat_postMessage(channel=api.small.help.id, text="x")),
        ("channels:history", lambda api: api.client.conversations_history(channel=api.small.help.id)),
        ("groups:read", lambda api: api.client.conversations_list(types="private_channel")),
        ("im:write", lambda api: api.client.conversations_open(users=api.small.ana.id)),
        ("users:read", lambda api: api.client.users_info(user=api.small.ana.id)),
        ("reactions:write", lambda api: api.client.reactions_add(channel="C", timestamp="1", name="x")),
        ("usergroups:read", lambda api: api.client.usergroups_list()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_without_its_scope_a_method_says_what_it_needs(
    missing: str, call: Callable[[Served], Awaitable[Any]]
) -> None:
    small = small_workspace(small_manifest(scopes=SCOPES - {missing}))
    async with served(small) as base_url:
        with pytest.raises(SlackApiError) as refused:
            await call(Served(small, client_of(small, base_url), base_url))

    answer = refused.value.response
    assert answer["error"] == "missing_scope"
    assert missing in answer["needed"].split(",")
    assert answer["provided"] == ",".join(sorted(SCOPES - {missing}))


async def test_a_call_too_many_is_told_how_long_to_wait(api: Served) -> None:
    for number in range(4):
        await api.client.chat_postMessage(channel=api.small.help.id, text=str(number))

    with pytest.raises(SlackApiError) as refused:
        await api.client.chat_postMessage(channel=api.small.help.id, text="5")

    answer = refused.value.response
    assert (answer.status_code, answer["error"], answer.headers["Retry-After"]) == (429, "ratelimited", "1")
    api.small.workspace.clock.advance(1)
    await api.client.chat_postMessage(channel=api.small.help.id, text="5")
    assert len(api.small.workspace.ledger.posts()) == 5


@pytest.mark.parametrize(
    ("kind", "status", "is_applied"),
    [
        ("status_429", 429, False),
        ("status_500", 500, False),
        ("status_500_after", 500, True),
        ("garbage", 200, True),
        ("page", 200, False),
    ],
)
async def test_a_fault_answers_as_it_says_and_applies_the_call_or_not(
    api: Served, kind: str, status: int, is_applied: bool
) -> None:
    api.small.faults.add(kind, seconds=7, times=1)
    body = {"channel": api.small.help.id, "text": "x"}

    got, text = await status_of(api, "chat.postMessage", body)

    assert got == status
    assert bool(api.small.workspace.ledger.posts()) is is_applied
    assert '"ok": true' not in text
    assert (await status_of(api, "chat.postMessage", body))[0] == 200


@pytest.mark.parametrize(("kind", "is_applied"), [("drop", False), ("lose_reply", True)])
async def test_a_cut_connection_hides_whether_the_call_was_applied(api: Served, kind: str, is_applied: bool) -> None:
    api.small.faults.add(kind, times=1)

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await api.client.chat_postMessage(channel=api.small.help.id, text="x")

    assert bool(api.small.workspace.ledger.posts()) is is_applied


async def test_a_delay_lasts_on_the_workspaces_clock() -> None:
    small = small_workspace(clock=Clock(start_s=1_790_000_000.0, factor=10_000.0))
    small.faults.add("delay", seconds=100)
    async with served(small) as base_url:
        before_s = small.workspace.clock.now()
        await client_of(small, base_url).chat_postMessage(channel=small.help.id, text="x")

    assert small.workspace.clock.now() - before_s >= 100


async def test_a_slow_body_keeps_half_of_an_answer_back(api: Served) -> None:
    api.small.faults.add("slow_body", seconds=5, times=1)
    token = {"Authorization": f"Bearer {api.small.workspace.bot_token}"}
    sent = {"channel": api.small.help.id, "text": "x"}

    async with (
        aiohttp.ClientSession(headers=token) as session,
        session.post(f"{api.base_url}chat.postMessage", data=sent) as answer,
    ):
        begun = await answer.content.readany()
        is_whole = answer.content.at_eof()
        api.small.workspace.clock.advance(5)
        rest = await answer.content.read()

    assert (answer.status, is_whole) == (200, False)
    assert json.loads(begun + rest)["ok"] is True
    assert len(api.small.workspace.ledger.posts()) == 1


class SlowClock(Clock):
    """A machine's that wakes sleepers late: only when told to."""

    def __init__(self) -> None:
        super().__init__(start_s=1_790_000_000.0)
        self.wakes = asyncio.Event()

    async def sleep(self, seconds: float) -> float:
        await self.wakes.wait()
        return 0.0


async def test_a_call_that_was_held_is_applied_before_one_that_came_after_its_time() -> None:
    clock = SlowClock()
    small = small_workspace(clock=clock)
    small.faults.add("delay", seconds=20, times=1)
    async with served(small) as base_url:
        client = client_of(small, base_url)
        posting = asyncio.create_task(client.chat_postMessage(channel=small.help.id, text="held"))
        while not small.faults.fired["delay"]:
            await asyncio.sleep(0)
        before = await client.conversations_history(channel=small.help.id)
        clock.advance(21)
        reading = asyncio.create_task(client.conversations_history(channel=small.help.id))
        asyncio.get_running_loop().call_later(0.2, clock.wakes.set)
        after = await reading
        await posting

    assert [[message["text"] for message in each["messages"]] for each in (before, after)] == [[], ["held"]]


async def test_reactions_are_added_read_and_removed(api: Served) -> None:
    [ts] = say_numbers(api.small, 1)
    item: dict[str, Any] = {"channel": api.small.help.id, "timestamp": ts}

    await api.client.reactions_add(name="eyes", **item)

    bot = api.small.workspace.bot_user_id
    got = await api.client.reactions_get(**item)
    assert got["message"]["reactions"] == [{"name": "eyes", "users": [bot], "count": 1}]
    assert await error_of(api.client.reactions_add(name="eyes", **item)) == "already_reacted"
    await api.client.reactions_remove(name="eyes", **item)
    assert await error_of(api.client.reactions_remove(name="eyes", **item)) == "no_reaction"
    assert await error_of(api.client.reactions_add(name="not a name", **item)) == "invalid_name"


MODAL: Json = {"type": "modal", "title": {"type": "plain_text", "text": "Form"}, "blocks": []}


async def test_a_modal_is_opened_pushed_upon_and_replaced(api: Served) -> None:
    windows = api.small.workspace.windows
    root = (await api.client.views_open(trigger_id=windows.issue_trigger(api.small.ana.id), view=MODAL))["view"]

    trigger_id = windows.issue_trigger(api.small.ana.id, view_id=root["id"])
    top = (await api.client.views_push(trigger_id=trigger_id, view=MODAL))["view"]
    new = (await api.client.views_update(view_id=top["id"], hash=top["hash"], view=MODAL))["view"]

    assert (top["previous_view_id"], top["root_view_id"]) == (root["id"], root["id"])
    assert new["hash"] != top["hash"]
    stale = api.client.views_update(view_id=top["id"], hash=top["hash"], view=MODAL)
    assert await error_of(stale) == "hash_conflict"


async def test_views_are_refused_as_slack_refuses_them(api: Served) -> None:
    windows, views_open = api.small.workspace.windows, api.client.views_open
    used, old = windows.issue_trigger(api.small.ana.id), windows.issue_trigger(api.small.ana.id)
    await views_open(trigger_id=used, view=MODAL)
    long_title = MODAL | {"title": {"type": "plain_text", "text": "x" * 25}}
    wide = [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2000}] * 10}] * 13

    assert await error_of(views_open(trigger_id=used, view=MODAL)) == "exchanged_trigger_id"
    assert await error_of(views_open(trigger_id="1.2", view=MODAL)) == "invalid_trigger_id"
    assert await error_of(views_open(trigger_id=old, view=long_title)) == "invalid_arguments"
    assert await error_of(views_open(trigger_id=old, view=MODAL | {"blocks": wide})) == "view_too_large"
    api.small.workspace.clock.advance(4)
    assert await error_of(views_open(trigger_id=old, view=MODAL)) == "expired_trigger_id"
    assert await error_of(api.client.views_update(view_id="V0NONE", view=MODAL)) == "not_found"


async def test_a_home_is_published_for_one_person(api: Served) -> None:
    home: Json = {"type": "home", "blocks": [{"type": "divider"}]}

    await api.client.views_publish(user_id=api.small.ana.id, view=home)

    assert list(api.small.workspace.windows.home_views) == [api.small.ana.id]
    assert await error_of(api.client.views_publish(user_id="U0NOBODY", view=home)) == "user_not_found"


ARGUMENTS = (
    *("blocks", "attachments", "thread_ts", "ts", "metadata", "view", "types", "trigger_id", "view_id", "hash"),
    *("limit", "cursor", "oldest", "latest", "inclusive", "name", "timestamp", "usergroup", "email", "bot"),
    *("message_ts", "external_id", "reply_broadcast"),
)
JUNK: tuple[object, ...] = (
    *(0, -1, 1e300, True, [], {}, [None], [[]], "[", "é\x00", "9" * 400),
    *([{"type": []}], {"type": "modal"}, {"type": "home", "blocks": [{"type": {}}]}),
    [{"type": "section", "text": {"type": [], "text": {}}}],
    [{"type": "data_visualization", "title": 1, "chart": {"type": "pie", "segments": [1]}}],
    [{"type": "table", "rows": [[1], 1], "column_settings": [None]}],
)


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: repr(junk)[:40])
async def test_junk_is_answered_and_breaks_nothing(api: Served, junk: object) -> None:
    ana = api.small.ana.id
    good = {"channel": api.small.help.id, "text": "x", "user": ana, "users": ana, "user_id": ana}
    body = dict.fromkeys(ARGUMENTS, junk) | good

    statuses = {method: (await status_of(api, method, body))[0] for method in METHODS}

    assert set(statuses.values()) == {200}


async def test_a_junk_view_of_a_live_trigger_is_refused(api: Served) -> None:
    trigger_id = api.small.workspace.windows.issue_trigger(api.small.ana.id)
    view = {"type": "modal", "title": [], "blocks": [{"type": "input", "element": {"type": []}}]}

    assert await error_of(api.client.views_open(trigger_id=trigger_id, view=view)) == "invalid_arguments"
