"""A stand-in for Argo CD: when a repository's base branch moves, its applications are live, and it tells the bot so.

What it sends is what the template in `docs/controllers.md` sends. It makes nothing real, and knows no Argo CD.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import aiohttp

from sandbox.clock import Clock
from sandbox.model import Json
from sandbox.repository import BareRepository

LOOK_EVERY_S = 0.1  # of the wall's: Git answers in a few milliseconds
TIMEOUT_S = 10.0


@dataclass
class Controller:
    """`async with Controller(…)` watches. What the bot did not take (no 200) is told again at the next look.

    `applications` are those that apply the repository, as `repositories.yaml` names them.
    """

    repository: BareRepository
    hook_url: str
    token: str
    clock: Clock
    applications: Sequence[str]
    look_every_s: float = LOOK_EVERY_S
    refused: list[str] = field(default_factory=list)  # what the bot answered in place of 200, the last at the end
    _live: dict[str, str] = field(default_factory=dict)  # the revision that each was told live at
    _session: aiohttp.ClientSession | None = None
    _watching: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        tip = self.repository.tip(self.repository.base)
        self._live = dict.fromkeys(self.applications, tip)  # what stands there already is no news
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S))
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._watching is not None, "begun"
        self._watching.cancel()
        with suppress(asyncio.CancelledError):
            await self._watching
        if self._session is not None:
            await self._session.close()

    async def look(self) -> None:
        """Tells what has become live since the last look."""
        revision = await asyncio.to_thread(self.repository.tip, self.repository.base)
        for application in self.applications:
            if self._live[application] != revision and await self._post(self._live_body(application, revision)):
                self._live[application] = revision

    async def out_of_sync(self, application: str, *resources: Json) -> bool:
        """Somebody changed these by hand; each has kind, namespace and name. Whether the bot took it."""
        return await self._post(self._drift_body("out-of-sync", application, resources))

    async def self_healed(self, application: str, *resources: Json) -> bool:
        """The same, and they are back."""
        return await self._post(self._drift_body("self-healed", application, resources))

    async def sync_failed(self, application: str, message: str) -> bool:
        """The base's tip could not be applied."""
        body = self._body("sync-failed", application, self.repository.tip(self.repository.base))
        return await self._post(body | {"message": message[:2000]})

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self.look_every_s)
            await self.look()

    async def _post(self, body: Json) -> bool:
        assert self._session
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            async with self._session.post(self.hook_url, json=body, headers=headers) as answer:
                if answer.status == 200:
                    return True
                self.refused.append(f"{answer.status} {await answer.text()}".strip())
        except (aiohttp.ClientError, TimeoutError) as error:
            self.refused.append(type(error).__name__)
        return False

    def _live_body(self, application: str, revision: str) -> Json:
        return self._body("live", application, revision) | {"sync": "Synced", "health": "Healthy"}

    def _drift_body(self, event: str, application: str, resources: Sequence[Json]) -> Json:
        return self._body(event, application, self._live[application]) | {"resources": list(resources)}

    def _body(self, event: str, application: str, revision: str) -> Json:
        at = datetime.fromtimestamp(self.clock.now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"event": event, "application": application, "revision": revision, "revisions": [], "at": at}
