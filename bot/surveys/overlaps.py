"""Decides whether what is shown of two waves, held against each other, leaves few people between them. Pure.

Whatever groups of one wave are added up and held against whatever of the other, those who are in just one of the two
sums must be nobody, or at least as many as the threshold. These are the edges of a cut in a graph: its nodes are the
parts of both waves and one for "did not answer"; each person is an edge between where they were and where they are.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

NODES_MOST = 12  # for which every cut is tried; of more it is not known, and nothing is shown
ABSENT = "absent"

Node = tuple[str, int] | str


@dataclass(frozen=True)
class Seen:
    """All who answered a wave, and by parts where it is known who is in which; `parts` is how many there are.

    `erased` is how many more answered, of whom nothing is known any more.
    """

    people: frozenset[str]
    parts: int
    known: tuple[frozenset[str], ...] | None
    erased: int = 0


def is_apart(now: Seen, before: Seen, threshold: int) -> bool:
    """Whether both may be shown.

    Where it is not known who is in a part: only everybody against everybody, or if hardly anybody answered both waves.
    """
    if now.known is not None and before.known is not None:
        return _cuts_are_large(_edges(now.known, before.known), threshold)
    both = len(now.people & before.people) + min(now.erased, before.erased)
    if 2 * threshold - 2 * both >= threshold:  # the two smallest parts there may be
        return True
    joined = len(now.people - before.people) - before.erased
    is_same = now.people == before.people and not now.erased and not before.erased
    return now.parts == 1 and (joined >= threshold or is_same)


def _edges(now: Sequence[frozenset[str]], before: Sequence[frozenset[str]]) -> Counter[frozenset[Node]]:
    is_now: dict[str, Node] = {person: ("now", at) for at, part in enumerate(now) for person in part}
    was: dict[str, Node] = {person: ("before", at) for at, part in enumerate(before) for person in part}
    everybody = is_now.keys() | was.keys()
    return Counter(frozenset({is_now.get(each, ABSENT), was.get(each, ABSENT)}) for each in everybody)


def _cuts_are_large(edges: Counter[frozenset[Node]], threshold: int) -> bool:
    """Whether every cut is of no edge or of at least so many."""
    left = _contracted(edges, threshold)
    nodes = sorted({node for edge in left for node in edge}, key=str)
    if len(nodes) > NODES_MOST:
        return False
    sides = (frozenset(side) for size in range(1, len(nodes) // 2 + 1) for side in combinations(nodes, size))
    return all(not 0 < _weight(left, side) < threshold for side in sides)


def _contracted(edges: Counter[frozenset[Node]], threshold: int) -> Counter[frozenset[Node]]:
    """Nodes with so many edges between them made one: what cuts between them cuts enough.

    All such at once and again until there are none: one by one it takes minutes for thousands of people.
    """
    while heavy := [edge for edge, weight in edges.items() if weight >= threshold]:
        into = _merged(heavy)
        fewer: Counter[frozenset[Node]] = Counter()
        for edge, weight in edges.items():
            joined = frozenset(into.get(node, node) for node in edge)
            if len(joined) == 2:
                fewer[joined] += weight
        edges = fewer
    return edges


def _merged(edges: Iterable[frozenset[Node]]) -> dict[Node, Node]:
    """Of each node on the edges the one that stands for all it is joined to."""
    stands_for: dict[Node, Node] = {}

    def root(node: Node) -> Node:
        while (other := stands_for.get(node, node)) != node:
            node = other
        return node

    for edge in edges:
        first, second = sorted(map(root, edge), key=str)
        stands_for[second] = first
    return {node: root(node) for node in stands_for}


def _weight(edges: Counter[frozenset[Node]], side: Iterable[Node]) -> int:
    within = frozenset(side)
    return sum(weight for edge, weight in edges.items() if len(edge & within) == 1)
