"""No text keeps a regular expression busy: twice as long a text takes about twice as long, not four times."""

import re
import time
from random import Random

import pytest

from tests.goals.counting import Tally
from tests.regexes import attacks, patterns, slow_at, way_of

CI_S = 1.5  # of the processor: as many of them as there is time for, others with each seed
EVIL = (r"(a+)+b", r"[a-z0-9]+@", r".*x.*y")
HARMLESS = (r"^\s+", r"<@\w+>", r"a{1,3}b")


def look_through(seed: int, seconds: float) -> tuple[int, dict[str, tuple[str, str, str]]]:
    """How many were tried, and the texts under which some took too long."""
    known = list(patterns().items())
    Random(seed).shuffle(known)
    end, tried, slow = time.process_time() + seconds, 0, dict[str, tuple[str, str, str]]()
    for name, pattern in known:
        if time.process_time() > end:
            break
        tried += 1
        if attack := slow_at(pattern, way_of(name)):
            slow[name] = attack
    return tried, slow


def test_some_drawn_by_the_seed_take_no_longer_than_twice_for_twice_the_text(seed: int) -> None:
    tried, slow = look_through(seed, CI_S)

    assert slow == {}
    assert tried > 0


@pytest.mark.chaos
@pytest.mark.goal(g=15)
def test_none_of_all_takes_longer_than_twice_for_twice_the_text(seed: int, tally: Tally) -> None:
    tried, slow = look_through(seed, float("inf"))

    tally(patterns=tried)
    assert slow == {}
    assert tried > 250


@pytest.mark.parametrize("pattern", EVIL)
def test_one_that_goes_by_the_square_is_found(pattern: str) -> None:
    assert slow_at(re.compile(pattern), re.Pattern.search) is not None


@pytest.mark.parametrize("pattern", HARMLESS)
def test_a_harmless_one_is_left_alone(pattern: str) -> None:
    assert list(attacks(re.compile(pattern))) != [] or pattern == r"a{1,3}b"
    assert slow_at(re.compile(pattern), re.Pattern.search) is None
