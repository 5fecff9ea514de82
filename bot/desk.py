"""What every service of the answers pillar holds, given once by `bot.app`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.library import Shelf
from bot.model import Effect, Workspace
from bot.outbox import Outbox
from bot.slack import Slack
from bot.storage.engine import Database


@dataclass(frozen=True)
class Desk:
    """`wake` rings the workers after new work was put in."""

    database: Database
    outbox: Outbox
    slack: Slack
    shelf: Shelf
    workspace: Workspace
    clock: Clock
    new_id: Callable[[], str]
    wake: Callable[[], None]

    def today(self) -> date:
        """By the wall clock of the handbook's zone."""
        return self.clock.now().astimezone(ZoneInfo(self.shelf.library.handbook.channels.timezone)).date()

    async def send(self, effect: Effect) -> bool:
        """Puts a message in by itself, where nothing else is to be kept with it. Whether it was not there before."""
        is_new = await self.database.write(lambda tx: self.outbox.put(tx, effect))
        self.outbox.bell.set()
        return is_new
