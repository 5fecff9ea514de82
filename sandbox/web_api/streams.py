"""Messages that grow."""

from sandbox.model import Json, Message
from sandbox.streams import Growth, Recipient
from sandbox.web_api.api import Api
from sandbox.web_api.arguments import Arguments
from sandbox.web_api.shapes import message_json


def start(api: Api, arguments: Arguments) -> Json:
    """Takes no metadata: what is given is passed over in silence, as Slack passes over all it does not know."""
    recipient = Recipient(arguments.text("recipient_user_id"), arguments.text("recipient_team_id"))
    message = api.workspace.streams.start(
        arguments.required("channel"),
        _growth(arguments),
        thread_ts=arguments.optional("thread_ts"),
        recipient=recipient,
    )
    return _where(message)


def append(api: Api, arguments: Arguments) -> Json:
    channel_id, ts = arguments.required("channel"), arguments.required("ts")
    return _where(api.workspace.streams.append(channel_id, ts, _growth(arguments)))


def stop(api: Api, arguments: Arguments) -> Json:
    message = api.workspace.streams.stop(
        arguments.required("channel"),
        arguments.required("ts"),
        _growth(arguments),
        blocks=arguments.dicts("blocks", otherwise="invalid_blocks_format"),
        metadata=arguments.mapping("metadata", otherwise="invalid_metadata_format"),
    )
    return _where(message) | {"message": message_json(api.installation, message)}


def _growth(arguments: Arguments) -> Growth:
    return Growth(arguments.text("markdown_text"), arguments.dicts("chunks", otherwise="invalid_chunks"))


def _where(message: Message) -> Json:
    return {"channel": message.channel, "ts": message.ts}
