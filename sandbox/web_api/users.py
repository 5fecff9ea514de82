"""People and user groups, as the app may read them."""

from sandbox.model import Json, Person
from sandbox.refused import Refused
from sandbox.web_api.api import Api
from sandbox.web_api.arguments import Arguments
from sandbox.web_api.paging import page_of
from sandbox.web_api.shapes import email_of, user_json, usergroup_json

SLACKBOT_ID = "USLACKBOT"  # a person in every workspace, and no bot by its own account


def user_info(api: Api, arguments: Arguments) -> Json:
    user_id = arguments.required("user")
    person = slackbot(api) if user_id == SLACKBOT_ID else api.workspace.person(user_id)
    return {"user": user_json(api.workspace, person)}


def list_users(api: Api, arguments: Arguments) -> Json:
    """All of the workspace, and those of others who share a channel with it."""
    team_id = api.team_asked(arguments)
    people = {SLACKBOT_ID: slackbot(api)} | {each.id: each for each in api.workspace.people_of(team_id)}
    limit = arguments.limit(default=1000, most=1000)
    page, metadata = page_of(list(people), kind="user", cursor=arguments.text("cursor"), limit=limit)
    return {
        "members": [user_json(api.workspace, people[user_id]) for user_id in page],
        "cache_ts": int(api.workspace.clock.now()),
        "response_metadata": metadata,
    }


def look_up_by_email(api: Api, arguments: Arguments) -> Json:
    email = arguments.required("email")
    for person in api.workspace.people.values():
        if not person.is_bot and not person.deleted and email_of(api.workspace, person) == email:
            return {"user": user_json(api.workspace, person)}
    raise Refused("users_not_found")


def presence(api: Api, arguments: Arguments) -> Json:
    """Whether somebody is there; of the app itself with what that is drawn from."""
    workspace = api.workspace
    person = workspace.person(arguments.text("user") or workspace.bot_user_id)
    answer: Json = {"presence": "away" if person.is_away or person.deleted else "active"}
    if person.id != workspace.bot_user_id:
        return answer
    now, drawn = int(workspace.clock.now()), {"online": True, "auto_away": False, "manual_away": False}
    return answer | drawn | {"connection_count": 1, "last_activity": now}


def list_usergroups(api: Api, arguments: Arguments) -> Json:
    with_users, with_count = arguments.flag("include_users"), arguments.flag("include_count")
    is_ours = api.team_asked(arguments) == api.workspace.team_id
    groups = api.workspace.usergroups.values() if is_ours else ()
    return {
        "usergroups": [
            usergroup_json(api.workspace, group, with_users=with_users, with_count=with_count) for group in groups
        ]
    }


def list_usergroup_users(api: Api, arguments: Arguments) -> Json:
    group = api.workspace.usergroups.get(arguments.required("usergroup"))
    api.team_asked(arguments)
    if group is None:
        raise Refused("no_such_subteam")
    return {"users": list(group.users)}


def slackbot(api: Api) -> Person:
    return Person(SLACKBOT_ID, "slackbot", "Slackbot", api.workspace.team_id, tz="America/Los_Angeles")
