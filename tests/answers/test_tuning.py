"""Thresholds from judgements: hand-counted, and what must hold of any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.rules import Thresholds
from bot.answers.tuning import FEWEST, Judged, Proposal, propose
from bot.statistics import Share

TODAY = Thresholds(answer_at=0.55, suggest_at=0.22)


def judged(*runs: tuple[float, int, int]) -> list[Judged]:
    """Runs of (confidence, right ones, wrong ones)."""
    return [
        Judged(confidence, is_right)
        for confidence, right, wrong in runs
        for is_right in [True] * right + [False] * wrong
    ]


def test_thresholds_sink_as_far_as_answers_stay_right() -> None:
    proposal = propose(judged((0.8, 10, 0), (0.45, 10, 2), (0.35, 4, 6), (0.1, 0, 10)), TODAY)

    assert proposal == Proposal(
        Thresholds(answer_at=0.45, suggest_at=0.35),
        answered=Share(20, 22),
        suggested=Share(4, 10),
        before=Share(10, 10),
        n=42,
    )


def test_thresholds_rise_where_answers_are_wrong() -> None:
    proposal = propose(judged((0.9, 10, 1), (0.6, 2, 8), (0.3, 0, 10)), TODAY)

    assert proposal is not None
    assert proposal.thresholds.answer_at == 0.9
    assert proposal.before == Share(12, 21)


def test_where_nothing_is_right_todays_thresholds_stay() -> None:
    proposal = propose(judged((0.6, 0, 15), (0.3, 0, 15)), TODAY)

    assert proposal is not None
    assert proposal.thresholds == TODAY


@pytest.mark.parametrize("count", [0, FEWEST - 1])
def test_few_judgements_propose_nothing(count: int) -> None:
    assert propose(judged((0.8, count, 0)), TODAY) is None


@given(st.lists(st.builds(Judged, st.floats(0, 1), st.booleans()), min_size=FEWEST, max_size=80), st.randoms())
def test_what_is_proposed_keeps_its_promise_in_any_order(each: list[Judged], chance: object) -> None:
    proposal = propose(each, TODAY)

    assert proposal is not None
    assert 0 <= proposal.thresholds.suggest_at <= proposal.thresholds.answer_at <= 1
    assert proposal == propose(sorted(each, key=lambda one: one.confidence), TODAY)
    if proposal.thresholds.answer_at != TODAY.answer_at:
        assert proposal.answered.n >= 10
        assert proposal.answered.k * 6 >= proposal.answered.n * 5
