"""Emoji on messages."""

import re

from sandbox.model import Json
from sandbox.refused import Refused
from sandbox.web_api.api import Api
from sandbox.web_api.arguments import Arguments
from sandbox.web_api.shapes import reacted_json

_NAME = re.compile(r"[\w'+-]{1,100}(::skin-tone-[2-6])?")
_TS = re.compile(r"\d{10}\.\d{6}")


def add(api: Api, arguments: Arguments) -> Json:
    name = _name(arguments)
    api.workspace.app.react(*_item(arguments), name)
    return {}


def remove(api: Api, arguments: Arguments) -> Json:
    name = _name(arguments)
    api.workspace.app.unreact(*_item(arguments), name)
    return {}


def get(api: Api, arguments: Arguments) -> Json:
    channel_id, ts = _item(arguments)
    api.workspace.app.visible(channel_id)
    message = api.workspace.message(channel_id, ts)
    shown = reacted_json(api.workspace, api.installation, message, is_full=arguments.flag("full"))
    return {"type": "message", "channel": channel_id, "message": shown}


def _name(arguments: Arguments) -> str:
    name = arguments.required("name").strip(":")
    if _NAME.fullmatch(name) is None:
        raise Refused("invalid_name")
    return name


def _item(arguments: Arguments) -> tuple[str, str]:
    channel_id, ts = arguments.text("channel"), arguments.text("timestamp")
    if not channel_id or not ts:
        raise Refused("no_item_specified")
    if _TS.fullmatch(ts) is None:
        raise Refused("bad_timestamp")
    return channel_id, ts
