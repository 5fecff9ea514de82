"""The same over signed HTTP: what Slack signed is taken, and what anybody else sends runs nothing."""

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import aiohttp
import pytest
from sqlalchemy import func, select

from bot.config import Secret, Settings
from bot.storage.schema import events, work
from sandbox import Sandbox
from sandbox.http_mode import HttpPoster, signature
from tests.journeys.handbook import LOGS_QUOTED, LOGS_TOLD, QUESTION
from tests.journeys.office import Office, at_work, words

COMMAND = (
    b"command=%2Fplatform&text=help&user_id=U0PRIYA&channel_id=C0RANDOM&trigger_id=1.2.3"
    b"&response_url=http%3A%2F%2F127.0.0.1%3A9%2F"
)


@dataclass(frozen=True)
class Line:
    """The bot's request URL, and Slack's side of it."""

    url: str
    poster: HttpPoster


@pytest.fixture
def line(sandbox: Sandbox, unused_tcp_port: int) -> Line:
    url = f"http://127.0.0.1:{unused_tcp_port}/slack/events"
    return Line(url, sandbox.use_http(url))


@pytest.fixture
async def office(sandbox: Sandbox, settings: Settings, unused_tcp_port: int, line: Line) -> AsyncIterator[Office]:
    """The bot at work over HTTP: no app token, a signing secret and a port."""
    by_http = replace(
        settings,
        slack_app_token=Secret(""),
        slack_signing_secret=Secret(sandbox.signing_secret),
        http_port=unused_tcp_port,
    )
    async with at_work(sandbox, by_http) as office:
        yield office


async def taken_down(office: Office) -> int:
    """How many rows anything left behind; the people of the handbook's team are known from the start."""
    async with office.mentor.database.read() as tx:
        return sum([await tx.scalar(select(func.count()).select_from(table)) or 0 for table in (events, work)])


async def test_slacks_first_request_is_answered_with_its_challenge(office: Office, line: Line) -> None:
    assert await line.poster.verify()


async def test_a_question_a_press_and_a_command_are_answered(office: Office) -> None:
    asked = office.person("priya").say("ask-platform", QUESTION)
    answer = await office.answer_to(asked)
    pressed = await office.person("priya").press(answer, "That solved it")
    commanded = await office.person("jonas").command("/platform", QUESTION, "random")
    shown = await office.whisper_to("jonas", "random")
    await office.quiet()

    assert office.thread(asked) == [("priya", QUESTION), LOGS_TOLD]
    assert words(answer)[-1] == "✓ Solved, says the person who asked."
    assert words(shown)[0] == LOGS_QUOTED
    assert (pressed.status, commanded.status) == (200, 200)


def signed(sandbox: Sandbox, *, body: bytes = COMMAND, secret: str = "", timestamp: str = "") -> dict[str, str]:
    """The headers of a request that Slack signed just now, or that somebody signed otherwise."""
    stamp = timestamp or str(int(time.time()))
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature(secret or sandbox.signing_secret, stamp, body),
    }


async def post(line: Line, headers: dict[str, str], body: bytes = COMMAND) -> int:
    async with aiohttp.ClientSession() as session, session.post(line.url, data=body, headers=headers) as reply:
        return reply.status


async def test_a_signed_request_runs(office: Office, line: Line) -> None:
    """The proof that the requests below fail for their signature alone."""
    assert await post(line, signed(office.sandbox)) == 200
    assert await taken_down(office) > 0


@pytest.mark.parametrize(
    "case",
    ["another secret", "another body", "long ago", "from the future", "no number", "not ascii", "none at all"],
)
async def test_what_slack_did_not_sign_just_now_is_refused_and_runs_nothing(
    office: Office, line: Line, case: str
) -> None:
    sandbox = office.sandbox
    headers = {
        "another secret": signed(sandbox, secret="0" * 32),
        "another body": signed(sandbox, body=COMMAND + b"x"),
        "long ago": signed(sandbox, timestamp=str(int(time.time()) - 3600)),
        "from the future": signed(sandbox, timestamp=str(int(time.time()) + 3600)),
        "no number": signed(sandbox) | {"X-Slack-Request-Timestamp": "soon"},
        "not ascii": signed(sandbox) | {"X-Slack-Signature": "v0=" + "é" * 64},
        "none at all": {"Content-Type": "application/x-www-form-urlencoded"},
    }[case]

    status = await post(line, headers)
    await office.quiet()

    assert status == 401
    assert await taken_down(office) == 0
    assert office.sandbox.ledger.effects == []


async def test_an_event_sent_again_is_answered_once(office: Office, line: Line) -> None:
    office.sandbox.faults.drop_ack = 1.0  # Slack never hears that it was taken, and sends it four times
    asked = office.person("priya").say("ask-platform", QUESTION)
    await office.answer_to(asked)
    office.sandbox.clock.set_factor(600)
    await office.quiet()

    assert office.thread(asked) == [("priya", QUESTION), LOGS_TOLD]
    # Slack tries again at once, and what it signed in the same second is refused as a replay.
    assert office.sandbox.faults.fired["drop_ack"] >= 2


async def test_what_is_signed_but_makes_no_sense_is_refused_without_harm(office: Office, line: Line) -> None:
    body = json.dumps({"type": "event_callback", "event_id": "Ev1", "event": {"type": "message"}}).encode()
    headers = signed(office.sandbox, body=body) | {"Content-Type": "application/json"}

    assert await post(line, headers, body) == 400
    assert await taken_down(office) == 0


async def test_in_socket_mode_there_is_no_address_to_send_to(
    sandbox: Sandbox, settings: Settings, unused_tcp_port: int
) -> None:
    async with at_work(sandbox, replace(settings, http_port=unused_tcp_port)) as office:
        here = Line(f"http://127.0.0.1:{unused_tcp_port}/slack/events", sandbox.use_http("http://127.0.0.1:9/"))

        assert await post(here, signed(sandbox)) == 404
        assert await taken_down(office) == 0
