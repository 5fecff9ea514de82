"""Bringing a team on: forms that propose a step; and the presses of a first look at Home."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.answers.service import AnswerService
from bot.model import Json
from bot.onboarding import blocks, forms
from bot.onboarding.service import Pressed, StartService
from bot.wanted import Kind
from handlers import payload

ASKED = {blocks.LINK: Kind.LINK, blocks.PERSON: Kind.HAND_OVER}  # what else has a verb


async def on_propose(body: Json, ack: AsyncAck, start: StartService) -> None:
    """Somebody wants the form of a step."""
    pressed = payload.read_press(body)
    where = Pressed(pressed.key, pressed.user_id, pressed.trigger_id, pressed.response_url)
    await start.open_form(blocks.read_propose(pressed.action_id), pressed.value, where)
    await ack()


async def on_form(body: Json, ack: AsyncAck, start: StartService) -> None:
    """The form was sent; what is wrong in it is shown beside its field."""
    sent = payload.read_submission(body)
    opened, filled = forms.read_opened(sent.private_metadata), forms.read_form(sent.values)
    errors = await start.take_form(opened, filled, key=sent.key, user_id=sent.user_id)
    if errors:
        await ack(response_action="errors", errors=errors)
    else:
        await ack()


async def on_ask(body: Json, ack: AsyncAck, answers: AnswerService) -> None:
    """A press that does what a verb does: link an account, get a person."""
    pressed = payload.read_press(body)
    key, user_id, url = f"press:{pressed.user_id}:{pressed.key}", pressed.user_id, pressed.response_url
    kind = ASKED[pressed.action_id]
    await answers.take_command(kind, key=key, user_id=user_id, channel_id="", text="", response_url=url)
    await ack()
