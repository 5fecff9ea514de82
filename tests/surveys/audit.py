"""An auditor of what is shown: it tries every world, and shares no thought with `bot.surveys.suppression`.

A world says how many of each smallest group are satisfied. Worlds that are shown alike cannot be told apart, by
whatever reasoning, also by somebody who knows how it is decided what is shown.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from bot.surveys.suppression import BLURRED_TO, Plan, Released, Row, Splits, leaves_enough, plan, release

Worlds = Sequence[tuple[int, ...]]
Release = Callable[[Sequence[Row], Plan], Released]


@dataclass(frozen=True)
class Group:
    """The smallest: people whom nothing tells apart from each other."""

    strata: Mapping[str, str]
    n: int


@dataclass(frozen=True)
class Leak:
    """What follows from what is shown: of which groups, by their place."""

    what: str
    groups: tuple[int, ...]
    worlds: Worlds


def leaks(groups: Sequence[Group], *, splits: Splits = leaves_enough, show: Release = release) -> list[Leak]:
    shown: defaultdict[object, list[tuple[int, ...]]] = defaultdict(list)
    for world in product(*(range(group.n + 1) for group in groups)):
        rows = [Row(at < k, group.strata) for group, k in zip(groups, world, strict=True) for at in range(group.n)]
        planned = plan(rows, splits=splits)
        if planned is not None:
            shown[_seen(show(rows, planned))].append(world)
    return [leak for worlds in shown.values() for leak in (*_all_or_none(groups, worlds), *_small(groups, worlds))]


def _seen(released: Released) -> object:
    return released.everybody, tuple((table, shown.cells, shown.hidden) for table, shown in released.tables.items())


def _all_or_none(groups: Sequence[Group], worlds: Worlds) -> list[Leak]:
    """All, or none, of some are surely satisfied, and they are no more than may be told so of."""
    found = []
    for what, surely in (("all", [group.n for group in groups]), ("none", [0 for _ in groups])):
        known = tuple(at for at, k in enumerate(surely) if groups[at].n and all(world[at] == k for world in worlds))
        if known and sum(groups[at].n for at in known) <= BLURRED_TO:
            found.append(Leak(what, known, worlds))
    return found


def _small(groups: Sequence[Group], worlds: Worlds) -> list[Leak]:
    """How many of a group that is too small are satisfied; unless more than 20 together surely all are, or none."""
    known = {at for at in range(len(groups)) if len({world[at] for world in worlds}) == 1}
    alike = [
        {at for at in known if worlds[0][at] == most[at]} for most in ([each.n for each in groups], [0] * len(groups))
    ]
    large = {at for each in alike if sum(groups[at].n for at in each) > BLURRED_TO for at in each}
    return [Leak("few", (at,), worlds) for at in sorted(known - large) if 0 < groups[at].n < 5]
