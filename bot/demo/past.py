"""A Slack export put into the sandbox's past: its people, its channels and what was said there, at its own moments.

What is read and what is left alone is the export reader's; what the bot makes of it is the importer's.
"""

from collections.abc import Iterator, Mapping

from bot.model import Deletion, Message, Standing
from bot.peers.export import Export, ExportChannel
from sandbox import Channel, Workspace
from sandbox import Message as Said


def furnish_past(workspace: Workspace, export: Export, ids: Mapping[ExportChannel, str]) -> None:
    """`ids` are the channels' in the workspace. What nobody wrote, or a bot without an id, is left out."""
    names = {user_id: name for name, user_id in export.names.items()}
    for listed, channel_id in ids.items():
        kind = "group" if listed.is_private else "channel"
        channel = workspace.add_channel(listed.name, kind=kind, id=channel_id)
        standing = [each for each in _messages(export, listed, channel_id) if _author(each)]
        for each in sorted(standing, key=lambda each: float(each.ts)):
            _make_known(workspace, each, names)
            _put(workspace, channel, each)
    for user_id, name in names.items():  # who never wrote is there too
        if user_id not in workspace.people and user_id not in export.bots:
            workspace.add_person(name, id=user_id)


def _messages(export: Export, listed: ExportChannel, channel_id: str) -> Iterator[Standing]:
    for file in listed.days:
        for entry in export.read_day(listed, channel_id, file):
            if isinstance(entry, Standing) and not isinstance(entry.said, Deletion):
                yield entry


def _author(standing: Standing) -> str:
    return standing.said.author.user_id if isinstance(standing.said, Message) else ""


def _make_known(workspace: Workspace, standing: Standing, names: Mapping[str, str]) -> None:
    said = standing.said
    assert isinstance(said, Message), "deletions are left out"
    _add(workspace, said.author.user_id, names, is_bot=said.author.is_bot)
    for _, users, _ in standing.reactions:
        for user_id in users:
            _add(workspace, user_id, names, is_bot=False)


def _add(workspace: Workspace, user_id: str, names: Mapping[str, str], *, is_bot: bool) -> None:
    if user_id in workspace.people:
        return
    name = names.get(user_id, user_id.lower())
    if is_bot:
        workspace.add_other_app(name, id=user_id)
    else:
        workspace.add_person(name, id=user_id)


def _put(workspace: Workspace, channel: Channel, standing: Standing) -> None:
    said = standing.said
    assert isinstance(said, Message), "deletions are left out"
    channel.members.add(said.author.user_id)
    put = workspace.past.say(
        said.author.user_id, channel.id, said.text, at=float(said.ts), thread_ts=_thread(channel, said)
    )
    _react(workspace, put, standing)


def _thread(channel: Channel, said: Message) -> str | None:
    """The thread it stands in; a reply whose beginning is not in the export stands by itself."""
    is_there = said.thread_ts in channel.messages and float(said.thread_ts or 0) < float(said.ts)
    return said.thread_ts if is_there else None


def _react(workspace: Workspace, put: Said, standing: Standing) -> None:
    for name, users, _ in standing.reactions:
        workspace.past.react(put, name, *dict.fromkeys(users))
