"""How much of what nobody asked for a person gets, and when: the budget over all kinds, and their own hours. Pure.

The outbox holds every message to this just before it is sent. See docs/decisions/0016.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from bot.calendar import Hours, is_holiday, is_within, zone_of

UNASKED_PER_WEEK, UNASKED_PER_MONTH = 1, 2
WEEK, MONTH = timedelta(days=7), timedelta(days=30)
WEEKDAYS = frozenset(range(1, 6))
OPENS, CLOSES = time(9), time(17, 30)  # by each person's own clock
OVER_BUDGET, OUT_OF_HOURS = "over the unasked budget", "outside the person's hours"  # why the outbox skips it
COUNTED_OUT, ERASED = "counted out", "the person was erased"
REMINDER = ":reminder"  # ends the key of the one reminder that belongs to the message under the key before it


def may_send_unasked(shown: Sequence[datetime], *, now: datetime) -> bool:
    """Whether one more unasked message keeps to the budget: one a week and two in 30 days, over all kinds."""
    week = sum(now - at < WEEK for at in shown)
    month = sum(now - at < MONTH for at in shown)
    return week < UNASKED_PER_WEEK and month < UNASKED_PER_MONTH


def keeps_to_budget(key: str, shown: Sequence[datetime], prompted_at: datetime | None, *, now: datetime) -> bool:
    """Whether the message under that key may be sent, after those shown before.

    A reminder costs nothing of its own, as long as it belongs to its prompt, shown at `prompted_at`.
    """
    return may_remind(prompted_at, now=now) if key.endswith(REMINDER) else may_send_unasked(shown, now=now)


def may_remind(prompted_at: datetime | None, *, now: datetime) -> bool:
    """Whether a reminder still belongs to its prompt; one that was not shown has none."""
    return prompted_at is not None and now - prompted_at <= WEEK


@lru_cache(maxsize=1024)
def hours_of(timezone: str) -> Hours | None:
    """When somebody with that time zone is at work; None for one that is not known."""
    try:
        zone_of(timezone)
    except (ValueError, OSError, KeyError):  # "" is a folder, and Slack may know zones that we do not
        return None
    return Hours(WEEKDAYS, OPENS, CLOSES, timezone)


def is_in_hours(timezone: str, *, now: datetime) -> bool:
    """Whether somebody with that time zone is at work, holidays aside; nobody is whose zone is not known."""
    hours = hours_of(timezone)
    return hours is not None and is_within(hours, now)


def is_at_work(timezone: str, holidays: str, *, now: datetime) -> bool:
    """The same where the public holidays of that region are no working days."""
    return is_in_hours(timezone, now=now) and not is_holiday(day_of(timezone, now), holidays)


def day_of(timezone: str, now: datetime) -> date:
    """The day by the clock of somebody whose zone is known."""
    return now.astimezone(zone_of(timezone)).date()
