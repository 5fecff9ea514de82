"""What the services hold, given once by `bot.app`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot import effects
from bot.blockkit import Shown
from bot.clock import Clock
from bot.library import Shelf
from bot.model import Effect, Workspace
from bot.outbox import Outbox
from bot.slack import Slack
from bot.storage.engine import Database, Tx
from bot.storage.people import pseudonym_of
from bot.wanted import Kind, Payload
from bot.work import enqueue


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
        return self.local_day(self.clock.now())

    def local_day(self, at: datetime) -> date:
        """The day of a moment, by the same wall."""
        return at.astimezone(ZoneInfo(self.shelf.library.handbook.channels.timezone)).date()

    async def take(self, kind: Kind, user_id: str, wanted: Callable[[str], Payload]) -> None:
        """Takes down what somebody wants, made from their pseudonym. Whether they may is decided when it is done."""
        now = self.clock.now()

        async def unit(tx: Tx) -> None:
            person = await pseudonym_of(tx, user_id, now=now, new_id=self.new_id)
            await enqueue(tx, kind, wanted(person), due_at=now, now=now)

        await self.database.write(unit)
        self.wake()

    async def send(self, effect: Effect) -> bool:
        """Puts a message in by itself, where nothing else is to be kept with it. Whether it was not there before."""
        is_new = await self.database.write(lambda tx: self.outbox.put(tx, effect))
        self.outbox.bell.set()
        return is_new

    async def tell(self, user_id: str, name: str, key: str, shown: Shown, *, response_url: str | None) -> None:
        """Answers a press to the person alone, where nothing else is to be kept of it."""
        now = self.clock.now()

        async def unit(tx: Tx) -> None:
            person = await pseudonym_of(tx, user_id, now=now, new_id=self.new_id)
            told = effects.privately(f"{name}:{person}:{key}", person, shown, response_url=response_url)
            await self.outbox.put(tx, told)

        await self.database.write(unit)
        self.outbox.bell.set()
