"""The menu of what kind an overheard question is, with what stands of it now."""

from bot.desk import Desk
from bot.kinds import kind_select
from bot.model import Json
from bot.storage import peers


async def kind_menu(desk: Desk, channel_id: str, ts: str) -> Json | None:
    """None when it is no question any more."""
    async with desk.database.read() as tx:
        question = await peers.question_found(tx, channel_id, ts)
    return kind_select(channel_id, ts, question.kind) if question else None
