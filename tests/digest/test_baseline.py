"""A week from before the bot came says so."""

from datetime import UTC, datetime

import pytest

from bot.digest import baseline
from bot.digest.weeks import Week

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("arrived_at", "said"),
    [
        (None, baseline.BEFORE),
        (datetime(2025, 11, 30, 23, 0, tzinfo=UTC), baseline.BEFORE),  # Monday's first moment in Berlin
        (
            datetime(2025, 11, 25, 23, 30, tzinfo=UTC),
            "Partly baseline: Mentor came on Wed 26 Nov. What was said before that was imported or read back.",
        ),
        (datetime(2025, 11, 23, 23, 0, tzinfo=UTC), ""),
    ],
    ids=["never", "after it", "within it", "at its first moment"],
)
def test_a_week_is_a_baseline_until_the_bot_came(arrived_at: datetime | None, said: str) -> None:
    assert baseline.note(Week(2025, 48), arrived_at, timezone=BERLIN) == said
