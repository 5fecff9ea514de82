"""Changes to one file's text: what each verb does, what is refused, and that all else stays byte for byte."""

import copy
import json
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.actions.edits.editing import Edit, Impossible, _applied, _Step, changed
from bot.actions.edits.nodes import MAX_DEPTH
from bot.actions.edits.source import Source
from bot.git.proposals import MAX_FILE_BYTES
from knowledge.actions import Json, Verb
from tests.actions.edits.layouts import ways, written

TEAMS = """\
# who is who
teams:
  - name: payments   # the first

  # came later
  - name: search
    tags: [x, 'y']  # flow

limits:  # of all
  cpu: "2"   # cores
  note: |
    one
    two

  # no more
empty: []
numbers:
- 1
- 2
"""


def edited(text: str, verb: Verb, content: Json = None, *, path: str = "teams.yaml", **more: Any) -> str:
    """The text after the change; for SET `content` is by keys parted by dots."""
    sets = tuple((tuple(way.split(".")), value) for way, value in content.items()) if verb is Verb.SET else ()
    new = changed(path, text, Edit(verb, content, sets=sets, **more))
    assert new is not None
    return new


def lines_changed(new: str, old: str = TEAMS) -> tuple[list[str], list[str]]:
    """What went and what came; the lines before and after must be the same."""
    before, after = old.splitlines(), new.splitlines()
    while before and after and before[0] == after[0]:
        del before[0], after[0]
    while before and after and before[-1] == after[-1]:
        del before[-1], after[-1]
    return before, after


@pytest.mark.parametrize(
    ("content", "gone", "come"),
    [
        ({"limits.cpu": "4"}, ['  cpu: "2"   # cores'], ['  cpu: "4"   # cores']),
        ({"limits.cpu": 4}, ['  cpu: "2"   # cores'], ["  cpu: 4   # cores"]),
        ({"limits.cpu": {"a": [1]}}, ['  cpu: "2"   # cores'], ["  cpu:   # cores", "    a:", "      - 1"]),
        ({"limits.note": "no"}, ["  note: |", "    one", "    two"], ['  note: "no"']),
        ({"limits.note": ["a"]}, ["  note: |", "    one", "    two"], ["  note:", "    - a"]),
        ({"teams.1.tags": {"a": 1}}, ["    tags: [x, 'y']  # flow"], ["    tags:  # flow", "      a: 1"]),
        ({"teams.1.tags.1": "z"}, ["    tags: [x, 'y']  # flow"], ["    tags: [x, 'z']  # flow"]),
        ({"numbers.0": {"a": 1, "b": 2}}, ["- 1"], ["- a: 1", "  b: 2"]),
        ({"limits.memory": "4Gi"}, [], ["  memory: 4Gi"]),
        ({"owner": "012"}, [], ['owner: "012"']),
        ({"limits": 3}, TEAMS.splitlines()[8:13], ["limits: 3  # of all"]),
        ({"empty": {"a": 1}}, ["empty: []"], ["empty:", "  a: 1"]),
    ],
)
def test_value_is_set_and_the_lines_around_it_stay(content: Json, gone: list[str], come: list[str]) -> None:
    assert lines_changed(edited(TEAMS, Verb.SET, content)) == (gone, come)


def test_value_that_is_there_already_is_left_as_it_is_written() -> None:
    assert edited(TEAMS, Verb.SET, {"teams.1.tags.1": "y", "limits.note": "one\ntwo\n", "empty": []}) == TEAMS


@pytest.mark.parametrize(
    ("more", "content", "gone", "come"),
    [
        ({"at": ("teams",), "key": "name"}, {"name": "no", "size": 1}, [], ['  - name: "no"', "    size: 1", ""]),
        ({"at": ("limits",), "key": "a/b"}, {"x": [1]}, [], ["  a/b:", "    x:", "      - 1"]),
        ({"at": ("empty",)}, {"x": 1}, ["empty: []"], ["empty:", "  - x: 1"]),
        ({"at": ("numbers",)}, 3, [], ["- 3"]),
        (
            {"at": ("teams", "1", "tags")},
            "a, b",
            ["    tags: [x, 'y']  # flow"],
            ["    tags: [x, 'y', 'a, b']  # flow"],
        ),
        ({"key": "last"}, True, [], ["last: true"]),
    ],
)
def test_entry_is_added_after_the_last_one(more: Json, content: Json, gone: list[str], come: list[str]) -> None:
    assert lines_changed(edited(TEAMS, Verb.ADD, content, **more)) == (gone, come)


