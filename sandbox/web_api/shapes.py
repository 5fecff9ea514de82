"""The nouns as the Web API writes them. Messages, views and profiles are shared with events (`bodies.py`)."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sandbox.bodies import bot_profile, message_body, reactions_of, root_of, view_body
from sandbox.installation import Installation
from sandbox.model import Channel, Json, Message, Person, Usergroup, View
from sandbox.organisation import Team
from sandbox.workspace import Workspace

_THREAD = frozenset({"thread_ts", "parent_user_id", "reply_count", "reply_users_count", "reply_users"}) | {
    "latest_reply",
    "is_locked",
    "subscribed",
}
_ICONS = (24, 32, 48, 72, 192, 512)


def message_json(
    app: Installation, message: Message, *, with_metadata: bool = True, most_users: int | None = None
) -> Json:
    """A message with its thread's facts and reactions; without metadata only the metadata's type stays.

    Of each reaction's users so many are named; None is all.
    """
    body = message_body(app, message) | root_of(app, message)
    body |= reactions_of(message, me=app.bot_user_id, most_users=most_users)
    if message.metadata and not with_metadata:
        body["metadata"] = {"event_type": message.metadata["event_type"]}
    return body


def updated_json(app: Installation, message: Message) -> Json:
    """A message as `chat.update` gives it back: what it says, not where it stands."""
    body = _without_thread(message_body(app, message))
    del body["ts"]
    return body


def reacted_json(workspace: Workspace, app: Installation, message: Message, *, is_full: bool) -> Json:
    """A message as `reactions.get` gives it: without its thread's facts and metadata."""
    body = _without_thread(message_body(app, message))
    body.pop("metadata", None)
    body |= {"permalink": permalink(workspace, message)}
    most_users = None if is_full else workspace.reaction_users_most
    return body | reactions_of(message, me=app.bot_user_id, most_users=most_users)


def channel_json(
    workspace: Workspace, channel: Channel, *, with_count: bool = False, with_membership: bool = True
) -> Json:
    """A channel, private channel, group DM or DM. Slack gives the count of members only where asked."""
    if channel.kind == "im":
        return _dm_json(workspace, channel)
    is_private = channel.kind != "channel"
    body = _common(workspace, channel) | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind != "mpim",
        "is_group": channel.kind == "group",
        "is_mpim": channel.kind == "mpim",
        "is_private": is_private,
        "is_general": channel.name == "general",
        "is_shared": channel.is_ext_shared or bool(channel.shared_with),
        "is_ext_shared": channel.is_ext_shared,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "pending_connected_team_ids": [],
        "unlinked": 0,
        "creator": channel.creator,
        "shared_team_ids": sorted(_teams_of(workspace, channel)),
        "previous_names": [],
        "topic": _topic(channel, channel.topic),
        "purpose": _topic(channel, channel.purpose),
    }
    body |= _sharing(workspace, channel)
    body |= {"is_member": workspace.bot_user_id in channel.members} if with_membership else {}
    return body | ({"num_members": len(channel.members)} if with_count else {})


def user_json(workspace: Workspace, person: Person) -> Json:
    """A person; of one who was deactivated Slack tells little more than the name and the profile."""
    team_id = workspace.team_id if person.is_in_team(workspace.team_id) else person.team_id
    body: Json = {
        "id": person.id,
        "team_id": team_id,
        "name": person.name,
        "deleted": person.deleted,
        "profile": _profile(workspace, person),
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": 1_700_000_000,
    }
    if person.deleted:
        return body
    body |= _of_member(workspace, person) | _of_organisation(workspace, person)
    return body | ({"is_stranger": True} if _is_stranger(workspace, person) else {})


def _of_member(workspace: Workspace, person: Person) -> Json:
    zone = datetime.fromtimestamp(workspace.clock.now(), UTC).astimezone(ZoneInfo(person.tz))
    offset = zone.utcoffset()
    return {
        "color": "9f69e7",
        "real_name": person.real_name,
        "tz": person.tz,
        "tz_label": zone.tzname(),
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.is_restricted,
        "is_ultra_restricted": person.is_ultra_restricted,
        "is_email_confirmed": not person.is_bot,
        "who_can_share_contact_card": "EVERYONE",
    }


def _of_organisation(workspace: Workspace, person: Person) -> Json:
    """What makes people of different workspaces colleagues; nothing for those in no organisation."""
    about = workspace.organisation.about(person.team_id)
    if not about or person.is_bot:
        return {}
    roles = {"is_admin": False, "is_owner": False, "is_primary_owner": False}
    return {"enterprise_user": {"id": person.id, "teams": [person.team_id, *person.teams]} | about | roles}


