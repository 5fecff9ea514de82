"""Tells the platform team what people have to look at: each once a request, in the transaction that notes it."""

from functools import partial

import structlog

from bot import effects
from bot.actions import blocks
from bot.actions.moving import Then, nothing
from bot.actions.telling import Telling
from bot.desk import Desk
from bot.model import Effect
from bot.storage.engine import Tx
from bot.storage.requests import RequestRow

log = structlog.get_logger(__name__)


class Alarms:
    def __init__(self, desk: Desk, telling: Telling) -> None:
        self._desk = desk
        self._telling = telling

    @property
    def are_heard(self) -> bool:
        """Whether the handbook says where the platform team is."""
        return bool(self._desk.shelf.library.handbook.channels.platform_channel)

    async def stuck(self, row: RequestRow, *, since: str) -> Then:
        """It does not go on by itself; `since` says where it stands."""
        log.warning("request.stuck", request=row.id, state=row.state)
        shown = blocks.stuck(await self._telling.told(row), since=since)
        return self._to_platform(effects.in_channel(f"stuck:{row.id}", blocks.STUCK, self._channel_id, shown))

    async def unreviewed(self, row: RequestRow) -> Then:
        """It was merged without the agreement that its entry asks for."""
        log.warning("request.unreviewed", request=row.id)
        shown = blocks.unreviewed(await self._telling.told(row))
        return self._to_platform(effects.in_channel(f"unreviewed:{row.id}", blocks.UNREVIEWED, self._channel_id, shown))

    @property
    def _channel_id(self) -> str:
        return self._desk.shelf.library.handbook.channels.platform_channel

    def _to_platform(self, effect: Effect) -> Then:
        return partial(self._put, effect=effect) if effect.channel_id else nothing

    async def _put(self, tx: Tx, *, effect: Effect) -> None:
        await self._desk.outbox.put(tx, effect)
