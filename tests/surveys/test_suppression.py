"""What may be shown: no sum or difference of it, in a week or over weeks, tells of few people, nor of all or none."""

import random
from collections.abc import Mapping, Sequence
from itertools import product
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.statistics import Change, Share
from bot.surveys.overlaps import Seen, is_apart
from bot.surveys.suppression import (
    BLURRED_TO,
    EVERYBODY,
    Cell,
    Crowd,
    Part,
    Plan,
    Reading,
    Released,
    Row,
    Shown,
    choice_cells,
    leaves_enough,
    plan,
    reading,
    release,
    verdict,
)
from tests.surveys.audit import Group, leaks


def rows(*groups: tuple[Mapping[str, str], int, int]) -> list[Row]:
    """Of each group so many satisfied, of so many."""
    return [Row(at < k, strata) for strata, k, n in groups for at in range(n)]


def team(name: str, **more: str) -> dict[str, str]:
    return {"team": name, **more}


def shown(found: Sequence[Row]) -> Released:
    planned = plan(found)
    assert planned is not None
    return release(found, planned)


def sizes(released: Released, *table: str) -> list[int]:
    return [cell.n for cell in released.tables[table].cells]


# Which groups.


def test_of_four_answers_nothing_is_shown_and_no_survey_may_ask_for_less() -> None:
    assert plan(rows((team("a"), 2, 4))) is None
    with pytest.raises(ValueError, match="too low"):
        plan(rows((team("a"), 2, 9)), threshold=4)


def test_a_small_group_hides_a_second_one() -> None:
    found = shown(rows((team("a"), 8, 14), (team("b"), 5, 9), (team("c"), 2, 3)))

    assert sizes(found, "team") == [14]
    assert found.tables["team",].hidden == 2


def test_small_groups_that_are_enough_together_hide_no_other() -> None:
    found = shown(rows((team("a"), 8, 14), (team("b"), 5, 9), (team("c"), 2, 3), (team("d"), 1, 3)))

    assert sizes(found, "team") == [14, 9]


def test_a_second_way_to_cut_is_not_shown_where_it_would_cut_out_few() -> None:
    """The platform team is the team a but for one: the difference of the two would be that person's answer."""
    found = rows((team("a", role="platform"), 6, 12), (team("a", role="other"), 1, 1), (team("b", role="other"), 8, 15))

    assert sizes(shown(found), "team") == [15, 13]
    assert sizes(shown(found), "role") == []


def test_both_ways_to_cut_and_what_is_in_both_are_shown_where_all_parts_are_large() -> None:
    found = shown(
        rows(
            (team("a", role="platform"), 5, 10),
            (team("a", role="other"), 6, 12),
            (team("b", role="other"), 7, 14),
            (team("b", role="platform"), 5, 9),
        )
    )

    assert sizes(found, "team") == [23, 22]
    assert sizes(found, "role") == [26, 19]
    assert sizes(found, "team", "role") == [14, 12, 10, 9]


def test_a_filter_picks_from_what_is_shown_and_shows_nothing_else() -> None:
    found = shown(rows((team("a"), 8, 14), (team("b"), 5, 9), (team("c"), 2, 3)))

    assert found.filtered(EVERYBODY) == Cell(EVERYBODY, 26, 15, Reading.EXACT)
    assert found.filtered(frozenset({("team", "a")})) == Cell(frozenset({("team", "a")}), 14, 8, Reading.EXACT)
    assert found.filtered(frozenset({("team", "b")})) is None


STRATA = st.fixed_dictionaries(
    {},
    optional={
        "team": st.sampled_from("abcd"),
        "role": st.sampled_from(["platform", "other"]),
        "asker": st.sampled_from(["yes", "no"]),
        "new": st.sampled_from(["yes", "no"]),
    },
)


