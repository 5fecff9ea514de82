"""A database that is away: people are told, nothing that was acknowledged is lost, and it goes on without a restart.

What the workspace's ledger shows is compared with what was asked: each question is answered once, whenever it was
asked. Events that could not be written down were not acknowledged; Slack sends them again for six minutes, and what it
has given up on by then is read back.
"""

import asyncio
import resource
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiohttp
import pytest

from bot.app import Mentor, running
from bot.clock import Clock
from bot.config import read_settings
from bot.storage.engine import Database
from handlers.errors import NOT_TAKEN_DOWN
from sandbox import Clock as SandboxClock
from sandbox import Message, Sandbox
from tests.chaos import bot_process, company
from tests.chaos.wire import Wire, wire_to
from tests.goals.counting import Tally
from tests.handlers.by_http import free_port
from tests.told import told_long_ago

CHANNELS = ("C0ASKHERE", "C0ASKTHERE")
PACE = 20.0  # of the workspace, while it waits for what is done in minutes
DISK_PACE = 5.0
PATIENCE_S = 120.0
NORMAL_S, GROWTH_MIB = 15.0, 50.0
EVERY_S = 90.0  # of the workspace, between two questions while it is away


@dataclass
class Office:
    """People who ask, and a bot at the end of a wire."""

    sandbox: Sandbox
    questions: list[str]
    url: str
    pace: float = 0.0  # of a bot that is a process of its own, to which no other can be told; 0: it is told
    asked: list[Message] = field(default_factory=list)
    told: int = 0  # commands that people were asked to try again
    took: int = 0

    def ask(self) -> Message:
        self.asked.append(self.sandbox.person("ada").say(CHANNELS[len(self.asked) % 2], self.questions.pop()))
        return self.asked[-1]

    def go_at(self, pace: float) -> None:
        self.sandbox.clock.set_factor(self.pace or pace)

    async def command(self) -> None:
        """Told that it was not taken down, or answered for good."""
        person, before = self.sandbox.person("bela"), self._refusals()
        sent = await person.command("/platform", "help", CHANNELS[0])
        if not sent.acknowledged or self._refusals() > before:
            self.told += 1
        else:
            self.took += 1

    async def is_answered(self, question: Message, timeout_s: float = PATIENCE_S) -> None:
        place = company.place_of(question)
        await self.sandbox.wait_for(lambda: place in company.answers_in(self.sandbox), timeout_s)

    async def page(self, path: str) -> tuple[int, str]:
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}{path}") as response:
            return response.status, await response.text()

    def unlike(self) -> tuple[int, int]:
        """How many of the questions have no answer, and how many more than one."""
        answers = company.answers_in(self.sandbox)
        counts = [len(answers.get(company.place_of(each), ())) for each in self.asked]
        return counts.count(0), sum(count > 1 for count in counts)

    def _refusals(self) -> int:
        seen = self.sandbox.person("bela").sees(CHANNELS[0])
        return sum(each.text == NOT_TAKEN_DOWN for each in seen)


@asynccontextmanager
async def office_in(
    folder: Path, database_url: str, *, pace: float = 0.0
) -> AsyncIterator[tuple[Office, dict[str, str]]]:
    """With no bot yet, and what one has to be told."""
    handbook = company.handbook_for(folder / "handbook", CHANNELS)
    clock = SandboxClock(start_s=company.STARTS_AT.timestamp(), factor=pace or 1.0)
    async with company.workspace(CHANNELS, clock=clock) as sandbox:
        environment = company.environment_for(
            sandbox, folder=folder / "data", handbook=handbook, database_url=database_url
        )
        port = free_port()
        await told_long_ago(database_url, str(handbook))
        office = Office(sandbox, company.questions(company.library_of(handbook), 60), f"http://127.0.0.1:{port}", pace)
        yield office, environment | {"MENTOR_HTTP_PORT": str(port)}


