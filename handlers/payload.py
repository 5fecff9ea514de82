"""Readers of the events and acts Slack sends. Out come our nouns, or PayloadMalformed.

The messages inside, and single values, are read by `bot.wire`.
"""

from dataclasses import dataclass

from bot import wire
from bot.errors import PayloadMalformed
from bot.model import Deletion, Json, Message, Reaction, Workspace
from bot.wire import REACTION_MAX, read_id, read_object, read_optional, read_text, read_ts, read_words


@dataclass(frozen=True)
class Command:
    key: str
    user_id: str
    channel_id: str
    text: str
    response_url: str
    trigger_id: str
    is_shared: bool  # in a channel shared with another company


@dataclass(frozen=True)
class Picked:
    """A shortcut was used: on a message (`ts`, and the thread's first message `root`), or, without these, anywhere."""

    key: str
    user_id: str
    callback_id: str
    text: str = ""
    channel_id: str = ""
    ts: str | None = None
    root: str | None = None
    response_url: str | None = None
    trigger_id: str = ""
    author_id: str = ""  # who wrote the message; "" where that is no person

    @property
    def is_on_message(self) -> bool:
        return self.ts is not None


@dataclass(frozen=True)
class Pressed:
    """`channel_id` and `ts` are of the message it stands in; "" in a view. `view_id` is "" in a message."""

    key: str
    user_id: str
    action_id: str
    value: str
    response_url: str | None
    trigger_id: str = ""
    channel_id: str = ""
    ts: str = ""
    view_id: str = ""


@dataclass(frozen=True)
class Submitted:
    """A form was sent. `values` are what each block holds, as text ("" for nothing), by block id."""

    key: str
    user_id: str
    callback_id: str
    private_metadata: str
    values: dict[str, str]


@dataclass(frozen=True)
class Opened:
    user_id: str
    tab: str  # home | messages


@dataclass(frozen=True)
class Joined:
    channel_id: str
    user_id: str


def read_event_id(body: Json) -> str:
    return read_text(body, "event_id", most=60)


def read_message(body: Json, workspace: Workspace) -> Message | Deletion | None:
    """The message, its edit or its deletion; None for what is no message of a person or a bot."""
    event = read_object(body, "event")
    channel_id = read_id(event, "channel")
    is_shared = body.get("is_ext_shared_channel") is True
    match event.get("subtype"):
        case "message_deleted":
            return Deletion(channel_id, read_ts(event, "deleted_ts"), read_ts(event, "event_ts"))
        case "message_changed":
            message = read_object(event, "message")
            if message.get("subtype") == "tombstone":  # a deleted message whose thread remains
                return Deletion(channel_id, read_ts(message, "ts"), read_ts(event, "event_ts"))
            return wire.read_message(message, channel_id, workspace, is_shared=is_shared)
        case _:
            return wire.read_message(event, channel_id, workspace, is_shared=is_shared)


def read_reaction(body: Json) -> Reaction | None:
    """A reaction to a message, set or taken away; None for one to a file."""
    event = read_object(body, "event")
    item = read_object(event, "item")
    if item.get("type") != "message":
        return None
    return Reaction(
        channel_id=read_id(item, "channel"),
        ts=read_ts(item, "ts"),
        user_id=read_id(event, "user"),
        name=read_words(event, "reaction")[:REACTION_MAX],
        at_ts=read_ts(event, "event_ts"),
        is_there=event.get("type") == "reaction_added",
        is_shared=body.get("is_ext_shared_channel") is True,
    )


def read_opened(body: Json) -> Opened:
    """Who looks at the app, and at which tab."""
    event = read_object(body, "event")
    return Opened(read_id(event, "user"), read_optional(event, "tab") or "home")


def read_joined(body: Json) -> Joined:
    event = read_object(body, "event")
    return Joined(read_id(event, "channel"), read_id(event, "user"))


def read_command(body: Json) -> Command:
    return Command(
        key=f"command:{read_text(body, 'trigger_id')}",
        user_id=read_id(body, "user_id"),
        channel_id=read_id(body, "channel_id"),
        text=read_words(body, "text"),
        response_url=read_text(body, "response_url"),
        trigger_id=read_text(body, "trigger_id"),
        is_shared=body.get("is_ext_shared_channel") is True,
    )


