"""A file's text with its tree: where its lines begin and end, and how far things stand in. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from bot.actions.edits.nodes import Kind, Node, colon_after, read_nodes
from bot.actions.edits.writing import Layout, yaml_file
from knowledge.actions import Json

Splice: TypeAlias = tuple[int, int, str]  # from, to, and what stands there instead
Way: TypeAlias = Sequence[tuple[Node, int]]  # each collection from the root on, with the index of the next in it

_INDENT = re.compile(r"[ \t]*")


@dataclass(frozen=True)
class Source:
    path: str
    text: str

    @cached_property
    def root(self) -> Node:
        """Raises Unreadable."""
        return read_nodes(self.path, self.text)

    @property
    def is_json(self) -> bool:
        return self.path.endswith(".json")

    @cached_property
    def newline(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    @cached_property
    def layout(self) -> Layout:
        """As most of the file does it; a list below a key begins two further in, unless the file says otherwise."""
        mappings: Counter[int] = Counter()
        dashes: Counter[int] = Counter()
        for parent, child in _blocks(self.root):
            (mappings if child.kind is Kind.MAPPING else dashes)[child.column - parent.column] += 1
        mapping = next((step for step, _ in mappings.most_common() if step > 0), 2)
        dash = next((step for step, _ in dashes.most_common() if step >= 0), 2)
        return Layout(mapping, dash)

    def line_start(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        """Before the line's break, or the end of the text."""
        found = self.text.find("\n", at)
        if found < 0:
            return len(self.text)
        return found - 1 if self.text[found - 1 : found] == "\r" and found - 1 >= at else found

    def line_after(self, at: int) -> int:
        found = self.text.find("\n", at)
        return len(self.text) if found < 0 else found + 1

    def indent_of(self, at: int) -> str:
        """What stands before the first thing in the line."""
        found = _INDENT.match(self.text, self.line_start(at))
        return found[0] if found else ""

    def is_first_in_line(self, at: int) -> bool:
        return not self.text[self.line_start(at) : at].strip()

    def colon_after(self, key: Node) -> int:
        return colon_after(self.text, key)

    def dash_of(self, items: Node, index: int) -> int:
        """Where the dash of the block list's item is: the last one before it in the list's column."""
        line = self.line_start(items.items[index].start)
        while self.text[line + items.column : line + items.column + 1] != "-" or line + items.column < items.start:
            if line <= items.start:
                return items.start
            line = self.line_start(line - 1)
        return line + items.column

    def begin_of(self, parent: Node, index: int) -> int:
        """Where the entry of a block collection begins: its key, or its dash."""
        return parent.keys[index].start if parent.kind is Kind.MAPPING else self.dash_of(parent, index)

    def block_lines(self, content: Json, column: int) -> str:
        """The list or mapping in block style, its entries at the column, without a newline at the end."""
        text = self._list_lines(content) if isinstance(content, list) else yaml_file(content, self.layout)
        return self._indented(text, column)

    def lines_below_key(self, content: Json, column: int) -> str:
        """The same, as what a key in the column holds."""
        step = self.layout.dash if isinstance(content, list) else self.layout.mapping
        return self.block_lines(content, column + step)

    def _indented(self, text: str, column: int) -> str:
        lines = text.removesuffix("\n").split("\n")
        return self.newline.join(" " * column + line if line else line for line in lines)

    def spliced(self, splices: Sequence[Splice]) -> str:
        text = self.text
        for begin, end, instead in sorted(splices, reverse=True):
            text = text[:begin] + instead + text[end:]
        return text

    def _list_lines(self, content: Json) -> str:
        """A list whose dashes are in the first column, and all below as far in as elsewhere in the file."""
        below = yaml_file({"list": content}, self.layout).split("\n")[1:]
        return "\n".join(line[self.layout.dash :] for line in below)


def _blocks(node: Node) -> Iterator[tuple[Node, Node]]:
    """Each block mapping with each block collection that is a value in it."""
    waiting = [node]
    while waiting:
        parent = waiting.pop()
        for child in parent.items:
            waiting.append(child)
            if parent.kind is Kind.MAPPING and child.items and not parent.is_flow and not child.is_flow:
                yield parent, child
