"""Who is in which team and group of the handbook today, by their Slack user groups and by name.

What follows from it is decided in `bot.authority`.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator

from bot.desk import Desk
from bot.storage import requests as rows
from knowledge.actions import Action, Who
from knowledge.capabilities import Status
from knowledge.people import Group, People


class Memberships:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def is_named(self, action: Action, user_id: str) -> bool:
        """Whether the entry names the person, by their team, a group, or themselves. Guests are named apart.

        Of a pilot's action teams are its volunteers alone; whom an entry names besides teams is named still.
        """
        who = action.who
        if user_id in who.people:
            return True
        groups = _named_groups(who, self._people, self._offered_to(action))
        return any(await asyncio.gather(*(self._has(group, user_id) for group in groups)))

    async def is_in(self, group_name: str, user_id: str) -> bool:
        """Whether the person is in the group of that name today; nobody is in one that the handbook does not have."""
        group = self._people.role(group_name)
        return group is not None and await self._has(group, user_id)

    async def members(self, group_name: str) -> frozenset[str]:
        """All who are in the group of that name today."""
        group = self._people.role(group_name)
        if group is None:
            return frozenset()
        today, there = self._desk.today(), await self._desk.slack.group_members(group.usergroup_id)
        return there | {each.user_id for each in group.members if group.has(each.user_id, on=today)}

    async def teams_of(self, user_id: str) -> frozenset[str]:
        """The names of the person's teams."""
        teams = self._people.teams
        are_in = await asyncio.gather(*(self._has(team.group, user_id) for team in teams.values()))
        return frozenset(name for name, is_in in zip(teams, are_in, strict=True) if is_in)

    async def owns(self, owner: str, user_id: str) -> bool:
        """Whether the person is in the team or group that an entry calls its owner."""
        team = self._people.teams.get(owner)
        return bool(owner) and (
            await self.is_in(owner, user_id) or (team is not None and await self._has(team.group, user_id))
        )

    async def is_same_person(self, one: str, other: str) -> bool:
        """Whether these accounts are one person's, by the handbook or by a Git account that both of them have."""
        if self._people.same_person(one, other):
            return True
        async with self._desk.database.read() as tx:
            proven = await rows.accounts_by_slack_id(tx, [one, other])
        ours, theirs = proven.get(one, frozenset()), proven.get(other, frozenset())
        is_named = self._is_named(one, theirs) or self._is_named(other, ours)
        return bool(ours & theirs) or is_named or self._are_named_alike(one, other)

    async def refresh(self) -> None:
        """Reads all user groups at once, so that nobody who asks has to wait for them one by one."""
        await self._desk.slack.read_groups()

    def _is_named(self, user_id: str, proven: Iterable[tuple[str, str]]) -> bool:
        """Whether the handbook gives the person one of these accounts; it does not say at which host."""
        named = self._people.git_accounts.get(user_id)
        return named is not None and named.account.lower() in {account for _, account in proven}

    def _are_named_alike(self, one: str, other: str) -> bool:
        named = [self._people.git_accounts.get(each) for each in (one, other)]
        accounts = [each.account.lower() for each in named if each is not None]
        return len(accounts) == 2 and accounts[0] == accounts[1]

    @property
    def _people(self) -> People:
        return self._desk.shelf.library.handbook.people

    def _offered_to(self, action: Action) -> Callable[[str], bool]:
        capability = self._desk.shelf.library.handbook.capability(action.capability)
        return capability.is_offered_to if capability and capability.status is Status.PILOT else _anybody

    async def _has(self, group: Group, user_id: str) -> bool:
        members = await self._desk.slack.group_members(group.usergroup_id)
        return group.has(user_id, on=self._desk.today(), usergroup_members=members)


def _anybody(_team: str) -> bool:
    return True


def _named_groups(who: Who, people: People, is_offered_to: Callable[[str], bool]) -> Iterator[Group]:
    """The teams and groups of the entry, as the handbook has them; one that it does not have counts for nobody."""
    teams = people.teams if who.all_teams else [name for name in who.teams if name in people.teams]
    yield from (people.teams[name].group for name in teams if is_offered_to(name))
    yield from (group for name in who.groups if (group := people.role(name)) is not None)
