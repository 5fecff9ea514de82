"""What the form of a catalogue entry asks for: its `inputs`.

How they are read here; what people type into the form is read in `bot.actions`.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from knowledge.actions import ChoicesFrom, Input, InputType
from knowledge.content import BUILT_INS, SUFFIXES, Names, read_keys, read_path
from knowledge.patterns import Unfit, read_pattern
from knowledge.people import People
from knowledge.problem import Level
from knowledge.schema import USER_ID, WORDS_OF_TRUTH, Fields, Value, clip, day_of, did_you_mean
from knowledge.strict_yaml import Sequence

MOST_INPUTS = 20
MOST_CHOICES, LONGEST_CHOICE = 100, 75  # Slack's menus hold no more
LONGEST_LABEL, LONGEST_HINT, LONGEST_TEXT = 75, 150, 3000
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,11})(?:\.\d{1,4})?", re.ASCII)
COUNT = re.compile(r"[1-9]\d{0,3}", re.ASCII)
DAYS = re.compile(r"-?(?:0|[1-9]\d{0,3})", re.ASCII)
COMMON_KEYS = ("name", "type", "label", "hint", "optional", "default")
KEYS_OF = {
    InputType.TEXT: ("pattern", "longest"),
    InputType.NUMBER: ("least", "most", "fraction"),
    InputType.CHOICE: ("choices", "choices_from"),
    InputType.TEAM: ("any",),
    InputType.PERSON: (),
    InputType.DATE: ("earliest", "latest"),
    InputType.YES_NO: (),
}
OWN_KEYS = tuple(key for keys in KEYS_OF.values() for key in keys)


@dataclass(frozen=True)
class Around:
    """What else the handbook says; None for a file that has errors itself, of which nothing is held against entries."""

    people: People | None
    repositories: Collection[str] | None
    capabilities: Collection[str] | None

    @property
    def teams(self) -> tuple[str, ...] | None:
        return None if self.people is None else tuple(self.people.teams)

    def check_team(self, value: Value, name: str) -> None:
        if self.teams is not None and name not in self.teams:
            fix = did_you_mean(name, self.teams, otherwise="add it under teams there")
            value.wrong(f'there is no team "{clip(name)}" in people.yaml', fix)

    def check_role(self, value: Value, name: str) -> None:
        if self.people is not None and self.people.role(name) is None:
            fix = did_you_mean(name, self.people.roles, otherwise="add it under approvers there")
            value.wrong(f'there is no group "{clip(name)}" in people.yaml', fix)

    def check_repository(self, value: Value, name: str) -> None:
        if self.repositories is not None and name not in self.repositories:
            fix = did_you_mean(name, tuple(self.repositories), otherwise="add it there, with its url")
            value.wrong(f'there is no repository "{clip(name)}" in repositories.yaml', fix)

    def check_capability(self, value: Value, id_: str) -> None:
        if self.capabilities is not None and id_ not in self.capabilities:
            fix = did_you_mean(id_, tuple(self.capabilities), otherwise="add it there, or take the line out")
            value.wrong(f'there is no capability "{clip(id_)}" in capabilities.yaml', fix)


def read_inputs(value: Value, around: Around) -> tuple[Input, ...]:
    items = value.items()
    if len(items) > MOST_INPUTS:
        value.wrong(f"{len(items)} inputs are too many to fill in", f"ask for at most {MOST_INPUTS}")
    found: dict[str, Input] = {}
    for item in items:
        one = _read_input(item, around)
        if one is None:
            continue
        if one.name in found:
            item.wrong(f'there are two inputs "{one.name}"', "give each its own name", at="name")
        found[one.name] = one
    return tuple(found.values())


def check_uses(value: Value, inputs: Collection[Input], used: Collection[str]) -> None:
    """Notes inputs that go nowhere; `value` is the list of them."""
    places = {item.path: item for item in value.items()}
    for index, each in enumerate(inputs):
        if each.name not in used and (place := places.get(f"{value.path}[{index}]")):
            what = f'the input "{each.name}" is used nowhere'
            place.wrong(what, f'write "{{{each.name}}}" where it belongs, or take it out', level=Level.WARNING)


def fault_of(typed: str, one: Input, around: Around) -> str:
    """Why no form would take this for the input, as the end of a sentence; "" when one would, or nobody can tell."""
    match one.type:
        case InputType.TEXT:
            return _text_fault(typed, one)
        case InputType.NUMBER:
            return _number_fault(typed, one)
        case InputType.CHOICE:
            return "" if one.choices_from or typed in one.choices else "is none of its choices"
        case InputType.TEAM:
            return "" if around.teams is None or typed in around.teams else "is no team of people.yaml"
        case InputType.PERSON:
            return "" if USER_ID.fullmatch(typed) else "is no person's Slack id"
        case InputType.DATE:
            return "" if day_of(typed) else "is not a date such as 2026-01-31"
        case InputType.YES_NO:
            return "" if typed in ("yes", "no") else "is neither yes nor no"


def _read_input(value: Value, around: Around) -> Input | None:
    fields = value.fields(*COMMON_KEYS, *OWN_KEYS)
    name = fields.need("name", _read_name, "write small letters, digits and _, such as bucket")
    kind = fields.need("type", lambda kind: kind.choice(tuple(InputType)), f"write one of: {', '.join(InputType)}")
    if name is None or kind is None:
        return None
    one = Input(
        name=name,
        type=InputType(kind),
        label=fields.get("label", lambda label: label.text(at_most=LONGEST_LABEL), _label_of(name)),
        hint=fields.get("hint", lambda hint: hint.text(at_most=LONGEST_HINT), ""),
        is_required=not fields.get("optional", Value.yes_or_no, False),
    )
    return _with_default(_with_own(one, fields, around), fields, around)


def _with_own(one: Input, fields: Fields, around: Around) -> Input:
    """With what only its type has."""
    for key in OWN_KEYS:
        if key in fields and key not in KEYS_OF[one.type]:
            home = next(kind for kind, keys in KEYS_OF.items() if key in keys)
            fields[key].wrong(f"it belongs to inputs of type {home}, and this is a {one.type}", "take it out")
    match one.type:
        case InputType.TEXT:
            return _with_text(one, fields)
        case InputType.NUMBER:
            return _with_number(one, fields)
        case InputType.CHOICE:
            return _with_choices(one, fields, around)
        case InputType.DATE:
            return _with_days(one, fields)
        case InputType.TEAM:
            if around.teams == ():
                fields["type"].wrong("people.yaml names no team, so there is none to choose", "add teams there")
            return replace(one, is_any_team=fields.get("any", Value.yes_or_no, False))
    return one


def _with_text(one: Input, fields: Fields) -> Input:
    fix = f"write a number of characters, at most {LONGEST_TEXT}"
    longest = fields.get("longest", lambda value: _whole(value, COUNT, fix), one.longest)
    if longest > LONGEST_TEXT:
        fields["longest"].wrong(f"{longest} characters are more than a form holds", fix)
    pattern = fields.get("pattern", lambda value: _read_pattern(value, min(longest, LONGEST_TEXT)), "")
    return replace(one, longest=longest, pattern=pattern)


def _with_number(one: Input, fields: Fields) -> Input:
    least, most = fields.get("least", _number, None), fields.get("most", _number, None)
    is_whole = not fields.get("fraction", Value.yes_or_no, False)
    for key, bound in (("least", least), ("most", most)):
        if is_whole and bound is not None and bound != int(bound):
            fields[key].wrong(f"{bound:g} is no whole number", "write one, or add `fraction: yes`")
    if least is not None and most is not None and least > most:
        fields["most"].wrong(f"{most:g} is below least ({least:g})", "write a larger number")
    return replace(one, least=least, most=most, is_whole=is_whole)


def _with_choices(one: Input, fields: Fields, around: Around) -> Input:
    if ("choices" in fields) == ("choices_from" in fields):
        fix = "write `choices: [dev, prod]`, or `choices_from` with repository, file and at"
        fields.whole.wrong("a choice needs either choices or choices_from", fix, at="choices")
    choices = fields.get("choices", _read_choices, ())
    return replace(one, choices=choices, choices_from=fields.get("choices_from", lambda it: _from(it, around), None))


def _with_days(one: Input, fields: Fields) -> Input:
    fix = "write a number of days from the day it is asked, such as 0 or 90"
    earliest = fields.get("earliest", lambda value: _whole(value, DAYS, fix), None)
    latest = fields.get("latest", lambda value: _whole(value, DAYS, fix), None)
    if earliest is not None and latest is not None and latest < earliest:
        fields["latest"].wrong(f"day {latest} is before earliest ({earliest})", "write a larger number")
    return replace(one, earliest_days=earliest, latest_days=latest)


def _with_default(one: Input, fields: Fields, around: Around) -> Input:
    if "default" not in fields:
        return one
    value = fields["default"]
    typed = value.text(at_most=LONGEST_TEXT)
    if typed is None:
        return one
    if one.type is InputType.YES_NO and typed in WORDS_OF_TRUTH:
        typed = "yes" if WORDS_OF_TRUTH[typed] else "no"
    if fault := fault_of(typed, one, around):
        value.wrong(f'"{clip(typed)}" {fault}', "write what a person might type there")
    return replace(one, default=typed)


def _read_name(value: Value) -> str | None:
    name = value.shaped(NAME, "is no name for an input", "write small letters, digits and _, such as bucket")
    if name in BUILT_INS:
        value.wrong(f'"{name}" stands for something already', f"choose another name than {', '.join(BUILT_INS)}")
    return name


def _label_of(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _read_pattern(value: Value, longest: int) -> str | None:
    text = value.text()
    if text is None:
        return None
    try:
        read_pattern(text, longest=longest)
    except Unfit as unfit:
        value.wrong(unfit.what, unfit.fix)
    return text


def _read_choices(value: Value) -> tuple[str, ...]:
    items = value.items()
    if isinstance(value.node, Sequence) and not 0 < len(items) <= MOST_CHOICES:
        fix = f"list 1 to {MOST_CHOICES}; more can be typed into a text with a pattern"
        value.wrong(f"{len(items)} choices are {'none' if not items else 'more than a menu holds'}", fix)
    choices: list[str] = []
    for item in items:
        text = item.text(at_most=LONGEST_CHOICE)
        if text is None:
            continue
        if text.casefold() in (each.casefold() for each in choices):
            item.wrong(f'"{text}" is listed twice', "keep one of the two")
        choices.append(text)
    return tuple(choices)


def _from(value: Value, around: Around) -> ChoicesFrom | None:
    fields = value.fields("repository", "file", "at")
    repository = fields.need("repository", Value.name, "name one of repositories.yaml")
    fixed = Names({})
    file = fields.need("file", lambda file: read_path(file, fixed), "write the file's path in the repository")
    at = fields.get("at", lambda at: read_keys(at, fixed), ())
    if repository is not None:
        around.check_repository(fields["repository"], repository)
    if file is not None and not file.endswith(SUFFIXES):
        fields["file"].wrong("the file is neither YAML nor JSON", f"name one that ends in {', '.join(SUFFIXES)}")
    return ChoicesFrom(repository, file, at) if repository and file else None


def _text_fault(typed: str, one: Input) -> str:
    if len(typed) > one.longest:
        return f"is longer than {one.longest} characters"
    try:
        read_pattern(one.pattern, longest=one.longest)  # one that is unfit must not be tried, and that is said there
    except Unfit:
        return ""
    is_fit = not one.pattern or re.fullmatch(one.pattern, typed, re.ASCII) is not None
    return "" if is_fit else "does not match its pattern"


def _number_fault(typed: str, one: Input) -> str:
    if not NUMBER.fullmatch(typed):
        return "is no number such as 12 or 0.5"
    number = float(typed)
    if one.is_whole and "." in typed:
        return "is no whole number"
    if one.least is not None and number < one.least:
        return f"is below least ({one.least:g})"
    return f"is above most ({one.most:g})" if one.most is not None and number > one.most else ""


def _number(value: Value) -> float | None:
    text = value.shaped(NUMBER, "is no number", "write it like 12 or 0.5")
    return None if text is None else float(text)


def _whole(value: Value, shape: re.Pattern[str], fix: str) -> int | None:
    text = value.shaped(shape, "is no such number", fix)
    return None if text is None else int(text)
