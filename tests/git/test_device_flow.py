"""Whose account it is, proven at the host: each answer a host gives, and what never leaves."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiohttp.test_utils import TestServer

from bot.clock import Clock
from bot.errors import GitFailed
from bot.git.device_flow import GITHUB, GITLAB, DeviceFlow, Pending, Proven, Refused
from bot.git.rest import Rest
from tests.git.device_server import CLIENT_ID, DEVICE_CODE, TOKEN, DeviceServer
from tests.git.serving import Fault


@pytest.fixture(params=["github", "gitlab"])
async def server(request: pytest.FixtureRequest) -> AsyncIterator[DeviceServer]:
    server = DeviceServer(request.param)
    async with TestServer(server.application()) as running:
        server.url = str(running.make_url("")).rstrip("/")
        yield server


def flow(server: DeviceServer, *, client_id: str = CLIENT_ID) -> DeviceFlow:
    name, kind, path = ("GitHub", GITHUB, "") if server.kind == "github" else ("GitLab", GITLAB, "/api/v4")
    setting = f"{name.upper()}_CLIENT_ID"
    web, api = (Rest(name, server.url + end, setting, timeout_s=5) for end in ("", path))
    return DeviceFlow(kind, web, api, client_id, Clock(lambda: server.now_s))


async def test_person_is_shown_a_code_and_the_hosts_own_page(server: DeviceServer) -> None:
    code = await flow(server).start()

    assert (code.user_code, code.interval_s) == ("WDJB-MJHT", 5)
    assert code.verification_uri in (f"{server.url}/login/device", f"{server.url}/oauth/device")
    assert code.expires_at == datetime.fromtimestamp(1900, UTC)
    assert DEVICE_CODE not in repr(code) + str(code)


async def test_no_more_is_asked_for_than_who_somebody_is(server: DeviceServer) -> None:
    await flow(server).start()

    scope = {} if server.kind == "github" else {"scope": "read_user"}
    assert server.asked == [{"client_id": CLIENT_ID} | scope]


async def test_who_entered_the_code_is_who_the_host_says(server: DeviceServer) -> None:
    asked = flow(server)
    code = await asked.start()
    waiting = await asked.poll(code)
    server.said, server.now_s = "", server.now_s + 5

    proven = await asked.poll(code)

    sign = "+" if server.kind == "github" else "-"
    assert waiting == Pending(5)
    assert proven == Proven("127.0.0.1", "Maya-L", "Maya Lind", f"4711{sign}Maya-L@users.noreply.127.0.0.1")
    assert sum(call.endswith("/user") for call in server.faults.calls) == 1


async def test_account_without_a_name_goes_by_its_own(server: DeviceServer) -> None:
    server.user["name"], server.said = None, ""
    asked = flow(server)

    proven = await asked.poll(await asked.start())

    assert isinstance(proven, Proven)
    assert proven.name == "Maya-L"


async def test_host_that_is_asked_too_often_is_asked_more_slowly(server: DeviceServer) -> None:
    asked = flow(server)
    code = await asked.start()
    await asked.poll(code)

    assert await asked.poll(code) == Pending(10)
    server.now_s += 1
    assert await asked.poll(replace(code, interval_s=10)) == Pending(15)


@pytest.mark.parametrize(
    ("said", "reason"),
    [("access_denied", "refused at 127.0.0.1, so nothing is linked"), ("expired_token", "Ask for a new one")],
)
async def test_person_who_said_no_or_came_late_is_told(server: DeviceServer, said: str, reason: str) -> None:
    server.said = said
    asked = flow(server)

    refused = await asked.poll(await asked.start())

    assert isinstance(refused, Refused)
    assert reason in refused.reason


async def test_code_that_has_expired_by_our_clock_is_not_asked_about(server: DeviceServer) -> None:
    asked = flow(server)
    code = await asked.start()
    server.now_s += 900

    assert await asked.poll(code) == Refused("The code has expired. Ask for a new one.")
    assert len(server.asked) == 1


@pytest.mark.parametrize("path", ["token", "/user"])
@pytest.mark.parametrize("is_done", [False, True], ids=["before it", "after it"])
async def test_lost_reply_ends_with_a_proof_or_with_a_new_code(server: DeviceServer, path: str, is_done: bool) -> None:
    server.said = ""
    server.faults.waiting.append(Fault("GET" if path == "/user" else "POST", path, is_done=is_done, is_the_end=True))
    asked = flow(server)
    code = await asked.start()
    with pytest.raises(GitFailed, match="did not answer") as failed:
        await asked.poll(code)
    server.now_s, server.faults.is_down = server.now_s + 5, False

    outcome = await asked.poll(code)

    is_unused = path == "token" and not is_done
    assert isinstance(outcome, Proven if is_unused else Refused)
    assert TOKEN not in str(failed.value)


async def test_app_without_the_device_flow_is_said_to_the_operator(server: DeviceServer) -> None:
    server.is_enabled = False

    with pytest.raises(GitFailed, match=r"lets nobody prove .*; check GIT(HUB|LAB)_CLIENT_ID, and that the device"):
        await flow(server).start()


async def test_app_that_the_host_does_not_know_is_said_to_the_operator(server: DeviceServer) -> None:
    code = await flow(server).start()

    with pytest.raises(GitFailed, match=r"by our app \(404\); check GIT(HUB|LAB)_CLIENT_ID"):
        await flow(server, client_id="Iv1.other").start()
    with pytest.raises(GitFailed, match=r"\(in(correct_client_credentials|valid_client)\); check"):
        await flow(server, client_id="Iv1.other").poll(code)


@pytest.mark.parametrize(
    "page",
    ["https://evil.example/login/device", "http://127.0.0.1:1/login/device", "javascript:alert(1)", "{}@evil.example/",
     "{}.evil.example/device"],
)  # fmt: skip
async def test_people_are_sent_to_no_other_page(server: DeviceServer, page: str) -> None:
    server.page = page.format(server.url)

    with pytest.raises(GitFailed, match=r"sends people to a page that is not on 127\.0\.0\.1"):
        await flow(server).start()


@pytest.mark.parametrize("code", ["", "<!channel>", "a b", "x" * 21, "ÄÖ", "A\nB", "----"])
async def test_code_that_cannot_be_shown_is_refused(server: DeviceServer, code: str) -> None:
    server.user_code = code

    with pytest.raises(GitFailed, match="no code that can be shown"):
        await flow(server).start()


async def test_account_in_a_form_that_no_host_has_is_refused(server: DeviceServer) -> None:
    server.said, server.user = "", server.user | {"login": "a/b", "username": "a/b"}
    asked = flow(server)

    with pytest.raises(GitFailed, match="in a form that it does not document") as failed:
        await asked.poll(await asked.start())

    assert "canary" not in str(failed.value)
