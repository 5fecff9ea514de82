"""The small HTTP server's own pages: is it alive, is it ready, and the figures for Prometheus."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, generate_latest

Checks = Mapping[str, Callable[[], Awaitable[str]]]  # each gives "" or what is wrong
Figures = Callable[[], Awaitable[Mapping[tuple[str, str], float]]]  # (name, state) -> value


def add_routes(app: web.Application, *, checks: Checks, figures: Figures) -> None:
    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(_request: web.Request) -> web.Response:
        found = {name: await check() for name, check in checks.items()}
        wrong = {name: problem for name, problem in found.items() if problem}
        return web.json_response(
            {"status": "not ready" if wrong else "ok", "problems": wrong}, status=503 if wrong else 200
        )

    async def metrics(_request: web.Request) -> web.Response:
        return web.Response(body=_exposition(await figures()), content_type="text/plain")

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)


def _exposition(values: Mapping[tuple[str, str], float]) -> bytes:
    registry = CollectorRegistry()
    gauges: dict[str, Gauge] = {}
    for (name, state), value in values.items():
        if name not in gauges:
            gauges[name] = Gauge(f"mentor_{name}", f"Mentor: {name.replace('_', ' ')}", ["state"], registry=registry)
        gauges[name].labels(state).set(value)
    return generate_latest(registry)
