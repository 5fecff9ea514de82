"""A change to one file's text, by the verbs of the catalogue; comments and layout are kept. Pure.

Refuses whatever cannot be changed without doubt, and reads back what it wrote: to readers that know nothing of how it
was written, the file must say what it said before, but for the one value that was to change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.actions.edits import in_brackets, in_lines
from bot.actions.edits.nodes import Kind, Node
from bot.actions.edits.reading_back import Reader, Unreadable, is_same, readers_of
from bot.actions.edits.source import Source, Splice
from bot.actions.edits.writing import json_file, yaml_file
from bot.git.proposals import MAX_FILE_BYTES
from knowledge.actions import Json, Verb


@dataclass(frozen=True)
class Edit:
    """A change of the catalogue with its values in it. `sets` are SET's ways and their new values."""

    verb: Verb
    content: Json = None
    at: tuple[str, ...] = ()
    key: str = ""
    where: Mapping[str, Json] = field(default_factory=dict)
    sets: tuple[tuple[tuple[str, ...], Json], ...] = ()


class Impossible(Exception):
    """The file cannot be changed so; the text says why, in a sentence or two for people."""


@dataclass(frozen=True)
class _Step:
    """One value put in, replaced or taken out. `way` leads, by indexes, to the value, or to what it is put into."""

    way: tuple[int, ...]
    splices: list[Splice]
    is_put: bool = False
    is_taken: bool = False
    key: str | None = None  # of a mapping, when put in
    value: Json = None


@dataclass(frozen=True)
class _Found:
    """A node, and the way to it: each collection from the root on, with the index in it."""

    node: Node
    way: tuple[tuple[Node, int], ...] = ()

    @property
    def indexes(self) -> tuple[int, ...]:
        return tuple(index for _, index in self.way)

    def below(self, index: int) -> "_Found":
        return _Found(self.node.items[index], (*self.way, (self.node, index)))


def changed(path: str, former: str | None, edit: Edit) -> str | None:
    """The file's new text; None when it is deleted. `former` is None where there is no file."""
    if edit.verb is Verb.CREATE and former is not None:
        raise Impossible(f"{path} is there already. Choose another name, or change what is there.")
    if edit.verb in (Verb.CREATE, Verb.REPLACE):
        return _whole(path, edit.content)
    if former is None:
        raise Impossible(f"There is no file {path}, so there is nothing to change in it.")
    if edit.verb is Verb.DELETE:
        return None
    if len(former.encode()) > MAX_FILE_BYTES:
        raise Impossible(f"{path} is larger than 1 MiB; change it by hand.")
    try:
        return _checked_size(path, _edited(path, former, edit))
    except Unreadable as problem:
        raise Impossible(f"{path} cannot be changed here: {problem}.") from None


def _whole(path: str, content: Json) -> str:
    if not isinstance(content, dict | list):
        raise Impossible(f"Nothing is given to write into {path}.")
    readers = readers_of(path)
    if not readers:
        raise Impossible(f"{path} is neither YAML nor JSON; only files ending in .yaml, .yml or .json are written.")
    try:
        text = json_file(content) if path.endswith(".json") else yaml_file(content)
        is_right = all(is_same(reader(text), content) for reader in readers)
    except (Unreadable, ValueError, RecursionError):
        is_right = False
    if not is_right:
        raise Impossible(f"{path} cannot be written so that every reader of it finds what was typed.")
    return _checked_size(path, text)


def _checked_size(path: str, text: str) -> str:
    if len(text.encode()) > MAX_FILE_BYTES:
        raise Impossible(f"{path} would be larger than 1 MiB.")
    return text


def _edited(path: str, text: str, edit: Edit) -> str:
    if not readers_of(path):
        raise Impossible(f"{path} is neither YAML nor JSON; only files ending in .yaml, .yml or .json are changed.")
    if edit.verb is not Verb.SET:
        source = Source(path, text)
        return _applied(source, _added(source, edit) if edit.verb is Verb.ADD else _removed(source, edit))
    if not edit.sets:
        raise Impossible(f"Nothing is given to set in {path}.")
    for way, value in edit.sets:
        source = Source(path, text)
        step = _set(source, way, value)
        text = _applied(source, step) if step else text
    return text


