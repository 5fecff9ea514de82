"""The sandbox as one server on 127.0.0.1: Web API, Socket Mode, response URLs, control, and a page.

Only wires the parts together. The rules are the workspace's, the deliveries are in `delivery.py`.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeVar

from aiohttp import web

from sandbox.actor import Actor
from sandbox.acts import Acts
from sandbox.clock import Clock
from sandbox.control import control_app
from sandbox.delivery import ACK_WITHIN_S, Delivery, Patience
from sandbox.door import HOST, Door
from sandbox.faults import Faults
from sandbox.http_mode import HttpPoster
from sandbox.inside import Inside
from sandbox.ledger import Ledger
from sandbox.manifest import AppManifest
from sandbox.mishaps import Mishaps
from sandbox.model import Json
from sandbox.rates import Rates
from sandbox.response_urls import ResponseUrls
from sandbox.socket_mode import Reason, SocketHub
from sandbox.traffic import Traffic
from sandbox.web_api import installation_of, web_api_app
from sandbox.workspace import Workspace

T = TypeVar("T")

POLL_EVERY_S = 0.05  # conditions may also hang on what happens outside the workspace
PAGE = Path(__file__).parent / "page"
BODY_MAX_BYTES = 4 * 1024 * 1024


class Sandbox:
    """One workspace with one app installed. `async with Sandbox(manifest) as sandbox` starts and stops it.

    `ack_wall_s`: the least real seconds the app has to acknowledge; tests of slow apps lower it.
    """

    def __init__(
        self,
        manifest: AppManifest | str | Path | Json,
        *,
        clock: Clock | None = None,
        seed: int = 1,
        ack_wall_s: float = ACK_WITHIN_S,
    ) -> None:
        self.clock = clock or Clock()
        self.manifest = manifest if isinstance(manifest, AppManifest) else AppManifest.load(manifest)
        self.workspace = Workspace(clock=self.clock, manifest=self.manifest, seed=seed)
        self.faults = Faults(seed=seed)
        self._mishaps = Mishaps(self.faults, self.clock)
        self.rates = Rates(self.clock)
        self.traffic = Traffic(self.clock)
        self.inside = Inside()
        self.url = ""  # known once it listens
        self._patience = Patience(self.clock, wall_s=ack_wall_s)
        self.sockets = SocketHub(app_id=self.workspace.app_id, patience=self._patience, seed=seed)
        self.installation = installation_of(self.workspace)
        self.delivery = Delivery(
            self.installation, self.manifest, clock=self.clock, faults=self.faults, transport=self.sockets
        )
        self._urls = ResponseUrls(self.workspace, lambda: self.url, self._mishaps)
        self._acts = Acts(self.workspace, self.installation, delivery=self.delivery, response_urls=self._urls)
        self._posters: list[HttpPoster] = []
        self._runner: web.AppRunner | None = None
        self._door: Door | None = None
        self._reopening: asyncio.Task[None] | None = None
        self._stirred = asyncio.Event()
        self.delivery.subscribe(self.traffic.handed)
        self.workspace.subscribe(self.delivery.notice)
        self.workspace.subscribe(lambda _: self._stirred.set())
        self.ledger.subscribe(lambda _: self._stirred.set())

    @property
    def ledger(self) -> Ledger:
        return self.workspace.ledger

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    @property
    def bot_token(self) -> str:
        return self.workspace.bot_token

    @property
    def app_token(self) -> str:
        return self.workspace.app_token

    @property
    def signing_secret(self) -> str:
        return self.workspace.signing_secret

    @property
    def is_open(self) -> bool:
        """Whether it lets anybody in; see `refuse_connections`."""
        return self._door is not None and self._door.is_open

    async def start(self, port: int = 0) -> None:
        """Listens on 127.0.0.1; from now on what happens is delivered."""
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        self._door = Door(self._runner)
        await self._door.open(port)
        self.url = f"http://{HOST}:{self._door.port}"
        self.delivery.open()

    async def stop(self) -> None:
        await self.delivery.close()
        await self.sockets.close()
        for poster in self._posters:
            await poster.close()
        if self._reopening is not None:
            self._reopening.cancel()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._door is not None:
            self._door.forget()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def use_http(self, request_url: str) -> HttpPoster:
        """Delivers by signed requests to this address from now on, in place of Socket Mode.

        `await poster.verify()` does what Slack does first: its `url_verification`.
        """
        poster = HttpPoster(request_url, signing_secret=self.signing_secret, patience=self._patience)
        self._posters.append(poster)
        self.delivery.transport = poster
        return poster

    def person(self, name: str) -> Actor:
        """The person of this name or id, ready to act. Raises LookupError when there is none."""
        for person in self.workspace.people.values():
            if name in (person.id, person.name):
                return Actor(self.workspace, self._acts, person)
        raise LookupError(f"No person {name!r}: {', '.join(p.name for p in self.workspace.people.values())}")

    def disconnect_sockets(
        self,
        reason: Reason = "refresh_requested",
        *,
        kind: Literal["polite", "cut", "deaf"] = "polite",
    ) -> None:
        """Tells all connections to go, as Slack does now and then.

        Kind "cut" breaks them without a word; "deaf" leaves them open and carries nothing over them.
        """
        match kind:
            case "polite":
                self.sockets.disconnect(reason)
            case "cut":
                self.sockets.cut()
            case "deaf":
                self.sockets.deafen()

    def refresh_sockets(self, every_s: float) -> None:
        """From now on all connections are replaced so often, as Slack does every few hours; 0 ends it."""
        self.sockets.refresh(every_s)

    async def refuse_connections(self, seconds: float) -> None:
        """Nobody is let in for so long of the workspace's time; open websockets go on."""
        if self._door is None or (self._reopening is not None and not self._reopening.done()):
            return
        self.faults.fired["refuse"] += 1
        await self._door.shut()
        self._reopening = asyncio.create_task(self._reopen(self._door, seconds))

    async def wait_for(self, condition: Callable[[], T | None], timeout_s: float = 10) -> T:
        """The condition's first truthy value, looked for at every change.

        Raises TimeoutError, with what the app did last, after that many real seconds.
        """
        try:
            async with asyncio.timeout(timeout_s):
                return await self._first(condition)
        except TimeoutError:
            last = "; ".join(f"{each.kind} {each.text[:80]!r}" for each in self.ledger.effects[-5:])
            raise TimeoutError(f"Not so within {timeout_s} s. The app's last acts: {last or 'none'}") from None

    async def connected(self, count: int = 1, timeout_s: float = 10) -> None:
        """Returns when the app has that many sockets open."""
        await self.wait_for(lambda: len(self.sockets.connections) >= count, timeout_s)

    async def settle(self, timeout_s: float = 10) -> None:
        """Returns when every event was acknowledged or given up."""
        await self.delivery.settle(timeout_s)

    def response_url(self, user_id: str, channel_id: str) -> str:
        """A fresh address that answers an act of that person there, as it comes with a command."""
        return self._urls.new(user_id=user_id, channel_id=channel_id)

    def socket_url(self) -> str:
        """A fresh address for one connection, as `apps.connections.open` gives it."""
        return f"{self.url.replace('http', 'ws', 1)}/socket?ticket={self.sockets.new_ticket()}"

    async def _reopen(self, door: Door, seconds: float) -> None:
        await self.clock.sleep(seconds)
        await door.open()

    async def _first(self, condition: Callable[[], T | None]) -> T:
        while not (value := condition()):
            self._stirred.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stirred.wait(), POLL_EVERY_S)
        return value

    def _application(self) -> web.Application:
        application = web.Application(client_max_size=BODY_MAX_BYTES)
        web_api = web_api_app(self.workspace, mishaps=self._mishaps, rates=self.rates, socket_url=self.socket_url)
        web_api.middlewares.append(self.traffic.watch)
        application.add_subapp("/api/", web_api)
        application.add_subapp("/sandbox/", control_app(self))
        application.router.add_get("/", _page)
        application.router.add_get("/page/{name}", _page)
        application.router.add_get("/socket", self.sockets.accept)
        application.router.add_post("/response/{team}/{secret}", self._urls.accept)
        return application


async def _page(request: web.Request) -> web.StreamResponse:
    """The page in the browser and its parts."""
    path = PAGE / Path(request.match_info.get("name", "index.html")).name
    return web.FileResponse(path) if path.is_file() else web.Response(status=404, text="No such page")