@pytest.mark.parametrize(
    ("more", "content", "gone", "come"),
    [
        ({"at": ("teams",), "where": {"name": "payments"}}, None, ["  - name: payments   # the first"], []),
        ({"at": ("limits",), "key": "note"}, None, ["  note: |", "    one", "    two"], []),
        ({"at": ("numbers",)}, 2, ["- 2"], []),
        ({"at": ("teams", "1"), "key": "name"}, None, TEAMS.splitlines()[5:7], ["  - tags: [x, 'y']  # flow"]),
        ({"at": ("teams", "1", "tags")}, "x", ["    tags: [x, 'y']  # flow"], ["    tags: ['y']  # flow"]),
        ({"at": ("teams", "1", "tags")}, "y", ["    tags: [x, 'y']  # flow"], ["    tags: [x]  # flow"]),
        ({"key": "empty"}, None, ["empty: []"], []),
    ],
)
def test_entry_is_removed_with_its_lines(more: Json, content: Json, gone: list[str], come: list[str]) -> None:
    assert lines_changed(edited(TEAMS, Verb.REMOVE, content, **more)) == (gone, come)


def test_last_entry_that_goes_leaves_empty_brackets() -> None:
    once = edited(TEAMS, Verb.REMOVE, at=("teams",), where={"name": "search"})

    assert edited(once, Verb.REMOVE, at=("teams",), where={"name": "payments"}).startswith(
        "# who is who\nteams: []\n\n  # came later\n\nlimits:"
    )


def test_comment_below_a_first_key_that_goes_stays() -> None:
    text = "items:\n  - size: 3\n    # about the name\n    name: z\n"

    new = edited(text, Verb.REMOVE, at=("items", "0"), key="size")

    assert new == "items:\n  -\n    # about the name\n    name: z\n"


@pytest.mark.parametrize("text", ["a: 1\r\nb:\r\n  - x # c\r\n  - y\r\n", "a: 1\r\nb:\r\n  - x # c\r\n  - y"])
def test_line_ends_and_a_missing_newline_at_the_end_are_kept(text: str) -> None:
    end = text[text.index("y") + 1 :]

    assert edited(text, Verb.ADD, "z", at=("b",)) == f"{text[: len(text) - len(end)]}\r\n  - z{end}"
    assert edited(text, Verb.REMOVE, "y", at=("b",)) == f"a: 1\r\nb:\r\n  - x # c{end}"
    assert edited(text, Verb.SET, {"a": {"c": 1}}) == text.replace("a: 1", "a:\r\n  c: 1")


