"""Whether a week is from before Mentor came, and how that is said. Such a week is what later ones are held against.

It was imported from an export or read back from Slack, and is counted by the same rules. Mentor came when it first had
something to send: on joining a channel it says what it keeps.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.digest.weeks import Week
from bot.storage import outbox as rows
from bot.storage.engine import Database

BEFORE = (
    "Baseline: this week was before Mentor came. It is counted from what was imported or read back, by the same rules; "
    "nobody was answered by Mentor in it, and surveys, requests and friction were not recorded."
)
DURING = "Partly baseline: Mentor came on {day}. What was said before that was imported or read back."


async def baseline_note(database: Database, week: Week, *, timezone: str) -> str:
    """What is said of the week beside its digest; "" of one in which Mentor was there from its first moment on."""
    async with database.read() as tx:
        arrived_at = await rows.first_at(tx)
    return note(week, arrived_at, timezone=timezone)


def note(week: Week, arrived_at: datetime | None, *, timezone: str) -> str:
    """`arrived_at` is None where Mentor never ran on this database."""
    window = week.window(timezone)
    if arrived_at is None or arrived_at >= window.until:
        return BEFORE
    if arrived_at <= window.since:
        return ""
    local = arrived_at.astimezone(ZoneInfo(timezone))
    return DURING.format(day=f"{local:%a} {local.day} {local:%b}")
