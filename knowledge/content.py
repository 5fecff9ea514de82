"""What an entry writes: data with placeholders, read so that it means what its author sees.

`{name}` stands for an input's value. It is a whole leaf of the data, a part of a path's segment, or a whole key; inside
other text it is refused, so that a value can never change what stands round it. Fills nothing in: see `bot.actions`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from knowledge import strict_yaml
from knowledge.actions import Input, InputType, Json
from knowledge.patterns import Unfit, read_pattern
from knowledge.schema import Value, clip, did_you_mean
from knowledge.strict_yaml import Scalar

PLACEHOLDER = re.compile(r"\{([A-Za-z][A-Za-z0-9_-]*)\}", re.ASCII)
BUILT_INS = ("request", "requester", "today")  # the request's id, the asker's account, the day it was asked
SAFE_IN_PATHS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@+-"
PART = re.compile(r"(?!.*\.(?:\.|$))[A-Za-z0-9_@+][A-Za-z0-9._@+-]*", re.ASCII)  # a value that may stand in a path
SEGMENT = re.compile(r"(?!-|\.[gG][iI][tT]$|\.{1,2}$)[A-Za-z0-9._@+{}-]+", re.ASCII)
LONGEST_PATH = 200
SUFFIXES = (".yaml", ".yml", ".json")
DOTTED = re.compile(r'(?:"[^"]+"|[^."]+)(?:\.(?:"[^"]+"|[^."]+))*')
DOTTED_KEY = re.compile(r'"([^"]+)"|([^."]+)')  # a key with dots in it stands in double quotes
INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,17})", re.ASCII)
DECIMAL = re.compile(r"-?(?:0|[1-9]\d{0,14})\.\d{1,14}", re.ASCII)
# What one YAML reader takes for a number, a truth or nothing, and another for a text.
AMBIGUOUS = re.compile(
    r"(?i:y|n|yes|no|on|off|true|false|null)|[-+]?(?:\d[\d_]*|0[xob][\da-f_]+|\d[\d_]*(?::[0-5]?\d)+)(?:\.[\d_]*)?"
    r"|[-+]?(?:\d[\d_]*(?:\.[\d_]*)?|\.[\d_]+)(?:e[-+]?\d+)?|[-+]?\.(?:inf|nan)",
    re.ASCII | re.IGNORECASE,
)


@dataclass
class Names:
    """The inputs of an entry by name, and which of them are used somewhere. `teams` None: people.yaml is not known."""

    inputs: Mapping[str, Input]
    teams: tuple[str, ...] | None = None
    used: set[str] = field(default_factory=set)

    def known(self, value: Value, name: str) -> bool:
        """Whether the placeholder stands for something; noted when not."""
        if name in self.inputs or name in BUILT_INS:
            self.used.add(name)
            return True
        names = [*self.inputs, *BUILT_INS]
        value.wrong(f'"{{{name}}}" names no input', did_you_mean(name, names, otherwise=f"known: {', '.join(names)}"))
        return False

    def must_be_given(self, value: Value, name: str) -> None:
        """Notes an input that may be left empty where something must stand."""
        if name in self.inputs and not self.inputs[name].is_required:
            fix = "take out `optional` there; give it a `default` if one value is usual"
            value.wrong(f'"{{{name}}}" stands where it cannot be left out, but the input is optional', fix)


def read_content(value: Value, names: Names) -> Json:
    """The data as JSON knows it; a text `{name}` is left as it stands."""
    node = value.node
    if isinstance(node, Scalar):
        return _leaf(value, node, names)
    if isinstance(node, strict_yaml.Sequence):
        return [read_content(item, names) for item in value.items()]
    if len(node.entries) == 1 and isinstance(empty := node.entries[0].value, Scalar) and empty.is_empty:
        key = node.entries[0].key
        if key in names.inputs or key in BUILT_INS:
            value.wrong(f"{{{key}}} without quotes is a mapping, not a placeholder", f'write "{{{key}}}" in quotes')
            return None
    return {key: read_content(below, names) for key, below in value.named().items() if _is_plain_key(below, key)}


def read_leaf_text(value: Value, names: Names) -> str | None:
    """A text, or `{name}` alone."""
    text = value.text()
    if text is None or not _placeholders(value, text, names, is_whole=PLACEHOLDER.fullmatch(text) is not None):
        return None
    return text


def read_path(value: Value, names: Names) -> str | None:
    """A file in a repository; `{name}` may stand within a segment. None, noted, when it could lead elsewhere."""
    text = value.text(at_most=LONGEST_PATH)
    if text is None:
        return None
    fix = "write it like teams/{team}/buckets/{bucket}.yaml: letters, digits and ._@+-, no `..`, no `-` first"
    if not all(SEGMENT.fullmatch(part) for part in text.split("/")) or re.search(r"[{}]", PLACEHOLDER.sub("", text)):
        value.wrong(f'"{clip(text)}" is no file in a repository', fix)
        return None
    is_known = [_fits_path(value, name, names) for name in PLACEHOLDER.findall(text)]
    return text if all(is_known) else None


def read_keys(value: Value, names: Names) -> tuple[str, ...] | None:
    """Keys that lead to a place in a file, written with dots; `{name}` may stand for a whole one."""
    text = value.text(at_most=LONGEST_PATH)
    return None if text is None else keys_of(value, text, names)


def keys_of(value: Value, text: str, names: Names) -> tuple[str, ...] | None:
    """Like `read_keys`, for what stands as a key itself."""
    keys = split_keys(text)
    if not DOTTED.fullmatch(text) or any(key != key.strip() for key in keys):
        fix = "write keys with single dots between, such as spec.replicas; one with dots in it stands in double quotes"
        value.wrong(f'"{clip(text)}" is no way into a file', fix)
        return None
    are_keys = [_is_key(value, key, names) for key in keys]
    return keys if all(are_keys) else None


def split_keys(dotted: str) -> tuple[str, ...]:
    """`spec.size` as its keys; one that holds a dot is written `metadata."example.com/owner"`."""
    return tuple(quoted or plain for quoted, plain in DOTTED_KEY.findall(dotted))


def read_key(value: Value, names: Names) -> str | None:
    """One key, or `{name}`; dots in it are its own."""
    text = value.text(at_most=LONGEST_PATH)
    return text if text is not None and _is_key(value, text, names) else None


def unsafe_in_path(input_: Input, teams: tuple[str, ...] | None) -> str:
    """Why the input's values may not stand in a file's path; "" when they may."""
    match input_.type:
        case InputType.TEXT:
            return _unsafe_text(input_)
        case InputType.CHOICE if input_.choices_from:
            return "its choices are not known beforehand"
        case InputType.CHOICE:
            return _unsafe_words(input_.choices, "a choice")
        case InputType.TEAM:
            return _unsafe_words(teams or (), "a team")
        case InputType.NUMBER if not input_.is_whole or input_.least is None or input_.least < 0:
            return 'it may be a fraction or begin with "-"; let it be whole, and give it `least: 0` or more'
        case InputType.PERSON:
            return "an account may hold any sign"
    return ""


def _unsafe_text(input_: Input) -> str:
    fix = "; a pattern such as [a-z0-9][a-z0-9-]* keeps it in its place"
    if not input_.pattern:
        return f"it has no pattern{fix}"
    try:
        pattern = read_pattern(input_.pattern, longest=input_.longest)
    except Unfit:
        return ""  # said where the pattern stands
    if pattern.may_be_empty:
        return f"its pattern lets it be empty{fix}"
    if pattern.holds_other_than(SAFE_IN_PATHS):
        return f"its pattern lets it hold more than letters, digits and ._@+-{fix}"
    if pattern.begins_with("-.") or pattern.ends_with("."):
        return f'its pattern lets it begin with "-" or ".", or end with "."{fix}'
    return f'its pattern lets it hold ".."{fix}' if pattern.has_two_dots else ""


def _unsafe_words(words: tuple[str, ...], kind: str) -> str:
    odd = next((word for word in words if not PART.fullmatch(word)), None)
    return "" if odd is None else f'"{clip(odd)}" is {kind} of it, and may not stand in a path'


def _fits_path(value: Value, name: str, names: Names) -> bool:
    if not names.known(value, name):
        return False
    names.must_be_given(value, name)
    if name == "requester":
        value.wrong('"{requester}" may not stand in a path', "use {request}, which is new each time")
    if name in names.inputs and (why := unsafe_in_path(names.inputs[name], names.teams)):
        value.wrong(f'"{{{name}}}" may not stand in a path: {why}', "tighten the input, or take it out of the path")
    return True


def _is_key(value: Value, key: str, names: Names) -> bool:
    found = PLACEHOLDER.fullmatch(key)
    if not _placeholders(value, key, names, is_whole=found is not None):
        return False
    if found is None:
        return True
    names.must_be_given(value, found[1])
    if found[1] in names.inputs and names.inputs[found[1]].type in (InputType.NUMBER, InputType.YES_NO):
        value.wrong(f'"{key}" is a {names.inputs[found[1]].type} and cannot be a key', "use a choice or a text")
    return True


def _placeholders(value: Value, text: str, names: Names, *, is_whole: bool) -> bool:
    found = PLACEHOLDER.findall(text)
    if found and not is_whole:
        fix = "let it stand alone; what is made of several parts is put together by whoever reads the file"
        value.wrong(f'"{{{found[0]}}}" stands inside a longer text', fix)
        return False
    are_known = [names.known(value, name) for name in found]
    return all(are_known)


def _is_plain_key(value: Value, key: str) -> bool:
    if PLACEHOLDER.search(key):
        fix = "write the key out; to add an entry under a key from a form, use `add` with `key`"
        value.wrong(f'"{clip(key)}" is a key, where no placeholder can stand', fix)
        return False
    return True


def _leaf(value: Value, node: Scalar, names: Names) -> Json:
    if node.is_empty:
        return None
    text = node.text
    if not node.plain:
        _placeholders(value, text, names, is_whole=PLACEHOLDER.fullmatch(text) is not None)
        return text
    if text in ("true", "false"):
        return text == "true"
    if INTEGER.fullmatch(text):
        return int(text)
    if DECIMAL.fullmatch(text):
        return float(text)
    if AMBIGUOUS.fullmatch(text):
        fix = f'write true or false, a plain number such as 12 or 0.5, or "{clip(text)}" in quotes'
        value.wrong(f"{clip(text)} means one thing to one reader and another to the next", fix)
    _placeholders(value, text, names, is_whole=False)
    return text
