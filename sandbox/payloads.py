"""Events as Slack writes them: what happened, turned into the JSON an app receives.

Pure: nothing is sent here (`delivery.py`) and people's presses, commands and forms are in `interactive.py`.
The shapes are held against real payloads in `tests/sandbox/test_payloads.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.model import (
    Channel,
    HomeOpened,
    Json,
    MembershipChanged,
    Message,
    MessageChanged,
    MessageDeleted,
    MessagePosted,
    Occurrence,
    Person,
    ReactionChanged,
    View,
)
from sandbox.rich_text import rich_text_block
from sandbox.timeline import thread_facts

VERIFICATION_TOKEN = "sandbox-verification-token"  # noqa: S105 (the deprecated field every payload still carries)
_MESSAGE_EVENT = {
    "channel": "message.channels",
    "group": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}
_CHANNEL_LETTER = {"channel": "C", "group": "G", "im": "D", "mpim": "G"}


@dataclass(frozen=True)
class Installation:
    """The app in its workspace, and whom and where its payloads may speak of."""

    team_id: str
    app_id: str
    bot_id: str
    bot_user_id: str
    bot_name: str = "mentor"
    team_domain: str = "sandbox"
    enterprise_id: str | None = None
    people: Mapping[str, Person] = field(default_factory=dict)
    channels: Mapping[str, Channel] = field(default_factory=dict)
    home_views: Mapping[str, View] = field(default_factory=dict)  # by person

    def team_of(self, user_id: str) -> str:
        person = self.people.get(user_id)
        return person.team_id if person else self.team_id

    def is_in(self, channel_id: str) -> bool:
        """Whether the app sees this channel; its own DMs count."""
        channel = self.channels[channel_id]
        return channel.user is not None or self.bot_user_id in channel.members


@dataclass(frozen=True)
class Event:
    """One thing to tell the app: `name` is what the manifest subscribes to, `body` the inner event."""

    name: str
    body: Json
    channel: str | None = None
    user: str = ""


def events_of(app: Installation, occurrence: Occurrence, at_s: float) -> list[Event]:
    """Every event Slack would make of it, in its order; empty where the app has no eyes.

    `at_s` is when it happened, for those occurrences that carry no time themselves.
    """
    match occurrence:
        case MessagePosted(message):
            return _posted(app, message)
        case MessageChanged():
            return _changed(app, occurrence)
        case MessageDeleted():
            return _deleted(app, occurrence)
        case ReactionChanged():
            return _reaction(app, occurrence)
        case MembershipChanged():
            return _membership(app, occurrence, f"{at_s:.6f}")
        case HomeOpened():
            return [_home_opened(app, occurrence, f"{at_s:.6f}")]


def outer(app: Installation, event: Event, *, event_id: str, event_time_s: float) -> Json:
    """The `event_callback` around an event. Its team is the author's in a shared channel."""
    channel = app.channels.get(event.channel or "")
    is_shared = channel is not None and channel.is_ext_shared
    team_id = app.team_of(event.user) if is_shared and event.user else app.team_id
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": team_id,
        "context_team_id": app.team_id,
        "context_enterprise_id": app.enterprise_id,
        "api_app_id": app.app_id,
        "event": event.body,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(event_time_s),
        "authorizations": [_authorization(app)],
        "is_ext_shared_channel": is_shared,
        "event_context": f"1-{event.body['type']}-{team_id}-{event.channel or event.user}",
    }


def message_body(app: Installation, message: Message) -> Json:
    """A message as it stands in events and in interactive payloads: without the channel."""
    body: Json = {"type": "message", "ts": message.ts, "text": message.text}
    body |= {"user": message.user, "team": app.team_of(message.user)} if message.user else {}
    body |= _optional(message)
    if message.thread_ts and message.channel in app.channels:
        body |= thread_facts(app.channels[message.channel], message)
    return body | (_bot_facts(app, message) if message.bot_id else {})


