"""Decides which notices are current, whom they concern, what is left, and when a team is reminded. Pure.

Whether a question is about a notice is `bot.notices.touching`'s.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fnmatch import fnmatchcase

from bot.calendar import DAY, WorkingTime, zone_of
from bot.team_place import AT, may_tell
from knowledge.notices import TEAM, TO_DO, FilesOf, Notice, NoticeKind, When

REMINDED = (30, 7, 1)  # working days before the end
CHANGE_STANDS = timedelta(days=28)  # a change without an end is news for so long
USED_WITHIN = timedelta(days=365)  # a team that used something within a year may still have it: jobs run once a quarter
ACTIVE_WEEKS = 8  # who used it in these is told, where a team has no channel
TOLD_MOST = 20  # people of a team without a channel


@dataclass(frozen=True)
class Standing:
    """How far a team is: `left` is None where it is not counted; `is_done` by whatever way."""

    team: str
    left: tuple[str, ...] | None = None
    is_done: bool = False


def ends_at(notice: Notice, timezone: str) -> datetime | None:
    """None: it is current until somebody changes its file."""
    if notice.until is not None:
        return notice.until.ends(timezone)
    return notice.since.begins(timezone) + CHANGE_STANDS if notice.kind is NoticeKind.CHANGE else None


def is_current(notice: Notice, *, now: datetime, timezone: str) -> bool:
    """From when it stands in the handbook, also before it holds; an incident only while it is on."""
    ends = ends_at(notice, timezone)
    if notice.kind is NoticeKind.INCIDENT and now < notice.since.begins(timezone):
        return False
    return ends is None or now < ends


def current(notices: Sequence[Notice], *, now: datetime, timezone: str) -> list[Notice]:
    """The newest first."""
    found = [each for each in notices if is_current(each, now=now, timezone=timezone)]
    return sorted(found, key=lambda each: (each.since.begins(timezone), each.id), reverse=True)


def breaks(notice: Notice) -> bool:
    """Whether something of a team's stops working where it does nothing: only then is it owed."""
    return notice.kind is NoticeKind.DEPRECATION


def concerned(notice: Notice, *, users: Collection[str], items: Mapping[str, Sequence[str]] | None) -> frozenset[str]:
    """The teams that are told. Where items are counted, whoever has some; None, as they cannot be read, is nobody."""
    if notice.kind is NoticeKind.INCIDENT:
        return frozenset()
    if notice.items is not None:
        return frozenset(team for team, left in (items or {}).items() if left)
    return frozenset(users)


def items_in(files: Collection[str], source: FilesOf, teams: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """Of each team, its files that match."""
    found = {}
    for team in teams:
        wanted = source.files.split("/")
        matching = [each for each in files if _matches(each.split("/"), wanted, team)]
        found[team] = tuple(sorted(matching))
    return found


def _matches(parts: Sequence[str], wanted: Sequence[str], team: str) -> bool:
    if len(parts) != len(wanted):
        return False
    pairs = zip(parts, wanted, strict=True)
    return all(part == team if want == TEAM else fnmatchcase(part, want) for part, want in pairs)


def can_press(notice: Notice) -> bool:
    """Whether a team may say that it is done: what is counted is not claimed."""
    return notice.kind in TO_DO and notice.items is None


# When.


def is_telling_time(working: WorkingTime, at: datetime) -> bool:
    """From ten on by the team's wall, on its working days, in its hours."""
    return may_tell(working, at) and at.astimezone(zone_of(working.hours.timezone)).time() >= AT


def days_left(until: When, today: date, working: WorkingTime) -> int:
    """Working days from today on, and before the day on which it ends."""
    return working.working_days(today, until.day - DAY)


def stands_for(until: When | None, at: datetime, working: WorkingTime) -> int | None:
    """The reminder whose time has come, of several the last: what is told now stands for it, and for all before it."""
    if until is None:
        return None
    left = days_left(until, at.astimezone(zone_of(working.hours.timezone)).date(), working)
    return min((each for each in REMINDED if left <= each), default=None)


def reminder(
    notice: Notice, *, at: datetime, working: WorkingTime, timezone: str, last: int | None, is_done: bool
) -> int | None:
    """The reminder that a team gets now, by its working days before the end; None for none.

    `last` is the one it got, or that its first telling stood for. One that was missed is not made up for once a later
    one is due.
    """
    if is_done or notice.until is None or notice.kind not in TO_DO or at >= notice.until.ends(timezone):
        return None
    if not is_telling_time(working, at):
        return None
    due = stands_for(notice.until, at, working)
    return due if due is not None and (last is None or due < last) else None


# In words.


def day_in_words(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def in_words(when: When) -> str:
    return day_in_words(when.day) + (f" {when.at:%H:%M}" if when.at else "")


def span(notice: Notice) -> str:
    """When it holds: "from 16 Jan 2027 07:00 until 16 Jan 2027 09:00"."""
    since = "" if notice.kind is NoticeKind.DEPRECATION else f"from {in_words(notice.since)}"
    until = f"until {in_words(notice.until)}" if notice.until else ""
    return " ".join(part for part in (since, until) if part)
