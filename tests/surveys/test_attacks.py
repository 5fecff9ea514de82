"""Attackers who see all that is shown, know everybody, and hold a copy of the database: they find nobody.

The promise is about linking a person to an answer. Each attacker guesses whether a person is satisfied. The measure is
what anybody guesses who knows the figures alone: the majority of the smallest group shown that the person is in. Over
all guesses of an attacker the hits may exceed those of that baseline by no more than chance does: three standard
deviations of a binomial. Where a safeguard is switched off the same attackers exceed it, so they would notice.

All but one of a group together always learn the last one's answer, whatever the bot does: see the last tests.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import comb, sqrt
from typing import Any

import pytest

from bot.surveys import overlaps, suppression
from bot.surveys.result_rules import WaveFacts, known_strata
from bot.surveys.suppression import Cell, Part, Plan, Reading, Released, Row, Shown, plan
from tests.surveys.simulated import SATISFIED, SURVEY, Dump, Keep, Told, as_they_are, shared, simulate, tag

COMPANIES = [(seed, people) for seed in range(6) for people in (24, 90, 350)]
WAVES = 6


@dataclass(frozen=True)
class Guess:
    """`baseline` is the chance of whoever goes by the majority of the smallest group shown."""

    wave: int
    person: str
    is_yes: bool
    baseline: float


def groups_shown(wave: WaveFacts) -> list[Cell]:
    released = wave.questions[0].released
    if released is None:
        return []
    return [released.everybody, *(cell for shown in released.tables.values() for cell in shown.cells)]


def is_in(cell: Cell, strata: Mapping[str, Any]) -> bool:
    return cell.group <= frozenset(known_strata(strata).items())


def likely(cell: Cell) -> float:
    """The share that a group shows; the middle of what it may be where it reads high or low."""
    low, high = cell.bounds
    return (low + high) / 2 / cell.n


def smallest(wave: WaveFacts, strata: Mapping[str, Any]) -> Cell | None:
    return min((cell for cell in groups_shown(wave) if is_in(cell, strata)), key=lambda cell: cell.n, default=None)


def truth(told: Told, wave: int, person: str) -> bool:
    return told.moods[wave][person] >= SATISFIED


def baseline(told: Told, wave: int, people: frozenset[str]) -> float:
    """How often one is right of these people who says of each what most of them say."""
    yes = sum(truth(told, wave, each) for each in people)
    return max(yes, len(people) - yes) / len(people)


def members(told: Told, wave: int, cell: Cell) -> frozenset[str]:
    return frozenset(person for person, strata in told.answered[wave].items() if is_in(cell, strata))


# Attackers.

Attack = Callable[[Told], Iterator[Guess]]


def by_differences(told: Told) -> Iterator[Guess]:
    """Every sum and difference of two groups shown in a wave, all filters: what few people it leaves are all alike."""
    for number, wave in enumerate(told.waves):
        exact = [(members(told, number, cell), cell.k) for cell in groups_shown(wave) if cell.k is not None]
        for who, k in exact:
            for other, j in exact:
                if other < who:
                    yield from _all_alike(told, number, who - other, k - j)
            rest = [(them, j) for them, j in exact if them < who]
            yield from _without_a_table(told, number, (who, k), rest)


def _without_a_table(
    told: Told, number: int, whole: tuple[frozenset[str], int], rest: Sequence[tuple[frozenset[str], int]]
) -> Iterator[Guess]:
    """A group less all those in it that have nobody in common."""
    left, k = whole
    for who, j in sorted(rest, key=lambda each: -len(each[0])):
        if who <= left:
            left, k = left - who, k - j
    yield from _all_alike(told, number, left, k)


def _all_alike(told: Told, number: int, who: frozenset[str], k: int) -> Iterator[Guess]:
    """Of so few that they are shown nowhere; and of up to 20 of whom all or none are satisfied."""
    if who and (len(who) < SURVEY.threshold or (k in (0, len(who)) and len(who) <= suppression.BLURRED_TO)):
        yield from (Guess(number, each, 2 * k > len(who), _by_shown(told, number, each)) for each in sorted(who))


def _by_shown(told: Told, number: int, person: str) -> float:
    cell = smallest(told.waves[number], told.answered[number][person])
    return baseline(told, number, members(told, number, cell)) if cell is not None else 0.5


def by_weeks(told: Told) -> Iterator[Guess]:
    """Who joined or left, answered late or for the first time: the difference to the month before is laid on them."""
    for number in range(1, len(told.waves)):
        for cell in groups_shown(told.waves[number]):
            for earlier in range(number):
                for before in groups_shown(told.waves[earlier]):
                    yield from _between(told, (number, cell), (earlier, before))


def _between(told: Told, now: tuple[int, Cell], then: tuple[int, Cell]) -> Iterator[Guess]:
    (number, cell), (earlier, before) = now, then
    if cell.k is None or before.k is None:
        return
    who, they = members(told, number, cell), members(told, earlier, before)
    joined, left = who - they, they - who
    if 0 < len(joined) + len(left) < SURVEY.threshold:
        for each in sorted(joined):
            yield Guess(number, each, cell.k > before.k, _by_shown(told, number, each))
        for each in sorted(left):
            yield Guess(earlier, each, before.k > cell.k, _by_shown(told, earlier, each))


def by_the_dump(told: Told) -> Iterator[Guess]:
    """A row whose strata few share is theirs; and a key, if one is left, finds everybody's."""
    for number, dump in enumerate(told.dumps):
        alike: defaultdict[Any, list[int]] = defaultdict(list)
        for _, scores, strata in dump.results:
            alike[frozenset(strata.items())].append(scores["mood"])
        for person, strata in told.answered[number].items():
            if (mine := _found(dump, person)) is not None:
                yield Guess(number, person, mine >= SATISFIED, _by_shown(told, number, person))
                continue
            rows = [moods for kept, moods in alike.items() if _fits(dict(kept), strata)]
            if len(rows) == 1 and len(rows[0]) < SURVEY.threshold:
                yield Guess(number, person, rows[0][0] >= SATISFIED, _by_shown(told, number, person))


