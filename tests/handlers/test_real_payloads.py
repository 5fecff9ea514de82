"""Whatever Slack has sent to others, and whatever nobody should send, is taken or refused: never a 500, never a raise.

The real samples stand beside the project and are not part of it; without them our own are sent alone.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import cycle
from typing import Any

import pytest
import structlog

from bot.errors import SlackError
from tests.goals.counting import Tally
from tests.handlers import every_id, payloads
from tests.handlers.by_http import FORM_TYPE, JSON_TYPE, BotByHttp
from tests.real_data import REAL_DATA

pytestmark = pytest.mark.asyncio(loop_scope="module")

REAL = REAL_DATA / "payloads"
KINDS = ("events", "events-shape", "interactive", "interactive-shape", "socket-mode")
# Shortened by their authors: without a channel, and without the changed message's ts.
HOLLOW = {"message.6.json", "message.message_changed.2.json"}
MUTATED, CI_MUTATED, AT_ONCE = 50_000, 200, 20  # on each of the two databases


def _real(kind: str, bot: BotByHttp) -> list[tuple[str, Any]]:
    """Each sample by name; its addresses to answer to point to this machine."""
    elsewhere = "https://hooks.slack.com"
    return [
        (path.name, json.loads(path.read_text().replace(elsewhere, bot.sandbox.url)))
        for path in sorted((REAL / kind).glob("*.json"))
    ]


def _not_accepted(answers: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Those that were neither taken (2xx) nor refused (4xx)."""
    return [(name, status) for name, status in answers if not (200 <= status < 300 or 400 <= status < 500)]


@pytest.mark.real_data
@pytest.mark.parametrize("kind", KINDS)
async def test_each_real_payload_is_taken_or_refused_by_http(bot: BotByHttp, kind: str) -> None:
    real = _real(kind, bot)

    answers = [(name, await bot.send(payload)) for name, payload in real]

    assert len(answers) >= 3
    assert _not_accepted(answers) == []
    assert bot.uncaught == []


@pytest.mark.real_data
@pytest.mark.parametrize("kind", KINDS)
async def test_each_real_payload_is_taken_or_refused_in_socket_mode(bot: BotByHttp, kind: str) -> None:
    real = _real(kind, bot)

    answers = [(name, await bot.dispatch(payload.get("payload", payload))) for name, payload in real]

    assert len(answers) >= 3
    assert _not_accepted(answers) == []
    assert bot.uncaught == []


@pytest.mark.real_data
async def test_real_payloads_are_not_merely_refused(bot: BotByHttp) -> None:
    """Else the two tests above would pass on a bot that takes nothing."""
    said = [each for each in _real("events", bot) if each[0].startswith("message.") and each[0] not in HOLLOW]

    refused = [name for name, payload in said if await bot.send(payload | {"event_id": f"Ev{name[:50]}"}) != 200]

    assert len(said) > 20
    assert refused == []


async def test_a_payload_of_each_kind_we_use_is_taken(bot: BotByHttp) -> None:
    fresh = [
        payloads.anew(payload, 900_000 + number, bot_user_id=bot.sandbox.workspace.bot_user_id)
        for number, payload in enumerate(payloads.WHOLE)
    ]

    assert [await bot.send(payload) for payload in fresh] == [200] * len(fresh)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", JSON_TYPE),
        (b"", FORM_TYPE),
        (b"{", JSON_TYPE),
        (b"null", JSON_TYPE),
        (b"[]", JSON_TYPE),
        (b'["a=b"]', JSON_TYPE),
        (b'"payload=1"', JSON_TYPE),
        (b"a=b", JSON_TYPE),
        (b"{}", JSON_TYPE),
        (b'{"type": null}', JSON_TYPE),
        (b'{"type": "event_callback"}', JSON_TYPE),
        (b'{"type": "event_callback", "event": null}', JSON_TYPE),
        (b'{"type": "event_callback", "event": []}', JSON_TYPE),
        (b'{"type": "event_callback", "event": {"type": []}}', JSON_TYPE),
        (b'{"authorizations": [1]}', JSON_TYPE),
        (b'{"team": ["id"]}', JSON_TYPE),
        (b"payload=", FORM_TYPE),
        (b"payload", FORM_TYPE),
        (b"payload=null", FORM_TYPE),
        (b"payload=[]", FORM_TYPE),
        (b"payload={}&payload=[]", FORM_TYPE),
        (b"payload=%7B%22type%22%3A%22block_actions%22%7D", FORM_TYPE),
        (b"command=%2Fplatform", FORM_TYPE),
        (b"command=%2Fplatform&text=%00", FORM_TYPE),
        (b"command=%2Fplatform&text=%ff%fe", FORM_TYPE),
        (b"&" * 100_000, FORM_TYPE),
        (b"\xff\xfe\xfd", JSON_TYPE),
        (b"\x00", JSON_TYPE),
        (payloads.nested(100_000), JSON_TYPE),
        (payloads.huge(), JSON_TYPE),
    ],
    ids=lambda value: repr(value[:50]) if isinstance(value, bytes) else value.rpartition("/")[2],
)
async def test_a_malformed_body_is_refused(bot: BotByHttp, body: bytes, content_type: str) -> None:
    status = await bot.post(body, bot.headers(body, content_type))

    assert 400 <= status < 500
    assert bot.uncaught == []


