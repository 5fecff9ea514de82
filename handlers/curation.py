"""What people do for the handbook: keep a thread, decide about drafts, and look after articles."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.curation import draft_blocks, health_blocks
from bot.curation.drafts import DraftService
from bot.curation.owners import OwnerService
from bot.errors import PayloadMalformed
from bot.model import Json
from handlers import payload


async def on_save(body: Json, ack: AsyncAck, drafts: DraftService) -> None:
    """Somebody wants a thread kept as an article."""
    picked = payload.read_picked(body)
    if picked.ts is None or picked.root is None:
        raise PayloadMalformed("no message to save")
    await drafts.take_saving(
        key=picked.key,
        user_id=picked.user_id,
        channel_id=picked.channel_id,
        ts=picked.ts,
        root=picked.root,
        response_url=picked.response_url,
    )
    await ack()


async def on_article(body: Json, ack: AsyncAck, owners: OwnerService) -> None:
    """A button under an article that needs a look was pressed."""
    pressed = payload.read_press(body)
    await owners.take_press(
        key=pressed.key,
        user_id=pressed.user_id,
        look_id=pressed.value,
        choice=health_blocks.read_choice(pressed.action_id),
        response_url=pressed.response_url,
    )
    await ack()


async def on_draft(body: Json, ack: AsyncAck, drafts: DraftService) -> None:
    """A button under a draft, an offer or a question about naming was pressed."""
    pressed = payload.read_press(body)
    await drafts.take_press(
        key=pressed.key,
        user_id=pressed.user_id,
        draft_id=pressed.value,
        choice=draft_blocks.read_choice(pressed.action_id),
        response_url=pressed.response_url,
    )
    await ack()
