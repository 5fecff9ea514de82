"""What people press under a digest."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.digest import blocks
from bot.digest.presses import PressService
from bot.model import Json
from handlers import payload


async def on_press(body: Json, ack: AsyncAck, presses: PressService) -> None:
    """One of its buttons."""
    pressed = payload.read_press(body)
    read = blocks.read_press(pressed.action_id, pressed.value)
    await presses.take_press(read, key=pressed.key, user_id=pressed.user_id, response_url=pressed.response_url)
    await ack()
