"""Messages that grow while people read them: `chat.startStream`, `chat.appendStream`, `chat.stopStream`.

Of the chunks Slack knows, text and blocks are; tasks and plans are refused. Only where it ends can such a message be
given metadata and its last blocks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sandbox import limits, timeline
from sandbox.content import Content, with_ids
from sandbox.ledger import Effect
from sandbox.model import Channel, Json, Message, MessageChanged, Stream
from sandbox.refused import Refused
from sandbox.rich_text import rich_text_block

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

LIFE_S = 300.0  # undocumented: seen to end five minutes after the start
MARKDOWN_TEXT_MAX = 12_000  # of one call


@dataclass(frozen=True)
class Growth:
    """What one call adds: text or chunks, not both."""

    markdown_text: str = ""
    chunks: list[Json] | None = None

    def __post_init__(self) -> None:
        if self.markdown_text and self.chunks is not None:
            raise Refused("cannot_provide_both_markdown_text_and_chunks")
        if len(self.markdown_text) > MARKDOWN_TEXT_MAX:
            raise Refused("msg_too_long")

    @property
    def mode(self) -> str:
        return "markdown_text" if self.chunks is None else "chunks"

    @property
    def is_empty(self) -> bool:
        return not self.markdown_text and not self.chunks


@dataclass(frozen=True)
class Recipient:
    user_id: str
    team_id: str


class Streams:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def start(self, channel_id: str, growth: Growth, *, thread_ts: str | None, recipient: Recipient) -> Message:
        """A message that may grow: in the app's DM below another one, elsewhere for one person to see it grow."""
        workspace = self._workspace
        channel = workspace.app.postable(channel_id)
        if channel.kind == "im":
            if thread_ts is None:
                raise Refused("invalid_arguments", _missing("thread_ts"))
        else:
            self._check(recipient)
        if thread_ts is not None:
            timeline.thread_parent(channel, thread_ts)
        message = self._made(channel, thread_ts, growth.mode)
        self._grow(message, growth)
        workspace.put(message)
        workspace.assistant.said(channel.id, thread_ts)
        self._record("stream_start", message, "chat.startStream")
        return message

    def append(self, channel_id: str, ts: str, growth: Growth) -> Message:
        message = self._growing(channel_id, ts)
        if growth.is_empty:
            raise Refused("markdown_text_or_chunks_required")
        self._grow(message, growth)
        self._record("stream_append", message, "chat.appendStream")
        return message

    def stop(
        self, channel_id: str, ts: str, growth: Growth, *, blocks: list[Json] | None, metadata: Json | None
    ) -> Message:
        """The message as it stays: what it grew to, then these blocks."""
        message = self._growing(channel_id, ts)
        previous = replace(message)
        assert message.stream is not None
        whole = replace(message, stream=replace(message.stream))  # of which nothing stands until all of it is checked
        self._grow(whole, growth)
        given = Content(text=whole.text, blocks=[*whole.blocks, *(blocks or ())], metadata=metadata)
        checked = given.checked(self._workspace.ids)
        message.text, message.blocks, message.metadata = whole.text, checked.blocks or [], checked.metadata or None
        message.stream.is_open = False
        self._workspace.announce(MessageChanged(message, previous, self._workspace.ids.ts()))
        self._record("post", message, "chat.stopStream")
        return message

    def is_open(self, message: Message) -> bool:
        """Whether the message still grows."""
        stream = message.stream
        return stream is not None and stream.is_open and self._workspace.clock.now() < stream.ends_at

    def _check(self, recipient: Recipient) -> None:
        if not recipient.user_id:
            raise Refused("missing_recipient_user_id")
        if not recipient.team_id:
            raise Refused("missing_recipient_team_id")
        self._workspace.person(recipient.user_id)

    def _growing(self, channel_id: str, ts: str) -> Message:
        self._workspace.app.visible(channel_id)
        message = self._workspace.message(channel_id, ts)
        if message.bot_id != self._workspace.bot_id:
            raise Refused("message_not_owned_by_app")
        if not self.is_open(message):
            raise Refused("message_not_in_streaming_state")
        return message

    def _grow(self, message: Message, growth: Growth) -> None:
        stream = message.stream
        assert stream is not None
        if growth.is_empty:
            return
        if growth.mode != stream.mode:
            raise Refused("streaming_mode_mismatch")
        if growth.chunks is None:
            self._add_text(message, stream, growth.markdown_text)
            return
        for chunk in _checked(growth.chunks, stream):
            if chunk["type"] == "markdown_text":
                self._add_text(message, stream, chunk["text"])
            else:
                self._add_blocks(message, stream, chunk["blocks"])

    def _add_text(self, message: Message, stream: Stream, text: str) -> None:
        """Text goes on where text ended."""
        message.text += text
        before = message.blocks[:-1] if stream.run else message.blocks
        stream.run += text
        message.blocks = [*before, rich_text_block(stream.run, f"r{message.ts[-4:]}{len(before)}")]

    def _add_blocks(self, message: Message, stream: Stream, blocks: list[Json]) -> None:
        stream.chunk_blocks += len(blocks)
        stream.run = ""
        said = [block["text"]["text"] for block in blocks if isinstance(block.get("text"), dict)]
        message.text = "\n".join(part for part in (message.text, *said) if part)
        message.blocks = [*message.blocks, *(with_ids(block, self._workspace.ids) for block in blocks)]

    def _made(self, channel: Channel, thread_ts: str | None, mode: str) -> Message:
        workspace = self._workspace
        return Message(
            channel=channel.id,
            ts=workspace.ids.ts(),
            user=workspace.bot_user_id,
            text="",
            thread_ts=thread_ts,
            bot_id=workspace.bot_id,
            app_id=workspace.app_id,
            stream=Stream(mode, workspace.clock.now() + LIFE_S),
        )

    def _record(self, kind: str, message: Message, method: str) -> None:
        workspace = self._workspace
        effect = Effect(
            kind=kind,
            at=workspace.clock.now(),
            method=method,
            channel=message.channel,
            ts=message.ts,
            thread_ts=message.thread_ts,
            user=workspace.channels[message.channel].user,
            text=message.text,
            blocks=tuple(message.blocks),
            metadata=message.metadata,
        )
        workspace.ledger.record(effect)


def _checked(chunks: list[Json], stream: Stream) -> list[Json]:
    """The chunks, if the sandbox knows their kinds and Slack would take them."""
    count = stream.chunk_blocks
    for chunk in chunks:
        match chunk:
            case {"type": "markdown_text", "text": str(text)} if len(text) <= MARKDOWN_TEXT_MAX:
                continue
            case {"type": "blocks", "blocks": list(blocks)} if blocks and all(
                isinstance(each, dict) for each in blocks
            ):
                count += len(blocks)
                if problems := limits.validate_message_blocks(blocks):
                    raise Refused("invalid_blocks", limits.as_extra(problems))
            case _:
                raise Refused("invalid_chunks")
    if count > limits.MESSAGE_BLOCKS_MAX:
        raise Refused("msg_blocks_too_many")
    return chunks


def _missing(name: str) -> Json:
    return {"response_metadata": {"messages": [f"[ERROR] missing required field: {name}"]}}
