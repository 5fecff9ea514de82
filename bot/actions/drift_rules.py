"""Decides what a team is told of changes by hand: one line an object, whose it is, and when in the day. Pure.

Who made a change is not known here, and never told.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from urllib.parse import quote

from bot.actions.reports import Report, ReportState, resources_in
from bot.team_place import channel_of
from knowledge.people import People
from knowledge.repositories import LiveRepository, Reporter

REMINDED_AFTER = timedelta(days=6, hours=12)  # a week, less the slack of two mornings
PLATFORM = ""  # as a team's name: who hears of all that no team with a channel of its own does

Key = tuple[str, str]  # a reporter and an object of it

_URL = re.compile(r"(?:https|ssh)://(?:[^@/]*@)?(?P<host>[\w.-]+)/(?P<path>[\w./~-]+)", re.ASCII)
_SCP_LIKE = re.compile(r"[^@/:]+@(?P<host>[\w.-]+):(?P<path>[\w./~-]+)", re.ASCII)


@dataclass(frozen=True)
class Place:
    """Where in Git an object is described; `url` is its page, or "" where none is known."""

    repository: str
    path: str
    url: str
    team: str


@dataclass(frozen=True)
class Standing:
    """How things are now, by object: when it was said to be live last, and what says that nothing is put back."""

    live: Mapping[Key, datetime] = field(default_factory=dict)
    unwatched: Mapping[Key, Report] = field(default_factory=dict)
    reminded: Collection[Key] = ()  # of the unwatched, those that are told again


@dataclass(frozen=True)
class Line:
    """What is told of one object: `times` it was changed by hand; `off_days` is None while changes are put back."""

    reporter: Reporter
    object: str
    times: int = 0
    is_returned: bool = False
    resources: tuple[str, ...] = ()
    off_days: int | None = None
    is_reminder: bool = False
    places: tuple[Place, ...] = ()


def fold(
    untold: Collection[Report], standing: Standing, places: Mapping[Key, Sequence[Place]], *, now: datetime
) -> list[Line]:
    """A line for each object of which there is something to tell, by name."""
    keys = {report.key for report in untold} | set(standing.reminded)
    lines = []
    for key in sorted(keys, key=lambda key: (key[1], key[0])):
        said = sorted((each for each in untold if each.key == key), key=lambda each: (each.said_at, each.id))
        off = standing.unwatched.get(key)
        changes = [each for each in said if each.state is not ReportState.NOT_WATCHING]
        if not changes and key not in standing.reminded and (off is None or off not in said):
            continue  # auto-sync was off for a while, and is on again
        lines.append(
            Line(
                Reporter(key[0]),
                key[1],
                times=_times(changes),
                is_returned=_is_returned(changes, standing.live.get(key)),
                resources=tuple(dict.fromkeys(each for change in changes for each in resources_in(change.said))),
                off_days=None if off is None else max(0, (now - off.said_at).days),
                is_reminder=key in standing.reminded,
                places=tuple(places.get(key, ())),
            )
        )
    return lines


def _times(changes: Sequence[Report]) -> int:
    """What was found and then put back is one change."""
    returned = [each.state is ReportState.RETURNED for each in changes]
    return sum(now or not then for now, then in pairwise([*returned, False]))


def _is_returned(changes: Sequence[Report], live: datetime | None) -> bool:
    """Whether what Git says is so again: it was put back, or the whole was made so anew since."""
    if not changes:
        return False
    last = changes[-1]
    return last.state is ReportState.RETURNED or (live is not None and live > last.said_at)


def places_of(repositories: Collection[LiveRepository]) -> Mapping[Key, Sequence[Place]]:
    """Where each object stands that `repositories.yaml` names."""
    found: dict[Key, list[Place]] = {}
    for repository in repositories:
        for each in repository.controllers:
            page = page_of(repository, each.path)
            place = Place(repository.name, each.path, page, each.team)
            found.setdefault((each.reporter.value, each.name), []).append(place)
    return found


def page_of(repository: LiveRepository, path: str) -> str:
    """The page of the folder at GitHub or GitLab, as their host's name tells them; "" elsewhere."""
    address = _URL.fullmatch(repository.url) or _SCP_LIKE.fullmatch(repository.url)
    if address is None:
        return ""
    words = address["host"].split(".")
    between = "tree" if "github" in words else "-/tree" if "gitlab" in words else ""
    if not between:
        return ""
    name = address["path"].strip("/").removesuffix(".git")
    return f"https://{address['host']}/{name}/{between}/{quote(repository.branch or 'HEAD')}/{quote(path)}".rstrip("/")


def hearer_of(places: Sequence[Place], people: People) -> str:
    """The team that is told of an object: whose it is, where that team has a channel of its own."""
    teams = (place.team for place in places)
    return next((team for team in teams if channel_of(team, people)), PLATFORM)


def hearers(people: People) -> list[str]:
    return [PLATFORM, *(name for name in sorted(people.teams) if channel_of(name, people))]


def is_reminded(told_at: datetime | None, *, now: datetime) -> bool:
    return told_at is not None and now - told_at >= REMINDED_AFTER
