"""What a step changes in `people.yaml` and `channels.yaml`: one value each, comments and layout kept. Pure.

What is written is read again by the handbook's own readers before anybody proposes it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from bot.actions.edits.editing import Edit, Impossible, changed
from bot.onboarding.rules import Step
from knowledge import strict_yaml
from knowledge.actions import Json, Verb
from knowledge.channels import FILE as CHANNELS
from knowledge.channels import read_channels
from knowledge.people import read_people
from knowledge.problem import Level, Problem
from knowledge.schema import Value

PEOPLE = "people.yaml"
READERS: Mapping[str, Callable[[Value], object]] = {PEOPLE: read_people, CHANNELS: read_channels}


@dataclass(frozen=True)
class Wanted:
    """What somebody chose in a form. `values`: `group` an id; `duty` ids with commas; `channel` an id and `name`."""

    team: str
    step: Step
    values: Mapping[str, str]


def title(wanted: Wanted) -> str:
    match wanted.step:
        case Step.GROUP:
            return f"Add the team {wanted.team}"
        case Step.DUTY:
            return f"Name the duty person of {wanted.team}"
        case _:
            return f"Watch the channel of {wanted.team}"


def files(wanted: Wanted, former: Mapping[str, str | None]) -> dict[str, str]:
    """The changed files, by path below the handbook. `former` are the two as they stand, None for none there.

    Raises Impossible, in words for the person, where one cannot be changed without doubt or says so already.
    """
    people = former.get(PEOPLE)
    match wanted.step:
        case Step.GROUP:
            found = {PEOPLE: _with_team(people, wanted.team, {"group": wanted.values["group"]})}
        case Step.DUTY:
            found = {PEOPLE: _in_team(people, wanted.team, "duty", wanted.values["duty"].split(","))}
        case _:
            found = _with_channel(people, former.get(CHANNELS), wanted)
    new = {file: text for file, text in found.items() if text != former.get(file)}
    if not new:
        raise Impossible("The handbook says that already.")
    for file, text in new.items():
        _check(file, text, former.get(file))
    return new


def by_hand(wanted: Wanted) -> str:
    """What to write where the handbook is a folder, as YAML with the files' names as comments."""
    values = wanted.values
    match wanted.step:
        case Step.GROUP:
            parts: dict[str, Any] = {PEOPLE: {"teams": {wanted.team: {"group": values["group"]}}}}
        case Step.DUTY:
            parts = {PEOPLE: {"teams": {wanted.team: {"duty": values["duty"].split(",")}}}}
        case _:
            team = {"teams": {wanted.team: {"channel": values["channel"]}}}
            parts = {PEOPLE: team, CHANNELS: {"channels": [_entry(wanted)]}}
    return "\n".join(f"# {file}\n{yaml.safe_dump(part, sort_keys=False)}" for file, part in parts.items())


def _with_team(text: str | None, team: str, content: Json) -> str:
    if text is None:
        return _edited(PEOPLE, None, Edit(Verb.CREATE, {"teams": {team: content}}))
    if not _has(text, PEOPLE, "teams"):
        return _edited(PEOPLE, text, Edit(Verb.SET, sets=((("teams",), {team: content}),)))
    return _edited(PEOPLE, text, Edit(Verb.ADD, content, at=("teams",), key=team))


def _in_team(text: str | None, team: str, key: str, value: Json) -> str:
    return _edited(PEOPLE, text, Edit(Verb.SET, sets=((("teams", team, key), value),)))


def _with_channel(people: str | None, channels: str | None, wanted: Wanted) -> dict[str, str]:
    """The team's channel, and the entry by which it is watched: in shadow, so that nothing is said there yet."""
    found = {PEOPLE: _in_team(people, wanted.team, "channel", wanted.values["channel"])}
    if channels is None:
        found[CHANNELS] = _edited(CHANNELS, None, Edit(Verb.CREATE, {"channels": [_entry(wanted)]}))
    elif not _has(channels, CHANNELS, "channels"):
        found[CHANNELS] = _edited(CHANNELS, channels, Edit(Verb.SET, sets=((("channels",), [_entry(wanted)]),)))
    elif wanted.values["channel"] not in _watched(channels):
        found[CHANNELS] = _edited(CHANNELS, channels, Edit(Verb.ADD, _entry(wanted), at=("channels",), key="id"))
    return found


def _entry(wanted: Wanted) -> dict[str, Json]:
    return {"id": wanted.values["channel"], "name": wanted.values.get("name") or wanted.team, "answer": "shadow"}


def _edited(file: str, text: str | None, edit: Edit) -> str:
    new = changed(file, text, edit)
    assert new is not None  # nothing here deletes a file
    return new


def _has(text: str, file: str, key: str) -> bool:
    root = strict_yaml.read(text, file=file).root
    return isinstance(root, strict_yaml.Mapping) and any(each.key == key for each in root.entries)


def _watched(text: str) -> frozenset[str]:
    root = strict_yaml.read(text, file=CHANNELS).root
    found = read_channels(Value(root, CHANNELS, [])) if root is not None else None
    return frozenset(each.id for each in found.channels) if found else frozenset()


def _check(file: str, text: str, former: str | None) -> None:
    """Impossible where the handbook's reader finds an error that it did not find before."""
    before = {(each.field, each.what) for each in _errors(file, former)} if former is not None else set()
    new = [each for each in _errors(file, text) if (each.field, each.what) not in before]
    if new:
        raise Impossible(f"{file} would be wrong then: {new[0].what}; {new[0].fix}.")


def _errors(file: str, text: str) -> list[Problem]:
    document = strict_yaml.read(text, file=file)
    problems = list(document.problems)
    if document.root is not None:
        READERS[file](Value(document.root, file, problems))
    return [each for each in problems if each.level is Level.ERROR]
