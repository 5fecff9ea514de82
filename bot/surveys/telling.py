"""Where somebody acts on a survey, and what they alone are told there."""

from dataclasses import dataclass

from bot import effects
from bot.blockkit import Shown
from bot.desk import Desk
from bot.storage.engine import Tx
from bot.storage.people import pseudonym_of
from bot.surveys.blocks import TAKEN


@dataclass(frozen=True)
class Where:
    """The wave whose button was pressed, "" for none; by whom; and in which channel, "" where that was no message."""

    wave_id: str
    user_id: str
    channel_id: str = ""
    response_url: str | None = None


async def tell(tx: Tx, desk: Desk, where: Where, shown: Shown) -> str:
    """The person's pseudonym. The message has a key that says nothing but the wave; it goes when that is closed."""
    person = await pseudonym_of(tx, where.user_id, now=desk.clock.now(), new_id=desk.new_id)
    key = f"pulse-said:{where.wave_id}:{desk.new_id()}"
    told = effects.privately(key, person, shown, response_url=where.response_url, kind=TAKEN)
    await desk.outbox.put(tx, told)
    return person
