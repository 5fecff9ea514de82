"""Talks: who is invited, what they say, and the notes; by buttons and forms."""

from collections.abc import Mapping

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.model import Json
from bot.talks import blocks, note_blocks
from bot.talks.inviting import InvitingService
from bot.talks.notes import NoteService
from handlers import payload


async def on_talk(body: Json, ack: AsyncAck, inviting: InvitingService) -> None:
    """Somebody invites who was drawn, has others drawn, or says whether they want to talk."""
    pressed = payload.read_press(body)
    choice = blocks.read_choice(pressed.action_id)
    key, user_id, url = pressed.key, pressed.user_id, pressed.response_url
    await inviting.take_press(pressed.value, choice, key=key, user_id=user_id, response_url=url)
    await ack()


async def on_write(body: Json, ack: AsyncAck, notes: NoteService) -> None:
    """Who talked with somebody wants to write down what they heard."""
    pressed = payload.read_press(body)
    key, user_id, url = pressed.key, pressed.user_id, pressed.response_url
    await notes.open_to_write(pressed.value, key=key, user_id=user_id, trigger_id=pressed.trigger_id, response_url=url)
    await ack()


async def on_notes(body: Json, ack: AsyncAck, notes: NoteService) -> None:
    """Who was talked to decides about the notes, or wants to change them."""
    pressed = payload.read_press(body)
    key, user_id, url = pressed.key, pressed.user_id, pressed.response_url
    if choice := note_blocks.read_choice(pressed.action_id):
        await notes.take_press(pressed.value, choice, key=key, user_id=user_id, response_url=url)
    else:
        trigger_id = pressed.trigger_id
        await notes.open_to_edit(pressed.value, key=key, user_id=user_id, trigger_id=trigger_id, response_url=url)
    await ack()


async def on_form(body: Json, ack: AsyncAck, notes: NoteService) -> None:
    """Notes were written, or changed by who was talked to."""
    sent = payload.read_submission(body)
    filled = note_blocks.read_form(sent.values)
    take = notes.take_written if sent.callback_id == note_blocks.WRITE_FORM else notes.take_edited
    await _answer(ack, await take(sent.private_metadata, filled, key=sent.key, user_id=sent.user_id))


async def _answer(ack: AsyncAck, errors: Mapping[str, str]) -> None:
    if errors:
        await ack(response_action="errors", errors=dict(errors))
    else:
        await ack()
