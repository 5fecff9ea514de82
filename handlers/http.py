"""Slack by signed HTTP: lets in what Slack signed just now, and each such request once.

The signature is looked at here, before Bolt: it lets an unsigned `ssl_check` pass, stumbles over some headers, and logs
the body of what it refuses.
"""

import asyncio
from collections.abc import Mapping
from functools import partial

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.middleware.request_verification import RequestVerification
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.replays import Replays
from handlers.acknowledged import Acknowledged
from handlers.errors import ANSWER_S, NotTakenDown, dispatch, read_request

log = structlog.get_logger(__name__)

LARGEST = 1_000_000  # bytes, the server's limit; Slack's own stay far below
FIELDS_MAX = 100  # of a form: Slack's have 15
SIGNATURE, TIMESTAMP = "X-Slack-Signature", "X-Slack-Request-Timestamp"


class RequestUrl:
    """The address Slack posts to."""

    def __init__(
        self, bolt: AsyncApp, *, signing_secret: str, replays: Replays, patience: float, acknowledged: Acknowledged
    ) -> None:
        self._bolt = bolt
        self._verifier = RequestVerification(signing_secret).verifier
        self._replays = replays
        self._patience = patience
        self._acknowledged = acknowledged
        self._in_hand: set[str] = set()  # of two copies at the same instant one is taken

    async def take(self, request: web.Request) -> web.StreamResponse:
        text = read_text(await request.read())
        if text is None:
            return web.Response(status=400)
        if not self._is_signed(text, request.headers):
            log.warning("request.refused", reason="its signature is not Slack's of now")
            return web.Response(status=401)
        read = read_body(text, request.headers)
        if read is None:
            return web.Response(status=400)
        with self._acknowledged.timing() as ended:
            ended.response = await self._answer(read, request.headers[SIGNATURE])
        return await to_aiohttp_response(ended.response)

    def _is_signed(self, text: str, headers: Mapping[str, str]) -> bool:
        return may_be_signed(headers) and self._verifier.is_valid(text, headers[TIMESTAMP], headers[SIGNATURE])

    async def _answer(self, request: AsyncBoltRequest, signature: str) -> BoltResponse:
        """What the listener answers, remembered when it was taken; 401 for what was taken before or is being taken."""
        if signature in self._in_hand:
            return BoltResponse(status=401)
        self._in_hand.add(signature)
        try:
            end = asyncio.get_running_loop().time() + ANSWER_S * self._patience
            is_refused = partial(self._replays.is_replay, signature)
            response = await dispatch(self._bolt, request, is_refused=is_refused, patience=self._patience)
            if 200 <= response.status < 300 and not isinstance(response, NotTakenDown):
                await self._remember(signature, until=end)
        finally:
            self._in_hand.discard(signature)
        return response

    async def _remember(self, signature: str, *, until: float) -> None:
        try:
            async with asyncio.timeout_at(until):
                await self._replays.remember(signature)
        except Exception as error:  # the handlers' boundary: it was taken all the same, and Slack must hear so
            log.warning("request.not_remembered", reason=type(error).__name__)


def add_routes(
    app: web.Application,
    bolt: AsyncApp,
    *,
    signing_secret: str,
    replays: Replays,
    patience: float = 1.0,
    acknowledged: Acknowledged | None = None,
) -> None:
    """`patience` is the clock's (`bot.clock`)."""
    noted = acknowledged or Acknowledged()
    url = RequestUrl(bolt, signing_secret=signing_secret, replays=replays, patience=patience, acknowledged=noted)
    app.router.add_post("/slack/events", url.take)


def may_be_signed(headers: Mapping[str, str]) -> bool:
    """Whether the signature and its time have the form of Slack's, which the verifier takes for granted."""
    signature, timestamp = headers.get(SIGNATURE, ""), headers.get(TIMESTAMP, "")
    has_form = signature.startswith("v0=") and len(signature) == 67 and signature.isascii()
    return has_form and timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12


def read_text(raw: bytes) -> str | None:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def read_body(text: str, headers: Mapping[str, str]) -> AsyncBoltRequest | None:
    """The request; None when the body has no form of Slack's."""
    if not text.startswith("{") and text.count("&") > FIELDS_MAX:
        return None
    return read_request(text, headers)
