"""The part of App Home for somebody whom the bot never met; nothing for everybody else."""

from collections.abc import Sequence

from bot.answers.duty import DutyService
from bot.desk import Desk
from bot.model import Json
from bot.onboarding import welcome_blocks as blocks
from bot.onboarding.service import StartService
from bot.onboarding.standing import StandingService
from bot.onboarding.welcome_blocks import Welcome
from bot.people import PeopleService
from bot.storage import onboarding as rows
from bot.storage.people import slack_id_of
from knowledge.people import People


class NewcomerService:
    def __init__(
        self,
        desk: Desk,
        people: PeopleService,
        duty: DutyService,
        standing: StandingService,
        start: StartService,
        *,
        command: str,
    ) -> None:
        self._desk = desk
        self._people = people
        self._duty = duty
        self._standing = standing
        self._start = start
        self._command = command

    async def home_part(self, person: str) -> Sequence[Json]:
        """Until they first asked, answered or were told something. Raises SlackError."""
        async with self._desk.database.read() as tx:
            user_id = await slack_id_of(tx, person)
            is_met = await rows.was_met(tx, person)
        if is_met or user_id is None or not await self._people.is_member(user_id):
            return ()
        return blocks.welcome(await self._known(user_id), command=self._command)

    async def _known(self, user_id: str) -> Welcome:
        teams = await self._people.teams_of(user_id)
        named = [each for name in teams for each in self._handbook.teams[name].duty_on(self._desk.today())]
        duty, of, back = named, teams[0] if teams else "", ""
        if not named:
            duty, back = await self._on_duty()
            of = ""
        return Welcome(teams, await self._standing.names(duty), of, back, await self._start.first_action(user_id))

    async def _on_duty(self) -> tuple[list[str], str]:
        """Who of the platform team is there now; or when somebody is again."""
        duty, there = self._handbook.duty, self._duty.on_duty()
        if duty is None or there.back:
            return [], there.back
        return sorted(await self._people.members_of(duty.group)), ""

    @property
    def _handbook(self) -> People:
        return self._desk.shelf.library.handbook.people
