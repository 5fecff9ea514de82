"""Events as Slack writes them: what happened, turned into the JSON an app receives.

Pure: nothing is sent here (`delivery.py`), what stands in events is `bodies.py`, and people's presses, commands and
forms are in `interactive.py`. The shapes are held against real payloads in `tests/sandbox/test_fidelity.py`.
"""

from dataclasses import dataclass

from sandbox.bodies import message_body, root_of, view_body
from sandbox.installation import Installation
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
    ReactionChanged,
)

VERIFICATION_TOKEN = "sandbox-verification-token"  # noqa: S105 (the deprecated field every payload still carries)
_MESSAGE_EVENT = {
    "channel": "message.channels",
    "group": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}
_CHANNEL_LETTER = {"channel": "C", "group": "G", "im": "D", "mpim": "G"}


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
    team_id = _team_of_event(app, event, channel)
    enterprise_id = app.organisation.team(team_id).enterprise_id
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": team_id,
        **({"enterprise_id": enterprise_id} if enterprise_id else {}),
        "context_team_id": (channel.team_id if channel else "") or app.team_id,
        "context_enterprise_id": app.organisation.id,
        "api_app_id": app.app_id,
        "event": event.body,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(event_time_s),
        "authorizations": [_authorization(app)],
        "is_ext_shared_channel": is_shared,
        "event_context": f"1-{event.body['type']}-{team_id}-{event.channel or event.user}",
    }


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
        left = {"type": "channel_left", "channel": channel, "actor_id": occurrence.inviter or user}
        left |= {"event_ts": event_ts}
        return [Event("channel_left", left, channel, user)]
    if not app.is_in(channel):
        return []
    name = "member_joined_channel" if occurrence.joined else "member_left_channel"
    body = {"type": name, "user": user, "channel": channel, "team": app.team_of(user, app.channels[channel])}
    body |= {"channel_type": _CHANNEL_LETTER[app.channels[channel].kind], "event_ts": event_ts}
    body |= {"inviter": occurrence.inviter} if occurrence.inviter else {}
    enterprise_id = app.organisation.team(body["team"]).enterprise_id
    body |= {"enterprise": enterprise_id} if occurrence.joined and enterprise_id else {}
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


def _authorization(app: Installation) -> Json:
    organisation = app.organisation
    team_id = None if organisation.is_whole_install else app.team_id
    who = {"enterprise_id": organisation.id, "team_id": team_id, "user_id": app.bot_user_id}
    return who | {"is_bot": True, "is_enterprise_install": organisation.is_whole_install}


def _team_of_event(app: Installation, event: Event, channel: Channel | None) -> str:
    is_shared = channel is None or channel.is_ext_shared or bool(channel.shared_with)
    if is_shared and event.user:
        return app.team_of(event.user, channel)
    return (channel.team_id if channel else "") or app.team_id