@asynccontextmanager
async def at_work(office: Office, environment: dict[str, str]) -> AsyncIterator[Mentor]:
    clock = Clock(office.sandbox.clock.now, lambda: office.sandbox.clock.factor)
    async with running(replace(read_settings(environment), clock=clock)) as mentor:
        await office.sandbox.connected()
        await office.is_answered(office.ask())
        yield mentor


def memory_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


@dataclass(frozen=True)
class Trouble:
    begin: Callable[[], Awaitable[object]]
    end: Callable[[], Awaitable[object]]


async def live_through(office: Office, trouble: Trouble, minutes: float, *, is_away: bool = True) -> None:
    """So many minutes of the workspace with the trouble, and what people do meanwhile; returns when all is normal."""
    sandbox = office.sandbox
    await trouble.begin()
    if is_away:
        status, said = await office.page("/readyz")
        assert (status, "database" in said) == (503, True)
        assert 'mentor_ready{state="database"} 0.0' in (await office.page("/metrics"))[1]
    ends_s = sandbox.clock.now() + minutes * 60
    office.go_at(PACE if minutes > 1 else 1.0)
    while sandbox.clock.now() < ends_s:
        office.ask()
        await office.command()
        await sandbox.clock.sleep(min(EVERY_S, ends_s - sandbox.clock.now()))
    office.go_at(1.0)
    await trouble.end()
    began_s = time.monotonic()
    await office.is_answered(office.ask(), NORMAL_S)
    assert (await office.page("/readyz"))[0] == 200
    assert time.monotonic() - began_s <= NORMAL_S


async def all_is_answered(office: Office, database: Database) -> None:
    """Slack has nothing left to deliver, and the bot nothing left to read or to do."""
    sandbox = office.sandbox
    office.go_at(PACE)
    await sandbox.settle(PATIENCE_S)
    await sandbox.wait_for(lambda: office.unlike()[0] == 0, PATIENCE_S)
    async with asyncio.timeout(PATIENCE_S):
        while await company.unfinished(database):
            await sandbox.clock.sleep(1.0)
    office.go_at(1.0)


def on_wire(wire: Wire, how: str, mentor: Mentor) -> Trouble:
    held: list[object] = []

    async def drain() -> None:
        """All connections that the bot may have are in other hands."""
        held.extend([await mentor.database.engine.connect() for _ in range(20)])

    async def give_back() -> None:
        for each in held:
            await each.close()  # type: ignore[attr-defined]

    async def stall() -> None:
        wire.stall()

    async def cut() -> None:
        wire.cut()

    async def slow() -> None:
        wire.delay_s = 0.1

    begin = {"stalled": stall, "refused": wire.refuse, "cut": cut, "slow": slow, "drained": drain}[how]
    return Trouble(begin, give_back if how == "drained" else wire.mend)


@pytest.mark.goal(g=11)
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("how", "minutes"),
    [
        pytest.param("cut", 0.0, id="cut"),
        pytest.param("refused", 5 / 60, id="refused 5 s"),
        pytest.param("drained", 5 / 60, id="drained 5 s", marks=pytest.mark.chaos),
        pytest.param("slow", 1.0, id="slow 60 s", marks=pytest.mark.chaos),
        pytest.param("stalled", 5 / 60, id="stalled 5 s", marks=pytest.mark.chaos),
        pytest.param("stalled", 1.0, id="stalled 60 s", marks=pytest.mark.chaos),
        pytest.param("refused", 1.0, id="refused 60 s", marks=pytest.mark.chaos),
        pytest.param("stalled", 30.0, id="stalled 30 min", marks=pytest.mark.chaos),
        pytest.param("refused", 30.0, id="refused 30 min", marks=pytest.mark.chaos),
    ],
)
async def test_a_postgresql_that_is_away_loses_nothing_and_needs_no_restart(
    tmp_path: Path, database_url: str, how: str, minutes: float, tally: Tally
) -> None:
    async with AsyncExitStack() as stack:
        wire = await stack.enter_async_context(wire_to(database_url))
        office, environment = await stack.enter_async_context(office_in(tmp_path, wire.url))
        mentor = await stack.enter_async_context(at_work(office, environment))
        before_mib = memory_mib()
        trouble = on_wire(wire, how, mentor)
        await live_through(office, trouble, minutes, is_away=how not in ("cut", "slow"))
        grown_mib = memory_mib() - before_mib
        await all_is_answered(office, mentor.database)

    lost, doubled = office.unlike()
    tally(outages=1, minutes=round(minutes), questions=len(office.asked), told=office.told, lost=lost, doubled=doubled)
    assert (lost, doubled) == (0, 0)
    assert grown_mib <= GROWTH_MIB