def _fits(kept: Mapping[str, Any], strata: Mapping[str, Any]) -> bool:
    return all(value is None or strata[name] == value for name, value in kept.items())


def _found(dump: Dump, person: str) -> int | None:
    if dump.key is None:
        return None
    answer = dump.answers.get(tag(dump.key, person))
    return answer["mood"] if answer else None


def by_order(told: Told) -> Iterator[Guess]:
    """As if the table kept the order in which people are known, or answered, or that of last month."""
    for number, dump in enumerate(told.dumps):
        people = sorted(told.answered[number])
        for person, (_, scores, _) in zip(people, dump.results, strict=False):
            everybody = frozenset(told.answered[number])
            yield Guess(number, person, scores["mood"] >= SATISFIED, baseline(told, number, everybody))


def by_figures(told: Told) -> Iterator[Guess]:
    """The smallest group shown that a person is in, and no trick: this is the baseline itself."""
    for number, wave in enumerate(told.waves):
        for person, strata in told.answered[number].items():
            if (cell := smallest(wave, strata)) is not None:
                yield Guess(number, person, likely(cell) > 0.5, _by_shown(told, number, person))


ATTACKS: Sequence[Attack] = (by_differences, by_weeks, by_order, by_figures)


def excess(told: Sequence[Told], attack: Attack) -> tuple[int, float]:
    """How many were guessed, and by how many standard deviations the hits exceed those of the baseline."""
    guesses = [(each, guess) for each in told for guess in dict.fromkeys(attack(each))]
    hits = sum(truth(each, guess.wave, guess.person) is guess.is_yes for each, guess in guesses)
    expected = sum(guess.baseline for _, guess in guesses)
    spread = sqrt(sum(guess.baseline * (1 - guess.baseline) for _, guess in guesses))
    return len(guesses), (hits - expected) / max(spread, 1.0)


@pytest.fixture(scope="module", params=[shared, as_they_are], ids=["strata as kept", "all strata kept"])
def companies(request: pytest.FixtureRequest) -> list[Told]:
    """The second is as if storing answers hid nothing: what is shown must not lean on it."""
    return [simulate(seed, people=people, waves=WAVES, keep=request.param) for seed, people in COMPANIES]


def test_there_are_ten_thousand_respondents_and_much_is_shown_of_them(companies: list[Told]) -> None:
    shown = Counter(len(groups_shown(wave)) > 1 for each in companies for wave in each.waves)

    assert sum(len(answered) for each in companies for answered in each.answered) > 10_000
    assert sum(len(groups_shown(wave)) for each in companies for wave in each.waves) > 200
    assert shown[True] > len(companies)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_nobody_is_found_better_than_by_the_figures_of_the_group_shown(companies: list[Told], attack: Attack) -> None:
    number, deviations = excess(companies, attack)

    assert deviations < 3, f"{number} guesses"


def test_a_copy_of_the_database_finds_nobody() -> None:
    """Here all that storing answers hides is needed."""
    number, deviations = excess([simulate(seed, people=people, waves=WAVES) for seed, people in COMPANIES], by_the_dump)

    assert deviations < 3, f"{number} guesses"


# With a safeguard switched off, the same attackers find somebody.


