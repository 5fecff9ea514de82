"""Keeps who is in the platform team on which day: the handbook names people with dates, Slack's user group is watched.

What the days are used for is `bot.peers.cases`'. When the handbook and the group are looked at is `bot.app`'s.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from zoneinfo import ZoneInfo

import structlog

from bot.clock import Clock
from bot.errors import SlackError
from bot.storage import team as rows
from bot.storage.engine import Database, Tx
from bot.storage.people import pseudonyms_of, stand_ins, who_is_left_out
from bot.storage.team import HANDBOOK, Term
from knowledge.loader import Handbook

GroupMembers = Callable[[str], Awaitable[frozenset[str]]]  # by the user group's id; raises SlackError

log = structlog.get_logger(__name__)


class TeamService:
    def __init__(
        self,
        database: Database,
        *,
        handbook: Callable[[], Handbook],
        group_members: GroupMembers,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._database = database
        self._handbook = handbook
        self._group_members = group_members
        self._clock = clock
        self._new_id = new_id

    async def take_handbook(self, handbook: Handbook) -> None:
        """The people it names are in the team on the days it says, and nobody else by name."""
        team = handbook.people.platform_team
        members = team.members if team else ()

        async def unit(tx: Tx) -> None:
            names = await self._names(tx, {each.user_id for each in members}, handbook)
            named = [Term(name, each.since, each.until) for each in members for name in names[each.user_id]]
            await rows.replace(tx, HANDBOOK, named)

        await self._database.write(unit)

    async def observe_group(self) -> None:
        """Who is in the team's user group today; nothing changes when Slack does not say."""
        handbook = self._handbook()
        team = handbook.people.platform_team
        try:
            members = await self._group_members(team.usergroup_id if team else "")
        except SlackError as error:
            log.warning("team.not_observed", problem=str(error))
            return
        today = self._clock.now().astimezone(ZoneInfo(handbook.channels.timezone)).date()

        async def unit(tx: Tx) -> None:
            names = await self._names(tx, members, handbook)
            await rows.observe(tx, frozenset(name for each in names.values() for name in each), on=today)

        await self._database.write(unit)

    async def _names(self, tx: Tx, user_ids: Collection[str], handbook: Handbook) -> Mapping[str, tuple[str, ...]]:
        """Each one's pseudonym; of who is left out the stand-ins, one for each watched channel."""
        stand_in = await stand_ins(tx)
        left_out = await who_is_left_out(tx, user_ids, stand_in)
        known = await pseudonyms_of(tx, set(user_ids) - left_out, now=self._clock.now(), new_id=self._new_id)
        channel_ids = [each.id for each in handbook.channels.channels]
        hidden = {user: tuple(stand_in.stand_in(user, each) for each in channel_ids) for user in left_out}
        return {user: (pseudonym,) for user, pseudonym in known.items()} | hidden
