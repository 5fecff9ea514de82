"""Delivery by HTTP, as to a request URL: signed bodies, retry headers, the body of a 200 as the answer.

Retries are the delivery's; here each request is sent once.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from urllib.parse import urlencode

import aiohttp

from sandbox.delivery import Answer, Package, Patience
from sandbox.model import Json
from sandbox.payloads import VERIFICATION_TOKEN

_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"


class HttpPoster:
    """Posts to one request URL. The timestamp is the wall's: Bolt compares it with its own clock."""

    def __init__(
        self,
        request_url: str,
        *,
        signing_secret: str,
        patience: Patience,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._url = request_url
        self._secret = signing_secret
        self._patience = patience
        self._wall = wall
        self._session: aiohttp.ClientSession | None = None

    async def send(self, package: Package) -> Answer:
        """What the app said; anything but a 200 in time is a failure, named as in X-Slack-Retry-Reason."""
        body, content_type = _encoded(package)
        return await self._post(body, self.headers(body, content_type) | _retry_headers(package))

    async def verify(self) -> bool:
        """Whether the app answers Slack's `url_verification` with its challenge."""
        challenge = {
            "token": VERIFICATION_TOKEN,
            "challenge": "sandbox-challenge",
            "type": "url_verification",
        }
        body = json.dumps(challenge).encode()
        answer = await self._post(body, self.headers(body, _JSON))
        said = answer.body.get("challenge") if isinstance(answer.body, dict) else answer.body
        return answer.is_acknowledged and said == "sandbox-challenge"

    def headers(self, body: bytes, content_type: str) -> dict[str, str]:
        """The headers of a request that Slack signed just now."""
        timestamp = str(int(self._wall()))
        return {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (sandbox)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._secret, timestamp, body),
        }

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _post(self, body: bytes, headers: dict[str, str]) -> Answer:
        try:
            return await self._patience.wait_for(self._answer(body, headers))
        except TimeoutError:
            return Answer(failure="http_timeout")
        except aiohttp.ClientError:
            return Answer(failure="connection_failed")

    async def _answer(self, body: bytes, headers: dict[str, str]) -> Answer:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None))
        async with self._session.post(self._url, data=body, headers=headers, allow_redirects=False) as reply:
            return Answer(
                status=reply.status,
                body=_decoded(await reply.text(errors="replace"), reply.content_type),
                failure=None if reply.status == 200 else "http_error",
                may_retry=reply.headers.get("X-Slack-No-Retry") != "1",
            )


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Slack's v0 request signature."""
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _encoded(package: Package) -> tuple[bytes, str]:
    """Events are JSON, interactions a form with one field, commands a form of their own."""
    match package.kind:
        case "events_api":
            return json.dumps(package.payload).encode(), _JSON
        case "interactive":
            return urlencode({"payload": json.dumps(package.payload)}).encode(), _FORM
        case "slash_commands":
            return urlencode(package.payload).encode(), _FORM


def _retry_headers(package: Package) -> dict[str, str]:
    if not package.retry_attempt:
        return {}
    return {"X-Slack-Retry-Num": str(package.retry_attempt), "X-Slack-Retry-Reason": package.retry_reason}


def _decoded(text: str, content_type: str) -> Json | str | None:
    """A JSON object where the app says it is one, else the text; None for an empty body."""
    if not text:
        return None
    if content_type == _JSON:
        try:
            decoded = json.loads(text)
        except ValueError:
            return text
        return decoded if isinstance(decoded, dict) else text
    return text
