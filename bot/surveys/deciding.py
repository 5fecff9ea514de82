"""Decides, when a wave closes, what may be shown of its answers: once, by what was decided of waves before. Pure.

Which groups, and how each reads, is `suppression`'s; what lies between two waves is `overlaps`'.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.surveys import figures, overlaps, suppression
from bot.surveys.kept import Kept, KeptQuestion
from bot.surveys.overlaps import Seen
from bot.surveys.suppression import BLURRED_TO, FEWEST, Crowd, Group, Part, Row
from knowledge.surveys import Question, Scale, Survey

YES_NO = {True: "yes", False: "no"}

Strata = Mapping[str, Any]  # as they stand beside an invitation
Answers = Sequence[tuple[Mapping[str, Any], Strata]]  # scores and strata of each


@dataclass(frozen=True)
class Earlier:
    """A wave of the survey that was decided before, and the strata of each who answered it and was not erased since."""

    kept: Kept
    who: Mapping[str, Strata]

    def seen(self, question: str) -> Seen | None:
        """None where nothing was to be said of the question."""
        if (kept := self.kept.questions.get(question)) is None:
            return None
        people = {person: known_strata(strata) for person, strata in self.who.items()}
        parts = _told_apart(people, kept.groups)
        erased = self.kept.answers - len(people)
        return Seen(frozenset(people), len(parts), parts if kept.is_known and not erased else None, erased)


def threshold_of(survey: Survey) -> int:
    return max(FEWEST, survey.threshold)


def decide(
    survey: Survey, answers: Answers, who: Mapping[str, Strata], *, erased: int, before: Sequence[Earlier]
) -> Mapping[str, KeptQuestion]:
    """By name, the questions of which anything may be said.

    `who` are the strata of each who answered, the same as beside their answer; `erased` is how many more did. `before`
    are all waves of the survey that were decided, in any order.
    """
    people = {person: known_strata(strata) for person, strata in who.items()}
    found = {
        question.name: _question(survey, question, answers, _Crowds(people, erased, before))
        for question in survey.questions
        if question.scale is not Scale.TEXT
    }
    return {name: each for name, each in found.items() if each is not None}


@dataclass(frozen=True)
class _Crowds:
    """Who answered this wave, and who those before."""

    people: Mapping[str, Mapping[str, str]]
    erased: int
    before: Sequence[Earlier]


def _question(survey: Survey, question: Question, answers: Answers, crowds: _Crowds) -> KeptQuestion | None:
    told = [
        (answer, known_strata(strata))
        for scores, strata in answers
        if (answer := figures.valid_one(scores.get(question.name), question)) is not None
    ]
    is_by_group = question.scale in (Scale.CSAT, Scale.CES)  # choices and net promoters are told of everybody alone
    rows = [Row(_is_yes(answer, question), strata if is_by_group else {}) for answer, strata in told]
    crowd = Crowd(rows, crowds.people, erased=crowds.erased)
    before = [seen for each in crowds.before if (seen := each.seen(question.name)) is not None]
    threshold = threshold_of(survey)

    def is_apart(parts: Sequence[Part]) -> bool:
        now = crowd.seen(parts)
        return all(overlaps.is_apart(now, earlier, threshold) for earlier in before)

    planned = suppression.plan(rows, threshold=threshold, is_apart=is_apart)
    if planned is None:
        return None
    groups = tuple(next(iter(each.inside)) for taken in planned.groups.values() for each in taken)
    kept = KeptQuestion(len(rows), groups, is_known=crowd.seen(planned.parts).known is not None)
    if is_by_group:
        kept = replace(kept, released=suppression.release(rows, planned))
    return _with_figures(kept, question, [answer for answer, _ in told])


def _with_figures(kept: KeptQuestion, question: Question, answers: Sequence[figures.Answer]) -> KeptQuestion:
    if question.scale is Scale.CHOICE:
        shares = figures.choice_shares([str(each) for each in answers], question.choices)
        return replace(kept, choices=suppression.choice_cells(shares))
    if len(answers) <= BLURRED_TO:
        return kept
    scores = [int(each) for each in answers]
    if question.scale is Scale.NPS:
        return replace(kept, nps=figures.nps(scores))
    return replace(kept, spread=figures.distribution(scores, scale_max=figures.CSAT_MAX))


def _is_yes(answer: figures.Answer, question: Question) -> bool:
    is_scored = question.scale in (Scale.CSAT, Scale.CES)
    return is_scored and isinstance(answer, int) and answer >= figures.satisfied_from(figures.CSAT_MAX)


def _told_apart(people: Mapping[str, Mapping[str, str]], groups: Sequence[Group]) -> tuple[frozenset[str], ...]:
    """The people by every group they are in or not."""
    strata = {person: frozenset(known.items()) for person, known in people.items()}
    parts = [frozenset(people)]
    for group in groups:
        inside = frozenset(person for person, known in strata.items() if group <= known)
        parts = [piece for part in parts for piece in (part & inside, part - inside) if piece]
    return tuple(parts)


def known_strata(strata: Strata) -> dict[str, str]:
    """Those that are known, each as the word it is shown by."""
    known = {name: strata.get(name) for name in suppression.DIMENSIONS}
    return {
        name: YES_NO[value] if isinstance(value, bool) else str(value)
        for name, value in known.items()
        if value is not None
    }
