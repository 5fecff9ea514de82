"""Whose account at a Git host a person has, proven there: they enter a code of ours, and the host says who they are.

The host's token is used for that one question and dropped. Keeps nothing; does not know Slack.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from bot.clock import Clock
from bot.config import Secret
from bot.errors import GitFailed
from bot.git import accounts, github
from bot.git.host import Author
from bot.git.rest import Reply, Rest

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
SLOWER_S = 5  # by RFC 8628, when the host says that we ask too often
LONGEST = timedelta(hours=1)  # that a code is believed to be good

_OVER = ("expired_token", "incorrect_device_code", "invalid_grant")  # also when an earlier reply of ours was lost


@dataclass(frozen=True)
class DeviceCode:
    """What the person is shown, and our half of it. Ask for the outcome every `interval_s` seconds."""

    user_code: str
    verification_uri: str
    device_code: Secret
    interval_s: int
    expires_at: datetime


@dataclass(frozen=True)
class Pending:
    """The person has not entered it yet; ask again after `interval_s` seconds, not earlier."""

    interval_s: int


@dataclass(frozen=True)
class Proven:
    """`name` and `email` are what the host shows the account's commits under."""

    host: str
    account: str
    name: str
    email: str


@dataclass(frozen=True)
class Refused:
    """`reason` is for the person."""

    reason: str


Outcome: TypeAlias = Pending | Proven | Refused


@dataclass(frozen=True)
class Kind:
    """What differs between the hosts. `scope` "" asks for nothing but who somebody is."""

    code_path: str
    token_path: str
    scope: str
    account_key: str
    headers: Callable[[Secret], Mapping[str, str]]
    author: Callable[[Mapping[str, Any], str], Author]


def _bearer(token: Secret) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token.value}"}


GITHUB = Kind("/login/device/code", "/login/oauth/access_token", "", "login", github.headers, accounts.github_author)
GITLAB = Kind("/oauth/authorize_device", "/oauth/token", "read_user", "username", _bearer, accounts.gitlab_author)


@dataclass(frozen=True)
class _Headers:
    values: Mapping[str, str] = field(repr=False)

    async def headers(self) -> Mapping[str, str]:
        return self.values


@dataclass(frozen=True)
class DeviceFlow:
    """`web` is where the host's pages begin, `api` its API, `client_id` our app's there.

    Every method raises GitFailed when the host cannot be reached, or refuses our app.
    """

    kind: Kind
    web: Rest
    api: Rest
    client_id: str
    clock: Clock

    @property
    def host(self) -> str:
        return urlsplit(self.web.url).hostname or ""

    async def start(self) -> DeviceCode:
        asked = {"client_id": self.client_id} | ({"scope": self.kind.scope} if self.kind.scope else {})
        body = await self._asked(self.kind.code_path, asked)
        if "device_code" not in body:
            raise self._misset(body)
        lasts = min(timedelta(seconds=_count(body, "expires_in", 900)), LONGEST)
        return DeviceCode(
            self._code(body), self._page(body), Secret(str(body["device_code"])),
            max(_count(body, "interval", SLOWER_S), 1), self.clock.now() + lasts,
        )  # fmt: skip

    async def poll(self, code: DeviceCode) -> Outcome:
        if self.clock.now() >= code.expires_at:
            return Refused("The code has expired. Ask for a new one.")
        asked = {"client_id": self.client_id, "device_code": code.device_code.value, "grant_type": GRANT}
        body = await self._asked(self.kind.token_path, asked)
        match body.get("error"):
            case "authorization_pending":
                return Pending(code.interval_s)
            case "slow_down":
                return Pending(max(_count(body, "interval", 0), code.interval_s + SLOWER_S))
            case "access_denied":
                return Refused(f"It was refused at {self.host}, so nothing is linked.")
            case error if error in _OVER:
                return Refused("The code has expired or was used. Ask for a new one.")
        if not isinstance(body.get("access_token"), str):
            raise self._misset(body)
        return await self._proven(Secret(body["access_token"]))

    async def _proven(self, token: Secret) -> Proven:
        reply = await self.api.call("GET", "/user", _Headers(self.kind.headers(token)))
        user = _mapping(reply, self.api.name)
        author = self.kind.author(user, self.api.url)
        return Proven(self.host, user[self.kind.account_key], author.name, author.email)

    async def _asked(self, path: str, body: Mapping[str, str]) -> Mapping[str, Any]:
        """A refusal is an answer here: GitHub gives it as 200, GitLab as 4xx."""
        credentials = _Headers({"Accept": "application/json"})
        reply = await self.web.call("POST", path, credentials, body=body, expected=range(400, 500))
        return {"error": "404"} if reply.status == 404 else _mapping(reply, self.web.name)

    def _page(self, body: Mapping[str, Any]) -> str:
        """Only a page of that host: people are sent there."""
        page = str(body.get("verification_uri", ""))
        if not page.startswith(f"{self.web.url}/") or not page.isprintable() or len(page) > 200:
            raise GitFailed(f"{self.web.name} sends people to a page that is not on {self.host}; check its address.")
        return page

    def _code(self, body: Mapping[str, Any]) -> str:
        code = str(body.get("user_code", ""))
        if not code.isascii() or not code.replace("-", "").isalnum() or len(code) > 20:
            raise GitFailed(f"{self.web.name} gave no code that can be shown; check the API's address.")
        return code

    def _misset(self, body: Mapping[str, Any]) -> GitFailed:
        said = body.get("error")
        why = f" ({said})" if isinstance(said, str) and said.isascii() and said.isprintable() and len(said) < 60 else ""
        return GitFailed(
            f"{self.web.name} lets nobody prove an account by our app{why}; "
            f"check {self.web.setting}, and that the device flow is enabled for it."
        )


def _mapping(reply: Reply, name: str) -> Mapping[str, Any]:
    if not isinstance(reply.body, dict):
        raise GitFailed(f"{name} sent something else than it documents; check the API's address.")
    return reply.body


def _count(body: Mapping[str, Any], name: str, otherwise: int) -> int:
    value = body.get(name)
    return value if isinstance(value, int) and 0 < value < 1_000_000 else otherwise
