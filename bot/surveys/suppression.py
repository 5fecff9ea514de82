"""Decides what may be shown of answers, so that nobody's can be worked out from all that is shown together. Pure.

In two steps, each with its own proof (docs/decisions/0030): `plan` says which groups may be shown, by who is in them
alone; `release` says how each reads. Everybody sees the same: a filter only picks from it, and none shows more.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from math import ceil, floor

from bot.statistics import Change, Share, change
from bot.surveys.overlaps import Seen

FEWEST = 5  # no survey may ask for less
BLURRED_TO = 20  # answers of a group up to which it never reads "all" or "none"
DIMENSIONS = ("team", "role", "asker", "new")  # the first are shown first: later ones may have to stay hidden for them

Table = tuple[str, ...]
Group = frozenset[tuple[str, str]]  # what all in it have in common; of nothing: everybody
Strata = Mapping[str, str]

EVERYBODY: Group = frozenset()
TABLES: tuple[Table, ...] = (*((each,) for each in DIMENSIONS), *combinations(DIMENSIONS, 2))


@dataclass(frozen=True)
class Row:
    """One answer to one question. `strata` are those known of it."""

    is_yes: bool
    strata: Strata


@dataclass(frozen=True)
class Part:
    """Answers that can be told apart from all others: those in all groups of `inside` and in none of `outside`."""

    rows: frozenset[int]
    inside: frozenset[Group] = frozenset()
    outside: frozenset[Group] = frozenset()


# Which groups.

Splits = Callable[[Sequence[Part], frozenset[int], int], bool]
IsApart = Callable[[Sequence[Part]], bool]


def leaves_enough(parts: Sequence[Part], group: frozenset[int], threshold: int) -> bool:
    """Whether, with the group shown as well, no few answers can be told apart: neither in it nor beside it."""
    pieces = (piece for part in parts for piece in (part.rows & group, part.rows - group))
    return all(not piece or len(piece) >= threshold for piece in pieces)


def is_first(_parts: Sequence[Part]) -> bool:
    """Of a wave before which none was shown."""
    return True


@dataclass(frozen=True)
class Plan:
    """The groups that may be shown, by table, and how many of each may not; `parts` are all that can be told apart."""

    groups: Mapping[Table, tuple[Part, ...]]
    hidden: Mapping[Table, int]
    parts: tuple[Part, ...]


def plan(
    rows: Sequence[Row], *, threshold: int = FEWEST, is_apart: IsApart = is_first, splits: Splits = leaves_enough
) -> Plan | None:
    """What may be shown of a wave's answers to a question; None where nothing may. What was said has no part in it.

    Group by group, the largest of each table first: one is taken only if every part that it cuts out of the others has
    answers enough, or none, and nothing of few people lies between the parts and those of an earlier wave (`is_apart`).
    Raises ValueError for a threshold under 5.
    """
    if threshold < FEWEST:
        raise ValueError(f"a threshold of {threshold} is too low: at least {FEWEST} answers hide one")
    everybody = Part(frozenset(range(len(rows))))
    if len(rows) < threshold or not is_apart([everybody]):
        return None
    parts: tuple[Part, ...] = (everybody,)
    groups: dict[Table, tuple[Part, ...]] = {}
    hidden: dict[Table, int] = {}
    for table in TABLES:
        found = _groups(rows, table)
        taken: list[Part] = []
        for group in found:
            cut = _cut(parts, group)
            enough = len(group.rows) >= threshold and splits(parts, group.rows, threshold)
            if enough and (cut == parts or is_apart(cut)):
                parts = cut
                taken.append(group)
        groups[table], hidden[table] = tuple(taken), len(found) - len(taken)
    return Plan(groups, hidden, parts)


def _groups(rows: Sequence[Row], table: Table) -> list[Part]:
    """The largest first."""
    found: defaultdict[Group, set[int]] = defaultdict(set)
    for number, row in enumerate(rows):
        if all(name in row.strata for name in table):
            found[frozenset((name, row.strata[name]) for name in table)].add(number)
    groups = [Part(frozenset(each), frozenset({group})) for group, each in found.items()]
    return sorted(groups, key=lambda each: (-len(each.rows), sorted(*each.inside)))


def _cut(parts: Sequence[Part], group: Part) -> tuple[Part, ...]:
    cut: list[Part] = []
    for part in parts:
        within, beside = part.rows & group.rows, part.rows - group.rows
        if not within or not beside:
            cut.append(part)
            continue
        cut.append(Part(within, part.inside | group.inside, part.outside))
        cut.append(Part(beside, part.inside, part.outside | group.inside))
    return tuple(cut)


# Over weeks.


class Crowd:
    """Who answered a wave, by the strata of each, beside the rows of their answers to a question.

    `erased` is how many more answered it, of whom nothing is known any more.
    """

    def __init__(self, rows: Sequence[Row], strata: Mapping[str, Strata], *, erased: int = 0) -> None:
        self._rows = [frozenset(row.strata.items()) for row in rows]
        self._people = {person: frozenset(known.items()) for person, known in strata.items()}
        self._known: dict[Group, frozenset[str] | None] = {}
        self._erased = erased

    def seen(self, parts: Sequence[Part]) -> Seen:
        known = [None if self._erased else self._of(part) for part in parts]
        people = None if None in known else tuple(each for each in known if each is not None)
        return Seen(frozenset(self._people), len(parts), people, self._erased)

    def _of(self, part: Part) -> frozenset[str] | None:
        """It is known who is in a part only if each group in and beside it has as many rows as people.

        A question may have been skipped: then it is not known.
        """
        inside, outside = [self._in(each) for each in (EVERYBODY, *part.inside)], map(self._in, part.outside)
        people: frozenset[str] | None = inside[0]
        for each in inside[1:]:
            people = None if people is None or each is None else people & each
        for each in outside:
            people = None if people is None or each is None else people - each
        return people

    def _in(self, group: Group) -> frozenset[str] | None:
        if group not in self._known:
            people = frozenset(person for person, known in self._people.items() if group <= known)
            self._known[group] = people if len(people) == sum(group <= row for row in self._rows) else None
        return self._known[group]


# How each reads.


class Reading(StrEnum):
    EXACT = "exact"
    HIGH = "over 80 %"
    LOW = "under 20 %"
    MOST = "over half"  # of one choice among several
    REST = "up to half"


def reading(k: int, n: int) -> Reading:
    """Up to 20 answers "all" and "none" are not told: the group reads as one in which one more or less may differ."""
    if n > BLURRED_TO:
        return Reading.EXACT
    if 5 * k > 4 * n or k >= n - 1:
        return Reading.HIGH
    return Reading.LOW if 5 * k < n or k <= 1 else Reading.EXACT


@dataclass(frozen=True)
class Cell:
    """A group as it is shown; `k` is None unless it reads exactly."""

    group: Group
    n: int
    k: int | None
    reads: Reading

    @property
    def bounds(self) -> tuple[int, int]:
        """The least and the most that `k` may be, as far as is told."""
        if self.k is not None:
            return self.k, self.k
        low, high = max(ceil(self.n / 5) - 1, 1), min(floor(4 * self.n / 5) + 1, self.n - 1)
        match self.reads:
            case Reading.HIGH:
                return high, self.n
            case Reading.LOW:
                return 0, low
            case Reading.MOST:
                return self.n // 2 + 1, self.n
            case _:
                return 0, self.n // 2


@dataclass(frozen=True)
class Shown:
    """A table as it is shown, and how many of its groups are not."""

    cells: tuple[Cell, ...]
    hidden: int


@dataclass(frozen=True)
class Released:
    """All that may be shown of a wave's answers to a question. A table of which nothing may be shown has no cells."""

    everybody: Cell
    tables: Mapping[Table, Shown]

    def filtered(self, group: Group) -> Cell | None:
        """What a filter shows; None for what may not be shown."""
        cells = (cell for shown in self.tables.values() for cell in shown.cells if cell.group == group)
        return self.everybody if group == EVERYBODY else next(cells, None)


