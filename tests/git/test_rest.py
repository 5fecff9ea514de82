"""One call to a Git host: what goes wrong, in plain words, and what never leaves."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.config import Secret
from bot.errors import GitBusy, GitFailed
from bot.git.github import Token
from bot.git.rest import MAX_REPLY_BYTES, Reply, Rest

SECRET, PASSWORD = "canary-0123456789", "canary-9876543210"


async def called(reply: Callable[[], web.StreamResponse], *, timeout_s: float = 5) -> Reply:
    async def handler(_: web.Request) -> web.StreamResponse:
        return reply()

    async with serving(handler) as url:
        return await Rest("GitHub", url, "GITHUB_TOKEN", timeout_s).call("GET", "/x", Token(Secret(SECRET)))


@asynccontextmanager
async def serving(handler: Callable[[web.Request], object]) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/x", handler)  # type: ignore[arg-type]
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


def said(status: int, body: object, headers: Mapping[str, str] | None = None) -> Callable[[], web.Response]:
    return lambda: web.json_response(body, status=status, headers=headers)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (said(401, {"message": "Bad credentials"}), "GitHub does not know us; check GITHUB_TOKEN."),
        (said(403, {"message": "Not accessible."}),
         "GitHub does not let us do this; check what GITHUB_TOKEN may do: Not accessible."),
        (said(404, {"message": "Not Found"}), "GitHub has no such thing, or GITHUB_TOKEN may not see it: Not Found."),
        (said(422, {"message": "Validation Failed", "errors": [{"field": "head", "message": "bad"}, {"code": "x"}]}),
         "GitHub refused (422): Validation Failed; bad; x."),
        (said(400, {"message": {"base": ["no\nsuch\x1b branch"]}}), "GitHub refused (400): no such branch."),
        (said(400, ["a", {"error": "b"}]), "GitHub refused (400): a; b."),
        (said(502, "<html>"), "GitHub has trouble (502); it is tried again."),
        (said(301, {}, {"Location": "http://127.0.0.1:9/"}),
         "GitHub sends elsewhere; write the repository's present address."),
        (lambda: web.Response(text="<html>"), "GitHub sent no JSON; check the API's address."),
        (lambda: web.Response(text="[" * 200_000), "GitHub sent no JSON; check the API's address."),
        (lambda: web.Response(status=418, text="<html>"), "GitHub refused (418)."),
        (lambda: web.Response(body=b"x" * (MAX_REPLY_BYTES + 1)),
         f"GitHub sent more than {MAX_REPLY_BYTES} bytes; it is not read."),
        (said(422, {"message": f"who is {SECRET}"}), "GitHub refused (422): who is ***."),
        (said(422, {"message": "x" * 1000}), f"GitHub refused (422): {'x' * 299}…."),
    ],
    ids=["401", "403", "404", "422", "400 nested", "list", "502", "moved", "no JSON", "deep", "page", "large", "secret",
         "long"],
)  # fmt: skip
async def test_failure_is_said_plainly(reply: Callable[[], web.StreamResponse], reason: str) -> None:
    with pytest.raises(GitFailed) as failed:
        await called(reply)

    assert str(failed.value) == reason


@pytest.mark.parametrize(
    ("status", "headers", "wait_s"),
    [
        (429, {"Retry-After": "30"}, 30),
        (429, {}, 60),
        (429, {"Retry-After": "999999"}, 3600),
        (429, {"Retry-After": "Fri, 27 Nov 2026 10:00:00 GMT"}, 60),
        (403, {"Retry-After": "5"}, 5),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795773690",
               "Date": "Fri, 27 Nov 2026 10:00:00 GMT"}, 90),
        (429, {"RateLimit-Reset": "1795773500", "Date": "Fri, 27 Nov 2026 10:00:00 GMT"}, 1),
    ],
    ids=["said", "not said", "too long", "as a date", "secondary limit", "used up", "over by now"],
)  # fmt: skip
async def test_host_that_asks_to_wait_is_busy(status: int, headers: dict[str, str], wait_s: float) -> None:
    with pytest.raises(GitBusy) as busy:
        await called(said(status, {}, headers))

    assert busy.value.retry_after_s == wait_s


async def test_redirect_takes_no_credentials_elsewhere() -> None:
    seen: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization", ""))
        return web.json_response({})

    async with serving(elsewhere) as other:
        with pytest.raises(GitFailed, match="sends elsewhere"):
            await called(said(307, {}, {"Location": f"{other}/x"}))

    assert seen == []


async def test_host_that_never_answers_is_given_up() -> None:
    gone = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the other side goes
        writer.close()
        await writer.wait_closed()
        gone.set()

    async with await asyncio.start_server(silent, "127.0.0.1") as server:
        host, port = server.sockets[0].getsockname()
        with pytest.raises(GitFailed, match=r"GitHub did not answer \(\w*Timeout\w*\)"):
            await Rest("GitHub", f"http://{host}:{port}", "GITHUB_TOKEN", 0.1).call("GET", "/x", Token(Secret(SECRET)))
        await gone.wait()


async def test_host_that_is_not_there_is_said() -> None:
    with pytest.raises(GitFailed, match=r"GitHub did not answer \(ClientConnectorError\)"):
        await Rest("GitHub", "http://127.0.0.1:9", "GITHUB_TOKEN", 5).call("GET", "/x", Token(Secret(SECRET)))


async def test_proxy_is_asked_to_lead_to_the_host_and_learns_its_own_password_alone() -> None:
    asked: list[bytes] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    proxy = await asyncio.start_server(refuse, "127.0.0.1", 0)
    host, port = proxy.sockets[0].getsockname()
    rest = Rest("GitHub", "https://ghe.example.com", "GITHUB_TOKEN", 5, proxy=f"http://me:{PASSWORD}@{host}:{port}")
    async with proxy:
        with pytest.raises(GitFailed, match=r"^GitHub did not answer \(ClientHttpProxyError\); it is tried again\.$"):
            await rest.call("GET", "/x", Token(Secret(SECRET)))

    (head,) = asked
    assert head.startswith(b"CONNECT ghe.example.com:443 ")
    assert b"Proxy-Authorization: Basic " + b64encode(f"me:{PASSWORD}".encode()) in head
    assert SECRET.encode() not in head
    assert PASSWORD not in repr(rest)
