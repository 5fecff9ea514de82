"""A person at work in the workspace, by the names people see: channels, labels, options.

Finds what is meant and checks that this person could do it; what is sent and shown is `acts.py`.
"""

from collections.abc import Mapping

from sandbox.acts import Acts, Interaction, Place
from sandbox.elements import Found, find_element
from sandbox.model import Channel, Json, Message, Person, View
from sandbox.typed import command_text
from sandbox.workspace import Refused, Workspace

ChannelLike = Channel | str  # a channel, its id, or its name with or without "#"
Filling = Mapping[str, object] | Mapping[Place, object]  # by an input's label, block id or action id, or by both ids


class Actor:
    """State acts are done at once; what goes to the app is awaited. Raises Refused where Slack would refuse."""

    def __init__(self, workspace: Workspace, acts: Acts, person: Person) -> None:
        self.person = person
        self._workspace = workspace
        self._acts = acts

    @property
    def id(self) -> str:
        return self.person.id

    # Messages.

    def say(
        self, channel: ChannelLike, text: str, *, thread: Message | str | None = None, broadcast: bool = False
    ) -> Message:
        """A new message; `thread` is any message of the thread, or the parent's ts."""
        return self._workspace.say(
            self.id, self._channel(channel).id, text, thread_ts=_thread_ts(thread), broadcast=broadcast
        )

    def dm(self, text: str, thread: Message | str | None = None) -> Message:
        """A new message to the app, in its messages tab."""
        self._check_is_home()
        return self._workspace.say(self.id, self._workspace.dm_of(self.id).id, text, thread_ts=_thread_ts(thread))

    def edit(self, message: Message, text: str) -> Message:
        return self._workspace.edit(self.id, message.channel, message.ts, text)

    def delete(self, message: Message) -> None:
        self._workspace.delete(self.id, message.channel, message.ts)

    def react(self, message: Message, name: str) -> None:
        self._workspace.react(self.id, message.channel, message.ts, name)

    def unreact(self, message: Message, name: str) -> None:
        self._workspace.unreact(self.id, message.channel, message.ts, name)

    def join(self, channel: ChannelLike) -> None:
        self._workspace.join(self.id, self._channel(channel).id)

    def leave(self, channel: ChannelLike) -> None:
        self._workspace.leave(self.id, self._channel(channel).id)

    def invite(self, person: Person, channel: ChannelLike) -> None:
        """Brings somebody into a channel one is in oneself; so guests come to theirs."""
        self._workspace.invite(person.id, self._channel(channel).id, self.id)

    def invite_app(self, channel: ChannelLike) -> None:
        self._workspace.invite_bot(self._channel(channel).id, self.id)

    # What the app put before people.

    async def press(self, surface: Message | View, element: str, *, block_id: str | None = None) -> Interaction:
        """Presses a button, by its action id or its label. Raises LookupError when there is none."""
        return await self._act(surface, find_element(_blocks(surface), element, block_id), None)

    async def select(
        self, surface: Message | View, element: str, choice: object, *, block_id: str | None = None
    ) -> Interaction:
        """Chooses in a select, picker, checkboxes or overflow: an option's value or label, an id, or several."""
        return await self._act(surface, find_element(_blocks(surface), element, block_id), choice)

    async def command(self, command: str, text: str = "", channel: ChannelLike | None = None) -> Interaction:
        """Types a slash command in a channel, by default in the DM with the app."""
        self._check_is_home()
        where = self._workspace.dm_of(self.id) if channel is None else self._channel(channel)
        if self.id not in where.members:
            raise Refused("not_in_channel")
        listed = self._workspace.manifest.command(command)
        if listed is None:
            raise Refused("unknown_command")  # Slackbot: "is not a valid command"
        sent = command_text(self._workspace, text, should_escape=listed.should_escape)
        return await self._acts.command(self.person, where, command, sent)

    async def shortcut(self, callback_id: str, message: Message | None = None) -> Interaction:
        """Calls a global shortcut, or one on a message."""
        self._check_is_home()
        shortcut = self._workspace.manifest.shortcut(callback_id)
        kind = "global" if message is None else "message"
        if shortcut is None or shortcut.kind != kind:
            raise Refused("unknown_shortcut")
        if message is not None:
            self._check_sees(message)
        return await self._acts.shortcut(self.person, callback_id, message)

    def fill(self, view: View, values: Filling) -> None:
        """Types into a modal."""
        self._check_is_open(view)
        for name, value in values.items():
            block_id, element = name if isinstance(name, tuple) else (None, name)
            found = find_element(view.payload["blocks"], element, block_id)
            self._check_is_offered(found, value)
            self._acts.fill(view, {(found.block_id, found.action_id): value})

    async def submit(self, view: View, values: Filling | None = None) -> Interaction:
        """Fills in a modal and sends it."""
        self.fill(view, values or {})
        return await self._acts.submit(self.person, view)

    async def close(self, view: View) -> Interaction:
        self._check_is_open(view)
        return await self._acts.close(self.person, view)

    def open_home(self, tab: str = "home") -> None:
        self._check_is_home()
        self._workspace.open_home(self.id, tab)

    # What this person sees.

    def views(self) -> list[View]:
        """The open modals, newest last."""
        return self._workspace.windows.modals_of(self.id)

    def home(self) -> View | None:
        return self._workspace.windows.home_views.get(self.id)

    def sees(self, channel: ChannelLike) -> list[Message]:
        """All messages of a channel and its threads by time, with what is shown to this person alone."""
        where = self._channel(channel)
        whispered = [
            each for each in self._workspace.ephemerals if each.channel == where.id and each.ephemeral_to == self.id
        ]
        return sorted([*where.messages.values(), *whispered], key=lambda message: message.ts)

    def sees_in_dm(self) -> list[Message]:
        return self.sees(self._workspace.dm_of(self.id))

    async def _act(self, surface: Message | View, found: Found, given: object) -> Interaction:
        if not self._workspace.manifest.is_interactive:
            raise Refused("interactivity_disabled")
        if self.person.deleted:
            raise Refused("account_inactive")
        if isinstance(surface, View):
            self._check_is_open(surface)
            return await self._acts.act_on_view(self.person, surface, found, given)
        self._check_sees(surface)
        return await self._acts.act_on_message(self.person, surface, found, given)

    def _channel(self, channel: ChannelLike) -> Channel:
        """Raises Refused when there is none of this id or name."""
        if isinstance(channel, Channel):
            return channel
        if channel in self._workspace.channels:
            return self._workspace.channels[channel]
        name = channel.removeprefix("#")
        for each in self._workspace.channels.values():
            if each.name == name and each.name:
                return each
        raise Refused("channel_not_found")

    def _check_sees(self, message: Message) -> None:
        is_theirs = message.ephemeral_to in (None, self.id)
        if message.deleted or not is_theirs or self.id not in self._workspace.channel(message.channel).members:
            raise Refused("message_not_found")

    def _check_is_open(self, view: View) -> None:
        if self._workspace.views.get(view.id) is not view or view.user != self.id:
            raise Refused("view_not_open")

    def _check_is_offered(self, found: Found, value: object) -> None:
        """A menu of people lists those of the workspace and nobody else. Raises LookupError for others."""
        chosen = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []
        if found.element["type"] in ("users_select", "multi_users_select"):
            for each in chosen:
                if each not in self._workspace.people:
                    raise LookupError(f"Nobody {each!r} to choose in {found.action_id}")

    def _check_is_home(self) -> None:
        """Where the app is not installed, as with another company, people have no commands and messages of it."""
        person, organisation = self.person, self._workspace.organisation
        if person.deleted:
            raise Refused("account_inactive")
        if not any(map(organisation.has_app, (person.team_id, *person.teams))):
            raise Refused("app_not_installed")


def _blocks(surface: Message | View) -> list[Json]:
    return surface.blocks if isinstance(surface, Message) else list(surface.payload["blocks"])


def _thread_ts(thread: Message | str | None) -> str | None:
    if isinstance(thread, Message):
        return thread.thread_ts or thread.ts
    return thread