def release(rows: Sequence[Row], planned: Plan) -> Released:
    """How everybody and each group reads.

    What is decided here follows from what is then shown, so that leaving something out tells nothing: table by table,
    as long as no part that can be told apart reads high or low. The first may be shown with some groups left out if one
    does; after the first that has such a part no other is shown.
    """
    counts = _Counts(rows)
    everybody = counts.cell(Part(frozenset(range(len(rows)))))
    shown: list[Part] = []
    tables: dict[Table, Shown] = {}
    is_open = everybody.reads is Reading.EXACT
    for table, groups in planned.groups.items():
        kept = groups if is_open else ()
        if kept and counts.extremes(_parts([*shown, *kept], rows)):
            kept, is_open = () if shown else _some(kept, counts, len(rows)), False
        shown += kept
        tables[table] = Shown(tuple(map(counts.cell, kept)), planned.hidden[table] + len(groups) - len(kept))
    return Released(everybody, tables)


def choice_cells(shares: Mapping[str, Share]) -> dict[str, Cell]:
    """How each choice reads: up to 20 answers whether most chose it, as more may tell that nobody chose another."""
    return {choice: _choice_cell(share) for choice, share in shares.items()}


def _choice_cell(share: Share) -> Cell:
    if share.n > BLURRED_TO:
        return Cell(EVERYBODY, share.n, share.k, Reading.EXACT)
    return Cell(EVERYBODY, share.n, None, Reading.MOST if 2 * share.k > share.n else Reading.REST)


