"""Hears Argo CD, Flux, and whoever tells that a team used something, at `/hooks/argocd`, `/hooks/flux`, `/hooks/use`.

What is proven to be theirs is kept, then answered. A route without its key is not there. Nothing of what was sent gets
into a log. What each says is read by `bot.actions.reports` and `bot.adoption.use_events`; how to set them up is in
`docs/controllers.md` and `docs/adoption.md`.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import web
from multidict import CIMultiDictProxy

from bot.actions.reports import Report, read_argocd, read_flux
from bot.adoption.use_events import UseEvent, read_use
from bot.config import Secret
from bot.model import Json, Malformed

log = structlog.get_logger(__name__)

LARGEST = 256 * 1024  # bytes; the longest message Flux sends is 39,000 characters
BODY_S, STORE_S = 10.0, 5.0  # the senders wait longer, and try again after a 503
AUTHORIZATION, SIGNATURE = "Authorization", "X-Signature"
OLD = "the time it names is more than a day from our clock; check both clocks"
AWAY = "not saved: the database does not answer; send it again"

Headers = CIMultiDictProxy[str]
Proof = Callable[[Secret, Headers, bytes], bool]
Read = Callable[[Json], Any | Malformed]
Take = Callable[[Report], Awaitable[bool]]
TakeUse = Callable[[UseEvent], Awaitable[str]]
Keep = Callable[[Any], Awaitable[str]]  # why it is not taken; "" when it is


def add_routes(
    app: web.Application, take: Take, *, argocd_token: Secret, flux_hmac_key: Secret, within_s: float = STORE_S
) -> None:
    """`take` keeps a report, and says whether it is one of these days; it has `within_s` for that."""

    async def keep(report: Report) -> str:
        return "" if await take(report) else OLD

    if argocd_token:
        argocd = Hook("argocd", argocd_token, has_token, read_argocd, keep, within_s)
        app.router.add_post("/hooks/argocd", argocd.hear)
    if flux_hmac_key:
        flux = Hook("flux", flux_hmac_key, is_signed, read_flux, keep, within_s)
        app.router.add_post("/hooks/flux", flux.hear)


def add_use_route(app: web.Application, take: TakeUse, *, key: Secret, within_s: float = STORE_S) -> None:
    """`take` keeps an event, and says why not where it does not."""
    if key:
        app.router.add_post("/hooks/use", Hook("use", key, is_signed, read_use, take, within_s).hear)


@dataclass(frozen=True)
class Hook:
    """The address one kind of sender posts to."""

    name: str
    key: Secret
    is_proven: Proof
    read: Read
    keep: Keep
    within_s: float

    async def hear(self, request: web.Request) -> web.Response:
        body = await _body(request)
        if isinstance(body, web.Response):
            return body
        if not self.is_proven(self.key, request.headers, body):
            log.warning("hook.refused", hook=self.name, reason="it does not prove that it is theirs")
            return web.Response(status=401)
        fields = read_object(body)
        report = Malformed("the body must be a JSON object in UTF-8") if fields is None else self.read(fields)
        if isinstance(report, Malformed):
            return self._malformed(report.reason)
        return await self._keep(report)

    async def _keep(self, told: object) -> web.Response:
        try:
            async with asyncio.timeout(self.within_s):
                reason = await self.keep(told)
        except Exception as error:  # the handlers' boundary: whatever it is, the sender must try again
            log.error("hook.not_taken_down", hook=self.name, reason=type(error).__name__)  # noqa: TRY400
            return web.Response(status=503, text=AWAY)
        return self._malformed(reason) if reason else web.Response(status=200)

    def _malformed(self, reason: str) -> web.Response:
        log.warning("hook.malformed", hook=self.name, reason=reason)
        return web.Response(status=400, text=reason)


def has_token(token: Secret, headers: Headers, _body: bytes) -> bool:
    """Whether the one header of this name is `Bearer` and the token."""
    return _is_alone(headers, AUTHORIZATION, f"Bearer {token.value}")


def is_signed(key: Secret, headers: Headers, body: bytes) -> bool:
    """Whether the one header of this name is the body's HMAC, as Flux' provider `generic-hmac` writes it."""
    digest = hmac.new(key.value.encode(), body, hashlib.sha256).hexdigest()
    return _is_alone(headers, SIGNATURE, f"sha256={digest}")


def _is_alone(headers: Headers, name: str, expected: str) -> bool:
    given = headers.getall(name, [])
    if len(given) != 1:
        return False
    return hmac.compare_digest(given[0].encode("utf-8", "surrogateescape"), expected.encode())


def read_object(body: bytes) -> Json | None:
    try:
        read = json.loads(body.decode())
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


async def _body(request: web.Request) -> bytes | web.Response:
    """The bytes as they came, for they are signed; or why there are none."""
    read = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for chunk in request.content.iter_any():
                read += chunk
                if len(read) > LARGEST:
                    return web.Response(status=413, text=f"more than {LARGEST} bytes")
    except TimeoutError:
        return web.Response(status=408)
    except Exception:  # the handlers' boundary: a transfer that breaks off, or is encoded wrongly
        return web.Response(status=400)
    return bytes(read)
