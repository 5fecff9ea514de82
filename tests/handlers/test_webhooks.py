"""Argo CD and Flux are heard by what proves that it is they; whatever else comes is refused, and nothing breaks."""

import asyncio
import hashlib
import hmac
import json
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from multidict import CIMultiDict
from sqlalchemy import func, select
from structlog.testing import capture_logs

from bot.actions.controllers import ControllerService
from bot.actions.reports import Report
from bot.app import running
from bot.config import HookSettings, Secret, read_settings
from bot.demo.playing import settings_for
from bot.errors import SettingsInvalid
from bot.storage.engine import Database
from bot.storage.schema import controller_reports
from handlers import webhooks
from tests.actions.said import applied, argocd, at, finished, release, told
from tests.curation.desk import new_desk
from tests.handlers.by_http import free_port
from tests.journeys.office import new_sandbox
from tests.work.desk import Hands

TOKEN, KEY = "t" * 32, "k" * 40
ARGOCD, FLUX, USE = "/hooks/argocd", "/hooks/flux", "/hooks/use"
Headers = Mapping[str, str] | CIMultiDict[str]


@dataclass
class Door:
    """The two addresses, and what came through."""

    client: "TestClient[web.Request, web.Application]"
    taken: list[Report] = field(default_factory=list)

    async def post(self, path: str, body: bytes, headers: Headers) -> int:
        async with self.client.post(path, data=BytesIO(body), headers=headers) as response:
            await response.read()
            return response.status

    async def argocd(self, body: Any, *, token: str = TOKEN) -> int:
        return await self.post(ARGOCD, encoded(body), bearer(token))

    async def flux(self, body: Any, *, key: str = KEY) -> int:
        return await self.post(FLUX, encoded(body), signed(encoded(body), key))


def encoded(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def signed(body: bytes, key: str = KEY) -> dict[str, str]:
    return {"X-Signature": f"sha256={hmac.new(key.encode(), body, hashlib.sha256).hexdigest()}"}


@asynccontextmanager
async def door(
    take: webhooks.Take | None = None, *, token: str = TOKEN, key: str = KEY, within_s: float = 5.0
) -> AsyncIterator[Door]:
    taken: list[Report] = []

    async def keep(report: Report) -> bool:
        taken.append(report)
        return True

    application = web.Application()
    webhooks.add_routes(
        application, take or keep, argocd_token=Secret(token), flux_hmac_key=Secret(key), within_s=within_s
    )
    runner = TestServer(application, auto_decompress=False)
    async with TestClient(runner) as client:
        yield Door(client, taken)


@pytest.fixture
async def open_door() -> AsyncIterator[Door]:
    async with door() as opened:
        yield opened


async def test_what_is_proven_is_taken(open_door: Door) -> None:
    assert (await open_door.argocd(argocd("live")), await open_door.flux(finished())) == (200, 200)
    assert [each.object for each in open_door.taken] == ["shop", "Kustomization/flux-system/shop"]


@pytest.mark.parametrize(("path", "token", "key"), [(ARGOCD, "", KEY), (FLUX, TOKEN, "")])
async def test_an_address_without_its_key_is_not_there(path: str, token: str, key: str) -> None:
    async with door(token=token, key=key) as opened:
        body = encoded(argocd("live"))
        for headers in ({}, bearer(""), signed(body, "")):
            assert await opened.post(path, body, headers) == 404


BODY = encoded(argocd("live"))
EVENT = encoded(finished())


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": TOKEN},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Bearer {TOKEN[:-1]}"},
        {"Authorization": f"Bearer  {TOKEN}"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": f"Bearer {KEY}"},
        {"Authorization": f"Bearer {TOKEN[:-1]}ţ"},
        {"X-Authorization": f"Bearer {TOKEN}"},
        CIMultiDict([("Authorization", f"Bearer {TOKEN}"), ("Authorization", f"Bearer {TOKEN}")]),
        signed(BODY),
        signed(BODY, TOKEN),
    ],
)
async def test_without_the_token_alone_nothing_is_taken(open_door: Door, headers: Headers) -> None:
    assert await open_door.post(ARGOCD, BODY, headers) == 401
    assert open_door.taken == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Signature": ""},
        {"X-Signature": signed(EVENT)["X-Signature"].removeprefix("sha256=")},
        {"X-Signature": signed(EVENT)["X-Signature"].upper()},
        {"X-Signature": signed(EVENT)["X-Signature"] + "0"},
        {"X-Signature": signed(EVENT)["X-Signature"].replace("sha256", "sha1")},
        {"X-Signature": f"sha512={hmac.new(KEY.encode(), EVENT, hashlib.sha512).hexdigest()}"},
        {"X-Signature": f"sha256={hashlib.sha256(EVENT).hexdigest()}"},
        {"X-Signature": "sha256=" + "é" * 64},
        signed(EVENT, TOKEN),
        signed(EVENT, KEY[:-1]),
        signed(EVENT + b" "),
        signed(b""),
        CIMultiDict([*signed(EVENT).items(), *signed(EVENT).items()]),
        bearer(KEY),
    ],
)
async def test_without_the_bodys_signature_alone_nothing_is_taken(open_door: Door, headers: Headers) -> None:
    assert await open_door.post(FLUX, EVENT, headers) == 401
    assert open_door.taken == []


