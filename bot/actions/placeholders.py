"""`{name}` in a catalogue entry: where it stands, and how a value takes its place.

There is no template engine. A placeholder fills a whole leaf of what is written, a segment of a file's path or a part
of one, or a whole key; what was filled is never looked at again, so braces in a value stay text. Does not judge values:
see `bot.actions.segments` for those that become part of a path.
"""

from collections.abc import Iterator, Mapping, Sequence

from knowledge.actions import Action, Change, GitBackend, Json, Verb
from knowledge.content import PLACEHOLDER


def name_of(text: str) -> str | None:
    """The name of the placeholder that is all of the text."""
    found = PLACEHOLDER.fullmatch(text)
    return found[1] if found else None


def names_in(text: str) -> list[str]:
    return PLACEHOLDER.findall(text)


def parts_of(text: str) -> list[tuple[str, bool]]:
    """The text cut up: pieces that stand as they are, and names of placeholders (True)."""
    pieces = PLACEHOLDER.split(text)
    return [(piece, index % 2 == 1) for index, piece in enumerate(pieces) if piece or index % 2]


def fill(content: Json, values: Mapping[str, Json]) -> Json:
    """The content with a value for each leaf that is a placeholder, of the value's own type.

    A placeholder without a value (an optional input that was left empty) takes its key or its item away; where it is
    the whole content, nothing is left: None.
    """
    if isinstance(content, Mapping):
        return {key: fill(below, values) for key, below in content.items() if _is_given(below, values)}
    if isinstance(content, Sequence) and not isinstance(content, str):
        return [fill(below, values) for below in content if _is_given(below, values)]
    name = name_of(content) if isinstance(content, str) else None
    return content if name is None else values.get(name)


def names_in_paths(action: Action) -> frozenset[str]:
    """The inputs that become part of a file's path, in the change or in what a break-glass run declares."""
    return frozenset(name for change in _changes(action) for name in names_in(change.file))


def names_in_keys(action: Action) -> frozenset[str]:
    """The inputs that become a key in a file."""
    texts = (text for change in _changes(action) for text in _keys(change))
    return frozenset(name for text in texts for name in names_in(text))


def _changes(action: Action) -> Iterator[Change]:
    for backend in (action.backend, action.declares):
        if isinstance(backend, GitBackend):
            yield from backend.changes


def _keys(change: Change) -> Iterator[str]:
    yield from change.at
    if isinstance(change.content, Mapping) and change.verb is Verb.SET:
        yield from change.content
    if change.key:
        yield change.key


def _is_given(content: Json, values: Mapping[str, Json]) -> bool:
    name = name_of(content) if isinstance(content, str) else None
    return name is None or name in values