@pytest.mark.parametrize(
    ("text", "verb", "content", "more", "said"),
    [
        (TEAMS, Verb.SET, {"limits.a.b": 1}, {}, "limits in teams.yaml has no a."),
        (TEAMS, Verb.SET, {"limits.cpu.b": 1}, {}, "limits.cpu in teams.yaml holds no keys, so b cannot be set there."),
        (TEAMS, Verb.SET, {"numbers.2": 1}, {}, "numbers in teams.yaml is a list without an item 2."),
        (TEAMS, Verb.SET, {}, {}, "Nothing is given to set in teams.yaml."),
        (TEAMS, Verb.ADD, {"name": "search"}, {"at": ("teams",), "key": "name"}, "has one with name search already"),
        (TEAMS, Verb.ADD, {"n": 1}, {"at": ("teams",), "key": "name"}, "The new entry of teams"),
        (TEAMS, Verb.ADD, 1, {"at": ("limits",), "key": "cpu"}, "limits in teams.yaml has cpu already."),
        (TEAMS, Verb.ADD, "1", {"at": ("numbers",)}, "numbers in teams.yaml has this entry already."),
        (TEAMS, Verb.ADD, 1, {"at": ("limits",)}, "no key is given for the new entry"),
        (TEAMS, Verb.ADD, 1, {"at": ("none",)}, "teams.yaml has no none."),
        (TEAMS, Verb.ADD, 1, {"at": ("limits", "note")}, "is no list and no mapping. Write [] or {} there first."),
        (TEAMS, Verb.ADD, None, {"at": ("numbers",)}, "Nothing is given to add"),
        (TEAMS, Verb.REMOVE, None, {"at": ("teams",), "where": {"name": "x"}}, "has no such entry"),
        (TEAMS, Verb.REMOVE, None, {"at": ("limits",), "key": "x"}, "has no such entry"),
        (TEAMS, Verb.REMOVE, None, {"at": ("numbers",)}, "It is not said which entry"),
        ("a:\n- x\n- 'x'\n", Verb.REMOVE, "x", {"at": ("a",)}, "has 2 such entries; it is not clear"),
        ("- a\n- b\n", Verb.SET, {"x": 1}, {}, "teams.yaml is a list without an item x."),
        ("just text\n", Verb.SET, {"x": 1}, {}, "teams.yaml holds no keys and no list."),
        ("", Verb.SET, {"x": 1}, {}, "it is empty"),
        ("# c\n", Verb.SET, {"x": 1}, {}, "it is empty"),
        ("a: 1\na: 2\nb: 3\n", Verb.SET, {"b": 1}, {}, '"a" stands twice in it; keep one of the two'),
        ("a: 1\n---\nb: 2\n", Verb.SET, {"a": 2}, {}, "it holds several documents"),
        ("%YAML 1.1\n---\na: 1\n", Verb.SET, {"a": 2}, {}, "it begins with a directive"),
        ("a: &x {b: 1}\nc: *x\n", Verb.SET, {"a.b": 2}, {}, "teams.yaml has an anchor at line 1"),
        ("a: &x {b: 1}\nc: *x\n", Verb.SET, {"c": 2}, {}, "teams.yaml has an alias at line 2"),
        ("a: !t {b: 1}\n", Verb.SET, {"a.b": 2}, {}, "teams.yaml has a tag at line 1"),
        ("x: &x {b: 1}\na:\n  <<: *x\n", Verb.SET, {"a.c": 2}, {}, "teams.yaml has a merge key (<<) at line 3"),
        ("x: &x {n: 1}\na:\n- *x\n", Verb.ADD, {"n": 1}, {"at": ("a",), "key": "n"}, "has an alias at line 3"),
        ("a: 1\rb: 2\n", Verb.SET, {"a": 2}, {}, "line 1 holds U+000D"),
        ("\ufeffa: 1\n", Verb.SET, {"a": 2}, {}, "line 1 holds U+FEFF"),
        ("a: [1, 2 # c\n  ]\n", Verb.ADD, 3, {"at": ("a",)}, "comments or a loose comma in the brackets"),
        ("? a\n: 1\n", Verb.SET, {"a": 2}, {}, 'the key "a" is not followed by a colon'),
        ("a: " + "[" * (MAX_DEPTH + 1), Verb.SET, {"a": 2}, {}, f"it is nested more than {MAX_DEPTH} deep"),
        ("a: [\n", Verb.SET, {"a": 2}, {}, "it is not YAML"),
        ("a: " + "x" * MAX_FILE_BYTES, Verb.SET, {"a": 2}, {}, "is larger than 1 MiB"),
    ],
)  # fmt: skip
def test_what_cannot_be_changed_without_doubt_is_refused_with_the_reason(
    text: str, verb: Verb, content: Json, more: Json, said: str
) -> None:
    with pytest.raises(Impossible) as refused:
        edited(text, verb, content, **more)

    assert said in str(refused.value)


def test_what_is_written_otherwise_than_meant_is_found_when_it_is_read_back() -> None:
    """However a splice comes to be wrong: this one quotes nothing, and would add a key of its own."""
    source, value = Source("teams.yaml", "a: 1\n"), "2\nb: 3"
    wrong = _Step(way=(0,), splices=[(3, 4, value)], value=value)

    with pytest.raises(Impossible, match="cannot be changed without doubt"):
        _applied(source, wrong)


def test_aliases_and_tags_elsewhere_do_not_hinder() -> None:
    text = "x: &x {b: 1}\ny: *x\nz: {<<: *x}\nt: !Ref res\na: 1 # one\n"

    assert edited(text, Verb.SET, {"a": 2}) == text.replace("a: 1", "a: 2")


def test_bomb_of_aliases_is_refused_at_once() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))

    with pytest.raises(Impossible, match="holds more than 200000 values"):
        edited(bomb + "b: 1\n", Verb.SET, {"b": 2})


