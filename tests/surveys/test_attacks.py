"""Attackers who see all that is shown, know everybody, and hold a copy of the database: they find nobody.

The promise is about linking a person to an answer. Each attacker guesses whether a person is satisfied. The measure is
what anybody guesses who knows the figures alone: the majority of the smallest group shown that the person is in. Over
all guesses of an attacker the hits may exceed those of that baseline by no more than chance does: three standard
deviations of a binomial. Where a safeguard is switched off the same attackers exceed it, so they would notice.

All but one of a group together always learn the last one's answer, whatever the bot does: see the last tests.
"""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from math import comb, sqrt
from typing import Any

import pytest

from bot.surveys import kept, overlaps, releasing, result_rules, suppression
from bot.surveys.deciding import known_strata
from bot.surveys.kept import Kept
from bot.surveys.releasing import Closing, Given, Share, shared_strata
from bot.surveys.result_rules import Closed, WaveFacts
from bot.surveys.sampling import Strata
from bot.surveys.suppression import Cell, Part, Plan, Reading, Released, Row, Shown, plan
from tests.goals.counting import Tally
from tests.surveys.simulated import BEGIN, SATISFIED, SURVEY, Dump, Told, as_they_are, simulate, tag

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
    return _in_group(told.answered[wave], cell.group)


def _in_group(answered: Mapping[str, Mapping[str, Any]], group: suppression.Group) -> frozenset[str]:
    return frozenset(person for person, strata in answered.items() if group <= frozenset(known_strata(strata).items()))


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
    shown = [
        [(number, members(told, number, cell), cell.k) for cell in groups_shown(wave) if cell.k is not None]
        for number, wave in enumerate(told.waves)
    ]
    for number in range(1, len(shown)):
        for now, then in product(shown[number], (each for earlier in shown[:number] for each in earlier)):
            yield from _between(told, now, then)


Count = tuple[int, frozenset[str], int]  # of a wave the people in a group shown, and how many of them are satisfied


def _between(told: Told, now: Count, then: Count) -> Iterator[Guess]:
    """Of few people between, where the difference is the most or the least there may be: surest if nobody changed."""
    (number, who, k), (earlier, they, j) = now, then
    joined, left = who - they, they - who
    if 0 < len(joined | left) < SURVEY.threshold and k - j in (len(joined), -len(left)):
        is_most = k - j == len(joined)
        yield from (Guess(number, each, is_most, _by_shown(told, number, each)) for each in sorted(joined))
        yield from (Guess(earlier, each, not is_most, _by_shown(told, earlier, each)) for each in sorted(left))


def by_the_dump(told: Told) -> Iterator[Guess]:
    """The majority of the smallest class that the copy lets apart; and a key, if one is left, finds everybody's."""
    for number, dump in enumerate(told.dumps):
        classes = sorted(_apart(dump, told.answered[number]), key=lambda each: len(each[0]))
        for person in told.answered[number]:
            mine, by_class = _found(dump, person), next((share for who, share in classes if person in who), None)
            if mine is not None:
                yield Guess(number, person, mine >= SATISFIED, _by_shown(told, number, person))
            elif by_class is not None:
                yield Guess(number, person, by_class > 0.5, _by_shown(told, number, person))


Class = tuple[frozenset[str], float]  # people, and the share of them that is satisfied, as far as it is told


def _apart(dump: Dump, answered: Mapping[str, Mapping[str, Any]]) -> Iterator[Class]:
    """By all that is counted anywhere in the copy, by the difference of any two of it, and by rows that read alike."""
    exact: dict[frozenset[str], int] = {}
    for cell in _cells_in(json.loads(dump.shown)):
        who = _in_group(answered, cell.group)
        if len(who) == cell.n and cell.k is None:
            yield who, likely(cell)
        elif len(who) == cell.n and cell.k is not None:
            exact[who] = cell.k
    rows: defaultdict[suppression.Group, list[int]] = defaultdict(list)
    for mood, strata in dump.beside:
        rows[frozenset(known_strata(strata).items())].append(mood)
    for traits, moods in rows.items():
        who = frozenset(each for each, strata in answered.items() if traits == frozenset(known_strata(strata).items()))
        exact[who] = sum(mood >= SATISFIED for mood in moods)
    for who, k in exact.items():
        yield who, k / len(who)
        yield from ((who - other, (k - j) / len(who - other)) for other, j in exact.items() if other < who)


def _cells_in(found: Any) -> Iterator[Cell]:
    """All counts of some satisfied of so many, wherever they stand."""
    if isinstance(found, dict) and {"n", "reads"} <= found.keys():
        yield Cell(frozenset(found["group"].items()), found["n"], found["k"], Reading(found["reads"]))
    elif isinstance(found, dict | list):
        for each in found.values() if isinstance(found, dict) else found:
            yield from _cells_in(each)


def _found(dump: Dump, person: str) -> int | None:
    return dump.answers.get(tag(dump.key, person)) if dump.key is not None and dump.answers is not None else None


def by_order(told: Told) -> Iterator[Guess]:
    """As if comments stood in the order in which people are known, or answered, or in that of last month."""
    for number, dump in enumerate(told.dumps):
        everybody = frozenset(told.answered[number])
        by_chance = baseline(told, number, everybody)
        for person, said in zip(sorted(everybody), dump.comments, strict=True):
            yield Guess(number, person, int(said) >= SATISFIED, by_chance)


