"""Each sign from its declared source, with a trend and a way out; what has no source is said not to be measured."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.signs.blocks import FOOT, home_part, lines
from bot.signs.rules import Answer, Habit, Known, Sign, signs
from bot.statistics import Share
from knowledge.actions import Mode

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
ENDS = [(f"W{47 - back}", MONDAY - back * timedelta(weeks=1)) for back in range(11, -1, -1)]
LATELY, BEFORE = MONDAY - timedelta(days=3), MONDAY - timedelta(days=31)
NOT_YET = MONDAY + timedelta(hours=1)  # in the week that is not over


def sign(id_: str, known: Known) -> Sign:
    return next(each for each in signs(known) if each.id == id_)


def test_without_any_source_nothing_is_measured_and_each_says_what_would() -> None:
    found = signs(Known(ENDS))

    unmeasured = [each for each in found if not each.is_measured]
    assert {each.id for each in found if each.is_measured} == {"touch-points.do-it-for-me"}  # there is a channel
    assert all(each.said == "not measured" and each.way_out.startswith("It would be") for each in unmeasured)
    assert sign("touch-points.do-it-for-me", Known(ENDS)).said == "no questions in four weeks"


def test_the_four_habits_stand_in_their_order_and_there_is_no_score() -> None:
    found = signs(Known(ENDS))

    assert list(dict.fromkeys(each.habit for each in found)) == list(Habit)
    assert not [each for each in found if "score" in each.to_json()]


def test_questions_that_ask_the_team_to_do_it_are_a_share_of_four_weeks_held_against_four_before() -> None:
    asked = [(LATELY, at < 12) for at in range(20)] + [(BEFORE, at < 2) for at in range(20)] + [(NOT_YET, True)] * 50

    found = sign("touch-points.do-it-for-me", Known(ENDS, asked=asked))

    assert found.said == "60 % of 20 questions (39 % to 78 %): more than in the four weeks before"
    assert [each.in_words for each in found.trend][-5:] == ["10 %", "10 %", "10 %", "10 %", "60 %"]
    assert len(found.trend) == 12


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ([(LATELY, True)] * 3, "too few to say (3 of 3 questions): too few to compare with the four weeks before"),
        (
            [(LATELY, at < 4) for at in range(20)] + [(BEFORE, at < 5) for at in range(20)],
            "20 % of 20 questions (8 % to 42 %): no detectable change from the four weeks before",
        ),
    ],
)
def test_few_cases_and_small_differences_are_said_to_be_so(asked: list[tuple[datetime, bool]], said: str) -> None:
    assert sign("touch-points.do-it-for-me", Known(ENDS, asked=asked)).said == said


@pytest.mark.parametrize(
    ("asked", "shows"),
    [
        ([(LATELY, True)] * 3, False),
        ([(LATELY, False)] * 20, False),
        ([(BEFORE, True)] * 20, False),
        ([(LATELY, at < 1) for at in range(5)], True),
    ],
    ids=["too few", "none of them", "not lately", "one of five"],
)
def test_a_sign_shows_where_it_was_there_lately_among_enough(asked: list[tuple[datetime, bool]], shows: bool) -> None:
    assert sign("touch-points.do-it-for-me", Known(ENDS, asked=asked)).shows is shows


def test_a_sign_that_is_not_measured_does_not_show() -> None:
    assert [each for each in signs(Known(ENDS)) if each.shows] == []


def test_runs_tell_pushes_and_break_glass_apart() -> None:
    runs = [(LATELY, Mode.PROPOSAL)] * 6 + [(LATELY, Mode.DIRECT)] * 3 + [(LATELY, Mode.BREAK_GLASS)] * 1
    known = Known(ENDS, runs=runs, has_actions=True, debts=["restart-service"])

    pushes, glass = sign("touch-points.pushes", known), sign("console.break-glass", known)

    assert pushes.said.startswith("40 % of 10 runs (17 % to 69 %): ")
    assert pushes.way_out.endswith("Without one now: restart-service.")
    assert glass.said == "1 time in four weeks, 0 in the four weeks before"


def test_changes_by_hand_are_measured_only_where_a_controller_says_so() -> None:
    known = Known(ENDS, reverts=[LATELY, BEFORE, LATELY, NOT_YET])

    assert sign("console.reverts", known).said == "2 times in four weeks, 1 in the four weeks before"
    assert sign("console.reverts", Known(ENDS, reverts=[])).said == "0 times in four weeks, 0 in the four weeks before"
    assert not sign("console.reverts", Known(ENDS)).is_measured


@pytest.mark.parametrize(
    ("answers", "said", "way"),
    [
        (
            [Answer("2026-Q3", True), Answer("2026-Q4", None)],
            "yes, said the team in 2026-Q3",
            "Set an outcome",
        ),
        ([Answer("2026-Q3", True), Answer("2026-Q4", False)], "no, said the team in 2026-Q4", "Keep it so"),
    ],
)
def test_closures_are_what_the_team_says_of_itself(answers: list[Answer], said: str, way: str) -> None:
    found = sign("closures.goal", Known(ENDS, answers=answers))

    assert (found.said, found.way_out.startswith(way)) == (said, True)


def test_home_says_no_way_out_of_what_did_not_happen() -> None:
    way = "Each notice names the file in Git to change instead"

    assert [way in str(home_part(signs(Known(ENDS, reverts=each)))) for each in ([LATELY], [])] == [True, False]


def test_home_says_what_is_not_measured_in_a_line() -> None:
    _, body, foot = home_part(signs(Known(ENDS, reverts=[LATELY])))

    *_, last = body["text"]["text"].splitlines()
    assert last.startswith("Not measured: Bets without evidence; Steps by hand")
    assert foot["elements"][0]["text"] == FOOT


def test_a_terminal_sees_the_trends() -> None:
    told = lines(signs(Known(ENDS, answers=[Answer("2026-Q3", True)], reverts=[LATELY])))

    assert "  Trend: 2026-Q3 yes" in told
    assert "  Trend: W36 0, W37 0, W38 0, W39 0, W40 0, W41 0, W42 0, W43 0, W44 0, W45 0, W46 0, W47 1" in told


def test_bets_without_evidence_are_counted_as_the_handbook_stands_and_show_where_there_are_any() -> None:
    some, none = (sign("assumptions.bets", Known(ENDS, bets=Share(k, 6))) for k in (2, 0))

    assert some.said == "2 of 6 open bets, as the handbook stands now"
    assert (some.is_measured, some.shows, "Draft a bet" in some.way_out) == (True, True, True)
    assert (none.said, none.shows, none.way_out) == ("0 of 6 open bets, as the handbook stands now", False, "")
    assert "*Bets without evidence*: 0 of 6 open bets, as the handbook stands now." in str(home_part([none]))


def test_steps_by_hand_are_of_all_flows() -> None:
    found = sign("touch-points.steps", Known(ENDS, steps=Share(10, 16), flows=2))

    assert found.said == "10 of 16 steps in 2 flows, as the handbook stands now"
    assert (found.is_measured, found.shows) == (True, False)  # there are always some: no news of a week