def root_of(app: Installation, message: Message) -> Json:
    """The parent that a reply shown in the channel too carries with it as `root`; else nothing."""
    if message.subtype != "thread_broadcast" or not message.thread_ts:
        return {}
    root = app.channels[message.channel].messages.get(message.thread_ts)
    return {"root": message_body(app, root)} if root else {}


def bot_profile(app: Installation, bot: Person | None = None) -> Json:
    """The app's own profile, or that of another app's bot."""
    icons = {f"image_{size}": f"https://sandbox.invalid/bot_{size}.png" for size in (36, 48, 72)}
    bot_id, name, app_id = (bot.bot_id, bot.real_name, bot.app_id) if bot else (app.bot_id, app.bot_name, app.app_id)
    profile = {"id": bot_id, "deleted": False, "name": name, "updated": 1607307935}
    return profile | {"app_id": app_id, "icons": icons, "team_id": app.team_id}


def view_body(app: Installation, view: View, values: Json) -> Json:
    """A stored view with what Slack adds to it; `values` is its state by block id and action id."""
    shown = view.payload
    body: Json = {"id": view.id, "team_id": app.team_id, "type": view.type, "blocks": shown.get("blocks", [])}
    body |= {
        "private_metadata": shown.get("private_metadata", ""),
        "callback_id": shown.get("callback_id", ""),
    }
    body |= {"state": {"values": values}, "hash": view.hash}
    body |= {name: shown.get(name) for name in ("title", "close", "submit")}
    body |= {name: bool(shown.get(name)) for name in ("clear_on_close", "notify_on_close")}
    body |= {"previous_view_id": view.previous_id, "root_view_id": view.root_id, "app_id": app.app_id}
    body |= {"external_id": shown.get("external_id", ""), "app_installed_team_id": app.team_id}
    return body | {"bot_id": app.bot_id}


def _posted(app: Installation, message: Message) -> list[Event]:
    if message.ephemeral_to or not app.is_in(message.channel):
        return []
    events = [_message_event(app, message, _in_channel(app, message) | root_of(app, message))]
    if _mentions_app(app, message):
        events.insert(0, _mention_event(app, message, event_ts=message.ts))
    return events


def _changed(app: Installation, occurrence: MessageChanged) -> list[Event]:
    message, previous = occurrence.message, occurrence.previous
    if message.ephemeral_to or not app.is_in(message.channel):
        return []
    event_ts = occurrence.changed_ts or (message.edited or {}).get("ts", message.ts)
    body = {
        "type": "message",
        "subtype": "message_changed",
        "message": message_body(app, message),
        "previous_message": message_body(app, previous),
        "hidden": True,
        "ts": event_ts,
    }
    events = [_message_event(app, message, body | _where(app, message.channel, event_ts))]
    if _mentions_app(app, message) and not _mentions_app(app, previous):
        events.insert(0, _mention_event(app, message, event_ts=event_ts))
    return events


def _deleted(app: Installation, occurrence: MessageDeleted) -> list[Event]:
    message = occurrence.message
    if message.ephemeral_to or not app.is_in(message.channel):
        return []
    event_ts = occurrence.deleted_ts
    body = {
        "type": "message",
        "subtype": "message_deleted",
        "previous_message": message_body(app, message),
        "hidden": True,
        "deleted_ts": message.ts,
        "ts": event_ts,
    }
    return [_message_event(app, message, body | _where(app, message.channel, event_ts))]


def _reaction(app: Installation, occurrence: ReactionChanged) -> list[Event]:
    message = occurrence.message
    if not app.is_in(message.channel):
        return []
    name = "reaction_added" if occurrence.added else "reaction_removed"
    body = {
        "type": name,
        "user": occurrence.user,
        "reaction": occurrence.name,
        "item": {"type": "message", "channel": message.channel, "ts": message.ts},
        "event_ts": occurrence.event_ts,
    }
    body |= {"item_user": message.user} if message.user else {}
    return [Event(name, body, message.channel, occurrence.user)]


