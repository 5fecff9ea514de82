"""Modals and Home."""

from sandbox.model import Json
from sandbox.refused import Refused
from sandbox.web_api.api import Api
from sandbox.web_api.arguments import Arguments, missing
from sandbox.web_api.shapes import view_json


def open_view(api: Api, arguments: Arguments) -> Json:
    view = api.workspace.windows.open(arguments.required("trigger_id"), _view(arguments))
    return {"view": view_json(api.installation, view)}


def push(api: Api, arguments: Arguments) -> Json:
    view = api.workspace.windows.push(arguments.required("trigger_id"), _view(arguments))
    return {"view": view_json(api.installation, view)}


def update(api: Api, arguments: Arguments) -> Json:
    view_id, external_id = arguments.optional("view_id"), arguments.optional("external_id")
    if view_id is None and external_id is None:
        raise missing("view_id")
    view = api.workspace.windows.update(
        _view(arguments), view_id=view_id, external_id=external_id, view_hash=arguments.optional("hash")
    )
    return {"view": view_json(api.installation, view)}


def publish(api: Api, arguments: Arguments) -> Json:
    user_id = arguments.required("user_id")
    view = api.workspace.windows.publish(user_id, _view(arguments), view_hash=arguments.optional("hash"))
    return {"view": view_json(api.installation, view)}


def _view(arguments: Arguments) -> Json:
    view = arguments.mapping("view", otherwise="invalid_arguments")
    if view is None:
        raise missing("view")
    if not isinstance(view.get("blocks"), list):
        extra = {"response_metadata": {"messages": ["[ERROR] missing required field: blocks [json-pointer:/view]"]}}
        raise Refused("invalid_arguments", extra)
    return view
