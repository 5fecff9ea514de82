"""Who a pseudonym is to Slack and to the handbook, as things stand now."""

from collections.abc import Collection

from bot.authority import Act, Matter, Refused, is_ours, may
from bot.days_off import DaysOff
from bot.desk import Desk
from bot.errors import SlackRefused
from bot.model import Profile
from bot.storage.people import slack_id_of, slack_ids_of
from knowledge.people import Group

ERASED = Profile("", None, is_deleted=True)
NOTHING = Matter()
WHOEVER = (Act.ASK, Act.MARK_SOLVED)  # acts for which the platform team has no right of its own


class PeopleService:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def profile(self, pseudonym: str) -> Profile:
        """What Slack says of the person; one who was erased may do nothing."""
        async with self._desk.database.read() as tx:
            slack_id = await slack_id_of(tx, pseudonym)
        return ERASED if slack_id is None else await self._desk.slack.profile(slack_id)

    async def names_of(self, pseudonyms: Collection[str]) -> frozenset[str]:
        """All that Slack calls these people; nothing of those who were erased or stand in for somebody."""
        async with self._desk.database.read() as tx:
            known = await slack_ids_of(tx, pseudonyms)
        return frozenset().union(*[await self._desk.slack.names_of(each) for each in known.values()])

    async def is_platform(self, user_id: str) -> bool:
        """Whether the person is in the platform team today; nobody is when the handbook names no team."""
        group = self._desk.shelf.library.handbook.people.platform_team
        return group is not None and await self.is_in(group, user_id)

    async def is_in(self, group: Group, user_id: str) -> bool:
        """Whether the person is in the group today. Raises SlackError."""
        members = await self._desk.slack.group_members(group.usergroup_id)
        return group.has(user_id, on=self._desk.today(), usergroup_members=members)

    async def is_member(self, user_id: str) -> bool:
        """Whether it is a person of ours who is there now: no bot, no guest. Raises SlackError where it is not told."""
        try:
            them = await self._desk.slack.profile(user_id)
        except SlackRefused as refused:
            if refused.is_token_trouble:
                raise
            return False
        is_person = not (them.is_bot or them.is_guest or them.is_deleted)
        return is_person and is_ours(them.team_id, them.enterprise_id, self._desk.workspace)

    async def members_of(self, group: Group) -> frozenset[str]:
        """The Slack ids of all who are in the group today. Raises SlackError."""
        members, today = await self._desk.slack.group_members(group.usergroup_id), self._desk.today()
        named = {each.user_id for each in group.members if group.has(each.user_id, on=today)}
        return members | named

    async def teams_of(self, user_id: str) -> tuple[str, ...]:
        """The names of the person's teams today, as the handbook lists them. Raises SlackError."""
        teams = self._desk.shelf.library.handbook.people.teams
        return tuple([name for name, team in teams.items() if await self.is_in(team.group, user_id)])

    async def holidays_of(self, user_id: str) -> str:
        """The region whose public holidays are theirs today; "" for none. Raises SlackError."""
        return await DaysOff(self._desk.slack, self._desk.shelf).region_of(user_id, self._desk.today())

    async def why_not(
        self, person: Profile, act: Act, *, is_asker: bool = False, is_owner: bool = False, matter: Matter = NOTHING
    ) -> str:
        """Why the person may not do it, as things stand now; "" when they may."""
        permission = may(
            person,
            act,
            workspace=self._desk.workspace,
            guests_may_ask=self._desk.shelf.library.handbook.channels.guests_may_ask,
            is_asker=is_asker,
            is_owner=is_owner,
            is_platform=act not in WHOEVER and await self.is_platform(person.user_id),
            matter=matter,
        )
        return permission.reason if isinstance(permission, Refused) else ""
