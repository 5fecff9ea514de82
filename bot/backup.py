"""A copy of the database in one file, and a database made from such a copy: `mentor db backup` and `restore`.

The copy is a SQLite file whatever it was taken of, so that it can be checked at once, read by anything, and restored
into either kind of database. What stands elsewhere is in none: the handbook, the audit key, and the settings.
"""

import os
import sqlite3
import tempfile
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from bot.audit import Audit, find_key
from bot.config import Settings
from bot.errors import AuditKeyUnusable, BackupRefused, CopyBroken
from bot.statistics import counted
from bot.storage import copying, migrate, quarantine
from bot.storage.engine import SQLITE_HEAD, Database, is_there
from bot.storage.restored import Restored, make_sure_of_marks, put_backed_up, put_last_backup
from bot.wanted import Kind

SQLITE = "sqlite+aiosqlite:///"
BESIDE = ("-wal", "-shm")  # of a SQLite file: what is not in it yet


@dataclass(frozen=True)
class Copied:
    """`audit` says how the log of decisions stands in it; `restored` is None for a backup."""

    rows: int
    revision: str
    audit: str
    holds: bool  # the log of decisions, as far as it could be checked
    restored: Restored | None = None


async def back_up(settings: Settings, file: Path) -> Copied:
    """A whole copy under that name, readable by its owner alone, or none. The bot may run meanwhile.

    Raises BackupRefused where the file is there already or no database is, DatabaseNewer or DatabaseOlder for another
    revision.
    """
    _make_sure_of_room_for_backup(file)
    if not is_there(settings.database_url):
        raise BackupRefused("There is no database at MENTOR_DATABASE_URL or in MENTOR_DATA; nothing was copied")
    with _beside(file) as folder:
        part = _private(Path(folder) / "copy.db")
        async with copying.opened(settings.database_url) as database:
            await migrate.check_current(database)
            await database.write(make_sure_of_marks)
            taken_at = settings.clock.now()
            with copying.room_in(file.parent):
                expected = await _copy(database, part)
        with copying.room_in(file.parent):
            async with copying.opened(f"{SQLITE}{part}") as copy:
                await copy.write(lambda tx: put_backed_up(tx, taken_at))
                copied = await _checked(copy, settings)
                await copying.in_one_file(copy)
        if expected is not None and copied.rows != expected + 1:  # the moment it was taken at
            raise CopyBroken(f"The copy has {copied.rows} rows where {expected + 1} were read; nothing was kept")
        _keep(part, file)
    async with copying.opened(settings.database_url) as database:
        await database.write(lambda tx: put_last_backup(tx, taken_at))
    return copied


async def restore(settings: Settings, file: Path) -> Copied:
    """The database is what it was when the backup was taken, brought up to this program's revision, and doubts itself.

    Only into a database that is empty. Raises BackupRefused where it is not, CopyBroken, and DatabaseNewer.
    """
    _make_sure_of_backup(file)
    target = _sqlite_file(settings.database_url)
    if target is not None:
        _make_sure_of_room(target)
    folder = target.parent if target is not None else settings.data_folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore.", dir=folder) as beside:
        part = _private(Path(beside) / "copy.db")
        _copy_bytes(file, part, folder)
        async with copying.opened(f"{SQLITE}{part}") as copy:
            restored = await _doubted(copy, file, settings)
            copied = await _checked(copy, settings)
            await copying.in_one_file(copy)
            if target is None:
                await _fill(settings.database_url, copy)
        if target is not None:
            _keep(part, target)
    return replace(copied, restored=restored)


async def _copy(database: Database, part: Path) -> int | None:
    """How many rows were read; None where SQLite itself made the copy."""
    if database.is_sqlite:
        await copying.copy_file(database, part)
        return None
    async with copying.opened(f"{SQLITE}{part}") as copy:
        await migrate.upgrade(copy)
        return await copying.copy_rows(database, copy)


async def _doubted(copy: Database, file: Path, settings: Settings) -> Restored:
    if wrong := await copying.troubles(copy):
        raise CopyBroken(f"{file}: is damaged: {wrong[0]}; restore another backup")
    await migrate.upgrade(copy)
    now = settings.clock.now()
    restored = await copy.write(lambda tx: quarantine.begin(tx, expire=Kind.EXPIRE.value, now=now))
    if restored is None:
        raise BackupRefused(f"{file}: is a database of Mentor and no backup of one; make one by `mentor db backup`")
    return restored