@pytest.mark.goal(g=11)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "minutes",
    [
        pytest.param(5 / 60, id="5 s"),
        pytest.param(1.0, id="60 s", marks=pytest.mark.chaos),
        pytest.param(30.0, id="30 min", marks=pytest.mark.chaos),
    ],
)
async def test_a_sqlite_that_another_process_writes_to_loses_nothing_and_needs_no_restart(
    tmp_path: Path, database_url: str, minutes: float, tally: Tally
) -> None:
    async with AsyncExitStack() as stack:
        office, environment = await stack.enter_async_context(office_in(tmp_path, database_url))
        mentor = await stack.enter_async_context(at_work(office, environment))
        file = mentor.database.url.database or ""
        other = stack.enter_context(closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)))
        before_mib = memory_mib()

        async def lock() -> None:
            await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")  # the bot may be writing, in this very loop

        async def free() -> None:
            other.execute("ROLLBACK")

        await live_through(office, Trouble(lock, free), minutes)
        grown_mib = memory_mib() - before_mib
        await all_is_answered(office, mentor.database)

    lost, doubled = office.unlike()
    tally(outages=1, minutes=round(minutes), questions=len(office.asked), told=office.told, lost=lost, doubled=doubled)
    assert (lost, doubled, office.told > 0) == (0, 0, True)
    assert grown_mib <= GROWTH_MIB


# A disk that takes nothing more. The limit is one of the bot's process: nobody may mount a disk here.


@dataclass
class Disk:
    """What a process may write into files: nothing beyond the first so many bytes of each."""

    process_id: int

    def ends_at(self, size: int) -> None:
        resource.prlimit(self.process_id, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@asynccontextmanager
async def process_at_work(office: Office, environment: dict[str, str]) -> AsyncIterator[Disk]:
    agreed = f"{time.time()}:{office.sandbox.clock.now()}:{office.pace}"
    process = bot_process.start({**environment, "MENTOR_CLOCK": agreed}, seen=Path("/dev/null"))
    try:
        await office.sandbox.connected(timeout_s=PATIENCE_S)
        await office.is_answered(office.ask())
        yield Disk(process.pid or 0)
        assert process.is_alive()
    finally:
        process.kill()
        await asyncio.to_thread(process.join)


@pytest.mark.goal(g=11)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("how", [pytest.param("read-only", marks=pytest.mark.chaos), "full"])
async def test_a_disk_that_takes_nothing_more_loses_nothing_and_needs_no_restart(
    tmp_path: Path, database_url: str, how: str, tally: Tally
) -> None:
    database = Database(database_url)
    async with AsyncExitStack() as stack:
        office, environment = await stack.enter_async_context(office_in(tmp_path, database_url, pace=DISK_PACE))
        disk = await stack.enter_async_context(process_at_work(office, environment))
        log = Path(f"{database.url.database}-wal")

        async def end() -> None:
            disk.ends_at(log.stat().st_size if how == "full" else 0)

        async def begin_anew() -> None:
            disk.ends_at(resource.RLIM_INFINITY)

        await live_through(office, Trouble(end, begin_anew), 30 / 60, is_away=how == "read-only")
        await all_is_answered(office, database)
    await database.close()

    lost, doubled = office.unlike()
    tally(outages=1, questions=len(office.asked), told=office.told, lost=lost, doubled=doubled)
    assert (lost, doubled) == (0, 0)
