"""Whatever was not signed by Slack just now, or was taken before, gets 401 or 400 and reaches no listener.

Each kind is one way to send what Slack did not, by seeded chance; what Slack signed and nobody can read comes too.
"""

import asyncio
import gzip
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from multidict import CIMultiDict
from slack_bolt.response import BoltResponse

from sandbox.http_mode import signature
from tests.goals.counting import Tally
from tests.handlers import payloads
from tests.handlers.by_http import FORM_TYPE, JSON_TYPE, BotByHttp, encoded
from tests.real_data import REAL_DATA

pytestmark = pytest.mark.asyncio(loop_scope="module")

AT_ONCE, CAPTURED = 20, 40
FORGED, CI_FORGED, KEPT, CI_KEPT = 20_000, 2_700, 1_000, 30
LATER_S = (1, 240, 360, 86_400)
STAMP, SIGNED = "X-Slack-Request-Timestamp", "X-Slack-Signature"
Headers = CIMultiDict[str]


@dataclass(frozen=True)
class Captured:
    """A request on its way: what somebody who listens on the wire holds in hand."""

    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Attempt:
    body: bytes
    headers: Headers


@dataclass
class Door:
    """The bot, what it took before, and how often anything has got as far as the listeners since."""

    bot: BotByHttp
    passed: list[str]
    taken: Sequence[Captured] = ()


@pytest.fixture(scope="module")
def module_database_url() -> str:
    """SQLite alone: nothing here gets as far as the database, but the look for a replay."""
    return ""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(bot: BotByHttp) -> AsyncIterator[Door]:
    door = Door(bot, [])

    async def count(next: Callable[[], Any], body: dict[str, Any]) -> BoltResponse | None:  # noqa: A002
        """Bolt runs it after its own checks, and before any listener."""
        door.passed.append(str(body)[:200])
        answer: BoltResponse | None = await next()
        return answer

    bot.mentor.bolt.use(count)
    yield door


def request_of(payload: Any, bot: BotByHttp) -> Captured:
    """Signed just now."""
    body, content_type = encoded(payload)
    return Captured(body, bot.headers(body, content_type))


# Each takes a request of Slack's that is still under way, or (replayed) was taken, and gives what is sent in its place.


def forged(asked: Captured, chance: random.Random, _door: Door) -> Attempt:
    """No secret, or another one."""
    other = signature(chance.randbytes(16).hex(), asked.headers[STAMP], asked.body)
    guessed = chance.choice([other, "v0=" + chance.randbytes(32).hex(), "v0=" + "0" * 64])
    return Attempt(asked.body, Headers(asked.headers | {SIGNED: guessed}))


def truncated(asked: Captured, chance: random.Random, _door: Door) -> Attempt:
    """The end is missing, of the body or of the signature."""
    if chance.random() < 0.5:
        return Attempt(asked.body[: chance.randrange(len(asked.body))], Headers(asked.headers))
    short = asked.headers[SIGNED][: chance.randrange(67)]
    return Attempt(asked.body, Headers(asked.headers | {SIGNED: short}))


def tampered(asked: Captured, chance: random.Random, _door: Door) -> Attempt:
    """A byte is another one, or there is one more."""
    at, byte = chance.randrange(len(asked.body)), chance.randrange(1, 256)
    changed = bytes([asked.body[at] ^ byte])
    kept = asked.body[at + 1 :] if chance.random() < 0.5 else asked.body[at:]
    return Attempt(asked.body[:at] + changed + kept, Headers(asked.headers))


def re_encoded(asked: Captured, chance: random.Random, _door: Door) -> Attempt:
    """It says the same in other bytes."""
    text = asked.body.decode()
    ways = [
        text.encode("utf-16"),
        text.encode("utf-8-sig"),
        f" {text}".encode(),
        f"{text}\r\n".encode(),
        quote(text).encode(),
        gzip.compress(asked.body),
    ]
    if text.startswith("{"):
        ways += [json.dumps(json.loads(text), indent=1).encode(), json.dumps(json.loads(text), sort_keys=True).encode()]
        ways += [f"payload={quote(text)}".encode()]
    else:
        ways += [text.replace("%2F", "%2f").encode(), text.replace("+", "%20").encode(), f"&{text}".encode()]
    changed = [way for way in ways if way != asked.body]
    return Attempt(chance.choice(changed), Headers(asked.headers))


