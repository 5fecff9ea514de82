"""What status a capability had on a day, and which teams could choose it: what was seen, and before that what is said.

Pure. What was seen is not undone by what the file says later: see docs/decisions/0031-adoption.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from bot.model import CapabilityMark
from knowledge.capabilities import FREE, Capability, Status

T = TypeVar("T")


@dataclass(frozen=True)
class History:
    """`statuses` and `eligible` each with the day from which it held, in order. Teams by what they are called now."""

    statuses: tuple[tuple[date, Status], ...]
    eligible: tuple[tuple[date, frozenset[str]], ...]

    def status_on(self, day: date) -> Status | None:
        """None before it was offered."""
        return _at(self.statuses, day)

    def eligible_on(self, day: date) -> frozenset[str]:
        return _at(self.eligible, day) or frozenset()

    def was_ever_free(self, *, until: date) -> bool:
        """Whether teams had a choice on any day up to that."""
        return any(status in FREE and since <= until for since, status in self.statuses)

    def changes(self, since: date, until: date) -> list[tuple[date, Status, Status]]:
        """The days on which another status began, with that of before and that of after."""
        pairs = zip(self.statuses, self.statuses[1:], strict=False)
        return [(day, before, after) for (_, before), (day, after) in pairs if since <= day <= until]


def history(capability: Capability, marks: Sequence[CapabilityMark], *, now_called: Callable[[str], str]) -> History:
    """`marks` are all that were seen, the oldest first, today's with them.

    Whoever could choose it when it was first seen counts as always able to.
    """
    seen = _by_status(marks)
    first = seen[0][0] if seen else capability.since
    told = [(former.since, former.status) for former in capability.was if former.since < first]
    eligible = [(each.seen_on, frozenset(now_called(team) or team for team in each.teams)) for each in marks]
    if eligible:
        eligible[0] = (date.min, eligible[0][1])
    return History(_in_order([*told, *seen]), _in_order(eligible))


def mark(
    capability: Capability, teams: Sequence[str], before: Sequence[CapabilityMark], *, today: date
) -> CapabilityMark | None:
    """What is to be written down today; None where nothing is new. `before` are all marks, the oldest first.

    `teams` are all of people.yaml. A slip in `since` is mended where it was first written down.
    """
    eligible = tuple(sorted(team for team in teams if capability.is_offered_to(team)))
    status, since = capability.status.value, _began(capability, before, today=today)
    newest = before[-1] if before else None
    is_same = newest is not None and (newest.status, newest.teams) == (status, eligible)
    if newest is not None and is_same and newest.since == since:
        return None
    seen_on = newest.seen_on if newest is not None and is_same else today
    return CapabilityMark(capability.id, seen_on, status, since, eligible)


def _began(capability: Capability, before: Sequence[CapabilityMark], *, today: date) -> date:
    """The day the status of now began: where the file says, as far as that fits what was seen.

    A freer status begins on the day it was seen at the earliest, so that what was used without a choice does not
    become chosen. A stricter one may have begun before that, but not before the status it follows.
    """
    others = [each for each in before if each.seen_on < today and each.status != capability.status]
    if not others:
        return capability.since
    seen = [each.seen_on for each in before if others[-1].seen_on < each.seen_on < today]
    if capability.status in FREE or capability.since <= others[-1].since:
        return max(capability.since, seen[0] if seen else today)
    return capability.since


def _by_status(marks: Sequence[CapabilityMark]) -> list[tuple[date, Status]]:
    """Of marks in a row that say the same status the newest tells since when."""
    found: list[tuple[date, Status]] = []
    for each in marks:
        if found and found[-1][1] == each.status:
            found.pop()
        found.append((each.since, Status(each.status)))
    return found


def _in_order(dated: Sequence[tuple[date, T]]) -> tuple[tuple[date, T], ...]:
    """Of one day the last holds, and what says the same as the one before it is left out."""
    found: list[tuple[date, T]] = []
    for day, value in dated:
        while found and found[-1][0] >= day:
            found.pop()
        if not found or found[-1][1] != value:
            found.append((day, value))
    return tuple(found)


def _at(dated: Sequence[tuple[date, T]], day: date) -> T | None:
    for since, value in reversed(dated):  # few, and the newest are asked for most
        if since <= day:
            return value
    return None
