"""Entries of YAML's block collections, each on lines of its own: put in, replaced, taken out. Pure.

What stands in brackets, and all of JSON, is in `bot.actions.edits.in_brackets`.
"""

from bot.actions.edits.nodes import Kind, Node
from bot.actions.edits.source import Source, Splice
from bot.actions.edits.writing import yaml_value
from knowledge.actions import Json


def root_instead(source: Source, value: Json) -> list[Splice]:
    """Another list or mapping as the whole document; what stands around it stays."""
    root = source.root
    shown = source.block_lines(value, 0) if value else yaml_value(value)
    return [(root.start if root.is_flow else source.line_start(root.start), root.end, shown)]


def value_instead(source: Source, parent: Node, index: int, value: Json) -> list[Splice]:
    """The value in place of the one that the entry has."""
    node = parent.items[index]
    if parent.kind is Kind.MAPPING:
        return _below_key(source, parent, index, value)
    if node.is_inline and not _is_block(value):
        return _on_line(source, node, source.dash_of(parent, index) + 1, value)
    dash = source.dash_of(parent, index)
    if not _is_block(value):
        return [(dash + 1, node.end, f" {yaml_value(value)}")]
    return [(dash, node.end, source.block_lines([value], parent.column).lstrip())]


def entry_added(source: Source, parent: Node, key: str | None, value: Json) -> list[Splice]:
    """The value as the last entry, with an empty line before it where the entries so far are apart by one."""
    end = source.line_end(parent.end)
    gap = source.newline if _is_airy(source, parent) else ""
    lines = source.block_lines([value] if key is None else {key: value}, parent.column)
    return [(end, end, f"{gap}{source.newline}{lines}")]


def entry_removed(source: Source, parent: Node, index: int) -> list[Splice]:
    """Without the entry, which is not the only one; comments on lines of their own stay."""
    begin, end = source.begin_of(parent, index), parent.items[index].end
    if source.is_first_in_line(begin):
        if index and _ends_in_text_lines(parent.items[index - 1]):  # which end with a newline, or say something else
            return [(source.line_start(begin), source.line_after(end), "")]
        return [_whole_lines(source, begin, end)]
    following = source.begin_of(parent, index + 1)  # the first of a collection that begins on its parent's line
    if source.line_after(end) == source.line_start(following):
        return [(begin, following, "")]
    return [(len(source.text[:begin].rstrip(" ")), source.line_end(end), "")]


def _below_key(source: Source, parent: Node, index: int, value: Json) -> list[Splice]:
    node, behind = parent.items[index], source.colon_after(parent.keys[index])
    column = parent.column
    if node.is_inline and not _is_block(value):
        return _on_line(source, node, behind, value)
    if node.kind is Kind.SCALAR or node.is_flow:
        if not _is_block(value):  # it was a text on lines of its own
            return [(behind, node.end, f" {yaml_value(value)}")]
        end = source.line_end(node.end)
        lines = source.lines_below_key(value, column)
        return [(behind, node.end, ""), (end, end, f"{source.newline}{lines}")]
    first, last = source.line_start(node.start), source.line_end(node.end)
    if _is_block(value):
        return [(first, node.end, source.lines_below_key(value, column))]
    return [(behind, behind, f" {yaml_value(value)}"), _whole_lines(source, first, last)]


def _on_line(source: Source, node: Node, behind: int, value: Json) -> list[Splice]:
    """In place, quoted as it was; a value that was left out is put behind its colon or dash."""
    if node.start == node.end:
        return [(behind, behind, f" {yaml_value(value)}")]
    return [(node.start, node.end, yaml_value(value, node.style))]


def _whole_lines(source: Source, begin: int, end: int) -> Splice:
    """The lines with their breaks; of the last ones in a file without a newline at its end, the break before them."""
    first, last = source.line_start(begin), source.line_after(end)
    if last == len(source.text) and not source.text.endswith("\n"):
        return (source.line_end(first - 1 - (source.newline == "\r\n")), last, "")
    return (first, last, "")


def _ends_in_text_lines(node: Node) -> bool:
    while node.items and not node.is_flow:
        node = node.items[-1]
    return not node.is_inline


def _is_airy(source: Source, parent: Node) -> bool:
    count = len(parent.items)
    gaps = [source.text[parent.items[i].end : source.begin_of(parent, i + 1)] for i in range(count - 1)]
    return bool(gaps) and all("\n\n" in gap.replace("\r", "") for gap in gaps)


def _is_block(value: Json) -> bool:
    return isinstance(value, dict | list) and bool(value)
