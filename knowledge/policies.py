"""`policies/*.yaml`: rules that teams meet by the platform's way or by equivalent evidence, a policy a file.

Its shapes and how they are read; the file's name is the policy's id. What a team has done about one is
`bot.adoption`'s.
"""

import re
from calendar import monthrange
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import PurePosixPath

from knowledge.capabilities import (
    ID,
    ID_FIX,
    Capability,
    Status,
    Teams,
    owner_group,
    read_id,
    read_owner,
    read_teams,
)
from knowledge.front_matter import ADDRESS
from knowledge.people import People
from knowledge.problem import Problem
from knowledge.schema import Value, clip, did_you_mean

FOLDER = "policies"
POINTS_MOST = 8  # each with its answer: more would not fit the message in which they are judged
POINT_MOST, RULE_MOST = 150, 300  # characters
SPAN = re.compile(r"([1-9]\d{0,3}) (day|month|year)s?", re.ASCII)
DAYS = re.compile(r"[1-9]\d{0,3}", re.ASCII)
LONGEST_DAYS = 5 * 366  # what holds for longer is looked at by nobody
KEYS = ("title", "rule", "owner", "capability", "action", "applies_to", "article", "evidence", "from")
NOT_CHOSEN = (Status.ONLY_WAY, Status.MANDATED)


@dataclass(frozen=True)
class Span:
    """A length of time by the calendar."""

    months: int = 0
    days: int = 0

    def after(self, day: date) -> date:
        """The day so much later; of a shorter month its last one."""
        year, month = divmod(day.year * 12 + day.month - 1 + self.months, 12)
        last = monthrange(year, month + 1)[1]
        return date(year, month + 1, min(day.day, last)) + timedelta(days=self.days)


@dataclass(frozen=True)
class Point:
    """Something that equivalent evidence must show."""

    id: str
    text: str


@dataclass(frozen=True)
class Policy:
    """`owner` judges evidence and does not own the capability. `article` is an id in the handbook, or an address."""

    id: str
    title: str
    rule: str
    owner: str
    capability: str
    teams: Teams
    article: str
    must_show: tuple[Point, ...]
    longest: Span  # that a piece of evidence holds
    since: date
    action: str = ""  # of the catalogue: the platform's way, in one form
    file: str = field(default="", compare=False)
    line: int = field(default=1, compare=False)

    def point(self, point_id: str) -> Point | None:
        return next((each for each in self.must_show if each.id == point_id), None)


NO_POLICIES: tuple[Policy, ...] = ()


@dataclass(frozen=True)
class Around:
    """What else the handbook has, that a policy may name; None for a file that has errors itself."""

    people: People | None
    capabilities: Mapping[str, Capability] | None
    actions: Collection[str] | None  # ids
    articles: Collection[str]  # ids


def read_policy(root: Value, around: Around) -> Policy | None:
    """The file's content; what is wrong is noted at `root`, and then the result is not to be used."""
    stem = PurePosixPath(root.file).stem
    if not ID.fullmatch(stem):
        root.wrong(f'the file\'s name "{clip(stem)}" is no id for a policy', ID_FIX)
    fields = root.fields(*KEYS)
    title = fields.need("title", Value.name, "write a few words that people know it by")
    rule = fields.need("rule", _read_rule, "say in a sentence what must hold")
    capability = fields.need("capability", lambda each: _read_capability(each, around), "name what satisfies it")
    owner = fields.need("owner", lambda each: _read_owner(each, capability, around), "name who judges evidence")
    teams = fields.need("applies_to", lambda each: _read_applies_to(each, around), "write `{teams: all}`")
    article = fields.need("article", lambda each: _read_article(each, around), "name the article that explains it")
    evidence = fields.need("evidence", _read_evidence, "say what evidence must show, and how long it may hold")
    since = fields.need("from", Value.day, "write the day from which it holds, as 2026-01-31")
    action = fields.get("action", lambda each: _read_action(each, around), "")
    if not (title and rule and owner and capability and teams and article and evidence and since):
        return None
    whole = Policy(stem, title, rule, owner, capability, teams, article, *evidence, since, action)
    return replace(whole, file=root.file, line=root.line)


