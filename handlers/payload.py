"""Readers of what Slack sends: the one place that knows its shapes. Out come our nouns, or PayloadMalformed."""

import re
from dataclasses import dataclass
from typing import Any

from bot.errors import PayloadMalformed
from bot.model import Author, Deletion, Json, Message, Workspace

# A person's own words; every other subtype is a notice of Slack's.
PLAIN_SUBTYPES = {None, "file_share", "thread_broadcast", "me_message"}
TEXT_MAX = 40_000  # where Slack itself cuts


@dataclass(frozen=True)
class Command:
    key: str
    user_id: str
    channel_id: str
    text: str
    response_url: str


@dataclass(frozen=True)
class Pressed:
    key: str
    user_id: str
    action_id: str
    value: str
    response_url: str | None


def read_event_id(body: Json) -> str:
    return _text(body, "event_id", most=60)


def read_message(body: Json, workspace: Workspace) -> Message | Deletion | None:
    """The message, its edit or its deletion; None for what is no message of a person or a bot."""
    event = _object(body, "event")
    channel_id = _id(event, "channel")
    match event.get("subtype"):
        case "message_deleted":
            return Deletion(channel_id, _ts(event, "deleted_ts"), _ts(event, "event_ts"))
        case "message_changed":
            message = _object(event, "message")
            if message.get("subtype") == "tombstone":  # a deleted message whose thread remains
                return Deletion(channel_id, _ts(message, "ts"), _ts(event, "event_ts"))
            return _message(body, channel_id, message, workspace)
        case _:
            return _message(body, channel_id, event, workspace)


def _message(body: Json, channel_id: str, message: Json, workspace: Workspace) -> Message | None:
    subtype = _optional(message, "subtype")
    is_bot = subtype == "bot_message" or bool(message.get("bot_id"))
    if subtype not in PLAIN_SUBTYPES and not is_bot:
        return None
    ts, thread_ts = _ts(message, "ts"), _optional_ts(message, "thread_ts")
    text, edited = _words(message, "text"), message.get("edited")
    return Message(
        channel_id=channel_id,
        ts=ts,
        author=Author(
            user_id=_optional(message, "user", "bot_id") or "",
            is_bot=is_bot,
            team_id=_optional(message, "user_team", "source_team", "team"),
        ),
        text=text,
        thread_ts=thread_ts if thread_ts != ts else None,
        edited_ts=_optional_ts(edited, "ts") if isinstance(edited, dict) else None,
        is_direct=channel_id.startswith("D"),
        is_shared=body.get("is_ext_shared_channel") is True,
        mentions_us=_mention(workspace).search(text) is not None,
    )


def without_mention(text: str, workspace: Workspace) -> str:
    """The words beside the mention of the bot."""
    return _mention(workspace).sub(" ", text).strip()


def _mention(workspace: Workspace) -> re.Pattern[str]:
    """The bot's mention, with the name beside the id or without."""
    return re.compile(rf"<@{re.escape(workspace.bot_user_id)}(\|[^<>]*)?>")


def read_command(body: Json) -> Command:
    return Command(
        key=f"command:{_text(body, 'trigger_id')}",
        user_id=_id(body, "user_id"),
        channel_id=_id(body, "channel_id"),
        text=_words(body, "text"),
        response_url=_text(body, "response_url"),
    )


def read_press(body: Json) -> Pressed:
    """The first action of a press; `value` is the opaque id the message was made with."""
    pressed = body.get("actions")
    if not isinstance(pressed, list) or not pressed or not isinstance(pressed[0], dict):
        raise PayloadMalformed("no action in a press")
    action, user_id = pressed[0], _id(_object(body, "user"), "id")
    value = _text(action, "value")
    return Pressed(
        key=f"{_text(action, 'action_ts')}:{value}"[:200],
        user_id=user_id,
        action_id=_text(action, "action_id"),
        value=value,
        response_url=_optional(body, "response_url", most=200),
    )


def _object(body: Json, name: str) -> Json:
    value: Any = body.get(name)
    if not isinstance(value, dict):
        raise PayloadMalformed(f"{name} is missing")
    return value


def _words(body: Json, name: str) -> str:
    """What a person wrote, as any database can keep it: no NUL, no half characters. "" for none."""
    value = body.get(name)
    whole = value.replace("\x00", "") if isinstance(value, str) else ""
    return whole[:TEXT_MAX].encode(errors="replace").decode()


def _text(body: Json, name: str, *, most: int = 200) -> str:
    """A value that Slack made and nobody wrote: plain ASCII."""
    value = body.get(name)
    if not isinstance(value, str) or not value or not value.isascii() or "\x00" in value:
        raise PayloadMalformed(f"{name} is missing")
    if len(value) > most:
        raise PayloadMalformed(f"{name} is longer than any of Slack's")
    return value


def _id(body: Json, name: str) -> str:
    return _text(body, name, most=40)


def _optional(body: Json, *names: str, most: int = 40) -> str | None:
    """The first of these that is set; None when none is."""
    return next((_text(body, name, most=most) for name in names if body.get(name)), None)


def _ts(body: Json, name: str) -> str:
    value = _text(body, name)
    seconds, _, fraction = value.partition(".")
    if not (seconds.isdecimal() and fraction.isdecimal() and len(seconds) <= 10 and len(value) <= 24):
        raise PayloadMalformed(f"{name} is no time of Slack's")
    return value


def _optional_ts(body: Json, name: str) -> str | None:
    return _ts(body, name) if body.get(name) else None
