"""Who the token is, where it works, and the address of a socket."""

from sandbox.model import Json
from sandbox.refused import Refused
from sandbox.web_api.api import Api
from sandbox.web_api.arguments import Arguments
from sandbox.web_api.shapes import bot_json, team_json


def test_api(api: Api, arguments: Arguments) -> Json:
    """Gives back what it was given; with `error` it fails with that."""
    given = {name: value for name, value in arguments.values.items() if name != "token"}
    if given.get("error"):
        raise Refused(str(given["error"]), {"args": given})
    return {"args": given} if given else {}


def test_auth(api: Api, arguments: Arguments) -> Json:
    workspace = api.workspace
    answer: Json = {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.name,
        "user": workspace.people[workspace.bot_user_id].name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }
    return answer | ({"enterprise_id": workspace.enterprise_id} if workspace.enterprise_id else {})


def open_connection(api: Api, arguments: Arguments) -> Json:
    if not api.workspace.manifest.socket_mode:
        raise Refused("socket_mode_not_enabled")
    return {"url": api.socket_url()}


def team_info(api: Api, arguments: Arguments) -> Json:
    return {"team": team_json(api.workspace)}


def bot_info(api: Api, arguments: Arguments) -> Json:
    wanted = arguments.text("bot") or api.workspace.bot_id
    for person in api.workspace.people.values():
        if person.bot_id == wanted:
            return {"bot": bot_json(api.installation, person)}
    raise Refused("bot_not_found")
