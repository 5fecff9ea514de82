"""App Home."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.home.service import HomeService
from bot.model import Json
from handlers import payload


async def on_opened(body: Json, ack: AsyncAck, home: HomeService) -> None:
    """Somebody opened the app; its Home tab shows their own matters."""
    opened = payload.read_opened(body)
    if opened.tab == "home":
        await home.take_opened(key=payload.read_event_id(body), user_id=opened.user_id)
    await ack()
