"""Runs at a server of the operator's choice: a signed POST that starts, a signed GET that tells the outcome.

The form is published in docs/webhooks.md. Against being led elsewhere: the operator names each host, nothing is
redirected, no proxy and no password comes from the environment, and a name that leads to this machine or to a
machine's own metadata is not followed.
"""

import hashlib
import hmac
import ipaddress
import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from bot.actions.allowed import address, why_refused
from bot.actions.direct import UNCLEAR_S, Done, Failed, NotStarted, Outcome, Run, Running, as_text, told
from bot.clock import Clock
from bot.config import HERE, DirectSettings, Secret
from bot.errors import DirectFailed, DirectRefused, DirectUnclear
from knowledge.actions import Webhook

TIMEOUT_S = 10.0  # of each call; a start makes three at most, and one wait between them
LONGEST_REPLY = 64 * 1024  # bytes
LONGEST_URL = 2_000  # characters
BUSY = {408, 409, 425, 429}
METADATA = {
    ipaddress.ip_address("fd00:ec2::254"),
    ipaddress.ip_address("100.100.100.200"),
}  # of clouds; the rest is local


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes


class ListedHosts(AbstractResolver):
    """Finds the addresses of a host that the operator named. Private networks are fine, this machine is not: a name
    must not come to mean what only this machine can reach.
    """

    def __init__(self, names: AbstractResolver) -> None:
        self._names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._names.resolve(host, port, family)
        if host not in HERE and any(is_close(each["host"]) for each in found):
            raise DirectRefused(f"{host} leads to this machine or to a cloud's metadata; that is not called.")
        return found

    async def close(self) -> None:
        await self._names.close()


def is_close(host: str) -> bool:
    """Whether the address is of this machine, of its link, of a cloud's metadata, or of nobody in particular."""
    found = ipaddress.ip_address(host.partition("%")[0])
    plain = getattr(found, "ipv4_mapped", None) or found
    return plain.is_loopback or plain.is_link_local or plain.is_multicast or plain.is_unspecified or plain in METADATA


@dataclass(frozen=True)
class Webhooks:
    settings: DirectSettings
    clock: Clock
    timeout_s: float = TIMEOUT_S
    names: Callable[[], AbstractResolver] = ThreadedResolver

    async def start(self, run: Run) -> Outcome:
        outcome = await self.look_up(run)
        if not isinstance(outcome, NotStarted):
            return outcome
        try:
            return _outcome(run, await self._posted(run))
        except DirectUnclear:
            await self.clock.sleep(UNCLEAR_S)
            try:
                outcome = await self.look_up(run)
            except DirectRefused as refused:  # of the look: the run may have begun all the same
                raise DirectUnclear(str(refused)) from refused
            if isinstance(outcome, NotStarted):
                raise
            return outcome

    async def look_up(self, run: Run) -> Outcome:
        _check(run, self.settings)
        url = _webhook(run).lookup.replace("{request}", run.request_id)
        reply = await self._exchange("GET", url, run, body=None)
        return NotStarted() if reply.status == 404 else _outcome(run, reply)

    async def _posted(self, run: Run) -> Reply:
        _check(run, self.settings)
        told_there = {
            "request": run.request_id,
            "action": run.action,
            "input": run.input,
            "requested_by": run.requester,
        }
        return await self._exchange("POST", _webhook(run).url, run, body=as_text(told_there).encode())

    async def _exchange(self, method: str, url: str, run: Run, *, body: bytes | None) -> Reply:
        headers = self._headers(run, body)
        connector = aiohttp.TCPConnector(resolver=ListedHosts(self.names()), use_dns_cache=False)
        timeout, jar = aiohttp.ClientTimeout(total=self.timeout_s), aiohttp.DummyCookieJar()
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, cookie_jar=jar, connector=connector) as session,
                session.request(
                    method, URL(url, encoded=True), data=body, headers=headers, allow_redirects=False
                ) as response,
            ):
                return Reply(response.status, await _read(response))
        except aiohttp.InvalidURL:
            raise DirectRefused(f"{address(url)} is no host that can be called; mend the entry's address.") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise DirectUnclear(f"{address(url)} did not answer ({type(error).__name__}); it is looked up.") from None

    def _headers(self, run: Run, body: bytes | None) -> Mapping[str, str]:
        timestamp = str(int(self.clock.now().timestamp()))
        signed = run.request_id.encode() if body is None else body
        headers = {
            "Accept": "application/json",
            "Idempotency-Key": run.request_id,
            "Mentor-Timestamp": timestamp,
            "Mentor-Signature": signature(self.settings.webhook_secret, timestamp, signed),
        }
        return headers if body is None else headers | {"Content-Type": "application/json"}


def signature(secret: Secret, timestamp: str, signed: bytes) -> str:
    """Of a POST's body; of a GET, which has none, the request's id is signed in its place."""
    return "v1=" + hmac.new(secret.value.encode(), timestamp.encode() + b"." + signed, hashlib.sha256).hexdigest()


def _webhook(run: Run) -> Webhook:
    assert isinstance(run.backend, Webhook)
    return run.backend


def _check(run: Run, settings: DirectSettings) -> None:
    if why := why_refused(_webhook(run), settings):
        raise DirectRefused(why)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    raw = bytearray()
    async for chunk in response.content.iter_chunked(16384):
        raw += chunk
        if len(raw) > LONGEST_REPLY:
            raise DirectUnclear(f"The webhook sent more than {LONGEST_REPLY} bytes; it is not read.")
    return bytes(raw)


def _outcome(run: Run, reply: Reply) -> Outcome:
    host = address(_webhook(run).url)
    match reply.status:
        case status if 200 <= status < 300:
            return _read_outcome(run, reply.body)
        case status if 300 <= status < 400:
            raise DirectRefused(f"{host} sends elsewhere; write the present address into the entry.")
        case 401 | 403:
            raise DirectRefused(f"{host} does not take our signature; check MENTOR_WEBHOOK_SECRET and its clock.")
        case status if status in BUSY:
            raise DirectFailed(f"{host} asks to wait ({status}); it is tried again.")
        case status if status >= 500:
            raise DirectUnclear(f"{host} has trouble ({status}); it is looked up.")
        case status:
            raise DirectRefused(f"{host} refused ({status}).")


def _read_outcome(run: Run, raw: bytes) -> Outcome:
    said = _read_json(raw)
    execution = f"{address(_webhook(run).url)}#{run.request_id}"
    message = told(said["message"]) if isinstance(said.get("message"), str) else ""
    match said.get("state"):
        case "running":
            return Running(execution)
        case "done":
            return Done(execution, message, _link(said.get("url")))
        case "failed":
            return Failed(execution, message or "It failed, and did not say why.")
    raise DirectUnclear('The webhook\'s answer has no "state" of running, done or failed; see docs/webhooks.md.')


def _read_json(raw: bytes) -> dict[str, Any]:
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise DirectUnclear("The webhook's answer is no JSON object; see docs/webhooks.md.")
    return said


def _link(url: Any) -> str:
    """A page that people may be shown; "" for anything else."""
    is_page = isinstance(url, str) and url.startswith("https://") and len(url) <= LONGEST_URL and address(url)
    return str(url) if is_page else ""
