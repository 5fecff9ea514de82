"""Status and eligible teams by day: what was seen is not undone by what the file says later."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.adoption.history import History, history, mark
from bot.model import CapabilityMark
from knowledge.capabilities import Capability, Former, Status, Teams
from tests.adoption.company import OPTIONAL

JAN, MAR, JUN, JUL, SEP = (date(2026, month, 10) for month in (1, 3, 6, 7, 9))


def seen(*looks: tuple[date, Capability, Sequence[str]]) -> list[CapabilityMark]:
    """The marks that are left after these looks at the handbook."""
    marks: list[CapabilityMark] = []
    for day, capability, teams in looks:
        new = mark(capability, teams, marks, today=day)
        if new is not None:
            marks = [*(each for each in marks if each.seen_on != new.seen_on), new]
    return marks


def told(capability: Capability, marks: Sequence[CapabilityMark]) -> History:
    return history(capability, marks, now_called=lambda name: name)


def stated(status: Status, since: date, **more: Any) -> Capability:
    return replace(OPTIONAL, status=status, since=since, **more)


def test_a_first_look_counts_for_all_the_time_before() -> None:
    capability = stated(Status.OPTIONAL, MAR)

    found = told(capability, seen((JUN, capability, ["a"])))

    assert [found.status_on(day) for day in (JAN, MAR, SEP)] == [None, Status.OPTIONAL, Status.OPTIONAL]
    assert found.eligible_on(JAN) == {"a"}


@pytest.mark.parametrize(
    ("before", "after", "says", "begins"),
    [
        pytest.param(Status.OPTIONAL, Status.MANDATED, JUN, JUN, id="a mandate seen late began when it says"),
        pytest.param(Status.OPTIONAL, Status.MANDATED, JAN, JUL, id="a mandate cannot be older than what it follows"),
        pytest.param(Status.MANDATED, Status.OPTIONAL, JUN, JUL, id="freedom is not given for the time before"),
        pytest.param(Status.MANDATED, Status.OPTIONAL, SEP, SEP, id="freedom to come"),
        pytest.param(Status.PILOT, Status.POLICY, JUN, JUL, id="a pilot's use is not chosen afterwards"),
    ],
)
def test_a_new_status_begins_where_it_is_said_as_far_as_that_fits(
    before: Status, after: Status, says: date, begins: date
) -> None:
    former, now = stated(before, MAR), stated(after, says)

    marks = seen((MAR, former, ["a"]), (JUL, now, ["a"]), (SEP, now, ["a"]), (SEP, now, ["a", "b"]))

    assert told(now, marks).statuses == ((MAR, before), (begins, after))


def test_a_slip_in_since_is_mended_also_after_teams_came() -> None:
    slip, right = stated(Status.OPTIONAL, date(2062, 3, 1)), stated(Status.OPTIONAL, JAN)

    marks = seen((MAR, slip, ["a"]), (JUN, slip, ["a", "b"]), (JUL, right, ["a", "b"]))

    assert told(right, marks).statuses == ((JAN, Status.OPTIONAL),)


def test_what_was_taken_back_on_the_same_day_leaves_no_mark() -> None:
    optional, mandated = stated(Status.OPTIONAL, JAN), stated(Status.MANDATED, JUN)

    marks = seen((MAR, optional, ["a"]), (JUN, mandated, ["a"]), (JUN, optional, ["a"]))

    assert told(optional, marks).statuses == ((JAN, Status.OPTIONAL),)


def test_a_mandate_of_a_day_stays_marked() -> None:
    optional, mandated = stated(Status.OPTIONAL, JAN), stated(Status.MANDATED, JUN)

    marks = seen((MAR, optional, ["a"]), (JUN, mandated, ["a"]), (JUL, optional, ["a"]))

    assert told(optional, marks).statuses == ((JAN, Status.OPTIONAL), (JUN, Status.MANDATED), (JUL, Status.OPTIONAL))


def test_teams_come_and_go_on_the_day_it_is_seen() -> None:
    everybody, some = stated(Status.OPTIONAL, JAN), stated(Status.OPTIONAL, JAN, teams=Teams(("a", "b")))

    marks = seen((MAR, everybody, ["a", "c"]), (JUN, everybody, ["a", "b", "c"]), (SEP, some, ["a", "b", "c"]))

    found = told(some, marks)
    assert [sorted(found.eligible_on(day)) for day in (JAN, MAR, JUN, SEP)] == [
        ["a", "c"],
        ["a", "c"],
        ["a", "b", "c"],
        ["a", "b"],
    ]


def test_what_the_file_says_was_counts_before_the_first_look_alone() -> None:
    was = (Former(Status.PILOT, JAN), Former(Status.MANDATED, JUL))
    capability = stated(Status.OPTIONAL, MAR, was=was)

    assert told(capability, seen((JUN, capability, ["a"]))).statuses == ((JAN, Status.PILOT), (MAR, Status.OPTIONAL))
