"""A YAML or JSON file's text as a tree that knows where each value stands in it. Pure.

Says only where things are; types are given by `bot.actions.edits.reading_back`. A file that several readers could
take for several things is not read at all: duplicate keys, a second document, directives, odd line breaks, bombs.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from json.decoder import scanstring  # type: ignore[attr-defined]  # as the module itself uses it
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from bot.actions.edits.reading_back import Unreadable, read_json

MAX_DEPTH = 64
MAX_NODES = 200_000  # with each alias as large as what it stands for

_ODD_BREAK = re.compile("\r(?!\n)|[\x85\u2028\u2029\ufeff]")
_SPACE = re.compile(r"[ \t\r\n]*")
_WORD = re.compile(r"[^\s,\]}]+")
_COLON = re.compile(r"[ \t]*:")


class Kind(StrEnum):
    SCALAR = "scalar"
    MAPPING = "mapping"
    LIST = "list"


@dataclass
class Node:
    """`text[start:end]` is the value, without comments after it. `odd` says what makes it unsafe to touch, if anything
    does. A mapping's `keys` stand beside its `items`; `column` is of its first key, or of a list's dashes.
    """

    kind: Kind
    start: int
    end: int
    column: int = 0
    is_flow: bool = False  # in brackets
    style: str = ""  # of a scalar: its quotes, | or >
    text: str = ""
    odd: str = ""
    keys: list["Node"] = field(default_factory=list)
    items: list["Node"] = field(default_factory=list)
    size: int = 1

    @property
    def is_inline(self) -> bool:
        return self.is_flow or (self.kind is Kind.SCALAR and self.style not in {"|", ">"})

    def index_of(self, key: str) -> int | None:
        """Where the mapping holds the key, or the list the item of that number."""
        if self.kind is Kind.MAPPING:
            return next((i for i, each in enumerate(self.keys) if each.kind is Kind.SCALAR and each.text == key), None)
        is_number = self.kind is Kind.LIST and re.fullmatch(r"0|[1-9][0-9]{0,5}", key)
        return int(key) if is_number and int(key) < len(self.items) else None


def read_nodes(path: str, text: str) -> Node:
    """Raises Unreadable, its text the end of a sentence, for what is no single, plain document."""
    if found := _ODD_BREAK.search(text):
        raise Unreadable(f"line {text.count(chr(10), 0, found.start()) + 1} holds U+{ord(found[0]):04X}; delete it")
    if path.endswith(".json"):
        read_json(text)  # whatever is wrong with it is found there
        return _Json(text).value(_SPACE.match(text).end(), 0)  # type: ignore[union-attr]
    return _Yaml(text).root()


def colon_after(text: str, key: Node) -> int:
    """The place behind the key's colon. Unreadable when it does not follow at once."""
    found = _COLON.match(text, key.end)
    if found is None:
        raise Unreadable(f'the key "{key.text[:40]}" is not followed by a colon')
    return found.end()