def by_figures(told: Told) -> Iterator[Guess]:
    """The smallest group shown that a person is in, and no trick: this is the baseline itself."""
    for number, wave in enumerate(told.waves):
        for person, strata in told.answered[number].items():
            if (cell := smallest(wave, strata)) is not None:
                yield Guess(number, person, likely(cell) > 0.5, _by_shown(told, number, person))


ATTACKS: Sequence[Attack] = (by_differences, by_weeks, by_order, by_figures, by_the_dump)


def excess(told: Sequence[Told], attack: Attack) -> tuple[int, float]:
    """How many were guessed, and by how many standard deviations the hits exceed those of the baseline."""
    guesses = [(each, guess) for each in told for guess in dict.fromkeys(attack(each))]
    hits = sum(truth(each, guess.wave, guess.person) is guess.is_yes for each, guess in guesses)
    expected = sum(guess.baseline for _, guess in guesses)
    spread = sqrt(sum(guess.baseline * (1 - guess.baseline) for _, guess in guesses))
    return len(guesses), (hits - expected) / max(spread, 1.0)


@cache
def simulated(share: Share) -> list[Told]:
    return [simulate(seed, people=people, waves=WAVES, share=share) for seed, people in COMPANIES]


@pytest.fixture(scope="module", params=[shared_strata, as_they_are], ids=["strata as kept", "all strata kept"])
def companies(request: pytest.FixtureRequest) -> list[Told]:
    """The second is as if no strata were hidden: what is shown must not lean on it."""
    return simulated(request.param)


@pytest.mark.goal(g=18)
def test_there_are_ten_thousand_respondents_and_much_is_shown_of_them(companies: list[Told], tally: Tally) -> None:
    shown = Counter(len(groups_shown(wave)) > 1 for each in companies for wave in each.waves)

    tally(respondents=sum(len(answered) for each in companies for answered in each.answered))
    assert sum(len(answered) for each in companies for answered in each.answered) > 10_000
    assert sum(len(groups_shown(wave)) for each in companies for wave in each.waves) > 200
    assert shown[True] > len(companies)


@pytest.mark.goal(g=18)
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_nobody_is_found_better_than_by_the_figures_of_the_group_shown(
    companies: list[Told], attack: Attack, tally: Tally
) -> None:
    number, deviations = excess(companies, attack)
    tally(attacks=1, guesses=number)

    assert deviations < 3, f"{number} guesses"


@pytest.mark.parametrize("sizes", [(6, 7), (12, 5), (21, 4)], ids=str)
def test_what_is_shown_alike_is_kept_alike(sizes: Sequence[int]) -> None:
    """In every world of two teams: the copy of the database is another way to write what is shown, to the byte."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for world in product(*(range(n + 1) for n in sizes)):
        shown, copy = _shown_and_kept(sizes, world)
        found[shown].add(copy)

    assert len(found) > 10
    assert {len(copies) for copies in found.values()} == {1}


def _shown_and_kept(sizes: Sequence[int], world: Sequence[int]) -> tuple[str, str]:
    given = [
        Given({"mood": 5 if at < k else 1}, "", Strata(team=str(team)))
        for team, (n, k) in enumerate(zip(sizes, world, strict=True))
        for at in range(n)
    ]
    people = {f"p{at}": each.strata for at, each in enumerate(given)}
    released = releasing.release(SURVEY, Closing(given, people), key="5e" * 32, masked=str)
    decided = Kept(len(given), len(given), len(given), released.questions)
    closed = Closed("w", "2026-W02", SURVEY, len(given), BEGIN, BEGIN, decided)
    [wave] = result_rules.facts_of([closed])
    copy = json.dumps([kept.to_json(decided), [each.to_json() for each in released.shared.values()]])
    return json.dumps(result_rules.wave_json(wave)), copy


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


def with_keys(told: Told) -> Told:
    """As if keys and answers of closed waves stayed."""
    key = "5e" * 32
    answers = [{tag(key, person): mood for person, mood in moods.items()} for moods in told.moods]
    dumps = [replace(dump, key=key, answers=them) for dump, them in zip(told.dumps, answers, strict=True)]
    return replace(told, dumps=dumps)


def with_strata_beside_answers(told: Told) -> Told:
    """As if answers stayed, in no order, beside the strata that at least five share."""
    beside = [
        [(told.moods[number][person], strata) for person, strata in dump.who.items()]
        for number, dump in enumerate(told.dumps)
    ]
    return replace(told, dumps=[replace(dump, beside=rows) for dump, rows in zip(told.dumps, beside, strict=True)])


@pytest.mark.parametrize(
    ("switch_off", "attack"),
    [
        pytest.param(without_second_groups, by_differences, id="second groups are shown"),
        pytest.param(without_weeks, by_weeks, id="weeks are not compared"),
    ],
)
def test_with_a_safeguard_off_people_are_found(
    monkeypatch: pytest.MonkeyPatch, switch_off: Callable[[pytest.MonkeyPatch], None], attack: Attack
) -> None:
    switch_off(monkeypatch)
    told = [simulate(seed, people=people, waves=WAVES, share=as_they_are) for seed, people in COMPANIES]

    number, deviations = excess(told, attack)

    assert number > 10
    assert deviations > 3


@pytest.mark.parametrize("keep", [with_keys, with_strata_beside_answers], ids=["the key", "strata beside answers"])
def test_where_a_copy_holds_more_people_are_found(keep: Callable[[Told], Told]) -> None:
    number, deviations = excess([keep(each) for each in simulated(shared_strata)], by_the_dump)

    assert number > 10_000
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
