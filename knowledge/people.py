"""`people.yaml`: the platform team, who is on duty, approver groups, teams and sites."""

from dataclasses import dataclass, field
from datetime import date

from bot.calendar import Hours


@dataclass(frozen=True)
class Member:
    user_id: str
    since: date | None = None  # first day in the group; None: always
    until: date | None = None  # first day no longer in it; None: still


@dataclass(frozen=True)
class Group:
    """People by a Slack user group, by name, or both."""

    usergroup_id: str = ""
    members: tuple[Member, ...] = ()

    def has(self, user_id: str, *, on: date, usergroup_members: frozenset[str] = frozenset()) -> bool:
        """Whether the person is in the group that day; a Slack user group has no history and counts for every day."""
        return user_id in usergroup_members or any(
            member.user_id == user_id
            and (member.since is None or member.since <= on)
            and (member.until is None or on < member.until)
            for member in self.members
        )


@dataclass(frozen=True)
class Duty:
    """Who is on duty, when, and the official way to page outside these hours (plain text or a link)."""

    group: Group
    hours: Hours
    page: str = ""


@dataclass(frozen=True)
class Site:
    timezone: str
    holidays: str = ""  # a country or region code of the `holidays` package, e.g. "GB-ENG"


@dataclass(frozen=True)
class Team:
    group: Group
    site: str = ""


@dataclass(frozen=True)
class People:
    """No `people.yaml` means `People()`: no roles, so privileged verbs are refused."""

    platform_team: Group | None = None
    duty: Duty | None = None
    approvers: dict[str, Group] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    git_accounts: dict[str, str] = field(default_factory=dict)  # Slack user id -> account
