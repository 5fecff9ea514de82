"""`people.yaml`: the platform team, who is on duty, approver groups, teams and sites.

Its shapes and how they are read. Who may do what is decided in `bot.authority`.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.calendar import Hours, is_region, regions_of
from knowledge import strict_yaml
from knowledge.schema import Fields, Value
from knowledge.strict_yaml import Mapping

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOLIDAYS = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
EMAIL = re.compile(r"[^\s<>@]+@[^\s<>@]+")
GIT_NAME = re.compile(r"[^<>\n]+")  # Git ends a name at the <
PLATFORM_TEAM, DUTY = "platform_team", "duty"  # as other files name these two groups


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
    channel_id: str = ""  # for what concerns the team; "": none
    formerly: tuple[str, ...] = ()  # what it was called: what is kept under these names is its
    leads: tuple[Member, ...] = ()  # who brings it on; none named: whoever is in it
    duty: tuple[Member, ...] = ()  # whom others turn to for it

    def leads_on(self, day: date) -> frozenset[str]:
        """Who leads it that day; nobody where nobody is named."""
        return frozenset(each.user_id for each in self.leads if Group(members=(each,)).has(each.user_id, on=day))

    def duty_on(self, day: date) -> tuple[str, ...]:
        """Whom others turn to that day, in the file's order."""
        return tuple(each.user_id for each in self.duty if Group(members=(each,)).has(each.user_id, on=day))


@dataclass(frozen=True)
class ApproverGroup:
    """Who approves, and the channel that is shown what waits for them; "" is none."""

    group: Group
    channel_id: str = ""


@dataclass(frozen=True)
class GitAccount:
    """A person at the Git host; `name` and `email` as commits bear them, "" where the host is to be asked."""

    account: str
    name: str = ""
    email: str = ""


@dataclass(frozen=True)
class People:
    """No `people.yaml` means `People()`: no roles, so privileged verbs are refused."""

    platform_team: Group | None = None
    duty: Duty | None = None
    approvers: dict[str, ApproverGroup] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    git_accounts: dict[str, GitAccount] = field(default_factory=dict)  # by Slack user id
    aliases: tuple[frozenset[str], ...] = ()  # Slack accounts of one person

    def same_person(self, one: str, other: str) -> bool:
        """Whether both ids are one account, or accounts of one person."""
        return one == other or any(one in ids and other in ids for ids in self.aliases)

    def team_called(self, name: str) -> str:
        """What the team of this name is called now; "" when there is none."""
        if name in self.teams:
            return name
        return next((now for now, team in self.teams.items() if name in team.formerly), "")

    def role(self, name: str) -> Group | None:
        """The group that entries call so: a name under `approvers`, platform_team or duty; None when there is none."""
        if name == PLATFORM_TEAM:
            return self.platform_team
        if name == DUTY:
            return self.duty.group if self.duty else None
        found = self.approvers.get(name)
        return found.group if found else None

    @property
    def roles(self) -> tuple[str, ...]:
        """The names that `role` knows."""
        return tuple(name for name in (*self.approvers, PLATFORM_TEAM, DUTY) if self.role(name))


def read_people(root: Value) -> People:
    """The file's content; what is wrong is noted at `root`, and then the result is not to be used."""
    fields = root.fields(PLATFORM_TEAM, DUTY, "approvers", "teams", "sites", "git_accounts", "aliases")
    sites = fields.get("sites", _read_sites, {})
    aliases = fields.get("aliases", _read_aliases, ())
    return People(
        platform_team=fields.get(PLATFORM_TEAM, read_group, None),
        duty=fields.get(DUTY, _read_duty, None),
        approvers=fields.get("approvers", _read_approvers, {}),
        teams=fields.get("teams", lambda value: _read_teams(value, tuple(sites)), {}),
        sites=sites,
        git_accounts=fields.get("git_accounts", lambda value: _read_git_accounts(value, People(aliases=aliases)), {}),
        aliases=aliases,
    )


