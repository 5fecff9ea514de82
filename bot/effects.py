"""Where a reply goes and under which key: pure. One asking has one key, however often its reply is made."""

from dataclasses import replace

from bot.blockkit import Shown
from bot.doing import DO_IT_ROW
from bot.model import Effect, Json, Manner, MessageKind, Purpose
from bot.wanted import Asking

PRIVATE_ANSWER = MessageKind(
    "private answer",
    Purpose.ASKED,
    "the person who used the command, only visible to them; as a DM when that fails",
    "the command; a press or a mention that cannot be carried out, with the reason",
    "once a command, press or mention",
    "it only answers what you do",
)
KINDS = (PRIVATE_ANSWER,)


def reply(asking: Asking, name: str, shown: Shown, *, kind: MessageKind) -> Effect:
    """To the person alone after a command and where another company reads along, else to the thread of the message."""
    if asking.response_url is not None or asking.is_shared:
        return privately(f"{name}:{asking.key}", asking.asker, shown, response_url=asking.response_url)
    return Effect(
        key=f"{name}:{asking.key}",
        kind=kind,
        text=shown.text,
        blocks=shown.blocks,
        channel_id=asking.channel_id,
        recipient=asking.asker if asking.is_direct else None,
        thread_ts=asking.thread_ts or asking.question_ts,
    )


def growing(effect: Effect) -> Effect:
    """In direct messages it grows while it is read. Elsewhere it comes whole: only one person would see it grow."""
    is_direct = effect.recipient is not None and effect.thread_ts is not None
    return replace(effect, manner=Manner.GROW) if is_direct else effect


def privately(
    key: str, person: str, shown: Shown, *, response_url: str | None = None, kind: MessageKind = PRIVATE_ANSWER
) -> Effect:
    """By the address Slack gave for a reply, where there is one, else as a DM."""
    return Effect(key=key, kind=kind, text=shown.text, blocks=shown.blocks, recipient=person, response_url=response_url)


def whispered(
    key: str, kind: MessageKind, person: str, shown: Shown, *, channel_id: str, thread_ts: str | None = None
) -> Effect:
    """In the channel, to the person alone, at most once: for what is lost without harm."""
    return Effect(
        key=key,
        kind=kind,
        text=shown.text,
        blocks=shown.blocks,
        channel_id=channel_id,
        recipient=person,
        thread_ts=thread_ts,
        manner=Manner.WHISPER,
    )


def in_place(key: str, person: str, shown: Shown, *, response_url: str | None) -> Effect:
    """In place of the private message that the person pressed a button of."""
    return replace(privately(key, person, shown, response_url=response_url), manner=Manner.REPLACE)


def in_channel(key: str, kind: MessageKind, channel_id: str, shown: Shown) -> Effect:
    return Effect(key=key, kind=kind, text=shown.text, blocks=shown.blocks, channel_id=channel_id)


def in_thread_of(above: Effect, key: str, kind: MessageKind, shown: Shown) -> Effect:
    """In the thread of a message that is put in with it, once that is sent."""
    return replace(in_channel(key, kind, above.channel_id, shown), below=above.key)


def edit(key: str, kind: MessageKind, shown: Shown, *, channel_id: str) -> Effect:
    """The newest state of the message that the effect `key` made."""
    return Effect(
        key=f"{key}:edit",
        kind=kind,
        text=shown.text,
        blocks=shown.blocks,
        channel_id=channel_id,
        edits=key,
    )


def below(message: Effect, thread_ts: str | None) -> Effect:
    """In the thread that begins there, where there is one."""
    return replace(message, thread_ts=thread_ts)


def newest(message: Effect) -> Effect:
    """The message again, as the newest state of the one that was put in under its key."""
    return replace(message, key=f"{message.key}:edit", edits=message.key)


def without_buttons(blocks: tuple[Json, ...], *more: Json) -> tuple[Json, ...]:
    """What can be done for the person stays, whatever they said of the answer."""
    return (*(block for block in blocks if block["type"] != "actions" or block.get("block_id") == DO_IT_ROW), *more)
