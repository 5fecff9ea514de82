"""What a team made of a capability: chosen, had to, left, another way; whatever the order in which it became known."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adoption.courses import Said, State, Traces, course
from bot.adoption.figures import Days, Known, Stickiness, capability_facts, whole_weeks
from bot.adoption.history import History
from knowledge.capabilities import Status
from tests.adoption.company import OPTIONAL

START = date(2026, 1, 5)
PILOT, FREE, FORCED = START, START + timedelta(days=30), START + timedelta(days=60)
AGAIN = START + timedelta(days=90)  # free again
HISTORY = History(
    ((PILOT, Status.PILOT), (FREE, Status.OPTIONAL), (FORCED, Status.MANDATED), (AGAIN, Status.POLICY)),
    ((date.min, frozenset({"a", "b"})), (START + timedelta(days=100), frozenset({"a"}))),
)
END = START + timedelta(days=120)
DAYS = st.integers(-5, 120).map(lambda days: START + timedelta(days=days))
SAID = st.one_of(
    st.builds(Said, DAYS, st.just(State.LEFT)),
    st.builds(
        Said, DAYS, st.just(State.EQUIVALENT), st.integers(0, 140).map(lambda days: START + timedelta(days=days))
    ),
)
TRACES = st.builds(Traces, st.frozensets(DAYS, max_size=15), st.frozensets(SAID, max_size=6))


def day(number: int) -> date:
    return START + timedelta(days=number)


def traces(*used: int, left: int | None = None, evidence: tuple[int, date] | None = None) -> Traces:
    said = [Said(day(left), State.LEFT)] if left is not None else []
    said += [Said(day(evidence[0]), State.EQUIVALENT, evidence[1])] if evidence else []
    return Traces(frozenset(map(day, used)), frozenset(said))


@pytest.mark.parametrize(
    ("known", "state"),
    [
        pytest.param(traces(), State.NOT_YET, id="nothing"),
        pytest.param(traces(-3), State.NOT_YET, id="before it was offered"),
        pytest.param(traces(10), State.PILOT, id="in the pilot alone"),
        pytest.param(traces(10, 40), State.CHOSE, id="stayed after the pilot"),
        pytest.param(traces(10, 70), State.HAS_TO, id="a pilot that was mandated"),
        pytest.param(traces(40, 70), State.CHOSE, id="chose, then it was mandated"),
        pytest.param(traces(70), State.HAS_TO, id="had to"),
        pytest.param(traces(70, 95), State.HAS_TO, id="had to, and went on when it was free again"),
        pytest.param(traces(70, 97, left=95), State.CHOSE, id="left when it could, and came back"),
        pytest.param(traces(40, left=50), State.LEFT, id="left"),
        pytest.param(traces(40, 50, left=50), State.LEFT, id="what it says outweighs its use"),
        pytest.param(traces(40, evidence=(50, END)), State.EQUIVALENT, id="an equivalent holds"),
        pytest.param(traces(40, evidence=(50, day(80))), State.NOT_YET, id="an equivalent ended"),
        pytest.param(traces(40, left=50, evidence=(50, END)), State.EQUIVALENT, id="left for an equivalent"),
        pytest.param(traces(70, evidence=(50, END)), State.HAS_TO, id="back by mandate"),
    ],
)
def test_a_team_stands_by_how_it_began(known: Traces, state: State) -> None:
    assert course("a", known, HISTORY, through=END).state is state


def test_use_counts_while_the_team_may_choose_it_alone() -> None:
    found = course("b", traces(40, 99, 100, 110), HISTORY, through=END)

    assert (found.used, found.by_choice) == ((day(40), day(99)), (day(40), day(99)))


def test_what_comes_after_the_last_day_is_not_known_then() -> None:
    assert course("a", traces(40, 70, left=80), HISTORY, through=day(75)).state is State.CHOSE


@settings(max_examples=150)
@given(known=TRACES, through=DAYS)
def test_a_course_goes_by_what_was_known_by_then(known: Traces, through: date) -> None:
    """So a past window reads the same, whatever came after it."""
    by_then = Traces(
        frozenset(each for each in known.used if each <= through),
        frozenset(each for each in known.said if each.day <= through),
    )

    assert course("a", known, HISTORY, through=through) == course("a", by_then, HISTORY, through=through)


@settings(max_examples=100)
@given(
    known=st.dictionaries(st.sampled_from("abc"), TRACES),
    first=st.integers(0, 119),
    length=st.integers(1, 40),
)
def test_states_sum_to_the_eligible_teams_and_shares_are_of_them(
    known: dict[str, Traces], first: int, length: int
) -> None:
    days = Days(day(first), day(first + length - 1))

    found = capability_facts(OPTIONAL, Known(HISTORY, known, Stickiness(), (), has_source=True), days)

    assert found.eligible == len(HISTORY.eligible_on(days.last))
    assert found.active_by_choice <= found.active <= found.eligible
    assert found.new_by_choice <= found.standings[State.CHOSE]
    assert found.churn.n <= found.eligible


def test_where_there_never_was_a_choice_no_share_is_told() -> None:
    only = replace(OPTIONAL, status=Status.ONLY_WAY)
    history = History(((START, Status.ONLY_WAY),), ((date.min, frozenset({"a"})),))

    found = capability_facts(
        only, Known(history, {"a": traces(3)}, Stickiness(), (), has_source=True), Days(START, END)
    )

    assert (found.voluntary, found.standings[State.HAS_TO], found.new_without) == (None, 1, 1)


def test_what_nothing_tells_of_is_not_measured() -> None:
    found = capability_facts(OPTIONAL, Known(HISTORY, {}, Stickiness(), (), has_source=False), Days(START, END))

    assert found.is_measured is False


@pytest.mark.parametrize(
    ("last", "weeks"),
    [
        pytest.param(date(2026, 11, 22), ["2026-W44", "2026-W45", "2026-W46", "2026-W47"], id="a Sunday"),
        pytest.param(date(2026, 11, 21), ["2026-W43", "2026-W44", "2026-W45", "2026-W46"], id="a Saturday"),
        pytest.param(date(2027, 1, 10), ["2026-W51", "2026-W52", "2026-W53", "2027-W01"], id="over New Year"),
    ],
)
def test_people_are_counted_over_whole_weeks(last: date, weeks: list[str]) -> None:
    assert whole_weeks(last) == weeks