def verdict(before: Cell, after: Cell) -> Change:
    """What became of it, by what is shown alone: a change is one only if it is whatever is not told."""
    found = {change(Share(k, before.n), Share(j, after.n)) for k in before.bounds for j in after.bounds}
    return found.pop() if len(found) == 1 else Change.NONE


class _Counts:
    def __init__(self, rows: Sequence[Row]) -> None:
        self._yes = frozenset(number for number, row in enumerate(rows) if row.is_yes)

    def cell(self, part: Part) -> Cell:
        k, n = len(part.rows & self._yes), len(part.rows)
        reads = reading(k, n)
        group = next(iter(part.inside), EVERYBODY)
        return Cell(group, n, k if reads is Reading.EXACT else None, reads)

    def extremes(self, parts: Sequence[Part]) -> list[Cell]:
        return [cell for cell in map(self.cell, parts) if cell.reads is not Reading.EXACT]

    def yes(self, rows: frozenset[int]) -> int:
        return len(rows & self._yes)


def _some(groups: Sequence[Part], counts: _Counts, n: int) -> tuple[Part, ...]:
    """The larger of the groups, with over 20 answers left out beside them; none where those that are vague follow.

    Which are left out is decided by how many are in them, and whether any is shown by what would be shown.
    """
    kept = list(groups)
    rest = frozenset(range(n)) - frozenset().union(*(each.rows for each in groups))
    while kept and len(rest) <= BLURRED_TO:
        rest |= kept.pop().rows
    vague = counts.extremes(kept)
    k = counts.yes(rest | frozenset().union(*(each.rows for each in kept if counts.extremes([each]))))
    least = sum(cell.bounds[0] for cell in vague)
    most = sum(cell.bounds[1] for cell in vague) + len(rest)
    return tuple(kept) if least < k < most else ()


def _parts(groups: Sequence[Part], rows: Sequence[Row]) -> tuple[Part, ...]:
    parts: tuple[Part, ...] = (Part(frozenset(range(len(rows)))),)
    for group in groups:
        parts = _cut(parts, group)
    return parts