@pytest.mark.parametrize(
    ("verb", "former", "path", "content", "said"),
    [
        (Verb.CREATE, "a: 1\n", "a.yaml", {"a": 1}, "a.yaml is there already."),
        (Verb.SET, None, "a.yaml", {"a": 1}, "There is no file a.yaml"),
        (Verb.DELETE, None, "a.yaml", None, "There is no file a.yaml"),
        (Verb.CREATE, None, "a.txt", {"a": 1}, "neither YAML nor JSON"),
        (Verb.ADD, "x", "a.txt", {"a": 1}, "neither YAML nor JSON"),
        (Verb.CREATE, None, "a.yaml", None, "Nothing is given to write into a.yaml."),
        (Verb.CREATE, None, "a.json", {"a": float("nan")}, "cannot be written so that every reader"),
        (Verb.REPLACE, None, "a.json", {"a": "x" * MAX_FILE_BYTES}, "would be larger than 1 MiB"),
    ],
)
def test_whole_files_are_refused_with_the_reason(
    verb: Verb, former: str | None, path: str, content: Json, said: str
) -> None:
    with pytest.raises(Impossible) as refused:
        changed(path, former, Edit(verb, content))

    assert said in str(refused.value)


def test_whole_files_are_made_replaced_and_deleted() -> None:
    content = {"b": "no", "a": [1]}

    assert changed("a.yaml", None, Edit(Verb.CREATE, content)) == 'b: "no"\na:\n  - 1\n'
    assert changed("a.json", "x", Edit(Verb.REPLACE, content)) == '{\n  "b": "no",\n  "a": [\n    1\n  ]\n}\n'
    assert changed("a.txt", "x", Edit(Verb.DELETE)) is None


PRETTY = '{\n\t"a": [1, 2],\n\t"b": {"c": "\\u00e9"},\n\t"d": [\n\t\t{"n": 1}\n\t],\n\t"e": []\n}'


@pytest.mark.parametrize(
    ("verb", "content", "more", "old", "new"),
    [
        (Verb.SET, {"b.c": "ü"}, {}, '"\\u00e9"', '"ü"'),
        (Verb.SET, {"a.0": 1.5}, {}, "[1, 2]", "[1.5, 2]"),
        (Verb.SET, {"f": {"x": 1}}, {}, '"e": []\n', '"e": [],\n\t"f": {\n\t\t"x": 1\n\t}\n'),
        (Verb.ADD, 3, {"at": ("a",)}, "[1, 2]", "[1, 2, 3]"),
        (Verb.ADD, {"n": 2}, {"at": ("d",), "key": "n"}, '{"n": 1}', '{"n": 1},\n\t\t{\n\t\t\t"n": 2\n\t\t}'),
        (Verb.ADD, "x", {"at": ("e",)}, "[]", '[\n\t\t"x"\n\t]'),
        (Verb.REMOVE, None, {"key": "b"}, '"b": {"c": "\\u00e9"},\n\t', ""),
        (Verb.REMOVE, None, {"key": "e"}, ',\n\t"e": []', ""),
        (Verb.REMOVE, None, {"at": ("d",), "where": {"n": 1}}, '[\n\t\t{"n": 1}\n\t]', "[]"),
    ],
)
def test_json_keeps_its_layout_and_all_that_is_not_changed(
    verb: Verb, content: Json, more: Json, old: str, new: str
) -> None:
    assert edited(PRETTY, verb, content, path="a.json", **more) == PRETTY.replace(old, new)


@pytest.mark.parametrize("text", ["", "{", '{"a": 1, "a": 2}', '{"a": NaN}', "// c\n{}"])
def test_json_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Impossible, match=r"a\.json cannot be changed here"):
        edited(text, Verb.SET, {"b": 1}, path="a.json")


NEW = st.sampled_from(
    ["v", "no", "a: b # c", 7, True, 2.5, {"k": "v", "l": ["w", {"m": 1}]}, ["p", {"q": "r"}], "two words"]
)


@given(seed=st.integers(0, 10**9), new=NEW, newline=st.sampled_from(["\n", "\r\n"]), is_ended=st.booleans())
@settings(max_examples=400, deadline=None)
def test_any_value_of_any_layout_is_set_and_every_other_line_stays(
    seed: int, new: Json, newline: str, is_ended: bool
) -> None:
    rng = Random(seed)
    page = written(rng)
    way, _ = rng.choice(list(ways(page.tree)))
    expected = copy.deepcopy(page.tree)
    _holder(expected, way)[_last(_holder(expected, way), way)] = new

    text = changed("a.yaml", page.text(newline, is_ended=is_ended), Edit(Verb.SET, sets=((way, new),)))

    assert text is not None
    _check(text, expected, newline)
    _check_kept(text, page.lines, way, page.spans)


