"""What is kept of a wave once it is closed: answers without people, in no order, and comments apart from them. Pure.

Whether a figure of them may be shown is decided where it is shown; here groups under the threshold cease to exist.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from bot.surveys.sampling import Strata, rank
from knowledge.surveys import Scale, Survey

Scores = Mapping[str, Any]  # by question: a number, a choice, or words


@dataclass(frozen=True)
class Given:
    """An answer as it was kept while the wave was open."""

    scores: Scores
    comment: str
    strata: Strata


@dataclass(frozen=True)
class Released:
    """`answers` and `comments` each in an order of chance of their own; nothing leads from one to the other."""

    answers: Sequence[tuple[Scores, Strata]]
    comments: Sequence[str]


NOTHING = Released((), ())


def release(survey: Survey, given: Sequence[Given], *, key: str, masked: Callable[[str], str] | None) -> Released:
    """Nothing at all of a wave with fewer answers than its threshold. `key` is chance, used once and kept nowhere.

    Words typed into the form are comments. Without `masked` there are none: names in them could not be told.
    """
    typed = {each.name for each in survey.questions if each.scale is Scale.TEXT}
    scored = [each for each in given if set(each.scores) - typed]
    kept = shared_strata([each.strata for each in scored], survey.threshold)
    answers = [
        ({name: value for name, value in each.scores.items() if name not in typed}, strata)
        for each, strata in zip(scored, kept, strict=True)
    ]
    words = [masked(text) for each in given for text in _words(each, typed)] if masked else []
    return Released(
        _shuffled(answers, f"{key}answers") if len(scored) >= survey.threshold else (),
        _shuffled(words, f"{key}words") if len(given) >= survey.threshold else (),
    )


def _words(given: Given, typed: set[str]) -> list[str]:
    said = [given.comment, *(str(given.scores[name]) for name in sorted(typed & set(given.scores)))]
    return [each for each in said if each.strip()]


def _shuffled(things: Sequence[Any], key: str) -> Sequence[Any]:
    seed = key.encode().hex()
    order = sorted(range(len(things)), key=lambda number: rank(seed, str(number)))
    return [things[number] for number in order]


def shared_strata(rows: Sequence[Strata], threshold: int) -> list[Strata]:
    """Of each row the strata that may stay: all rows that then read the same are at least `threshold`.

    So no combination of filters, and no difference of two, comes to fewer people. Where one small group is hidden and
    would be the only one, the smallest of its neighbours is hidden with it. None stay when there are fewer rows.
    """
    kept = [Strata() for _ in rows]
    groups = [list(range(len(rows)))] if len(rows) >= threshold else []
    for field in fields(Strata):
        groups = [part for group in groups for part in _parts(group, rows, field.name, threshold)]
        for group in groups:
            value = getattr(rows[group[0]], field.name)
            if all(getattr(rows[number], field.name) == value for number in group):
                for number in group:
                    kept[number] = replace(kept[number], **{field.name: value})
    return kept


def _parts(group: Sequence[int], rows: Sequence[Strata], name: str, threshold: int) -> list[list[int]]:
    """The group by that stratum; what is too small to be shown is one part, and that is no smaller either."""
    by_value: defaultdict[Any, list[int]] = defaultdict(list)
    for number in group:
        by_value[getattr(rows[number], name)].append(number)
    in_order = sorted(by_value.values(), key=lambda part: (len(part), repr(getattr(rows[part[0]], name))))
    hidden: list[int] = []
    while in_order and (len(in_order[0]) < threshold or 0 < len(hidden) < threshold):
        hidden += in_order.pop(0)
    return [*in_order, *([hidden] if hidden else [])]
