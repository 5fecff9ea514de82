"""Delivery to a request URL: what is signed, how it is encoded, what counts as an answer."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.signature import SignatureVerifier

from sandbox.clock import Clock
from sandbox.delivery import Answer, Package, Patience
from sandbox.http_mode import HttpPoster
from sandbox.model import Json

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
EVENT = Package("events_api", {"type": "event_callback", "event_id": "Ev1"})
PRESS = Package("interactive", {"type": "block_actions", "actions": [{"value": "a & b"}]})
COMMAND = Package("slash_commands", {"command": "/platform", "text": "help me"}, accepts_response=True)


class App:
    """A request URL that answers as told, and keeps what it was sent."""

    def __init__(self) -> None:
        self.asked: list[tuple[dict[str, str], str]] = []
        self.reply: web.Response | None = web.Response()
        application = web.Application()
        application.router.add_post("/slack/events", self._answer)
        self.server = TestServer(application)
        self._never = asyncio.Event()

    async def _answer(self, request: web.Request) -> web.Response:
        body = await request.text()
        self.asked.append((dict(request.headers), body))
        if '"url_verification"' in body:
            return web.json_response({"challenge": json.loads(body)["challenge"]})
        if self.reply is None:
            await self._never.wait()
        return self.reply or web.Response()

    def release(self) -> None:
        self._never.set()


@pytest.fixture
async def app() -> AsyncIterator[App]:
    app = App()
    await app.server.start_server()
    yield app
    app.release()
    await app.server.close()


@pytest.fixture
async def poster(app: App) -> AsyncIterator[HttpPoster]:
    poster = HttpPoster(str(app.server.make_url("/slack/events")), signing_secret=SECRET, patience=Patience(Clock()))
    yield poster
    await poster.close()


@pytest.mark.parametrize("package", [EVENT, PRESS, COMMAND], ids=["event", "interaction", "command"])
async def test_every_request_is_signed_as_the_sdk_verifies_it(app: App, poster: HttpPoster, package: Package) -> None:
    await poster.send(package)

    headers, body = app.asked[0]
    assert SignatureVerifier(SECRET).is_valid_request(body, headers)


async def test_an_event_travels_as_json(app: App, poster: HttpPoster) -> None:
    await poster.send(EVENT)

    headers, body = app.asked[0]
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body) == EVENT.payload
    assert "X-Slack-Retry-Num" not in headers


async def test_a_retry_says_which_and_why(app: App, poster: HttpPoster) -> None:
    again = Package("events_api", EVENT.payload, retry_attempt=2, retry_reason="http_timeout")

    await poster.send(again)

    headers, _ = app.asked[0]
    assert (headers["X-Slack-Retry-Num"], headers["X-Slack-Retry-Reason"]) == ("2", "http_timeout")


async def test_an_interaction_travels_as_one_form_field(app: App, poster: HttpPoster) -> None:
    await poster.send(PRESS)

    headers, body = app.asked[0]
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert json.loads(parse_qs(body)["payload"][0]) == PRESS.payload


async def test_a_command_travels_as_a_form(app: App, poster: HttpPoster) -> None:
    await poster.send(COMMAND)

    _, body = app.asked[0]
    assert parse_qs(body) == {"command": ["/platform"], "text": ["help me"]}


async def test_an_app_passes_url_verification_by_its_challenge(poster: HttpPoster) -> None:
    assert await poster.verify()


BODY: Json = {"response_action": "clear"}


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        pytest.param(web.Response, Answer(status=200), id="empty 200"),
        pytest.param(lambda: web.Response(text="On it"), Answer(status=200, body="On it"), id="text"),
        pytest.param(lambda: web.json_response(BODY), Answer(status=200, body=BODY), id="JSON"),
        pytest.param(
            lambda: web.Response(text="{", content_type="application/json"),
            Answer(status=200, body="{"),
            id="broken JSON",
        ),
        pytest.param(
            lambda: web.Response(status=500, text="oh"),
            Answer(status=500, body="oh", failure="http_error"),
            id="error",
        ),
        pytest.param(
            lambda: web.Response(status=302, headers={"Location": "/elsewhere"}),
            Answer(status=302, failure="http_error"),
            id="redirect is not followed",
        ),
        pytest.param(
            lambda: web.Response(status=404, headers={"X-Slack-No-Retry": "1"}),
            Answer(status=404, failure="http_error", may_retry=False),
            id="no retry wanted",
        ),
    ],
)
async def test_only_a_200_acknowledges(
    app: App, poster: HttpPoster, reply: Callable[[], web.Response], expected: Answer
) -> None:
    app.reply = reply()

    assert await poster.send(COMMAND) == expected


async def test_an_app_that_does_not_answer_in_time_has_not_acknowledged(app: App) -> None:
    app.reply = None
    url = str(app.server.make_url("/slack/events"))
    poster = HttpPoster(url, signing_secret=SECRET, patience=Patience(Clock(factor=1000.0), wall_s=0.01))

    assert await poster.send(EVENT) == Answer(failure="http_timeout")

    await poster.close()


async def test_an_app_that_is_not_there_has_not_acknowledged() -> None:
    poster = HttpPoster("http://127.0.0.1:1/", signing_secret=SECRET, patience=Patience(Clock()))

    assert await poster.send(EVENT) == Answer(failure="connection_failed")

    await poster.close()
