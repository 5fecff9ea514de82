"""`response_url`: addresses that let the app answer one act, for 30 minutes and five times.

What a response changes is the workspace's (`Workspace.respond`); here is who may still use which address.
"""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from sandbox.mishaps import Mishaps
from sandbox.model import Json, Message
from sandbox.workspace import Refused, Workspace

VALID_S = 30 * 60
USES = 5


@dataclass
class _Grant:
    """Who acted where, and on which message if on one."""

    user_id: str
    channel_id: str
    original: Message | None
    until_s: float
    uses_left: int = USES


class ResponseUrls:
    """Mints the addresses and serves them. `base` gives the server's own address once it listens."""

    def __init__(self, workspace: Workspace, base: Callable[[], str], mishaps: Mishaps) -> None:
        self._workspace = workspace
        self._mishaps = mishaps
        self._base = base
        self._grants: dict[str, _Grant] = {}

    def new(self, *, user_id: str, channel_id: str, original: Message | None = None) -> str:
        secret = self._workspace.ids.secret()
        until_s = self._workspace.clock.now() + VALID_S
        self._grants[secret] = _Grant(user_id, channel_id, original, until_s)
        return f"{self._base()}/response/{self._workspace.team_id}/{secret}"

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """The handler: `ok`, or 404 for an address that is spent, 400 for what Slack would not show."""
        try:
            payload = await _json(request)
        except Refused as refused:
            return web.json_response({"ok": False, "error": refused.code}, status=400)
        secret = request.match_info["secret"]
        channel = self._grants[secret].channel_id if secret in self._grants else None
        return await self._mishaps.befall(request, "response_url", channel, lambda: self._do(secret, payload))

    def _do(self, secret: str, payload: Json) -> web.Response:
        try:
            grant = self._spend(secret)
            self.respond(grant.user_id, grant.channel_id, payload, grant.original)
        except _Spent as spent:
            return web.json_response({"ok": False, "error": str(spent)}, status=404)
        except Refused as refused:
            return web.json_response({"ok": False, "error": refused.code} | refused.extra, status=400)
        return web.Response(text="ok")

    def respond(self, user_id: str, channel_id: str, payload: Json, original: Message | None) -> Message | None:
        """The message shown or changed; None when it was deleted. Raises Refused."""
        return self._workspace.respond(channel_id=channel_id, user_id=user_id, payload=payload, original=original)

    def _spend(self, secret: str) -> _Grant:
        grant = self._grants.get(secret)
        if grant is None:
            raise _Spent("invalid_url")
        if self._workspace.clock.now() > grant.until_s:
            raise _Spent("expired_url")
        if grant.uses_left == 0:
            raise _Spent("used_url")
        grant.uses_left -= 1
        return grant


class _Spent(Exception):
    """The address no longer works, and why."""


async def _json(request: web.Request) -> Json:
    try:
        payload = await request.json()
    except ValueError:
        raise Refused("invalid_payload") from None
    if not isinstance(payload, dict):
        raise Refused("invalid_payload")
    return payload
