"""Messages, mentions and reactions: handed to the inbox."""

from collections.abc import Callable

from slack_bolt.context.ack.async_ack import AsyncAck

from bot import wire
from bot.model import Json, Message, Workspace
from bot.peers.inbox import Inbox
from bot.peers.service import Request
from handlers import payload, verbs


async def on_message(body: Json, ack: AsyncAck, inbox: Inbox, workspace: Workspace) -> None:
    """Something was said, edited or deleted in a channel or a DM with the bot; or the bot was mentioned."""
    event_id, said = payload.read_event_id(body), payload.read_message(body, workspace)
    if said is not None:
        await inbox.put(event_id, said)
    await ack()


async def on_reaction(body: Json, ack: AsyncAck, inbox: Inbox) -> None:
    """A reaction was set or taken away."""
    event_id, reaction = payload.read_event_id(body), payload.read_reaction(body)
    if reaction is not None:
        await inbox.put(event_id, reaction)
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