@given(st.lists(st.builds(Row, st.booleans(), STRATA), min_size=5, max_size=120))
def test_no_part_that_can_be_told_apart_is_small_and_who_said_what_in_one_changes_nothing(found: list[Row]) -> None:
    planned = plan(found)
    assert planned is not None
    before = release(found, planned)
    turned = list(found)
    for part in planned.parts:
        in_order = sorted(part.rows)
        for place, other in zip(in_order, reversed(in_order), strict=True):
            turned[place] = Row(found[other].is_yes, found[place].strata)

    assert min(len(part.rows) for part in planned.parts) >= 5
    assert plan(turned) == planned
    assert release(turned, planned) == before


# How they read.


@pytest.mark.parametrize("n", range(5, BLURRED_TO + 1))
def test_all_and_none_read_as_one_less_or_more_would(n: int) -> None:
    assert [reading(k, n) for k in (n, n - 1)] == [Reading.HIGH] * 2
    assert [reading(k, n) for k in (0, 1)] == [Reading.LOW] * 2


@pytest.mark.parametrize(
    ("k", "n", "reads"),
    [
        pytest.param(8, 10, Reading.EXACT, id="80 % of ten"),
        pytest.param(9, 10, Reading.HIGH, id="90 % of ten"),
        pytest.param(2, 10, Reading.EXACT, id="20 % of ten"),
        pytest.param(3, 5, Reading.EXACT, id="three of five"),
        pytest.param(4, 5, Reading.HIGH, id="four of five, as five of five"),
        pytest.param(20, 20, Reading.HIGH, id="all of twenty"),
        pytest.param(21, 21, Reading.EXACT, id="all of twenty-one"),
    ],
)
def test_up_to_twenty_answers_a_group_reads_over_80_or_under_20_percent(k: int, n: int, reads: Reading) -> None:
    assert reading(k, n) is reads


@pytest.mark.parametrize("n", range(5, BLURRED_TO + 1))
def test_what_may_be_is_just_what_reads_so(n: int) -> None:
    for k in range(n + 1):
        reads = reading(k, n)
        cell = Cell(EVERYBODY, n, k if reads is Reading.EXACT else None, reads)
        alike = [other for other in range(n + 1) if reading(other, n) is reads]

        assert cell.bounds == ((k, k) if reads is Reading.EXACT else (min(alike), max(alike)))


def test_beside_a_group_that_reads_high_so_many_are_left_out_that_it_does_not_follow() -> None:
    found = shown(rows((team("a"), 15, 30), (team("b"), 12, 12), (team("c"), 5, 11), (team("d"), 6, 10)))

    assert [(cell.n, cell.k, cell.reads) for cell in found.tables["team",].cells] == [
        (30, 15, Reading.EXACT),
        (12, None, Reading.HIGH),
    ]


@pytest.mark.parametrize("n", range(5, 15))
@pytest.mark.parametrize("offered", [2, 3, 4])
def test_choices_of_few_never_tell_that_all_or_none_chose_one(n: int, offered: int) -> None:
    worlds: dict[tuple[Reading, ...], list[tuple[int, ...]]] = {}
    for world in product(range(n + 1), repeat=offered):
        if sum(world) == n:
            cells = choice_cells({str(at): Share(k, n) for at, k in enumerate(world)})
            worlds.setdefault(tuple(cell.reads for cell in cells.values()), []).append(world)

    for alike in worlds.values():
        for at in range(offered):
            assert {world[at] for world in alike} not in ({0}, {n})


def test_a_change_is_told_only_where_it_is_one_whatever_is_not_told() -> None:
    high, low = Cell(EVERYBODY, 10, None, Reading.HIGH), Cell(EVERYBODY, 10, None, Reading.LOW)
    half = Cell(EVERYBODY, 10, 5, Reading.EXACT)

    assert verdict(low, high) is Change.BETTER
    assert verdict(high, low) is Change.WORSE
    assert verdict(half, high) is Change.NONE


# An auditor that tries every world.

