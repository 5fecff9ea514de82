"""Slack by signed HTTP. A request's shape is checked before Bolt's verifier sees it, which stumbles over some."""

from collections.abc import Mapping

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from handlers.errors import dispatch, read_request

LARGEST = 1_000_000  # bytes, the server's limit; Slack's own stay far below
FIELDS_MAX = 100  # of a form: Slack's have 15


def add_routes(app: web.Application, bolt: AsyncApp) -> None:
    async def on_request(request: web.Request) -> web.Response:
        raw = await request.read()
        if not may_be_signed(request.headers):
            return web.Response(status=401)
        read = read_body(raw, request.headers)
        if read is None:
            return web.Response(status=400)
        return await to_aiohttp_response(await dispatch(bolt, read))

    app.router.add_post("/slack/events", on_request)


def may_be_signed(headers: Mapping[str, str]) -> bool:
    """Whether the signature and its time have the form of Slack's; whether they are right, Bolt finds out."""
    signature, timestamp = headers.get("X-Slack-Signature", ""), headers.get("X-Slack-Request-Timestamp", "")
    has_form = signature.startswith("v0=") and len(signature) == 67 and signature.isascii()
    return has_form and timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12


def read_body(raw: bytes, headers: Mapping[str, str]) -> AsyncBoltRequest | None:
    """The request; None when the body has no form of Slack's."""
    if not raw.startswith(b"{") and raw.count(b"&") > FIELDS_MAX:
        return None
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    return read_request(text, headers)
