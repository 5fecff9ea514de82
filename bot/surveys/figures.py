"""Counts what was answered: CSAT, CES, NPS, choices, response rate and reach. Pure.

What may be shown of it is `bot.surveys.suppression`'s; intervals and changes are `bot.statistics`'. What was skipped or
did not apply is no answer, and is to be left out before.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.statistics import Share, finite_factor
from knowledge.surveys import Question, Scale

CSAT_MAX, NPS_MAX = 5, 10
PROMOTER_FROM, DETRACTOR_TO = 9, 6

Answer = int | str  # a score, or the text of a choice


def satisfied_from(scale_max: int) -> int:
    """The lowest satisfied score on a scale from 1: top box of 3, top two of 4 to 7, top three of 10.

    Raises ValueError for another scale: what counts as satisfied on it nobody has defined.
    """
    boxes = {3: 1, 4: 2, 5: 2, 6: 2, 7: 2, 10: 3}.get(scale_max)
    if boxes is None:
        raise ValueError(f"no scale of ours goes from 1 to {scale_max}")
    return scale_max - boxes + 1


def csat(scores: Sequence[int], *, scale_max: int = CSAT_MAX) -> Share:
    """Those satisfied, of all who said how they are. Raises ValueError for a score outside the scale."""
    least = satisfied_from(scale_max)
    return Share(sum(score >= least for score in _within(scores, 1, scale_max)), len(scores))


def ces(scores: Sequence[int]) -> Share:
    """Those who agree that it was easy: 4 or 5 of 5. Raises ValueError for a score outside 1 to 5."""
    return csat(scores)


@dataclass(frozen=True)
class Nps:
    """Net promoters: promoters minus detractors. `value` is in points from -100.0 to 100.0; None of nothing."""

    promoters: int
    detractors: int
    n: int

    @property
    def value(self) -> float | None:
        return 100 * (self.promoters - self.detractors) / self.n if self.n else None


def nps(scores: Sequence[int]) -> Nps:
    """9 and 10 promote, 0 to 6 detract. Raises ValueError for a score outside 0 to 10."""
    told = _within(scores, 0, NPS_MAX)
    return Nps(sum(each >= PROMOTER_FROM for each in told), sum(each <= DETRACTOR_TO for each in told), len(told))


def distribution(scores: Sequence[int], *, scale_max: int, scale_min: int = 1) -> tuple[int, ...]:
    """How many gave each score, the lowest first. Raises ValueError for a score outside the scale."""
    counted = Counter(_within(scores, scale_min, scale_max))
    return tuple(counted[score] for score in range(scale_min, scale_max + 1))


def choice_shares(chosen: Sequence[str], choices: Sequence[str]) -> dict[str, Share]:
    """Of each choice, in the order they were offered. Raises ValueError for one that was not offered."""
    counted = Counter(chosen)
    if strange := sorted(counted.keys() - set(choices)):
        raise ValueError(f"{strange[0]!r} was not offered")
    return {choice: Share(counted[choice], len(chosen)) for choice in choices}


def valid(answers: Sequence[Mapping[str, object]], question: Question) -> list[Answer]:
    """The answers to a question, without those who skipped it or gave what it does not take."""
    return [said for each in answers if (said := valid_one(each.get(question.name), question)) is not None]


def valid_one(said: object, question: Question) -> Answer | None:
    if isinstance(said, bool):
        return None
    match question.scale:
        case Scale.CSAT | Scale.CES if isinstance(said, int) and 1 <= said <= CSAT_MAX:
            return said
        case Scale.NPS if isinstance(said, int) and 0 <= said <= NPS_MAX:
            return said
        case Scale.CHOICE if isinstance(said, str) and said in question.choices:
            return said
    return None


def response_rate(answered: int, delivered: int) -> Share:
    """Of those whom the question reached. Raises ValueError for more answers than were asked for."""
    return Share(answered, delivered)


def reach(invited: int, frame: int) -> Share:
    """Of those who could have been asked. Raises ValueError for more invited than there are."""
    return Share(invited, frame)


def population_note(n: int, frame: int) -> str:
    """What is said of an interval where the sample is over a twentieth of the frame; "" where it is not."""
    factor = finite_factor(min(n, frame), frame)
    if factor is None:
        return ""
    return (
        f"Who answered is a large part of the {frame}: for these {frame} alone, an interval is "
        f"{factor:.0%} as wide (finite population).".replace("%", " %")
    )


def _within(scores: Sequence[int], least: int, most: int) -> Sequence[int]:
    for score in scores:
        if not least <= score <= most:
            raise ValueError(f"{score} is no score from {least} to {most}")
    return scores
