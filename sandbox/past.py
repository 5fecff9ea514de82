"""What was said and done before: put in its place in a channel's past, in any order, and told to no one.

So history has something to read back. Whoever spoke need not be a member any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox import timeline
from sandbox.ids import ts_of
from sandbox.model import Channel, Message
from sandbox.refused import Refused
from sandbox.wire_text import wire_text

if TYPE_CHECKING:
    from sandbox.workspace import Workspace


class Past:
    """Moments (`at`) are seconds since the epoch. Raises ValueError for one that is yet to come."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._had: dict[str, set[str]] = {}  # every ts given out here, by channel: also of what was deleted
        self._next_us: dict[tuple[str, int], int] = {}  # where to look for a free ts, by channel and wanted moment

    def say(
        self,
        user_id: str,
        channel_id: str,
        text: str,
        *,
        at: float,
        thread_ts: str | None = None,
        broadcast: bool = False,
    ) -> Message:
        """A message of that moment; its ts is some microseconds later where the channel has one of that moment.

        A reply's parent must be there already, and be older.
        """
        channel = self._workspace.channel(channel_id)
        if thread_ts is not None and at <= float(thread_ts):
            raise ValueError(f"A reply at {at:.6f} to a message of {thread_ts}")
        ts = self._free_ts(channel, at)
        message = self._workspace.written(user_id, channel_id, text, ts=ts, thread_ts=thread_ts, broadcast=broadcast)
        timeline.insert(channel, message)
        return message

    def edit(self, message: Message, text: str, *, at: float) -> None:
        """The message has this text since that moment."""
        message.text, message.blocks = wire_text(text), []
        message.edited = {"user": message.user, "ts": ts_of(self._moment_us(at))}

    def delete(self, message: Message) -> None:
        """The message is gone, or a tombstone over its replies."""
        timeline.remove(self._workspace.channel(message.channel), message)

    def react(self, message: Message, name: str, *user_ids: str) -> None:
        """These people have reacted, in this order."""
        users = message.reactions.setdefault(name, [])
        for user_id in user_ids:
            if self._workspace.person(user_id).id in users:
                raise Refused("already_reacted")
            users.append(user_id)

    def _free_ts(self, channel: Channel, at: float) -> str:
        wanted_us = self._moment_us(at)
        had = self._had.setdefault(channel.id, set())
        moment_us = self._next_us.get((channel.id, wanted_us), wanted_us)
        while (ts := ts_of(moment_us)) in channel.messages or ts in had:
            moment_us += 1
        self._next_us[(channel.id, wanted_us)] = moment_us + 1
        had.add(ts)
        self._workspace.ids.note(moment_us)
        return ts

    def _moment_us(self, at: float) -> int:
        if at > self._workspace.clock.now():
            raise ValueError(f"{at:.6f} is yet to come")
        return round(at * 1_000_000)
