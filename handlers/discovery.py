"""The buttons that draft a bet, decide about one, and show a team's way to production."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.bet_button import read_draft
from bot.discovery import bet_blocks, flow_blocks
from bot.discovery.drafting import DraftingService
from bot.discovery.reviewing import ReviewService
from bot.discovery.ways import WaysService
from bot.model import Json
from handlers import payload


async def on_draft(body: Json, ack: AsyncAck, drafting: DraftingService) -> None:
    """Somebody wants a bet drafted from a gap or a theme."""
    pressed = payload.read_press(body)
    source, id_ = read_draft(pressed.action_id, pressed.value)
    await drafting.take_press(source, id_, key=pressed.key, user_id=pressed.user_id, response_url=pressed.response_url)
    await ack()


async def on_bet(body: Json, ack: AsyncAck, reviews: ReviewService) -> None:
    """Somebody of the team decided about a bet."""
    pressed = payload.read_press(body)
    review_id, choice = bet_blocks.read_press(pressed.action_id, pressed.value)
    key, url = pressed.key, pressed.response_url
    await reviews.take_press(review_id, choice, key=key, user_id=pressed.user_id, response_url=url)
    await ack()


async def on_flow(body: Json, ack: AsyncAck, ways: WaysService) -> None:
    """Somebody wants to see a team's flow."""
    pressed = payload.read_press(body)
    team = flow_blocks.read_show(pressed.action_id, pressed.value)
    await ways.take_press(team, key=pressed.key, user_id=pressed.user_id, response_url=pressed.response_url)
    await ack()