PROOF = f"Bearer {TOKEN}".encode()


@pytest.mark.parametrize(
    "lines",
    [
        [b"Authorization: Bearer \xff\xfe"],
        [b"Authorization: " + PROOF + b"\xf0"],
        [b"Authorization: Bearer x", b"authorization: " + PROOF],
        [b"authorization: " + PROOF, b"Authorization: Bearer x"],
        [b"Authorization: " + PROOF, b"AUTHORIZATION: " + PROOF],
        [b"Authorization: " + PROOF + b", " + PROOF],
    ],
    ids=["bytes", "bytes behind", "first wrong", "second wrong", "both right", "joined"],
)
async def test_headers_as_no_client_writes_them_are_refused(open_door: Door, lines: list[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", open_door.client.port)
    head = [f"POST {ARGOCD} HTTP/1.1".encode(), b"Host: x", f"Content-Length: {len(BODY)}".encode(), *lines]

    writer.write(b"\r\n".join(head) + b"\r\n\r\n" + BODY)
    status = (await reader.readline()).split()[1]
    writer.close()

    assert status in (b"400", b"401")
    assert open_door.taken == []


@pytest.mark.parametrize("is_right", [True, False])
@pytest.mark.parametrize("path", [ARGOCD, FLUX])
async def test_proofs_are_compared_in_constant_time(
    open_door: Door, monkeypatch: pytest.MonkeyPatch, path: str, is_right: bool
) -> None:
    compared: list[tuple[bytes, bytes]] = []
    real = hmac.compare_digest

    def watched(given: bytes, expected: bytes) -> bool:
        compared.append((given, expected))
        return real(given, expected)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    headers = {**bearer(TOKEN), **signed(EVENT)} if is_right else {**bearer("x"), **signed(EVENT, "x")}

    status = await open_door.post(path, EVENT if path == FLUX else BODY, headers)

    assert (status, len(compared)) == (200 if is_right else 401, 1)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"live"',
        b"7",
        b"\xff\xfe",
        '{"event": "live"}'.encode("utf-16"),
        b"[" * 100_000,
        b'{"event":' * 20_000,
        b'{"event": ' + b"9" * 10_000 + b"}",
        b"event=live&application=shop",
        b"\x1f\x8b\x08\x00",
    ],
    ids=["empty", "cut", "list", "null", "text", "number", "bytes", "utf-16", "deep", "deeper", "long", "form", "gzip"],
)
async def test_what_is_no_object_is_malformed(open_door: Door, body: bytes) -> None:
    assert (await open_door.argocd(body), await open_door.flux(body)) == (400, 400)


