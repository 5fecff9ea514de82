"""Who the token is, where it works, and the address of a socket."""

from sandbox.model import Json
from sandbox.refused import Refused
from sandbox.web_api.api import Api
from sandbox.web_api.arguments import Arguments
from sandbox.web_api.paging import page_of
from sandbox.web_api.shapes import bot_json, team_json


def test_api(api: Api, arguments: Arguments) -> Json:
    """Gives back what it was given; with `error` it fails with that."""
    given = {name: value for name, value in arguments.values.items() if name != "token"}
    if given.get("error"):
        raise Refused(str(given["error"]), {"args": given})
    return {"args": given} if given else {}


def test_auth(api: Api, arguments: Arguments) -> Json:
    """A token of the whole organisation names that in place of a workspace."""
    workspace, organisation = api.workspace, api.workspace.organisation
    team, is_whole = workspace.team, organisation.is_whole_install
    answer: Json = {
        "url": f"https://{team.domain}.slack.com/",
        "team": organisation.name if is_whole else team.name,
        "user": workspace.people[workspace.bot_user_id].name,
        "team_id": organisation.id if is_whole else team.id,
        "user_id": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": is_whole,
    }
    return answer | ({"enterprise_id": organisation.id} if organisation.id else {})


def list_teams(api: Api, arguments: Arguments) -> Json:
    """The workspaces in which the token works."""
    organisation = api.workspace.organisation
    teams = {each.id: each for each in organisation.our_teams() if organisation.has_app(each.id)}
    limit = arguments.limit(default=100, most=1000)
    page, metadata = page_of(list(teams), kind="team", cursor=arguments.text("cursor"), limit=limit)
    shown = [{"id": teams[each].id, "name": teams[each].name} for each in page]
    return {"teams": shown, "response_metadata": metadata}


def open_connection(api: Api, arguments: Arguments) -> Json:
    if not api.workspace.manifest.socket_mode:
        raise Refused("socket_mode_not_enabled")
    return {"url": api.socket_url()}


def team_info(api: Api, arguments: Arguments) -> Json:
    """Of our workspace, or of the one named by `team`."""
    team_id = arguments.text("team") or api.workspace.team_id
    if team_id not in api.workspace.organisation.teams:
        raise Refused("team_not_found")
    return {"team": team_json(api.workspace.organisation.team(team_id))}


def bot_info(api: Api, arguments: Arguments) -> Json:
    api.team_asked(arguments)
    wanted = arguments.text("bot") or api.workspace.bot_id
    for person in api.workspace.people.values():
        if person.bot_id == wanted:
            return {"bot": bot_json(api.installation, person)}
    raise Refused("bot_not_found")
