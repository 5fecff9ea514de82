"""Channels: which there are, who is in them, and what was said, page by page."""

from bisect import bisect_left, bisect_right

from sandbox.manifest import METHOD_ACCESS, scope_for
from sandbox.model import Channel, Json
from sandbox.refused import Refused
from sandbox.web_api.api import Api
from sandbox.web_api.arguments import Arguments
from sandbox.web_api.paging import cursor_for, page_of, read_cursor
from sandbox.web_api.shapes import channel_json, message_json

_KIND_OF_TYPE = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
_EVER = ("0000000000.000000", "9999999999.999999")
DAY_S = 86_400.0
LIST_MOST = 999  # "an integer under 1000"
HISTORY_MOST = 999
REPLIES_MOST = 1000


def list_conversations(api: Api, arguments: Arguments) -> Json:
    """Every channel of a workspace that the app may know of."""
    kinds = _kinds(api, "conversations.list", arguments)
    me = api.workspace.bot_user_id
    visible = [
        channel
        for channel in api.workspace.channels_of(api.team_asked(arguments))
        if channel.kind in kinds and (channel.kind == "channel" or me in channel.members)
    ]
    return _listed(api, arguments, visible, of_workspace=True)


def conversations_of_user(api: Api, arguments: Arguments) -> Json:
    """The channels a person is in, as far as the app may know of them; without a person the app's own."""
    kinds = _kinds(api, "users.conversations", arguments)
    me = api.workspace.bot_user_id
    user_id = api.workspace.person(arguments.text("user") or me).id
    shared = [
        channel
        for channel in api.workspace.channels_of(api.team_asked(arguments))
        if channel.kind in kinds and user_id in channel.members and (channel.kind == "channel" or me in channel.members)
    ]
    return _listed(api, arguments, shared, of_workspace=False)


def conversation_info(api: Api, arguments: Arguments) -> Json:
    channel = api.readable("conversations.info", arguments.required("channel"))
    with_count = arguments.flag("include_num_members")
    shown = channel_json(api.workspace, channel, with_count=with_count)
    others = sorted(set(shown.get("shared_team_ids", ())) - set(shown.get("internal_team_ids", ())))
    return {"channel": shown | ({"connected_team_ids": others} if channel.is_ext_shared else {})}


def conversation_members(api: Api, arguments: Arguments) -> Json:
    channel = api.readable("conversations.members", arguments.required("channel"))
    limit = arguments.limit(default=100, most=LIST_MOST)
    members = sorted(channel.members)
    page, metadata = page_of(members, kind="user", cursor=arguments.text("cursor"), limit=limit)
    return {"members": list(page), "response_metadata": metadata}


def history(api: Api, arguments: Arguments) -> Json:
    """Newest first. A thread's replies are not in it, only its parent.

    `is_limited` says that the workspace's plan hides what is older.
    """
    channel = api.joined("conversations.history", arguments.required("channel"))
    limit = arguments.limit(default=100, most=HISTORY_MOST)
    low, high = _between(channel.timeline, arguments)
    if cursor := arguments.text("cursor"):
        high = min(high, bisect_right(channel.timeline, _read_moment(cursor)))
    visible = _first_visible(api, channel.timeline)
    is_limited, low = visible > low, max(low, visible)
    start = max(low, high - limit)
    page = channel.timeline[start:high][::-1]
    rest = channel.timeline[start - 1] if start > low else None
    return {
        "messages": _messages(api, channel, page, arguments),
        "has_more": rest is not None,
        "pin_count": 0,
        "channel_actions_ts": None,
        "channel_actions_count": 0,
        **{name: arguments.text(name) for name in ("oldest", "latest") if arguments.text(name)},
        **({"is_limited": True} if is_limited else {}),
    } | _next(rest)


def replies(api: Api, arguments: Arguments) -> Json:
    """Oldest first, the parent at the head of every page. A reply's own `ts` gives that reply alone."""
    channel = api.joined("conversations.replies", arguments.required("channel"))
    ts = arguments.moment("ts", default="")
    parent = channel.messages.get(ts)
    if parent is None:
        raise Refused("thread_not_found")
    limit = arguments.limit(default=HISTORY_MOST, most=REPLIES_MOST)
    thread = channel.threads.get(ts, [])
    low, high = _between(thread, arguments)
    if cursor := arguments.text("cursor"):
        low = max(low, bisect_left(thread, _read_moment(cursor)))
    low = max(low, _first_visible(api, thread))
    page = thread[low : min(high, low + limit)]
    rest = thread[low + limit] if low + limit < high else None
    messages = _messages(api, channel, [parent.ts, *page], arguments)
    return {"messages": messages, "has_more": rest is not None} | _next(rest)


