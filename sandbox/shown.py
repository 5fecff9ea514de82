"""The workspace as JSON for the control API: what one person, or an onlooker, would see. Reads only."""

from dataclasses import asdict

from sandbox.acts import Interaction
from sandbox.ledger import Effect
from sandbox.manifest import AppManifest
from sandbox.model import (
    Channel,
    HomeOpened,
    Json,
    MembershipChanged,
    Message,
    Occurrence,
    Person,
    ReactionChanged,
    Usergroup,
    View,
)
from sandbox.workspace import Workspace


def seen(workspace: Workspace, *, viewer: str | None, only_channel: str | None, limit: int) -> Json:
    """The workspace as this person sees it; as an onlooker sees all of it, without one."""
    is_theirs = {viewer}.__contains__ if viewer else lambda _: True
    windows = workspace.windows
    home = windows.home_views.get(viewer or "")
    ephemerals = [each for each in workspace.ephemerals if is_theirs(each.ephemeral_to)]
    views = [each for each in workspace.views.values() if each.type == "modal" and is_theirs(each.user)]
    return {
        "team": {"id": workspace.team_id, "name": workspace.name, "domain": workspace.domain},
        "app": app(workspace),
        "people": [person(each) for each in workspace.people.values()],
        "channels": [
            channel(each) | {"messages": _messages(workspace, each, limit if only_channel in (None, each.id) else 0)}
            for each in _channels(workspace, viewer)
        ],
        "usergroups": [usergroup(each) for each in workspace.usergroups.values()],
        "ephemerals": [message(workspace, each) for each in ephemerals],
        "views": [view(each) for each in views],
        "home": view(home) if home else None,
        "statuses": [
            {"channel": channel_id, "thread_ts": ts, "text": text}
            for (channel_id, ts), text in workspace.assistant.statuses().items()
        ],
        "dm": workspace.dm_of(viewer).id if viewer else None,
    }


def app(workspace: Workspace) -> Json:
    manifest: AppManifest = workspace.manifest
    return {
        "app_id": workspace.app_id,
        "bot_id": workspace.bot_id,
        "bot_user_id": workspace.bot_user_id,
        "name": manifest.bot_name,
        "home_tab": manifest.home_tab,
        "messages_tab": manifest.messages_tab,
        "commands": [asdict(each) for each in manifest.slash_commands],
        "shortcuts": [asdict(each) for each in manifest.shortcuts],
    }


def person(each: Person) -> Json:
    return asdict(each)


def usergroup(each: Usergroup) -> Json:
    return asdict(each)


def message(workspace: Workspace, each: Message) -> Json:
    reactions = [{"name": name, "users": users} for name, users in each.reactions.items()]
    names = ("channel", "ts", "thread_ts", "user", "text", "blocks", "attachments", "subtype", "bot_id", "edited")
    shown: Json = {name: getattr(each, name) for name in names}
    shown |= {"reactions": reactions, "is_ephemeral": each.ephemeral_to is not None}
    return shown | {"is_growing": workspace.streams.is_open(each)}


def channel(each: Channel) -> Json:
    names = ("id", "name", "kind", "user", "is_ext_shared", "is_archived")
    return {name: getattr(each, name) for name in names} | {"members": sorted(each.members)}


def _channels(workspace: Workspace, viewer: str | None) -> list[Channel]:
    """Those the viewer could open: public ones and their own; all without a viewer."""
    return [
        each
        for each in workspace.channels.values()
        if viewer is None or each.kind == "channel" or viewer in each.members
    ]


def _messages(workspace: Workspace, each: Channel, limit: int) -> list[Json]:
    """The newest so many that stand in the channel itself, with all their replies, by time."""
    roots = each.timeline[-limit:] if limit else []
    shown = {ts for root in roots for ts in (root, *each.threads.get(root, ()))}
    return [message(workspace, each.messages[ts]) for ts in sorted(shown)]


def view(each: View) -> Json:
    return asdict(each)


def effect(each: Effect) -> Json:
    return asdict(each)


def interaction(workspace: Workspace, each: Interaction) -> Json:
    shown = asdict(each)
    return shown | {"shown": message(workspace, each.shown) if each.shown else None}


def change(occurrence: Occurrence | Effect) -> Json:
    """One line of the stream: what kind of thing changed, and where."""
    kind = type(occurrence).__name__
    match occurrence:
        case Effect():
            return {"kind": kind, "effect": effect(occurrence)}
        case MembershipChanged():
            return {"kind": kind, "channel": occurrence.channel, "user": occurrence.user}
        case HomeOpened():
            return {"kind": kind, "channel": occurrence.channel, "user": occurrence.user, "tab": occurrence.tab}
        case ReactionChanged():
            where = occurrence.message
            return {"kind": kind, "channel": where.channel, "ts": where.ts, "user": occurrence.user}
        case _:
            where = occurrence.message
            return {"kind": kind, "channel": where.channel, "ts": where.ts, "thread_ts": where.thread_ts}
