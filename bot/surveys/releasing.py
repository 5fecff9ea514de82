"""What is kept of a wave once it is closed: answers without people, in no order, and comments apart from them. Pure.

Whether a figure of them may be shown is decided where it is shown; here groups under the threshold cease to exist.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from bot.surveys.sampling import Strata, rank
from knowledge.surveys import Scale, Survey

Scores = Mapping[str, Any]  # by question: a number, a choice, or words
NAMES = tuple(each.name for each in fields(Strata))


@dataclass(frozen=True)
class Given:
    """An answer as it was kept while the wave was open."""

    scores: Scores
    comment: str
    strata: Strata


@dataclass(frozen=True)
class Released:
    """`answers` and `comments` each in an order of chance of their own; nothing leads from one to the other.

    `shared` says of the strata of each who answered what stays of them, beside their answer as beside their invitation.
    """

    answers: Sequence[tuple[Scores, Strata]]
    comments: Sequence[str]
    shared: Mapping[Strata, Strata] = field(default_factory=dict)


def release(survey: Survey, given: Sequence[Given], *, key: str, masked: Callable[[str], str] | None) -> Released:
    """Nothing at all of a wave with fewer answers than its threshold. `key` is chance, used once and kept nowhere.

    Words typed into the form are comments. Without `masked` there are none: names in them could not be told. Who gave
    words alone has an answer without scores, so that there are as many as people, until one of them is erased.
    """
    typed = {each.name for each in survey.questions if each.scale is Scale.TEXT}
    scores = [{name: value for name, value in each.scores.items() if name not in typed} for each in given]
    kept = shared_strata([each.strata for each in given], survey.threshold)
    words = [masked(text) for each in given for text in _words(each, typed)] if masked else []
    is_large = sum(map(bool, scores)) >= survey.threshold
    return Released(
        _shuffled(list(zip(scores, kept, strict=True)), f"{key}answers") if is_large else (),
        _shuffled(words, f"{key}words") if len(given) >= survey.threshold else (),
        {each.strata: strata for each, strata in zip(given, kept, strict=True)} if is_large else {},
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
    for name in NAMES:
        groups = [part for group in groups for part in _parts(group, rows, name, threshold)]
        for group in groups:
            value = getattr(rows[group[0]], name)
            if all(getattr(rows[number], name) == value for number in group):
                for number in group:
                    kept[number] = replace(kept[number], **{name: value})
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
