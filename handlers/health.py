"""The small HTTP server's own pages: is it alive, is it ready, and the figures for Prometheus."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, generate_latest

log = structlog.get_logger(__name__)

FIGURES_S = 5.0  # Prometheus waits ten
Checks = Mapping[str, Callable[[], Awaitable[str]]]  # each gives "" or what is wrong
Values = Mapping[tuple[str, str], float]  # (name, state) -> value
Figures = Callable[[], Awaitable[Values]]


class Metrics:
    """What /metrics says. `kept` are read in the database, and left out while it is away; `own` need nothing.

    `acknowledged` is counted as it happens.
    """

    def __init__(self, checks: Checks, *, kept: Figures, own: Figures, acknowledged: CollectorRegistry) -> None:
        self._checks = checks
        self._kept = kept
        self._own = own
        self._acknowledged = acknowledged

    async def page(self) -> bytes:
        ready = {("ready", name): float(not await check()) for name, check in self._checks.items()}
        values = {**ready, **await self._own(), **await self._read_kept()}
        return generate_latest(self._acknowledged) + _exposition(values)

    async def _read_kept(self) -> Values:
        try:
            async with asyncio.timeout(FIGURES_S):
                return await self._kept()
        except Exception as error:  # whatever it is: just then the others are wanted
            log.warning("metrics.left_out", reason=type(error).__name__)
            return {}


def add_routes(app: web.Application, *, checks: Checks, metrics: Metrics) -> None:
    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(_request: web.Request) -> web.Response:
        found = {name: await check() for name, check in checks.items()}
        wrong = {name: problem for name, problem in found.items() if problem}
        return web.json_response(
            {"status": "not ready" if wrong else "ok", "problems": wrong}, status=503 if wrong else 200
        )

    async def told(_request: web.Request) -> web.Response:
        return web.Response(body=await metrics.page(), content_type="text/plain")

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", told)


def _exposition(values: Values) -> bytes:
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    gauges: dict[str, Gauge] = {}
    for (name, state), value in values.items():
        if name not in gauges:
            gauges[name] = Gauge(f"mentor_{name}", f"Mentor: {name.replace('_', ' ')}", ["state"], registry=registry)
        gauges[name].labels(state).set(value)
    return generate_latest(registry)
