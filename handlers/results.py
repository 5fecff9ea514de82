"""The offer of a talk below an answer to a pulse survey."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.model import Json
from bot.surveys import talk_blocks
from bot.surveys.talk import TalkService
from handlers import payload


async def on_talk(body: Json, ack: AsyncAck, talks: TalkService) -> None:
    """Somebody wants to talk about their answer, and to be known."""
    pressed = payload.read_press(body)
    along = talk_blocks.read_press(pressed.action_id)
    await talks.take(pressed.value, along, key=pressed.key, user_id=pressed.user_id, response_url=pressed.response_url)
    await ack()
