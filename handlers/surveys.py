"""The buttons and the form of pulse surveys. What was answered goes from here into its row and nowhere else."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.model import Json
from bot.surveys import blocks
from bot.surveys.answering import AnsweringService
from bot.surveys.refusing import RefusalService
from bot.surveys.telling import Where
from handlers import payload


async def on_score(body: Json, ack: AsyncAck, answering: AnsweringService) -> None:
    """A score or choice under a question was pressed."""
    pressed = payload.read_press(body)
    await answering.take_score(_where(pressed), blocks.read_score(pressed.action_id))
    await ack()


async def on_comment(body: Json, ack: AsyncAck, answering: AnsweringService) -> None:
    """Somebody wants to say more: the form opens."""
    pressed = payload.read_press(body)
    await answering.open_form(_where(pressed), pressed.trigger_id)
    await ack()


async def on_form(body: Json, ack: AsyncAck, answering: AnsweringService) -> None:
    """The form was sent; what is wrong in it is shown beside its field."""
    sent = payload.read_submission(body)
    errors = await answering.take_form(Where(sent.private_metadata, sent.user_id), sent.values)
    if errors:
        await ack(response_action="errors", errors=dict(errors))
    else:
        await ack()


async def on_why(body: Json, ack: AsyncAck, answering: AnsweringService) -> None:
    """Somebody wants to know why they are asked."""
    pressed = payload.read_press(body)
    await answering.explain(_where(pressed), pressed.trigger_id)
    await ack()


async def on_never(body: Json, ack: AsyncAck, refusals: RefusalService) -> None:
    """Somebody wants no surveys any more."""
    await refusals.stop(_where(payload.read_press(body)))
    await ack()


async def on_pause(body: Json, ack: AsyncAck, refusals: RefusalService) -> None:
    """Somebody wants none for a while."""
    await refusals.pause(_where(payload.read_press(body)))
    await ack()


async def on_resume(body: Json, ack: AsyncAck, refusals: RefusalService) -> None:
    """Somebody may be asked again."""
    await refusals.resume(_where(payload.read_press(body)))
    await ack()


def _where(pressed: payload.Pressed) -> Where:
    return Where(pressed.value, pressed.user_id, pressed.channel_id, pressed.response_url)