A, B, C = "a", "b", "c"
COMPANIES = [
    [Group(team(A), 6), Group(team(B), 7)],
    [Group(team(A), 10), Group(team(B), 12)],
    [Group(team(A), 21), Group(team(B), 5), Group(team(C), 6)],
    [Group(team(A), 9), Group(team(B), 12), Group(team(C), 25)],
    [Group(team(A), 10), Group(team(B), 3), Group(team(C), 9)],
    [Group(team(A, role="p"), 6), Group(team(A, role="o"), 5), Group(team(B, role="o"), 9)],
    [
        Group(team(A, role="p"), 6),
        Group(team(A, role="o"), 5),
        Group(team(B, role="o"), 6),
        Group(team(B, role="p"), 5),
    ],
    [
        Group(team(A, role="p"), 9),
        Group(team(A, role="o"), 1),
        Group(team(B, role="o"), 13),
        Group(team(B, role="p"), 3),
    ],
    [Group({"role": "p"}, 8), Group({"role": "o", "asker": "yes"}, 11), Group({"role": "o", "asker": "no"}, 6)],
]


def company_of_chance(rng: random.Random) -> list[Group]:
    groups = []
    for name in "abc"[: rng.choice([2, 3])]:
        if rng.random() < 0.5:
            groups.append(Group(team(name), rng.randint(2, 24)))
        else:
            groups += [Group(team(name, role=role), rng.randint(1, 12)) for role in "po"]
    return groups


@pytest.mark.parametrize("company", COMPANIES, ids=str)
def test_nothing_follows_from_what_is_shown_in_any_world(company: list[Group]) -> None:
    assert leaks(company) == []


def test_nothing_follows_from_what_is_shown_of_companies_of_chance() -> None:
    rng = random.Random(30)
    companies = [each for each in (company_of_chance(rng) for _ in range(60)) if prod(g.n + 1 for g in each) < 3_000]

    assert len(companies) > 10
    assert [(each, found) for each in companies if (found := leaks(each))] == []


def large_alone(_parts: Sequence[Part], group: frozenset[int], threshold: int) -> bool:
    """As if each group were the only one shown."""
    return len(group) >= threshold


def exactly(found: Sequence[Row], planned: Plan) -> Released:
    """As if all and none were told of everything that may be shown."""
    counts = {group: sum(found[at].is_yes for at in group.rows) for group in sum(planned.groups.values(), ())}
    cells = {
        table: Shown(
            tuple(Cell(next(iter(each.inside)), len(each.rows), counts[each], Reading.EXACT) for each in groups), 0
        )
        for table, groups in planned.groups.items()
    }
    return Released(Cell(EVERYBODY, len(found), sum(row.is_yes for row in found), Reading.EXACT), cells)


def test_the_auditor_finds_what_follows_without_a_second_hidden_group() -> None:
    found = leaks([Group(team(A), 10), Group(team(B), 3), Group(team(C), 9)], splits=large_alone, show=exactly)

    assert ("few", (1,)) in {(leak.what, leak.groups) for leak in found}


def test_the_auditor_finds_all_and_none_where_they_are_told() -> None:
    found = leaks([Group(team(A), 10), Group(team(B), 12)], show=exactly)

    assert {leak.what for leak in found} == {"all", "none"}


# Over weeks.


def people(*names: str) -> frozenset[str]:
    return frozenset(names)


def several(number: int, prefix: str = "p") -> frozenset[str]:
    return frozenset(f"{prefix}{at}" for at in range(number))


def wave(*parts: frozenset[str]) -> Seen:
    return Seen(frozenset().union(*parts), len(parts), parts)


def unknown(everybody: frozenset[str], parts: int, *, erased: int = 0) -> Seen:
    return Seen(everybody, parts, None, erased)


