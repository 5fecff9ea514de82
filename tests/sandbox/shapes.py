"""What keys a payload has, and of what types: ours and the real ones, told the same way."""

import json
from collections.abc import Iterable, Iterator

from sandbox.model import Json
from tests import real_data

REAL = real_data.REAL_DATA / "payloads"
OPAQUE = {"blocks", "attachments", "values", "root", "event_payload"}  # carried as they are, or other types' business
TYPES = {dict: "object", list: "list", str: "text", bool: "truth", int: "number", float: "number", type(None): "null"}

Shape = dict[str, set[str]]  # path -> types; a list's items are at its path with [] behind


def shape_of(*payloads: Json) -> Shape:
    """Every key of these by its path, with the types it has in them."""
    found: Shape = {}
    for payload in payloads:
        for path, kind in _walk(payload, ""):
            found.setdefault(path, set()).add(kind)
    found.pop("", None)
    return found


def real_payloads(folder: str, name: str) -> list[Json]:
    """The recorded ones of that type."""
    read = [json.loads(path.read_text("utf-8")) for path in sorted((REAL / folder).glob("*.json"))]
    return [each for each in read if type_of(each) == name]


def blanked(path: str) -> Json:
    """A real one with its values blanked and every key any was seen with; {} where there is none."""
    file = REAL / f"{path}.json"
    return dict(json.loads(file.read_text("utf-8"))) if file.exists() else {}


def type_of(payload: Json) -> str:
    if payload.get("type") == "event_callback":
        inner = payload["event"]
        return f"{inner['type']}.{inner['subtype']}" if inner.get("subtype") else str(inner["type"])
    name = str(payload.get("type", "slash_command"))
    return f"{name}.{payload.get('container', {}).get('type')}" if name == "block_actions" else name


def outermost(paths: Iterable[str]) -> set[str]:
    """Without what stands below another path of them."""
    found = set(paths)
    return {each for each in found if not any(each.startswith((f"{other}.", f"{other}[")) for other in found)}


def key_of(path: str) -> str:
    """The last name of a path."""
    return path.rsplit(".", 1)[-1].removesuffix("[]")


def wrong_types(ours: Shape, real: Shape, nullable: set[str]) -> dict[str, tuple[set[str], set[str]]]:
    """By path, our types and the real ones where ours has others; an empty list and a known null say nothing."""
    known = {path: kinds | ({"null"} if key_of(path) in nullable else set()) for path, kinds in real.items()}
    return {path: (kinds, known[path]) for path, kinds in ours.items() if path in known and not kinds <= known[path]}


def _walk(value: object, path: str) -> Iterator[tuple[str, str]]:
    yield path, TYPES[type(value)]
    if key_of(path) in OPAQUE:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _walk(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, f"{path}[]")
