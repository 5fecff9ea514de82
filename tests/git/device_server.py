"""The device flow of GitHub and of GitLab on loopback, as strict as theirs, and the person who enters the code."""

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.git.serving import Faults, body_of

CLIENT_ID = "Iv1.canary"
DEVICE_CODE, TOKEN = "device-canary-0123456789", "gho_canary0123456789"
GRANT = "urn:ietf:params:oauth:grant-type:device_code"
USER = {"login": "Maya-L", "username": "Maya-L", "id": 4711, "name": "Maya Lind", "email": "own@example.com"}


@dataclass
class DeviceServer:
    """`kind` is github, which refuses with 200, or gitlab, which refuses with 4xx."""

    kind: str
    now_s: float = 1000.0
    url: str = ""
    said: str = "authorization_pending"  # what the token's place says; "" once the person agreed
    user_code: str = "WDJB-MJHT"
    page: str = ""
    is_enabled: bool = True
    asked: list[dict[str, Any]] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    user: dict[str, Any] = field(default_factory=lambda: dict(USER))
    _polled_s: float = 0.0

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self.faults.middleware])
        code, token, api = (
            ("/login/device/code", "/login/oauth/access_token", "")
            if self.kind == "github"
            else ("/oauth/authorize_device", "/oauth/token", "/api/v4")
        )
        app.router.add_post(code, self.begin)
        app.router.add_post(token, self.token)
        app.router.add_get(f"{api}/user", self.whoami)
        return app

    async def begin(self, request: web.Request) -> web.Response:
        body = await self._read(request)
        if not self.is_enabled:
            return self._refuse("device_flow_disabled" if self.kind == "github" else "unauthorized_client")
        if body.get("client_id") != CLIENT_ID:
            raise web.HTTPNotFound
        page = self.page or f"{self.url}/{'login' if self.kind == 'github' else 'oauth'}/device"
        return web.json_response(
            {"device_code": DEVICE_CODE, "user_code": self.user_code, "verification_uri": page,
             "expires_in": 900, "interval": 5}
        )  # fmt: skip

    async def token(self, request: web.Request) -> web.Response:
        body = await self._read(request)
        if body.get("client_id") != CLIENT_ID:
            return self._refuse("incorrect_client_credentials" if self.kind == "github" else "invalid_client")
        if body.get("grant_type") != GRANT:
            return self._refuse("unsupported_grant_type")
        if body.get("device_code") != DEVICE_CODE:
            return self._refuse("incorrect_device_code" if self.kind == "github" else "invalid_grant")
        is_early, self._polled_s = self.now_s - self._polled_s < 5, self.now_s
        if is_early:
            return self._refuse("slow_down", interval=10) if self.kind == "github" else self._refuse("slow_down")
        if self.said:
            return self._refuse(self.said)
        self.said = "incorrect_device_code" if self.kind == "github" else "invalid_grant"  # a code is good once
        return web.json_response({"access_token": TOKEN, "token_type": "bearer", "scope": body.get("scope", "")})

    async def whoami(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}" or not request.headers.get("User-Agent"):
            return web.json_response({"message": "Bad credentials"}, status=401)
        return web.json_response(self.user)

    async def _read(self, request: web.Request) -> dict[str, Any]:
        """GitHub answers as a form to whoever does not ask for JSON."""
        if request.headers.get("Accept") != "application/json" or "Authorization" in request.headers:
            raise web.HTTPNotAcceptable
        self.asked.append(await body_of(request))
        return self.asked[-1]

    def _refuse(self, error: str, **more: Any) -> web.Response:
        status = 200 if self.kind == "github" else (401 if error == "invalid_client" else 400)
        return web.json_response({"error": error, "error_description": "…", **more}, status=status)
