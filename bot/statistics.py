"""Shares with their interval, changes, medians: what is said of counts, and when there are too few to say. Pure.

Says nothing about what is counted; the numbers themselves are defined in docs/metrics.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, sqrt
from typing import Self

from bot.model import Json

Z = 1.96  # of a 95 % interval
FEWEST = 5  # under this many cases a share is not shown, and changes are not spoken of
LARGE_SAMPLE = 0.05  # of all there are: from here on the interval of an endless population is wider than need be


@dataclass(frozen=True)
class Share:
    """`k` of `n`. Raises ValueError for counts that make none."""

    k: int
    n: int

    def __post_init__(self) -> None:
        if not 0 <= self.k <= self.n:
            raise ValueError(f"{self.k} of {self.n} is no share")

    @property
    def value(self) -> float | None:
        """0.0 to 1.0; None of nothing."""
        return self.k / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the true share lies with 95 % confidence, by Wilson's score interval; None of nothing.

        Wilson, E. B. (1927), J. Am. Stat. Assoc. 22, 209-212. It stays within 0 and 1 and is good for few cases.
        """
        if not self.n:
            return None
        p, n = self.k / self.n, self.n
        spread = 1 + Z**2 / n
        centre = (p + Z**2 / (2 * n)) / spread
        half = Z * sqrt(p * (1 - p) / n + Z**2 / (4 * n**2)) / spread
        low = 0.0 if self.k == 0 else max(0.0, centre - half)
        high = 1.0 if self.k == n else min(1.0, centre + half)
        return low, high

    @property
    def is_enough(self) -> bool:
        """Whether there are cases enough to say anything."""
        return self.n >= FEWEST

    def to_json(self) -> Json:
        """The counts, and the share with its interval where there are cases enough."""
        low, high = self.interval if self.is_enough and self.interval else (None, None)
        return {"k": self.k, "n": self.n, "value": self.value if self.is_enough else None, "low": low, "high": high}

    @classmethod
    def from_json(cls, said: Json) -> Self:
        return cls(said["k"], said["n"])


def finite_factor(n: int, population: int) -> float | None:
    """By what an interval of `n` out of so many shrinks; None where the sample is no more than a twentieth of them.

    The finite population correction, sqrt((N - n) / (N - 1)). Raises ValueError for more cases than there are.
    """
    if not 0 <= n <= population:
        raise ValueError(f"{n} of {population} is no sample")
    if population < 2 or n / population <= LARGE_SAMPLE:
        return None
    return sqrt((population - n) / (population - 1))


class Change(StrEnum):
    BETTER = "better"
    WORSE = "worse"
    NONE = "no detectable change"
    TOO_FEW = "too few to say"


TOO_FEW = Change.TOO_FEW.value


def change(before: Share, after: Share, *, more_is_better: bool = True) -> Change:
    """What became of a share. Fewer than 5 cases on either side are too few to say.

    A change is one only if the interval of the difference leaves out 0.
    """
    found = difference(before, after)
    if found is None or not (before.is_enough and after.is_enough):
        return Change.TOO_FEW
    low, high = found
    if low <= 0 <= high:
        return Change.NONE
    return Change.BETTER if (low > 0) is more_is_better else Change.WORSE


def difference(before: Share, after: Share) -> tuple[float, float] | None:
    """The 95 % interval of after minus before, -1.0 to 1.0; None where either is of nothing.

    Newcombe, R. G. (1998), Statistics in Medicine 17, 873-890, method 10: from the two Wilson intervals.
    """
    if before.value is None or after.value is None or before.interval is None or after.interval is None:
        return None
    p, q = after.value, before.value
    (p_low, p_high), (q_low, q_high) = after.interval, before.interval
    return (
        (p - q) - sqrt((p - p_low) ** 2 + (q_high - q) ** 2),
        (p - q) + sqrt((p_high - p) ** 2 + (q - q_low) ** 2),
    )


def percentile(values: Iterable[float], percent: int) -> float | None:
    """By nearest rank: the smallest value that at least `percent` of all do not exceed. None of nothing.

    Nearest rank, because what comes out is then a time that really happened, and few values are not smoothed over.
    """
    if not 0 < percent <= 100:
        raise ValueError(f"{percent} is no percentile")
    ordered = sorted(values)
    return ordered[ceil(percent * len(ordered) / 100) - 1] if ordered else None


def median(values: Iterable[float]) -> float | None:
    """The middle value, or the mean of the two middle ones; None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def absence_factor(counts: Sequence[int]) -> int:
    """The smallest number of people who together give more than half of all; 0 where nobody gave anything.

    CHAOSS, "Contributor Absence Factor".
    """
    half, given = sum(counts) / 2, 0
    for people, count in enumerate(sorted(counts, reverse=True), start=1):
        given += count
        if given > half:
            return people
    return 0


def share_in_words(share: Share, of: str = "") -> str:
    """The share in words, with its interval and of how many (`of` says what); or that there are too few to say."""
    what = f" {of}" if of else ""
    if not share.is_enough or share.value is None or share.interval is None:
        return f"{TOO_FEW} ({share.k} of {share.n}{what})"
    low, high = share.interval
    return f"{share.value:.0%} of {share.n}{what} ({low:.0%} to {high:.0%})".replace("%", " %")


def counted(number: int, one: str, many: str = "") -> str:
    """As in "1 question" and "3 questions"; `many` where that is not the one with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def duration(seconds: float) -> str:
    """In the two largest units that say something."""
    minutes, hours, days = round(seconds / 60), round(seconds / 3600), round(seconds / 86_400)
    if seconds < 60:
        return f"{seconds:.0f} s"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"
    if hours < 14 * 24:
        whole = counted(hours // 24, "day")
        return f"{whole} {hours % 24} h" if hours % 24 else whole
    return counted(days, "day")
