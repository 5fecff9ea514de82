"""How self-service fares: time until it is live, what came to hold, what is pushed, what was changed by hand. Pure.

Every number is defined in docs/metrics.md. Nothing is counted by person.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.actions.rules import stage_of
from bot.authority import Stage
from bot.model import Course, Json, Window
from bot.statistics import FEWEST, TOO_FEW, Share, duration, median, percentile, share_in_words
from knowledge.actions import Action, Mode

LIVE, DONE, UNOBSERVED = "live", "done", "unobserved"  # states in which requests end that went well
SLOWEST = 90  # percent
NAMED_MOST = 4  # teams or actions in a line


@dataclass(frozen=True)
class ActionFacts:
    """Of a window. `live_s` are the times from asking to live, in seconds, in order.

    `under_way` counts those of `success` that may still come to hold, `unobserved` those left out of it. `debts` are
    the actions that were pushed and have no proposal in their place, as the catalogue stands now; `reverts` is by
    team, "" being nobody's.
    """

    window: Window
    live_s: tuple[float, ...]
    success: Share
    under_way: int
    unobserved: int
    pushed: Share
    debts: tuple[str, ...]
    reverts: Mapping[str, int]

    @property
    def to_converged(self) -> tuple[float, float] | None:
        """Median and 90th percentile, in seconds; None where there are too few to say."""
        middle, slow = median(self.live_s), percentile(self.live_s, SLOWEST)
        return None if middle is None or slow is None or len(self.live_s) < FEWEST else (middle, slow)

    def to_json(self) -> Json:
        middle, slow = self.to_converged or (None, None)
        return {
            "since": self.window.since.isoformat(),
            "until": self.window.until.isoformat(),
            "time_to_converged_s": {"n": len(self.live_s), "median": middle, "p90": slow},
            "task_success": {**self.success.to_json(), "under_way": self.under_way, "unobserved": self.unobserved},
            "push_debt": {**self.pushed.to_json(), "open": list(self.debts)},
            "drift_reverts": dict(sorted(self.reverts.items())),
        }


def figures(
    window: Window, courses: Sequence[Course], *, debts: Sequence[str], reverts: Mapping[str, int]
) -> ActionFacts:
    """Times are of what became live in the window; shares of what was started in it."""
    started = [each for each in courses if each.started_at and window.since <= each.started_at < window.until]
    observed = [each for each in started if each.state != UNOBSERVED]
    holds = sum(each.state in (LIVE, DONE) for each in observed)
    pushed = sum(each.mode != Mode.PROPOSAL for each in started)
    return ActionFacts(
        window=window,
        live_s=tuple(sorted(_took(each) for each in courses if _became_live(each, window))),
        success=Share(holds, len(observed)),
        under_way=sum(stage_of(each.state) is Stage.BEGUN for each in observed),
        unobserved=len(started) - len(observed),
        pushed=Share(pushed, len(started)),
        debts=tuple(debts),
        reverts=reverts,
    )


def open_debts(pushed: Collection[str], catalogue: Sequence[Action]) -> list[str]:
    """Of the actions that were pushed, those that still push and whose capability no proposal serves."""
    proposed = {each.capability for each in catalogue if each.mode is Mode.PROPOSAL and each.capability}
    pushing = [each for each in catalogue if each.mode is not Mode.PROPOSAL and each.id in pushed]
    return [each.id for each in pushing if each.capability not in proposed]


def lines(facts: ActionFacts) -> list[str]:
    """Three short ones, in plain words."""
    return [_live_line(facts), _success_line(facts), _push_line(facts)]


def _live_line(facts: ActionFacts) -> str:
    n, found = len(facts.live_s), facts.to_converged
    if found is None:
        return f"From asking to live: {TOO_FEW} ({n})."
    middle, slow = map(duration, found)
    return f"From asking to live: {middle} in the middle, {slow} for 9 of 10 ({n})."


def _success_line(facts: ActionFacts) -> str:
    beside = [f"{facts.under_way} still under way"] if facts.under_way else []
    beside += [f"{facts.unobserved} merged and not seen to be live, left out"] if facts.unobserved else []
    return f"Started and live or done: {'; '.join([share_in_words(facts.success), *beside])}."


def _push_line(facts: ActionFacts) -> str:
    said = f"Pushed past Git: {share_in_words(facts.pushed)}"
    if facts.debts:
        said += f"; without a proposal in its place: {_few(facts.debts)}"
    reverts = [f"{team or 'nobody named'} {times}" for team, times in _most_first(facts.reverts) if times]
    return f"{said}. Changed by hand and put back: {_few(reverts) if reverts else 'nothing'}."


def _most_first(reverts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(reverts.items(), key=lambda each: (-each[1], each[0]))


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED_MOST} more" if len(names) > NAMED_MOST else ""
    return ", ".join(names[:NAMED_MOST]) + more


def _became_live(course: Course, window: Window) -> bool:
    at = course.ended_at
    return course.state == LIVE and at is not None and window.since <= at < window.until


def _took(course: Course) -> float:
    return (course.ended_at - course.created_at).total_seconds() if course.ended_at else 0.0
