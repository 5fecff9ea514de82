"""One Slack workspace in memory: what people do there.

Who and what is in it is in `census.py`, what the app's own calls do in `app_acts.py` (`workspace.app`), modals and
Home in `windows.py` (`workspace.windows`), growing messages in `streams.py`, the status in `assistant.py`, what
happened before anybody listened in `past.py` (`workspace.past`). No network: the Web API and the delivery stand in
front of it.
"""

from collections.abc import Callable
from dataclasses import replace

from sandbox import timeline
from sandbox.app_acts import AppActs
from sandbox.assistant import Assistant
from sandbox.census import Census
from sandbox.clock import Clock
from sandbox.ledger import Ledger
from sandbox.manifest import AppManifest
from sandbox.model import (
    Channel,
    HomeOpened,
    Json,
    MembershipChanged,
    Message,
    MessageChanged,
    MessageDeleted,
    MessagePosted,
    Occurrence,
    ReactionChanged,
    View,
)
from sandbox.past import Past
from sandbox.refused import Refused as Refused
from sandbox.streams import Streams
from sandbox.windows import Windows
from sandbox.wire_text import wire_text

REACTION_USERS_MOST = 50  # Slack says only that it names some of many; how many is our reading


class Workspace(Census):
    """State and rules, synchronous. Acts return what they made and raise Refused with Slack's error code."""

    def __init__(self, *, clock: Clock, manifest: AppManifest, seed: int = 1, team_id: str | None = None) -> None:
        super().__init__(clock=clock, manifest=manifest, seed=seed, team_id=team_id)
        self.ledger = Ledger()
        self.reaction_users_most = REACTION_USERS_MOST
        self.history_days: int | None = None  # how far back the plan shows messages; None is all
        self.ephemerals: list[Message] = []
        self._listeners: list[Callable[[Occurrence], None]] = []
        self.app = AppActs(self)
        self.assistant = Assistant(self)
        self.streams = Streams(self)
        self.past = Past(self)
        self.windows = Windows(self)

    @property
    def views(self) -> dict[str, View]:
        """Every open modal and published Home, by id."""
        return self.windows.by_id

    def subscribe(self, listener: Callable[[Occurrence], None]) -> None:
        """Calls the listener with every change from now on, whether a person or the app made it."""
        self._listeners.append(listener)

    def announce(self, occurrence: Occurrence) -> None:
        for listener in self._listeners:
            listener(occurrence)

    def say(
        self,
        user_id: str,
        channel_id: str,
        text: str,
        *,
        thread_ts: str | None = None,
        blocks: list[Json] | None = None,
        broadcast: bool = False,
    ) -> Message:
        """The person's new message, in the channel or in a thread (`broadcast`: in both)."""
        channel = self._open_channel_of(user_id, channel_id)
        if channel.kind == "im" and (not self.manifest.messages_tab or self.manifest.messages_tab_read_only):
            raise Refused("messages_tab_disabled")
        message = self.written(user_id, channel_id, text, ts=self.ids.ts(), thread_ts=thread_ts, broadcast=broadcast)
        message.blocks = blocks or []
        return self.put(message)

    def written(
        self, user_id: str, channel_id: str, text: str, *, ts: str, thread_ts: str | None, broadcast: bool
    ) -> Message:
        """A message as this person, or another app's bot, writes it; not yet anywhere."""
        person = self.person(user_id)
        return Message(
            channel=channel_id,
            ts=ts,
            user=user_id,
            text=wire_text(text),
            thread_ts=thread_ts,
            subtype="thread_broadcast" if broadcast and thread_ts else None,
            bot_id=person.bot_id or None,
            app_id=person.app_id or None,
            client_msg_id=None if person.is_bot else self.ids.uuid(),
        )

    def edit(self, user_id: str, channel_id: str, ts: str, text: str) -> Message:
        """The person's own message with a new text."""
        message = self.message(channel_id, ts)
        self._open_channel_of(user_id, channel_id)
        if message.user != user_id:
            raise Refused("cant_update_message")
        previous = replace(message)
        message.text, message.blocks = wire_text(text), []
        message.edited = {"user": user_id, "ts": self.ids.ts()}
        self.announce(MessageChanged(message, previous))
        return message

    def delete(self, user_id: str, channel_id: str, ts: str) -> None:
        """The person's own message is gone; with replies below it a tombstone stays."""
        message = self.message(channel_id, ts)
        self._open_channel_of(user_id, channel_id)
        if message.user != user_id:
            raise Refused("cant_delete_message")
        self.take_away(message)

    def react(self, user_id: str, channel_id: str, ts: str, name: str) -> None:
        message = self.message(channel_id, ts)
        self._open_channel_of(user_id, channel_id)
        users = message.reactions.setdefault(name, [])
        if user_id in users:
            raise Refused("already_reacted")
        users.append(user_id)
        self.announce(ReactionChanged(message, user_id, name, added=True, event_ts=self.ids.ts()))

    def unreact(self, user_id: str, channel_id: str, ts: str, name: str) -> None:
        message = self.message(channel_id, ts)
        users = message.reactions.get(name, [])
        if user_id not in users:
            raise Refused("no_reaction")
        users.remove(user_id)
        if not users:
            del message.reactions[name]
        self.announce(ReactionChanged(message, user_id, name, added=False, event_ts=self.ids.ts()))

    def join(self, user_id: str, channel_id: str, *, inviter: str | None = None) -> None:
        """The person, or the app, is a member; nothing happens when they were one."""
        channel = self.channel(channel_id)
        self.person(user_id)
        if channel.is_archived:
            raise Refused("is_archived")
        if user_id in channel.members:
            return
        if inviter is None and self.people[user_id].is_restricted:
            raise Refused("user_is_restricted")  # guests are where they were put
        self._check_room_for(user_id)
        channel.members.add(user_id)
        self.announce(MembershipChanged(channel_id, user_id, joined=True, inviter=inviter))
        self._notice("channel_join", user_id, channel, "has joined the channel", inviter=inviter)

    def leave(self, user_id: str, channel_id: str) -> None:
        channel = self.channel(channel_id)
        if user_id not in channel.members:
            raise Refused("not_in_channel")
        self._notice("channel_leave", user_id, channel, "has left the channel")
        channel.members.discard(user_id)
        self.announce(MembershipChanged(channel_id, user_id, joined=False))

    def invite(self, user_id: str, channel_id: str, inviter: str) -> None:
        self._open_channel_of(inviter, channel_id)
        self.join(user_id, channel_id, inviter=inviter)

    def invite_bot(self, channel_id: str, inviter: str) -> None:
        self.invite(self.bot_user_id, channel_id, inviter)

    def open_home(self, user_id: str, tab: str = "home") -> None:
        """The person looks at the app's `home` or `messages` tab."""
        if not (self.manifest.home_tab if tab == "home" else self.manifest.messages_tab):
            raise Refused(f"{tab}_tab_disabled")
        self.announce(HomeOpened(user_id, self.dm_of(user_id).id, tab))

    def respond(
        self, *, channel_id: str, user_id: str, payload: Json, original: Message | None = None
    ) -> Message | None:
        """What a POST to a `response_url` made or changed; None when it deleted. See `AppActs.respond`."""
        return self.app.respond(channel_id=channel_id, user_id=user_id, payload=payload, original=original)

    def put(self, message: Message) -> Message:
        """The message, now in its channel or thread and told to all; whoever wrote it had the right to."""
        timeline.insert(self.channels[message.channel], message)
        self.announce(MessagePosted(message))
        return message

    def take_away(self, message: Message) -> None:
        """The message is gone, or a tombstone, and that is told to all."""
        previous = replace(message)
        if timeline.remove(self.channels[message.channel], message):
            self.announce(MessageDeleted(message, self.ids.ts()))
        else:
            self.announce(MessageChanged(message, previous, self.ids.ts()))

    def _open_channel_of(self, user_id: str, channel_id: str) -> Channel:
        channel = self.channel(channel_id)
        if channel.is_archived:
            raise Refused("is_archived")
        if self.person(user_id).id not in channel.members:
            raise Refused("not_in_channel")
        if self.people[user_id].deleted:
            raise Refused("account_inactive")
        return channel

    def _notice(self, subtype: str, user_id: str, channel: Channel, what: str, *, inviter: str | None = None) -> None:
        text = f"<@{user_id}> {what}"
        self.put(Message(channel.id, self.ids.ts(), user_id, text, subtype=subtype, inviter=inviter))
