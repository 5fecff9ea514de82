"""Entries of what stands in brackets, JSON's and YAML's alike: put in, replaced, taken out. Pure.

Keeps to how the brackets are laid out: on one line, or an entry a line.
"""

from bot.actions.edits.nodes import Kind, Node
from bot.actions.edits.reading_back import Unreadable
from bot.actions.edits.source import Source, Splice
from bot.actions.edits.writing import json_value, yaml_value
from knowledge.actions import Json


def root_instead(source: Source, value: Json) -> list[Splice]:
    root = source.root
    return [(root.start, root.end, _shown(source, value, "", is_spread=_unit(source) != ""))]


def value_instead(source: Source, parent: Node, index: int, value: Json) -> list[Splice]:
    node = parent.items[index]
    if node.start == node.end:
        raise Unreadable("a value in brackets is left out; write null there first")
    if source.is_json:
        is_spread = _is_spread(source, parent)
        return [(node.start, node.end, _shown(source, value, source.indent_of(node.start), is_spread=is_spread))]
    return [(node.start, node.end, yaml_value(value, node.style))]


def entry_added(source: Source, parent: Node, key: str | None, value: Json) -> list[Splice]:
    """The value as the last entry."""
    is_spread = _is_spread(source, parent)
    indent = source.indent_of(parent.start)
    if not parent.items:
        return [_first_entry(source, parent, _entry(source, key, value, indent, is_spread=is_spread), indent)]
    begin = _begin(parent, len(parent.items) - 1)
    end = parent.items[-1].end
    _check_gap(source, end, parent.end - 1)
    entry = _entry(source, key, value, source.indent_of(begin) if is_spread else indent, is_spread=is_spread)
    return [(end, end, f",{_between(source, parent)}{entry}")]


def entry_removed(source: Source, parent: Node, index: int) -> list[Splice]:
    count = len(parent.items)
    if count == 1:
        _check_gap(source, parent.items[0].end, parent.end - 1)
        return [(parent.start + 1, parent.end - 1, "")]
    begin, end = _begin(parent, index), parent.items[index].end
    if index + 1 < count:
        following = _begin(parent, index + 1)
        _check_gap(source, end, following, commas=1)
        return [(begin, following, "")]
    before = parent.items[index - 1].end
    _check_gap(source, before, begin, commas=1)
    _check_gap(source, end, parent.end - 1)
    return [(before, end, "")]


def _entry(source: Source, key: str | None, value: Json, indent: str, *, is_spread: bool) -> str:
    shown = _shown(source, value, indent, is_spread=is_spread)
    if key is None:
        return shown
    return f"{json_value(key) if source.is_json else yaml_value(key)}: {shown}"


def _shown(source: Source, value: Json, indent: str, *, is_spread: bool) -> str:
    """On one line, or over several in JSON that is written so."""
    if not source.is_json:
        return yaml_value(value)
    if not is_spread:
        return json_value(value)
    return json_value(value, _unit(source)).replace("\n", f"{source.newline}{indent}")


def _first_entry(source: Source, parent: Node, entry: str, indent: str) -> Splice:
    begin, end = parent.start + 1, parent.end - 1
    if "#" in source.text[begin:end]:
        raise Unreadable("a comment stands in the empty brackets; take it out first")
    if not _is_spread(source, parent):
        return (begin, end, entry)
    unit = _unit(source)
    lines = entry.replace("\n", f"\n{unit}")
    return (begin, end, f"{source.newline}{indent}{unit}{lines}{source.newline}{indent}")


def _is_spread(source: Source, parent: Node) -> bool:
    """Whether each entry has a line of its own; of empty brackets, whether the rest of a JSON file is so."""
    if parent.items:
        return "\n" in source.text[parent.start : _begin(parent, 0)]
    return source.is_json and _unit(source) != ""


def _unit(source: Source) -> str:
    """By how much JSON's first level stands in; "" where it is all on one line, two spaces where nothing is in it."""
    root = source.root
    if not root.items:
        return "  "
    return source.indent_of(_begin(root, 0)) if "\n" in source.text[root.start : _begin(root, 0)] else ""


def _between(source: Source, parent: Node) -> str:
    """What stands after the comma between two entries; where there is one entry only, what stands before it."""
    if len(parent.items) > 1:
        gap = source.text[parent.items[-2].end : _begin(parent, len(parent.items) - 1)]
        return gap.partition(",")[2] if "#" not in gap else source.newline + source.indent_of(_begin(parent, 0))
    before = source.text[parent.start + 1 : _begin(parent, 0)]
    return before if "\n" in before and "#" not in before else " "


def _begin(parent: Node, index: int) -> int:
    return (parent.keys if parent.kind is Kind.MAPPING else parent.items)[index].start


def _check_gap(source: Source, begin: int, end: int, commas: int = 0) -> None:
    gap = source.text[begin:end]
    if "#" in gap or gap.count(",") != commas:
        raise Unreadable(
            "there are comments or a loose comma in the brackets; put each entry on a line of its own there"
        )
