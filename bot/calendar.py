"""Local time: slots (a day, a week) and when each is due, working hours, working time and public holidays. Pure.

Which slots have been run, and what is done about one that was missed, is not known here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import count, islice
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
EVERY_DAY = frozenset(range(1, 8))


@dataclass(frozen=True)
class Hours:
    """Working hours in one zone; `days` are ISO weekdays, Monday is 1. `end` is the first moment outside."""

    days: frozenset[int]
    start: time
    end: time  # time.max is the end of the day, 24:00
    timezone: str


@lru_cache(maxsize=1024)  # all zones there are: the library keeps eight, and reads files for any other
def zone_of(timezone: str) -> ZoneInfo:
    """Raises what `ZoneInfo` raises for a zone that is not known."""
    return ZoneInfo(timezone)


def is_within(hours: Hours, at: datetime) -> bool:
    """Whether the moment falls in the hours, by the clock on that zone's wall."""
    local = at.astimezone(zone_of(hours.timezone))
    return local.isoweekday() in hours.days and hours.start <= local.time() < hours.end


def moment_of(day: date, at: time, timezone: str) -> datetime:
    """The moment, in UTC, at which the zone's wall first shows that time of that day, or a later one.

    A time that comes twice is its first occurrence; a time or a day that is left out is the first moment after it.
    """
    local = datetime.combine(day, at.replace(fold=0), zone_of(timezone))
    if _offset(local) < _offset(local.replace(fold=1)):  # PEP 495: so only for a time that is left out
        return _end_of_gap(local.replace(microsecond=0))
    return local.astimezone(UTC)


def _end_of_gap(local: datetime) -> datetime:
    """The moment at which the clock was put forward over this time, found by halving."""
    before = _offset(local)
    skipped = _offset(local.replace(fold=1)) - before
    late = local.astimezone(UTC)
    early = late - skipped  # the old offset still holds here, the new one at `late`
    while late - early > timedelta(seconds=1):  # clocks change at whole seconds
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        if _offset(middle.astimezone(local.tzinfo)) == before:
            early = middle
        else:
            late = middle
    return late


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta(0)


@dataclass(frozen=True)
class Slot:
    """A local day or week in which something is done once; `due_at` is in UTC."""

    key: str  # "2026-11-25", or the ISO week "2026-W47": stays the same whenever the slot is due
    due_at: datetime


@dataclass(frozen=True)
class Daily:
    at: time
    timezone: str

    @property
    def length(self) -> timedelta:
        return DAY

    def slot(self, day: date) -> Slot:
        """The slot of this day."""
        return Slot(day.isoformat(), moment_of(day, self.at, self.timezone))


@dataclass(frozen=True)
class Weekly:
    """Once in each ISO week: on the weekday, or on the next working day if there is one left in that week."""

    weekday: int  # Monday is 1
    at: time
    timezone: str
    holidays: str = ""  # the region whose public holidays are no working days
    days: frozenset[int] = EVERY_DAY  # weekdays that are working days

    @property
    def length(self) -> timedelta:
        return WEEK

    def slot(self, day: date) -> Slot:
        """The slot of the week that this day is in."""
        year, week, weekday = day.isocalendar()
        own_day = day + (self.weekday - weekday) * DAY
        left = (own_day + later * DAY for later in range(8 - self.weekday))
        due_on = next((each for each in left if _is_working_day(each, self.days, self.holidays)), own_day)
        return Slot(f"{year}-W{week:02}", moment_of(due_on, self.at, self.timezone))


Schedule = Daily | Weekly


def latest_slot(schedule: Schedule, now: datetime) -> Slot:
    """The newest slot that is due by now."""
    today = now.astimezone(zone_of(schedule.timezone)).date()
    # From the next one back: a clock put back may lead into the day before.
    slots = (schedule.slot(today - back * schedule.length) for back in count(-1))
    return next(slot for slot in slots if slot.due_at <= now)


