"""For tests: a manifest that allows what the sandbox offers, and what people see as plain dialogue.

Brings no pytest fixtures: those stand in the tests that use them. Nothing here is for production.
"""

from collections.abc import Sequence

from sandbox.manifest import CHANNEL_KINDS
from sandbox.model import Json, Message
from sandbox.workspace import Workspace

_SCOPES = (
    "app_mentions:read",
    "channels:join",
    "chat:write",
    "commands",
    "reactions:read",
    "reactions:write",
    "team:read",
    "usergroups:read",
    "users:read",
)
_PLURAL = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}
_EVENTS = (
    "app_home_opened",
    "app_mention",
    "member_joined_channel",
    "member_left_channel",
    "reaction_added",
    "reaction_removed",
)


def manifest(
    *,
    commands: Sequence[str] = ("/platform",),
    global_shortcuts: Sequence[str] = (),
    message_shortcuts: Sequence[str] = (),
) -> Json:
    """An app that may do and hear everything the sandbox knows; shortcuts by their callback ids."""
    shortcuts = [
        {"name": each, "type": "global", "callback_id": each, "description": each} for each in global_shortcuts
    ]
    shortcuts += [
        {"name": each, "type": "message", "callback_id": each, "description": each} for each in message_shortcuts
    ]
    access = [f"{_PLURAL[kind]}:{what}" for kind in CHANNEL_KINDS for what in ("history", "read")]
    return {
        "display_information": {"name": "Mentor"},
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
            "bot_user": {"display_name": "Mentor"},
            "slash_commands": [{"command": each, "description": each} for each in commands],
            "shortcuts": shortcuts,
        },
        "oauth_config": {"scopes": {"bot": [*_SCOPES, "im:write", "mpim:write", *access]}},
        "settings": {
            "event_subscriptions": {"bot_events": [*_EVENTS, *(f"message.{_PLURAL[kind]}" for kind in CHANNEL_KINDS)]},
            "interactivity": {"is_enabled": True},
            "socket_mode_enabled": True,
        },
    }


def dialogue(workspace: Workspace, messages: Sequence[Message]) -> list[tuple[str, str]]:
    """Who said what, by name, in order: what a journey's test compares."""
    names = {person.id: person.name for person in workspace.people.values()}
    return [(names.get(each.user, each.user), each.text) for each in messages]
