"""The database: `read()` and `write()` are the only ways in.

SQLite gets explicit transactions (the driver's own are off), WAL and full sync; PostgreSQL is READ COMMITTED.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Table, event, make_url
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.schema import CreateTable

from bot.errors import MentorError
from bot.storage import near
from bot.storage.ahead import Ahead, Given
from bot.storage.giving_way import GivingWay
from bot.storage.near import NearConnection
from bot.storage.schema import events, inbox
from bot.storage.statements import insert_new, spelled
from bot.storage.together import Together

Tx = AsyncConnection  # an open transaction, for services to hand on to queries
T = TypeVar("T")
Unit = Callable[[AsyncConnection], Awaitable[T]]
Rows = Sequence[tuple[Any, ...]]
Run = Callable[[str], Awaitable[Rows]]

BUSY_TIMEOUT_S = 1.0  # inside the time a listener has; a busy timeout is no retry, so the whole unit is tried again
TRIES = 3
UNIT_S = 2.0  # for a unit whose caller was cancelled; it takes milliseconds, but must not hold up a stop for ever
LET_GO_S = 0.1  # of these its caller waits for: Slack is to be refused in time
INBOX = "-inbox"  # ends the name of the file beside, as SQLite's own `-wal` does
SQLITE_HEAD = b"SQLite format 3\0"
RETRIED_STATES = {"40001", "40P01"}  # PostgreSQL: serialisation failure, deadlock


class AddressInvalid(MentorError):
    """MENTOR_DATABASE_URL is no address of a database; write sqlite:///FILE or postgresql://USER@HOST/NAME."""


class ReadOnly(MentorError):
    """The database can be read and not written."""


class NobodyWaits(MentorError):
    """Whoever wanted this written was told that it was not; nothing was."""


class Database:
    """One engine, and on SQLite turns of this process's writes."""

    def __init__(self, url: str, *, tables: Sequence[Table] = ()) -> None:
        """`tables` are made where they are not there yet; all others are migrations' to make."""
        self.url = _read_url(url)
        self.tables = tables
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(self) if self.is_sqlite else _postgresql(self)
        self._writing = asyncio.Lock()
        self.way = GivingWay()
        self._let_go: set[asyncio.Task[Any]] = set()  # transactions that nobody waits for any more
        self._together = Together(partial(self._write, is_near=True))
        self._ahead = Ahead(self._connect, tries=TRIES)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """One consistent snapshot on SQLite; statement by statement on PostgreSQL."""
        async with self.engine.connect() as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """One consistent snapshot on both, however long it is read; nobody is held up."""
        async with self.engine.connect() as connection:
            if not self.is_sqlite:
                await connection.execution_options(isolation_level="REPEATABLE READ")
            async with connection.begin():
                yield connection

    async def write(self, unit: Unit[T]) -> T:
        """The unit's result, committed. The unit may run again from the start: nothing outside in it."""
        return await self._write(unit)

    async def write_together(self, unit: Unit[T]) -> T:
        """As `write`, for quick units of which many may come at once: on SQLite they share a transaction.

        There each statement holds up everything else in the process, in place of a way to a thread, and before it makes
        way to those in a hurry.
        """
        result: T = await (self._together.write(unit) if self.is_sqlite else self.write(unit))
        return result

    @cached_property
    def inbox(self) -> "Database":
        """Where what Slack waits for is written: on SQLite a file beside, in which nobody waits for what goes on here.

        What Slack told lies in it, and which signatures were taken, as rows of a table `events` of its own.
        """
        if not self.is_sqlite:
            return self
        file = self.url.set(database=f"{self.url.database}{INBOX}")
        return Database(file.render_as_string(hide_password=False), tables=[inbox, events])

    async def insert_ahead(self, table: Table, row: Mapping[str, Any]) -> None:
        """A row of the inbox's, committed when it returns. One that is there already is left as it is."""
        if self.is_sqlite:
            await self.inbox.write_ahead([spelled(table, row)])
        else:
            await self.write(lambda tx: insert_new(tx, table, row))

    async def write_ahead(self, given: Sequence[Given]) -> None:
        """Statements of SQLite's own, committed as quickly as the disk takes them."""
        await self._ahead.write(given)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.url.database or ":memory:", timeout=BUSY_TIMEOUT_S, check_same_thread=False)
        _set_up(connection, self.tables)
        return connection

    async def _write(self, unit: Unit[T], *, is_near: bool = False) -> T:
        for _ in range(TRIES - 1):
            try:
                return await self._write_once(unit, is_near=is_near)
            except (OperationalError, DBAPIError) as error:
                if not _may_pass(error):
                    raise
        return await self._write_once(unit, is_near=is_near)

    async def _write_once(self, unit: Unit[T], *, is_near: bool) -> T:
        if not self.is_sqlite:
            async with self.engine.begin() as connection:
                return await unit(connection)
        wanted = _Wanted()
        task = asyncio.create_task(self._transaction(unit, wanted, is_near=is_near))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await self._leave(task, wanted)
            raise

    async def _transaction(self, unit: Unit[T], wanted: "_Wanted", *, is_near: bool) -> T:
        async with self._writing, self.engine.connect() as connection:
            await connection.execution_options(begin_immediate=True)
            async with connection.begin():
                with (await _driver(connection)).near(self.way) if is_near else nullcontext():
                    result = await unit(connection)
                if not wanted.still:
                    raise NobodyWaits
                return result

    async def _leave(self, task: asyncio.Task[Any], wanted: "_Wanted") -> None:
        """Lets go of a transaction soon, which ends by itself and commits nothing more.

        The statement at hand runs in a thread of the driver's, which cannot be cancelled: a BEGIN that nobody waits for
        any more would keep the lock for good.
        """
        wanted.still = False
        self._let_go.add(task)
        task.add_done_callback(self._ended)
        asyncio.get_running_loop().call_later(UNIT_S, task.cancel)
        await asyncio.wait({task}, timeout=LET_GO_S)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._let_go.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, or asyncio would tell of it

    async def check_writable(self) -> None:
        """Raises what any write would now raise: a file can be read that is locked, read-only, or on a full disk.

        On SQLite a number is written that nobody reads; of PostgreSQL it is asked.
        """
        if self.is_sqlite:
            await self.write(lambda tx: tx.exec_driver_sql("PRAGMA user_version=0"))
            return
        async with self.read() as tx:
            if (await tx.exec_driver_sql("SHOW transaction_read_only")).scalar() == "on":
                raise ReadOnly

    @asynccontextmanager
    async def migrate(self) -> AsyncIterator[AsyncConnection]:
        """One transaction in which tables may be rebuilt: SQLite's foreign keys are off in it, and checked."""
        async with self._writing, self.engine.connect() as connection:
            if not self.is_sqlite:
                async with connection.begin():
                    yield connection
                return
            await connection.execution_options(begin_immediate=True)
            await _pragma(connection, "foreign_keys=OFF")
            try:
                async with connection.begin():
                    yield connection
                    broken = (await connection.exec_driver_sql("PRAGMA foreign_key_check")).fetchall()
                    if broken:
                        raise MentorError(f"The migration would break {len(broken)} references; nothing was changed.")
            finally:
                await _pragma(connection, "foreign_keys=ON")

    @asynccontextmanager
    async def upkeep(self) -> AsyncIterator[Run]:
        """Single statements outside any transaction; on SQLite nothing else of this process writes meanwhile."""
        async with self._writing, self.engine.connect() as connection:
            if self.is_sqlite:
                yield await _raw(connection)
                return
            await connection.execution_options(isolation_level="AUTOCOMMIT")

            async def run(statement: str) -> Rows:
                result = await connection.exec_driver_sql(statement)
                return [tuple(row) for row in result] if result.returns_rows else []

            yield run

    async def close(self) -> None:
        if "inbox" in vars(self) and self.inbox is not self:
            await self.inbox.close()
        await self._together.close()
        await self._ahead.close()
        if self._let_go:
            await asyncio.wait(self._let_go, timeout=UNIT_S)
        await self.engine.dispose()


