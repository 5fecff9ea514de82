"""The two buttons below the question whether closing tickets is a goal."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.model import Json
from bot.signs import blocks
from bot.signs.service import SignsService
from handlers import payload


async def on_closures(body: Json, ack: AsyncAck, signs: SignsService) -> None:
    """Somebody of the team answered for it."""
    pressed = payload.read_press(body)
    is_goal = blocks.read_press(pressed.action_id, pressed.value)
    key, url = pressed.key, pressed.response_url
    await signs.take_press(pressed.value, is_goal=is_goal, key=key, user_id=pressed.user_id, response_url=url)
    await ack()
