"""Somebody erased is in no store: rows, files and logs of the database, the bot's log, new backups; and of an older
backup, once it is restored and they are erased again.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, update
from structlog.testing import capture_logs

from bot.backup import back_up, restore
from bot.clock import Clock
from bot.config import Secret, Settings, read_settings
from bot.storage import migrate
from bot.storage.engine import Database
from bot.storage.schema import messages
from tests.goals.counting import Tally
from tests.privacy.company import AUDIT, DEPLOYS, ME, NOW, USER, WORDS, privacy, said, seed, traces, ts
from tests.privacy.test_erase import person_columns, quiet


def settings_for(url: str, folder: Path) -> Settings:
    given = read_settings({"MENTOR_DATA": str(folder)})
    return replace(given, database_url=url, audit_key=Secret("canary" * 6), clock=Clock(NOW.timestamp))


@pytest.mark.goal(g=20)
async def test_nothing_is_left_in_any_store_and_the_audit_holds(
    database: Database, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, tally: Tally
) -> None:
    await seed(database)
    await use(database)
    backups, settings = tmp_path_factory.mktemp("backups"), settings_for(url_of(database), tmp_path)
    await back_up(settings, backups / "before")
    assert traces_in(backups) == traces()  # else nothing found below would say nothing

    with capture_logs() as logged:
        erased = await privacy(database, quiet()).erase(USER)
    await back_up(settings, tmp_path / "after")

    stores = (tmp_path, await folder_of(database))
    tally(erased=1, columns=len(person_columns()), wrong=sum(len(traces_in(each)) for each in stores))
    assert erased.left == []
    assert [traces_in(each) for each in stores] == [set(), set()]
    assert [line for line in logged if any(trace in str(line).lower() for trace in traces())] == []
    async with database.read() as tx:
        assert (await AUDIT.verify(tx)).wrong is None


@pytest.mark.goal(g=20)
async def test_what_an_older_backup_brings_back_is_erased_again(tmp_path: Path, tally: Tally) -> None:
    """As docs/privacy.md says: after restoring one, erase again."""
    old, restored = tmp_path / "old", tmp_path / "restored"
    await _backed_up(tmp_path / "first", old)
    url = f"sqlite+aiosqlite:///{restored / 'mentor.db'}"
    await restore(settings_for(url, restored), old)
    database = Database(url)
    try:
        assert traces_in(restored) == traces()

        erased = await privacy(database, quiet()).erase(USER)

        tally(erased=1, wrong=len(traces_in(restored)))
        assert erased.left == []
        assert traces_in(restored) == set()
        async with database.read() as tx:
            assert (await AUDIT.verify(tx)).wrong is None
    finally:
        await database.close()


async def _backed_up(folder: Path, file: Path) -> None:
    url = f"sqlite+aiosqlite:///{folder / 'mentor.db'}"
    folder.mkdir()
    database = Database(url)
    await migrate.upgrade(database)
    await seed(database)
    await back_up(settings_for(url, folder), file)
    await database.close()


def url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


async def use(database: Database) -> None:
    """A life: rows come and go, statistics are taken, and the log has been written round once."""
    old = [said(DEPLOYS, 100 + each, ME, f"{WORDS} number {each} {'x' * 200}") for each in range(300)]
    await database.write(lambda tx: tx.execute(insert(messages), old))
    await database.write(lambda tx: tx.execute(update(messages).where(messages.c.ts > ts(200)).values(text=WORDS * 3)))
    async with database.upkeep() as run:
        await run("ANALYZE")
        if not database.is_sqlite:
            for _ in range(3):
                await run("SELECT pg_logical_emit_message(false, 'x', 'x')")
                await run("SELECT pg_switch_wal()")
                await run("CHECKPOINT")


async def folder_of(database: Database) -> Path:
    """All files of the database; of PostgreSQL all of its server's."""
    if database.is_sqlite:
        assert database.url.database is not None
        return Path(database.url.database).parent
    async with database.upkeep() as run:
        [(folder,)] = await run("SHOW data_directory")
    if not Path(folder).is_dir():
        pytest.skip("the PostgreSQL server's files are on another machine")
    return Path(folder)


def traces_in(folder: Path) -> set[str]:
    """Those of the traces that stand in any file, whatever the case of their letters."""
    found = set()
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes().decode(errors="replace").lower()
            found |= {trace for trace in traces() if trace in content}
    return found
