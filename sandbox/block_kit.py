"""Slack's Block Kit as a table: which fields each block, element and object has, and how much each may hold.

A second hand on purpose: the bot has its own copy of the limits, and a test compares both. `limits.py` reads it.
Sources: Slack's Block Kit reference and the limits its own Python SDK checks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Field:
    """What a field may hold. `most` and `least`: characters of a text or items of a list."""

    kind: str  # string | flag | number | object | text | plain | list
    most: int | None = None
    least: int = 1
    is_required: bool = False
    of: str = ""  # what is inside: `elements:<group>` by the item's type, `text:<most>`, or an object's name
    one_of: tuple[str, ...] = ()


Shape = Mapping[str, Field]


def _text(most: int | None, *, required: bool = False) -> Field:
    return Field("text", most, is_required=required)


def _plain(most: int | None, *, required: bool = False) -> Field:
    return Field("plain", most, is_required=required)


def _string(most: int | None = None, *, required: bool = False, one_of: tuple[str, ...] = ()) -> Field:
    return Field("string", most, is_required=required, one_of=one_of)


def _list(most: int | None, of: str = "", *, required: bool = False, least: int = 1) -> Field:
    return Field("list", most, least, required, of)


def _object(of: str = "", *, required: bool = False) -> Field:
    return Field("object", is_required=required, of=of)


FLAG, NUMBER = Field("flag"), Field("number")
STYLE = _string(one_of=("primary", "danger"))

_OPTION = {"value": _string(150, required=True), "description": _text(75)}

# Objects inside blocks and elements.
OBJECTS: Mapping[str, Shape] = MappingProxyType(
    {
        "option": _OPTION | {"text": _text(75, required=True)},
        "plain_option": _OPTION | {"text": _plain(75, required=True), "url": _string(3000)},
        "option_group": {"label": _plain(75, required=True), "options": _list(100, "plain_option", required=True)},
        "confirm": {
            "title": _plain(100, required=True),
            "text": _text(300, required=True),
            "confirm": _plain(30, required=True),
            "deny": _plain(30, required=True),
            "style": STYLE,
        },
        "feedback_button": {
            "text": _plain(75, required=True),
            "value": _string(2000, required=True),
            "accessibility_label": _string(75),
        },
        "column_setting": {"align": _string(one_of=("left", "center", "right")), "is_wrapped": FLAG},
        "slack_file": {"id": _string(), "url": _string(3000)},
    }
)

_ACTION: dict[str, Field] = {"action_id": _string(255)}
_INPUT = _ACTION | {"placeholder": _plain(150), "focus_on_load": FLAG}
_MENU = _INPUT | {"confirm": _object("confirm")}
_MANY = _MENU | {"max_selected_items": NUMBER}
_CHOICES = {"options": _list(100, "plain_option"), "option_groups": _list(100, "option_group")}
_FROM_CONVERSATIONS = {"default_to_current_conversation": FLAG, "filter": _object()}
_LENGTHS = {"min_length": NUMBER, "max_length": NUMBER}
_DISPATCH = {"dispatch_action_config": _object(), "initial_value": _string()}

ELEMENTS: Mapping[str, Shape] = MappingProxyType(
    {
        "button": _ACTION
        | {
            "text": _plain(75, required=True),
            "url": _string(3000),
            "value": _string(2000),
            "style": STYLE,
            "confirm": _object("confirm"),
            "accessibility_label": _string(75),
        },
        "icon_button": _ACTION
        | {
            "icon": _string(required=True),
            "text": _plain(75, required=True),
            "value": _string(2000),
            "confirm": _object("confirm"),
            "accessibility_label": _string(75),
            "visible_to_user_ids": _list(None),
        },
        "feedback_buttons": _ACTION
        | {
            "positive_button": _object("feedback_button", required=True),
            "negative_button": _object("feedback_button", required=True),
        },
        "image": {
            "image_url": _string(3000),
            "slack_file": _object("slack_file"),
            "alt_text": _string(2000, required=True),
        },
        "overflow": _ACTION | {"options": _list(5, "plain_option", required=True), "confirm": _object("confirm")},
        "static_select": _MENU | _CHOICES | {"initial_option": _object("plain_option")},
        "multi_static_select": _MANY | _CHOICES | {"initial_options": _list(100, "plain_option")},
        "external_select": _MENU | {"initial_option": _object("plain_option"), "min_query_length": NUMBER},
        "multi_external_select": _MANY | {"initial_options": _list(100, "plain_option"), "min_query_length": NUMBER},
        "users_select": _MENU | {"initial_user": _string()},
        "multi_users_select": _MANY | {"initial_users": _list(None, least=0)},
        "conversations_select": _MENU
        | _FROM_CONVERSATIONS
        | {"initial_conversation": _string(), "response_url_enabled": FLAG},
        "multi_conversations_select": _MANY | _FROM_CONVERSATIONS | {"initial_conversations": _list(None, least=0)},
        "channels_select": _MENU | {"initial_channel": _string(), "response_url_enabled": FLAG},
        "multi_channels_select": _MANY | {"initial_channels": _list(None, least=0)},
        "radio_buttons": _MENU | {"options": _list(10, "option", required=True), "initial_option": _object("option")},
        "checkboxes": _MENU | {"options": _list(10, "option", required=True), "initial_options": _list(10, "option")},
        "datepicker": _MENU | {"initial_date": _string()},
        "timepicker": _MENU | {"initial_time": _string(), "timezone": _string()},
        "datetimepicker": _ACTION | {"initial_date_time": NUMBER, "confirm": _object("confirm"), "focus_on_load": FLAG},
        "plain_text_input": _INPUT | _DISPATCH | _LENGTHS | {"multiline": FLAG},
        "email_text_input": _INPUT | _DISPATCH,
        "url_text_input": _INPUT | _DISPATCH,
        "number_input": _INPUT
        | _DISPATCH
        | {
            "is_decimal_allowed": Field("flag", is_required=True),
            "min_value": _string(),
            "max_value": _string(),
        },
        "rich_text_input": _INPUT | {"dispatch_action_config": _object(), "initial_value": _object()},
        "file_input": _ACTION | {"filetypes": _list(None), "max_files": NUMBER},
        "workflow_button": _ACTION
        | {
            "text": _plain(75, required=True),
            "workflow": _object(required=True),
            "style": STYLE,
            "accessibility_label": _string(75),
        },
        "mrkdwn": {"text": _string(3000, required=True), "verbatim": FLAG},
        "plain_text": {"text": _string(3000, required=True), "emoji": FLAG},
        "url_source": {"url": _string(3000, required=True), "text": _string(required=True)},
    }
)

_SELECTS = frozenset(
    f"{many}{what}_select"
    for many in ("", "multi_")
    for what in ("static", "external", "users", "conversations", "channels")
)
_CHOOSERS = _SELECTS | {"radio_buttons", "checkboxes", "datepicker", "timepicker"}
_TYPED = frozenset({"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"})

# Which elements may stand where.
GROUPS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "actions": _SELECTS
        | {"button", "overflow", "radio_buttons", "checkboxes", "datepicker", "timepicker", "datetimepicker"}
        | {"workflow_button"},
        "accessory": _CHOOSERS | {"button", "overflow", "image", "workflow_button"},
        "input": _CHOOSERS | _TYPED | {"datetimepicker", "file_input"},
        "context": frozenset({"image", "mrkdwn", "plain_text"}),
        "context_actions": frozenset({"feedback_buttons", "icon_button"}),
        "url_source": frozenset({"url_source"}),
    }
)

_BLOCK: dict[str, Field] = {"block_id": _string(255)}
_CARD = {"title": _text(150), "subtitle": _text(150)}

BLOCKS: Mapping[str, Shape] = MappingProxyType(
    {
        "actions": _BLOCK | {"elements": _list(25, "elements:actions", required=True)},
        "alert": _BLOCK | {"text": _text(None, required=True), "level": _string()},
        "call": _BLOCK | {"call_id": _string(required=True), "call": _object()},
        "card": _BLOCK
        | _CARD
        | {
            "body": _text(200),
            "subtext": _text(None),
            "hero_image": _object(),
            "icon": _object(),
            "actions": _list(None, "elements:actions"),
        },
        "carousel": _BLOCK | {"elements": _list(10, required=True)},
        "container": _BLOCK
        | _CARD
        | {
            "child_blocks": _list(10, required=True),
            "icon": _object(),
            "width": _string(),
            "is_collapsible": FLAG,
            "default_collapsed": FLAG,
        },
        "context": _BLOCK | {"elements": _list(10, "elements:context", required=True)},
        "context_actions": _BLOCK | {"elements": _list(5, "elements:context_actions", required=True)},
        "data_table": _BLOCK
        | {
            "caption": _string(required=True),
            "rows": _list(201, required=True, least=2),
            "page_size": NUMBER,
            "row_header_column_index": NUMBER,
        },
        "data_visualization": _BLOCK | {"title": _string(50, required=True), "chart": _object(required=True)},
        "divider": _BLOCK,
        "file": _BLOCK | {"external_id": _string(required=True), "source": _string(required=True)},
        "header": _BLOCK | {"text": _plain(150, required=True), "level": NUMBER},
        "image": _BLOCK
        | {
            "image_url": _string(3000),
            "slack_file": _object("slack_file"),
            "alt_text": _string(2000, required=True),
            "title": _plain(2000),
        },
        "input": _BLOCK
        | {
            "label": _plain(2000, required=True),
            "element": _object("elements:input", required=True),
            "hint": _plain(2000),
            "optional": FLAG,
            "dispatch_action": FLAG,
        },
        "layout": _BLOCK | {"elements": _list(None), "columns": _list(None), "direction": _string()},
        "markdown": _BLOCK | {"text": _string(12_000, required=True)},
        "plan": _BLOCK | {"title": _string(required=True), "tasks": _list(None)},
        "rich_text": _BLOCK | {"elements": _list(None, required=True, least=0)},
        "section": _BLOCK
        | {
            "text": _text(3000),
            "fields": Field("list", 10, of="text:2000"),
            "accessory": _object("elements:accessory"),
            "expand": FLAG,
        },
        "table": _BLOCK | {"rows": _list(100, required=True), "column_settings": _list(20, "column_setting", least=0)},
        "task_card": _BLOCK
        | {
            "task_id": _string(required=True),
            "title": _string(required=True),
            "details": _object(),
            "output": _object(),
            "sources": _list(None, "elements:url_source", least=0),
            "status": _string(one_of=("pending", "in_progress", "complete", "error")),
        },
        "video": _BLOCK
        | {
            "title": _plain(200, required=True),
            "video_url": _string(3000, required=True),
            "thumbnail_url": _string(3000, required=True),
            "alt_text": _string(required=True),
            "author_name": _string(50),
            "description": _plain(None),
            "provider_icon_url": _string(),
            "provider_name": _string(),
            "title_url": _string(),
        },
    }
)

MESSAGE_ONLY = frozenset(
    {"markdown", "table", "data_table", "data_visualization", "plan", "task_card", "context_actions", "file"}
)
VIEW_ONLY = frozenset({"alert"})
LENIENT = frozenset({"card", "container", "layout"})  # new; their further fields are not looked at

# Shapes where one of two fields must be there.
EITHER: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "section": ("text", "fields"),
        "image": ("image_url", "slack_file"),
        "static_select": ("options", "option_groups"),
        "multi_static_select": ("options", "option_groups"),
    }
)

_VIEW: dict[str, Field] = {
    "blocks": _list(100, required=True, least=0),
    "private_metadata": _string(3000),
    "callback_id": _string(255),
    "external_id": _string(255),
}
VIEWS: Mapping[str, Shape] = MappingProxyType(
    {
        "modal": _VIEW
        | {
            "title": _plain(24, required=True),
            "submit": _plain(24),
            "close": _plain(24),
            "clear_on_close": FLAG,
            "notify_on_close": FLAG,
            "submit_disabled": FLAG,
        },
        "home": _VIEW,
    }
)
