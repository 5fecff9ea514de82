"""What the app does through the Web API and `response_url`: posts, edits, whispers, reacts.

Each act follows Slack's rules for apps and stands in the ledger. Arguments arrive here read and typed
(`web_api/`); modals and Home are in `windows.py`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sandbox import timeline
from sandbox.content import TEXT_MAX, UPDATE_TEXT_MAX, Content
from sandbox.ledger import Effect
from sandbox.model import Channel, Json, Message, MessageChanged
from sandbox.refused import Refused

if TYPE_CHECKING:
    from sandbox.workspace import Workspace


class AppActs:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def visible(self, channel_id: str) -> Channel:
        """The channel, if the app may know of it: a public one where it is installed, or one it is in."""
        channel = self._workspace.channel(channel_id)
        is_public = channel.kind == "channel" and self._workspace.has_app(channel)
        if not is_public and self._workspace.bot_user_id not in channel.members:
            raise Refused("channel_not_found")
        return channel

    def postable(self, channel_id: str) -> Channel:
        """The channel, if the app may post there. A person's id stands for the DM with that person."""
        workspace = self._workspace
        if channel_id in workspace.people:
            channel_id = workspace.dm_of(channel_id).id
        channel = self.visible(channel_id)
        if channel.is_archived:
            raise Refused("is_archived")
        is_outside = workspace.bot_user_id not in channel.members
        if is_outside and "chat:write.public" not in workspace.manifest.bot_scopes:
            raise Refused("not_in_channel")
        if channel.kind == "im" and not workspace.manifest.messages_tab:
            raise Refused("messages_tab_disabled")
        return channel

    def post(
        self, channel_id: str, content: Content, *, thread_ts: str | None = None, broadcast: bool = False
    ) -> Message:
        channel = self.postable(channel_id)
        return self._post(channel, content, thread_ts=thread_ts, broadcast=broadcast)

    def update(self, channel_id: str, ts: str, content: Content) -> Message:
        """The app's own message, changed. What is not given stays, but blocks only where no text takes their place."""
        self.visible(channel_id)
        message = self._own(channel_id, ts, "cant_update_message")
        if self._workspace.streams.is_open(message):
            raise Refused("streaming_state_conflict")
        checked = content.checked(self._workspace.ids, text_max=UPDATE_TEXT_MAX)
        if checked.text and checked.blocks is None:
            checked = replace(checked, blocks=[])
        return self._change(message, checked, kind="update", method="chat.update")

    def delete(self, channel_id: str, ts: str) -> None:
        self.visible(channel_id)
        message = self._own(channel_id, ts, "cant_delete_message")
        self._record("delete", message, "chat.delete")
        self._workspace.take_away(message)

    def ephemeral(self, channel_id: str, user_id: str, content: Content, *, thread_ts: str | None = None) -> Message:
        """A message only this member of the channel sees; it is in no history."""
        channel = self.postable(channel_id)
        if user_id not in channel.members:
            raise Refused("user_not_in_channel")
        if thread_ts is not None:
            timeline.thread_parent(channel, thread_ts)
        checked = content.checked(self._workspace.ids, text_max=TEXT_MAX)
        return self._whisper(channel, user_id, checked, thread_ts=thread_ts, method="chat.postEphemeral")

    def react(self, channel_id: str, ts: str, name: str) -> None:
        self._changes_reaction(channel_id)
        self._workspace.react(self._workspace.bot_user_id, channel_id, ts, name)
        message = self._workspace.message(channel_id, ts)
        self._record("reaction", replace(message, text=name, blocks=[]), "reactions.add")

    def unreact(self, channel_id: str, ts: str, name: str) -> None:
        self._changes_reaction(channel_id)
        self._workspace.unreact(self._workspace.bot_user_id, channel_id, ts, name)
        message = self._workspace.message(channel_id, ts)
        self._record("unreaction", replace(message, text=name, blocks=[]), "reactions.remove")

    def respond(
        self, *, channel_id: str, user_id: str, payload: Json, original: Message | None = None
    ) -> Message | None:
        """What a POST to a `response_url` made or changed; None when it deleted the original.

        Needs no membership. `original` is the message the interaction came from. The caller counts the uses.
        """
        channel = self._workspace.channel(channel_id)
        if payload.get("delete_original") and original is not None:
            self._delete_original(original)
            return None
        content = Content(payload.get("text"), payload.get("blocks"), payload.get("attachments"))
        checked = content.checked(self._workspace.ids)
        if payload.get("replace_original") and original is not None:
            whole = replace(checked, blocks=checked.blocks or [], attachments=checked.attachments or [])
            return self._change(original, whole, kind="respond", method="response_url")
        thread_ts = payload.get("thread_ts")
        if payload.get("response_type") == "in_channel":
            return self._post(channel, content, thread_ts=thread_ts, kind="respond", method="response_url")
        return self._whisper(channel, user_id, checked, thread_ts=thread_ts, kind="respond", method="response_url")

    def _post(
        self,
        channel: Channel,
        content: Content,
        *,
        thread_ts: str | None,
        broadcast: bool = False,
        kind: str = "post",
        method: str = "chat.postMessage",
    ) -> Message:
        if thread_ts is not None:
            timeline.thread_parent(channel, thread_ts)
        checked = content.checked(self._workspace.ids)
        message = self._made(channel, checked, thread_ts=thread_ts)
        message.subtype = "thread_broadcast" if broadcast and thread_ts else None
        if kind == "respond":  # Slack names no user here: apps must know themselves by bot_id
            message.subtype, message.user = "bot_message", ""
        self._workspace.put(message)
        self._workspace.assistant.said(channel.id, thread_ts)
        self._record(kind, message, method, user=channel.user)
        return message

    def _whisper(
        self,
        channel: Channel,
        user_id: str,
        checked: Content,
        *,
        thread_ts: str | None,
        method: str,
        kind: str = "ephemeral",
    ) -> Message:
        message = self._made(channel, checked, thread_ts=thread_ts)
        message.ephemeral_to = user_id
        self._workspace.ephemerals.append(message)
        self._record(kind, message, method, user=user_id)
        return message

    def _made(self, channel: Channel, checked: Content, *, thread_ts: str | None) -> Message:
        workspace = self._workspace
        return Message(
            channel=channel.id,
            ts=workspace.ids.ts(),
            user=workspace.bot_user_id,
            text=checked.text or "",
            blocks=checked.blocks or [],
            attachments=checked.attachments or [],
            thread_ts=thread_ts,
            bot_id=workspace.bot_id,
            app_id=workspace.app_id,
            metadata=checked.metadata or None,
        )

    def _change(self, message: Message, checked: Content, *, kind: str, method: str) -> Message:
        previous = replace(message)
        message.text = checked.text or ""
        message.blocks = message.blocks if checked.blocks is None else checked.blocks
        message.attachments = message.attachments if checked.attachments is None else checked.attachments
        message.metadata = message.metadata if checked.metadata is None else checked.metadata or None
        message.edited = {"user": self._workspace.bot_id, "ts": self._workspace.ids.ts()}
        if message.ephemeral_to is None:
            self._workspace.announce(MessageChanged(message, previous))
        self._record(kind, message, method, user=message.ephemeral_to)
        return message

    def _delete_original(self, original: Message) -> None:
        self._record("respond", replace(original, text="", blocks=[]), "response_url", user=original.ephemeral_to)
        if original.ephemeral_to is None:
            self._workspace.take_away(original)
        else:
            original.deleted = True
            self._workspace.ephemerals.remove(original)

    def _own(self, channel_id: str, ts: str, otherwise: str) -> Message:
        message = self._workspace.message(channel_id, ts)
        if message.bot_id != self._workspace.bot_id:
            raise Refused(otherwise)
        return message

    def _changes_reaction(self, channel_id: str) -> None:
        channel = self.visible(channel_id)
        if self._workspace.bot_user_id not in channel.members:
            raise Refused("not_in_channel")

    def _record(self, kind: str, message: Message, method: str, *, user: str | None = None) -> None:
        effect = Effect(
            kind=kind,
            at=self._workspace.clock.now(),
            method=method,
            channel=message.channel,
            ts=message.ts,
            thread_ts=message.thread_ts,
            user=user,
            text=message.text,
            blocks=tuple(message.blocks),
            metadata=message.metadata,
        )
        self._workspace.ledger.record(effect)
