"""The bot as it is shipped, `mentor run` in a process of its own, and how it does by /proc and its own /metrics."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from sandbox import Sandbox
from tests.chaos import company
from tests.handlers.by_http import free_port

ROOT = Path(__file__).parents[2]
STARTS_WITHIN_S = 60.0
ENDS_WITHIN_S = 30.0
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
MIB = 1024.0  # of the kilobytes in /proc


@dataclass(frozen=True)
class Footprint:
    """What a process holds at a moment. `cpu_s` is since its start."""

    rss_mib: float
    handles: int
    threads: int
    cpu_s: float


@dataclass(frozen=True)
class Shipped:
    """A process that runs, with its log."""

    process: asyncio.subprocess.Process
    log: Path
    http_port: int = 0

    @property
    def footprint(self) -> Footprint:
        return footprint(self.process.pid)

    async def metrics(self) -> dict[str, float]:
        """By name with its labels, as they stand on the page."""
        page = f"http://127.0.0.1:{self.http_port}/metrics"
        async with aiohttp.ClientSession() as session, session.get(page) as response:
            lines = (await response.text()).splitlines()
        told = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return {name: float(value) for name, value in told}

    async def stop(self) -> int:
        """The exit status, after a polite end."""
        if self.process.returncode is None:
            self.process.terminate()
        async with asyncio.timeout(ENDS_WITHIN_S):
            return await self.process.wait()


def footprint(pid: int) -> Footprint:
    folder = Path("/proc") / str(pid)
    status = dict(line.split(":", 1) for line in (folder / "status").read_text(encoding="utf-8").splitlines())
    return Footprint(
        rss_mib=int(status["VmRSS"].split()[0]) / MIB,
        handles=len(list((folder / "fd").iterdir())),
        threads=int(status["Threads"]),
        cpu_s=cpu_s(pid),
    )


def cpu_s(pid: int) -> float:
    """Of the processor, since the process began."""
    stat = _stat(pid)
    return (int(stat[11]) + int(stat[12])) / TICKS_A_SECOND


def family(pid: int) -> list[int]:
    """The process and its children."""
    parents = {int(each.parent.name): _stat(int(each.parent.name)) for each in Path("/proc").glob("[0-9]*/stat")}
    return [pid, *(child for child, stat in parents.items() if stat and int(stat[1]) == pid)]


def _stat(pid: int) -> list[str]:
    """What stands behind the name; nothing of a process that has just ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return []


@asynccontextmanager
async def started(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, *, http_port: int = 0
) -> AsyncIterator[Shipped]:
    """A process of this Python and this source; stopped at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "log"
    own = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment}
    with log.open("wb") as written:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *command, cwd=ROOT, env=own, stdout=written, stderr=written
        )
    shipped = Shipped(process, log, http_port)
    try:
        yield shipped
    finally:
        await shipped.stop()


@asynccontextmanager
async def mentor(
    sandbox: Sandbox,
    folder: Path,
    *,
    handbook: Path | None = None,
    database_url: str = "",
    is_by_http: bool = False,
) -> AsyncIterator[Shipped]:
    """Connected, or its address known to the workspace. A SQLite file in the folder and the embedded handbook are used
    where nothing else is said.
    """
    port, connected = free_port(), len(sandbox.sockets.connections)
    given = company.environment_for(
        sandbox,
        folder=folder,
        handbook=handbook or company.EMBEDDED,
        database_url=database_url or f"sqlite+aiosqlite:///{folder / 'mentor.db'}",
    )
    agreed = f"{time.time()}:{sandbox.clock.now()}:{sandbox.clock.factor}"
    own = {"MENTOR_HTTP_PORT": str(port), "MENTOR_CLOCK": agreed, "MENTOR_LOG_LEVEL": "warning"}
    if is_by_http:
        own |= {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": sandbox.signing_secret}
    async with started(["bot", "run"], given | own, folder, http_port=port) as shipped:
        if is_by_http:
            await reached(sandbox, f"http://127.0.0.1:{port}/slack/events", shipped)
        else:
            await heard(sandbox, shipped, connected + 1)
        yield shipped


async def heard(sandbox: Sandbox, shipped: Shipped, count: int) -> None:
    """Once there are so many sockets, or the process ended."""
    process = shipped.process
    open_ones = sandbox.sockets.connections
    await sandbox.wait_for(lambda: len(open_ones) >= count or process.returncode is not None, STARTS_WITHIN_S)
    assert process.returncode is None, shipped.log.read_text(encoding="utf-8")[-2000:]


async def reached(sandbox: Sandbox, url: str, shipped: Shipped) -> None:
    """Once the address answers as Slack wants; from then on what happens goes there."""
    poster = sandbox.use_http(url)
    async with asyncio.timeout(STARTS_WITHIN_S):
        while not await poster.verify():
            assert shipped.process.returncode is None, shipped.log.read_text(encoding="utf-8")[-2000:]
            await asyncio.sleep(0.05)
