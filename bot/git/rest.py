"""Calls to a Git host's REST API: timed, bounded, to that host alone, and every failure in plain words.

Knows no host's paths. Tries nothing twice: who calls has work that is tried again.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Protocol, TypeAlias
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from bot.errors import GitBusy, GitFailed

TIMEOUT_S = 10.0  # under a work's lease of 60 s, with several calls in one
MAX_REPLY_BYTES = 8 * 1024 * 1024  # a folder of 50,000 files
MAX_REASON_CHARACTERS = 300
LONGEST_WAIT_S = 3600.0
USUAL_WAIT_S = 60.0  # when a host asks to wait and does not say how long


Query: TypeAlias = Mapping[str, str] | Sequence[tuple[str, str]]  # pairs where a name comes twice


class Credentials(Protocol):
    """Who we are to the host."""

    async def headers(self) -> Mapping[str, str]:
        """What goes with each call."""


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: Any  # as JSON gives it; None when there is none


@dataclass(frozen=True)
class Rest:
    """`name` is what people call the host, `url` where its API begins, `setting` what holds our credentials.

    `proxy` is the address of the one to go by; "" for none.
    """

    name: str
    url: str
    setting: str
    timeout_s: float = field(default=TIMEOUT_S)
    proxy: str = field(default="", repr=False)  # may hold a password

    async def call(
        self,
        method: str,
        path: str,
        credentials: Credentials,
        *,
        query: Query | None = None,
        body: Mapping[str, Any] | None = None,
        expected: Collection[int] = (),
    ) -> Reply:
        """The reply, when its status is 2xx or one that is expected. `path` begins with / and is quoted.

        Raises GitBusy when the host asks to wait, else GitFailed.
        """
        url = URL(self.url + path + (f"?{urlencode(query)}" if query else ""), encoded=True)
        headers = dict(await credentials.headers())
        try:
            reply = await self._exchange(method, url, headers, body)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise GitFailed(f"{self.name} did not answer ({type(error).__name__}); it is tried again.") from None
        if 200 <= reply.status < 300 or (reply.status in expected and not _wait_s(reply)):
            return reply
        raise self._failure(reply, headers)

    async def _exchange(
        self, method: str, url: URL, headers: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> Reply:
        timeout, jar = aiohttp.ClientTimeout(total=self.timeout_s), aiohttp.DummyCookieJar()
        async with (  # the proxy is given: what aiohttp finds in the environment comes with passwords of ~/.netrc
            aiohttp.ClientSession(timeout=timeout, cookie_jar=jar, proxy=self.proxy or None) as session,
            session.request(method, url, headers=headers, json=body, allow_redirects=False) as response,
        ):
            raw = bytearray()
            async for chunk in response.content.iter_chunked(65536):
                raw += chunk
                if len(raw) > MAX_REPLY_BYTES:
                    raise GitFailed(f"{self.name} sent more than {MAX_REPLY_BYTES} bytes; it is not read.")
            return Reply(response.status, response.headers, self._read(bytes(raw), response.status))

    def _read(self, raw: bytes, status: int) -> Any:
        try:
            return json.loads(raw) if raw else None
        except (ValueError, RecursionError):
            if status >= 300:
                return None  # a proxy's page; the status says enough
            raise GitFailed(f"{self.name} sent no JSON; check the API's address.") from None

    def _failure(self, reply: Reply, headers: Mapping[str, str]) -> GitFailed:
        if wait_s := _wait_s(reply):
            return GitBusy(f"{self.name} asks to wait {wait_s:g} s.", wait_s)
        said = _reason(reply.body, headers)
        match reply.status:
            case status if 300 <= status < 400:
                return GitFailed(f"{self.name} sends elsewhere; write the repository's present address.")
            case 401:
                return GitFailed(f"{self.name} does not know us; check {self.setting}.")
            case 403:
                return GitFailed(f"{self.name} does not let us do this; check what {self.setting} may do{said}.")
            case 404:
                return GitFailed(f"{self.name} has no such thing, or {self.setting} may not see it{said}.")
            case status if status >= 500:
                return GitFailed(f"{self.name} has trouble ({status}); it is tried again.")
            case status:
                return GitFailed(f"{self.name} refused ({status}){said}.")


def said_in(body: Any) -> str:
    """The words of a refusal, wherever the host put them; "" when there are none."""
    match body:
        case str():
            return body
        case list():
            return "; ".join(filter(None, map(said_in, body)))
        case dict() if "message" in body or "error" in body or "errors" in body:
            return "; ".join(filter(None, (said_in(body.get(key)) for key in ("message", "error", "errors"))))
        case dict():
            return "; ".join(filter(None, map(said_in, body.values())))
    return ""


def _reason(body: Any, headers: Mapping[str, str]) -> str:
    """Not our text, so only printable, short and without our credentials."""
    text = " ".join("".join(one if one.isprintable() else " " for one in said_in(body)).split())
    for value in headers.values():
        for secret in (value, value.rpartition(" ")[2]):
            text = text.replace(secret, "***") if len(secret) > 8 else text
    text = text if len(text) <= MAX_REASON_CHARACTERS else text[: MAX_REASON_CHARACTERS - 1] + "…"
    return f": {text.rstrip('.')}" if text else ""


def _wait_s(reply: Reply) -> float:
    """For how long the host asks us to stay away; 0 when it does not."""
    after = reply.headers.get("Retry-After", "")
    is_used_up = reply.status == 403 and (after or reply.headers.get("X-RateLimit-Remaining") == "0")
    if reply.status != 429 and not is_used_up:
        return 0.0
    wait_s = float(after) if after.isdecimal() else _until_reset_s(reply.headers)
    return min(max(wait_s, 1.0), LONGEST_WAIT_S)


def _until_reset_s(headers: Mapping[str, str]) -> float:
    """From the host's own clock to its own reset."""
    reset = headers.get("X-RateLimit-Reset") or headers.get("RateLimit-Reset") or ""
    try:
        return float(reset) - parsedate_to_datetime(headers["Date"]).timestamp()
    except (KeyError, ValueError, OverflowError):
        return USUAL_WAIT_S
