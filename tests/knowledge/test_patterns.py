"""Patterns of inputs: what is refused and why, and that what is said of those taken is true of all that they match."""

import re
import time

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from knowledge.patterns import Pattern, Unfit, read_pattern

FIT = (
    "[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
    r"[a-z0-9-]{1,40}\.(?:apps|internal)\.example\.com",
    "[0-9*/,-]+ [0-9*/,-]+ [0-9*/,-]+ [0-9*/,-]+ [0-9*/,-]+",
    r"[a-z0-9._%+-]+@[a-z0-9.-]+",
    "small|medium|large",
    "(?:v[0-9]{1,3})?[a-z]+",
    r"\d{4}-\d{2}",
    r"[^\s/]+",
    r"INC-\d{1,6}",
    "[]x]+",
    "ä[ö-ü]*",
    "",
)
EVIL = {  # each keeps Python's matcher busy for long with a text of 30 to 60 characters
    "(a+)+": "repeats a group",
    "(a*)*b": "repeats a group",
    "(a|a)*b": "repeats a group",
    "(a|ab)*c": "repeats a group",
    "(?:a?){25}a{25}": "repeats a group",
    "([a-z]+-)*[a-z]+": "repeats a group",
    "(x+x+)+y": "repeats a group",
    "a?" * 25 + "a" * 25: "too many ways",
    ".*.*.*.*x": "too many ways",
    "[a-z]*[a-z]*[a-z]*[a-z]*": "too many ways",
    "(?:a|a)" * 25 + "b": "too many ways",
}
UNFIT = {
    r"(a)\1": "refers back",
    "(?=a)a": "looks ahead",
    "(?<!a)b": "looks ahead",
    "(?P<x>a)": "looks ahead",
    "(?i)a": "looks ahead",
    "^a$": "must match anyway",
    "a$": "must match anyway",
    r"\ba": "not taken here",
    r"a\Z": "not taken here",
    "a+?": "repeats a repetition",
    "a++": "repeats a repetition",
    "a{2}{3}": "repeats a repetition",
    "*a": "nothing before it",
    "a{": "begins no count",
    "a{,5}": "begins no count",
    "a{5,2}": "counts from 5 to 2",
    "(a": "not closed",
    "a)": "too many",
    "[a": "not closed",
    "a]": "closes nothing",
    "[z-a]": "a range in [ ] that is none",
    "[[:alpha:]]": "read in two ways",
    "[a--b]": "a range in [ ] that is none",
    "[b--]": "a range in [ ] that is none",
    "[a&&b]": "read in two ways",
    "[ü-ö]": "no regular expression",
    "a\\": "not taken here",
    "a" * 201: "201 characters",
    "(" * 11 + "a" + ")" * 11: "groups in groups",
}


@pytest.mark.parametrize("text", FIT)
def test_pattern_that_people_need_is_taken(text: str) -> None:
    assert isinstance(read_pattern(text, longest=100), Pattern)


@pytest.mark.parametrize(("text", "why"), [*EVIL.items(), *UNFIT.items()])
def test_pattern_that_is_refused_says_why(text: str, why: str) -> None:
    with pytest.raises(Unfit) as refused:
        read_pattern(text, longest=100)

    assert why in refused.value.what
    assert refused.value.fix


def test_repetitions_that_cannot_be_confused_are_not_counted_as_ways() -> None:
    assert read_pattern("[a-z]+-[a-z]+-[a-z]+-[a-z]+", longest=100).ways == 1
    assert read_pattern("[a-z]+[a-z]+[a-z]+", longest=100).ways == 100 * 100
    assert read_pattern("(?:ab)*a.*", longest=100).ways == 101


def test_longer_texts_allow_fewer_ways() -> None:
    assert isinstance(read_pattern(".*a.*", longest=999), Pattern)
    with pytest.raises(Unfit, match="too many ways"):
        read_pattern(".*a.*", longest=1000)


@pytest.mark.parametrize(
    ("text", "starts_badly", "holds_more", "two_dots"),
    [
        ("[a-z0-9][a-z0-9-]*", False, False, False),
        ("[a-z-]+", True, False, False),
        ("-?[a-z]+", True, False, False),
        (r"[a-z]+\.[a-z]+", False, False, False),
        (r"[a-z.]+", True, False, True),
        (r"a\.?b?\.c", False, False, True),
        (r"a\.(?:b|\.)c", False, False, True),
        (r"(?:a\.){2}", False, False, False),
        (r"(?:\.a\.){2}", True, False, True),
        ("[^x]+", True, True, True),
        ("a/b", False, True, False),
        (r"\w+", False, True, False),
        (r"\d+", False, False, False),
        (r"\D+", True, True, True),
    ],
)
def test_what_may_stand_in_a_path_is_known(text: str, starts_badly: bool, holds_more: bool, two_dots: bool) -> None:
    found = read_pattern(text, longest=50)

    assert found.begins_with("-.") is starts_badly
    assert found.holds_other_than("abcdefghijklmnopqrstuvwxyz0123456789.-") is holds_more
    assert found.has_two_dots is two_dots


PARTS = st.sampled_from(["a", "b", "-", r"\.", "[a-z.]", "[^/]", r"\d", ".", "(?:a|-b)", r"(?:\.a)", "(?:b+)", "é"])
COUNTS = st.sampled_from(["", "", "?", "*", "+", "{2}", "{1,3}"])
PATTERNS = st.lists(st.tuples(PARTS, COUNTS), min_size=1, max_size=6).map(lambda all_: "".join(map("".join, all_)))


@settings(max_examples=400, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None)
@given(PATTERNS, st.data())
def test_what_is_said_of_a_pattern_is_true_of_each_text_it_matches(text: str, data: st.DataObject) -> None:
    try:
        found = read_pattern(text, longest=100)
    except Unfit:
        assume(False)
    matched = data.draw(st.from_regex(re.compile(text, re.ASCII), fullmatch=True))

    assert matched or found.may_be_empty
    for one in "-./a":
        assert found.begins_with(one) or not matched.startswith(one)
        assert found.ends_with(one) or not matched.endswith(one)
        assert found.holds_other_than("".join(chr(n) for n in range(128) if chr(n) != one)) or one not in matched
    assert found.has_two_dots or ".." not in matched


@settings(max_examples=300, deadline=None)
@given(PATTERNS, st.text("ab-.", min_size=1, max_size=4))
def test_no_pattern_that_is_taken_keeps_the_matcher_busy(text: str, piece: str) -> None:
    try:
        read_pattern(text, longest=100)
    except Unfit:
        return
    compiled, hostile = re.compile(text, re.ASCII), (piece * 100)[:99] + "!"

    before = time.process_time()
    compiled.fullmatch(hostile)

    assert time.process_time() - before < 0.5
