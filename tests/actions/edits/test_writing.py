"""Values written as YAML and JSON read back as themselves, in both versions of YAML and wherever they stand."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.actions.edits.reading_back import Unreadable, is_same, read_json, read_yaml_1_1, read_yaml_1_2
from bot.actions.edits.writing import Layout, json_file, yaml_file, yaml_value

AWKWARD = (
    "no", "yes", "on", "off", "y", "012", "0o14", "0x1F", "1_000", "1:30", "1e3", "1.0", ".inf", "~", "null", "", "=",
    "<<", "2026-01-01", "- a", "# c", "a #b", "a: b", "a:", "*x", "&x", "!t", "!!python/object:os.system", "{a}",
    "[a]", "%YAML", "@a", "`a", "'a", '"a', "a\\b", "é", "日本", " a", "a ", "?", "? a", "|", ">-", "a,b", "{{x}}",
    "${x}", "--- a", "...", "one\ntwo\n", "x\n\n", "\n", " a\nb\n", "\ta", "\x85", "\ufeffa", "\u2028", "x" * 500,
    "word " * 60, "😀",
)  # fmt: skip
LEAVES = (
    st.sampled_from(AWKWARD)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
    | st.integers(-(10**15), 10**15)
    | st.floats(-1e15, 1e15, allow_nan=False)
    | st.booleans()
    | st.none()
)
TREES = st.recursive(
    LEAVES,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.sampled_from(AWKWARD), below, max_size=4),
    max_leaves=12,
)
LAYOUTS = st.builds(Layout, st.integers(2, 4), st.sampled_from([0, 2]))
YAML_READERS = (read_yaml_1_1, read_yaml_1_2)


@pytest.mark.parametrize("text", AWKWARD, ids=ascii)
def test_text_that_yaml_would_take_for_something_else_stays_a_text(text: str) -> None:
    written = yaml_value(text)

    for read in YAML_READERS:
        assert read(f"k: {written} # why\n") == {"k": text}
        assert read(f"- {written} # why\n") == [text]
        assert read(f"[{{{yaml_value(text)}: {written}, b: 1}}] # why\n") == [{text: text, "b": 1}]


@given(content=st.dictionaries(st.sampled_from(AWKWARD), TREES, min_size=1), layout=LAYOUTS)
@settings(max_examples=150, deadline=None)
def test_whole_file_reads_back_in_both_versions_of_yaml(content: dict[str, Any], layout: Layout) -> None:
    written = yaml_file(content, layout)

    assert all(is_same(read(written), content) for read in YAML_READERS)


@given(content=TREES)
@settings(max_examples=150, deadline=None)
def test_value_on_a_line_reads_back_in_both_versions_of_yaml(content: Any) -> None:
    written = yaml_value(content)

    assert "\n" not in written
    assert all(is_same(read(f"k: {written}\n"), {"k": content}) for read in YAML_READERS)


@given(content=TREES)
def test_json_reads_back(content: Any) -> None:
    assert is_same(read_json(json_file(content)), content)


def test_file_is_in_block_style_and_keeps_the_order_of_its_keys() -> None:
    content = {
        "kind": "Bucket",
        "apiVersion": "v1",
        "spec": {"env": "no", "tags": ["a", {"b": 1, "c": None}], "size": 1e-05},
    }

    assert yaml_file(content).splitlines() == [
        "kind: Bucket",
        "apiVersion: v1",
        "spec:",
        '  env: "no"',
        "  tags:",
        "    - a",
        "    - b: 1",
        "      c: null",
        "  size: 0.00001",
    ]


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', '{"a": NaN}', "{'a': 1}", "[1,]", "\ufeff{}"], ids=ascii)
def test_what_is_no_strict_json_is_not_read(text: str) -> None:
    with pytest.raises(Unreadable):
        read_json(text)


def test_trees_are_compared_by_types_and_order_too() -> None:
    assert not is_same({"a": 1}, {"a": True})
    assert not is_same({"a": 1}, {"a": 1.0})
    assert not is_same({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert is_same({"a": [float("nan")]}, {"a": [float("nan")]})


def test_foreign_tag_is_told_from_a_text_and_from_another() -> None:
    for read in YAML_READERS:
        tagged = read("a: !Ref x\nb: !Ref x\nc: !Sub x\nd: x\n")

        assert is_same(tagged["a"], tagged["b"])
        assert not is_same(tagged["a"], tagged["c"])
        assert not is_same(tagged["a"], tagged["d"])
