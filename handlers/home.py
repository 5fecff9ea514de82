"""App Home."""

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.home import blocks
from bot.home.prompts import PromptService
from bot.home.service import HomeService
from bot.model import Json
from handlers import payload


async def on_opened(body: Json, ack: AsyncAck, home: HomeService, prompts: PromptService) -> None:
    """Somebody opened the app; its Home tab shows their own matters, its messages tab what can be asked."""
    opened = payload.read_opened(body)
    tab = home if opened.tab == "home" else prompts
    await tab.take_opened(key=payload.read_event_id(body), user_id=opened.user_id)
    await ack()


async def on_ask(body: Json, ack: AsyncAck, home: HomeService) -> None:
    """Something was asked in Home, in words or by a suggested question."""
    pressed = payload.read_press(body)
    ask = home.take_question if pressed.action_id == blocks.ASK else home.take_prompt
    await ask(pressed.value, key=pressed.key, user_id=pressed.user_id)
    await ack()
