"""What people press, choose and fill in to ask for an action."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.actions import blocks, catalogue_blocks, link_blocks
from bot.actions.deciding import DecisionService
from bot.actions.linking import LinkService
from bot.actions.opening import At, FormService, Submits
from bot.doing import read_action
from bot.model import Json
from handlers import payload
from handlers.payload import Pressed


async def on_open(body: Json, ack: AsyncAck, forms: FormService) -> None:
    """A button that opens an action's form was pressed: in a message or in App Home."""
    pressed = payload.read_press(body)
    await forms.open(read_action(pressed.value), _at(pressed))
    await ack()


async def on_pick(body: Json, ack: AsyncAck, forms: FormService) -> None:
    """An action was chosen in the modal that lists them; its form takes the list's place."""
    pressed = payload.read_press(body)
    await forms.open(read_action(pressed.value), _in_modal(pressed))
    await ack()


async def on_page(body: Json, ack: AsyncAck, forms: FormService) -> None:
    """More of that list is wanted."""
    pressed = payload.read_press(body)
    await forms.choose(_in_modal(pressed), page=catalogue_blocks.read_page(pressed.value))
    await ack()


async def on_shortcut(body: Json, ack: AsyncAck, forms: FormService) -> None:
    """Somebody wants an action, from anywhere in Slack."""
    picked = payload.read_picked(body)
    await forms.choose(At(picked.key, picked.user_id, picked.trigger_id))
    await ack()


async def on_form(body: Json, ack: AsyncAck, forms: FormService, requests: Submits) -> None:
    """A form was sent; it closes, or shows its errors."""
    sent = payload.read_submission(body)
    answer = await forms.take_form(sent.private_metadata, sent.values, requests, key=sent.key, user_id=sent.user_id)
    await ack(**answer)


async def on_decision(body: Json, ack: AsyncAck, decisions: DecisionService) -> None:
    """A button under a request was pressed: by who asked, who may approve, or the platform team."""
    pressed = payload.read_press(body)
    await decisions.take_press(
        pressed.value,
        choice=blocks.read_choice(pressed.action_id),
        key=pressed.key,
        user_id=pressed.user_id,
        channel_id=pressed.channel_id,
        ts=pressed.ts,
        response_url=pressed.response_url,
    )
    await ack()


async def on_link(body: Json, ack: AsyncAck, linking: LinkService) -> None:
    """*Link* or *Unlink* was pressed, at a Git host."""
    pressed = payload.read_press(body)
    await linking.take_press(
        pressed.value,
        choice=link_blocks.read_choice(pressed.action_id),
        key=pressed.key,
        user_id=pressed.user_id,
        response_url=pressed.response_url,
    )
    await ack()


def _at(pressed: Pressed) -> At:
    return At(
        pressed.key,
        pressed.user_id,
        pressed.trigger_id,
        channel_id=pressed.channel_id,
        response_url=pressed.response_url,
    )


def _in_modal(pressed: Pressed) -> At:
    return At(pressed.key, pressed.user_id, pressed.trigger_id, view_id=pressed.view_id)
