"""*Mark as the answer* in a message's menu, and its way back."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.errors import PayloadMalformed
from bot.model import Json
from bot.peers.blocks import read_marked
from bot.peers.marks import MarkService
from handlers import payload


async def on_mark(body: Json, ack: AsyncAck, marks: MarkService) -> None:
    """Somebody says that a message is the answer."""
    picked = payload.read_picked(body)
    if picked.ts is None:
        raise PayloadMalformed("no message to mark")
    await marks.take(
        picked.channel_id, picked.ts, key=picked.key, user_id=picked.user_id, response_url=picked.response_url
    )
    await ack()


async def on_back(body: Json, ack: AsyncAck, marks: MarkService) -> None:
    """Somebody takes that back."""
    pressed = payload.read_press(body)
    channel_id, ts = read_marked(pressed.value)
    await marks.take(
        channel_id, ts, key=pressed.key, user_id=pressed.user_id, response_url=pressed.response_url, is_there=False
    )
    await ack()
