"""Values as YAML and JSON text: a whole file, an entry of a list or mapping, or one value on a line. Pure.

What is written reads back as the same tree in YAML 1.1 and in 1.2: a text that either would take for something else is
quoted. Does not know what stands in a file already: see `bot.actions.edits.in_lines`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import (
    DoubleQuotedScalarString,
    LiteralScalarString,
    ScalarString,
    SingleQuotedScalarString,
)

from knowledge.actions import Json

NO_FOLDING = 1_000_000  # a width that no line reaches: folded lines are hard to compare


@dataclass(frozen=True)
class Layout:
    """How far a mapping's entries stand in, below its key, and how far a list's dashes do."""

    mapping: int = 2
    dash: int = 2


class _Representer(RoundTripRepresenter):
    """Writes nothing as `null`, and numbers without an exponent, which the two versions of YAML read differently."""


def _represent_nothing(representer: Any, _: None) -> Any:
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")


def _represent_float(representer: Any, number: float) -> Any:
    text = format(Decimal(repr(number)), "f")
    return representer.represent_scalar("tag:yaml.org,2002:float", text if "." in text else f"{text}.0")


_Representer.add_representer(type(None), _represent_nothing)
_Representer.add_representer(float, _represent_float)


def yaml_file(content: Json, layout: Layout = Layout()) -> str:
    """The content, a mapping or a list, in block style, with a newline at the end."""
    writer = YAML(typ="rt", pure=True)
    writer.Representer = _Representer
    writer.width = NO_FOLDING
    writer.indent(mapping=layout.mapping, sequence=layout.dash + 2, offset=layout.dash)
    return _dumped(writer, _prepared(content))


def yaml_value(content: Json, style: str = "") -> str:
    """The content on one line, as it may stand after a colon, after a dash or between brackets; a text in the quotes
    that `style` says, where it says any.
    """
    writer = YAML(typ="rt", pure=True)
    writer.Representer = _Representer
    writer.width = NO_FOLDING
    writer.default_flow_style = True
    line = _dumped(writer, _in_brackets({"k": _quoted(content, style)})).removesuffix("\n")
    return line.removeprefix("{k: ").removesuffix("}")


def json_file(content: Json, indent: str | int | None = 2) -> str:
    return json_value(content, indent) + "\n"


def json_value(content: Json, indent: str | int | None = None) -> str:
    """Raises ValueError for what JSON has no form for."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=indent)


def _dumped(writer: YAML, content: Json) -> str:
    stream = StringIO()
    writer.dump(content, stream)
    return stream.getvalue()


def _prepared(content: Json) -> Json:
    """With each text in the form it is to be written in; lists inside lists begin on their parent's line."""
    if isinstance(content, Mapping):
        return CommentedMap((_text(str(key), on_line=True), _prepared(below)) for key, below in content.items())
    if isinstance(content, Sequence) and not isinstance(content, str):
        return CommentedSeq(map(_prepared, content))
    return _text(content) if isinstance(content, str) else content


def _in_brackets(content: Json) -> Json:
    if isinstance(content, Mapping):
        mapping = CommentedMap((_text(str(key), on_line=True), _in_brackets(below)) for key, below in content.items())
        mapping.fa.set_flow_style()
        return mapping
    if isinstance(content, Sequence) and not isinstance(content, str):
        items = CommentedSeq(map(_in_brackets, content))
        items.fa.set_flow_style()
        return items
    return _text(content, on_line=True) if isinstance(content, str) else content


def _quoted(content: Json, style: str) -> Json:
    if not isinstance(content, str) or not content.isprintable():
        return content
    quotes: Mapping[str, type[str]] = {"'": SingleQuotedScalarString, '"': DoubleQuotedScalarString}
    return quotes.get(style, str)(content)


def _text(text: str, *, on_line: bool = False) -> str:
    if isinstance(text, ScalarString):  # quoted as its place asks
        return text
    written: str = text
    if "\n" in text and not on_line and _may_be_literal(text):
        written = LiteralScalarString(text)
    elif _is_ambiguous(text):
        written = DoubleQuotedScalarString(text)
    return written


def _may_be_literal(text: str) -> bool:
    """Whether a block of its own lines keeps it exactly, whatever its first line begins with."""
    lines = text.split("\n")
    is_plain = all(line.isprintable() and line == line.rstrip() for line in lines)
    return is_plain and not lines[0].startswith(" ") and bool(lines[0]) and text.endswith("\n") and lines[-2] != ""


def _is_ambiguous(text: str) -> bool:
    """Whether YAML 1.1 would take it for a number, a truth, a day or nothing; of 1.2 the writer knows it.

    `y` and `n` are truths to some readers, and others fall over a question mark, or
    a colon before anything else, that stands bare in brackets.
    """
    if not text or not text.isprintable() or text in {"y", "Y", "n", "N"} or "?" in text or text[0] == ":":
        return True
    resolvers = yaml.SafeLoader.yaml_implicit_resolvers
    return any(pattern.match(text) for _, pattern in resolvers.get(text[0], ()))
