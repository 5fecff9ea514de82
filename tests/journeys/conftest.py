"""What the journeys share: the workspace, the small handbook, and the bot at work on SQLite or on both databases."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from bot.config import Settings
from sandbox import Sandbox
from tests.journeys.handbook import write_handbook
from tests.journeys.office import Office, at_work, new_sandbox, settings_in
from tests.slow_machine import PATIENCE


@pytest.fixture(autouse=True)
def _short_logs() -> Iterator[None]:
    """Tracebacks without locals: with them one takes seconds, and the bot has two to answer Slack in."""
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback, colors=False)
    structlog.configure(processors=[structlog.processors.add_log_level, plain])
    yield
    structlog.reset_defaults()


@pytest.fixture
def patience() -> float:
    """How many times as long as Slack's the waits between sandbox and bot are; parametrized where they matter."""
    return PATIENCE


@pytest.fixture
async def sandbox(patience: float) -> AsyncIterator[Sandbox]:
    async with new_sandbox(patience=patience) as sandbox:
        yield sandbox


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    return write_handbook(tmp_path / "handbook")


@pytest.fixture
def settings(sandbox: Sandbox, handbook: Path, tmp_path: Path, sqlite_url: str, patience: float) -> Settings:
    """On SQLite, with the small handbook."""
    return settings_in(sandbox, tmp_path / "data", database_url=sqlite_url, handbook=handbook, patience=patience)


@pytest.fixture
async def office(sandbox: Sandbox, settings: Settings) -> AsyncIterator[Office]:
    """The bot at work on SQLite."""
    async with at_work(sandbox, settings) as office:
        yield office


@pytest.fixture
async def either_office(
    sandbox: Sandbox, handbook: Path, tmp_path: Path, database_url: str, patience: float
) -> AsyncIterator[Office]:
    """The bot at work, once on SQLite and once on PostgreSQL."""
    folder = tmp_path / "data"
    settings = settings_in(sandbox, folder, database_url=database_url, handbook=handbook, patience=patience)
    async with at_work(sandbox, settings) as office:
        yield office


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On PostgreSQL, too, they are long runs, but where a journey is of that alone: services are tested on both."""
    for item in items:
        params = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        is_of_one = any(mark.args[0] == "database_url" for mark in item.iter_markers("parametrize"))
        if "journeys" in item.path.parts and params.get("database_url") == "postgresql" and not is_of_one:
            item.add_marker(pytest.mark.chaos)
