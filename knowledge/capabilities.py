"""`capabilities.yaml`: what the platform offers, and whether teams are free to choose it.

Its shapes and how they are read. Who uses what is counted elsewhere.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from knowledge.people import PLATFORM_TEAM, Group, People
from knowledge.problem import Level, Problem
from knowledge.schema import Fields, Value, did_you_mean
from knowledge.strict_yaml import Mapping, Scalar

FILE = "capabilities.yaml"
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
ID_FIX = "write small letters, digits and -, such as object-storage; at most 60"
ALL, NONE = "all", "none"
MENTOR = "mentor"  # under `used_by`: the capability is Mentor itself


class Status(StrEnum):
    """Whether teams choose it. What is not chosen does not count as adoption."""

    PILOT = "pilot"  # tried with a few teams
    OPTIONAL = "optional"  # chosen; it names what else a team can use
    POLICY = "policy"  # meets a policy, which equivalent evidence meets too
    ONLY_WAY = "only way"  # there is nothing else
    MANDATED = "mandated"


FREE = (Status.OPTIONAL, Status.POLICY)  # with these a team may choose, and does comply either way


class Origin(StrEnum):
    BOUGHT = "bought"
    OPEN_SOURCE = "open source"
    OURS = "ours"


@dataclass(frozen=True)
class Teams:
    """Teams of people.yaml; `names` is None for all of them, also those that come later."""

    names: tuple[str, ...] | None = None

    def has(self, team: str) -> bool:
        return self.names is None or team in self.names


@dataclass(frozen=True)
class BuiltFrom:
    origin: Origin
    because: str


@dataclass(frozen=True)
class Former:
    """A status of before, and the day it began; it ended when the next began."""

    status: Status
    since: date
    alternative: str = ""


@dataclass(frozen=True)
class Capability:
    """`since` is when its status began. `owner` is a team or group of people.yaml.

    `was` are statuses of before, the oldest first. `used_by` are the actions of which each that comes to hold is a use;
    None: all that the catalogue lists under the capability. `volunteers` are the teams of a pilot, and of a pilot
    alone. `topics` are tags of articles that questions about it are sorted under; (): those of its actions' articles.
    `is_mentor`: it is Mentor itself, used by whoever turns to it.
    """

    id: str
    title: str
    owner: str
    status: Status
    since: date
    teams: Teams
    counts_as_use: str
    built_from: BuiltFrom
    alternative: str = ""  # what a team can really use instead
    was: tuple[Former, ...] = ()
    used_by: tuple[str, ...] | None = None
    volunteers: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    is_mentor: bool = False
    line: int = field(default=1, compare=False)

    def is_offered_to(self, team: str) -> bool:
        """Whether the team may choose it: a pilot is for its volunteers alone."""
        return team in self.volunteers if self.status is Status.PILOT else self.teams.has(team)


KEYS = (
    *("id", "title", "owner", "status", "since", "was", "teams", "counts_as_use", "used_by", "built_from"),
    *("alternative", "volunteers", "topics"),
)
NO_CAPABILITIES: tuple[Capability, ...] = ()


def read_capabilities(root: Value, people: People | None) -> tuple[Capability, ...]:
    """The file's content; what is wrong is noted at `root`, and then the result is not to be used.

    `people` None: people.yaml has errors itself, so nothing of it is held against this file.
    """
    found: dict[str, Capability] = {}
    is_nothing = isinstance(root.node, Mapping) and not root.node.entries  # a file of comments alone
    for item in [] if is_nothing else root.items():
        capability = _read_capability(item, people)
        if capability is None:
            continue
        if capability.id in found:
            item.wrong(f'the id "{capability.id}" is taken', "give each an id of its own", at="id")
        if capability.is_mentor and any(each.is_mentor for each in found.values()):
            item.wrong(
                "another capability is Mentor already", f"let one of them have `used_by: {MENTOR}`", at="used_by"
            )
        found[capability.id] = capability
    return tuple(found.values())


def owner_group(name: str, people: People) -> Group | None:
    """The group or team of people.yaml that bears the name."""
    return people.role(name) or (people.teams[name].group if name in people.teams else None)


def read_id(value: Value) -> str | None:
    return value.shaped(ID, "is no id", ID_FIX)


def read_owner(value: Value, people: People | None) -> str | None:
    """A team or group of people.yaml; None, noted, when it names none of them."""
    name = value.name()
    if name is None or people is None or owner_group(name, people) is not None:
        return name
    known = (*people.roles, *people.teams)
    otherwise = f"write one of: {', '.join(known)}" if known else f"add it to people.yaml, or name {PLATFORM_TEAM}"
    value.wrong(f'"{name}" is no team or group of people.yaml', did_you_mean(name, known, otherwise=otherwise))
    return None


def read_teams(value: Value, people: People | None) -> Teams | None:
    """`all`, or a list of teams of people.yaml."""
    if isinstance(value.node, Scalar):
        return Teams() if value.choice((ALL,)) else None
    items = value.items()
    names = [(item, item.name()) for item in items]
    if not items:
        value.wrong("no team is named", f"write {ALL}, or name at least one team")
    for item, name in names:
        if name is not None and people is not None and name not in people.teams:
            item.dangling(name, "teams in people.yaml", tuple(people.teams))
    return Teams(tuple(dict.fromkeys(name for _, name in names if name)))


def _read_capability(value: Value, people: People | None) -> Capability | None:
    fields = value.fields(*KEYS)
    own_id = fields.need("id", read_id, ID_FIX)
    title = fields.need("title", Value.name, "write a few words that people know it by")
    owner = fields.need("owner", lambda owner: read_owner(owner, people), "name a team or group of people.yaml")
    status = fields.need("status", _read_status, f"write one of: {', '.join(Status)}")
    since = fields.need("since", Value.day, "write the day the status began, as 2026-01-31")
    teams = fields.need("teams", lambda teams: read_teams(teams, people), "write `all`, or a list of teams")
    use = fields.need("counts_as_use", _read_line, "say by what one sees that a team uses it")
    built = fields.need("built_from", _read_built_from, "write `{what: open source, because: …}`")
    alternative = _read_alternative(fields, status)
    was = fields.get("was", lambda each: _read_was(each, status, since), ())
    used_by = fields.get("used_by", _read_used_by, None)
    is_mentor = used_by == (MENTOR,)
    volunteers = _read_volunteers(fields, status, teams, people)
    topics = fields.get("topics", _read_topics, ())
    if not (own_id and title and owner and status and since and teams and use and built):
        return None
    return Capability(
        *(own_id, title, owner, status, since, teams, use, built),
        alternative,
        was,
        () if is_mentor else used_by,
        volunteers,
        topics,
        is_mentor,
        value.line,
    )


def unknown_actions(capabilities: Collection[Capability], actions: Sequence[str]) -> Iterator[Problem]:
    """A problem for each action under `used_by` that the catalogue has not."""
    for each in capabilities:
        for name in each.used_by or ():
            if name not in actions:
                what = f'"{each.id}" names the action "{name}", which is not in actions/'
                fix = did_you_mean(name, actions, otherwise="add it there, or take it out")
                yield Problem(FILE, each.line, "used_by", what, fix)


def unknown_topics(capabilities: Collection[Capability], tags: Collection[str]) -> Iterator[Problem]:
    """A warning for each topic that is the first tag of no article here; one of another repository may have it."""
    for each in capabilities:
        for topic in each.topics:
            if topic not in tags:
                what = f'no article here has "{topic}" as its first tag, so no question is sorted under it'
                fix = did_you_mean(topic, sorted(tags), otherwise="write a first tag, or take the topic out")
                yield Problem(FILE, each.line, "topics", what, fix, Level.WARNING)


def _read_volunteers(
    fields: Fields, status: Status | None, teams: Teams | None, people: People | None
) -> tuple[str, ...]:
    """A pilot names the teams that try it, each of which may choose it; nothing else has any."""
    if status is not Status.PILOT:
        if status is not None and "volunteers" in fields:
            fix = f"take it out, or make the status {Status.PILOT}"
            fields["volunteers"].wrong("only a pilot has volunteers", fix)
        return ()
    found = fields.need("volunteers", lambda named: _read_named_teams(named, people), "name the teams that volunteered")
    for name in found or ():
        if teams is not None and not teams.has(name):
            fields["volunteers"].wrong(f'"{name}" is not under `teams`, so it may not choose it', "add it there too")
    return found or ()


def _read_named_teams(value: Value, people: People | None) -> tuple[str, ...]:
    if isinstance(value.node, Scalar):
        value.wrong("volunteers are named one by one", "write a list of teams, such as [payments, search]")
        return ()
    found = read_teams(value, people)
    return (found.names or ()) if found else ()


def _read_topics(value: Value) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name for item in value.items() if (name := item.name())))
    if not names:
        value.wrong("no topic is named", "write first tags of articles, or take the line out")
    return names


def _read_was(value: Value, status: Status | None, since: date | None) -> tuple[Former, ...]:
    """Each began after the one before it, and the last before the status of now."""
    found: list[Former] = []
    for item in value.items():
        fields = item.fields("status", "since", "alternative")
        former = fields.need("status", _read_status, f"write one of: {', '.join(Status)}")
        day = fields.need("since", Value.day, "write the day that status began, as 2026-01-31")
        alternative = _read_alternative(fields, former)
        if former is None or day is None:
            continue
        if found and day <= found[-1].since:
            item.wrong("it does not begin after the one above it", "list them in order, the oldest first", at="since")
        if found and former is found[-1].status:
            item.wrong(f"it is {former}, like the one above it", "take one of the two out", at="status")
        found.append(Former(former, day, alternative))
    if found and since and found[-1].since >= since:
        value.wrong("the last does not begin before the status of now", "correct its `since`, or the one above")
    if found and found[-1].status is status:
        value.wrong(f"the last is {status}, like the status of now", "take it out, and let `since` begin there")
    return tuple(found)


def _read_used_by(value: Value) -> tuple[str, ...] | None:
    """`none`, `mentor`, or actions."""
    if isinstance(value.node, Scalar):
        choice = value.choice((NONE, MENTOR))
        return (MENTOR,) if choice == MENTOR else () if choice else None
    names = tuple(dict.fromkeys(name for item in value.items() if (name := item.name())))
    if not names:
        value.wrong(
            "no action is named", f"write {NONE}, {MENTOR}, name actions, or take the line out: then all of it count"
        )
    return names


def _read_status(value: Value) -> Status | None:
    text = value.choice(tuple(Status))
    return Status(text) if text else None


def _read_built_from(value: Value) -> BuiltFrom | None:
    fields = value.fields("what", "because")
    origin = fields.need("what", lambda what: what.choice(tuple(Origin)), f"write one of: {', '.join(Origin)}")
    because = fields.need("because", _read_line, "give the reason in a sentence")
    return BuiltFrom(Origin(origin), because) if origin and because else None


def _read_alternative(fields: Fields, status: Status | None) -> str:
    """What else a team can use; an optional capability has one, and the only way has none."""
    if status is Status.OPTIONAL:
        return fields.need("alternative", _read_line, "say what a team can use instead, or change `status`") or ""
    if status is Status.ONLY_WAY and "alternative" in fields:
        fix = f"take it out, or make the status {Status.OPTIONAL}"
        fields["alternative"].wrong("the only way has no alternative", fix)
    return fields.get("alternative", _read_line, "")


def _read_line(value: Value) -> str | None:
    text = value.text(at_most=300)
    return " ".join(text.split()) if text else None
