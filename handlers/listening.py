"""What people tell of their own accord: friction, success stories, thanks; by shortcuts, forms and buttons."""

from collections.abc import Mapping

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.errors import PayloadMalformed
from bot.friction import Origin, SaidIn, read_origin
from bot.listening import friction_blocks, story_blocks, thanks_blocks
from bot.listening.friction import FrictionService
from bot.listening.stories import StoryService
from bot.listening.thanks import ThanksService
from bot.model import Json
from handlers import payload
from handlers.payload import Command, Picked


async def opens_form(command: Command, *, wants_story: bool, friction: FrictionService, stories: StoryService) -> None:
    """A verb without words, by the command: its form opens at once."""
    key, user_id, url = command.key, command.user_id, command.response_url
    where = {"key": key, "user_id": user_id, "trigger_id": command.trigger_id, "response_url": url}
    if wants_story:
        await stories.open_form("", "", **where)
    else:
        await friction.open_form(Origin(), "", **where)


async def on_friction_shortcut(body: Json, ack: AsyncAck, friction: FrictionService) -> None:
    """Somebody wants to log a message: their own, whose words they see in the form, or somebody else's."""
    picked = _on_message(body)
    is_own = picked.author_id == picked.user_id
    subject = "" if is_own else f"{picked.channel_id}:{picked.ts}"
    await friction.open_form(
        Origin(SaidIn.MESSAGE, subject),
        picked.text if is_own else "",
        key=picked.key,
        user_id=picked.user_id,
        trigger_id=picked.trigger_id,
        response_url=picked.response_url,
    )
    await ack()


async def on_friction(body: Json, ack: AsyncAck, friction: FrictionService) -> None:
    """A button that opens the form, or one under what was logged."""
    pressed = payload.read_press(body)
    key, user_id, url = pressed.key, pressed.user_id, pressed.response_url
    if (origin := friction_blocks.read_open(pressed.action_id, pressed.value)) is not None:
        trigger_id = pressed.trigger_id
        await friction.open_form(origin, "", key=key, user_id=user_id, trigger_id=trigger_id, response_url=url)
    else:
        friction_id, choice = friction_blocks.read_press(pressed.action_id, pressed.value)
        await friction.take_press(friction_id, choice, key=key, user_id=user_id, response_url=url)
    await ack()


async def on_friction_form(body: Json, ack: AsyncAck, friction: FrictionService) -> None:
    """The form was sent; what is wrong in it is shown beside its field."""
    sent = payload.read_submission(body)
    origin, filled = read_origin(sent.private_metadata), friction_blocks.read_form(sent.values)
    await _answer(ack, await friction.take_form(origin, filled, key=sent.key, user_id=sent.user_id))


async def on_story_shortcut(body: Json, ack: AsyncAck, stories: StoryService) -> None:
    """Somebody wants a message told as a success: their own words begin it; a colleague is asked, and not quoted."""
    picked = _on_message(body)
    is_own = picked.author_id == picked.user_id
    await stories.open_form(
        picked.text if is_own else "",
        "" if is_own else picked.author_id,
        key=picked.key,
        user_id=picked.user_id,
        trigger_id=picked.trigger_id,
        response_url=picked.response_url,
    )
    await ack()


async def on_story(body: Json, ack: AsyncAck, stories: StoryService) -> None:
    """A button that opens the form, or one under a story or a question about one."""
    pressed = payload.read_press(body)
    key, user_id, url = pressed.key, pressed.user_id, pressed.response_url
    if choice := story_blocks.read_choice(pressed.action_id):
        await stories.take_press(pressed.value, choice, key=key, user_id=user_id, response_url=url)
    else:
        trigger_id = pressed.trigger_id
        await stories.open_form("", "", key=key, user_id=user_id, trigger_id=trigger_id, response_url=url)
    await ack()


async def on_story_form(body: Json, ack: AsyncAck, stories: StoryService) -> None:
    """The form was sent; what is wrong in it is shown beside its fields."""
    sent = payload.read_submission(body)
    filled = story_blocks.read_form(sent.values)
    await _answer(ack, await stories.take_form(filled, key=sent.key, user_id=sent.user_id))


async def on_thanks(body: Json, ack: AsyncAck, thanks: ThanksService) -> None:
    """Thanks are taken back, or somebody says what they want of thanks."""
    pressed = payload.read_press(body)
    choice = thanks_blocks.read_choice(pressed.action_id)
    key, user_id, url = pressed.key, pressed.user_id, pressed.response_url
    await thanks.take_press(pressed.value, choice, key=key, user_id=user_id, response_url=url)
    await ack()


def _on_message(body: Json) -> Picked:
    picked = payload.read_picked(body)
    if not picked.is_on_message:
        raise PayloadMalformed("no message to log or to tell")
    return picked


async def _answer(ack: AsyncAck, errors: Mapping[str, str]) -> None:
    if errors:
        await ack(response_action="errors", errors=dict(errors))
    else:
        await ack()