@dataclass
class _Wanted:
    """Whether anybody still waits for a transaction."""

    still: bool = True


def is_there(url: str) -> bool:
    """False for a file of SQLite that is not there, which a `Database` would make. Raises AddressInvalid."""
    read = _read_url(url)
    return read.get_backend_name() != "sqlite" or Path(read.database or "").is_file()


def _read_url(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise AddressInvalid from None  # the cause quotes the address, which may hold a password


async def _raw(connection: AsyncConnection) -> Run:
    """SQLite's own connection: what goes through it opens no transaction."""
    raw = await _driver(connection)

    async def run(statement: str) -> Rows:
        async with raw.execute(statement) as cursor:
            return [tuple(row) for row in await cursor.fetchall()]

    return run


async def _driver(connection: AsyncConnection) -> NearConnection:
    found = (await connection.get_raw_connection()).driver_connection
    assert isinstance(found, NearConnection)
    return found


async def _pragma(connection: AsyncConnection, setting: str) -> None:
    """Sets it outside any transaction, where alone SQLite takes it."""
    run = await _raw(connection)
    await run(f"PRAGMA {setting}")


def _may_pass(error: DBAPIError) -> bool:
    """Whether the same unit may succeed when tried again at once."""
    if error.connection_invalidated:
        return True
    if isinstance(error.orig, sqlite3.OperationalError):
        return "locked" in str(error.orig) or "busy" in str(error.orig)
    return getattr(error.orig, "sqlstate", None) in RETRIED_STATES


def _sqlite(database: Database) -> AsyncEngine:
    file = database.url.database or ":memory:"
    if file != ":memory:":
        _make_sure_of(Path(file))
    connect = partial(near.connect, file, timeout=BUSY_TIMEOUT_S)
    engine = create_async_engine(database.url, async_creator=connect, pool_size=5, max_overflow=10)

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        _set_up(connection, database.tables)

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Any) -> None:
        immediate = connection.get_execution_options().get("begin_immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def _set_up(connection: Any, tables: Sequence[Table]) -> None:
    connection.isolation_level = None  # the driver must not open transactions of its own
    cursor = connection.cursor()
    # what is deleted is overwritten: see docs/decisions/0007-erasing.md for what it costs
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    for table in tables:
        cursor.execute(str(CreateTable(table, if_not_exists=True).compile(dialect=sqlite.dialect())))
    cursor.close()


def _make_sure_of(file: Path) -> None:
    """Raises AddressInvalid where no file can be, or another kind of file is.

    aiosqlite finds out in a thread that outlives the event loop.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        sqlite3.connect(file).close()
        with file.open("rb") as opened:
            head = opened.read(len(SQLITE_HEAD))
    except (OSError, sqlite3.OperationalError) as error:
        raise AddressInvalid(f"MENTOR_DATABASE_URL: {file} cannot be opened: {error}.") from error
    if head not in (b"", SQLITE_HEAD):  # a new one is empty
        raise AddressInvalid(f"MENTOR_DATABASE_URL: {file} is no SQLite database.")


def _postgresql(database: Database) -> AsyncEngine:
    from bot.storage.postgresql import CONNECTING, Connection  # libpq is loaded only where it is used

    return create_async_engine(
        database.url,
        connect_args={**CONNECTING, "async_creator_fn": Connection.connect},
        pool_size=10,
        max_overflow=10,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
    )
