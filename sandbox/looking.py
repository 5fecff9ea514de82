"""What the page draws of the workspace for one person: their places, one window of one place, and one thread.

Little on purpose: the page asks again at every change. The whole workspace at once is `shown.py`.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox import shown, timeline
from sandbox.model import Channel, Json, Message, Person
from sandbox.reading import Reading
from sandbox.refused import Refused
from sandbox.workspace import Workspace

APP = "app"  # the place that is each person's own messages with the app
WINDOW, WINDOW_MAX = 50, 200
THREAD_MAX = 500  # replies, the newest
AUTHORS_SHOWN = 3  # below a message with a thread


@dataclass(frozen=True)
class Glance:
    """Who looks where, as an address says it. `people`: the stamp of those the page knows already."""

    viewer: str = ""
    at: str = ""
    limit: int = WINDOW
    before: str = ""
    ts: str = ""
    thread: str = ""
    people: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Glance":
        texts = {name: query.get(name, "") for name in ("at", "before", "ts", "thread", "people")}
        limit = min(WINDOW_MAX, max(1, int(query.get("limit", WINDOW))))
        return cls(viewer=query.get("as", ""), limit=limit, **texts)


def look(workspace: Workspace, reading: Reading, glance: Glance) -> Json:
    """The parts of `GET /sandbox/look` that are the workspace's. Raises LookupError where there are no people."""
    viewer = _viewer(workspace, glance.viewer)
    people = [shown.person(each, workspace.clock.now()) for each in workspace.people.values()]
    stamp = format(hash(str(people)), "x")
    dm = shown.dm_of(workspace, viewer.id)
    visible = shown.channels(workspace, viewer.id)
    at, place = _where(viewer, glance.at, visible, workspace.channels[dm] if dm else None)
    home = workspace.windows.home_views.get(viewer.id)
    return {
        "me": viewer.id,
        "at": at,
        **shown.whose(workspace),
        "app": shown.app(workspace),
        "people": None if stamp == glance.people else people,
        "people_stamp": stamp,
        "channels": [_channel(workspace, reading, viewer, each) for each in visible],
        "usergroups": [shown.usergroup(each) for each in workspace.usergroups.values()],
        "views": [shown.view(each) for each in workspace.windows.modals_of(viewer.id)],
        "home": shown.view(home) if home else None,
        "dm": dm,
        "place": _place(workspace, reading, viewer, place, glance) if place else None,
    }


def messages(workspace: Workspace, reading: Reading, glance: Glance) -> Json:
    """Older messages of a place, or one of them: `{messages, more}`, oldest first."""
    viewer = _viewer(workspace, glance.viewer)
    channel = workspace.channel(glance.at)
    if not shown.is_open_to(workspace, viewer.id, channel):
        raise Refused("channel_not_found")
    if glance.ts:
        found = [channel.messages[glance.ts]] if glance.ts in channel.messages else []
        return {"messages": [_root(workspace, reading, viewer, each) for each in found], "more": False}
    window, more = _window(channel, glance.before, glance.limit)
    return {"messages": [_root(workspace, reading, viewer, each) for each in window], "more": more}


def _viewer(workspace: Workspace, name: str) -> Person:
    """The person of this id or name, else the first there is."""
    people = [each for each in workspace.people.values() if not each.is_bot]
    if not people:
        raise LookupError("There are no people in this workspace")
    return next((each for each in people if name in (each.id, each.name)), people[0])


def _where(viewer: Person, at: str, visible: list[Channel], dm: Channel | None) -> tuple[str, Channel | None]:
    """The place meant, else the first the person is in, else their messages with the app, if they can have any."""
    named = [each for each in visible if each.kind != "im"]
    asked = next((each for each in named if each.id == at), None)
    mine = next((each for each in named if viewer.id in each.members), None)
    channel = None if at == APP and dm else asked or mine or next(iter(named), None)
    return (channel.id, channel) if channel else (APP, dm)


def _channel(workspace: Workspace, reading: Reading, viewer: Person, each: Channel) -> Json:
    names = ("id", "name", "kind", "user", "is_ext_shared", "is_archived", "topic")
    unread = reading.unread(viewer.id, each)
    is_member = viewer.id in each.members
    return {name: getattr(each, name) for name in names} | {
        "is_member": is_member,
        "has_app": workspace.bot_user_id in each.members,
        "members": len(each.members),
        "names": sorted(each.members - {viewer.id}) if each.kind == "mpim" else [],
        "unread": unread.count if is_member else 0,
        "calls": unread.calls if is_member else 0,
    }


def _place(workspace: Workspace, reading: Reading, viewer: Person, channel: Channel, glance: Glance) -> Json:
    window, more = _window(channel, "", glance.limit)
    whispers = [each for each in workspace.ephemerals if (each.channel, each.ephemeral_to) == (channel.id, viewer.id)]
    statuses = workspace.assistant.statuses().items()
    return {
        "id": channel.id,
        "read_to": reading.read_to(viewer.id, channel.id),
        "messages": [_root(workspace, reading, viewer, each) for each in window],
        "more": more,
        "ephemerals": [shown.message(workspace, each) for each in whispers],
        "statuses": {ts: text for (channel_id, ts), text in statuses if channel_id == channel.id},
        "prompts": workspace.assistant.prompts.get(channel.id, []),
        "thread": _thread(workspace, channel, glance.thread),
    }


def _window(channel: Channel, before: str, limit: int) -> tuple[list[Message], bool]:
    """The newest of the place itself (before a ts), oldest first; and whether there are older ones."""
    end = bisect_left(channel.timeline, before) if before else len(channel.timeline)
    begin = max(0, end - limit)
    return [channel.messages[ts] for ts in channel.timeline[begin:end]], begin > 0


def _root(workspace: Workspace, reading: Reading, viewer: Person, message: Message) -> Json:
    """A message of the place itself, with what stands below it about its thread."""
    channel = workspace.channels[message.channel]
    replies = channel.threads.get(message.ts, [])
    shown_message = shown.message(workspace, message)
    if not replies:
        return shown_message | {"replies": None}
    authors = dict.fromkeys(_author(workspace, each) for each in timeline.replies(channel, message.ts))
    return shown_message | {
        "replies": {
            "count": len(replies),
            "authors": list(authors)[:AUTHORS_SHOWN],
            "latest": replies[-1],
            "new": reading.new_replies(viewer.id, channel.id, message.ts),
        }
    }


def _author(workspace: Workspace, message: Message) -> str:
    return message.user or (workspace.bot_user_id if message.bot_id == workspace.bot_id else "")


def _thread(workspace: Workspace, channel: Channel, ts: str) -> list[Json] | None:
    """The message and its replies; None where there is no such message."""
    if ts not in channel.messages:
        return None
    replies = channel.threads.get(ts, [])[-THREAD_MAX:]
    return [shown.message(workspace, channel.messages[each]) for each in (ts, *replies)]
