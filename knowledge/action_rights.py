"""Who may run an action of the catalogue, and who must agree: its `who` and `approval`.

How they are read, and held against people.yaml. Whether somebody may is decided in `bot.authority`.
"""

import re
from collections.abc import Callable
from datetime import timedelta

from knowledge.action_inputs import Around, fault_of
from knowledge.actions import Approval, Input, InputType, Who
from knowledge.content import Names
from knowledge.problem import Level
from knowledge.schema import Fields, Value, clip, did_you_mean
from knowledge.strict_yaml import Mapping, Scalar, Sequence

WHO_KEYS = ("teams", "groups", "people", "guests")
APPROVAL_KEYS = ("by", "people", "when", "expires_after", "urgent")
MOST_APPROVERS = 5
WORKING_DAYS = re.compile(r"([1-9]\d?) working days?", re.ASCII)
CLOCK = re.compile(r"([1-9]\d{0,2}) (minute|hour)s?", re.ASCII)
LONGEST_WAIT = timedelta(days=7)  # by the clock; what takes longer is counted in working days
DECIDING = (InputType.CHOICE, InputType.TEAM, InputType.YES_NO)  # inputs by whose values an approval can hang


def read_who(value: Value, around: Around) -> Who | None:
    fields = value.fields(*WHO_KEYS)
    is_all = "teams" in fields and isinstance(fields["teams"].node, Scalar)
    who = Who(
        all_teams=is_all and fields.get("teams", lambda it: it.choice(("all",)), "") == "all",
        teams=() if is_all else fields.get("teams", lambda it: _named(it, around.check_team), ()),
        groups=fields.get("groups", lambda it: _named(it, around.check_role), ()),
        people=fields.get("people", _read_people, ()),
        guests=fields.get("guests", _read_people, ()),
    )
    if not any(_names_somebody(fields[key]) for key in fields):
        value.wrong(
            "nobody is named, so nobody may run it", "write for example {teams: all}, or {groups: [platform_team]}"
        )
    if who.all_teams and around.teams == ():
        what = "people.yaml names no team, so nobody may run it"
        fields["teams"].wrong(what, "add teams there", level=Level.WARNING)
    return who


def _names_somebody(value: Value) -> bool:
    """Whether the author wrote anything there, be it wrong."""
    return not isinstance(value.node, Sequence) or bool(value.node.items)


def _named(value: Value, check: Callable[[Value, str], None]) -> tuple[str, ...]:
    found: list[str] = []
    for item in value.items():
        name = item.name()
        if name is None:
            continue
        check(item, name)
        _note_twice(item, name, found)
        found.append(name)
    return tuple(found)


def _read_people(value: Value) -> tuple[str, ...]:
    found: list[str] = []
    for item in value.items():
        user_id = item.user_id()
        if user_id is not None:
            _note_twice(item, user_id, found)
            found.append(user_id)
    return tuple(found)


def _note_twice(item: Value, name: str, found: list[str]) -> None:
    if name in found:
        item.wrong(f"{clip(name)} is listed twice", "keep one of the two")


def read_approval(value: Value, names: Names, around: Around) -> Approval | None:
    fields = value.fields(*APPROVAL_KEYS)
    by = fields.need("by", Value.name, "name a group under approvers in people.yaml, platform_team or duty")
    people = fields.get("people", _read_count, 1)
    when = fields.get("when", lambda it: _read_when(it, names, around), {})
    days, by_clock = fields.get("expires_after", _read_expiry, (3, None))
    is_urgent = fields.get("urgent", Value.yes_or_no, False)
    if by is not None:
        around.check_role(fields["by"], by)
        _check_enough(fields, by, people, around)
    if is_urgent and around.people is not None and around.people.duty is None:
        what = "an urgent request goes to the people on duty, and people.yaml names none"
        fields["urgent"].wrong(what, "add `duty` there, or take it out")
    return Approval(by, people, when, days, by_clock, is_urgent) if by else None


def _read_count(value: Value) -> int | None:
    fix = f"write a number from 1 to {MOST_APPROVERS}"
    text = value.shaped(re.compile(rf"[1-{MOST_APPROVERS}]"), "is no such number of people", fix)
    return int(text) if text else None


def _check_enough(fields: Fields, by: str, people: int, around: Around) -> None:
    """Notes a group that can never agree: all of its people are written there, and they are too few."""
    group = around.people.role(by) if around.people else None
    if group is None or group.usergroup_id or around.people is None:
        return
    distinct: list[str] = []
    for member in group.members:
        if not any(around.people.same_person(member.user_id, other) for other in distinct):
            distinct.append(member.user_id)
    if len(distinct) < people:
        what = f"{people} people must agree, and {by} has only {len(distinct)}"
        fields.whole.wrong(what, "add people to the group in people.yaml, or ask for fewer", at="people")


def _read_when(value: Value, names: Names, around: Around) -> dict[str, tuple[str, ...]]:
    """Values by the input's name; the approval is necessary where each input has one of its values."""
    found: dict[str, tuple[str, ...]] = {}
    for name, below in value.named().items():
        one = names.inputs.get(name)
        if one is None:
            below.wrong(
                f'"{clip(name)}" is no input', did_you_mean(name, tuple(names.inputs), otherwise="add the input")
            )
            continue
        names.used.add(name)
        if one.type not in DECIDING:
            fix = f"use an input of type {', '.join(DECIDING)}"
            below.wrong(f"an approval cannot hang by a {one.type}", fix)
            continue
        names.must_be_given(below, name)
        found[name] = tuple(_read_value(item, one, around) for item in _one_or_more(below))
    if isinstance(value.node, Mapping) and not value.node.entries:
        value.wrong("no value is named", "name inputs and values, or take it out: then it is always necessary")
    return found


def _one_or_more(value: Value) -> list[Value]:
    items = [value] if isinstance(value.node, Scalar) else value.items()
    if not items:
        value.wrong("no value is named", "name at least one")
    return items


def _read_value(value: Value, one: Input, around: Around) -> str:
    typed = value.text() or ""
    if typed and (fault := fault_of(typed, one, around)):
        value.wrong(f'"{clip(typed)}" {fault}', "name a value that can be chosen")
    return typed


def _read_expiry(value: Value) -> tuple[int, timedelta | None] | None:
    text = value.text()
    if text is None:
        return None
    if found := WORKING_DAYS.fullmatch(text):
        return int(found[1]), None
    by_clock = _clock(text)
    if by_clock is None:
        value.wrong(
            f'"{clip(text)}" is no time to approve in', "write for example: 3 working days, or 4 hours (7 days at most)"
        )
        return None
    return 0, by_clock


def read_clock(value: Value) -> timedelta | None:
    text = value.text()
    if text is None:
        return None
    found = _clock(text)
    if found is None:
        value.wrong(f'"{clip(text)}" is no time as expected here', "write for example: 30 minutes, or 2 hours")
    return found


def _clock(text: str) -> timedelta | None:
    found = CLOCK.fullmatch(text)
    if found is None:
        return None
    span = timedelta(minutes=int(found[1]) * (60 if found[2] == "hour" else 1))
    return span if span <= LONGEST_WAIT else None