def _membership(app: Installation, occurrence: MembershipChanged, event_ts: str) -> list[Event]:
    channel, user = occurrence.channel, occurrence.user
    if not occurrence.joined and user == app.bot_user_id:
        left = {"type": "channel_left", "channel": channel, "event_ts": event_ts}
        return [Event("channel_left", left, channel, user)]
    if not app.is_in(channel):
        return []
    name = "member_joined_channel" if occurrence.joined else "member_left_channel"
    body = {"type": name, "user": user, "channel": channel, "team": app.team_of(user)}
    body |= {"channel_type": _CHANNEL_LETTER[app.channels[channel].kind], "event_ts": event_ts}
    body |= {"inviter": occurrence.inviter} if occurrence.inviter else {}
    return [Event(name, body, channel, user)]


def _home_opened(app: Installation, occurrence: HomeOpened, event_ts: str) -> Event:
    body: Json = {"type": "app_home_opened", "user": occurrence.user, "channel": occurrence.channel}
    body |= {"tab": occurrence.tab, "event_ts": event_ts}
    view = app.home_views.get(occurrence.user)
    if view is not None and occurrence.tab == "home":
        body |= {"view": view_body(app, view, {})}
    return Event("app_home_opened", body, None, occurrence.user)


def _message_event(app: Installation, message: Message, body: Json) -> Event:
    return Event(_MESSAGE_EVENT[app.channels[message.channel].kind], body, message.channel, message.user)


def _mention_event(app: Installation, message: Message, *, event_ts: str) -> Event:
    body = message_body(app, message) | {
        "type": "app_mention",
        "channel": message.channel,
        "event_ts": event_ts,
    }
    return Event("app_mention", body, message.channel, message.user)


def _mentions_app(app: Installation, message: Message) -> bool:
    """Slack sends no `app_mention` in the app's own DMs, nor for what the app itself wrote."""
    is_dm = app.channels[message.channel].kind == "im"
    return (
        not is_dm
        and message.bot_id != app.bot_id
        and any(f"<@{app.bot_user_id}{end}" in message.text for end in (">", "|"))
    )


def _in_channel(app: Installation, message: Message) -> Json:
    return message_body(app, message) | _where(app, message.channel, message.ts)


def _where(app: Installation, channel_id: str, event_ts: str) -> Json:
    return {"channel": channel_id, "event_ts": event_ts, "channel_type": app.channels[channel_id].kind}


def _bot_facts(app: Installation, message: Message) -> Json:
    """Which bot wrote the message; with its profile where the workspace knows it."""
    facts: Json = {"bot_id": message.bot_id} | ({"app_id": message.app_id} if message.app_id else {})
    if message.bot_id == app.bot_id:
        return facts | {"bot_profile": bot_profile(app)}
    bot = app.people.get(message.user)
    return facts | ({"bot_profile": bot_profile(app, bot)} if bot and bot.bot_id == message.bot_id else {})


def _optional(message: Message) -> Json:
    body: Json = {}
    named = ("client_msg_id", "subtype", "thread_ts", "edited", "metadata")
    body |= {name: getattr(message, name) for name in named if getattr(message, name)}
    body |= {"hidden": True} if message.subtype == "tombstone" else {}
    body |= {"attachments": message.attachments} if message.attachments else {}
    if message.blocks:
        body |= {"blocks": message.blocks}
    elif message.client_msg_id:
        body |= {"blocks": [rich_text_block(message.text, f"r{message.ts[-4:]}")]}
    return body


def _authorization(app: Installation) -> Json:
    who = {"enterprise_id": app.enterprise_id, "team_id": app.team_id, "user_id": app.bot_user_id}
    return who | {"is_bot": True, "is_enterprise_install": False}