async def test_why_it_is_malformed_is_said_to_the_sender(open_door: Door) -> None:
    async with open_door.client.post(ARGOCD, data=encoded(argocd("sync")), headers=bearer(TOKEN)) as response:
        assert (response.status, (await response.text()).partition(":")[0]) == (400, "event")


async def test_what_is_too_large_is_refused_before_it_is_read_whole(open_door: Door) -> None:
    assert await open_door.argocd(b" " * (webhooks.LARGEST + 1)) == 413
    assert await open_door.flux(b" " * (webhooks.LARGEST + 1)) == 413
    assert await open_door.argocd(BODY + b" " * (webhooks.LARGEST - len(BODY))) == 200


async def test_a_body_that_comes_in_pieces_is_read_whole_and_bounded(open_door: Door) -> None:
    async def pieces(times: int) -> AsyncIterator[bytes]:
        yield EVENT
        for _ in range(times):
            yield b" " * 1_000

    for times, status in ((0, 200), (300, 413)):
        headers = signed(EVENT)
        async with open_door.client.post(FLUX, data=pieces(times), headers=headers) as response:
            assert response.status == status


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_only_a_post_is_heard(open_door: Door, method: str) -> None:
    async with open_door.client.request(method, ARGOCD, headers=bearer(TOKEN)) as response:
        assert response.status == 405


async def _away(_report: Report) -> bool:
    raise ConnectionError("postgresql://mentor:secret@db/mentor")


async def _never(_report: Report) -> bool:
    await asyncio.Event().wait()
    return True


@pytest.mark.parametrize("take", [_away, _never], ids=["refuses", "hangs"])
async def test_a_database_that_is_away_makes_the_sender_try_again(take: webhooks.Take) -> None:
    async with door(take, within_s=0.05) as opened:
        assert (await opened.argocd(argocd("live")), await opened.flux(finished())) == (503, 503)


async def test_nothing_of_what_was_sent_gets_into_a_log() -> None:
    body = argocd("sync-failed", message="hush-hush", application="hush-app")
    with capture_logs() as logs:
        async with door(_away) as opened:
            await opened.argocd(body)
            await opened.argocd({**body, "event": "hush-event"})
            await opened.argocd(body, token="hush-token")
            await opened.flux({**finished(), "severity": "hush-severity"})

    told_of = [each["event"] for each in logs]
    assert told_of == ["hook.not_taken_down", "hook.malformed", "hook.refused", "hook.malformed"]
    assert "hush" not in str(logs)
    assert TOKEN not in str(logs)


# On real databases.


@pytest.fixture
def hands() -> Hands:
    return Hands()


async def test_what_is_answered_200_is_in_the_database_once_however_often_it_comes(
    database: Database, hands: Hands
) -> None:
    take = ControllerService(new_desk(database, hands)).take_report
    async with door(take) as opened:
        statuses = [await opened.argocd(argocd("live")) for _ in range(3)] + [await opened.flux(finished())]

    async with database.read() as tx:
        found = await tx.scalar(select(func.count()).select_from(controller_reports))
    assert (statuses, found) == ([200] * 4, 2)


@pytest.mark.parametrize("hours", [-25, 25])
async def test_an_old_report_is_refused(database: Database, hands: Hands, hours: int) -> None:
    take = ControllerService(new_desk(database, hands)).take_report
    async with door(take) as opened:
        assert await opened.argocd(argocd("live", at=at(hours=hours))) == 400
        assert await opened.flux(finished(timestamp=at(hours=hours))) == 400


async def test_where_the_table_is_gone_the_sender_tries_again(empty_database: Database, hands: Hands) -> None:
    take = ControllerService(new_desk(empty_database, hands)).take_report
    async with door(take) as opened:
        assert await opened.argocd(argocd("live")) == 503