async def _fill(url: str, copy: Database) -> None:
    async with copying.opened(url) as database:
        await migrate.upgrade(database)
        async with database.read() as tx:
            found = {name: rows for name, rows in (await copying.count_rows(tx)).items() if rows}
        if found:
            name, rows = max(found.items(), key=lambda each: each[1])
            raise BackupRefused(
                f"The database holds something already ({rows} rows of {name}), and a restore overwrites nothing; "
                "name an empty one in MENTOR_DATABASE_URL"
            )
        await copying.copy_rows(copy, database)


async def _checked(copy: Database, settings: Settings) -> Copied:
    """Raises CopyBroken unless the file is whole and the log of decisions holds."""
    if wrong := await copying.troubles(copy):
        raise CopyBroken(f"The copy is damaged: {wrong[0]}; nothing was kept")
    async with copy.read() as tx:
        rows = sum((await copying.count_rows(tx)).values())
    return Copied(rows, migrate.head(), *(await _audit(copy, settings)))


async def _audit(copy: Database, settings: Settings) -> tuple[str, bool]:
    try:
        key = find_key(settings.audit_key, settings.data_folder)
    except AuditKeyUnusable:
        return "not checked, for want of its key (MENTOR_AUDIT_KEY)", True
    audit = Audit(key, clock=settings.clock)
    async with copy.read() as tx:
        start = await audit.began_at(tx)
        verdict = await audit.verify(tx, start=start)
    if verdict.wrong is not None:
        return f"DOES NOT HOLD: {verdict.wrong.why}; see `mentor audit verify`", False
    rows = f"holds, {counted(verdict.rows, 'row')}"
    return rows if start == 1 else f"{rows} from row {start} on; those before are sealed with a key that was lost", True


def _sqlite_file(url: str) -> Path | None:
    return Path(url.removeprefix(SQLITE).partition("?")[0]) if url.startswith(SQLITE) else None


def _make_sure_of_backup(file: Path) -> None:
    with file.open("rb") as opened:
        if opened.read(len(SQLITE_HEAD)) != SQLITE_HEAD:
            raise BackupRefused(f"{file}: is no backup of Mentor's, which is a SQLite file")


def _make_sure_of_room(target: Path) -> None:
    there = [path for path in (target, *(target.with_name(target.name + each) for each in BESIDE)) if path.exists()]
    if there:
        names = ", ".join(str(each) for each in there)
        raise BackupRefused(f"{names}: there already, and a restore overwrites nothing; stop the bot and move it away")


def _make_sure_of_room_for_backup(file: Path) -> None:
    if file.exists():
        raise BackupRefused(f"{file}: is there already, and a backup overwrites nothing; name another file")


def _beside(file: Path) -> tempfile.TemporaryDirectory[str]:
    try:
        return tempfile.TemporaryDirectory(prefix=f".{file.name}.", dir=file.parent)
    except FileNotFoundError:
        raise BackupRefused(f"{file.parent}: there is no such folder; make it, or name a file elsewhere") from None
    except PermissionError:
        raise BackupRefused(f"{file.parent}: this user may not write there; run it as the bot's user") from None


def _private(file: Path) -> Path:
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return file


def _copy_bytes(source: Path, target: Path, folder: Path) -> None:
    """By SQLite, which also takes what may stand beside the file. `folder` is the one named where there is no room."""
    read_only = f"{source.resolve().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(read_only, uri=True)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)
    except sqlite3.OperationalError as error:  # of a disk, and no fault of the backup's
        raise CopyBroken(f"{source}: could not be copied to {folder}: {error}; is there room?") from error
    except sqlite3.DatabaseError as error:
        raise CopyBroken(f"{source}: is damaged: {error}; restore another backup") from error


def _keep(part: Path, file: Path) -> None:
    """Under its name, on the disk, and never over another."""
    _sync(part)
    try:
        os.link(part, file)
    except FileExistsError:
        raise BackupRefused(f"{file}: came into being meanwhile; name another file") from None
    _sync(file.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    with suppress(OSError):  # some file systems keep no folders
        os.fsync(handle)
    os.close(handle)
