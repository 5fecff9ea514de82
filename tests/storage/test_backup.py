"""A copy holds every row as it is, whichever database it is taken of and restored into, and nothing is overwritten."""

import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from sqlite3 import connect

import pytest
from sqlalchemy import Table, Text, cast, select, text

from bot.audit import Audit
from bot.backup import Copied, back_up, restore
from bot.clock import Clock
from bot.config import Settings, read_settings
from bot.errors import BackupRefused, CopyBroken
from bot.seals import Key
from bot.storage import migrate
from bot.storage.copying import count_rows
from bot.storage.engine import Database, Tx
from bot.storage.restored import mark_of, restored
from bot.storage.schema import metadata, outbox, work
from tests.storage.test_migrate import fill

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
CHANGED = {"keys", "outbox", "work", "requests"}  # by the quarantine
AUDIT_KEY, LOST_KEY = "k" * 32, "l" * 32


def _settings(url: str, folder: Path, now: datetime = NOW) -> Settings:
    given = read_settings({"MENTOR_DATA": str(folder), "MENTOR_AUDIT_KEY": AUDIT_KEY})
    return replace(given, database_url=url, clock=Clock(now.timestamp))


async def _content(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Of every table, JSON as it is written: no value is another than the value null."""
    async with database.read() as tx:
        return {table.name: await _rows(tx, table) for table in metadata.sorted_tables if table.name not in CHANGED}


async def _rows(tx: Tx, table: Table) -> list[tuple[object, ...]]:
    written = [cast(each, Text) if str(each.type) == "JSON" else each for each in table.columns]
    return [tuple(row) for row in await tx.execute(select(*written).order_by(*table.primary_key.columns))]


async def _filled(database: Database) -> None:
    async def put(tx: Tx) -> None:
        await tx.run_sync(lambda sync: fill(sync, 20))
        await tx.execute(text("DELETE FROM audit"))  # whose chain is none
        await tx.execute(text("UPDATE requests SET author = NULL, blobs = 'null'"))

    await database.write(put)


@pytest.fixture
async def sqlite(sqlite_url: str) -> AsyncIterator[Database]:
    database = Database(sqlite_url)
    yield database
    await database.close()


@pytest.fixture
def other_url(empty_url: str) -> str:
    """Of an empty database, of SQLite or PostgreSQL."""
    return empty_url.replace("mentor.db", "other/mentor.db")


async def test_what_is_restored_is_what_was_there_whichever_the_databases(
    database: Database, other_url: str, tmp_path: Path
) -> None:
    await _filled(database)
    before = await _content(database)
    url = database.url.render_as_string(hide_password=False)

    copied = await back_up(_settings(url, tmp_path), tmp_path / "copy")
    again = await restore(_settings(other_url, tmp_path, LATER), tmp_path / "copy")

    other = Database(other_url)
    try:
        assert await _content(other) == before
        async with other.read() as tx:
            counts = await count_rows(tx)
            assert sum(counts.values()) == copied.rows == again.rows
        row = {"kind": "k", "key": "new", "due_at": NOW, "state": "waiting", "attempts": 0, "created_at": NOW}
        await other.write(lambda tx: tx.execute(work.insert().values(**row)))  # new rows get new numbers
        await other.write(lambda tx: tx.execute(text("UPDATE questions SET asker = 'somebody else'")))
        async with other.read() as tx:
            assert (await count_rows(tx))["case_turns"] > counts["case_turns"]  # and triggers work again
    finally:
        await other.close()


async def test_a_copy_taken_before_anything_was_sent_knows_again_what_is_sent_later(
    sqlite: Database, tmp_path: Path
) -> None:
    await back_up(_settings(sqlite.url.render_as_string(hide_password=False), tmp_path), tmp_path / "copy")
    sent = await sqlite.write(lambda tx: mark_of(tx, "answer:1"))

    copy = Database(f"sqlite+aiosqlite:///{tmp_path / 'copy'}")
    try:
        assert await copy.write(lambda tx: mark_of(tx, "answer:1")) == sent
    finally:
        await copy.close()


async def test_what_was_under_way_is_doubted(sqlite: Database, tmp_path: Path) -> None:
    def row(key: str, state: str, **values: object) -> dict[str, object]:
        given = {"kind": "k", "purpose": "asked", "channel_id": "C1", "version": 1, "attempts": 0, "due_at": NOW}
        return {**given, "key": key, "mark": key, "state": state, "created_at": NOW, "manner": "post", **values}

    rows = [
        row("waits", "waiting"),
        row("was being sent", "sending", lease="theirs", first_tried_at=NOW - timedelta(seconds=5)),
        row("is an edit", "waiting", edits="sent"),
        row("is whispered", "waiting", manner="whisper"),
        row("is for an address", "waiting", response_url="https://hooks.example/1"),
        row("nobody asked for", "waiting", purpose="unasked"),
        row("nobody asked for, and was tried", "unclear", purpose="unasked", first_tried_at=NOW),
        row("sent", "sent"),
    ]
    for each in rows:
        await sqlite.write(lambda tx, each=each: tx.execute(outbox.insert().values(**each)))  # type: ignore[misc]
    url = sqlite.url.render_as_string(hide_password=False)
    await back_up(_settings(url, tmp_path), tmp_path / "copy")
    target = f"sqlite+aiosqlite:///{tmp_path / 'new' / 'mentor.db'}"
    await restore(_settings(target, tmp_path, LATER), tmp_path / "copy")

    other = Database(target)
    try:
        async with other.read() as tx:
            query = select(outbox.c.key, outbox.c.state, outbox.c.first_tried_at, outbox.c.lease)
            found = {key: rest for key, *rest in await tx.execute(query)}
            known = await restored(tx)
    finally:
        await other.close()
    assert found == {
        "waits": ["unclear", NOW, None],
        "was being sent": ["unclear", NOW - timedelta(seconds=5), None],
        "is an edit": ["waiting", NOW, None],
        "is whispered": ["skipped", None, None],
        "is for an address": ["skipped", None, None],
        "nobody asked for": ["skipped", None, None],
        "nobody asked for, and was tried": ["unclear", NOW, None],
        "sent": ["sent", None, None],
    }
    assert known is not None
    assert (known.taken_at, known.at) == (NOW, LATER)


async def test_nothing_is_overwritten(database: Database, tmp_path: Path) -> None:
    settings = _settings(database.url.render_as_string(hide_password=False), tmp_path)
    await back_up(settings, tmp_path / "copy")

    with pytest.raises(BackupRefused, match="is there already"):
        await back_up(settings, tmp_path / "copy")
    await _filled(database)
    with pytest.raises(BackupRefused, match=r"overwrites nothing|there already"):
        await restore(settings, tmp_path / "copy")


@pytest.mark.parametrize(
    ("spoil", "error", "said"),
    [
        pytest.param(lambda file: file.write_bytes(b"PGDMP"), BackupRefused, "is no backup", id="another kind of file"),
        pytest.param(lambda file: _cut(file), CopyBroken, r"damaged|refused", id="cut off"),
        pytest.param(lambda file: _overwrite(file), CopyBroken, r"damaged|refused", id="overwritten in its middle"),
        pytest.param(
            lambda file: _run(file, "DELETE FROM keys"), BackupRefused, "no backup of one", id="a database and no copy"
        ),
        pytest.param(
            lambda file: _run(file, "UPDATE alembic_version SET version_num = '9999'"),
            migrate.DatabaseNewer,
            "newer Mentor",
            id="of a newer program",
        ),
    ],
)
async def test_what_is_no_whole_backup_is_refused_and_nothing_made_of_it(
    sqlite: Database, tmp_path: Path, spoil: object, error: type[Exception], said: str
) -> None:
    await _filled(sqlite)
    await back_up(_settings(sqlite.url.render_as_string(hide_password=False), tmp_path), tmp_path / "copy")
    spoil(tmp_path / "copy")  # type: ignore[operator]

    with pytest.raises(error, match=said):
        await restore(_settings(f"sqlite+aiosqlite:///{tmp_path / 'new' / 'mentor.db'}", tmp_path), tmp_path / "copy")

    assert list((tmp_path / "new").glob("*")) == []


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _overwrite(file: Path) -> None:
    """Every page but the first few, of which SQLite needs some to open it at all."""
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 4 :] = b"\x07" * (len(whole) - len(whole) // 4)
    file.write_bytes(whole)


def _run(file: Path, statement: str) -> None:
    with closing(connect(file)) as connection, connection:
        connection.execute(statement)


async def test_a_database_that_is_not_there_is_not_made_to_be_backed_up(tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="There is no database at MENTOR_DATABASE_URL"):
        await back_up(_settings(f"sqlite+aiosqlite:///{tmp_path / 'mentor.db'}", tmp_path), tmp_path / "copy")

    assert list(tmp_path.iterdir()) == []


async def test_a_full_disk_is_told_as_one_and_leaves_the_backup_alone(sqlite: Database, tmp_path: Path) -> None:
    await back_up(_settings(sqlite.url.render_as_string(hide_password=False), tmp_path), tmp_path / "copy")
    folder = tmp_path / "new"

    with _room_for(100_000), pytest.raises(CopyBroken, match=rf"could not be copied to {folder}.*is there room"):
        await restore(_settings(f"sqlite+aiosqlite:///{folder / 'mentor.db'}", tmp_path), tmp_path / "copy")

    assert list(folder.iterdir()) == []


async def test_a_full_disk_for_backups_is_told_as_that_and_not_as_a_database_that_is_away(
    database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    settings = _settings(database.url.render_as_string(hide_password=False), tmp_path)

    with _room_for(100_000), pytest.raises(CopyBroken, match=f"^{folder}: the copy could not be written there"):
        await back_up(settings, folder / "copy")

    assert list(folder.iterdir()) == []


async def test_a_folder_that_is_not_there_is_named_as_it_was_given(sqlite: Database, tmp_path: Path) -> None:
    settings = _settings(sqlite.url.render_as_string(hide_password=False), tmp_path)

    with pytest.raises(BackupRefused, match=f"^{tmp_path}/nowhere: there is no such folder"):
        await back_up(settings, tmp_path / "nowhere" / "copy")


@contextmanager
def _room_for(size: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_log_of_decisions_that_does_not_hold_is_told(sqlite: Database, tmp_path: Path) -> None:
    await sqlite.write(lambda tx: tx.run_sync(lambda sync: fill(sync, 3)))  # rows that nobody sealed

    copied = await back_up(_settings(sqlite.url.render_as_string(hide_password=False), tmp_path), tmp_path / "copy")

    assert isinstance(copied, Copied)
    assert not copied.holds
    assert copied.audit.startswith("DOES NOT HOLD: ")


async def test_after_a_lost_key_what_stands_since_is_what_has_to_hold(database: Database, tmp_path: Path) -> None:
    settings = _settings(database.url.render_as_string(hide_password=False), tmp_path)
    await _decide(database, LOST_KEY, 3)
    key = Key(AUDIT_KEY)
    await database.write(Audit(key, clock=settings.clock).renew_key)
    await _decide(database, AUDIT_KEY, 2)

    copied = await back_up(settings, tmp_path / "copy")

    said = "holds, 3 rows from row 4 on; those before are sealed with a key that was lost"
    assert (copied.audit, copied.holds) == (said, True)
    await database.write(lambda tx: tx.execute(text("UPDATE audit SET subject = 'other' WHERE number = 5")))
    assert not (await back_up(settings, tmp_path / "another")).holds


async def _decide(database: Database, key: str, rows: int) -> None:
    audit = Audit(Key(key), clock=Clock(NOW.timestamp))
    for number in range(rows):
        act = partial(audit.add, act="request.approved", person=None, subject=f"r{number}", facts={})
        await database.write(act)
