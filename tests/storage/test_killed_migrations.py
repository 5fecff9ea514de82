"""A migration killed anywhere leaves the old schema or the new one, every row, and a database that goes on."""

import asyncio
import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection, make_url, text

from bot.storage import migrate
from bot.storage.engine import Database
from tests.databases import new_postgresql
from tests.goals.counting import Tally
from tests.storage.golden import Content, content, fill, tables_of
from tests.storage.mover import BASE, NEVER, Death, move, start

ROWS = 20
FEW = 2
SHAPES = {
    "sqlite": "SELECT type, name, sql FROM sqlite_master ORDER BY type, name",
    "postgresql": """
        SELECT 'column', table_name || '.' || column_name, concat_ws(' ', data_type, is_nullable, column_default)
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT 'function', proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        ORDER BY 1, 2
    """,
}


@dataclass(frozen=True)
class Stand:
    """What a database is like: its revision and shape, and what stands in the tables of `rows`."""

    revision: str | None
    shape: tuple[tuple[str, ...], ...]
    rows: Content = field(default_factory=dict)


class Templates:
    """Databases with rows at each revision, each made once, to be copied."""

    def __init__(self, folder: Path, server_url: str | None, stack: ExitStack) -> None:
        self._folder = folder
        self._server_url = server_url
        self._stack = stack
        self._made: dict[str, str] = {}

    async def at(self, revision: str) -> str:
        if revision not in self._made:
            url = self.copy("")
            await _filled(url, revision)
            self._made[revision] = url
        return self.copy(self._made[revision])

    def copy(self, url: str) -> str:
        """The address of a copy; of an empty database for ""."""
        if self._server_url is not None:
            template = make_url(url).database if url else "template1"
            return self._stack.enter_context(new_postgresql(self._server_url, template=str(template)))
        file = self._folder / f"copy{len(list(self._folder.iterdir()))}.db"
        if url:
            shutil.copyfile(str(make_url(url).database), file)
        return f"sqlite+aiosqlite:///{file}"


@pytest.fixture
def templates(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Templates]:
    server_url = request.getfixturevalue("postgresql_server") if request.param == "postgresql" else None
    with ExitStack() as stack:
        yield Templates(tmp_path, server_url, stack)


async def _filled(url: str, revision: str) -> None:
    database = Database(url)
    if revision != BASE:
        await migrate.upgrade(database)
        if revision != migrate.head():
            await migrate.downgrade(database, revision)
        async with database.migrate() as tx:
            await tx.run_sync(lambda sync: fill(sync, ROWS, tables=tables_of(sync)))
    if database.is_sqlite:
        async with database.upkeep() as run:
            await run("PRAGMA journal_mode=DELETE")  # all in the one file that is copied
    await database.close()


async def _stand(url: str) -> Stand:
    def look(connection: Connection) -> Stand:
        shape = connection.execute(text(SHAPES[connection.dialect.name])).all()
        said = tuple(tuple(str(each) for each in row) for row in shape)
        return Stand(None, said, content(connection, tables_of(connection)))

    database = Database(url)
    try:
        async with database.read() as tx:
            found = await tx.run_sync(look)
        return Stand(await migrate.current(database), found.shape, found.rows)
    finally:
        await database.close()


@pytest.mark.goal(g=22)
@pytest.mark.parametrize(
    ("templates", "kills"),
    [
        pytest.param("sqlite", FEW, id="a few times on SQLite"),
        pytest.param("sqlite", 60, id="SQLite", marks=pytest.mark.chaos),
        pytest.param("postgresql", 40, id="PostgreSQL", marks=pytest.mark.chaos),
    ],
    indirect=["templates"],
)
async def test_killed_anywhere_the_schema_is_the_old_or_the_new(
    templates: Templates, tmp_path: Path, seed: int, kills: int, tally: Tally
) -> None:
    chance, head = Random(seed), migrate.head()
    revisions = [BASE, *(f"{number:04}" for number in range(1, int(head)))]
    died = half = differing = 0

    while died < kills:
        lower = chance.choice(revisions)
        source, target = chance.choice([(lower, head), (head, lower)])
        before, after, points, took_s = await _unharmed(templates, source, target, tmp_path / "seen")
        for _ in range(min(10, kills - died)):  # of one way, as the unharmed run is as dear as a kill
            url = await templates.at(source)
            at_point = Death(at_point=chance.randint(1, points))
            death = chance.choice([at_point, Death(after_s=took_s * chance.uniform(0.01, 0.9))])
            ended = await _ended(url, target, death, tmp_path / "not seen")
            died += ended == -signal.SIGKILL
            found = await _stand(url)
            half += found not in (before, after)
            differing += await _differs_when_moved_on(url, before, after)

    tally(kills=died, wrong=half + differing)
    assert (half, differing) == (0, 0)


async def _unharmed(templates: Templates, source: str, target: str, seen: Path) -> tuple[Stand, Stand, int, float]:
    url = await templates.at(source)
    before = await _stand(url)
    assert await _ended(url, target, NEVER, seen) == 0
    points, took_s = seen.read_text().split()
    return before, await _stand(url), int(points), float(took_s)


async def _ended(url: str, target: str, death: Death, seen: Path) -> int | None:
    process = start(url, target, death, seen)
    await asyncio.to_thread(process.join)
    return process.exitcode


async def _differs_when_moved_on(url: str, before: Stand, after: Stand) -> bool:
    """Whether the next start does not come to this program's revision with every row of what there was all along."""
    database = Database(url)
    await move(database, migrate.head())
    await database.close()
    found = await _stand(url)
    lower = min(before, after, key=lambda each: each.revision or "")
    higher = max(before, after, key=lambda each: each.revision or "")
    return found.revision != higher.revision or any(
        len(found.rows[name]) != len(rows) for name, rows in lower.rows.items()
    )