def _set(source: Source, way: Sequence[str], value: Json) -> _Step | None:
    """None when it says so already."""
    if not way:
        raise Impossible(f"It is not said what is to be set in {source.path}.")
    holder = _found(source, way[:-1])
    if holder.node.kind is Kind.SCALAR:
        raise Impossible(f"{_named(source, way[:-1])} holds no keys, so {way[-1]} cannot be set there.")
    index = holder.node.index_of(way[-1])
    if index is None:
        if holder.node.kind is Kind.LIST:
            raise Impossible(f"{_named(source, way[:-1])} is a list without an item {way[-1]}.")
        return _put(source, holder, way[-1], value)
    place = holder.below(index)
    _check_plain(source, place.node)
    if all(is_same(_at(reader(source.text), place.indexes), value) for reader in readers_of(source.path)):
        return None
    return _Step(place.indexes, _instead(source, place, value), value=value)


def _added(source: Source, edit: Edit) -> _Step:
    if edit.content is None:
        raise Impossible(f"Nothing is given to add to {source.path}.")
    target = _found(source, edit.at)
    where = _named(source, edit.at)
    if target.node.kind is Kind.SCALAR:
        raise Impossible(f"{where} is no list and no mapping. Write [] or {{}} there first.")
    if target.node.kind is Kind.MAPPING:
        if not edit.key:
            raise Impossible(f"{where} is a mapping, and no key is given for the new entry.")
        if target.node.index_of(edit.key) is not None:
            raise Impossible(f"{where} has {edit.key} already.")
        return _put(source, target, edit.key, edit.content)
    _check_items(source, target.node)
    if edit.key and (not isinstance(edit.content, dict) or edit.key not in edit.content):
        raise Impossible(f"The new entry of {where} has no {edit.key}.")
    if any(_is_that(item, edit) for item in target.node.items):
        name = f"one with {edit.key} {_text_of(edit.content[edit.key])}" if edit.key else "this entry"
        raise Impossible(f"{where} has {name} already.")
    return _put(source, target, None, edit.content)


def _removed(source: Source, edit: Edit) -> _Step:
    target = _found(source, edit.at)
    where = _named(source, edit.at)
    if target.node.kind is Kind.SCALAR:
        raise Impossible(f"{where} is no list and no mapping, so nothing can be removed from it.")
    if target.node.kind is Kind.MAPPING:
        matches = [index for index in [target.node.index_of(edit.key)] if index is not None]
    else:
        if not edit.where and edit.content is None:
            raise Impossible(f"It is not said which entry of {where} is to be removed.")
        _check_items(source, target.node)
        matches = [index for index, item in enumerate(target.node.items) if _matches(item, edit)]
    if not matches:
        raise Impossible(f"{where} has no such entry, so there is nothing to remove.")
    if len(matches) > 1:
        raise Impossible(f"{where} has {len(matches)} such entries; it is not clear which one is meant.")
    place = target.below(matches[0])
    _check_plain(source, place.node)
    if len(target.node.items) == 1 and not target.node.is_flow:
        empty: Json = {} if target.node.kind is Kind.MAPPING else []
        return _Step(target.indexes, _instead(source, target, empty), value=empty)
    remove = in_brackets.entry_removed if target.node.is_flow else in_lines.entry_removed
    return _Step(place.indexes, remove(source, target.node, matches[0]), is_taken=True)


def _found(source: Source, way: Sequence[str]) -> _Found:
    """What stands at the keys. Impossible when it is not there, or not to be touched."""
    found = _Found(source.root)
    if found.node.kind is Kind.SCALAR:
        raise Impossible(f"{source.path} holds no keys and no list.")
    _check_plain(source, found.node)
    for depth, key in enumerate(way):
        index = found.node.index_of(key)
        if index is None:
            raise Impossible(f"{_named(source, way[:depth])} has no {key}.")
        found = found.below(index)
        _check_plain(source, found.node)
    return found


def _check_plain(source: Source, node: Node) -> None:
    if node.odd:
        line = source.text.count("\n", 0, node.start) + 1
        raise Impossible(
            f"{source.path} has {node.odd} at line {line}, so that a change there could mean more than it says. "
            "Change it by hand, or write the value out."
        )