@pytest.mark.parametrize(
    ("now", "before", "may"),
    [
        pytest.param(wave(several(9)), wave(several(9)), True, id="the same people"),
        pytest.param(wave(several(9)), wave(several(8)), False, id="one joined"),
        pytest.param(wave(several(8) | people("x")), wave(several(8) | people("y")), False, id="one came for another"),
        pytest.param(wave(several(8) | several(3, "x")), wave(several(8) | several(2, "y")), True, id="five differ"),
        pytest.param(wave(several(9)), wave(several(9, "x")), True, id="other people"),
        pytest.param(
            wave(several(9) | people("x"), several(9, "z")),
            wave(several(9), several(9, "z") | people("x")),
            False,
            id="one changed teams",
        ),
        pytest.param(
            wave(several(9) | several(5, "m"), several(9, "z")),
            wave(several(9), several(9, "z") | several(5, "m")),
            True,
            id="five changed teams",
        ),
        pytest.param(
            wave(several(9) | several(5, "m") | people("x"), several(9, "z"), several(9, "c") | several(5, "d")),
            wave(several(9), several(9, "z") | several(5, "m"), several(9, "c") | several(5, "e")),
            False,
            id="two teams differ by enough, and both together by one",
        ),
        pytest.param(unknown(several(9), 1), unknown(several(9), 2), True, id="not known who, and the same people"),
        pytest.param(unknown(several(9), 2), unknown(several(9), 2), False, id="not known who is in which part"),
        pytest.param(unknown(several(30), 1), unknown(several(25), 2), True, id="not known who, and five joined"),
        pytest.param(unknown(several(25), 1), unknown(several(29), 2), False, id="not known who, and some left"),
        pytest.param(unknown(several(25), 2), unknown(several(25, "x"), 3), True, id="not known who, and others"),
        pytest.param(unknown(several(9), 1, erased=1), unknown(several(9), 1), False, id="who alone joined was erased"),
        pytest.param(unknown(several(9), 1), unknown(several(9), 1, erased=1), False, id="who alone left was erased"),
        pytest.param(
            unknown(several(14), 1), unknown(several(9), 1, erased=1), False, id="five joined, one of them anew"
        ),
        pytest.param(
            unknown(several(9), 2, erased=3),
            unknown(several(9, "x"), 2, erased=3),
            False,
            id="who answered both was erased",
        ),
    ],
)
def test_over_weeks_no_sum_leaves_few_people_between(now: Seen, before: Seen, may: bool) -> None:
    assert is_apart(now, before, 5) is may


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 3)), min_size=5, max_size=60))
def test_every_sum_of_one_wave_differs_from_every_sum_of_another_by_nobody_or_enough(
    places: list[tuple[int, int]],
) -> None:
    """Said a second time, by trying all sums of both."""
    now, before = ([people(*(f"p{at}" for at, each in enumerate(places) if each[side] == part)) for part in range(4)]
                   for side in (0, 1))  # fmt: skip
    sums = [
        (frozenset().union(*(now[at] for at in range(4) if chosen >> at & 1)),
         frozenset().union(*(before[at] for at in range(4) if other >> at & 1)))
        for chosen in range(16) for other in range(16)
    ]  # fmt: skip

    assert is_apart(wave(*now), wave(*before), 5) is all(not 0 < len(a ^ b) < 5 for a, b in sums)


def test_who_is_in_a_part_is_known_only_if_they_are_as_many() -> None:
    part = Part(frozenset(range(2)), frozenset({frozenset({("team", A)})}))
    found = rows((team(A), 1, 2), (team(B), 1, 1))
    strata = {"ada": team(A), "bela": team(A), "chidi": team(B)}

    assert Crowd(found, strata).seen([part]).known == (people("ada", "bela"),)
    assert Crowd(found, {**strata, "dana": team(A)}).seen([part]).known is None
    assert Crowd(found, {**strata, "chidi": team(A)}).seen([part]).known is None
    assert Crowd(found, strata, erased=1).seen([part]) == Seen(frozenset(strata), 1, None, 1)


def test_a_group_is_not_cut_out_where_few_would_lie_between_it_and_an_earlier_wave() -> None:
    found = rows((team(A), 8, 16), (team(B), 5, 10))

    planned = plan(found, is_apart=lambda parts: len(parts) == 1)

    assert planned is not None
    assert planned.groups["team",] == ()
    assert leaves_enough([Part(frozenset(range(26)))], frozenset(range(16)), 5)
