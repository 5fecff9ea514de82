"""The public holidays of where people work, by the handbook and their Slack user groups as they are now. Keeps nothing.

Slack is asked only where the answer hangs on who it is: most days are a holiday nowhere.
"""

from datetime import date

from bot.calendar import is_holiday
from bot.library import Shelf
from bot.slack import Slack
from bot.team_place import holidays_of
from knowledge.loader import Handbook


class DaysOff:
    def __init__(self, slack: Slack, shelf: Shelf) -> None:
        self._slack = slack
        self._shelf = shelf

    async def region_of(self, user_id: str, day: date) -> str:
        """Whose public holidays are theirs that day; "" for none. Raises SlackError."""
        handbook = self._shelf.library.handbook
        first, *more = _regions(handbook)
        if not more:
            return first
        teams = [name for name in handbook.people.teams if await self._is_in(name, user_id, day)]
        return holidays_of(teams, handbook.people, handbook.channels)

    async def is_off(self, user_id: str, day: date) -> bool:
        """Whether it is a public holiday where they work. Raises SlackError."""
        if not any(is_holiday(day, each) for each in _regions(self._shelf.library.handbook)):
            return False
        return is_holiday(day, await self.region_of(user_id, day))

    async def _is_in(self, team: str, user_id: str, day: date) -> bool:
        group = self._shelf.library.handbook.people.teams[team].group
        members = await self._slack.group_members(group.usergroup_id)
        return group.has(user_id, on=day, usergroup_members=members)


def _regions(handbook: Handbook) -> list[str]:
    """All that somebody's holidays can be of; the handbook's own are of who is in no team with a site."""
    sites = handbook.people.sites.values()
    return sorted({handbook.channels.holidays, *(each.holidays for each in sites)})
