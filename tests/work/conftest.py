"""One migrated database of each kind for a whole module, emptied before each test: there are many small tests."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import delete

from bot.storage import migrate
from bot.storage.engine import Database, Tx
from bot.storage.schema import metadata
from tests.databases import new_postgresql


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('database') / 'mentor.db'}"
        asyncio.run(_migrate(url))
        yield url
        return
    with new_postgresql(request.getfixturevalue("postgresql_server")) as url:
        asyncio.run(_migrate(url))
        yield url


async def _migrate(url: str) -> None:
    database = Database(url)
    await migrate.upgrade(database)
    await database.close()


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    database = Database(migrated_url)
    await database.write(_empty)
    yield database
    await database.close()


async def _empty(tx: Tx) -> None:
    for table in reversed(metadata.sorted_tables):
        await tx.execute(delete(table))
