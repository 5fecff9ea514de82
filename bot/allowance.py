"""How much one person may ask of the bot at once. Past that they are told so once, and the rest meets silence.

Holds what this process took on, and nothing more: two replicas allow twice as much, a new start begins anew. How often
the model is asked is `bot.model_client`'s.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot import effects
from bot.blockkit import Shown, section
from bot.desk import Desk
from bot.wanted import Asking
from bot.work import Tell

WINDOW = timedelta(minutes=10)
PEOPLE_MOST = 10_000  # whose last askings are held; of more, those are forgotten who have been silent longest
TOO_MUCH = (
    "That is more than I take on at once: {most} requests in ten minutes. What you ask before that is over I do not "
    "answer. People in the channel may still help you."
)

log = structlog.get_logger(__name__)


class Allowance:
    def __init__(self, desk: Desk, *, most: int) -> None:
        self._desk = desk
        self._most = most
        self._taken: OrderedDict[str, dict[str, datetime]] = OrderedDict()  # by asker: keys, and when each was asked
        self._told: dict[str, int] = {}  # by asker: in which ten minutes they were told last

    def within(self, do: Tell) -> Tell:
        """Does what is within the budget of who asks."""
        return partial(self._do, do)

    async def _do(self, do: Tell, asking: Asking) -> None:
        now = self._desk.clock.now()
        if self._takes(asking, now):
            await do(asking)
        elif asking.asked:
            await self._tell(asking.asker, now)

    def _takes(self, asking: Asking, now: datetime) -> bool:
        """The same asking counts once, however often it is tried and whatever work it makes."""
        lately = {key: at for key, at in self._taken.pop(asking.asker, {}).items() if now - at < WINDOW}
        is_within = asking.key in lately or len(lately) < self._most
        self._taken[asking.asker] = lately | ({asking.key: now} if is_within else {})
        if len(self._taken) > PEOPLE_MOST:
            silent, _ = self._taken.popitem(last=False)
            self._told.pop(silent, None)
        return is_within

    async def _tell(self, asker: str, now: datetime) -> None:
        """Once in ten minutes, also by several replicas: the key is the same."""
        slot = int(now.timestamp() // WINDOW.total_seconds())
        if self._told.get(asker) == slot:
            return
        text, key = TOO_MUCH.format(most=self._most), f"too-much:{asker}:{slot}"
        if await self._desk.send(effects.privately(key, asker, Shown(text, (section(text),)))):
            log.warning("asked.too_much", most=self._most)
        self._told[asker] = slot
