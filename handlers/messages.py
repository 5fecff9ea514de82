"""Messages and mentions: taken down through the one entry of the peers pillar."""

from collections.abc import Callable

from slack_bolt.context.ack.async_ack import AsyncAck

from bot import wire
from bot.model import Deletion, Json, Message, Workspace
from bot.peers.service import PeerService, Request
from handlers import payload, verbs


async def on_message(
    body: Json, ack: AsyncAck, peers: PeerService, workspace: Workspace, is_action: Callable[[str], bool]
) -> None:
    """Something was said, edited or deleted in a channel or a DM with the bot; or the bot was mentioned."""
    event_id = payload.read_event_id(body)
    match payload.read_message(body, workspace):
        case Deletion() as deletion:
            await peers.record_deletion(deletion, event_id=event_id)
        case Message() as message:
            await peers.record_message(message, request_in(message, workspace, is_action=is_action), event_id=event_id)
    await ack()


async def on_reaction(body: Json, ack: AsyncAck, peers: PeerService) -> None:
    """A reaction was set or taken away."""
    reaction = payload.read_reaction(body)
    if reaction is not None:
        await peers.record_reaction(reaction, event_id=payload.read_event_id(body))
    await ack()


def request_in(message: Message, workspace: Workspace, *, is_action: Callable[[str], bool]) -> Request | None:
    """What is asked of the bot: anything in its DM, and what stands beside a mention elsewhere.

    `is_action` tells whether words are about an action of the catalogue.
    """
    if message.author.is_bot or not (message.is_direct or message.mentions_us):
        return None
    parsed = verbs.parse(wire.without_mention(message.text, workspace), is_action=is_action)
    if parsed.verb is verbs.THANKS and not parsed.rest:  # "thanks!" to the bot is no wish to thank somebody else
        return Request(verbs.ASK.kind, "thanks")
    return Request(parsed.verb.kind, parsed.rest)
