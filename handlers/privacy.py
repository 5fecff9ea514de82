"""The buttons by which people decide about their own data, and the bot's coming into a channel."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.model import Json, Workspace
from bot.peers.notices import NoticeService
from bot.privacy import blocks
from bot.privacy.settings import SettingsService
from handlers import payload


async def on_choice(body: Json, ack: AsyncAck, settings: SettingsService) -> None:
    """Count me out, count me in, send or erase what is kept was pressed."""
    pressed = payload.read_press(body)
    await settings.take_choice(
        key=pressed.key,
        user_id=pressed.user_id,
        choice=blocks.read_choice(pressed.action_id),
        response_url=pressed.response_url,
    )
    await ack()


async def on_joined(body: Json, ack: AsyncAck, notices: NoticeService, workspace: Workspace) -> None:
    """Somebody came into a channel; of use when it is the bot."""
    joined = payload.read_joined(body)
    if joined.user_id == workspace.bot_user_id:
        await notices.take_joined(joined.channel_id, event_id=payload.read_event_id(body))
    await ack()
