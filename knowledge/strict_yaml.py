"""Reads YAML into a tree that knows its lines, refusing whatever a reader of the file could misread.

Refused before any object is built: tags, anchors and aliases, duplicate keys, a second document, tabs, and files
too large or too deep. Scalars stay as written (`no` is "no", `012345670123` keeps its zero): their types are given
by `knowledge.schema`. Reads no files and raises nothing for bad content.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from knowledge.problem import Problem

MAX_BYTES = 1024 * 1024  # a hundred times the largest handbook file we have seen
MAX_DEPTH = 32
MAX_NODES = 100_000
MAX_PROBLEMS = 50  # more says nothing new about one file

# A copy of the parser without libyaml is several times slower, and otherwise the same.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Nearly every node needs one of these beside it, so most bombs are seen without parsing.
NODE_MARKS = (",", "\n", ":", "[", "{", "? ", "- -")
UNREADABLE = re.compile("[^\n -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
DIRECTIVE = re.compile("^%", re.MULTILINE)  # a long list of them takes libyaml minutes
TOO_MANY = ("the file holds more than 100,000 values", "split it, or take out what does not belong here")
PARSER_WORDS = (
    ("mapping values are not allowed", "a colon stands where no key can be", 'put quotes round a text with ": " in it'),
    ("expected key", "this line is not of the form `key: value`", "check the colon and the indentation here"),
    ("expected ':'", "this line is not of the form `key: value`", "write a colon and a space after the key"),
    ("cannot start any token", "a text cannot begin with this character", "put quotes round the text"),
    ("expected ',' or", "a list or mapping in brackets is not closed", "close the bracket, or add the comma"),
    ("end of stream", "a quoted text is not closed", "add the closing quote"),
    ("sequence entries are not allowed", "a list begins where none can be", "begin it on a line of its own"),
    ("expected '-' indicator", "a list is broken off", "indent every `-` of the list alike"),
    ("escape character", "a backslash in double quotes means nothing", "use single quotes"),
)


@dataclass(frozen=True, slots=True)
class Scalar:
    """`text` as written; `plain` when it stood without quotes."""

    text: str
    line: int
    plain: bool = True

    @property
    def is_empty(self) -> bool:
        return self.plain and self.text in {"", "~", "null", "Null", "NULL"}


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple["Node", ...]
    line: int


@dataclass(frozen=True, slots=True)
class Entry:
    key: str
    line: int
    value: "Node"


@dataclass(frozen=True, slots=True)
class Mapping:
    """Each key once; of duplicates the first."""

    entries: tuple[Entry, ...]
    line: int


Node: TypeAlias = Scalar | Sequence | Mapping


@dataclass(frozen=True)
class Document:
    """`root` is None when the text could not be read to its end; an empty text is an empty mapping."""

    root: Node | None
    problems: tuple[Problem, ...] = ()


class _Stop(Exception):
    """Reading further makes no sense; the problem is noted."""


def read(text: str, *, file: str, first_line: int = 1) -> Document:
    """The tree of the text and everything wrong with it; `first_line` is where the text begins in its file."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if unreadable := _unreadable(text):
        line, what, fix = unreadable
        return Document(None, (Problem(file, line + first_line - 1, "", what, fix),))
    composer = _Composer(file=file, first_line=first_line)
    try:
        root: Node | None = composer.document(yaml.parse(text, Loader=LOADER))
    except _Stop:
        root = None
    except yaml.YAMLError as error:
        line, what, fix = _in_plain_words(error)
        composer.note(min(line, text.count("\n") + 1), what, fix)
        root = None
    return Document(root, tuple(composer.problems))


