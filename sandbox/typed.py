"""What Slack's composer makes of a text as people type it: `@name` and `#channel` become mentions.

Names nobody has stay as they are, and so does what is a mention already.
"""

import re
from collections.abc import Mapping

from sandbox.model import Channel, Person
from sandbox.workspace import Workspace

_NAMED = re.compile(r"(?<![\w<&])([@#])([\w.-]*\w)")
_EVERYBODY = ("here", "channel", "everyone")
_PERSON = re.compile(r"<@(\w+)(?:\|[^>]*)?>")
_CHANNEL = re.compile(r"<#(\w+)(?:\|[^>]*)?>")


def composed(workspace: Workspace, text: str) -> str:
    """The text of a message: people, groups, channels, and all who are there."""
    groups = {group.handle.lower(): f"<!subteam^{group.id}>" for group in workspace.usergroups.values()}
    return _spelled(workspace, text, others=groups | {name: f"<!{name}>" for name in _EVERYBODY})


def _spelled(workspace: Workspace, text: str, *, others: Mapping[str, str] | None = None) -> str:
    people = {person.name.lower(): f"<@{person.id}>" for person in workspace.people.values()}
    channels = {channel.name: f"<#{channel.id}>" for channel in workspace.channels.values() if channel.name}
    known = {"@": {**(others or {}), **people}, "#": channels}
    return _NAMED.sub(lambda found: known[found[1]].get(found[2].lower(), found[0]), text)


def command_text(workspace: Workspace, text: str, *, should_escape: bool) -> str:
    """The text of a slash command: mentions as `<@U…|name>` where the manifest asks to escape, else as typed."""
    spelled = _spelled(workspace, text)
    person, channel = ("<@{id}|{name}>", "<#{id}|{name}>") if should_escape else ("@{name}", "#{name}")
    spelled = _PERSON.sub(lambda found: _named(workspace.people, found, person), spelled)
    return _CHANNEL.sub(lambda found: _named(workspace.channels, found, channel), spelled)


def _named(known: Mapping[str, Person] | Mapping[str, Channel], found: re.Match[str], form: str) -> str:
    meant = known.get(found[1])
    return form.format(id=meant.id, name=meant.name) if meant else found[0]
