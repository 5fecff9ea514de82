"""Shares, changes and middles: known values, and what must hold for any counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.statistics import Change, Share, absence_factor, change, counted, difference, median, percentile


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        pytest.param(8, 10, 49, 94, id="8 of 10"),
        pytest.param(80, 100, 71, 87, id="80 of 100"),
        pytest.param(0, 10, 0, 28, id="none of 10"),
        pytest.param(10, 10, 72, 100, id="10 of 10"),
        pytest.param(1, 1, 21, 100, id="1 of 1"),
    ],
)
def test_interval_is_wilsons(k: int, n: int, low: int, high: int) -> None:
    interval = Share(k, n).interval

    assert interval is not None
    assert tuple(round(each * 100) for each in interval) == (low, high)


def test_share_of_nothing_says_nothing() -> None:
    share = Share(0, 0)

    assert (share.value, share.interval, share.is_enough) == (None, None, False)


@pytest.mark.parametrize(("k", "n"), [(1, 0), (-1, 5), (6, 5)])
def test_counts_that_make_no_share_are_refused(k: int, n: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        Share(k, n)


def test_difference_is_newcombes() -> None:
    """Newcombe 1998, table II, example (a) by method 10: 56/70 minus 48/80 lies between 0.0524 and 0.3339."""
    found = difference(Share(48, 80), Share(56, 70))

    assert found is not None
    assert [round(each, 4) for each in found] == [0.0524, 0.3339]


@pytest.mark.parametrize(
    ("before", "after", "more_is_better", "said"),
    [
        pytest.param(Share(48, 80), Share(56, 70), True, Change.BETTER, id="more, and more is better"),
        pytest.param(Share(48, 80), Share(56, 70), False, Change.WORSE, id="more, and less is better"),
        pytest.param(Share(56, 70), Share(48, 80), True, Change.WORSE, id="less, and more is better"),
        pytest.param(Share(5, 10), Share(7, 10), True, Change.NONE, id="few, so it may be chance"),
        pytest.param(Share(5, 5), Share(0, 5), True, Change.WORSE, id="five on either side are enough"),
        pytest.param(Share(4, 4), Share(0, 50), True, Change.TOO_FEW, id="four before"),
        pytest.param(Share(50, 50), Share(0, 4), True, Change.TOO_FEW, id="four after"),
        pytest.param(Share(0, 0), Share(9, 9), True, Change.TOO_FEW, id="nothing before"),
    ],
)
def test_change_is_spoken_of_only_where_it_is_one(
    before: Share, after: Share, more_is_better: bool, said: Change
) -> None:
    assert change(before, after, more_is_better=more_is_better) is said


@pytest.mark.parametrize(
    ("counts", "people"),
    [
        pytest.param([1000, 433, 343, 332, 202, 90, 42, 33], 2, id="CHAOSS's own example"),
        pytest.param([33, 42, 90, 202, 332, 343, 433, 1000], 2, id="in any order"),
        pytest.param([5, 5], 2, id="exactly half is not more than half"),
        pytest.param([7], 1, id="one person"),
        pytest.param([], 0, id="nobody"),
        pytest.param([0, 0], 0, id="people who gave nothing"),
    ],
)
def test_absence_factor_is_how_few_give_more_than_half(counts: list[int], people: int) -> None:
    assert absence_factor(counts) == people


@pytest.mark.parametrize(
    ("values", "percent", "found"),
    [
        ([15, 20, 35, 40, 50], 40, 20),
        ([15, 20, 35, 40, 50], 30, 20),
        ([15, 20, 35, 40, 50], 100, 50),
        ([15, 20, 35, 40, 50], 1, 15),
        (range(1, 11), 90, 9),
        ([7], 90, 7),
        ([], 90, None),
    ],
)
def test_percentile_is_by_nearest_rank(values: list[float], percent: int, found: float | None) -> None:
    assert percentile(values, percent) == found


@pytest.mark.parametrize(("values", "found"), [([3, 1, 2], 2), ([4, 1, 2, 3], 2.5), ([], None)])
def test_median_is_the_middle(values: list[float], found: float | None) -> None:
    assert median(values) == found


def test_percentile_of_no_percent_is_refused() -> None:
    with pytest.raises(ValueError, match="is no percentile"):
        percentile([1], 0)


@st.composite
def shares(draw: st.DrawFn) -> Share:
    n = draw(st.integers(1, 5_000))
    return Share(draw(st.integers(0, n)), n)


@given(shares())
def test_interval_holds_the_share_and_stays_within_0_and_1(share: Share) -> None:
    assert share.interval is not None
    assert share.value is not None
    low, high = share.interval
    assert 0 <= low <= share.value <= high <= 1


@given(shares(), shares())
def test_change_back_is_the_opposite(one: Share, other: Share) -> None:
    opposite = {Change.BETTER: Change.WORSE, Change.WORSE: Change.BETTER}
    there = change(one, other)

    assert change(other, one) is opposite.get(there, there)


@given(shares())
def test_share_comes_back_from_json(share: Share) -> None:
    assert Share.from_json(share.to_json()) == share


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 policies"), (1, "1 policy"), (2, "2 policies"), (1234, "1,234 policies")],
)
def test_a_number_has_its_noun(number: int, said: str) -> None:
    assert counted(number, "policy", "policies") == said
