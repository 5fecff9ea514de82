"""What becomes of a wave's answers when it closes: what may be shown of them, and comments without people. Pure.

The answers themselves end here; what may be shown is decided in `deciding`.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from bot.surveys.deciding import Earlier, decide
from bot.surveys.kept import KeptQuestion
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
class Closing:
    """All that a wave's end is decided by: answers, the strata of each who answered, and the waves decided before."""

    given: Sequence[Given]
    who: Mapping[str, Strata]
    before: Sequence[Earlier] = ()

    @property
    def answers(self) -> int:
        """How many answered, also those who were erased a moment ago."""
        return max(len(self.given), len(self.who))


@dataclass(frozen=True)
class Released:
    """`questions` are what may be shown. `comments` are in an order of chance, and lead to no answer.

    `shared` is what stays of the strata of each who answered: what at least the threshold have in common.
    """

    questions: Mapping[str, KeptQuestion] = field(default_factory=dict)
    comments: Sequence[str] = ()
    shared: Mapping[str, Strata] = field(default_factory=dict)


Share = Callable[[Sequence[Strata], int], list[Strata]]


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


def release(
    survey: Survey,
    closing: Closing,
    *,
    key: str,
    masked: Callable[[str], str] | None,
    share: Share = shared_strata,
) -> Released:
    """Nothing at all of a wave with fewer answers than its threshold. `key` is chance, used once and kept nowhere.

    Words typed into the form are comments. Without `masked` there are none: names in them could not be told. Who gave
    words alone is among those who answered, so that answers are as many as people, until one of them is erased.
    """
    given = closing.given
    typed = {each.name for each in survey.questions if each.scale is Scale.TEXT}
    words = [masked(text) for each in given for text in _words(each, typed)] if masked else []
    comments = _shuffled(words, f"{key}words") if len(given) >= survey.threshold else ()
    if sum(bool(each.scores.keys() - typed) for each in given) < survey.threshold:
        return Released(comments=comments)
    kept = share([each.strata for each in given], survey.threshold)
    became = dict(zip((each.strata for each in given), kept, strict=True))
    shared = {person: became.get(strata, Strata()) for person, strata in closing.who.items()}
    questions = decide(
        survey,
        [(each.scores, strata.to_json()) for each, strata in zip(given, kept, strict=True)],
        {person: strata.to_json() for person, strata in shared.items()},
        erased=closing.answers - len(closing.who),
        before=closing.before,
    )
    return Released(questions, comments, shared)


def _words(given: Given, typed: set[str]) -> list[str]:
    said = [given.comment, *(str(given.scores[name]) for name in sorted(typed & set(given.scores)))]
    return [each for each in said if each.strip()]


def _shuffled(things: Sequence[Any], key: str) -> Sequence[Any]:
    seed = key.encode().hex()
    order = sorted(range(len(things)), key=lambda number: rank(seed, str(number)))
    return [things[number] for number in order]


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
