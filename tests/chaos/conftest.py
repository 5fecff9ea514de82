"""What the bot logs is kept, not printed: thousands of lines with tracebacks cost more than the runs themselves."""

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[EventDict]]:
    """What the bot in this process logged, whether or not anybody looks."""
    with capture_logs() as entries:
        yield entries
