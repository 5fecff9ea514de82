"""The boundary round the listeners: what could not be taken down is said to whoever can act on it, in time."""

import asyncio
import json
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.config import read_settings
from bot.errors import PayloadMalformed
from bot.storage.engine import Database
from handlers import errors
from handlers.errors import NOT_TAKEN_DOWN, dispatch, guarded, read_request
from tests.handlers.by_http import BotByHttp, bot_by_http, encoded
from tests.handlers.payloads import Json, callback, command, message, press, shortcut, shortcut_on
from tests.slow_machine import PATIENCE

SLACK_WAITS_S = 3.0


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[BotByHttp]:
    async with bot_by_http(tmp_path) as bot:
        yield bot


@pytest.fixture
async def punctual_bot(tmp_path: Path) -> AsyncIterator[BotByHttp]:
    """With the limits it has in production, on a slow machine too."""
    async with bot_by_http(tmp_path, patience=1.0) as bot:
        yield bot


@dataclass
class Told:
    """An address to answer to, and what was sent there."""

    url: str = ""
    said: list[Json] = field(default_factory=list)


@pytest.fixture
async def told() -> AsyncIterator[Told]:
    told = Told()

    async def take(request: web.Request) -> web.Response:
        told.said.append(await request.json())
        return web.Response(text="ok")

    application = web.Application()
    application.router.add_post("/answer", take)
    async with TestServer(application) as server:
        told.url = str(server.make_url("/answer"))
        yield told


@asynccontextmanager
async def _without_people(bot: BotByHttp) -> AsyncIterator[None]:
    """No person can be looked up or written down meanwhile."""
    async with _without(bot.mentor.database, "people"):
        yield


@asynccontextmanager
async def _without(database: Database, table: str) -> AsyncIterator[None]:
    await database.write(lambda tx: tx.exec_driver_sql(f"ALTER TABLE {table} RENAME TO away"))
    yield
    await database.write(lambda tx: tx.exec_driver_sql(f"ALTER TABLE away RENAME TO {table}"))


@asynccontextmanager
async def _locked(bot: BotByHttp) -> AsyncIterator[None]:
    """Somebody else is writing to the database, and goes on."""
    path = bot.mentor.database.url.database
    assert path is not None
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def _send(bot: BotByHttp, payload: Json) -> tuple[int, Any]:
    """The status, and the body as JSON; None for an empty one."""
    body, content_type = encoded(payload)
    headers = bot.headers(body, content_type)
    async with bot.session.post(bot.url("/slack/events"), data=body, headers=headers) as response:
        text = await response.text()
        return response.status, json.loads(text) if text else None


async def test_an_event_is_acknowledged_once_it_is_written_down(bot: BotByHttp) -> None:
    status = await bot.send(callback(message()))

    assert (status, await bot.rows()) == (200, 3)  # the event, the message, the work


async def test_an_event_sent_again_changes_nothing(bot: BotByHttp) -> None:
    body, now_s = json.dumps(callback(message())).encode(), int(time.time())

    statuses = [await bot.post(body, bot.headers(body, timestamp=str(now_s + late_s))) for late_s in (0, 60, 200)]

    assert (statuses, await bot.rows()) == ([200, 200, 200], 3)


async def test_an_event_that_cannot_be_written_down_is_refused_and_taken_when_it_comes_again(bot: BotByHttp) -> None:
    await bot.send(callback(message()))  # by then its connection stands: one that is new would make the table
    before = await bot.rows()
    async with _without(bot.mentor.database.inbox, "inbox"):
        refused = await bot.send(callback(message(ts="1795514001.000100"), event_id="Ev0NEXT"))
    assert (refused, await bot.rows()) == (500, before)

    taken = await bot.send(callback(message(ts="1795514001.000100"), event_id="Ev0NEXT"))

    assert (taken, await bot.rows()) == (200, 2 * before)


async def test_an_event_that_cannot_be_taken_down_yet_is_acknowledged_and_taken_down_later(bot: BotByHttp) -> None:
    async with _without_people(bot):
        taken = await bot.send(callback(message()))

    assert (taken, await bot.rows()) == (200, 3)


async def test_an_event_nobody_uses_is_acknowledged(bot: BotByHttp) -> None:
    statuses = [
        await bot.send(callback({"type": type_, "user": "U0PRIYA"}, event_id=f"Ev{type_}"))
        for type_ in ("pin_added", "team_join", "file_created", "never_heard_of")
    ]

    assert (statuses, await bot.rows()) == ([200] * 4, 0)


async def test_a_command_that_cannot_be_written_down_is_told_to_the_person(bot: BotByHttp) -> None:
    async with _without_people(bot):
        status, said = await _send(bot, command())

    assert (status, said) == (200, {"response_type": "ephemeral", "text": NOT_TAKEN_DOWN})
    assert await bot.rows() == 0


