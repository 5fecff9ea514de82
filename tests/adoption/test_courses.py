"""What a team made of a capability: chosen, had to, left, another way; whatever the order in which it became known."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adoption.courses import Event, State, course
from bot.adoption.figures import Days, Known, Stickiness, capability_facts, whole_weeks
from bot.adoption.history import History
from bot.model import What
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
EVENTS = st.builds(
    Event,
    st.integers(-5, 120).map(lambda days: START + timedelta(days=days)),
    st.sampled_from([What.USED, What.USED, What.LEFT, State.EQUIVALENT]),
    st.one_of(st.none(), st.integers(0, 140).map(lambda days: START + timedelta(days=days))),
)


def day(number: int) -> date:
    return START + timedelta(days=number)


def used(*numbers: int) -> list[Event]:
    return [Event(day(each), What.USED) for each in numbers]


@pytest.mark.parametrize(
    ("events", "state"),
    [
        pytest.param([], State.NOT_YET, id="nothing"),
        pytest.param(used(-3), State.NOT_YET, id="before it was offered"),
        pytest.param(used(10), State.PILOT, id="in the pilot alone"),
        pytest.param(used(10, 40), State.CHOSE, id="stayed after the pilot"),
        pytest.param(used(10, 70), State.HAS_TO, id="a pilot that was mandated"),
        pytest.param(used(40, 70), State.CHOSE, id="chose, then it was mandated"),
        pytest.param(used(70), State.HAS_TO, id="had to"),
        pytest.param(used(70, 95), State.HAS_TO, id="had to, and went on when it was free again"),
        pytest.param([*used(70, 97), Event(day(95), What.LEFT)], State.CHOSE, id="left when it could, and came back"),
        pytest.param([*used(40), Event(day(50), What.LEFT)], State.LEFT, id="left"),
        pytest.param([*used(40, 50), Event(day(50), What.LEFT)], State.LEFT, id="what it says outweighs its use"),
        pytest.param([*used(40), Event(day(50), State.EQUIVALENT, END)], State.EQUIVALENT, id="an equivalent holds"),
        pytest.param([*used(40), Event(day(50), State.EQUIVALENT, day(80))], State.NOT_YET, id="an equivalent ended"),
        pytest.param([*used(70), Event(day(50), State.EQUIVALENT, END)], State.HAS_TO, id="back by mandate"),
    ],
)
def test_a_team_stands_by_how_it_began(events: list[Event], state: State) -> None:
    assert course("a", events, HISTORY, through=END).state is state


def test_use_counts_while_the_team_may_choose_it_alone() -> None:
    found = course("b", used(40, 99, 100, 110), HISTORY, through=END)

    assert (found.used, found.by_choice) == ((day(40), day(99)), (day(40), day(99)))


def test_what_comes_after_the_last_day_is_not_known_then() -> None:
    events = [*used(40, 70), Event(day(80), What.LEFT)]

    assert course("a", events, HISTORY, through=day(75)).state is State.CHOSE


@settings(max_examples=150)
@given(events=st.lists(EVENTS, max_size=25), chance=st.randoms(use_true_random=False))
def test_order_and_repeats_change_nothing(events: list[Event], chance: "object") -> None:
    again = [*events, *events]
    chance.shuffle(again)  # type: ignore[attr-defined]

    assert course("a", again, HISTORY, through=END) == course("a", events, HISTORY, through=END)


@settings(max_examples=100)
@given(
    events=st.dictionaries(st.sampled_from("abc"), st.lists(EVENTS, max_size=15)),
    first=st.integers(0, 119),
    length=st.integers(1, 40),
)
def test_states_sum_to_the_eligible_teams_and_shares_are_of_them(
    events: dict[str, list[Event]], first: int, length: int
) -> None:
    days = Days(day(first), day(first + length - 1))
    known = Known(HISTORY, events, Stickiness(), (), has_source=True)

    found = capability_facts(OPTIONAL, known, days)

    assert found.eligible == len(HISTORY.eligible_on(days.last))
    assert found.active_by_choice <= found.active <= found.eligible
    assert found.new_by_choice <= found.standings[State.CHOSE]
    assert found.churn.n <= found.eligible


def test_where_there_never_was_a_choice_no_share_is_told() -> None:
    only = replace(OPTIONAL, status=Status.ONLY_WAY)
    history = History(((START, Status.ONLY_WAY),), ((date.min, frozenset({"a"})),))

    found = capability_facts(only, Known(history, {"a": used(3)}, Stickiness(), (), has_source=True), Days(START, END))

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