class _Yaml:
    """Builds the tree from the parser's events, so that a bomb stops it early."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.sizes: dict[str, int] = {}
        self.count = 0

    def root(self) -> Node:
        try:
            return self._document(YAML(typ="safe", pure=True).parse(self.text))
        except (YAMLError, ValueError, RecursionError) as error:
            raise Unreadable("it is not YAML: " + " ".join(str(error).split())[:100]) from None

    def _document(self, events: Iterator[Any]) -> Node:
        root, documents = None, 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise Unreadable("it holds several documents; they are not told apart")
                if event.version or event.tags:
                    raise Unreadable("it begins with a directive (%); leave it out")
            elif isinstance(event, NodeEvent):
                root = self._node(event, events, 0)
        if root is None:
            raise Unreadable("it is empty")
        return root

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        node = self._bare(event)
        if isinstance(event, CollectionStartEvent):
            if depth >= MAX_DEPTH:
                raise Unreadable(f"it is nested more than {MAX_DEPTH} deep")
            self._fill(node, events, depth)
        self._count(event, node)
        return node

    def _bare(self, event: Any) -> Node:
        mark, end = event.start_mark, event.end_mark.index
        odd = "an anchor" if event.anchor else "a tag" if getattr(event, "ctag", None) else ""
        if isinstance(event, AliasEvent):
            return Node(Kind.SCALAR, mark.index, end, odd="an alias")
        if isinstance(event, ScalarEvent):
            end = mark.index + len(self.text[mark.index : end].rstrip()) if event.style in {"|", ">"} else end
            return Node(Kind.SCALAR, mark.index, end, mark.column, style=event.style or "", text=event.value, odd=odd)
        kind = Kind.MAPPING if isinstance(event, MappingStartEvent) else Kind.LIST
        return Node(kind, mark.index, end, mark.column, is_flow=bool(event.flow_style), odd=odd)

    def _fill(self, node: Node, events: Iterator[Any], depth: int) -> None:
        for event in events:
            if isinstance(event, CollectionEndEvent):
                self._close(node, event)
                return
            if node.kind is Kind.MAPPING:
                node.keys.append(self._node(event, events, depth + 1))
                event = next(events)
            item = self._node(event, events, depth + 1)
            if item.start == item.end and not item.odd:
                self._place(node, item)
            node.items.append(item)

    def _place(self, node: Node, nothing: Node) -> None:
        """The parser sees a value that is left out where the next thing begins; it belongs behind its colon."""
        if node.kind is Kind.MAPPING:
            found = _COLON.match(self.text, node.keys[-1].end)
            nothing.start = nothing.end = found.end() if found else node.keys[-1].end

    def _close(self, node: Node, event: Any) -> None:
        node.end = event.end_mark.index if node.is_flow or not node.items else node.items[-1].end
        seen = Counter(each.text for each in node.keys if each.kind is Kind.SCALAR)
        if twice := next((key for key, times in seen.items() if times > 1), None):
            raise Unreadable(f'"{twice[:40]}" stands twice in it; keep one of the two')
        if any(each.text == "<<" and not each.style for each in node.keys):
            node.odd = node.odd or "a merge key (<<)"
        node.size += sum(each.size for each in (*node.keys, *node.items))

    def _count(self, event: Any, node: Node) -> None:
        if isinstance(event, AliasEvent):
            node.size = self.sizes.get(str(event.anchor), MAX_NODES)
        elif event.anchor:
            self.sizes[str(event.anchor)] = node.size
        self.count += 1
        if max(self.count, node.size) > MAX_NODES:
            raise Unreadable(f"it holds more than {MAX_NODES} values")


class _Json:
    """Finds its way through text that is known to be JSON."""

    def __init__(self, text: str) -> None:
        self.text = text

    def value(self, at: int, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise Unreadable(f"it is nested more than {MAX_DEPTH} deep")
        if self.text[at] == '"':
            value, end = scanstring(self.text, at + 1, True)
            return Node(Kind.SCALAR, at, end, style='"', text=value)
        if self.text[at] in "{[":
            return self._collection(at, depth)
        end = _WORD.match(self.text, at).end()  # type: ignore[union-attr]
        return Node(Kind.SCALAR, at, end, text=self.text[at:end])

    def _collection(self, at: int, depth: int) -> Node:
        is_mapping = self.text[at] == "{"
        node = Node(Kind.MAPPING if is_mapping else Kind.LIST, at, at + 1, is_flow=True)
        place = self._skip(at + 1)
        while self.text[place] not in "}]":
            if is_mapping:
                node.keys.append(self.value(place, depth + 1))
                place = self._skip(self._skip(node.keys[-1].end) + 1)
            node.items.append(self.value(place, depth + 1))
            place = self._skip(node.items[-1].end)
            place = self._skip(place + 1) if self.text[place] == "," else place
        node.end = place + 1
        return node

    def _skip(self, at: int) -> int:
        return _SPACE.match(self.text, at).end()  # type: ignore[union-attr]
