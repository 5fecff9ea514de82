"""The buttons and forms by which teams hand in evidence for policies and owners judge it, and by which teams say how it
is with what they use, and the platform team what it keeps.
"""

from collections.abc import Mapping

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.adoption import blocks, card_blocks, evidence_blocks, team_blocks
from bot.adoption.evidence_blocks import Where
from bot.adoption.handing_in import HandingInService
from bot.adoption.judging import JudgingService
from bot.adoption.milestones import MilestoneService
from bot.adoption.speaking import SpeakingService
from bot.model import Json
from handlers import payload


async def on_hand_in(body: Json, ack: AsyncAck, handing_in: HandingInService) -> None:
    """Somebody wants to hand in evidence: the form opens."""
    pressed = payload.read_press(body)
    await handing_in.open_form(
        blocks.read_offer(pressed.value),
        key=pressed.key,
        user_id=pressed.user_id,
        trigger_id=pressed.trigger_id,
        response_url=pressed.response_url,
    )
    await ack()


async def on_evidence(body: Json, ack: AsyncAck, handing_in: HandingInService) -> None:
    """The form was sent; what is wrong in it is shown beside its fields."""
    sent = payload.read_submission(body)
    errors = await handing_in.take_form(
        evidence_blocks.read_form(sent.values), policy_id=sent.private_metadata, key=sent.key, user_id=sent.user_id
    )
    await _answer(ack, errors)


async def on_judged(body: Json, ack: AsyncAck, judging: JudgingService) -> None:
    """A policy's owner accepted evidence, or wants to say why it is not enough."""
    pressed = payload.read_press(body)
    where, key, user_id, url = (
        Where(pressed.value, pressed.channel_id),
        pressed.key,
        pressed.user_id,
        pressed.response_url,
    )
    if evidence_blocks.read_press(pressed.action_id):
        await judging.take_accepted(where, key=key, user_id=user_id, response_url=url)
    else:
        trigger_id = pressed.trigger_id
        await judging.ask_reasons(where, key=key, user_id=user_id, trigger_id=trigger_id, response_url=url)
    await ack()


async def on_reasons(body: Json, ack: AsyncAck, judging: JudgingService) -> None:
    """A judge said what is not enough."""
    sent = payload.read_submission(body)
    where = evidence_blocks.read_where(sent.private_metadata)
    missing, words = evidence_blocks.read_reasons(sent.values)
    errors = await judging.take_reasons(where, missing, words, key=sent.key, user_id=sent.user_id)
    await _answer(ack, errors)


async def on_card(body: Json, ack: AsyncAck, milestones: MilestoneService) -> None:
    """The platform team decides about a capability, wants to say why, or asks for a story."""
    pressed = payload.read_press(body)
    choice, user_id, url = (
        card_blocks.read_press(pressed.action_id, pressed.value),
        pressed.user_id,
        pressed.response_url,
    )
    if choice == card_blocks.WHY:
        where = {"press": pressed.key, "trigger_id": pressed.trigger_id}
        await milestones.open_form(pressed.value, **where, user_id=user_id, response_url=url)
    else:
        press = f"{pressed.action_id}:{pressed.key}"[:150]
        await milestones.take_press(pressed.value, choice, press=press, user_id=user_id, response_url=url)
    await ack()


async def on_card_words(body: Json, ack: AsyncAck, milestones: MilestoneService) -> None:
    """Somebody said why the team decided so."""
    sent = payload.read_submission(body)
    card_blocks.read_key(sent.private_metadata)
    words = sent.values.get(card_blocks.FIELD, "")
    await milestones.take_words(sent.private_metadata, words, key=sent.key, user_id=sent.user_id)
    await ack()


async def on_team(body: Json, ack: AsyncAck, speaking: SpeakingService) -> None:
    """Somebody says something for their team."""
    pressed = payload.read_press(body)
    choice, key = team_blocks.read_press(pressed.action_id, pressed.value), f"{pressed.action_id}:{pressed.key}"[:150]
    url = pressed.response_url
    await speaking.take_press(pressed.value, choice, key=key, user_id=pressed.user_id, response_url=url)
    await ack()


async def on_thanked(body: Json, ack: AsyncAck, speaking: SpeakingService) -> None:
    """Somebody names the colleague who told them, to thank them."""
    pressed = payload.read_press(body)
    capability, url = team_blocks.read_thanked(pressed.action_id), pressed.response_url
    await speaking.take_thanked(capability, pressed.value, key=pressed.key, user_id=pressed.user_id, response_url=url)
    await ack()


async def _answer(ack: AsyncAck, errors: Mapping[str, str]) -> None:
    if errors:
        await ack(response_action="errors", errors=dict(errors))
    else:
        await ack()
