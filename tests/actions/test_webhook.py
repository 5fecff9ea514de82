"""Webhooks: signed, sent to named hosts alone, done once under the request's id, and looked up."""

import asyncio
import hashlib
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from bot.actions.direct import DirectBackend, Done, Failed, NotStarted, Outcome, Run, Running, backend_for
from bot.actions.webhook import LONGEST_REPLY, ListedHosts, Webhooks, is_close
from bot.clock import Clock
from bot.config import read_settings
from bot.errors import DirectFailed, DirectRefused, DirectUnclear
from knowledge.actions import Webhook
from tests.actions.hook_server import Hooks, cut, hook_server, says

SECRET = "0123456789abcdef0123456789abcdef"
NOW = 1_795_780_800.0


@dataclass
class Waits:
    """How long was waited, by a clock that stands still."""

    s: float = 0.0


class StillClock(Clock):
    waits = Waits()

    async def sleep(self, seconds: float) -> None:
        self.waits.s += seconds


@pytest.fixture
async def hooks() -> AsyncIterator[Hooks]:
    StillClock.waits.s = 0.0
    async with hook_server(SECRET, lambda: NOW) as server:
        yield server


def run_at(place: str, **backend: str) -> Run:
    base = f"http://{place}/runs"
    return Run("r1", "restart", "p_41c0", replace(Webhook(base, f"{base}/{{request}}"), **backend), {"service": "é"})


def webhooks(hooks: Hooks, run: Run, **settings: str) -> DirectBackend:
    usual = {"MENTOR_WEBHOOK_HOSTS": hooks.place, "MENTOR_WEBHOOK_SECRET": SECRET}
    return backend_for(run.backend, read_settings(usual | settings), StillClock(lambda: NOW))


async def started(hooks: Hooks, **settings: str) -> Outcome:
    run = run_at(hooks.place)
    return await webhooks(hooks, run, **settings).start(run)


def hmac_by_hand(secret: bytes, message: bytes) -> str:
    """RFC 2104, as it is written there."""
    key = (hashlib.sha256(secret).digest() if len(secret) > 64 else secret).ljust(64, b"\0")
    inner = hashlib.sha256(bytes(one ^ 0x36 for one in key) + message).digest()
    return hashlib.sha256(bytes(one ^ 0x5C for one in key) + inner).hexdigest()


async def test_it_is_started_with_what_was_asked(hooks: Hooks) -> None:
    outcome = await started(hooks)

    asked = {"request": "r1", "action": "restart", "input": {"service": "é"}, "requested_by": "p_41c0"}
    assert outcome == Done(f"{hooks.place}#r1", "It is up.", "")
    assert (hooks.begun, hooks.calls) == ([asked], ["GET", "POST"])


@pytest.mark.parametrize("secret", [SECRET, "x" * 100], ids=["short", "longer than a block"])
async def test_both_calls_are_signed(hooks: Hooks, secret: str) -> None:
    hooks.secret = secret

    await started(hooks, MENTOR_WEBHOOK_SECRET=secret)

    for headers, body in hooks.requests:
        signed = str(int(NOW)).encode() + b"." + (body or b"r1")
        assert headers["Mentor-Signature"] == f"v1={hmac_by_hand(secret.encode(), signed)}"
        assert (headers["Mentor-Timestamp"], headers["Idempotency-Key"]) == (str(int(NOW)), "r1")


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ({"state": "running"}, Running("{}")),
        ({"state": "done"}, Done("{}", "", "")),
        (
            {"state": "done", "message": "a\nb token=abc12345", "url": "https://x.example.com/1"},
            Done("{}", "a b token=(removed)", "https://x.example.com/1"),
        ),
        ({"state": "done", "message": ["no text"], "url": "javascript:alert(1)"}, Done("{}", "", "")),
        ({"state": "done", "url": "https://a:b@x.example.com/"}, Done("{}", "", "")),
        ({"state": "done", "url": "http://x.example.com/"}, Done("{}", "", "")),
        ({"state": "failed", "message": "No such service."}, Failed("{}", "No such service.")),
        ({"state": "failed"}, Failed("{}", "It failed, and did not say why.")),
    ],
)
async def test_its_answer_is_the_outcome(hooks: Hooks, said: dict[str, object], outcome: Outcome) -> None:
    hooks.answer = said

    assert repr(await started(hooks)) == repr(outcome).replace("{}", f"{hooks.place}#r1")


