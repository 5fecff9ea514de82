"""The weeks that digests are of: ISO weeks in the handbook's zone. Pure."""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Self

from bot.calendar import moment_of
from bot.model import Window

DAY = timedelta(days=1)
_WEEK = re.compile(r"(20\d{2})-W(\d{2})", re.ASCII)  # where the calendar begins or ends no week stands before or after


@dataclass(frozen=True)
class Week:
    """An ISO week in the handbook's zone, such as 2026-W47."""

    year: int
    number: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises ValueError for what is no ISO week."""
        found = _WEEK.fullmatch(text.strip().upper())
        year, number = (int(found[1]), int(found[2])) if found else (0, 0)
        try:
            return cls.of(date.fromisocalendar(year, number, 1))
        except ValueError:
            raise ValueError(f"{text[:40]!r} is no week; write for example 2026-W47") from None

    @classmethod
    def of(cls, day: date) -> Self:
        year, number, _ = day.isocalendar()
        return cls(year, number)

    @property
    def monday(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    def before(self, weeks: int = 1) -> "Week":
        return Week.of(self.monday - weeks * 7 * DAY)

    def window(self, timezone: str, *, weeks: int = 1) -> Window:
        """From Monday's first moment to the next Monday's; with more weeks it begins so many earlier."""
        first = self.monday - (weeks - 1) * 7 * DAY
        return Window(moment_of(first, time.min, timezone), moment_of(self.monday + 7 * DAY, time.min, timezone))

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02}"


def is_week(text: str) -> bool:
    try:
        Week.read(text)
    except ValueError:
        return False
    return True