def read_picked(body: Json) -> Picked:
    """Who used which shortcut, and on which message if it was one of a message's."""
    key, user_id = f"shortcut:{read_text(body, 'trigger_id')}", read_id(read_object(body, "user"), "id")
    callback_id = read_text(body, "callback_id")
    if body.get("type") != "message_action":
        return Picked(key, user_id, callback_id, trigger_id=read_text(body, "trigger_id"))
    message = read_object(body, "message")
    ts = read_ts(message, "ts")
    return Picked(
        key=key,
        user_id=user_id,
        callback_id=callback_id,
        text=read_words(message, "text"),
        channel_id=read_id(read_object(body, "channel"), "id"),
        ts=ts,
        root=read_ts(message, "thread_ts") if message.get("thread_ts") else ts,
        response_url=read_text(body, "response_url"),
        trigger_id=read_text(body, "trigger_id"),
        author_id="" if message.get("bot_id") else read_optional(message, "user", most=40) or "",
    )


def read_press(body: Json) -> Pressed:
    """The first action of a press, choice or entry; `value` is what the message was made with, or what was typed."""
    pressed = body.get("actions")
    if not isinstance(pressed, list) or not pressed or not isinstance(pressed[0], dict):
        raise PayloadMalformed("no action in a press")
    action, user_id = pressed[0], read_id(read_object(body, "user"), "id")
    value, action_ts = _read_value(action), read_text(action, "action_ts")
    is_typed = action.get("type") == "plain_text_input"  # whose words no key may hold
    return Pressed(
        key=f"{action_ts}:{'typed' if is_typed else value}"[:200],
        user_id=user_id,
        action_id=read_text(action, "action_id"),
        value=value,
        response_url=read_optional(body, "response_url", most=200),
        trigger_id=read_optional(body, "trigger_id", most=200) or "",
        **_read_container(body),
    )


def read_submission(body: Json) -> Submitted:
    """The form that was sent, and what it holds; Slack sends a view's once, so the view's id is its key."""
    view, user_id = read_object(body, "view"), read_id(read_object(body, "user"), "id")
    state = read_object(read_object(view, "state"), "values")
    values = {block_id[:255]: _read_only(elements) for block_id, elements in state.items()}
    return Submitted(
        key=f"view:{read_id(view, 'id')}",
        user_id=user_id,
        callback_id=read_text(view, "callback_id"),
        private_metadata=read_words(view, "private_metadata"),
        values=values,
    )


def _read_container(body: Json) -> dict[str, str]:
    """Where the pressed message or view is."""
    container = body.get("container")
    if not isinstance(container, dict):
        return {}
    if container.get("type") == "view":
        return {"view_id": read_id(container, "view_id")}
    return {"channel_id": read_id(container, "channel_id"), "ts": read_ts(container, "message_ts")}


def _read_only(elements: object) -> str:
    """What the one element of an input block holds."""
    if not isinstance(elements, dict) or len(elements) != 1:
        raise PayloadMalformed("an input block with not just one element")
    element = next(iter(elements.values()))
    if not isinstance(element, dict):
        raise PayloadMalformed("an element that is no object")
    match element.get("type"):
        case "static_select" | "radio_buttons":
            chosen = element.get("selected_option")
            return _read_option(chosen) if chosen is not None else ""
        case "users_select":
            return read_optional(element, "selected_user") or ""
        case "multi_users_select":
            chosen = element.get("selected_users")
            return ",".join(each for each in chosen if _is_id(each)) if isinstance(chosen, list) else ""
        case "channels_select":
            return read_optional(element, "selected_channel") or ""
        case "datepicker":
            return read_optional(element, "selected_date") or ""
        case "checkboxes":
            chosen = element.get("selected_options")
            return ",".join(map(_read_option, chosen)) if isinstance(chosen, list) else ""
        case "plain_text_input" | "number_input" | "url_text_input" | "email_text_input":
            return read_words(element, "value")
    raise PayloadMalformed(f"no element of ours: {str(element.get('type'))[:40]}")


def _read_option(option: object) -> str:
    if not isinstance(option, dict):
        raise PayloadMalformed("an option that is no object")
    return read_text(option, "value")


def _is_id(value: object) -> bool:
    return isinstance(value, str) and wire.ID.fullmatch(value) is not None


def _read_value(action: Json) -> str:
    """A button's, a chosen option's, or the words in a field (which Slack gives as null when it is empty)."""
    match action.get("type"):
        case "static_select" | "overflow":
            return read_text(read_object(action, "selected_option"), "value")
        case "users_select":
            return read_id(action, "selected_user")
        case "plain_text_input":
            return read_words(action, "value")
        case _:
            return read_text(action, "value")