async def test_what_was_started_is_adopted(hooks: Hooks) -> None:
    outcomes = [await started(hooks) for _ in range(3)]

    assert outcomes == [Done(f"{hooks.place}#r1", "It is up.", "")] * 3
    assert (len(hooks.begun), hooks.calls.count("POST")) == (1, 1)


async def test_what_was_never_started_is_not_found(hooks: Hooks) -> None:
    run = run_at(hooks.place)

    assert await webhooks(hooks, run).look_up(run) == NotStarted()
    assert hooks.begun == []


async def test_a_lost_reply_is_looked_up_after_a_wait(hooks: Hooks) -> None:
    hooks.after["POST"] = cut

    assert await started(hooks) == Done(f"{hooks.place}#r1", "It is up.", "")
    assert (hooks.calls, len(hooks.begun), StillClock.waits.s) == (["GET", "POST", "GET"], 1, 15.0)


@pytest.mark.parametrize("spoil", [cut, says(500), says(200, b"<html>"), says(200, b'{"state": "ok"}')])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_whatever_is_lost_it_is_done_once(hooks: Hooks, spoil: object, when: str) -> None:
    getattr(hooks, when)["POST"] = spoil

    if when == "before":
        with pytest.raises(DirectUnclear):
            await started(hooks)
    assert await started(hooks) == Done(f"{hooks.place}#r1", "It is up.", "")
    assert len(hooks.begun) == 1


@pytest.mark.parametrize("status", [408, 409, 425, 429])
async def test_asked_to_wait_it_is_tried_again(hooks: Hooks, status: int) -> None:
    hooks.before["POST"] = says(status)

    with pytest.raises(DirectFailed, match="asks to wait") as raised:
        await started(hooks)
    assert type(raised.value) is DirectFailed
    assert StillClock.waits.s == 0


@pytest.mark.parametrize(
    ("status", "said"), [(400, "refused"), (401, "signature"), (403, "signature"), (404, "refused"), (422, "refused")]
)
async def test_refused_it_is_not_tried_again(hooks: Hooks, status: int, said: str) -> None:
    hooks.before["POST"] = says(status, b'{"message": "secret"}')

    with pytest.raises(DirectRefused, match=said):
        await started(hooks)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_no_redirect_is_followed(hooks: Hooks, status: int, method: str) -> None:
    async with hook_server(SECRET, lambda: NOW) as other:
        hooks.before[method] = says(status, Location=f"http://{other.place}/runs")

        with pytest.raises(DirectRefused, match="sends elsewhere"):
            await started(hooks)
        assert other.calls == []


async def test_a_wrong_secret_starts_nothing(hooks: Hooks) -> None:
    with pytest.raises(DirectRefused, match="check MENTOR_WEBHOOK_SECRET and its clock"):
        await started(hooks, MENTOR_WEBHOOK_SECRET="f" * 32)
    assert hooks.begun == []


async def test_an_old_signature_is_refused_by_the_page_s_code(hooks: Hooks) -> None:
    hooks.now = lambda: NOW + 301

    with pytest.raises(DirectRefused, match="signature"):
        await started(hooks)


@pytest.mark.parametrize("field", ["url", "lookup"])
async def test_a_host_that_is_not_named_is_never_called(hooks: Hooks, field: str) -> None:
    async with hook_server(SECRET, lambda: NOW) as other:
        run = run_at(hooks.place, **{field: f"http://{other.place}/{{request}}"})

        with pytest.raises(DirectRefused, match=f"{field}: MENTOR_WEBHOOK_HOSTS does not name {other.place}"):
            await webhooks(hooks, run).start(run)
        assert (hooks.calls, other.calls) == ([], [])