def join(api: Api, arguments: Arguments) -> Json:
    channel = api.workspace.app.visible(arguments.required("channel"))
    if channel.kind != "channel":
        raise Refused("method_not_supported_for_channel_type")
    was_member = api.workspace.bot_user_id in channel.members
    api.workspace.join(api.workspace.bot_user_id, channel.id)
    answer: Json = {"channel": channel_json(api.workspace, channel)}
    if was_member:
        answer |= {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    return answer


def open_conversation(api: Api, arguments: Arguments) -> Json:
    """The DM with one person, or a group DM with several."""
    if channel_id := arguments.text("channel"):
        return _opened(api, api.workspace.app.visible(channel_id), arguments, was_open=True)
    users = [user for user in arguments.text("users").split(",") if user]
    if not users:
        raise Refused("users_list_not_supplied")
    api.require_scope(scope_for("write", "im" if len(users) == 1 else "mpim"))
    if len(users) == 1:
        was_open = any(channel.user == users[0] for channel in api.workspace.channels.values())
        return _opened(api, api.workspace.dm_of(users[0]), arguments, was_open=was_open)
    return _open_group(api, users, arguments)


def _open_group(api: Api, users: list[str], arguments: Arguments) -> Json:
    members = {api.workspace.person(user).id for user in users} | {api.workspace.bot_user_id}
    for channel in api.workspace.channels.values():
        if channel.kind == "mpim" and channel.members == members:
            return _opened(api, channel, arguments, was_open=True)
    names = "--".join(api.workspace.people[user].name for user in sorted(members))
    channel = api.workspace.add_channel(f"mpdm-{names}-1", kind="mpim", members=users)
    return _opened(api, channel, arguments, was_open=False)


def _opened(api: Api, channel: Channel, arguments: Arguments, *, was_open: bool) -> Json:
    whole = arguments.flag("return_im")
    answer: Json = {"channel": channel_json(api.workspace, channel) if whole else {"id": channel.id}}
    return answer | ({"no_op": True, "already_open": True} if was_open else {})


def _kinds(api: Api, method: str, arguments: Arguments) -> set[str]:
    kinds = set()
    for name in (arguments.text("types") or "public_channel").split(","):
        if name.strip() not in _KIND_OF_TYPE:
            raise Refused("invalid_types")
        kinds.add(_KIND_OF_TYPE[name.strip()])
    for kind in kinds:
        api.require_scope(scope_for(METHOD_ACCESS[method], kind))
    return kinds


def _listed(api: Api, arguments: Arguments, channels: list[Channel], *, of_workspace: bool) -> Json:
    if arguments.flag("exclude_archived"):
        channels = [channel for channel in channels if not channel.is_archived]
    limit = arguments.limit(default=100, most=LIST_MOST)
    ids = [channel.id for channel in channels]
    page, metadata = page_of(ids, kind="channel", cursor=arguments.text("cursor"), limit=limit)
    shown = [
        channel_json(
            api.workspace,
            api.workspace.channels[channel_id],
            with_count=of_workspace,
            with_membership=of_workspace,
        )
        | _other_side(api, channel_id)
        for channel_id in page
    ]
    return {"channels": shown, "response_metadata": metadata}


def _other_side(api: Api, channel_id: str) -> Json:
    """What lists tell of a DM: whether the person is still there."""
    person = api.workspace.people.get(api.workspace.channels[channel_id].user or "")
    return {"is_user_deleted": person.deleted} if person else {}


def _between(moments: list[str], arguments: Arguments) -> tuple[int, int]:
    """Where `oldest` and `latest` fall; they themselves count only with `inclusive`."""
    oldest = arguments.moment("oldest", default=_EVER[0])
    latest = arguments.moment("latest", default=_EVER[1])
    if arguments.flag("inclusive"):
        return bisect_left(moments, oldest), bisect_right(moments, latest)
    return bisect_right(moments, oldest), bisect_left(moments, latest)


def _first_visible(api: Api, moments: list[str]) -> int:
    """Where what the workspace's plan still shows begins."""
    days = api.workspace.history_days
    return 0 if days is None else bisect_left(moments, f"{api.workspace.clock.now() - days * DAY_S:.6f}")


def _messages(api: Api, channel: Channel, page: list[str], arguments: Arguments) -> list[Json]:
    with_metadata, most_users = arguments.flag("include_all_metadata"), api.workspace.reaction_users_most
    messages = [channel.messages[ts] for ts in page]
    return [
        message_json(api.installation, each, with_metadata=with_metadata, most_users=most_users) for each in messages
    ]


def _read_moment(cursor: str) -> str:
    digits = read_cursor(cursor, "next_ts")
    if not digits.isdigit():
        raise Refused("invalid_cursor")
    return f"{digits[:-6]}.{digits[-6:]}"


def _next(ts: str | None) -> Json:
    """The `response_metadata` of a page that is followed by another; nothing on the last."""
    return {"response_metadata": {"next_cursor": cursor_for("next_ts", ts.replace(".", ""))}} if ts else {}