def header_mangled(asked: Captured, chance: random.Random, _door: Door) -> Attempt:
    """The signature or its time is no more what it was."""
    stamp, signed = asked.headers[STAMP], asked.headers[SIGNED]
    others = {name: value for name, value in asked.headers.items() if name not in (STAMP, SIGNED)}
    stamps = [f"{stamp}.0", f"+{stamp}", f"0{stamp}", f"-{stamp}", str(int(stamp) + chance.choice((-1, 1)))]
    stamps += ["", "now", "9" * 40, "9" * 5_000, "1e9", "٣" * 10, "²" * 10, "0x10", "NaN", f"{stamp} {stamp}"]
    signatures = [signed.upper(), signed.replace("v0", "v1"), signed[3:], f"{signed}0", f'"{signed}"', "v0=" + "é" * 64]
    signatures += ["", "v0=", "v0", signed.replace("=", ":"), "v0=" + "0" * 5_000, signed[:-1] + "g"]
    ways: list[list[tuple[str, str]]] = [[(STAMP, each), (SIGNED, signed)] for each in stamps]
    ways += [[(STAMP, stamp), (SIGNED, each)] for each in signatures]
    ways += [[(STAMP, stamp)], [(SIGNED, signed)], [], [(STAMP, signed), (SIGNED, stamp)]]
    ways += [[(STAMP, stamp), (SIGNED, "v0=" + "0" * 64), (SIGNED, signed)]]
    ways += [[(STAMP, "1"), (STAMP, stamp), (SIGNED, signed)]]
    return Attempt(asked.body, Headers([*others.items(), *chance.choice(ways)]))


def out_of_time(asked: Captured, chance: random.Random, door: Door) -> Attempt:
    """Well signed, but not now."""
    away_s = chance.choice((-1, 1)) * chance.choice((310, 3_600, 86_400, 10**8))
    stamp = str(max(0, int(time.time()) + away_s))
    right = {STAMP: stamp, SIGNED: signature(door.bot.sandbox.signing_secret, stamp, asked.body)}
    return Attempt(asked.body, Headers(asked.headers | right))


def replayed(_asked: Captured, chance: random.Random, door: Door) -> Attempt:
    """Well signed just now, and taken before; what is not signed may be any other."""
    taken = chance.choice(door.taken)
    ways: list[dict[str, str]] = [
        {},
        {"X-Slack-Retry-Num": str(chance.randrange(1, 4)), "X-Slack-Retry-Reason": "http_timeout"},
        {"Content-Type": chance.choice((JSON_TYPE, FORM_TYPE, "text/plain", "", "a/b; charset=utf-16"))},
        {"User-Agent": chance.randbytes(8).hex(), "X-Forwarded-For": "127.0.0.1"},
        {"X-Slack-No-Verify": "1", "Cookie": "a=b"},
        {"Content-Encoding": chance.choice(("gzip", "deflate", "identity", "unheard-of"))},
    ]
    return Attempt(taken.body, Headers(taken.headers | chance.choice(ways)))


def unsigned_check(asked: Captured, chance: random.Random, _door: Door) -> Attempt:
    """Bolt answers these without a look at the signature."""
    body, kind = chance.choice(
        [
            (b"ssl_check=1&token=fixed", FORM_TYPE),
            (b"ssl_check=1&" + asked.body, FORM_TYPE),
            (b'{"ssl_check": "1", "type": "event_callback"}', JSON_TYPE),
            (b'{"type": "url_verification", "challenge": "c"}', JSON_TYPE),
        ]
    )
    guessed = {SIGNED: "v0=" + chance.randbytes(32).hex(), "Content-Type": kind}
    return Attempt(body, Headers(asked.headers | guessed))


def malformed(asked: Captured, chance: random.Random, door: Door) -> Attempt:
    """Signed by Slack just now, and nothing that Slack would send."""
    text = asked.body.decode()
    cut = text[: chance.randrange(1, len(text))] if text.startswith("{") else f"payload=%7B{chance.random()}"
    salt = str(chance.random())
    bodies: list[tuple[bytes, str]] = [
        (cut.encode(), chance.choice((JSON_TYPE, FORM_TYPE)) if not cut.startswith("{") else JSON_TYPE),
        (b'{"' + chance.randbytes(chance.randrange(1, 200)), chance.choice((JSON_TYPE, FORM_TYPE))),
        (f'["{salt}"]'.encode(), JSON_TYPE),
        (f'"{salt}"'.encode(), JSON_TYPE),
        (salt.encode(), JSON_TYPE),
        (f"payload=[{salt}]".encode(), FORM_TYPE),
        (f"payload={salt}".encode(), FORM_TYPE),
        (f"payload={salt}&payload=null".encode(), FORM_TYPE),
        (b"&a=" * 200 + salt.encode(), FORM_TYPE),
        (f"\x00{salt}".encode(), JSON_TYPE),
        (payloads.nested(chance.randrange(2_000, 100_000)), JSON_TYPE),
        (f'{{"type": "event_callback", "event_id": "{salt}", "event": [{salt}]}}'.encode(), JSON_TYPE),
    ]
    body, kind = chance.choice(bodies)
    return Attempt(body, Headers(door.bot.headers(body, kind)))


WAYS = (
    forged,
    truncated,
    tampered,
    re_encoded,
    header_mangled,
    out_of_time,
    replayed,
    unsigned_check,
    malformed,
)