def unnamed(capabilities: Collection[Capability], policies: Collection[Policy], *, file: str) -> list[Problem]:
    """A problem for each capability whose status is `policy` and that no policy names."""
    named = {each.capability for each in policies}
    fix = f"add {FOLDER}/NAME.yaml with `capability: {{}}`, or change the status"
    return [
        Problem(file, each.line, "", f'"{each.id}" has the status policy, and no policy names it', fix.format(each.id))
        for each in capabilities
        if each.status is Status.POLICY and each.id not in named
    ]


def _read_rule(value: Value) -> str | None:
    text = value.text(at_most=RULE_MOST)
    return " ".join(text.split()) if text else None


def _read_capability(value: Value, around: Around) -> str | None:
    name = value.name()
    if name is None or around.capabilities is None:
        return name
    found = around.capabilities.get(name)
    if found is None:
        value.dangling(name, "capabilities.yaml", tuple(around.capabilities))
    elif found.status in NOT_CHOSEN:
        what = f'"{name}" is {found.status}, so evidence in its place could not comply'
        value.wrong(what, f"make its status {Status.POLICY} in capabilities.yaml, or take the policy out")
    return name


def _read_owner(value: Value, capability_id: str | None, around: Around) -> str | None:
    """Who owns the capability would judge what stands in its place."""
    owner, people = read_owner(value, around.people), around.people
    capability = (around.capabilities or {}).get(capability_id or "")
    if owner is None or people is None or capability is None:
        return owner
    if owner_group(owner, people) == owner_group(capability.owner, people):
        fix = f"name another owner, or give {capability.id} another one in capabilities.yaml"
        value.wrong(f'"{owner}" owns {capability.id} too, and would judge what stands in its place', fix)
    return owner


def _read_action(value: Value, around: Around) -> str | None:
    name = value.name()
    if name is not None and around.actions is not None and name not in around.actions:
        known = tuple(around.actions)
        otherwise = "add it to actions/, or take the line out"
        value.wrong(f'"{clip(name)}" is no action of the catalogue', did_you_mean(name, known, otherwise=otherwise))
    return name


def _read_applies_to(value: Value, around: Around) -> Teams | None:
    fields = value.fields("teams")
    return fields.need("teams", lambda teams: read_teams(teams, around.people), "write `all`, or a list of teams")


def _read_article(value: Value, around: Around) -> str | None:
    text = value.text(at_most=400)
    if text is None or ADDRESS.fullmatch(text) or text in around.articles:
        return text
    otherwise = "write its path below articles/, such as security/policy.md, or an address with https://"
    value.wrong(f'"{clip(text)}" is no article', did_you_mean(text, tuple(around.articles), otherwise=otherwise))
    return None


def _read_evidence(value: Value) -> tuple[tuple[Point, ...], Span] | None:
    fields = value.fields("must_show", "longest")
    points = fields.need("must_show", _read_points, "list what evidence must show, each with `id` and `text`")
    longest = fields.need("longest", _read_span, 'write for example "12 months"')
    return (points, longest) if points and longest else None


def _read_points(value: Value) -> tuple[Point, ...]:
    found: dict[str, Point] = {}
    items = value.items()
    if not 1 <= len(items) <= POINTS_MOST:
        value.wrong(f"{len(items)} points are listed", f"list 1 to {POINTS_MOST}")
    for item in items:
        fields = item.fields("id", "text")
        own_id = fields.need("id", read_id, ID_FIX)
        text = fields.need("text", lambda each: each.text(at_most=POINT_MOST), "say in a few words what must be shown")
        if own_id in found:
            item.wrong(f'the id "{own_id}" is taken', "give each point an id of its own", at="id")
        if own_id and text:
            found[own_id] = Point(own_id, " ".join(text.split()))
    return tuple(found.values())


def _read_span(value: Value) -> Span | None:
    text = value.text()
    if text is None:
        return None
    span = _span(text)
    if span is None or span.after(date(2024, 1, 1)) > date(2024, 1, 1) + timedelta(days=LONGEST_DAYS):
        what = f'"{clip(text)}" is no time that evidence may hold'
        value.wrong(what, 'write for example "12 months", "2 years" or 90 (days); at most 5 years')
        return None
    return span


def _span(text: str) -> Span | None:
    if DAYS.fullmatch(text):
        return Span(days=int(text))
    found = SPAN.fullmatch(text)
    if found is None:
        return None
    number, unit = int(found[1]), found[2]
    return Span(days=number) if unit == "day" else Span(months=number * (12 if unit == "year" else 1))