def _is_stranger(workspace: Workspace, person: Person) -> bool:
    """Somebody of another workspace with whom the app has no channel: Slack says it of nobody else."""
    if workspace.organisation.has_app(person.team_id) or person.is_in_team(workspace.team_id):
        return False
    bot = workspace.bot_user_id
    return not any({person.id, bot} <= each.members for each in workspace.channels.values() if each.kind != "im")


def email_of(workspace: Workspace, person: Person) -> str:
    return f"{person.name}@{workspace.organisation.team(person.team_id).domain}.example"


def usergroup_json(workspace: Workspace, group: Usergroup, *, with_users: bool, with_count: bool) -> Json:
    body: Json = {
        "id": group.id,
        "team_id": workspace.team_id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": 1_700_000_000,
        "date_update": 1_700_000_000,
        "date_delete": 0,
        "auto_provision": False,
        "enterprise_subteam_id": "",
        "created_by": workspace.bot_user_id,
        "updated_by": workspace.bot_user_id,
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
    }
    body |= {"users": list(group.users)} if with_users else {}
    return body | ({"user_count": len(group.users)} if with_count else {})


def view_json(app: Installation, view: View) -> Json:
    return view_body(app, view, {})


def team_json(team: Team) -> Json:
    icon: Json = {f"image_{size}": _image("team", size) for size in (34, 44, 68, 88, 102, 132, 230)}
    body: Json = {
        "id": team.id,
        "name": team.name,
        "url": f"https://{team.domain}.slack.com/",
        "domain": team.domain,
        "email_domain": f"{team.domain}.example",
        "icon": icon | {"image_default": True},
        "is_verified": False,
    }
    named = {"enterprise_id": team.enterprise_id, "enterprise_name": team.enterprise_name}
    return body | (named if team.enterprise_id else {})


def bot_json(app: Installation, bot: Person) -> Json:
    profile = {name: value for name, value in bot_profile(app, bot).items() if name != "team_id"}
    return profile | {"user_id": bot.id}


def permalink(workspace: Workspace, message: Message) -> str:
    link = f"https://{workspace.domain}.slack.com/archives/{message.channel}/p{message.ts.replace('.', '')}"
    if message.thread_ts in (None, message.ts):
        return link
    return f"{link}?thread_ts={message.thread_ts}&cid={message.channel}"


def _without_thread(body: Json) -> Json:
    return {name: value for name, value in body.items() if name not in _THREAD}


def _common(workspace: Workspace, channel: Channel) -> Json:
    return {
        "id": channel.id,
        "created": channel.created,
        "is_archived": channel.is_archived,
        "is_im": channel.kind == "im",
        "is_org_shared": any(map(workspace.organisation.is_ours, channel.shared_with)),
        "context_team_id": channel.team_id or workspace.team_id,
        "updated": channel.created * 1000,
    }


def _sharing(workspace: Workspace, channel: Channel) -> Json:
    """Whose a shared channel is; nothing of one that is not."""
    teams = _teams_of(workspace, channel)
    if len(teams) < 2:
        return {}
    ours = sorted(filter(workspace.organisation.is_ours, teams))
    return {"conversation_host_id": channel.team_id or workspace.team_id, "internal_team_ids": ours}


def _teams_of(workspace: Workspace, channel: Channel) -> set[str]:
    """The workspaces that have the channel; of one that is only said to be shared, those of its members."""
    teams = {channel.team_id or workspace.team_id} | channel.shared_with
    if channel.is_ext_shared and not channel.shared_with:
        teams |= {workspace.people[member].team_id for member in channel.members}
    return teams


def _dm_json(workspace: Workspace, channel: Channel) -> Json:
    return _common(workspace, channel) | {"user": channel.user, "priority": 0}


def _topic(channel: Channel, text: str) -> Json:
    return {"value": text, "creator": channel.creator if text else "", "last_set": channel.created if text else 0}


def _profile(workspace: Workspace, person: Person) -> Json:
    first, _, last = person.real_name.partition(" ")
    text, emoji, until = person.status(workspace.clock.now())
    profile: Json = {
        "title": "",
        "phone": "",
        "skype": "",
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.name,
        "display_name_normalized": person.name,
        "status_text": text,
        "status_text_canonical": "",
        "status_emoji": emoji,
        "status_expiration": until,
        "avatar_hash": "g000000000",
        "first_name": first,
        "last_name": last,
        "team": person.team_id,
    }
    profile |= {f"image_{size}": _image(person.id, size) for size in _ICONS}
    if person.is_bot:
        return profile | {"api_app_id": person.app_id, "bot_id": person.bot_id, "always_active": True}
    has_scope = "users:read.email" in workspace.manifest.bot_scopes
    return profile | ({"email": email_of(workspace, person)} if has_scope else {})


def _image(of: str, size: int) -> str:
    return f"https://sandbox.invalid/{of}_{size}.png"
