"""Which thresholds the team's own judgements speak for. Pure.

Does not gather judgements (`bot.answers.rehearsal`) and does not set anything: a person writes them into channels.yaml.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answers.rules import Thresholds
from bot.model import Json
from bot.statistics import Share

FEWEST = 20  # judgements; fewer say nothing about a threshold
BEHIND = 10  # of them at or above a threshold, before it can be proposed
RIGHT_WHEN_SURE = 5 / 6  # of what is answered should be right; the shipped threshold was chosen so
RIGHT_WHEN_UNSURE = 1 / 3  # of what is only suggested


@dataclass(frozen=True)
class Judged:
    """What the bot would have said, by its confidence, and whether people call it right."""

    confidence: float
    is_right: bool


@dataclass(frozen=True)
class Proposal:
    """`answered` and `suggested` are the shares of right ones at the proposed thresholds, `before` at today's."""

    thresholds: Thresholds
    answered: Share
    suggested: Share
    before: Share
    n: int

    def to_json(self) -> Json:
        return {
            "answer_at": self.thresholds.answer_at,
            "suggest_at": self.thresholds.suggest_at,
            "n": self.n,
            "right_when_answered": self.answered.to_json(),
            "right_when_suggested": self.suggested.to_json(),
            "right_when_answered_today": self.before.to_json(),
        }


def propose(judged: Sequence[Judged], today: Thresholds) -> Proposal | None:
    """The lowest thresholds that keep answers right five times in six, and suggestions one time in three.

    None with fewer than 20 judgements. Where no threshold keeps to it, today's stays.
    """
    if len(judged) < FEWEST:
        return None
    answer_at = _lowest(judged, RIGHT_WHEN_SURE)
    answer_at = today.answer_at if answer_at is None else answer_at
    unsure = [each for each in judged if each.confidence < answer_at]
    suggest_at = _lowest(unsure, RIGHT_WHEN_UNSURE)
    suggest_at = min(today.suggest_at, answer_at) if suggest_at is None else suggest_at
    return Proposal(
        Thresholds(answer_at, suggest_at),
        answered=_right(judged, answer_at),
        suggested=_right(unsure, suggest_at),
        before=_right(judged, today.answer_at),
        n=len(judged),
    )


def _lowest(judged: Sequence[Judged], wanted: float) -> float | None:
    """The lowest confidence, in hundredths, from which on at least so many are right."""
    enough = [
        at
        for at in sorted({int(each.confidence * 100) / 100 for each in judged})
        if (share := _right(judged, at)).n >= BEHIND and share.k >= wanted * share.n
    ]
    return enough[0] if enough else None


def _right(judged: Sequence[Judged], at: float) -> Share:
    above = [each for each in judged if each.confidence >= at]
    return Share(sum(each.is_right for each in above), len(above))
