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
        **whose(workspace),
        "app": app(workspace),
        "people": [person(each, workspace.clock.now()) for each in workspace.people.values()],
        "channels": [
            channel(each) | {"messages": _messages(workspace, each, limit if only_channel in (None, each.id) else 0)}
            for each in channels(workspace, viewer)
        ],
        "usergroups": [usergroup(each) for each in workspace.usergroups.values()],
        "ephemerals": [message(workspace, each) for each in ephemerals],
        "views": [view(each) for each in views],
        "home": view(home) if home else None,
        "statuses": [
            {"channel": channel_id, "thread_ts": ts, "text": text}
            for (channel_id, ts), text in workspace.assistant.statuses().items()
        ],
        "dm": dm_of(workspace, viewer),
    }


def whose(workspace: Workspace) -> Json:
    """Our own workspace, the organisation it is of, and every workspace that is known."""
    return {
        "team": {"id": workspace.team_id, "name": workspace.name, "domain": workspace.domain},
        "organisation": {"id": workspace.organisation.id, "name": workspace.organisation.name},
        "teams": [asdict(each) for each in workspace.organisation.teams.values()],
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


def person(each: Person, now_s: float) -> Json:
    """With the status as it stands at that moment."""
    text, emoji, until = each.status(now_s)
    return asdict(each) | {"status_text": text, "status_emoji": emoji, "status_expiration": until}


def usergroup(each: Usergroup) -> Json:
    return asdict(each)


def message(workspace: Workspace, each: Message) -> Json:
    reactions = [{"name": name, "users": users} for name, users in each.reactions.items()]
    names = ("channel", "ts", "thread_ts", "user", "text", "blocks", "attachments", "subtype", "bot_id", "edited")
    shown: Json = {name: getattr(each, name) for name in names}
    shown |= {"reactions": reactions, "is_ephemeral": each.ephemeral_to is not None}
    return shown | {"is_growing": workspace.streams.is_open(each)}


def channel(each: Channel) -> Json:
    names = ("id", "name", "kind", "user", "team_id", "is_ext_shared", "is_archived")
    lists = {"members": sorted(each.members), "shared_with": sorted(each.shared_with)}
    return {name: getattr(each, name) for name in names} | lists


def dm_of(workspace: Workspace, viewer: str | None) -> str | None:
    """Nothing for those who can have none: who was deactivated, and people of other companies."""
    person = workspace.people.get(viewer or "")
    has_app = person is not None and any(map(workspace.organisation.has_app, (person.team_id, *person.teams)))
    return workspace.dm_of(person.id).id if person and has_app and not person.deleted else None


def channels(workspace: Workspace, viewer: str | None) -> list[Channel]:
    """Those the viewer could open; all without a viewer."""
    return [each for each in workspace.channels.values() if viewer is None or is_open_to(workspace, viewer, each)]


def is_open_to(workspace: Workspace, viewer: str, each: Channel) -> bool:
    """Whether they are in it, or it is a public one of their workspaces.

    Guests find only what they were brought into, people of other companies only what is shared with them.
    """
    person = workspace.people[viewer]
    teams = {each.team_id, *each.shared_with}
    is_theirs = each.kind == "channel" and not person.is_restricted and any(map(person.is_in_team, teams))
    return is_theirs or viewer in each.members


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