def large_alone(_parts: Sequence[Part], group: frozenset[int], threshold: int) -> bool:
    return len(group) >= threshold


def one_by_one(rows: Sequence[Row], planned: Plan) -> Released:
    """Each group as if it were the only one shown."""

    def cell(part: Part) -> Cell:
        k, n = sum(rows[at].is_yes for at in part.rows), len(part.rows)
        reads = suppression.reading(k, n)
        return Cell(next(iter(part.inside), frozenset()), n, k if reads is Reading.EXACT else None, reads)

    tables = {table: Shown(tuple(map(cell, groups)), 0) for table, groups in planned.groups.items()}
    return Released(cell(Part(frozenset(range(len(rows))))), tables)


def without_second_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(rows: Sequence[Row], **more: Any) -> Plan | None:
        return plan(rows, **more, splits=large_alone)

    monkeypatch.setattr(suppression, "plan", careless)
    monkeypatch.setattr(suppression, "release", one_by_one)


def without_weeks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlaps, "is_apart", lambda *_: True)


def nothing(_: pytest.MonkeyPatch) -> None:
    """The key is kept instead."""


@pytest.mark.parametrize(
    ("switch_off", "keep", "is_key_kept", "attack"),
    [
        pytest.param(without_second_groups, as_they_are, False, by_differences, id="second groups are shown"),
        pytest.param(without_weeks, as_they_are, False, by_weeks, id="weeks are not compared"),
        pytest.param(nothing, shared, True, by_the_dump, id="the key is kept"),
        pytest.param(nothing, as_they_are, False, by_the_dump, id="strata that few share are kept"),
    ],
)
def test_with_a_safeguard_off_people_are_found(
    monkeypatch: pytest.MonkeyPatch,
    switch_off: Callable[[pytest.MonkeyPatch], None],
    keep: Keep,
    is_key_kept: bool,
    attack: Attack,
) -> None:
    switch_off(monkeypatch)
    told = [
        simulate(seed, people=people, waves=WAVES, keep=keep, is_key_kept=is_key_kept) for seed, people in COMPANIES
    ]

    number, deviations = excess(told, attack)

    assert number > 10
    assert deviations > 3


# Colluders.


def learned(n: int, k: int, colluders: int, yes: int) -> bool:
    """Whether colluders, of whom `yes` are satisfied, know everybody's answer in a group that shows k of n."""
    reads = suppression.reading(k, n)
    low, high = Cell(frozenset(), n, k if reads is Reading.EXACT else None, reads).bounds
    others = n - colluders
    possible = {total - yes for total in range(low, high + 1) if 0 <= total - yes <= others}
    return others > 0 and possible in ({0}, {others})


def withstands(n: int) -> int:
    """The most colluders who never learn anybody's answer, whatever it is and whoever they are."""
    for colluders in range(1, n):
        cases = ((k, yes) for k in range(n + 1) for yes in range(colluders + 1) if 0 <= k - yes <= n - colluders)
        if any(learned(n, k, colluders, yes) for k, yes in cases):
            return colluders - 1
    return n - 1


@pytest.mark.parametrize(
    ("n", "colluders"),
    [(5, 0), (10, 0), (11, 1), (12, 1), (15, 1), (16, 2), (20, 2), (21, 0), (50, 0)],
)
def test_a_group_withstands_so_many_who_tell_each_other_in_the_worst_case(n: int, colluders: int) -> None:
    """The worst case: all others are alike. Up to ten answers who alone is not satisfied learns that all others are.

    Over 20 answers, where all may read as all, nobody need be asked.
    """
    assert withstands(n) == colluders


@pytest.mark.parametrize("n", [6, 10, 15])
def test_all_but_one_of_a_group_that_reads_exactly_learn_the_last(n: int) -> None:
    half = n // 2

    assert suppression.reading(half, n) is Reading.EXACT
    assert learned(n, half, n - 1, half)
    assert learned(n, half, n - 1, half - 1)


def test_colluders_of_a_group_of_twelve_learn_of_the_others_what_is_shown_less_their_own() -> None:
    """Of 12 with 6 satisfied, chosen by chance: how often so many colluders find that all others are alike."""
    rng, n, k = random.Random(12), 12, 6
    for colluders, most in ((3, 0.0), (6, 0.01), (9, 0.12)):
        found = 0
        for _ in range(2_000):
            answers = [True] * k + [False] * (n - k)
            rng.shuffle(answers)
            found += learned(n, k, colluders, sum(answers[:colluders]))
        by_chance = 2 * comb(n - k, n - colluders) / comb(n, n - colluders) if n - colluders <= k else 0.0

        assert found / 2_000 <= max(most, by_chance + 0.02)