def _check_items(source: Source, items: Node) -> None:
    """What an alias or a merged entry says cannot be compared."""
    for item in items.items:
        _check_plain(source, item)


def _put(source: Source, target: _Found, key: str | None, value: Json) -> _Step:
    """The value as the last entry; empty brackets in a file of lines are written out."""
    node = target.node
    is_among_lines = not source.is_json and not any(parent.is_flow for parent, _ in target.way)
    if not node.items and is_among_lines:
        whole: Json = [value] if key is None else {key: value}
        return _Step(target.indexes, _instead(source, target, whole), value=whole)
    add = in_brackets.entry_added if node.is_flow else in_lines.entry_added
    return _Step(target.indexes, add(source, node, key, value), is_put=True, key=key, value=value)


def _instead(source: Source, place: _Found, value: Json) -> list[Splice]:
    if not place.way:
        return (in_brackets.root_instead if source.is_json else in_lines.root_instead)(source, value)
    parent, index = place.way[-1]
    instead = in_brackets.value_instead if parent.is_flow else in_lines.value_instead
    return instead(source, parent, index, value)


def _matches(item: Node, edit: Edit) -> bool:
    """Whether it is the item that is to be removed."""
    if not edit.where:
        return _says(item, edit.content)
    found = [(item.index_of(name) if item.kind is Kind.MAPPING else None, value) for name, value in edit.where.items()]
    return all(index is not None and _says(item.items[index], value) for index, value in found)


def _is_that(item: Node, edit: Edit) -> bool:
    """Whether it is what is to be added."""
    if not edit.key:
        return _says(item, edit.content)
    index = item.index_of(edit.key) if item.kind is Kind.MAPPING else None
    return index is not None and _says(item.items[index], edit.content[edit.key])


def _says(node: Node, value: Json) -> bool:
    """Whether a reader of the file takes it for the same, however it is quoted."""
    if isinstance(value, dict):
        indexes = [(node.index_of(key), below) for key, below in value.items()] if node.kind is Kind.MAPPING else []
        is_whole = node.kind is Kind.MAPPING and len(node.items) == len(value)
        return is_whole and all(index is not None and _says(node.items[index], below) for index, below in indexes)
    if isinstance(value, list):
        is_whole = node.kind is Kind.LIST and len(node.items) == len(value)
        return is_whole and all(map(_says, node.items, value))
    return node.kind is Kind.SCALAR and not node.odd and node.text == _text_of(value)


def _text_of(value: Json) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else "null" if value is None else str(value)


def _named(source: Source, way: Sequence[str]) -> str:
    return f"{'.'.join(way)} in {source.path}" if way else source.path


def _applied(source: Source, step: _Step) -> str:
    """The new text, once every reader finds what is expected in it. Impossible when one does not."""
    text = source.spliced(step.splices)
    try:
        is_right = all(
            is_same(reader(text), _expected(reader, source.text, step)) for reader in readers_of(source.path)
        )
    except (Unreadable, IndexError):
        is_right = False
    if not is_right:
        raise Impossible(
            f"{source.path} is written in a way in which it cannot be changed without doubt. Change it by hand."
        )
    return text


def _expected(reader: Reader, text: str, step: _Step) -> Json:
    return _stepped(reader(text), step.way, step)


def _stepped(tree: Json, way: tuple[int, ...], step: _Step) -> Json:
    """A copy of the tree with the one value put in, replaced or taken out."""
    if not way:
        if not step.is_put:
            return step.value
        return [*tree, step.value] if step.key is None else {**tree, step.key: step.value}
    index, rest = way[0], way[1:]
    is_out = step.is_taken and not rest
    if isinstance(tree, list):
        instead = [] if is_out else [_stepped(tree[index], rest, step)]
        return [*tree[:index], *instead, *tree[index + 1 :]]
    key = list(tree)[index]
    if is_out:
        return {each: value for each, value in tree.items() if each != key}
    return {each: _stepped(value, rest, step) if each == key else value for each, value in tree.items()}


def _at(tree: Json, indexes: tuple[int, ...]) -> Json:
    for index in indexes:
        tree = tree[index] if isinstance(tree, list) else list(tree.values())[index]
    return tree
