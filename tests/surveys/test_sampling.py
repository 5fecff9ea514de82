"""Who is drawn: reproducible, by shares, and blind to the order in which people came."""

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from bot.surveys.sampling import Candidate, Strata, apportion, is_drawn, sample

STRATA = st.builds(
    Strata,
    team=st.sampled_from(["payments", "search", None]),
    role=st.sampled_from(["platform", "other"]),
    asker=st.booleans(),
    new=st.sampled_from([True, False, None]),
)
FRAMES = st.lists(STRATA, max_size=60).map(lambda found: [Candidate(f"U{n}", each) for n, each in enumerate(found)])
SEEDS = st.binary(min_size=32, max_size=32).map(bytes.hex)


@given(FRAMES, SEEDS, st.integers(0, 70), st.randoms(use_true_random=False))
def test_same_seed_and_frame_draw_the_same_people_whatever_the_order(
    frame: list[Candidate], seed: str, size: int, rng: random.Random
) -> None:
    mixed = rng.sample(frame, len(frame))

    assert sample(mixed, seed=seed, size=size) == sample(frame, seed=seed, size=size)


@given(FRAMES, SEEDS, st.integers(0, 70))
def test_sample_is_of_the_frame_without_repeats_and_as_large_as_wanted(
    frame: list[Candidate], seed: str, size: int
) -> None:
    drawn = sample(frame, seed=seed, size=size)

    assert len(drawn) == len(set(drawn)) == min(size, len(frame))
    assert set(drawn) <= set(frame)


@given(FRAMES, SEEDS, st.integers(0, 70))
def test_each_stratum_has_its_share_to_within_one(frame: list[Candidate], seed: str, size: int) -> None:
    drawn = Counter(each.strata for each in sample(frame, seed=seed, size=size))
    wanted = min(size, len(frame))

    for strata, count in Counter(each.strata for each in frame).items():
        assert abs(drawn[strata] - wanted * count / len(frame)) < 1


def test_silent_people_are_drawn_as_often_as_others() -> None:
    frame = [Candidate(f"U{n}", Strata(asker=n < 20)) for n in range(100)]

    drawn = Counter(each.strata.asker for each in sample(frame, seed="00" * 32, size=25))

    assert drawn == {True: 5, False: 20}


def test_everybody_is_as_likely_as_their_neighbours() -> None:
    frame = [Candidate(f"U{n}", Strata(team="a" if n < 10 else "b")) for n in range(30)]

    drawn = Counter(each.user_id for seed in range(3_000) for each in sample(frame, seed=f"{seed:064x}", size=6))

    assert all(abs(drawn[each.user_id] - 600) < 110 for each in frame)  # five standard deviations of 3,000 draws at 1/5


def test_largest_remainders_get_what_is_left() -> None:
    sizes = {Strata(team="a"): 50, Strata(team="b"): 30, Strata(team="c"): 20}

    assert list(apportion(sizes, seed="00" * 32, size=7).values()) == [4, 2, 1]  # 3.5, 2.1, 1.4


def test_events_are_drawn_at_their_rate() -> None:
    drawn = sum(is_drawn("07" * 32, f"answer:{n}", share=0.2) for n in range(10_000))

    assert abs(drawn - 2_000) < 200
    assert is_drawn("07" * 32, "x", share=1.0)
    assert not is_drawn("07" * 32, "x", share=0.0)
