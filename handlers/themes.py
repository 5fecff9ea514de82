"""The buttons and the form that link themes to changes, of whichever pillar they are."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot import change_form
from bot.change_form import Ids
from bot.changes import ChangeService
from bot.model import Json
from handlers import payload


async def on_theme(body: Json, ack: AsyncAck, changes: ChangeService, ids: Ids) -> None:
    """Somebody wants to link a change to a theme, said that it is live, or that it is not followed up."""
    pressed = payload.read_press(body)
    key, user_id, url = pressed.key, pressed.user_id, pressed.response_url
    if choice := ids.read_press(pressed.action_id):
        await changes.take_press(pressed.value, choice, key=key, user_id=user_id, response_url=url)
    else:
        trigger_id = pressed.trigger_id
        await changes.open_form(pressed.value, key=key, user_id=user_id, trigger_id=trigger_id, response_url=url)
    await ack()


async def on_change(body: Json, ack: AsyncAck, changes: ChangeService) -> None:
    """The form was sent; what is wrong in it is shown beside its field."""
    sent = payload.read_submission(body)
    change = change_form.read_form(sent.values)
    errors = await changes.take_form(sent.private_metadata, change, key=sent.key, user_id=sent.user_id)
    if errors:
        await ack(response_action="errors", errors=dict(errors))
    else:
        await ack()
