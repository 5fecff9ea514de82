"""What Slack sends when people press, choose, submit, close, call a shortcut or type a slash command.

Pure builders: which element and what state is `elements.py`, sending is `delivery.py`, who may is `actor.py`.
"""

from dataclasses import dataclass

from sandbox.bodies import message_body, reactions_of, view_body
from sandbox.installation import Installation
from sandbox.model import Channel, Json, Message, Person, View
from sandbox.organisation import Organisation
from sandbox.payloads import VERIFICATION_TOKEN


@dataclass(frozen=True)
class Handles:
    """What lets the app react to an act: a trigger for modals, a URL for replies."""

    trigger_id: str
    response_url: str = ""


def slash_command(
    app: Installation, person: Person, channel: Channel, *, command: str, text: str, handles: Handles
) -> Json:
    team = app.organisation.team(app.team_of(person.id, channel))
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": team.id,
        "team_domain": team.domain,
        **app.organisation.about(team.id),
        "channel_id": channel.id,
        "channel_name": _channel_name(channel),
        "user_id": person.id,
        "user_name": person.name,
        "command": command,
        "text": text,
        "api_app_id": app.app_id,
        "is_enterprise_install": "true" if app.organisation.is_whole_install else "false",
        "response_url": handles.response_url,
        "trigger_id": handles.trigger_id,
    }


def message_action(
    app: Installation, person: Person, message: Message, *, action: Json, values: Json, handles: Handles
) -> Json:
    """`block_actions` on a message. Slack leaves the message out when it is ephemeral."""
    is_ephemeral = message.ephemeral_to is not None
    container: Json = {"type": "message", "message_ts": message.ts, "channel_id": message.channel}
    container |= {"is_ephemeral": is_ephemeral}
    container |= {"thread_ts": message.thread_ts} if message.thread_ts else {}
    body = _from_person(app, person, "block_actions")
    body |= {"container": container, "trigger_id": handles.trigger_id, "response_url": handles.response_url}
    body |= {"channel": _channel(app.channels[message.channel]), "state": {"values": values}}
    body |= {} if is_ephemeral else {"message": _message(app, message)}
    return body | {"actions": [action]}


def view_action(app: Installation, person: Person, view: View, *, action: Json, values: Json, handles: Handles) -> Json:
    """`block_actions` on a modal or on Home: no channel and no response URL."""
    body = _from_person(app, person, "block_actions")
    body |= {"container": {"type": "view", "view_id": view.id}, "trigger_id": handles.trigger_id}
    return body | {"view": view_body(app, view, values), "actions": [action]}


def view_submission(app: Installation, person: Person, view: View, *, values: Json, handles: Handles) -> Json:
    body = _from_person(app, person, "view_submission")
    body |= {"trigger_id": handles.trigger_id, "view": view_body(app, view, values), "response_urls": []}
    return body


def view_closed(app: Installation, person: Person, view: View, *, values: Json, is_cleared: bool) -> Json:
    body = _from_person(app, person, "view_closed")
    return body | {"view": view_body(app, view, values), "is_cleared": is_cleared}


def global_shortcut(app: Installation, person: Person, *, callback_id: str, action_ts: str, handles: Handles) -> Json:
    body = _from_person(app, person, "shortcut")
    del body["api_app_id"], body["user"]["name"]  # Slack leaves both out here
    return body | {"action_ts": action_ts, "callback_id": callback_id, "trigger_id": handles.trigger_id}


def message_shortcut(
    app: Installation, person: Person, message: Message, *, callback_id: str, action_ts: str, handles: Handles
) -> Json:
    body = _from_person(app, person, "message_action")
    del body["api_app_id"], body["user"]["username"]
    body |= {"action_ts": action_ts, "callback_id": callback_id, "trigger_id": handles.trigger_id}
    body |= {"response_url": handles.response_url, "channel": _channel(app.channels[message.channel])}
    return body | {"message_ts": message.ts, "message": _message(app, message)}


def _message(app: Installation, message: Message) -> Json:
    return message_body(app, message) | reactions_of(message, me=app.bot_user_id)


def _from_person(app: Installation, person: Person, kind: str) -> Json:
    team_id = app.team_of(person.id)
    user = {"id": person.id, "username": person.name, "name": person.name, "team_id": team_id}
    body: Json = {"type": kind, "user": user, "api_app_id": app.app_id, "token": VERIFICATION_TOKEN}
    return body | _place(app.organisation, team_id)


def _place(organisation: Organisation, team_id: str) -> Json:
    """Where a person acts. An app installed for the whole organisation is told of no workspace beside it."""
    team, is_whole = organisation.team(team_id), organisation.is_whole_install
    about = organisation.about(team_id)
    enterprise = {"id": team.enterprise_id, "name": team.enterprise_name} if about else None
    named = None if is_whole else {"id": team.id, "domain": team.domain} | about
    return {"team": named, "enterprise": enterprise, "is_enterprise_install": is_whole}


def _channel(channel: Channel) -> Json:
    return {"id": channel.id, "name": _channel_name(channel)}


def _channel_name(channel: Channel) -> str:
    """Slack hides the names of private places."""
    return {"im": "directmessage", "mpim": "mpdm", "group": "privategroup"}.get(channel.kind, channel.name)