def read_group(value: Value) -> Group:
    return _group(value, value.fields("group", "members"))


def read_hours(value: Value, *, timezone: str | None = None) -> Hours | None:
    """Working hours; `timezone` is the file's, for hours that name none. None, noted, when something is wrong."""
    fields = value.fields("days", "from", "to", "timezone")
    days = fields.need("days", _read_days, "write for example [mon, tue, wed, thu, fri]")
    start = fields.need("from", Value.time_of_day, 'write for example "09:00"')
    end = fields.need("to", Value.time_of_day, 'write for example "17:30"')
    if timezone is None or "timezone" in fields:
        timezone = fields.need("timezone", Value.zone, "write a zone such as Europe/London")
    if start is None or end is None or not days or timezone is None:
        return None
    if start >= end:
        fields["to"].wrong(f"the day ends at {end:%H:%M}, before it begins", "write a later time, at most 24:00")
        return None
    return Hours(days=days, start=start, end=end, timezone=timezone)


def read_holidays(value: Value) -> str | None:
    """A country, or a part of one, whose public holidays are known. None, noted, when it is not."""
    region = value.shaped(HOLIDAYS, "is not a country or region code", "write for example GB, GB-ENG or DE-BE")
    if region is None or is_region(region):
        return region
    known = [code for code in regions_of(region[:2]) if HOLIDAYS.fullmatch(code)]
    fix = f"write one of: {', '.join(known)}" if known else "write an ISO 3166 code such as GB, GB-ENG or DE-BE"
    value.wrong(f'the public holidays of "{region}" are not known', fix)
    return None


def _read_days(value: Value) -> frozenset[int]:
    days = [day for item in value.items() if (day := item.choice(WEEKDAYS)) is not None]
    if not days:
        value.wrong("no day is named", "write for example [mon, tue, wed, thu, fri]")
    return frozenset(WEEKDAYS.index(day) + 1 for day in days)


def _group(value: Value, fields: Fields) -> Group:
    group = Group(
        usergroup_id=fields.get("group", Value.usergroup_id, ""),
        members=fields.get("members", read_members, ()),
    )
    if isinstance(value.node, Mapping) and "group" not in fields and "members" not in fields:
        value.wrong("the group names nobody", "give it `group` (a Slack user group), `members`, or both")
    return group


def read_members(value: Value) -> tuple[Member, ...]:
    """People by id, or by `id`, `from` and `until`; nobody twice at a time."""
    items = value.items()
    if not items and isinstance(value.node, strict_yaml.Sequence):
        value.wrong("the list is empty", "name at least one person, or take the key out")
    terms: dict[str, list[Member]] = defaultdict(list)
    for item in items:
        member = _read_member(item)
        if member is None:
            continue
        if any(_overlap(member, other) for other in terms[member.user_id]):
            item.wrong(f"{member.user_id} is in the group twice at a time", "keep one entry, or part them by dates")
        terms[member.user_id].append(member)
    return tuple(member for members in terms.values() for member in members)


def _read_member(value: Value) -> Member | None:
    if not isinstance(value.node, Mapping):
        user_id = value.user_id()
        return Member(user_id) if user_id else None
    fields = value.fields("id", "from", "until")
    user_id = fields.need("id", Value.user_id, "write the person's Slack id")
    since = fields.get("from", Value.day, None)
    until = fields.get("until", Value.day, None)
    if since and until and until <= since:
        fields["until"].wrong(f"the time ends on {until}, before it begins", "write a day after `from`")
    return Member(user_id, since=since, until=until) if user_id else None


def _overlap(one: Member, other: Member) -> bool:
    return (one.since or date.min) < (other.until or date.max) and (other.since or date.min) < (one.until or date.max)


def _read_duty(value: Value) -> Duty | None:
    fields = value.fields("group", "members", "hours", "page")
    group = _group(value, fields)
    hours = fields.need("hours", read_hours, "say when somebody is on duty: days, from, to, timezone")
    page = fields.get("page", Value.text, "")
    return Duty(group=group, hours=hours, page=page) if hours else None


