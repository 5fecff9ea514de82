"""What the page shows beside the conversations: the traffic, what the host shows of the app's insides, and a tour.

Part of the control API, under /sandbox/ (`control.py` has the rest). The workspace knows nothing of its app's insides:
whoever runs both hands over how to look at them (`Inside`), and what is not handed over is null.

GET  /sandbox/traffic?since=0   `{ok, lines: [{number, at, kind: event|interaction|command|call, name, outcome,`
     ` took_ms, attempt, wait_s}], next, refused}`: from that number on; the last 500 are held
GET  /sandbox/inside   `{ok, app: {outbox: [row], work: [row]}|null, repository: {base, folder, commits: [{revision,`
     ` subject, author, is_merge, diff}], waiting: [{branch, author, subject, diff}]}|null}`
GET  /sandbox/tour   `{ok, tour: {title, preparing, steps: [{name, title, why, state: waiting|running|done|failed,`
     ` problem, beats: [{who, text, place: {viewer, at, ts, thread, tab}|null}]}]}|null}`
POST /sandbox/tour `{step}` -> the same, once the step is done or has failed. Refused: not_ready, step_under_way,
     not_its_turn, not_found (no such step)
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.answers import ok, read_order
from sandbox.repository_shown import shown
from sandbox.tour import Tour

if TYPE_CHECKING:
    from sandbox.model import Json
    from sandbox.repository import BareRepository
    from sandbox.traffic import Traffic


@dataclass
class Inside:
    """What the host hands over. `look` gives rows of the app's own `outbox` and `work`, the newest first."""

    look: Callable[[], Awaitable[Json]] | None = None
    repository: BareRepository | None = None
    tour: Tour | None = None


class InsideRoutes:
    def __init__(self, inside: Inside, traffic: Traffic) -> None:
        self._inside = inside
        self._traffic = traffic

    def add_to(self, routes: web.Application) -> None:
        routes.router.add_get("/traffic", self.traffic)
        routes.router.add_get("/inside", self.inside)
        routes.router.add_get("/tour", self.tour)
        routes.router.add_post("/tour", self.take_step)

    async def traffic(self, request: web.Request) -> web.Response:
        lines = self._traffic.since(int(request.query.get("since", "0")))
        told = {"lines": [asdict(each) for each in lines], "next": self._traffic.next}
        return ok(told | {"refused": self._traffic.refused})

    async def inside(self, _: web.Request) -> web.Response:
        look, repository = self._inside.look, self._inside.repository
        app = await look() if look else None
        return ok({"app": app, "repository": await asyncio.to_thread(shown, repository) if repository else None})

    async def tour(self, _: web.Request) -> web.Response:
        tour = self._inside.tour
        return ok({"tour": tour.told() if tour else None})

    async def take_step(self, request: web.Request) -> web.Response:
        order, tour = await read_order(request), self._inside.tour
        if tour is None:
            raise LookupError("There is no tour here")
        await tour.take(str(order["step"]))
        return await self.tour(request)
