"""Takes down that teams turn to Mentor by themselves: it is a capability like the others, used by choice or not at all.

Who asked it something, called an answer solved or asked for an action counts for the one team that they are in. What it
says unasked in a channel is no use of it. How a team turns it off is `bot.adoption.speaking`'s: by *Stop*.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from bot.adoption.use_events import FileUse
from bot.adoption.uses import OWN, keep
from bot.desk import Desk
from bot.people import PeopleService
from bot.storage import adoption as rows
from bot.storage.engine import Tx
from bot.storage.people import slack_ids_of, stand_ins, who_is_left_out
from bot.storage.team import terms

LOOK_BACK = timedelta(days=7)  # a bot that was away for days still counts them


class OwnUseService:
    def __init__(self, desk: Desk, people: PeopleService) -> None:
        self._desk = desk
        self._people = people

    async def take_down(self) -> None:
        """Of the last days; a second time it adds nothing. Replicas may all do so. Raises SlackError."""
        capability = next((each for each in self._desk.shelf.library.handbook.capabilities if each.is_mentor), None)
        if capability is None:
            return
        async with self._desk.database.read() as tx:
            turned = await self._who_turned_to_us(tx)
        team_of = await self._team_of() if turned else {}
        found = sorted((team_of[who], day, who) for who, day in turned if who in team_of)
        uses = [FileUse(capability.id, team, day, person=who) for team, day, who in found]
        clock, new_id = self._desk.clock, self._desk.new_id
        await self._desk.database.write(lambda tx: keep(tx, uses, source=OWN, clock=clock, new_id=new_id))

    async def _who_turned_to_us(self, tx: Tx) -> set[tuple[str, date]]:
        """Slack ids with days: not of the platform team, of who is left out or was erased."""
        asked = await rows.turned_to_us(tx, since=self._desk.clock.now() - LOOK_BACK)
        slack_ids = await slack_ids_of(tx, {person for person, _ in asked})
        left_out = await who_is_left_out(tx, set(slack_ids.values()), await stand_ins(tx))
        platform = await terms(tx)

        def counts(person: str, at: datetime) -> bool:
            is_platform = any(term.covers(self._desk.local_day(at)) for term in platform.get(person, ()))
            return person in slack_ids and slack_ids[person] not in left_out and not is_platform

        return {(slack_ids[person], self._desk.local_day(at)) for person, at in asked if counts(person, at)}

    async def _team_of(self) -> Mapping[str, str]:
        """Of everybody who is in just one team today, which."""
        found: dict[str, list[str]] = {}
        for name, team in self._desk.shelf.library.handbook.people.teams.items():
            for user_id in await self._people.members_of(team.group):
                found.setdefault(user_id, []).append(name)
        return {user_id: teams[0] for user_id, teams in found.items() if len(teams) == 1}
