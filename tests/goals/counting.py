"""What the tests of a goal take: a seed, how long to last, and where to say what they tried.

A pytest plugin that all tests have. The sums go to the file of MENTOR_TALLY, a line for each test that said something.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

TALLY = "MENTOR_TALLY"
Tally = Callable[..., None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seed", type=int, default=1, help="what chance begins with in tests that take `seed`")
    parser.addoption("--minutes", type=float, default=None, help="how long tests last that take `minutes`")


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    given: int = request.config.getoption("--seed")
    return given


@pytest.fixture
def minutes(request: pytest.FixtureRequest) -> float | None:
    """None for the short form."""
    given: float | None = request.config.getoption("--minutes")
    return given


@pytest.fixture
def tally() -> Iterator[Tally]:
    """Called with what was tried, as often as wanted: `tally(kills=1, lost=0)`. Kept even if the test fails later."""
    tried: Counter[str] = Counter()
    yield lambda **counts: tried.update(counts)
    if tried and (file := os.environ.get(TALLY)):
        with Path(file).open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(tried) + "\n")


def read_tally(file: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        found.update(json.loads(line))
    return found