async def sent(attempt: Attempt, bot: BotByHttp) -> int:
    url = bot.url("/slack/events")
    async with bot.session.post(url, data=BytesIO(attempt.body), headers=attempt.headers) as response:
        await response.read()
        return response.status


async def besiege(door: Door, whole: Sequence[Any], count: int, *, seed: int = 1) -> Counter[tuple[str, int]]:
    """How often each kind got which status; none got any further. `whole` are payloads to begin with."""
    bot, chance = door.bot, random.Random(seed)
    numbers = iter(range(count + CAPTURED))

    def one() -> Captured:
        payload = payloads.anew(chance.choice(whole), next(numbers), bot_user_id=bot.sandbox.workspace.bot_user_id)
        return request_of(payload, bot)

    door.taken = [each for each in (one() for _ in range(CAPTURED)) if await bot.post(each.body, each.headers) == 200]
    assert len(door.taken) > CAPTURED / 4
    door.passed.clear()
    await bot.mentor.timetable.tick()  # what is due today is written down now and not meanwhile,
    await bot.idle()  # with what comes of it
    rows = await bot.rows()
    got: Counter[tuple[str, int]] = Counter()
    for start in range(0, count, AT_ONCE):
        ways = [WAYS[at % len(WAYS)] for at in range(start, min(count, start + AT_ONCE))]
        statuses = await asyncio.gather(*(sent(way(one(), chance, door), bot) for way in ways))
        got.update((way.__name__, status) for way, status in zip(ways, statuses, strict=True))
    assert (door.passed, await bot.rows() - rows, bot.uncaught) == ([], 0, [])
    return got


def check_all_were_refused(got: Counter[tuple[str, int]], count: int) -> None:
    assert sum(got.values()) == count
    assert {status for _, status in got} == {400, 401}
    assert {kind for kind, status in got if status == 401} == {each.__name__ for each in WAYS if each is not malformed}


@pytest.mark.parametrize("count", [CI_FORGED, pytest.param(FORGED, marks=[pytest.mark.chaos, pytest.mark.goal(g=3)])])
async def test_what_slack_did_not_sign_just_now_passes_in_no_disguise(
    door: Door, count: int, seed: int, tally: Tally
) -> None:
    """Each of the nine ways as often."""
    got = await besiege(door, payloads.WHOLE, count, seed=seed)

    check_all_were_refused(got, count)
    tally(requests=count)


@pytest.mark.parametrize("count", [CI_KEPT, pytest.param(KEPT, marks=[pytest.mark.chaos, pytest.mark.goal(g=3)])])
async def test_what_somebody_kept_is_refused_now_and_later(
    door: Door, monkeypatch: pytest.MonkeyPatch, count: int, seed: int, tally: Tally
) -> None:
    """A second later by its signature, six minutes later by its time, a day later though the signature is forgotten."""
    bot, chance, passed_s = door.bot, random.Random(seed), 0
    kept = (await taken_by(bot, [chance.choice(payloads.WHOLE) for _ in range(2 * count)], seed=seed))[:count]
    assert len(kept) == count

    for later_s in LATER_S:
        bot.sandbox.clock.advance(later_s - passed_s)
        passed_s = later_s
        monkeypatch.setattr("slack_sdk.signature.time", lambda later_s=later_s: time.time() + later_s)
        await bot.mentor.timetable.tick()
        await bot.idle()
        rows = await bot.rows()
        door.passed.clear()
        statuses = Counter[int]()
        for start in range(0, count, AT_ONCE):
            again = [Attempt(each.body, Headers(each.headers)) for each in kept[start : start + AT_ONCE]]
            statuses.update(await asyncio.gather(*(sent(each, bot) for each in again)))
        assert (statuses, door.passed, await bot.rows()) == ({401: count}, [], rows)
        tally(requests=count, replayed=count)


async def taken_by(bot: BotByHttp, whole: Sequence[Any], *, seed: int) -> list[Captured]:
    """What was kept of those that the bot took, with nothing left to do."""
    bot_user_id = bot.sandbox.workspace.bot_user_id
    fresh = [payloads.anew(each, 10**6 * seed + at, bot_user_id=bot_user_id) for at, each in enumerate(whole)]
    asked = [request_of(each, bot) for each in fresh]
    taken: list[Captured] = []
    for start in range(0, len(asked), AT_ONCE):
        batch = asked[start : start + AT_ONCE]
        statuses = await asyncio.gather(*(bot.post(each.body, each.headers) for each in batch))
        taken += [each for each, status in zip(batch, statuses, strict=True) if status == 200]
    await bot.idle()
    return taken


@pytest.mark.real_data
async def test_real_payloads_that_somebody_else_sends_pass_neither(door: Door) -> None:
    folder = REAL_DATA / "payloads"
    real = [
        json.loads(path.read_text()) for kind in ("events", "interactive") for path in (folder / kind).glob("*.json")
    ]

    got = await besiege(door, real, 2_000)

    check_all_were_refused(got, 2_000)
