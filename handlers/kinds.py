"""The menu by which people say what kind a question is."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.kinds import read_chosen
from bot.model import Json
from bot.peers.kinds import KindService
from handlers import payload


async def on_kind(body: Json, ack: AsyncAck, kinds: KindService) -> None:
    """Somebody chose a kind beside a question."""
    pressed = payload.read_press(body)
    await kinds.take_choice(
        read_chosen(pressed.value), key=pressed.key, user_id=pressed.user_id, response_url=pressed.response_url
    )
    await ack()