def _mutated(chance: random.Random, body: bytes) -> bytes:
    """Bytes changed, cut, doubled or put in; or values put in the place of others."""
    ways: list[Callable[[], bytes]] = [
        lambda: body[: chance.randrange(len(body))],
        lambda: body + body[chance.randrange(len(body)) :],
        lambda: _with(body, chance.randrange(len(body)), bytes([chance.randrange(256)])),
        lambda: _with(body, chance.randrange(len(body)), chance.choice([b"\\ud800", b"\\u0000", b"\xf0\x9f", b"\r\n"])),
        lambda: json.dumps(_swapped(chance, json.loads(body))).encode(),
        lambda: json.dumps(_swapped(chance, _swapped(chance, json.loads(body)))).encode(),
    ]
    return chance.choice(ways)()


def _with(body: bytes, place: int, piece: bytes) -> bytes:
    return body[:place] + piece + body[place + 1 :]


ODD: list[Any] = [
    None,
    True,
    0,
    1e308,
    "",
    "\ud800",
    "\x00",
    "x" * 3_000,
    [],
    {},
    [[]],
    {"a": {}},
    "<!channel>",
    "2026-11-24",
    -1,
]


def _swapped(chance: random.Random, value: Any) -> Any:
    """A copy in which something is of another type."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        name = chance.choice(sorted(value))
        return {**value, name: _swapped(chance, value[name])}
    return chance.choice(ODD)


async def test_of_2000_mutated_bodies_none_breaks_it(database: Database, hands: Hands) -> None:
    chance = random.Random(20261124)
    take = ControllerService(new_desk(database, hands)).take_report
    whole = [argocd("live"), argocd("self-healed", resources=[{"kind": "Pod", "name": "a"}]), finished(), applied()]
    whole.append(release("DriftDetected", "Pod/a/b changed", severity="error"))
    counted: dict[int, int] = {}
    async with door(take) as opened:
        for _ in range(2_000):
            body = chance.choice(whole)
            send = opened.argocd if "event" in body else opened.flux
            status = await send(_mutated(chance, encoded(body)))
            counted[status] = counted.get(status, 0) + 1

    assert set(counted) == {200, 400}
    assert min(counted.values()) > 100


# In the bot.


async def test_the_bot_listens_where_it_has_a_key(tmp_path: Path) -> None:
    async with new_sandbox() as sandbox:
        settings = replace(
            settings_for(sandbox, tmp_path),
            http_port=free_port(),
            hooks=HookSettings(argocd_token=Secret(TOKEN), use_hmac_key=Secret(KEY)),
        )
        async with running(settings) as mentor, aiohttp.ClientSession() as session:
            base = f"http://127.0.0.1:{settings.http_port}"
            body = encoded(argocd("live", at=told(mentor.clock.now())))
            at = told(mentor.clock.now())
            use = encoded({"id": "d1", "capability": "object-storage", "team": "payments", "at": at})
            told_to = (
                (ARGOCD, body, bearer(TOKEN), 200),
                (FLUX, body, signed(body), 404),
                (USE, use, signed(use), 200),
            )
            for path, sent, headers, status in told_to:
                async with session.post(base + path, data=sent, headers=headers) as response:
                    assert response.status == status


@pytest.mark.parametrize("name", ["MENTOR_ARGOCD_TOKEN", "MENTOR_FLUX_HMAC_KEY", "MENTOR_USE_HMAC_KEY"])
def test_a_key_that_could_be_guessed_is_no_setting(name: str) -> None:
    with pytest.raises(SettingsInvalid) as raised:
        read_settings({name: "x" * 31})

    assert f"{name}: is shorter than 32 characters; make one with: openssl rand -hex 32" in str(raised.value)
    assert "x" * 31 not in str(raised.value)


@pytest.mark.parametrize("name", ["MENTOR_ARGOCD_TOKEN", "MENTOR_FLUX_HMAC_KEY", "MENTOR_USE_HMAC_KEY"])
def test_a_key_is_not_shown(name: str) -> None:
    hooks = read_settings({name: TOKEN}).hooks

    assert TOKEN in {hooks.argocd_token.value, hooks.flux_hmac_key.value, hooks.use_hmac_key.value}
    assert TOKEN not in repr(hooks)
