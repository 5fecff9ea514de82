"""Working hours in their own zone. Pure. Slots and holidays join it with the digest."""

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Hours:
    """Working hours in one zone; `days` are ISO weekdays, Monday is 1. `end` is the first moment outside."""

    days: frozenset[int]
    start: time
    end: time
    timezone: str


def is_within(hours: Hours, at: datetime) -> bool:
    """Whether the moment falls in the hours, by the clock on that zone's wall."""
    local = at.astimezone(ZoneInfo(hours.timezone))
    return local.isoweekday() in hours.days and hours.start <= local.time() < hours.end
