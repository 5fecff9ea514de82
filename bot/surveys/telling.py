"""Where somebody acts on a survey, and what they alone are told there."""

from dataclasses import dataclass

from bot import effects
from bot.blockkit import Shown
from bot.desk import Desk
from bot.model import Effect
from bot.storage import outbox
from bot.storage.engine import Tx
from bot.storage.people import pseudonym_of
from bot.storage.surveys import message_key
from bot.surveys.blocks import PULSE, REMINDED, TAKEN
from bot.unasked import REMINDER

WAVE_ID_MOST = 64  # characters: a value that somebody made up may be longer than a key can be


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
    key = f"pulse-said:{where.wave_id[:WAVE_ID_MOST]}:{desk.new_id()}"
    told = effects.privately(key, person, shown, response_url=where.response_url, kind=TAKEN)
    await desk.outbox.put(tx, told)
    return person


async def edit_question(tx: Tx, desk: Desk, asked: tuple[str, str], *, shown: Shown, reminder: Shown) -> None:
    """The question's newest state, and its reminder's where there is one: people look where they pressed.

    `asked` is the wave and the person.
    """
    wave_id, person = asked
    key = message_key(wave_id, person)
    await desk.outbox.put(tx, effects.newest(Effect(key, PULSE, shown.text, shown.blocks, recipient=person)))
    if await outbox.shown_at(tx, f"{key}{REMINDER}") is not None:
        below = Effect(f"{key}{REMINDER}", REMINDED, reminder.text, reminder.blocks, recipient=person)
        await desk.outbox.put(tx, effects.newest(below))
