"""Overwrites what a database still holds of rows that were changed or deleted: free space, logs and statistics.

Deletes nothing itself. What cannot be reached from here is docs/privacy.md's to say.
"""

import asyncio
from collections.abc import Collection, Sequence

from sqlalchemy.exc import DBAPIError

from bot.storage.engine import Database, Run
from bot.storage.schema import metadata

CHECKPOINT_TRIES = 5  # a reader holds the old pages for as long as it reads
SEGMENTS_MOST = 512  # of PostgreSQL's log to be overwritten: 8 GiB at the usual size
LOCK_WAIT = "500ms"  # PostgreSQL by itself waits a second, then ends one of two who wait for each other
LOCK_TRIES, LOCK_REST_S = 60, 0.25  # and who came meanwhile goes first
LOCK_STATES = {"55P03", "40P01"}  # PostgreSQL: the lock was not to be had, deadlock
ALL = tuple(metadata.tables)
LOG_LEFT = (
    "ask your database administrator to run CHECKPOINT and pg_switch_wal() until all of pg_wal was written anew; "
    "otherwise it is overwritten as the database is used"
)


async def scrub(database: Database) -> Sequence[str]:
    """What could not be done, as lines for an operator; empty when all was.

    Tables are locked one by one meanwhile: for a second or so at a million messages.
    """
    if not database.is_sqlite:
        async with database.upkeep() as run:
            return await _postgresql(run)
    left = []
    for file in (database, database.inbox):
        async with file.upkeep() as run:
            left += await _sqlite(run)
    return left


async def scrub_tables(database: Database, names: Collection[str]) -> Sequence[str]:
    """The same for these tables alone; SQLite knows only its whole file."""
    async with database.upkeep() as run:
        return await (_sqlite(run) if database.is_sqlite else _postgresql(run, names))


async def _sqlite(run: Run) -> list[str]:
    """Copies the live rows into a new file, with the log emptied before and after."""
    left = []
    await _emptied(run)
    try:
        await run("VACUUM")
    except Exception as error:  # sqlite3's, which only the engine knows
        left.append(f"the database file could not be written anew ({type(error).__name__}); run VACUUM on it")
    if not await _emptied(run):
        left.append(
            "the write-ahead log could not be emptied, as something reads all the time; it is at the next start"
        )
    return left


async def _emptied(run: Run) -> bool:
    for _ in range(CHECKPOINT_TRIES):
        [(is_busy, *_)] = await run("PRAGMA wal_checkpoint(TRUNCATE)")
        if not is_busy:
            return True
    return False


async def _postgresql(run: Run, names: Collection[str] = ALL) -> list[str]:
    await run(f"SET lock_timeout = '{LOCK_WAIT}'")
    try:
        tables = await _tables_anew(run, names)
        statistics = await _statistics_anew(run, names)
        return [*tables, *statistics, *await _log_anew(run)]
    finally:
        await run("RESET lock_timeout")


async def _tables_anew(run: Run, names: Collection[str]) -> list[str]:
    left = []
    for name in names:
        if not await _is_written_anew(run, name):
            left.append(f"ask your database administrator to run VACUUM FULL {name}")
    return left


async def _is_written_anew(run: Run, name: str) -> bool:
    """Without the right PostgreSQL only warns, so the file's number tells."""
    before = await run(f"SELECT pg_relation_filenode('{name}')")
    return await _is_done(run, f"VACUUM FULL {name}") and before != await run(f"SELECT pg_relation_filenode('{name}')")


async def _is_done(run: Run, statement: str) -> bool:
    """Whether it went through. Who uses the table may be in its way."""
    for _ in range(LOCK_TRIES):
        try:
            await run(statement)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in LOCK_STATES:
                return False
            await asyncio.sleep(LOCK_REST_S)
        else:
            return True
    return False


async def _statistics_anew(run: Run, names: Collection[str]) -> list[str]:
    """The planner's statistics quote values. ANALYZE replaces them, but not those of a table that is empty now."""
    left = []
    for name in names:
        statements = [f"ANALYZE {name}"]
        if not await run(f"SELECT 1 FROM {name} LIMIT 1"):  # noqa: S608  (a table of ours)
            types = {row[0]: row[1] for row in await run(_TYPES.format(name))}
            columns = metadata.tables[name].columns  # to the same type: nothing changes but the statistics, which go
            statements += [f'ALTER TABLE {name} ALTER COLUMN "{each.name}" TYPE {types[each.name]}' for each in columns]
        if not all([await _is_done(run, each) for each in statements]):
            left.append(f"statistics of the table {name} may still quote what stood there; erase again when few use it")
    if not await _is_written_anew(run, "pg_statistic"):
        left.append("ask your database administrator to run VACUUM FULL pg_statistic in this database")
    return left


_TYPES = """
    SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
    WHERE attrelid = '{}'::regclass AND attnum > 0 AND NOT attisdropped
"""
_NAMES = "SELECT name FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$' ORDER BY name"
_NOW = "SELECT pg_walfile_name(pg_current_wal_lsn())"


async def _log_anew(run: Run) -> list[str]:
    """Segments of the log are used again under new names. So: use up all that wait, twice.

    The second time those are overwritten which were still in use, or had just been, at the first.
    """
    try:
        await run("CHECKPOINT")
        [(last_told,)] = await run(_NOW)
        for _ in range(2):
            if not await _used_up(run):
                return ["the write-ahead log is very large; old segments of it are overwritten in time"]
            await run("CHECKPOINT")
        [(oldest,)] = (await run(_NAMES))[:1]
    except DBAPIError:
        return [LOG_LEFT]
    if oldest <= last_told:
        return ["a replication slot, an archive or wal_keep_size holds old write-ahead log; it goes when that lets go"]
    return []


async def _used_up(run: Run) -> bool:
    """Whether all segments that are there now were written anew."""
    names = await run(_NAMES)
    for _ in range(SEGMENTS_MOST):
        [(now,)] = await run(_NOW)
        if now > names[-1][0]:
            return True
        await run("SELECT pg_logical_emit_message(false, 'mentor', '')")  # without a word the log does not switch
        await run("SELECT pg_switch_wal()")
    return False
