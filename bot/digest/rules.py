"""Decides what a week's digest says: which windows it holds against each other, and what may be compared. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self

from bot.calendar import moment_of
from bot.curation.gap_rules import Lack
from bot.model import Json, Window
from bot.peers.figures import Figures
from bot.statistics import Change, change

FEWEST_DAYS = 3  # a week with fewer working days is not compared
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


@dataclass(frozen=True)
class Listed:
    """An unanswered question of a public channel, as the digest links it."""

    channel: str
    asked_at: datetime
    permalink: str  # "" where it was made without Slack


@dataclass(frozen=True)
class TopGap:
    """An open gap that many ask about, as the digest links it: by an asking in a public channel, without its words."""

    lacks: Lack
    questions: int
    people: int
    channel: str = ""
    permalink: str = ""


@dataclass(frozen=True)
class Gaps:
    """What the handbook lacked at the week's end, and what came and went in the week."""

    open: int = 0
    opened: int = 0
    closed: int = 0
    top: tuple[TopGap, ...] = ()

    @classmethod
    def from_json(cls, said: Json) -> Self:
        top = tuple(TopGap(**{**each, "lacks": Lack(each["lacks"])}) for each in said["top"])
        return cls(**{**said, "top": top})

    def to_json(self) -> Json:
        return {**vars(self), "top": [{**vars(each), "lacks": each.lacks.value} for each in self.top]}


@dataclass(frozen=True)
class Done:
    """What several people wrote in a survey, and the change that answers it: no words of anybody's."""

    title: str
    url: str


@dataclass(frozen=True)
class Digest:
    """All a digest says, so that a past week can be shown again, the same. No text of anybody's, and nobody's name."""

    week: Week
    made_at: datetime
    this: Figures
    before: Figures  # the week before
    rolling: Figures  # the last four weeks
    rolling_before: Figures  # the four weeks before those
    listed: tuple[Listed, ...]
    unanswered: int  # listed or not
    timezone: str
    gaps: Gaps = Gaps()
    shipped: tuple[Done, ...] = ()
    audit: str = ""  # the head of the audit log, NUMBER:SEAL; "" where nothing was decided yet

    @property
    def is_comparable(self) -> bool:
        return min(self.this.working_days, self.before.working_days) >= FEWEST_DAYS

    @property
    def is_worth_posting(self) -> bool:
        """Whether anything happened: a digest of nothing is noise."""
        came_or_went = self.gaps.opened or self.gaps.closed
        happened = self.this.questions or self.before.questions or self.unanswered or came_or_went or self.shipped
        return bool(happened)

    def to_json(self) -> Json:
        return {
            "week": str(self.week),
            "made_at": self.made_at.isoformat(),
            **{name: getattr(self, name).to_json() for name in _FIGURES},
            "listed": [{**vars(each), "asked_at": each.asked_at.isoformat()} for each in self.listed],
            "unanswered": self.unanswered,
            "timezone": self.timezone,
            "gaps": self.gaps.to_json(),
            "shipped": [vars(each) for each in self.shipped],
            "audit": self.audit,
        }

    @classmethod
    def from_json(cls, said: Json) -> Self:
        return cls(
            week=Week.read(said["week"]),
            made_at=datetime.fromisoformat(said["made_at"]),
            **{name: Figures.from_json(said[name]) for name in _FIGURES},
            listed=tuple(
                Listed(**{**each, "asked_at": datetime.fromisoformat(each["asked_at"])}) for each in said["listed"]
            ),
            unanswered=said["unanswered"],
            timezone=said["timezone"],
            gaps=Gaps.from_json(said["gaps"]),
            shipped=tuple(Done(**each) for each in said.get("shipped", ())),
            audit=said.get("audit", ""),  # none in those stored before there was such a log
        )


_FIGURES = ("this", "before", "rolling", "rolling_before")


def peer_change(digest: Digest) -> Change:
    """What became of the share of first answers that peers gave, over four weeks each."""
    return change(digest.rolling_before.peer_first, digest.rolling.peer_first)


def unanswered_change(digest: Digest) -> Change:
    return change(digest.rolling_before.unanswered, digest.rolling.unanswered, more_is_better=False)
