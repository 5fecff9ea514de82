"""Reads how far back somebody wants to look. Pure."""

import re
from datetime import date, datetime, time, timedelta

from bot.calendar import moment_of
from bot.errors import MentorError
from bot.model import Window


class WindowInvalid(MentorError):
    """This is no window."""


USUAL = timedelta(weeks=4)  # shares are looked at over four weeks
LONGEST = timedelta(days=3660)
_BACK = re.compile(r"(\d{1,4}) ?(d|days?|w|weeks?)", re.ASCII | re.IGNORECASE)


def read_window(text: str, now: datetime) -> Window:
    """The time up to now: "4w", "30d", "30 days"; four weeks when it says none."""
    return Window(now - (read_back(text) or USUAL), now)


def read_back(text: str) -> timedelta | None:
    """How long before now; None when it does not say."""
    found = _BACK.fullmatch(text.strip())
    if found is None:
        return None
    back = timedelta(days=int(found[1]) * (7 if found[2].lower().startswith("w") else 1))
    return back if timedelta(0) < back <= LONGEST else None


def between(since: str, until: str | None, *, now: datetime, timezone: str) -> Window:
    """From one to the other, the first named moment in it and the last not. Raises WindowInvalid."""
    window = Window(_bound(since, now, timezone), _bound(until, now, timezone) if until else now)
    if window.since >= window.until:
        raise WindowInvalid(f"{since} is not before {until or 'now'}.")
    return window


def _bound(text: str, now: datetime, timezone: str) -> datetime:
    """The beginning of a day in the zone, or so long before now."""
    if back := read_back(text):
        return now - back
    try:
        return moment_of(date.fromisoformat(text), time.min, timezone)
    except ValueError:
        raise WindowInvalid(f"{text!r} is no day and no length of time; write 2026-11-02, 30d or 4w.") from None
