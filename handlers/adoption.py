"""The buttons and forms by which teams hand in evidence for policies, and owners judge it."""

from collections.abc import Mapping

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.adoption import blocks, evidence_blocks
from bot.adoption.evidence_blocks import Where
from bot.adoption.handing_in import HandingInService
from bot.adoption.judging import JudgingService
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


async def _answer(ack: AsyncAck, errors: Mapping[str, str]) -> None:
    if errors:
        await ack(response_action="errors", errors=dict(errors))
    else:
        await ack()
