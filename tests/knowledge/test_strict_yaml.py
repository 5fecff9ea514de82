"""The strict reader: spelling and lines kept, magic refused. Fuzzed: it never raises."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import strict_yaml
from knowledge.strict_yaml import MAX_DEPTH, Document, Entry, Mapping, Scalar, Sequence
from tests.goals.counting import Tally
from tests.knowledge import bombs

MANY_BOMBS, CI_BOMBS, BOMB_S = 1_000, 56, 0.1


def read(text: str) -> Document:
    return strict_yaml.read(text, file="some.yaml")


@pytest.mark.parametrize("text", ["no", "012345670123", "1e3", "2025-01-01", "0x1F", "12:30", "yes", ".inf", "True"])
def test_scalar_keeps_its_spelling(text: str) -> None:
    assert read(f"key: {text}\n").root == Mapping((Entry("key", 1, Scalar(text, 1)),), 1)


def test_every_node_knows_its_line() -> None:
    document = read('teams:\n  data:\n    - one\n    - "two"\n')

    inner = Sequence((Scalar("one", 3), Scalar("two", 4, plain=False)), 3)
    assert document.root == Mapping((Entry("teams", 1, Mapping((Entry("data", 2, inner),), 2)),), 1)
    assert document.problems == ()


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "\ufeff"])
def test_empty_text_is_an_empty_mapping(text: str) -> None:
    root = read(text).root

    assert isinstance(root, Mapping)
    assert root.entries == ()


def test_first_line_shifts_all_lines() -> None:
    document = strict_yaml.read("a: 1\na: 2\n", file="x.md", first_line=10)

    assert document.root == Mapping((Entry("a", 10, Scalar("1", 10)),), 10)
    assert [(one.line, one.what) for one in document.problems] == [(11, '"a" stands twice, first in line 10')]


def test_windows_line_ends_count_once() -> None:
    assert read("a: 1\r\nb: 2\r\na: 3\r\n").problems[0].line == 3


def test_depth_of_exactly_the_limit_is_read() -> None:
    text = "[" * MAX_DEPTH + "]" * MAX_DEPTH

    assert read(text).problems == ()
    assert "deep" in read(f"[{text}]").problems[0].what


def test_large_file_within_the_limits_is_read() -> None:
    document = read("- a\n" * 50_000)

    assert isinstance(document.root, Sequence)
    assert len(document.root.items) == 50_000


def test_problems_stop_at_fifty() -> None:
    assert len(read("a: 1\n" * 500).problems) == strict_yaml.MAX_PROBLEMS


MIB = strict_yaml.MAX_BYTES
BOMBS = {
    "aliases": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)),
    "five thousand brackets": "[" * 5_000,
    "a mebibyte of brackets": "[" * (MIB - 1),
    "a mebibyte of braces": "{" * (MIB - 1),
    "dashes on one line": "- " * (MIB // 2 - 1),
    "dashes on many lines": "- - - a\n" * 99_000,
    "a wide list": "[" + "a," * (MIB // 2 - 9) + "]",
    "a long list": "- a\n" * (MIB // 4 - 1),
    "directives": "%TAG !a! x\n" * (MIB // 11),
    "anchors": "- &a b\n" * 60_000,
    "question marks": "? " * (MIB // 2 - 1),
    "keys within keys": "? " * 2_000 + "a",
    "braces within braces": "{" * 2_000 + "}" * 2_000,
    "steps": "".join(" " * i + "a:\n" for i in range(1_000)),
    "quotes": '"' * (MIB - 1),
    "too large": "a" * (MIB + 1),
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_bomb_is_refused(text: str) -> None:
    document = read(text)

    assert document.root is None
    assert len(document.problems) in (1, strict_yaml.MAX_PROBLEMS)


@pytest.mark.parametrize(
    "count", [CI_BOMBS, pytest.param(MANY_BOMBS, marks=[pytest.mark.chaos, pytest.mark.goal(g=13)])]
)
def test_bombs_of_every_kind_are_refused_at_once(count: int, seed: int, tally: Tally) -> None:
    chance, slow, taken = random.Random(seed), list[str](), list[str]()
    for number in range(count):
        bomb = bombs.BOMBS[number % len(bombs.BOMBS)]
        text = bomb(chance)
        began = time.process_time()
        document = read(text)
        took_s = time.process_time() - began
        if took_s > BOMB_S:
            slow.append(f"{bomb.__name__}: {text[:40]!r} {len(text)} {took_s:.3f}")
        if not document.problems:
            taken.append(f"{bomb.__name__}: {text[:40]!r} {len(text)}")
        tally(bombs=1)

    assert (taken, slow) == ([], [])


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.one_of(st.sampled_from("[]{}:,-?&*!|>'\"%@`#\n \\~<a0"), st.characters()), max_size=200))
def test_any_text_gives_a_tree_or_a_problem(text: str) -> None:
    document = read(text)

    assert document.root is not None or document.problems
    lines = text.count("\n") + text.count("\r") + 1
    assert all(1 <= problem.line <= lines for problem in document.problems)
