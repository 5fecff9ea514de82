"""Whose a request is: the team that it names, else the requester's only one."""

from bot.desk import Desk
from bot.people import PeopleService
from bot.storage.people import slack_id_of
from bot.storage.requests import RequestRow
from knowledge.actions import InputType


async def team_of(request: RequestRow, desk: Desk, people: PeopleService) -> str:
    """ "" where neither tells, or the team is not there any more. Raises SlackError."""
    handbook = desk.shelf.library.handbook
    action = handbook.action(request.action)
    asked = [each.name for each in action.inputs if each.type is InputType.TEAM] if action else []
    named = [team for name in asked if (team := request.inputs.get(name, ""))]
    if named:
        return handbook.people.team_called(named[0])
    async with desk.database.read() as tx:
        slack_id = await slack_id_of(tx, request.person)
    teams = await people.teams_of(slack_id) if slack_id else ()
    return teams[0] if len(teams) == 1 else ""
