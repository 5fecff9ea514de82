"""How the control API reads orders and answers them."""

from aiohttp import web

from sandbox.model import Json
from sandbox.refused import Refused


def ok(answer: Json) -> web.Response:
    return web.json_response({"ok": True} | answer)


def refused(code: str, status: int, extra: Json | None = None) -> web.Response:
    return web.json_response({"ok": False, "error": code} | (extra or {}), status=status)


async def read_order(request: web.Request) -> Json:
    """Raises Refused for a body that is no JSON object."""
    if request.content_type != "application/json":
        raise Refused("json_expected", {"detail": "send a JSON object with Content-Type: application/json"})
    order = await request.json()
    if not isinstance(order, dict):
        raise Refused("json_expected")
    return order
