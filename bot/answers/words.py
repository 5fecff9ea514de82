"""Which of a person's words an answer's row may keep."""

from bot.desk import Desk
from bot.storage.engine import Tx
from bot.storage.people import is_left_out
from bot.wanted import Asking
from bot.wire import without_people
from knowledge.channels import Keep
from knowledge.text import question_text


async def words_to_keep(tx: Tx, desk: Desk, asking: Asking, words: str) -> str | None:
    """Of what was asked in private, nobody named; what is asked in a channel is kept as its message, or not at all."""
    is_private = asking.is_direct or asking.response_url is not None
    channel = desk.shelf.library.handbook.channels.watched(asking.channel_id)
    if not is_private or asking.is_shared or not asking.is_own or (channel and channel.keep is Keep.COUNTS):
        return None
    if await is_left_out(tx, asking.asker):
        return None
    return question_text(without_people(words)) or None