async def test_an_empty_challenge_is_no_error(bot: BotByHttp) -> None:
    assert await bot.send({"type": "url_verification", "challenge": "here"}) == 200


@pytest.mark.parametrize(
    "event",
    [
        payloads.message(channel=None),
        payloads.message(channel=["C0ASKPLAT"]),
        payloads.message(ts="now"),
        payloads.message(ts="99999999999999.000001"),
        payloads.message(ts="1795514000.000100\x00"),
        payloads.message(ts="٣.٣"),
        payloads.message(subtype=["message_changed"]),
        payloads.message(subtype={"a": "b"}),
        payloads.message(user={"id": "U0PRIYA"}),
        payloads.message(user="U0\x00"),
        payloads.message(user="U" * 60),
        payloads.message(thread_ts="x" * 100),
        payloads.message(thread_ts="1795513000.000100\x00"),
        payloads.changed(ts=None),
        payloads.message(edited={"ts": "\x00"}),
        payloads.deleted(deleted_ts=5),
        {"type": "message"},
    ],
    ids=str,
)
async def test_an_event_with_a_value_of_no_form_of_slacks_is_refused(bot: BotByHttp, event: payloads.Json) -> None:
    before = await bot.rows()

    status = await bot.send(payloads.callback(event, event_id="EvBroken"))

    assert status == 400
    assert await bot.rows() == before


@pytest.mark.parametrize(
    "text", ["\x00", "how\x00 do I?", "\ud83d half a face", "\U0001f600", "x" * 100_000, None, 5, {}]
)
async def test_a_message_with_any_text_is_taken_down(bot: BotByHttp, text: object) -> None:
    number = 800_000 + len(repr(text))
    event = payloads.message(text=text, ts=f"1795514500.{number}")

    assert await bot.send(payloads.callback(event, event_id=f"EvText{number}")) == 200
    assert bot.uncaught == []


@dataclass
class Failures:
    """What the log says of listeners that failed, and of work that failed over something else than Slack.

    `late` were stopped after their two seconds, as when somebody's erasing holds the database: that is a 500 by design.
    """

    found: list[str] = field(default_factory=list)
    late: int = 0

    def watch(self, _logger: object, _method: str, line: MutableMapping[str, Any]) -> str:
        error, of_work = line.get("exc_info"), line["event"] == "work.failed"
        if line["event"] == "listener.failed" and isinstance(error, TimeoutError):
            self.late += 1
        elif line["event"] == "listener.failed" or (of_work and not isinstance(error, SlackError)):
            self.found.append(f"{line['event']} {line.get('kind', line.get('type'))}: {error!r}")
        raise structlog.DropEvent


@pytest.fixture
def failures() -> Iterator[Failures]:
    failures = Failures()
    structlog.configure(processors=[failures.watch])
    yield failures
    structlog.reset_defaults()


def _one(number: int, chance: random.Random, bot: BotByHttp) -> payloads.Json:
    """Most of them broken; some whole, by an id that says little to whoever gets it."""
    known = payloads.WHOLE if chance.random() < 0.9 else _real_ones()
    whole = chance.choice(known) if chance.random() < 0.6 else every_id.some(chance)
    fresh = payloads.anew(whole, number, bot_user_id=bot.sandbox.workspace.bot_user_id)
    return payloads.mutated(fresh, chance) if chance.random() < 0.9 else fresh


