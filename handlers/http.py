"""Slack by signed HTTP. A request's shape is checked before Bolt's verifier sees it, which stumbles over some."""

import json
from collections.abc import Sequence
from urllib.parse import parse_qs

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from handlers.errors import dispatch

LARGEST = 1_000_000  # bytes, the server's limit; Slack's own stay far below


def add_routes(app: web.Application, bolt: AsyncApp) -> None:
    async def on_request(request: web.Request) -> web.Response:
        raw = await request.read()
        if status := refused_with(raw, dict(request.headers)):
            return web.Response(status=status)
        headers: dict[str, str | Sequence[str]] = dict(request.headers)
        answer = await dispatch(bolt, AsyncBoltRequest(body=raw.decode(), headers=headers))
        return await to_aiohttp_response(answer)

    app.router.add_post("/slack/events", on_request)


def refused_with(raw: bytes, headers: dict[str, str]) -> int:
    """The status to refuse the request with before anything reads it; 0 when it has the form of Slack's."""
    signature, timestamp = headers.get("X-Slack-Signature", ""), headers.get("X-Slack-Request-Timestamp", "")
    if not (signature.startswith("v0=") and len(signature) == 67 and signature.isascii()):
        return 401
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        return 401
    return 0 if _has_form(raw) else 400


def _has_form(raw: bytes) -> bool:
    try:
        text = raw.decode()
        if text.startswith("{"):
            return isinstance(json.loads(text), dict)
        fields = parse_qs(text, strict_parsing=True, max_num_fields=100)
        payload = fields.get("payload")
        return payload is None or isinstance(json.loads(payload[0]), dict)
    except (ValueError, RecursionError):
        return False