def slots_between(schedule: Schedule, after: datetime, until: datetime) -> Sequence[Slot]:
    """The slots due later than `after` and not later than `until`, oldest first."""
    zone = zone_of(schedule.timezone)
    first = after.astimezone(zone).date()
    last = until.astimezone(zone).date() + schedule.length  # the next one too, as above
    periods = range((last - first) // schedule.length + 1)
    slots = (schedule.slot(first + period * schedule.length) for period in periods)
    return tuple(slot for slot in slots if after < slot.due_at <= until)


def is_region(code: str) -> bool:
    """Whether the public holidays of this country (`GB`) or part of a country (`GB-ENG`) are known."""
    return code in regions_of(code.partition("-")[0])


@lru_cache(maxsize=512)
def regions_of(country: str) -> tuple[str, ...]:
    """The country's code and those of its parts whose holidays are known; empty for a country that is not."""
    from holidays import country_holidays  # takes 80 ms, and only some handbooks need it

    try:
        parts = country_holidays(country).subdivisions
    except NotImplementedError:
        return ()
    return country, *(f"{country}-{part}" for part in parts)


def is_holiday(day: date, region: str) -> bool:
    """Whether the day is a public holiday there; never where the region is "". The region must be a known one."""
    return bool(region) and day in _holidays(region, day.year)


@lru_cache(maxsize=1024)
def _holidays(region: str, year: int) -> frozenset[date]:
    from holidays import country_holidays

    country, _, part = region.partition("-")
    return frozenset(country_holidays(country, subdiv=part or None, years=year, expand=False))


@dataclass(frozen=True)
class WorkingTime:
    """Working hours without public holidays. A day's hours are the time that really passes between their two ends."""

    hours: Hours
    holidays: str = ""  # the region whose public holidays are no working days

    @property
    def day_length(self) -> timedelta:
        """The length of a working day by the wall, whatever the clocks do on it."""
        start, end = (datetime.combine(date.min, each) for each in (self.hours.start, self.hours.end))
        return (end + timedelta.resolution if self.hours.end == time.max else end) - start

    def is_working_day(self, day: date) -> bool:
        return _is_working_day(day, self.hours.days, self.holidays)

    def working_days(self, first: date, last: date) -> int:
        """How many working days there are from the first day to the last, both included."""
        return sum(self.is_working_day(first + later * DAY) for later in range((last - first).days + 1))

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """The working time between two moments; zero when the end is not after the start."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)  # within one zone Python reckons by the wall
        total = timedelta(0)
        for opens, closes in self._days_from(start):
            if opens >= end:
                break
            total += max(min(closes, end) - max(opens, start), timedelta(0))
        return total

    def opens(self, at: datetime) -> datetime:
        """The first moment of working time from `at` on, in UTC. Raises ValueError where there is none in a year."""
        at = at.astimezone(UTC)
        for opens, closes in islice(self._days_from(at), 400):
            if opens < closes and at < closes:
                return max(opens, at)
        raise ValueError("no time passes in these hours")

    def after(self, start: datetime, working_days: int) -> datetime:
        """The moment, in UTC, by which so many working days' length of working time has passed since the start.

        Raises ValueError for hours in which no time passes.
        """
        start = start.astimezone(UTC)
        if working_days <= 0:
            return start
        if not self.hours.days or self.day_length <= timedelta(0):
            raise ValueError("no time passes in these hours")
        left = working_days * self.day_length
        for opens, closes in self._days_from(start):
            begins = max(opens, start)
            if closes - begins >= left:
                return begins + left
            left -= max(closes - begins, timedelta(0))
        raise AssertionError("days do not end")

    def first_from(self, start: datetime) -> datetime:
        """The first moment of working time from the start on, in UTC.

        Raises ValueError for hours in which no time passes.
        """
        start = start.astimezone(UTC)
        if not self.hours.days or self.day_length <= timedelta(0):
            raise ValueError("no time passes in these hours")
        return next(max(opens, start) for opens, closes in self._days_from(start) if max(opens, start) < closes)

    def _days_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Each day's two ends of working time, from the day of this moment on, without end."""
        first = start.astimezone(zone_of(self.hours.timezone)).date()
        return (_ends(self, first + later * DAY) for later in count())


@lru_cache(maxsize=16_384)  # 40 years of one team's days
def _ends(working: WorkingTime, day: date) -> tuple[datetime, datetime]:
    """When working time begins and ends that day, in UTC; the same moment twice when the day is no working day."""
    hours = working.hours
    opens = moment_of(day, hours.start, hours.timezone)
    if not working.is_working_day(day):
        return opens, opens
    is_to_midnight = hours.end == time.max
    closes = (
        moment_of(day + DAY, time.min, hours.timezone) if is_to_midnight else moment_of(day, hours.end, hours.timezone)
    )
    return opens, closes


def _is_working_day(day: date, days: frozenset[int], holidays: str) -> bool:
    return day.isoweekday() in days and not is_holiday(day, holidays)