@cache
def _real_ones() -> tuple[payloads.Json, ...]:
    """Where the real ones are, those; answered to at an address where nobody is."""
    files = [path for kind in ("events", "interactive") for path in sorted((REAL / kind).glob("*.json"))]
    nowhere = [path.read_text().replace("https://hooks.slack.com", "http://127.0.0.1:9") for path in files]
    return tuple(json.loads(text) for text in nowhere) or payloads.WHOLE


@pytest.mark.parametrize("count", [CI_MUTATED, pytest.param(MUTATED, marks=[pytest.mark.chaos, pytest.mark.goal(g=2)])])
async def test_broken_payloads_raise_nothing(
    bot: BotByHttp, count: int, seed: int, tally: Tally, failures: Failures
) -> None:
    chance = random.Random(f"{seed} {bot.mentor.database.is_sqlite}")
    got: Counter[int] = Counter()

    for start in range(0, count, AT_ONCE):
        broken = [_one(start + number, chance, bot) for number in range(AT_ONCE)]
        ways = zip(broken, cycle((bot.send, bot.dispatch)), strict=False)
        statuses = await asyncio.gather(*(way(payload) for payload, way in ways))
        named = [(json.dumps(payload), status) for payload, status in zip(broken, statuses, strict=True)]
        assert failures.found == []
        assert len(_not_accepted(named)) <= failures.late, _not_accepted(named)
        got.update(statuses)
        tally(payloads=AT_ONCE)

    assert bot.uncaught == []
    assert got[500] <= failures.late <= count / 1_000
    assert got[200] > count / 7


def _signature(value: str) -> dict[str, str]:
    return {"X-Slack-Signature": value}


def _timestamp(value: str) -> dict[str, str]:
    return {"X-Slack-Request-Timestamp": value}


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(_signature("v0=" + "0" * 64), id="forged"),
        pytest.param(_signature("v1=" + "0" * 64), id="of another version"),
        pytest.param(_signature(""), id="empty"),
        pytest.param(_signature("v0="), id="cut off"),
        pytest.param(_signature("v0=" + "é" * 64), id="not ASCII"),
        pytest.param(_signature("v0=" + "0" * 1_000), id="long"),
        pytest.param(_timestamp("now"), id="a time in words"),
        pytest.param(_timestamp("1e9"), id="a time as a float"),
        pytest.param(_timestamp("-1"), id="a time before the first"),
        pytest.param(_timestamp("9" * 40), id="an absurd time"),
        pytest.param(_timestamp("٣"), id="a time in other digits"),
        pytest.param(_timestamp("1000000000"), id="another time than was signed"),
    ],
)
async def test_a_request_with_an_odd_signature_runs_no_listener(bot: BotByHttp, headers: dict[str, str]) -> None:
    body = json.dumps(payloads.callback(payloads.message(), event_id="EvForged")).encode()
    before = await bot.rows()

    status = await bot.post(body, bot.headers(body) | headers)

    assert status == 401
    assert await bot.rows() == before


@pytest.mark.parametrize("timestamp", ["1000000000", "99999999999"], ids=["long past", "far ahead"])
async def test_a_well_signed_request_of_another_time_runs_no_listener(bot: BotByHttp, timestamp: str) -> None:
    body = json.dumps(payloads.callback(payloads.message(), event_id="EvExpired")).encode()
    before = await bot.rows()

    status = await bot.post(body, bot.headers(body, timestamp=timestamp))

    assert status == 401
    assert await bot.rows() == before


@pytest.mark.parametrize("missing", ["X-Slack-Signature", "X-Slack-Request-Timestamp"])
async def test_a_request_without_its_signature_runs_no_listener(bot: BotByHttp, missing: str) -> None:
    body = json.dumps(payloads.callback(payloads.message(), event_id="EvUnsigned")).encode()
    headers = {name: value for name, value in bot.headers(body).items() if name != missing}
    before = await bot.rows()

    assert await bot.post(body, headers) == 401
    assert await bot.rows() == before


async def test_a_body_changed_on_its_way_runs_no_listener(bot: BotByHttp) -> None:
    body = json.dumps(payloads.callback(payloads.message(), event_id="EvChanged")).encode()
    before = await bot.rows()

    assert await bot.post(body + b" ", bot.headers(body)) == 401
    assert await bot.rows() == before
