"""A second hand for local time: what a zone's wall shows, as stretches found by looking at it every twelve hours.

It asks a zone only what its wall shows at a moment, never which moment a wall's time is, and reckons in seconds.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

EPOCH_DAY = date(1970, 1, 1).toordinal()
DAY_S = 24 * 60 * 60
STEP_S = 12 * 60 * 60  # no zone changes its clock twice in this time
FOREVER = 1 << 60

# Changes at midnight, by half an hour or by two, in Ramadan; summer time in winter; a zone that moved over the date
# line; rules given up, taken up again, or changed at a week's notice; and some that everybody has.
ZONES = (
    "Africa/Cairo", "Africa/Casablanca", "Africa/El_Aaiun", "Africa/Khartoum", "Africa/Sao_Tome", "Africa/Windhoek",
    "America/Adak", "America/Asuncion", "America/Campo_Grande", "America/Caracas", "America/Grand_Turk",
    "America/Havana", "America/Mexico_City", "America/New_York", "America/Nuuk", "America/Port-au-Prince",
    "America/Santiago", "America/Sao_Paulo", "America/Scoresbysund", "America/St_Johns", "Antarctica/Casey",
    "Antarctica/Troll", "Asia/Amman", "Asia/Beirut", "Asia/Damascus", "Asia/Gaza", "Asia/Kathmandu", "Asia/Pyongyang",
    "Asia/Tehran", "Australia/Lord_Howe", "Europe/Berlin", "Europe/Chisinau", "Europe/Dublin", "Europe/Istanbul",
    "Europe/London", "Europe/Volgograd", "Pacific/Apia", "Pacific/Chatham", "Pacific/Fiji", "US/Pacific",
)  # fmt: skip


def seconds(at: datetime) -> int:
    return int(at.timestamp())


@lru_cache(maxsize=64)
def stretches(zone: str, first_year: int, last_year: int) -> Sequence[tuple[int, int, int]]:
    """Between which moments the wall is ahead of UTC by how much: (from, to, offset), in seconds, oldest first."""
    info = ZoneInfo(zone)

    def ahead(at: int) -> int:
        offset = datetime.fromtimestamp(at, info).utcoffset()
        assert offset is not None
        return int(offset.total_seconds())

    starts = [seconds(datetime(first_year, 1, 1, tzinfo=UTC))]
    looks = range(starts[0], seconds(datetime(last_year + 1, 1, 1, tzinfo=UTC)) + 1, STEP_S)
    for (here, old), (there, new) in pairwise((at, ahead(at)) for at in looks):
        if old != new:
            while there - here > 1:
                middle = (here + there) // 2
                here, there = (middle, there) if ahead(middle) == old else (here, middle)
            starts.append(there)
    return [(start, end, ahead(start)) for start, end in pairwise([*starts, FOREVER])]


def first_moments(walls: Iterator[int], zone_stretches: Sequence[tuple[int, int, int]]) -> Iterator[int]:
    """For each wall's time, in rising order: the first moment at which the wall shows it or a later one."""
    index = 0
    for wall in walls:
        while zone_stretches[index][1] + zone_stretches[index][2] <= wall:
            index += 1
        start, _, offset = zone_stretches[index]
        yield max(start, wall - offset)