@given(seed=st.integers(0, 10**9), newline=st.sampled_from(["\n", "\r\n"]), is_ended=st.booleans())
@settings(max_examples=400, deadline=None)
def test_any_key_of_any_layout_is_removed_and_every_other_line_stays(seed: int, newline: str, is_ended: bool) -> None:
    rng = Random(seed)
    page = written(rng)
    way = rng.choice([way for way, _ in ways(page.tree) if isinstance(_holder(page.tree, way), dict)])
    expected = copy.deepcopy(page.tree)
    del _holder(expected, way)[way[-1]]

    text = changed("a.yaml", page.text(newline, is_ended=is_ended), Edit(Verb.REMOVE, at=way[:-1], key=way[-1]))

    assert text is not None
    _check(text, expected, newline)
    _check_kept(text, page.lines, way, page.spans, is_removed=True)


@given(seed=st.integers(0, 10**9), new=NEW, newline=st.sampled_from(["\n", "\r\n"]), is_ended=st.booleans())
@settings(max_examples=400, deadline=None)
def test_anything_is_added_to_any_layout_and_every_line_stays(
    seed: int, new: Json, newline: str, is_ended: bool
) -> None:
    rng = Random(seed)
    page = written(rng)
    way, _ = rng.choice([((), page.tree), *((w, t) for w, t in ways(page.tree) if isinstance(t, dict | list))])
    expected = copy.deepcopy(page.tree)
    holder = expected if not way else _holder(expected, way)[_last(_holder(expected, way), way)]
    if isinstance(holder, dict):
        holder["new key"] = new
    elif new in holder:
        return
    else:
        holder.append(new)

    key = "new key" if isinstance(holder, dict) else ""
    text = changed("a.yaml", page.text(newline, is_ended=is_ended), Edit(Verb.ADD, new, at=way, key=key))

    assert text is not None
    _check(text, expected, newline)
    begin, end = page.spans.get(way, (0, 0))
    if way == () or end - begin > 1:  # it has lines of its own
        assert _is_within(page.lines, text.replace("\r\n", "\n").split("\n"))
    else:
        _check_kept(text, page.lines, way, page.spans)


def test_adding_and_then_removing_gives_the_same_lines() -> None:
    for seed in range(150):
        page = written(Random(seed))
        text = page.text("\n", is_ended=seed % 2 == 0)

        added = changed("a.yaml", text, Edit(Verb.ADD, {"a": ["b"]}, key="new key"))

        back = changed("a.yaml", added, Edit(Verb.REMOVE, key="new key"))
        assert back is not None
        assert back.replace("\n\n\n", "\n\n").rstrip() == text.rstrip()  # an empty line may have come before the entry


def _holder(tree: Any, way: tuple[str, ...]) -> Any:
    for key in way[:-1]:
        tree = tree[_last(tree, (key,))]
    return tree


def _last(holder: Any, way: tuple[str, ...]) -> Any:
    return int(way[-1]) if isinstance(holder, list) else way[-1]


def _check(text: str, expected: Any, newline: str) -> None:
    """By plain loaders, which know nothing of ours."""
    assert json.dumps(yaml.safe_load(text)) == json.dumps(expected)
    assert json.dumps(YAML(typ="safe", pure=True).load(text)) == json.dumps(expected)
    assert newline == "\n" or "\r\n" not in text or "\n" not in text.replace("\r\n", "")


def _check_kept(
    text: str,
    lines: list[str],
    way: tuple[str, ...],
    spans: dict[tuple[str, ...], tuple[int, int]],
    *,
    is_removed: bool = False,
) -> None:
    """Every line outside the entry's own is there, in order, byte for byte."""
    own = next(spans[way[:length]] for length in range(len(way), 0, -1) if way[:length] in spans)
    inside = set(range(*own))
    if is_removed:  # the first key of an item brings the next one up; the last one leaves brackets behind its parent
        inside |= {index for parent in (way[:-1],) if parent in spans for index in range(*spans[parent])}
    kept = [line for index, line in enumerate(lines) if index not in inside]
    assert _is_within(kept, text.replace("\r\n", "\n").split("\n"))


def _is_within(lines: list[str], all_lines: list[str]) -> bool:
    rest = iter(all_lines)
    return all(line in rest for line in lines)
