"""Who is in which team of the handbook today, by pseudonym: for how far help reaches, never to tell of a person."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import structlog

from bot.desk import Desk
from bot.errors import SlackError
from bot.people import PeopleService
from bot.storage.people import known_pseudonyms

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Teams:
    """`names` are all teams there are; `of` are those of each person who is in one."""

    names: frozenset[str] = frozenset()
    of: Mapping[str, frozenset[str]] = field(default_factory=dict)


TeamsOf = Callable[[], Awaitable[Teams]]
NO_TEAMS = Teams()


async def no_teams() -> Teams:
    """Where there is no Slack to ask."""
    return NO_TEAMS


class OwnTeams:
    def __init__(self, desk: Desk, people: PeopleService) -> None:
        self._desk = desk
        self._people = people

    async def now(self) -> Teams:
        """None at all where Slack does not say: half of them would make a false share."""
        teams = self._desk.shelf.library.handbook.people.teams
        try:
            members = {name: await self._people.members_of(team.group) for name, team in teams.items()}
        except SlackError as error:
            log.warning("peers.no_teams", problem=str(error))
            return NO_TEAMS
        async with self._desk.database.read() as tx:
            known = await known_pseudonyms(tx, frozenset[str]().union(*members.values()))
        found: dict[str, frozenset[str]] = {}
        for name, user_ids in members.items():
            for user_id in user_ids & known.keys():
                found[known[user_id]] = found.get(known[user_id], frozenset()) | {name}
        return Teams(frozenset(teams), found)
