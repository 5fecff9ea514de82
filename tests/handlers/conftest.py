"""The bot behind signed HTTP, started once for each module that sends to it, on each of the two databases."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.databases import new_postgresql
from tests.handlers.by_http import BotByHttp, bot_by_http


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def module_database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Nothing for SQLite in the bot's own folder, else an empty PostgreSQL database."""
    if request.param == "sqlite":
        yield ""
        return
    with new_postgresql(request.getfixturevalue("postgresql_server")) as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(tmp_path_factory: pytest.TempPathFactory, module_database_url: str) -> AsyncIterator[BotByHttp]:
    async with bot_by_http(tmp_path_factory.mktemp("bot"), database_url=module_database_url) as bot:
        yield bot