@pytest.mark.parametrize("act", [press(), shortcut_on(message())], ids=["a press", "a shortcut on a message"])
async def test_an_act_that_cannot_be_written_down_is_told_to_the_person(bot: BotByHttp, told: Told, act: Json) -> None:
    async with _without_people(bot):
        status, _ = await _send(bot, act | {"response_url": told.url})

    assert status == 200
    assert told.said == [{"text": NOT_TAKEN_DOWN, "response_type": "ephemeral", "replace_original": False}]


async def test_a_shortcut_without_an_address_for_a_reply_is_left_to_slack_to_tell(bot: BotByHttp) -> None:
    async with _without_people(bot):
        refused = await bot.send(shortcut())

    assert (refused, await bot.rows()) == (500, 0)
    assert (await bot.send(shortcut()), await bot.rows()) == (200, 1)


async def test_a_shortcut_that_is_not_ours_is_refused(bot: BotByHttp) -> None:
    statuses = [await bot.send(shortcut(callback_id=each)) for each in ("answers.unheard", "answers.ask", "theirs")]

    assert (statuses, await bot.rows()) == ([400, 400, 404], 0)


async def test_a_press_is_not_acknowledged_where_nobody_takes_what_is_told(bot: BotByHttp) -> None:
    answered = asyncio.Event()

    async def hang(_request: web.Request) -> web.Response:
        await answered.wait()
        return web.Response()

    application = web.Application()
    application.router.add_post("/answer", hang)
    async with TestServer(application) as server, asyncio.timeout(15), _without_people(bot):
        status, _ = await _send(bot, press(response_url=str(server.make_url("/answer"))))
        answered.set()

    assert status == 500


async def test_a_press_of_which_nobody_can_be_told_is_not_acknowledged(bot: BotByHttp) -> None:
    async with _without_people(bot):
        statuses = [await bot.send(press(response_url=url)) for url in ("http://127.0.0.1:9/none", None)]

    assert (statuses, bot.uncaught) == ([500, 500], [])


async def test_a_press_of_a_button_that_is_not_ours_is_refused(bot: BotByHttp) -> None:
    theirs = [{**press()["actions"][0], "action_id": action_id} for action_id in ("answers.unheard", "theirs")]

    statuses = [await bot.send(press(actions=[action])) for action in theirs]

    assert (statuses, await bot.rows()) == ([400, 404], 0)


async def test_a_database_that_is_slow_is_told_to_the_person_while_slack_waits(punctual_bot: BotByHttp) -> None:
    begun_s = time.monotonic()
    async with _locked(punctual_bot):
        status, said = await _send(punctual_bot, command())
        took_s = time.monotonic() - begun_s

    assert (status, said) == (200, {"response_type": "ephemeral", "text": NOT_TAKEN_DOWN})
    assert errors.LISTENER_S <= took_s < errors.LISTENER_S * PATIENCE


def test_a_listener_and_what_is_told_after_it_keep_within_slacks_patience() -> None:
    assert errors.LISTENER_S + errors.TELL_S < SLACK_WAITS_S


def test_nobody_but_a_sandbox_is_more_patient_than_slack() -> None:
    settings = read_settings({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"})

    assert settings.clock.patience == 1.0


async def test_after_a_slow_moment_the_same_command_is_taken(punctual_bot: BotByHttp) -> None:
    async with _locked(punctual_bot):
        await punctual_bot.send(command())

    assert (await punctual_bot.send(command()), await punctual_bot.rows()) == (200, 1)


async def _never(**_given: object) -> None:
    await asyncio.get_running_loop().create_future()


async def _authorize(**_given: object) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id="T0SMALL", bot_user_id="U0BOT", bot_id="B0", bot_token="xoxb-")


def _app(listener: errors.Listener) -> AsyncApp:
    """An app with one listener, for messages."""
    app = AsyncApp(authorize=_authorize, signing_secret="", process_before_response=True)
    app.event("message")(guarded(listener))
    app.error(errors.on_error)
    return app


async def _dispatch(listener: errors.Listener) -> int:
    request = read_request(callback(message()), {}, mode="socket_mode")
    assert request is not None
    return (await dispatch(_app(listener), request)).status


async def test_a_listener_that_hangs_is_ended_so_that_slack_sends_the_event_again() -> None:
    assert await _dispatch(_never) == 500


@pytest.mark.parametrize("error", [RuntimeError("boom"), KeyError("event"), OSError(), RecursionError()], ids=repr)
async def test_whatever_a_listener_raises_is_a_500_and_goes_no_further(error: Exception) -> None:
    async def fails(**_given: object) -> None:
        raise error

    assert await _dispatch(fails) == 500


async def test_a_malformed_payload_is_a_400() -> None:
    async def reads(**_given: object) -> None:
        raise PayloadMalformed("ts is missing")

    assert await _dispatch(reads) == 400


async def test_a_guarded_listener_is_given_what_it_names() -> None:
    given: list[tuple[Json, str]] = []

    async def takes(body: Json, ack: Any, event: Json) -> None:
        given.append((body["event"], event["ts"]))
        await ack()

    assert await _dispatch(takes) == 200
    assert given == [(message(), "1795514000.000100")]
