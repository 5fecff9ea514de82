"""What a file says, by two readers of YAML that know nothing of each other, or by the one of JSON. Pure.

By these every change is checked after it was written. One reads YAML 1.1, where `no` is false and 012 is ten, the other
1.2, where they are not; controllers use either.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import YAMLError

from knowledge.actions import Json

_UNREADABLE = (yaml.YAMLError, YAMLError, ValueError, TypeError, ArithmeticError, RecursionError, AttributeError)

Reader = Callable[[str], Json]


class Unreadable(Exception):
    """Its text says why, as the end of a sentence."""


@dataclass(frozen=True)
class Tagged:
    """What a tag of somebody's own stands before; only compared."""

    tag: str
    text: str


def readers_of(path: str) -> Sequence[Reader]:
    """Those that must all agree on a file of this name; none for what we do not write."""
    if path.endswith((".yaml", ".yml")):
        return (read_yaml_1_1, read_yaml_1_2)
    return (read_json,) if path.endswith(".json") else ()


def read_yaml_1_1(text: str) -> Json:
    return _guarded(lambda: yaml.load(text, _Loader))  # noqa: S506 (a safe loader, which makes texts of foreign tags)


def read_yaml_1_2(text: str) -> Json:
    reader = YAML(typ="safe", pure=True)
    reader.Constructor = _Constructor
    return _guarded(lambda: reader.load(text))


def read_json(text: str) -> Json:
    return _guarded(lambda: json.loads(text, object_pairs_hook=_pairs, parse_constant=_no_constant))


def is_same(one: Json, other: Json) -> bool:
    """Whether the trees are equal, of the same types, and their keys in the same order."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return len(one) == len(other) and all(
            is_same(key, other_key) and is_same(one[key], other[other_key])
            for key, other_key in zip(one, other, strict=True)
        )
    if isinstance(one, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return bool(one == other) or (isinstance(one, float) and isnan(one) and isnan(other))


def _guarded(read: Callable[[], Json]) -> Json:
    try:
        return read()
    except _UNREADABLE as error:
        raise Unreadable(" ".join(str(error).split())[:120]) from None


def _pairs(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f'"{next(key for key in keys if keys.count(key) > 1)[:40]}" stands twice')
    return found


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is no JSON")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe, and it takes a tag of somebody's own for a text."""


def _tagged(_: Any, suffix: str, node: yaml.Node) -> Tagged:
    return Tagged(suffix, yaml.serialize(node))


_Loader.add_multi_constructor("!", _tagged)


class _Constructor(SafeConstructor):
    """The same for the other reader."""


def _tagged_too(_: Any, suffix: str, node: Any) -> Tagged:
    return Tagged(suffix, repr(_plain(node)))


def _plain(node: Any) -> Json:
    if isinstance(node.value, str):
        return (node.tag, node.value)
    return [tuple(map(_plain, each)) if isinstance(each, tuple) else _plain(each) for each in node.value]


_Constructor.add_multi_constructor("!", _tagged_too)
