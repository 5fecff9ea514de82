"""One Slack workspace in memory: who and what is in it, and what people do there.

What the app's own calls do is in `app_acts.py` (`workspace.app`), modals and Home in `windows.py`
(`workspace.windows`), growing messages in `streams.py`, the status in `assistant.py`, what happened before anybody
listened in `past.py` (`workspace.past`). No network: the Web API and the delivery stand in front of it.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from sandbox import timeline
from sandbox.app_acts import AppActs
from sandbox.assistant import Assistant
from sandbox.clock import Clock
from sandbox.ids import Ids
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
    Person,
    ReactionChanged,
    Usergroup,
    View,
)
from sandbox.past import Past
from sandbox.refused import Refused as Refused
from sandbox.streams import Streams
from sandbox.windows import Windows
from sandbox.wire_text import wire_text

REACTION_USERS_MOST = 50  # Slack says only that it names some of many; how many is our reading
_PREFIX = {"channel": "C", "group": "C", "im": "D", "mpim": "G"}


class Workspace:
    """State and rules, synchronous. Acts return what they made and raise Refused with Slack's error code."""

    def __init__(self, *, clock: Clock, manifest: AppManifest, seed: int = 1, team_id: str | None = None) -> None:
        self.clock, self.manifest = clock, manifest
        self.ids = Ids(seed=seed, clock=clock)
        self.ledger = Ledger()
        self.name, self.domain = "Sandbox", "sandbox"
        self.enterprise_id: str | None = None
        self.reaction_users_most = REACTION_USERS_MOST
        self.history_days: int | None = None  # how far back the plan shows messages; None is all
        self.team_id = team_id or self.ids.new("T")
        self.app_id, self.bot_id = self.ids.new("A"), self.ids.new("B")
        self.bot_token = f"xoxb-sandbox-{self.ids.secret()}"
        self.app_token = f"xapp-sandbox-{self.ids.secret()}"
        self.signing_secret = self.ids.secret()
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.usergroups: dict[str, Usergroup] = {}
        self.ephemerals: list[Message] = []
        self._dms: dict[str, str] = {}
        self._listeners: list[Callable[[Occurrence], None]] = []
        self.bot_user_id = self._add_bot().id
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

    def add_person(
        self,
        name: str,
        *,
        real_name: str | None = None,
        tz: str = "Europe/London",
        is_restricted: bool = False,
        is_ultra_restricted: bool = False,
        team_id: str | None = None,
        id: str | None = None,  # noqa: A002
    ) -> Person:
        """A person of this workspace, or with another `team_id` of another company (Slack Connect)."""
        person = Person(
            id=id or self.ids.new("U"),
            name=name,
            real_name=real_name or name.replace(".", " ").title(),
            team_id=team_id or self.team_id,
            tz=tz,
            is_restricted=is_restricted or is_ultra_restricted,
            is_ultra_restricted=is_ultra_restricted,
        )
        self.people[person.id] = person
        return person

    def add_other_app(self, name: str, *, real_name: str | None = None, id: str | None = None) -> Person:  # noqa: A002
        """The bot user of an app that is not ours: what it says carries its `bot_id`."""
        bot = self.add_person(name, real_name=real_name, id=id)
        bot.is_bot, bot.bot_id, bot.app_id = True, self.ids.new("B"), self.ids.new("A")
        return bot

    def add_channel(
        self,
        name: str,
        *,
        kind: str = "channel",
        members: Iterable[str] = (),
        with_bot: bool = True,
        is_ext_shared: bool = False,
        id: str | None = None,  # noqa: A002
    ) -> Channel:
        """A channel with these members (user ids). It tells no one: it has always been so."""
        joined = {self.person(member).id for member in members} | ({self.bot_user_id} if with_bot else set())
        channel = Channel(
            id=id or self.ids.new(_PREFIX[kind]), name=name, kind=kind, members=joined, is_ext_shared=is_ext_shared
        )
        channel.created = int(self.clock.now())
        channel.creator = min(joined - {self.bot_user_id}, default=self.bot_user_id)
        self.channels[channel.id] = channel
        return channel

    def add_usergroup(self, handle: str, users: Iterable[str], *, id: str | None = None) -> Usergroup:  # noqa: A002
        members = [self.person(user).id for user in users]
        group = Usergroup(id=id or self.ids.new("S"), handle=handle, name=handle.title(), users=members)
        self.usergroups[group.id] = group
        return group

    def dm_of(self, user_id: str) -> Channel:
        """The direct messages between the app and this person, opened when there are none yet."""
        person = self.person(user_id)
        if person.is_bot:
            raise Refused("cannot_dm_bot")
        if person.deleted:
            raise Refused("user_disabled")
        if user_id not in self._dms:
            dm = self.add_channel("", kind="im", members=[user_id])
            dm.user = user_id
            self._dms[user_id] = dm.id
        return self.channels[self._dms[user_id]]

    def person(self, user_id: str) -> Person:
        if user_id not in self.people:
            raise Refused("user_not_found")
        return self.people[user_id]

    def channel(self, channel_id: str) -> Channel:
        if channel_id not in self.channels:
            raise Refused("channel_not_found")
        return self.channels[channel_id]

    def message(self, channel_id: str, ts: str) -> Message:
        message = self.channel(channel_id).messages.get(ts)
        if message is None:
            raise Refused("message_not_found")
        return message

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

    def invite_bot(self, channel_id: str, inviter: str) -> None:
        self._open_channel_of(inviter, channel_id)
        self.join(self.bot_user_id, channel_id, inviter=inviter)

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
        return channel

    def _notice(self, subtype: str, user_id: str, channel: Channel, what: str, *, inviter: str | None = None) -> None:
        text = f"<@{user_id}> {what}"
        self.put(Message(channel.id, self.ids.ts(), user_id, text, subtype=subtype, inviter=inviter))

    def _add_bot(self) -> Person:
        bot = self.add_person(self.manifest.bot_name.lower(), real_name=self.manifest.bot_name)
        bot.is_bot, bot.bot_id, bot.app_id = True, self.bot_id, self.app_id
        return bot
