"""Messages, views and bots as Slack writes them, in events, in interactions and in answers alike. Pure."""

from sandbox.installation import Installation
from sandbox.model import Json, Message, Person, View
from sandbox.rich_text import rich_text_block
from sandbox.timeline import thread_facts


def message_body(app: Installation, message: Message) -> Json:
    """A message as it stands in events and in interactive payloads: without the channel."""
    body: Json = {"type": "message", "ts": message.ts, "text": message.text}
    channel = app.channels.get(message.channel)
    body |= {"user": message.user, "team": app.team_of(message.user, channel)} if message.user else {}
    body |= _optional(message) | (_of_elsewhere(app, message.user) if channel and channel.is_ext_shared else {})
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


def reactions_of(message: Message, *, me: str, most_users: int | None = None) -> Json:
    """`reactions`: each with all that reacted as `count`, and the first of them as `users`, the app always among them.

    Nothing where nobody reacted. Of each so many users are named; None is all.
    """
    shown = []
    for name, users in message.reactions.items():
        named = users[:most_users]
        named = [*named[:-1], me] if me in users and me not in named else named
        shown.append({"name": name, "users": list(named), "count": len(users)})
    return {"reactions": shown} if shown else {}


def view_body(app: Installation, view: View, values: Json) -> Json:
    """A stored view with what Slack adds to it; `values` is its state by block id and action id."""
    shown = view.payload
    organisation, team_id = app.organisation, app.team_of(view.user)
    installed_in = organisation.id if organisation.is_whole_install else app.team_id
    body: Json = {"id": view.id, "team_id": team_id, "type": view.type, "blocks": shown.get("blocks", [])}
    body |= {
        "private_metadata": shown.get("private_metadata", ""),
        "callback_id": shown.get("callback_id", ""),
    }
    body |= {"state": {"values": values}, "hash": view.hash}
    body |= {name: shown.get(name) for name in ("title", "close", "submit")}
    body |= {name: bool(shown.get(name)) for name in ("clear_on_close", "notify_on_close")}
    body |= {"previous_view_id": view.previous_id, "root_view_id": view.root_id, "app_id": app.app_id}
    body |= {"external_id": shown.get("external_id", ""), "app_installed_team_id": installed_in}
    return body | {"bot_id": app.bot_id}


def _bot_facts(app: Installation, message: Message) -> Json:
    """Which bot wrote the message; with its profile where the workspace knows it."""
    facts: Json = {"bot_id": message.bot_id} | ({"app_id": message.app_id} if message.app_id else {})
    if message.bot_id == app.bot_id:
        return facts | {"bot_profile": bot_profile(app)}
    bot = app.people.get(message.user)
    return facts | ({"bot_profile": bot_profile(app, bot)} if bot and bot.bot_id == message.bot_id else {})


def _optional(message: Message) -> Json:
    body: Json = {}
    named = ("client_msg_id", "subtype", "thread_ts", "edited", "metadata", "inviter")
    body |= {name: getattr(message, name) for name in named if getattr(message, name)}
    body |= {"hidden": True} if message.subtype == "tombstone" else {}
    body |= {"attachments": message.attachments} if message.attachments else {}
    if message.blocks:
        body |= {"blocks": message.blocks}
    elif message.client_msg_id:
        body |= {"blocks": [rich_text_block(message.text, f"r{message.ts[-4:]}")]}
    return body


def _of_elsewhere(app: Installation, user_id: str) -> Json:
    """What a message says of somebody of another company, whom the workspace may not know."""
    person = app.people.get(user_id)
    if person is None or app.organisation.is_ours(person.team_id):
        return {}
    first = person.real_name.partition(" ")[0]
    profile: Json = {
        "name": person.name,
        "first_name": first,
        "real_name": person.real_name,
        "display_name": person.name,
    }
    profile |= {"team": person.team_id, "is_restricted": False, "is_ultra_restricted": False}
    profile |= {"avatar_hash": "g000000000", "image_72": f"https://sandbox.invalid/{person.id}_72.png"}
    return {"user_team": person.team_id, "source_team": person.team_id, "user_profile": profile}
