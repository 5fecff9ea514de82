"""What an action would do, shown without Slack and without a Git host: a folder stands for the repository.

Changes nothing. What the real request has and this has not (its id, the asker's account) is written in capitals.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from difflib import unified_diff
from pathlib import Path

from bot.actions.inputs import Known, read_inputs
from bot.actions.lists import choices_in
from bot.actions.placeholders import fill
from bot.actions.rendering import NotPossible, Rendered, files_of, render
from bot.errors import MentorError
from knowledge import files
from knowledge.actions import Action, GitBackend, Json, Verb
from knowledge.loader import Handbook
from knowledge.problem import Problem
from knowledge.schema import did_you_mean

REQUEST, REQUESTER = "REQUEST", "REQUESTER"
NEW_FILES = (Verb.CREATE, Verb.REPLACE)


class NotRendered(MentorError):
    """What the action would do cannot be shown; each line says what is missing."""


class NoSuchAction(MentorError):
    """The handbook has no such action; `mentor actions list` names them."""


@dataclass(frozen=True)
class Preview:
    """`files` holds each changed file's new text, None where it goes; `call` what a direct backend would be given."""

    action: Action
    files: Mapping[str, str | None]
    former: Mapping[str, str | None]
    call: Json = None

    @property
    def diff(self) -> str:
        """All of it, as `git apply` takes it."""
        return "".join(_diff_of(path, self.former[path], text) for path, text in self.files.items())

    def to_json(self) -> Json:
        said = {"action": self.action.id, "mode": self.action.mode.value, "files": dict(self.files)}
        return said if self.call is None else said | {"call": self.call}


def find_action(handbook: Handbook, id_: str) -> Action:
    """Raises NoSuchAction."""
    found = handbook.action(id_)
    if found is None:
        known = [each.id for each in handbook.actions]
        fix = did_you_mean(id_, known, otherwise="`mentor actions list` names them")
        raise NoSuchAction(f'The handbook has no action "{id_}"; {fix}')
    return found


def preview(action: Action, raw: Mapping[str, str], handbook: Handbook, *, folder: Path | None, today: date) -> Preview:
    """`raw` as for `read_inputs`; `folder` is a checkout of the repository that the action changes, or None.

    Raises NotRendered with a line for each thing that is wrong or missing.
    """
    values = _values(action, raw, handbook, folder, today)
    backend = action.backend if isinstance(action.backend, GitBackend) else action.declares
    changed, former = _changed(backend, values, folder) if backend else ({}, {})
    return Preview(action, changed, former, _call(action, values))


def _values(
    action: Action, raw: Mapping[str, str], handbook: Handbook, folder: Path | None, today: date
) -> dict[str, Json]:
    people = handbook.people
    known = Known(
        today=today,
        teams=tuple(people.teams),
        choices=_choices(action, folder),
        accounts={user_id: each.account for user_id, each in people.git_accounts.items()},
        own_teams=tuple(people.teams),  # nobody in particular asks
    )
    read = read_inputs(action, raw, known)
    if read.errors:
        raise NotRendered("\n".join(f"{name}: {error}" for name, error in read.errors.items()))
    return {**read.values, "request": REQUEST, "requester": REQUESTER, "today": today.isoformat()}


def _choices(action: Action, folder: Path | None) -> dict[str, tuple[str, ...]]:
    """By the input's name, as they stand in the folder."""
    backend = action.backend if isinstance(action.backend, GitBackend) else action.declares
    found: dict[str, tuple[str, ...]] = {}
    for each in action.inputs:
        source = each.choices_from
        if source is None:
            continue
        if folder is None or backend is None or backend.repository != source.repository:
            need = f"{source.file} of {source.repository}, which says what there is to choose"
            raise NotRendered(f"{each.name}: give --repository, a folder that has {need}")
        listed = choices_in(_text(folder, source.file), source)
        if isinstance(listed, str):
            raise NotRendered(f"{each.name}: {source.file} {listed}")
        found[each.name] = listed
    return found


def _changed(
    backend: GitBackend, values: Mapping[str, Json], folder: Path | None
) -> tuple[Mapping[str, str | None], Mapping[str, str | None]]:
    """The files as they would be, and as they are; without a folder there is none yet."""
    if folder is None and any(change.verb not in NEW_FILES for change in backend.changes):
        where = f"a checkout of {backend.repository}"
        raise NotRendered(f"It changes files that are there already: give --repository, a folder that is {where}.")
    former = {path: _text(folder, path) if folder else None for path in files_of(backend, values)}
    match render(backend, values, former):
        case NotPossible(reason):
            raise NotRendered(reason)
        case Rendered(changed):
            return changed, former


def _text(folder: Path, path: str) -> str | None:
    if not (folder / path).exists() and not (folder / path).is_symlink():
        return None
    text = files.read_text(folder / path, file=path)
    if isinstance(text, Problem):
        raise NotRendered(f"{path}: {text.what}")
    return text


def _call(action: Action, values: Mapping[str, Json]) -> Json:
    """What is called and what it is given; None for a proposal."""
    if isinstance(action.backend, GitBackend):
        return None
    said = {key: value for key, value in asdict(action.backend).items() if value not in ("", None)}
    return said | {"input": fill(action.backend.input, values)}


def _diff_of(path: str, former: str | None, text: str | None) -> str:
    lines = unified_diff(
        (former or "").splitlines(keepends=True),
        (text or "").splitlines(keepends=True),
        fromfile="/dev/null" if former is None else f"a/{path}",
        tofile="/dev/null" if text is None else f"b/{path}",
    )
    marked = [line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines]
    return "".join(marked)
