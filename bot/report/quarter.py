"""A quarter of a year in the handbook's zone, and the weeks its trends are drawn over. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self

from bot.calendar import moment_of
from bot.model import Window

WEEK = timedelta(days=7)
_QUARTER = re.compile(r"(20\d{2})-?Q([1-4])", re.ASCII)


@dataclass(frozen=True)
class Quarter:
    """Such as 2026-Q3."""

    year: int
    number: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises ValueError for what is no quarter."""
        found = _QUARTER.fullmatch(text.strip().upper())
        if found is None:
            raise ValueError(f"{text[:40]!r} is no quarter; write for example 2026-Q3")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.year, (day.month + 2) // 3)

    @property
    def first(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        return self.after.first - timedelta(days=1)

    @property
    def before(self) -> "Quarter":
        return Quarter.of(self.first - timedelta(days=1))

    @property
    def after(self) -> "Quarter":
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    def window(self, timezone: str) -> Window:
        return Window(moment_of(self.first, time.min, timezone), moment_of(self.after.first, time.min, timezone))

    def weeks(self, timezone: str, *, until: datetime) -> list[tuple[str, datetime]]:
        """The ISO weeks that end in it and were over by then: what each is called, and the moment it ended."""
        monday = self.first + timedelta(days=7 - self.first.weekday())
        found = []
        while monday <= self.after.first:
            if (ended := moment_of(monday, time.min, timezone)) <= until:
                found.append((f"W{(monday - timedelta(days=1)).isocalendar().week:02}", ended))
            monday += WEEK
        return found

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"


def is_quarter(text: str) -> bool:
    try:
        Quarter.read(text)
    except ValueError:
        return False
    return True
