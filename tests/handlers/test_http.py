"""Slack by signed HTTP: the whole way through, and the ways of proxies on it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from bot.app import running
from bot.demo.playing import settings_for
from tests.handlers.by_http import FORM_TYPE, BotByHttp, bot_by_http, encoded, free_port
from tests.handlers.payloads import Json, callback, command, message, press
from tests.journeys.office import new_sandbox

ASKED = "how do I see the logs of my service?"


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[BotByHttp]:
    async with bot_by_http(tmp_path) as bot:
        yield bot


async def test_a_question_by_http_is_answered_in_its_thread_once(bot: BotByHttp) -> None:
    poster = bot.sandbox.use_http(bot.url("/slack/events"))
    assert await poster.verify()

    asked = bot.sandbox.person("priya").say("ask-platform", ASKED)
    posts = await bot.sandbox.wait_for(lambda: bot.sandbox.ledger.posts("C0ASKPLAT"), 20)
    await bot.sandbox.settle(20)

    assert [(post.thread_ts, post.text.partition(",")[0]) for post in posts] == [(asked.ts, "Open Grafana")]


async def test_a_command_and_a_press_by_http_are_answered(bot: BotByHttp) -> None:
    bot.sandbox.clock.set_factor(1)  # what is not shown within ten seconds goes as a direct message
    bot.sandbox.use_http(bot.url("/slack/events"))
    jonas = bot.sandbox.person("jonas")

    done = await jonas.command("/platform", f"ask {ASKED}", "random")
    shown = await bot.sandbox.wait_for(lambda: [each for each in jonas.sees("random") if each.ephemeral_to], 20)
    pressed = await jonas.press(shown[0], "That solved it")
    solved = await bot.sandbox.wait_for(
        lambda: [each for each in jonas.sees("random") if each.ephemeral_to and "✓ Solved" in str(each.blocks)], 20
    )

    assert (done.acknowledged, pressed.acknowledged) == (True, True)
    assert len(solved) == 1


@pytest.mark.parametrize("spell", [str.lower, str.upper, str.title], ids=["lower", "upper", "title"])
async def test_header_names_are_read_in_any_case(bot: BotByHttp, spell: Callable[[str], str]) -> None:
    body = json.dumps(callback(message())).encode()
    headers = {spell(name): value for name, value in bot.headers(body).items()}

    assert (await bot.post(body, headers), await bot.rows()) == (200, 3)


async def test_a_retry_is_taken_like_a_first_delivery(bot: BotByHttp) -> None:
    body = json.dumps(callback(message())).encode()
    retry = {"X-Slack-Retry-Num": "3", "X-Slack-Retry-Reason": "http_timeout"}

    assert (await bot.post(body, bot.headers(body) | retry), await bot.rows()) == (200, 3)


async def test_a_content_type_with_its_charset_is_read(bot: BotByHttp) -> None:
    body, _ = encoded(command())

    status = await bot.post(body, bot.headers(body, f"{FORM_TYPE}; charset=utf-8"))

    assert (status, await bot.rows()) == (200, 1)


@pytest.mark.parametrize("payload", [command(), callback(message()), press()], ids=["command", "event", "press"])
async def test_a_signed_request_is_taken_once(bot: BotByHttp, payload: Json) -> None:
    body, content_type = encoded(payload)
    headers = bot.headers(body, content_type)
    first, rows = await bot.post(body, headers), await bot.rows()

    replayed = [await bot.post(body, headers) for _ in range(2)]

    assert (first, replayed, await bot.rows() - rows) == (200, [401, 401], 0)


async def test_of_two_copies_at_the_same_instant_one_is_taken(bot: BotByHttp) -> None:
    body, content_type = encoded(command())
    headers = bot.headers(body, content_type)

    statuses = await asyncio.gather(*(bot.post(body, headers) for _ in range(5)))

    assert (sorted(statuses), await bot.rows()) == ([200, 401, 401, 401, 401], 1)


async def test_a_request_that_failed_is_taken_when_a_proxy_sends_it_again(bot: BotByHttp) -> None:
    body = json.dumps(callback(message(channel="D0DIRECT", channel_type="im"))).encode()
    headers, write = bot.headers(body), bot.mentor.database.write
    await write(lambda tx: tx.exec_driver_sql("ALTER TABLE people RENAME TO away"))
    failed = await bot.post(body, headers)
    await write(lambda tx: tx.exec_driver_sql("ALTER TABLE away RENAME TO people"))

    again = [await bot.post(body, headers) for _ in range(2)]

    assert (failed, again) == (500, [200, 401])


async def test_a_replay_is_refused_by_every_replica_and_after_a_restart(tmp_path: Path, database_url: str) -> None:
    """Both workspaces have one signing secret, as the fresh requests show."""
    body, content_type = encoded(command())
    async with bot_by_http(tmp_path / "two", database_url=database_url) as two:
        async with bot_by_http(tmp_path / "one", database_url=database_url) as one:
            headers = one.headers(body, content_type)
            first = await one.post(body, headers)
            elsewhere = await two.post(body, headers)
        async with bot_by_http(tmp_path / "three", database_url=database_url) as three:
            restarted = await three.post(body, headers)
            fresh = [await bot.send(command(trigger_id=f"1.2.{at}")) for at, bot in enumerate((two, three))]

    assert (first, elsewhere, restarted, fresh) == (200, 401, 401, [200, 200])


async def test_only_a_post_is_taken(bot: BotByHttp) -> None:
    async with bot.session.get(bot.url("/slack/events")) as response:
        assert response.status == 405


async def test_a_body_beyond_the_limit_is_not_read(bot: BotByHttp) -> None:
    body = b'{"type": "' + b"x" * 1_000_000 + b'"}'

    assert await bot.post(body, bot.headers(body)) == 413


async def test_in_socket_mode_nothing_is_taken_by_http(tmp_path: Path) -> None:
    async with new_sandbox() as sandbox:
        settings = replace(settings_for(sandbox, tmp_path), http_port=free_port())
        async with running(settings) as mentor, aiohttp.ClientSession() as session:
            url = f"http://127.0.0.1:{mentor.settings.http_port}/slack/events"
            async with session.post(url, data=b"{}") as response:
                assert response.status == 404
