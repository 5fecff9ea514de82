"""Decides about requests: whether somebody must agree, until when, and whether what was asked for is live. Pure.

Who may do what is `bot.authority`'s.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.authority import Stage
from bot.calendar import WorkingTime
from knowledge.actions import Action, Approval, GitBackend, Lambda, StepFunction, Webhook
from knowledge.repositories import Controller, LiveRepository

DUTY = "duty"
LOOK_AT_LEAST, LOOK_AT_MOST = timedelta(seconds=45), timedelta(minutes=15)  # from one look to the next
LOOKED_AT_ONCE = 30  # at a tick, so that a host's own limits are far away
FOLLOWED_FOR = timedelta(days=30)  # then somebody else has to look: a request is no alarm
LAPSES_AFTER = timedelta(days=30)  # what is void or expired is then withdrawn, so that its words can go with time
BACKENDS = {GitBackend: "git", StepFunction: "step_function", Lambda: "lambda", Webhook: "webhook"}
STAGES = {
    "preparing": Stage.NEW,
    "waiting": Stage.WAITING,
    "void": Stage.VOID,
    "expired": Stage.EXPIRED,
    "going": Stage.GOING,
    "open": Stage.BEGUN,
    "running": Stage.BEGUN,
    "merged": Stage.BEGUN,
}


@dataclass(frozen=True)
class Need:
    """Who must agree: so many of this group, until then."""

    by: str
    people: int
    expires_at: datetime
    is_urgent: bool = False


@dataclass(frozen=True)
class Said:
    """What a controller said of a revision; `commit` is its hex form."""

    controller: Controller
    commit: str
    is_live: bool
    said: str
    at: datetime


def stage_of(state: str) -> Stage:
    return STAGES.get(state, Stage.ENDED)


def entry_of(action: Action) -> Any:
    """The entry as it counts: all that it says, and not where it stands."""
    plain = asdict(action)
    return {name: _plain(value) for name, value in plain.items() if name not in ("file", "line")}


def need(
    action: Action, values: Mapping[str, Any], *, is_urgent: bool, now: datetime, hours: WorkingTime
) -> Need | None:
    """None when nobody needs to agree."""
    approval = action.approval
    if approval is None or not _applies(approval, values):
        return None
    is_urgent = is_urgent and may_be_urgent(action)
    by = DUTY if is_urgent else approval.by
    return Need(by, approval.people, _expiry(approval, now, hours), is_urgent)


def need_of(entry: Mapping[str, Any], *, is_urgent: bool, expires_at: datetime | None) -> Need | None:
    """Who must agree to a request as it was asked; None where nobody needs to."""
    approval = entry.get("approval")
    if approval is None or expires_at is None:
        return None
    is_urgent = is_urgent and approval["may_be_urgent"]
    by = DUTY if is_urgent else approval["by"]
    return Need(by, approval["people"], expires_at, is_urgent)


def may_be_urgent(action: Action) -> bool:
    """Whether who asks may say that it is; else their saying so counts for nothing."""
    return action.approval is not None and action.approval.may_be_urgent


def _applies(approval: Approval, values: Mapping[str, Any]) -> bool:
    """Each input named by `when` has one of the values there."""
    return all(_word(values.get(name)) in among for name, among in approval.when.items())


def _word(value: Any) -> str:
    """As a handbook writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _expiry(approval: Approval, now: datetime, hours: WorkingTime) -> datetime:
    if approval.expires_after is not None:
        return now + approval.expires_after
    return hours.after(now, approval.expires_working_days)


def is_enough(needed: Need | None, agreed: Collection[str]) -> bool:
    """`agreed` are the distinct people who may still."""
    return needed is None or (needed.people > 0 and len(agreed) >= needed.people)


def controllers_of(repository: LiveRepository, files: Collection[str]) -> frozenset[Controller]:
    """Whose word is awaited for a change of these files; empty when nobody's is."""
    return frozenset(each for file in files for each in repository.controllers_of(file))


def live_at(awaited: Collection[Controller], said: Sequence[Said]) -> datetime | None:
    """When the last of them said so first; None while one has not. `said` are of revisions with the change alone.

    The first time counts: what is said of later revisions says nothing of how long this one took.
    """
    first = [
        min((each.at for each in said if each.controller == one and each.is_live), default=None) for one in awaited
    ]
    known = [each for each in first if each is not None]
    return max(known) if known and len(known) == len(first) else None


def newest_failure(awaited: Collection[Controller], said: Sequence[Said]) -> Said | None:
    """What a controller that has not said it is live says is wrong; None when none says so."""
    newest = {one: max((each for each in said if each.controller == one), key=_at, default=None) for one in awaited}
    wrong = [each for each in newest.values() if each is not None and not each.is_live]
    return max(wrong, key=_at, default=None)


def _at(said: Said) -> datetime:
    return said.at


def is_look_due(looked_at: datetime | None, started_at: datetime | None, *, now: datetime) -> bool:
    """What goes on for long is looked at less often: a host's limits are for all that is under way."""
    if looked_at is None or started_at is None:
        return True
    return now - looked_at >= min(max((now - started_at) / 20, LOOK_AT_LEAST), LOOK_AT_MOST)


def is_late(entry: Mapping[str, Any], since: datetime, *, now: datetime) -> bool:
    """Whether it takes longer than its entry gives it."""
    return (now - since).total_seconds() >= float(entry["stuck_after"])


def is_past(expires_at: datetime | None, *, now: datetime) -> bool:
    return expires_at is not None and expires_at <= now


def is_reviewed(reviewers: Collection[str], own: Collection[str], others: Collection[str]) -> bool:
    """Whether one of the accounts that agreed is another person's: not one of their own who asked.

    Where none of their own is known, only an account that is known to be somebody else's counts.
    """
    agreed, known_own = {each.casefold() for each in reviewers}, {each.casefold() for each in own}
    left = agreed - known_own
    return bool(left if known_own else left & {each.casefold() for each in others})


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value
