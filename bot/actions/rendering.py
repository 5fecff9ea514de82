"""The very change in Git that an entry makes of a person's inputs: the files as they will be, and as people see it.

Pure: files come in as they stand, and go out as they will. `values` are what `bot.actions.inputs` read, and the
built-in ones (`request`, `requester`, `today`), which the caller gives. How a file is edited is in
`bot.actions.edits.editing`.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from bot.actions.edits.editing import Edit, Impossible, changed
from bot.actions.placeholders import fill
from bot.actions.segments import key_of, path_of
from bot.actions.shown import diff
from bot.errors import GitFailed
from bot.git.proposals import blob_id
from knowledge.actions import Change, GitBackend, Json, Verb
from knowledge.content import split_keys

NOTHING_CHANGES = "Nothing would change: it stands in Git like this already."


@dataclass(frozen=True)
class Rendered:
    """`files` holds each changed file's whole new text, None where it is deleted; `shown` is the difference."""

    files: Mapping[str, str | None]
    shown: str


@dataclass(frozen=True)
class NotPossible:
    """The change cannot be made as things stand; `reason` is a sentence or two for people, with what to do."""

    reason: str


def files_of(backend: GitBackend, values: Mapping[str, Json]) -> tuple[str, ...]:
    """The paths that the change reads and writes, each once; of those that cannot be, `render` says why."""
    paths: dict[str, None] = {}
    for change in backend.changes:
        try:
            paths[path_of(change.file, values)] = None
        except GitFailed:
            continue
    return tuple(paths)


def render(
    backend: GitBackend, values: Mapping[str, Json], current: Mapping[str, str | None]
) -> Rendered | NotPossible:
    """`current` holds the text of each path of `files_of`, None where there is no such file."""
    files: dict[str, str | None] = {}
    try:
        for change in backend.changes:
            path = path_of(change.file, values)
            former = files[path] if path in files else current[path]
            files[path] = changed(path, former, _filled(change, values))
    except (GitFailed, Impossible) as refused:
        return NotPossible(str(refused))
    files = {path: text for path, text in files.items() if text != current[path]}
    if not files:
        return NotPossible(NOTHING_CHANGES)
    return Rendered(files, diff(current, files))


def blobs_of(current: Mapping[str, str | None]) -> Mapping[str, str | None]:
    """Git's id of each file's text, None where there is no file: by it a change of what was looked at is seen."""
    return {path: None if text is None else blob_id(text, like="") for path, text in current.items()}


def snapshot_digest(entry: Json, values: Mapping[str, Json], shown: str, blobs: Mapping[str, str | None]) -> str:
    """What approvals are bound to: the same for the same entry, values, difference and files, whatever their order."""
    snapshot = {"entry": entry, "values": dict(values), "shown": shown, "blobs": dict(blobs)}
    text = json.dumps(snapshot, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _filled(change: Change, values: Mapping[str, Json]) -> Edit:
    """The change with its values. GitFailed when one of them may not become a key."""
    content = fill(change.content, values)
    is_set = change.verb is Verb.SET and isinstance(content, Mapping)
    sets = tuple(
        (tuple(key_of(key, values) for key in split_keys(dotted)), value)
        for dotted, value in (content.items() if is_set else ())
    )
    return Edit(
        verb=change.verb,
        content=content,
        at=tuple(key_of(key, values) for key in change.at),
        key=key_of(change.key, values) if change.key else "",
        where=_where(change, values),
        sets=sets,
    )


def _where(change: Change, values: Mapping[str, Json]) -> Mapping[str, Json]:
    """Whole, or GitFailed: with a part of it left out, another entry could be meant."""
    where: Mapping[str, Json] = fill(change.where, values)
    if missing := change.where.keys() - where.keys():
        raise GitFailed(f"{', '.join(sorted(missing))} is left empty, and says which entry is meant; fill it in.")
    return where
