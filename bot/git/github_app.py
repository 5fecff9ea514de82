"""Who we are to GitHub as an app: a token for one repository, asked for with the app's key and kept while it is good.

Needs the extra `github-app`; nothing else does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote

from bot.clock import Clock
from bot.config import Secret
from bot.errors import GitFailed
from bot.git.github import headers
from bot.git.rest import Credentials, Rest

GOOD_FOR = timedelta(minutes=9)  # of our own signature; GitHub takes ten minutes at most
SKEW = timedelta(seconds=60)  # by which GitHub advises to date it back
SPARE = timedelta(minutes=5)  # of an installation's token, which is good for an hour
PERMISSIONS = {"contents": "write", "pull_requests": "write"}
WHERE_GRANTED = {"statuses": "read"}  # an app that does nothing but propose needs none, and asking for more is refused


@dataclass(frozen=True)
class App:
    """`app_id` is the app's or its client's id, `key` its private key as PEM."""

    app_id: str
    key: Secret
    clock: Clock

    async def headers(self) -> Mapping[str, str]:
        """For the app itself, which may do nothing but ask for tokens."""
        try:
            import jwt
        except ImportError:
            raise GitFailed("A GitHub App needs more than is installed: `pip install 'mentor[github-app]'`.") from None
        now = self.clock.now()
        claims = {"iat": now - SKEW, "exp": now + GOOD_FOR, "iss": self.app_id}
        try:
            return headers(Secret(jwt.encode(claims, self.key.value, algorithm="RS256")))
        except (ValueError, TypeError, jwt.PyJWTError):
            raise GitFailed("GITHUB_APP_PRIVATE_KEY is no RSA key; copy the whole file that GitHub gave.") from None


@dataclass
class AppToken:
    """The app's token for one repository."""

    rest: Rest
    app: App
    owner: str
    name: str
    _token: Secret = field(default_factory=lambda: Secret(""))
    _until: datetime | None = None

    async def headers(self) -> Mapping[str, str]:
        if self._until is None or self.app.clock.now() >= self._until - SPARE:
            self._token, self._until = await self._asked()
        return headers(self._token)

    async def _asked(self) -> tuple[Secret, datetime]:
        place = f"/repos/{quote(self.owner, safe='')}/{quote(self.name, safe='')}/installation"
        app: Credentials = self.app
        installation = (await self.rest.call("GET", place, app)).body
        granted = {name: level for name, level in WHERE_GRANTED.items() if name in installation["permissions"]}
        wanted = {"repositories": [self.name], "permissions": PERMISSIONS | granted}
        tokens = f"/app/installations/{installation['id']}/access_tokens"
        made = (await self.rest.call("POST", tokens, app, body=wanted)).body
        return Secret(made["token"]), datetime.fromisoformat(made["expires_at"])
