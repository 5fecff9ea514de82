"""The slash command, the shortcuts that ask for something, and the buttons under answers."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.actions.catalogue import CatalogueService
from bot.actions.opening import At, FormService
from bot.answers import blocks
from bot.answers.service import AnswerService
from bot.answers.verdicts import VerdictService
from bot.listening.friction import FrictionService
from bot.listening.stories import StoryService
from bot.model import Json
from bot.notices.incidents import IncidentService
from handlers import listening, notices, payload, shortcuts, verbs
from handlers.payload import Command
from handlers.shortcuts import Place


async def on_command(
    body: Json,
    ack: AsyncAck,
    answers: AnswerService,
    catalogue: CatalogueService,
    forms: FormService,
    friction: FrictionService,
    stories: StoryService,
    incidents: IncidentService,
) -> None:
    """Somebody used the command; only they will see what comes of it. One action that is named opens its form."""
    command = payload.read_command(body)
    parsed = verbs.parse(command.text, is_action=catalogue.is_meant)
    if parsed.verb in (verbs.FRICTION, verbs.STORY) and not parsed.rest:
        wants_story = parsed.verb is verbs.STORY
        await listening.opens_form(command, wants_story=wants_story, friction=friction, stories=stories)
        await ack()
        return
    if parsed.verb is verbs.INCIDENT:
        await notices.opens_form(command, parsed.rest, incidents)
        await ack()
        return
    if parsed.verb is verbs.RUN and await forms.open_named(parsed.rest, _at(command)):
        await ack()
        return
    await answers.take_command(
        parsed.verb.kind,
        key=command.key,
        user_id=command.user_id,
        channel_id=command.channel_id,
        text=parsed.rest,
        response_url=command.response_url,
    )
    await ack()


async def on_shortcut(body: Json, ack: AsyncAck, answers: AnswerService) -> None:
    """Somebody asks by a shortcut; only they will see what comes of it."""
    picked = payload.read_picked(body)
    shortcut = shortcuts.of(picked.callback_id, Place.MESSAGE if picked.is_on_message else Place.EVERYWHERE)
    await answers.take_command(
        shortcut.kind,
        key=picked.key,
        user_id=picked.user_id,
        channel_id=picked.channel_id,
        text=picked.text,
        response_url=picked.response_url,
        is_own=not picked.is_on_message,
    )
    await ack()


async def on_verdict(body: Json, ack: AsyncAck, verdicts: VerdictService) -> None:
    """A button under an answer was pressed."""
    pressed = payload.read_press(body)
    await verdicts.take_press(
        key=pressed.key,
        user_id=pressed.user_id,
        answer_id=pressed.value,
        verdict=blocks.read_verdict(pressed.action_id),
        response_url=pressed.response_url,
    )
    await ack()


def _at(command: Command) -> At:
    return At(
        command.key,
        command.user_id,
        command.trigger_id,
        channel_id=command.channel_id,
        response_url=command.response_url,
        is_shared=command.is_shared,
    )
