"""Reads how far a team is brought on: from the handbook, Slack and our records, as they are now. Keeps nothing."""

from collections.abc import Callable, Collection, Sequence
from datetime import date

from bot.desk import Desk
from bot.errors import SlackRefused
from bot.onboarding.rules import Standing, begin, step_of
from bot.people import PeopleService
from bot.storage import chosen
from bot.storage import onboarding as rows
from bot.storage import requests as request_rows
from bot.storage.engine import Tx
from knowledge.loader import Handbook
from knowledge.people import Team


class StandingService:
    """`can_link` tells whether an account can be linked at any host."""

    def __init__(self, desk: Desk, people: PeopleService, *, can_link: Callable[[], bool]) -> None:
        self._desk = desk
        self._people = people
        self._can_link = can_link

    async def of(self, name: str) -> Standing:
        """Of a team that the handbook has. Raises SlackError."""
        team = self._handbook.people.teams[name]
        async with self._desk.database.read() as tx:
            proposed = await rows.proposed(tx, begin(name))
        waiting = {step: url for subject, url in proposed.items() if (step := step_of(subject)) is not None}
        members = await self._people.members_of(team.group)
        async with self._desk.database.read() as tx:
            linked = await self._linked(tx, members)
            title, day = await self._first_choice(tx, name, team)
        return Standing(
            name,
            people=len(members),
            linked=linked,
            can_link=self._can_link(),
            duty=await self.names(team.duty_on(self._desk.today())),
            chosen=title,
            chosen_on=day,
            channel_id=team.channel_id,
            is_watched=self._handbook.channels.watched(team.channel_id) is not None,
            is_in_channel=await self._is_in(team.channel_id),
            proposed=waiting,
        )

    async def names(self, user_ids: Collection[str]) -> Sequence[str]:
        """As Slack calls them now; whom it does not know is left out."""
        found = []
        for each in user_ids:
            try:
                found.append(await self._desk.slack.real_name(each))
            except SlackRefused as refused:
                if refused.is_token_trouble:
                    raise
        return [each for each in found if each]

    async def _linked(self, tx: Tx, members: Collection[str]) -> int:
        """Of how many people an account is known: proven by them, or named in the handbook."""
        proven = await request_rows.accounts_by_slack_id(tx, members)
        return len({*proven, *(set(members) & set(self._handbook.people.git_accounts))})

    async def _first_choice(self, tx: Tx, name: str, team: Team) -> tuple[str, date | None]:
        """The title of what the team chose first, under any name it had; "" for nothing. Talking to us is none."""
        titles = {each.id: each.title for each in self._handbook.capabilities if not each.is_mentor}
        uses, choices = await chosen.first_uses(tx, among=titles), await chosen.first_choices(tx)
        found = []
        for each in (name, *team.formerly):
            if each in uses:
                found.append((uses[each][1], titles[uses[each][0]]))
            if each in choices:
                policy = self._handbook.policy(choices[each][0])
                found.append((choices[each][1], policy.title if policy else choices[each][0]))
        day, title = min(found, default=(None, ""))
        return title, day

    async def _is_in(self, channel_id: str) -> bool:
        """Whether the bot is in the channel; it cannot see a private one that it is not in."""
        if not channel_id:
            return False
        try:
            return (await self._desk.slack.channel_info(channel_id)).is_member
        except SlackRefused as refused:
            if refused.is_token_trouble:
                raise
            return False

    @property
    def _handbook(self) -> Handbook:
        return self._desk.shelf.library.handbook
