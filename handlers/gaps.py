"""The buttons and menus beside gaps."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.curation import gap_blocks as blocks
from bot.curation.gaps import GapService
from bot.model import Json
from handlers import payload


async def on_gap(body: Json, ack: AsyncAck, gaps: GapService) -> None:
    """Somebody took a gap, drafted something from it, said what kind it is, or closed it."""
    pressed = payload.read_press(body)
    await gaps.take_press(
        blocks.read_pressed(pressed.action_id, pressed.value),
        key=pressed.key,
        user_id=pressed.user_id,
        response_url=pressed.response_url,
    )
    await ack()
