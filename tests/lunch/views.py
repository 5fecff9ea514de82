"""What Lunch shows, and its manifest."""

from typing import Any

Body = dict[str, Any]

MANIFEST: Body = {
    "display_information": {"name": "Lunch"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
        "agent_view": {"agent_description": "Knows where to eat"},
        "bot_user": {"display_name": "Lunch", "always_online": True},
        "slash_commands": [{"command": "/lunch", "description": "Propose a place"}],
        "shortcuts": [
            {"name": "Save this place", "type": "message", "callback_id": "save_place", "description": "Keep it"},
            {"name": "Propose a place", "type": "global", "callback_id": "propose", "description": "Anywhere"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "app_mentions:read",
                "assistant:write",
                "channels:history",
                "channels:read",
                "chat:write",
                "commands",
                "im:history",
                "users:read",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened", "app_mention", "message.im"]},
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}
BAD_PRICE = "A price is a number, such as 12."


def form(channel: str) -> Body:
    return {
        "type": "modal",
        "callback_id": "place",
        "private_metadata": channel,
        "title": {"type": "plain_text", "text": "Propose a place"},
        "submit": {"type": "plain_text", "text": "Propose"},
        "blocks": [_field("name", "Where?"), _field("price", "What does it cost?")],
    }


def home() -> Body:
    return {"type": "home", "blocks": [said("Where shall we eat?"), buttons()]}


def buttons() -> Body:
    label = {"type": "plain_text", "text": "Propose"}
    return {"type": "actions", "elements": [{"type": "button", "action_id": "propose", "text": label, "value": "x"}]}


def said(text: str) -> Body:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def filled(view: Body) -> tuple[str, str]:
    """The place and the price of a form that was sent."""
    values = view["state"]["values"]
    return values["name"]["typed"]["value"], values["price"]["typed"]["value"]


def _field(block_id: str, label: str) -> Body:
    element = {"type": "plain_text_input", "action_id": "typed"}
    return {
        "type": "input",
        "block_id": block_id,
        "label": {"type": "plain_text", "text": label},
        "element": element,
    }