def _read_approvers(value: Value) -> dict[str, ApproverGroup]:
    groups: dict[str, ApproverGroup] = {}
    for name, below in value.named().items():
        if name in (PLATFORM_TEAM, DUTY):
            below.wrong(f'"{name}" is a group already', "give the group another name")
        fields = below.fields("group", "members", "channel")
        groups[name] = ApproverGroup(_group(below, fields), fields.get("channel", Value.channel_id, ""))
    return groups


def _read_teams(value: Value, sites: Sequence[str]) -> dict[str, Team]:
    below = value.named()
    teams = {name: _read_team(each, sites) for name, each in below.items()}
    taken = set(teams)
    for name, team in teams.items():
        for former in team.formerly:
            if former in taken:
                fix = "a name leads to one team: take it out here, or there"
                below[name].wrong(f'"{former}" is another team, or was', fix, at="formerly")
            taken.add(former)
    return teams


def _read_team(value: Value, sites: Sequence[str]) -> Team:
    fields = value.fields("group", "members", "site", "channel", "formerly", "leads", "duty")
    group = _group(value, fields)
    leads, duty = fields.get("leads", read_members, ()), fields.get("duty", read_members, ())
    formerly = fields.get("formerly", _read_names, ())
    site = fields.get("site", Value.name, "")
    if site and site not in sites:
        fields["site"].dangling(site, "sites", sites)
    return Team(group, site, fields.get("channel", Value.channel_id, ""), formerly, leads, duty)


def _read_names(value: Value) -> tuple[str, ...]:
    return tuple(name for item in value.items() if (name := item.name()) is not None)


def _read_sites(value: Value) -> dict[str, Site]:
    return {name: _read_site(below) for name, below in value.named().items()}


def _read_site(value: Value) -> Site:
    fields = value.fields("timezone", "holidays")
    timezone = fields.need("timezone", Value.zone, "write a zone such as Europe/London")
    return Site(timezone=timezone or "UTC", holidays=fields.get("holidays", read_holidays, ""))


def _read_git_accounts(value: Value, people: People) -> dict[str, GitAccount]:
    """`people` knows the aliases: a person may have one Git account under several Slack accounts."""
    accounts: dict[str, GitAccount] = {}
    for user_id, below in value.named().items():
        account = _read_git_account(below)
        if not below.is_user_id(user_id) or account is None:
            continue
        others = [other for other, held in accounts.items() if held.account.lower() == account.account.lower()]
        if any(not people.same_person(user_id, other) for other in others):
            fix = "give each person an own account, or name the two under `aliases` if they are one person"
            below.wrong(f'the account "{account.account}" belongs to two people', fix)
        accounts[user_id] = account
    return accounts


def _read_git_account(value: Value) -> GitAccount | None:
    if not isinstance(value.node, Mapping):
        account = value.name()
        return GitAccount(account) if account else None
    fields = value.fields("account", "name", "email")
    account = fields.need("account", Value.name, "write the account's name at the Git host")
    name = fields.get("name", lambda name: name.shaped(GIT_NAME, "is no name for a commit", "leave < and > out"), "")
    email = fields.get("email", lambda email: email.shaped(EMAIL, "is no address", "write name@example.com"), "")
    return GitAccount(account, name, email) if account else None


def _read_aliases(value: Value) -> tuple[frozenset[str], ...]:
    """Nobody stands in two sets: accounts that share one are one person."""
    seen: set[str] = set()
    sets: list[frozenset[str]] = []
    for item in value.items():
        ids = [user_id for each in item.items() if (user_id := each.user_id()) is not None]
        for user_id in ids:
            if user_id in seen:
                item.wrong(f"{user_id} is listed twice", "put all accounts of one person into one list, each once")
            seen.add(user_id)
        if len(set(ids)) < 2:
            item.wrong("one account alone is no alias", "list at least two accounts of one person")
        sets.append(frozenset(ids))
    return tuple(sets)
