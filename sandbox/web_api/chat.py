"""Posting, changing and taking back messages."""

from sandbox.content import Content
from sandbox.model import Json, Message
from sandbox.web_api.api import Api
from sandbox.web_api.arguments import Arguments, missing
from sandbox.web_api.shapes import message_json, permalink, updated_json


def post_message(api: Api, arguments: Arguments) -> Json:
    content = _content(arguments)
    message = api.workspace.app.post(
        _channel_id(api, arguments),
        content,
        thread_ts=arguments.optional("thread_ts"),
        broadcast=arguments.flag("reply_broadcast"),
    )
    shown = message_json(api.installation, message)
    return {"channel": message.channel, "ts": message.ts, "message": shown} | _warned(content)


def update(api: Api, arguments: Arguments) -> Json:
    content = _content(arguments)
    channel_id, ts = arguments.required("channel"), arguments.required("ts")
    message = api.workspace.app.update(channel_id, ts, content)
    shown = updated_json(api.installation, message)
    return {"channel": channel_id, "ts": ts, "text": message.text, "message": shown} | _warned(content)


def post_ephemeral(api: Api, arguments: Arguments) -> Json:
    content = _content(arguments, with_metadata=False)
    message = api.workspace.app.ephemeral(
        _channel_id(api, arguments),
        arguments.required("user"),
        content,
        thread_ts=arguments.optional("thread_ts"),
    )
    return {"message_ts": message.ts} | _warned(content)


def delete(api: Api, arguments: Arguments) -> Json:
    channel_id, ts = arguments.required("channel"), arguments.required("ts")
    api.workspace.app.delete(channel_id, ts)
    return {"channel": channel_id, "ts": ts}


def get_permalink(api: Api, arguments: Arguments) -> Json:
    channel = api.workspace.app.visible(arguments.required("channel"))
    message: Message = api.workspace.message(channel.id, arguments.required("message_ts"))
    return {"channel": channel.id, "permalink": permalink(api.workspace, message)}


def _channel_id(api: Api, arguments: Arguments) -> str:
    """The channel's id; posting also takes a channel's name."""
    given = arguments.text("channel")
    if not given:
        raise missing("channel")
    for channel in api.workspace.channels.values():
        if channel.name and channel.name == given.removeprefix("#"):
            return channel.id
    return given


def _content(arguments: Arguments, *, with_metadata: bool = True) -> Content:
    metadata = arguments.mapping("metadata", otherwise="invalid_metadata_format") if with_metadata else None
    return Content(
        text=arguments.values.get("text") and arguments.text("text"),
        blocks=arguments.dicts("blocks", otherwise="invalid_blocks_format"),
        attachments=arguments.dicts("attachments", otherwise="invalid_attachments"),
        metadata=metadata,
    )


def _warned(content: Content) -> Json:
    warnings = list(content.warnings)
    return {"warning": ",".join(warnings), "response_metadata": {"warnings": warnings}} if warnings else {}
