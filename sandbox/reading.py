"""How far each person has read, and what waits for them: the unread marks of the page.

As Slack counts it: a place is new to a person from the first message they have not seen on; a number stands where
somebody means them: a mention, a direct message, or a reply in a thread they take part in. What was said before
anybody looked is read. It draws nothing and marks nothing by itself: the page says what was seen.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass

from sandbox.ids import ts_of
from sandbox.model import Channel, Message, MessageDeleted, MessagePosted, Occurrence
from sandbox.workspace import Workspace

_MENTION = re.compile(r"<@(\w+)|<!subteam\^(\w+)|<!(channel|here|everyone)")
_NOTICES = frozenset({"channel_join", "channel_leave", "group_join", "group_leave"})


@dataclass(frozen=True)
class Unread:
    """`count`: messages in the place itself. `calls`: what means the person, in threads too."""

    count: int
    calls: int


class Reading:
    """Follows the workspace from the moment it is made."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._began = ts_of(int(workspace.clock.now() * 1_000_000))
        self._marks: dict[tuple[str, str], str] = {}  # person and place: the last ts seen
        self._calls: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)  # the same: ts -> thread it is in, or ""
        workspace.subscribe(self._hear)

    def mark(self, user: str, channel_id: str, ts: str, thread_ts: str | None = None) -> None:
        """The person has seen the place, or that thread, up to this message; never less than before."""
        waiting = self._calls[user, channel_id]
        for called, thread in list(waiting.items()):
            if thread == (thread_ts or "") and called <= ts:
                del waiting[called]
        if thread_ts is None:
            self._marks[user, channel_id] = max(ts, self.read_to(user, channel_id))

    def read_to(self, user: str, channel_id: str) -> str:
        """The ts up to which the person has read the place."""
        return self._marks.get((user, channel_id), self._began)

    def unread(self, user: str, channel: Channel) -> Unread:
        count = len(channel.timeline) - bisect_right(channel.timeline, self.read_to(user, channel.id))
        return Unread(count, len(self._calls.get((user, channel.id), ())))

    def new_replies(self, user: str, channel_id: str, thread_ts: str) -> int:
        """How many replies in this thread the person has not seen, where they take part in it."""
        return list(self._calls.get((user, channel_id), {}).values()).count(thread_ts)

    def _hear(self, what: Occurrence) -> None:
        match what:
            case MessagePosted(message) if message.subtype not in _NOTICES:
                self._posted(message)
            case MessageDeleted(message):
                for user in self._workspace.channels[message.channel].members:
                    self._calls.get((user, message.channel), {}).pop(message.ts, None)
            case _:
                pass

    def _posted(self, message: Message) -> None:
        channel, thread = self._workspace.channels[message.channel], _thread_of(message)
        if message.user in channel.members:
            self.mark(message.user, channel.id, message.ts, thread or None)
        for user in self._meant(channel, message) - {message.user}:
            self._calls[user, channel.id][message.ts] = thread

    def _meant(self, channel: Channel, message: Message) -> set[str]:
        """Whom it is for, among the people of the place."""
        people = channel.members - {self._workspace.bot_user_id}
        if channel.kind in ("im", "mpim"):
            return people
        meant: set[str] = set()
        for user, group, everybody in _MENTION.findall(message.text):
            known = self._workspace.usergroups.get(group)
            meant |= people if everybody else set(known.users if known else [user])
        thread = _thread_of(message)
        if thread in channel.messages:
            meant |= {channel.messages[ts].user for ts in (thread, *channel.threads.get(thread, ()))}
        return meant & people


def _thread_of(message: Message) -> str:
    """The thread it is a reply in; "" for one that stands in the place itself."""
    return "" if message.thread_ts in (None, message.ts) else str(message.thread_ts)