def dotted(path: list[str | int]) -> str:
    """`["channels", 0, "id"]` as `channels[0].id`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _unreadable(text: str) -> tuple[int, str, str] | None:
    """Line, what and fix of the first reason not to parse the text at all."""
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        return 1, "the file is larger than 1 MiB", "split it, or take out what does not belong here"
    if odd := UNREADABLE.search(text):
        line = text.count("\n", 0, odd.start()) + 1
        if odd.group() == "\t":
            return line, "there is a tab", "use spaces; inside a text, write \\t in double quotes"
        return line, f"there is an unprintable character (U+{ord(odd.group()):04X})", "delete it, or save as UTF-8 text"
    if directive := DIRECTIVE.search(text):
        return text.count("\n", 0, directive.start()) + 1, "a line begins with %", "leave YAML directives out"
    if sum(text.count(mark) for mark in NODE_MARKS) > MAX_NODES:
        return 1, *TOO_MANY
    return None


def _in_plain_words(error: yaml.YAMLError) -> tuple[int, str, str]:
    """Line (from 1), what and fix for a complaint of the parser."""
    said = str(getattr(error, "problem", "") or error).splitlines()[0]
    mark = getattr(error, "problem_mark", None)
    if "end of stream" in said or "expected ','" in said:  # where it began helps, the end of the file does not
        mark = getattr(error, "context_mark", None) or mark
    line = mark.line + 1 if mark else 1
    for words, what, fix in PARSER_WORDS:
        if words in said:
            return line, what, fix
    return line, f"this is not YAML ({said})", "check indentation, colons and quotes near this line"


@dataclass
class _Composer:
    """Builds the tree from the parser's events, one at a time, so that a bomb stops it early."""

    file: str
    first_line: int
    problems: list[Problem] = field(default_factory=list)
    path: list[str | int] = field(default_factory=list)
    nodes: int = 0
    keys: int = 0  # that are being read, one within the other: none has a place in the path

    def note(self, line: int, what: str, fix: str) -> None:
        self.problems.append(Problem(self.file, line + self.first_line - 1, dotted(self.path), what, fix))
        if len(self.problems) >= MAX_PROBLEMS:
            raise _Stop

    def document(self, events: Iterator[yaml.Event]) -> Node:
        root: Node = Mapping((), self.first_line)
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.note(_line(event), "a second document begins", "take out the line `---`, or use a second file")
                    raise _Stop
            elif isinstance(event, yaml.NodeEvent):
                root = self.node(event, events)
        return Mapping((), root.line) if isinstance(root, Scalar) and root.is_empty else root

    def node(self, event: yaml.Event, events: Iterator[yaml.Event]) -> Node:
        line = _line(event) + self.first_line - 1
        self.refuse_excess(event)
        self.refuse_magic(event)
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, line, plain=not event.style)
        if isinstance(event, yaml.AliasEvent):
            return Scalar("", line)
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(tuple(self.items(events)), line)
        return Mapping(tuple(self.entries(events)), line)

    def items(self, events: Iterator[yaml.Event]) -> Iterator[Node]:
        for index, event in enumerate(events):
            if isinstance(event, yaml.SequenceEndEvent):
                return
            self.path.append(index)
            yield self.node(event, events)
            self.path.pop()

    def entries(self, events: Iterator[yaml.Event]) -> Iterator[Entry]:
        seen: dict[str, int] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                return
            key = self.key(event, events)
            line = _line(event) + self.first_line - 1
            self.path.append(key)
            value = self.node(next(events), events)
            if key in seen:
                self.note(_line(event), f'"{key[:40]}" stands twice, first in line {seen[key]}', "keep one of the two")
            else:
                yield Entry(key, line, value)
            self.path.pop()
            seen.setdefault(key, line)

    def key(self, event: yaml.Event, events: Iterator[yaml.Event]) -> str:
        self.keys += 1
        node = self.node(event, events)
        self.keys -= 1
        if isinstance(node, Scalar):
            return node.text
        self.note(_line(event), "a list or mapping stands where a key must be", "write the key as plain text")
        return ""

    def refuse_excess(self, event: yaml.Event) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.path.clear()
            self.note(1, *TOO_MANY)
            raise _Stop
        if isinstance(event, yaml.CollectionStartEvent) and len(self.path) + self.keys >= MAX_DEPTH:
            self.path.clear()  # it would fill the screen
            self.note(_line(event), f"values are nested more than {MAX_DEPTH} deep", "flatten them")
            raise _Stop

    def refuse_magic(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.AliasEvent):
            self.note(
                _line(event), f"there is an alias (*{str(event.anchor)[:40]})", "write the value out, or quote the text"
            )
            return
        if getattr(event, "anchor", None) is not None:
            self.note(_line(event), "there is an anchor (&)", "write the value out where it is used, or quote the text")
        if (tag := getattr(event, "tag", None)) is not None:
            self.note(_line(event), f"there is a tag ({tag[:40]})", "leave the tag out, or quote the text")


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
