"""Who gave something back to the platform's repositories: from outside, the platform team, or nobody knows who. Pure.

By what commits say of their authors, which anybody can write: good enough to count by, and for nothing else.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from zoneinfo import ZoneInfo

from bot.git.history import Commit, Merged
from bot.model import Json
from bot.statistics import Share

# As GitHub and GitLab write the address of who hides their own: number, account, host.
NO_REPLY = re.compile(r"(?:\d+[+-])?(?P<account>[a-z0-9_.-]+)@users\.noreply\.(?P<host>[a-z0-9.-]+)", re.ASCII)


class By(IntEnum):
    """Also the place in the counts of a day."""

    OUTSIDE = 0
    PLATFORM = 1
    UNKNOWN = 2


Who = Callable[[Commit, date], By | None]  # None: somebody's self-service, which is no contribution


@dataclass(frozen=True)
class ContributionFacts:
    """Of a window, over all repositories that were read. `unknown` are merged changes of nobody knows whom; they are in
    no share. `unread` says of the other repositories why not; `short` names those not known back to the beginning.
    """

    outside: Share
    unknown: int
    read: tuple[str, ...]
    unread: Mapping[str, str]
    short: tuple[str, ...]

    @property
    def is_measured(self) -> bool:
        return bool(self.read)

    def to_json(self) -> Json:
        said = {"unknown": self.unknown, "read": list(self.read), "unread": dict(self.unread)}
        share = self.outside.to_json() if self.is_measured else None
        return {"contribution_back": share, **said, "not_known_from_the_beginning": list(self.short)}


def by_day(changes: Iterable[Merged], who: Who, *, timezone: str) -> Mapping[str, list[int]]:
    """How many changes of whom were merged on each day. Whoever had a part in one from outside made it so."""
    zone = ZoneInfo(timezone)
    found: defaultdict[str, list[int]] = defaultdict(lambda: [0] * len(By))
    for change in changes:
        day = change.at.astimezone(zone).date()
        authors = {who(commit, day) for commit in change.written} - {None}
        for by in (By.OUTSIDE, By.UNKNOWN, By.PLATFORM):
            if by in authors:
                found[day.isoformat()][by] += 1
                break
    return dict(found)


def account_in(email: str) -> tuple[str, str] | None:
    """Host and account of an address that a host made up."""
    found = NO_REPLY.fullmatch(email.lower())
    return (found["host"], found["account"]) if found else None
