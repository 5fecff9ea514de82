from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from bot.talk_row import ACCEPTED, DRAWN, INVITED
from bot.talks.rules import DRAW_HOLDS, Prospect, draw, fitting, is_over, may_draw, named_teams, problem

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
SEED = "5e" * 32


def people(team: str, count: int, *, is_silent: bool = False, is_apart: bool = False) -> list[Prospect]:
    begin = f"U{team}{is_silent:d}{is_apart:d}"
    return [Prospect(f"{begin}{number}", team, is_silent, is_apart) for number in range(count)]


def test_silent_people_of_teams_that_chose_nothing_come_first_then_one_of_both_then_others() -> None:
    both, silent = people("a", 2, is_silent=True, is_apart=True), people("b", 1, is_silent=True)
    apart, others = people("c", 1, is_apart=True), people("d", 9)

    drawn = draw([*others, *silent, *apart, *both], seed=SEED, size=5)

    assert {each.user_id for each in drawn[:2]} == {each.user_id for each in both}
    assert {each.user_id for each in drawn[2:4]} == {each.user_id for each in (*silent, *apart)}
    assert drawn[4] in others


def test_the_same_seed_draws_the_same_whatever_the_order_and_another_draws_others() -> None:
    frame = people("a", 40, is_silent=True)

    drawn = draw(frame, seed=SEED)

    assert draw(frame[::-1], seed=SEED) == drawn
    assert draw(frame, seed="77" * 32) != drawn


def test_among_equals_each_team_gets_its_share() -> None:
    frame = [*people("big", 60, is_silent=True), *people("small", 40, is_silent=True)]

    counts = Counter(each.team for each in draw(frame, seed=SEED, size=5))

    assert counts == {"big": 3, "small": 2}


def test_nobody_is_drawn_twice_and_no_more_than_there_are() -> None:
    frame = people("a", 3, is_silent=True)

    assert sorted(each.user_id for each in draw(frame, seed=SEED)) == sorted(each.user_id for each in frame)
    assert draw([], seed=SEED) == []


def test_a_team_is_named_only_where_five_of_it_could_be_drawn() -> None:
    assert named_teams([*people("five", 5), *people("four", 4), *people("", 9)]) == {"five", ""}


@pytest.mark.parametrize(
    ("age", "states", "is_due"),
    [
        (None, [], True),
        (timedelta(days=1), [DRAWN, INVITED], False),
        (timedelta(days=1), [ACCEPTED, INVITED], True),
        (DRAW_HOLDS, [DRAWN], True),
    ],
    ids=["none yet", "somebody not invited", "everybody invited", "old"],
)
def test_nobody_draws_until_somebody_convenient_comes_up(
    age: timedelta | None, states: list[str], is_due: bool
) -> None:
    assert may_draw(None if age is None else NOW - age, states, now=NOW) is is_due


def test_an_invitation_has_come_to_nothing_after_a_fortnight() -> None:
    assert not is_over(None, now=NOW)
    assert not is_over(NOW - timedelta(days=13), now=NOW)
    assert is_over(NOW - timedelta(days=14), now=NOW)


@pytest.mark.parametrize(
    ("words", "is_right"),
    [("Builds are slow.", True), (" \n", False), ("x" * 1_501, False), ("&" * 600, False)],
    ids=["words", "none", "too long", "too long as Slack takes them"],
)
def test_notes_are_as_long_as_can_be_shown_whole(words: str, is_right: bool) -> None:
    assert (problem(words) == "") is is_right


@pytest.mark.parametrize("words", ["a" * 3_000, "someone & " * 400, "&" * 3_000], ids=["long", "grown", "escaped"])
def test_notes_are_cut_to_what_can_be_shown_whole(words: str) -> None:
    cut = fitting(words)

    assert problem(cut) == ""
    assert len(cut) >= 500
    assert fitting("short") == "short"