class Names(AbstractResolver):
    """Whose DNS says so of every name."""

    def __init__(self, *hosts: str) -> None:
        self.hosts = hosts

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=one, port=port, family=family, proto=0, flags=0) for one in self.hosts
        ]

    async def close(self) -> None: ...


@pytest.mark.parametrize("found", [["127.0.0.1"], ["169.254.169.254"], ["10.0.0.1", "127.0.0.1"]])
async def test_a_named_host_that_comes_to_lead_to_this_machine_is_not_called(hooks: Hooks, found: list[str]) -> None:
    place = f"hooks.example.com:{hooks.port}"
    run = run_at(hooks.place, lookup=f"https://{place}/{{request}}")
    settings = read_settings({"MENTOR_WEBHOOK_HOSTS": f"{hooks.place},{place}", "MENTOR_WEBHOOK_SECRET": SECRET}).direct
    backend = Webhooks(settings, StillClock(lambda: NOW), names=lambda: Names(*found))

    with pytest.raises(DirectRefused, match=r"hooks\.example\.com leads to this machine"):
        await backend.start(run)
    assert hooks.calls == []


async def test_a_host_that_no_client_calls_is_refused(hooks: Hooks) -> None:
    place = f"127.1:{hooks.port}"
    run = run_at(hooks.place, lookup=f"https://{place}/{{request}}")

    with pytest.raises(DirectRefused, match="is no host that can be called"):
        await webhooks(hooks, run, MENTOR_WEBHOOK_HOSTS=f"{hooks.place},{place}").start(run)


async def test_localhost_is_found_where_it_is_named() -> None:
    assert [each["host"] for each in await ListedHosts(ThreadedResolver()).resolve("localhost", 80)] == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("host", "close"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("0.0.0.0", True),
        ("::", True),
        ("169.254.169.254", True),
        ("::ffff:169.254.169.254", True),
        ("::ffff:127.0.0.1", True),
        ("fe80::1%eth0", True),
        ("fd00:ec2::254", True),
        ("100.100.100.200", True),
        ("224.0.0.1", True),
        ("10.1.2.3", False),
        ("192.168.1.1", False),
        ("fd12::1", False),
        ("93.184.216.34", False),
    ],
)
def test_this_machine_and_metadata_are_close(host: str, close: bool) -> None:
    assert is_close(host) is close


async def test_too_long_an_answer_is_not_read(hooks: Hooks) -> None:
    hooks.after["GET"] = says(200, json.dumps({"state": "done", "message": "x" * LONGEST_REPLY}).encode())

    with pytest.raises(DirectUnclear, match=f"more than {LONGEST_REPLY} bytes"):
        await started(hooks)


async def test_neither_netrc_nor_a_proxy_nor_cookies_are_used(
    hooks: Hooks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login maya password hunter2\n")
    (tmp_path / ".netrc").chmod(0o600)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    hooks.after["GET"] = says(404, set_cookie="session=1")

    await started(hooks)

    assert [name for headers, _ in hooks.requests for name in headers if name in ("Authorization", "Cookie")] == []


async def test_an_answer_that_comes_drop_by_drop_is_given_up(hooks: Hooks) -> None:
    async def drops(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while request.transport is not None and not request.transport.is_closing():
            await response.write(b" ")
            await asyncio.sleep(0.05)
        return response

    hooks.before["GET"] = drops
    run = run_at(hooks.place)
    settings = read_settings({"MENTOR_WEBHOOK_HOSTS": hooks.place, "MENTOR_WEBHOOK_SECRET": SECRET})
    impatient = Webhooks(settings.direct, StillClock(lambda: NOW), timeout_s=0.3)

    with pytest.raises(DirectUnclear, match="did not answer"):
        await impatient.start(run)


async def test_a_server_that_is_away_is_unclear_and_tried_again(hooks: Hooks) -> None:
    run = run_at("127.0.0.1:9")

    with pytest.raises(DirectUnclear, match=r"127.0.0.1:9 did not answer"):
        await webhooks(hooks, run, MENTOR_WEBHOOK_HOSTS="127.0.0.1:9").start(run)
