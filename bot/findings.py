"""What the doctor finds: how bad it is, and how to mend it. Pure; `bot.doctor` looks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.model import ChannelInfo, Introduction, UserGroup
from bot.statistics import counted
from knowledge.people import Group, People

SKEW_NOTED = timedelta(seconds=2)
SKEW_BAD = timedelta(seconds=60)  # Slack's signatures are good for 300 s, and clocks drift on
SECOND = timedelta(seconds=1)
DATABASE_S = 10.0  # the doctor waits for it; one that takes connections and never answers would hold it up for ever
REINSTALL = "add it at OAuth & Permissions in the app's settings, and install the app again"


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """What was looked at, what was found, and how to mend it ("" where nothing needs mending)."""

    level: Level
    name: str
    found: str
    fix: str = ""

    def __post_init__(self) -> None:
        if not self.fix and self.level is not Level.OK:
            raise ValueError(f"{self.name}: a {self.level} without its fix")

    def __str__(self) -> str:
        return f"{self.level}: {self.name}: {self.found}" + (f"; {self.fix}" if self.fix else "")


def is_well(findings: Iterable[Finding]) -> bool:
    return all(finding.level is not Level.PROBLEM for finding in findings)


def summary(findings: Iterable[Finding]) -> str:
    levels = [finding.level for finding in findings]
    problems, warnings = levels.count(Level.PROBLEM), levels.count(Level.WARNING)
    if not problems and not warnings:
        return "All is well."
    return f"{counted(problems, 'problem')}, {counted(warnings, 'warning')}."


def scope_findings(granted: frozenset[str] | None, reasons: Mapping[str, str]) -> Iterator[Finding]:
    """`reasons` are the scopes the bot needs, each with what for; `granted` is None where Slack named none."""
    if granted is None:
        yield Finding(Level.WARNING, "scopes", "Slack did not say which are granted", "compare them by hand")
        return
    missing = [scope for scope in reasons if scope not in granted]
    for scope in missing:
        yield Finding(Level.PROBLEM, f"scope {scope}", f"is missing, needed to {reasons[scope]}", REINSTALL)
    if not missing:
        yield Finding(Level.OK, "scopes", f"all {len(reasons)} are granted")


def skew(said: Introduction) -> timedelta:
    """How far our clock is ahead of Slack's, at the least: Slack names whole seconds, and replies take their time."""
    if said.said_at is None or said.said_at - said.heard_at <= timedelta(0) <= said.said_at + SECOND - said.asked_at:
        return timedelta(0)
    return min(said.asked_at - said.said_at - SECOND, said.heard_at - said.said_at, key=abs)


def clock_finding(said: Introduction) -> Finding:
    off = skew(said)
    found = f"is {abs(off).total_seconds():.0f} s {'ahead of' if off > timedelta(0) else 'behind'} Slack's"
    fix = "let the machine keep time by NTP: from 300 s on, nothing Slack signs is accepted"
    if abs(off) > SKEW_BAD:
        return Finding(Level.PROBLEM, "clock", found, fix)
    if abs(off) > SKEW_NOTED:
        return Finding(Level.WARNING, "clock", found, fix)
    return Finding(Level.OK, "clock", "agrees with Slack's")


def channel_findings(label: str, info: ChannelInfo, *, name: str, bot: str, shared: str) -> Iterator[Finding]:
    """Of a channel of the handbook. `name` is its name there, or ""; `shared` says what it means that it is shared."""
    if info.is_archived:
        yield Finding(Level.PROBLEM, label, "is archived", "take it out of channels.yaml, or unarchive it")
        return
    if not info.is_member:
        yield Finding(Level.PROBLEM, label, "the bot is not in it", f"write there: /invite @{bot}")
    if name and name != info.name:
        found = f'is called "{info.name}" in Slack'
        yield Finding(Level.WARNING, label, found, "correct the id or the name in channels.yaml")
    if info.is_shared:
        yield Finding(Level.WARNING, label, "is shared with another company", shared)
    if info.is_member:
        yield Finding(Level.OK, label, "the bot is in it")


def group_findings(people: People, groups: Mapping[str, UserGroup], *, today: date) -> Iterator[Finding]:
    """Of the groups of `people.yaml`; a team may be empty, a role may not."""
    if people.platform_team is None:
        found, fix = "the handbook names none, so whatever needs that role is refused", "name it in people.yaml"
        yield Finding(Level.WARNING, "platform team", found, fix)
    if people.duty is None:
        found, fix = "nobody is called when somebody asks for a person", "name a duty group in people.yaml"
        yield Finding(Level.WARNING, "duty group", found, fix)
    named = list(_named_groups(people))
    wrong = [
        finding
        for label, group, if_empty in named
        if (finding := _group_finding(label, group, if_empty, groups, today))
    ]
    yield from wrong
    if named and not wrong:
        yield Finding(Level.OK, "groups", f"all {len(named)} that people.yaml names are there, with people in them")


def _group_finding(
    label: str, group: Group, if_empty: Level, groups: Mapping[str, UserGroup], today: date
) -> Finding | None:
    """What is wrong with the group; None when somebody is in it."""
    found = groups.get(group.usergroup_id)
    if group.usergroup_id and found is None:
        fix = "correct the id in people.yaml, or switch the group on again in Slack"
        return Finding(Level.PROBLEM, label, f"Slack has no user group {group.usergroup_id}", fix)
    members = found.members if found else frozenset()
    named = {member.user_id for member in group.members if group.has(member.user_id, on=today)}
    if members or named:
        return None
    handle = f"@{found.handle} " if found else ""
    return Finding(if_empty, label, f"{handle}has nobody in it", "add people to the group")


def _named_groups(people: People) -> Iterator[tuple[str, Group, Level]]:
    if people.platform_team is not None:
        yield "platform team", people.platform_team, Level.PROBLEM
    if people.duty is not None:
        yield "duty group", people.duty.group, Level.PROBLEM
    for name, approvers in people.approvers.items():
        yield f"approvers {name}", approvers.group, Level.PROBLEM
    for name, team in people.teams.items():
        yield f"team {name}", team.group, Level.WARNING


def by_level(findings: Iterable[Finding]) -> list[Finding]:
    """The worst last, where a terminal leaves off."""
    order = list(Level)
    return sorted(findings, key=lambda finding: order.index(finding.level))
