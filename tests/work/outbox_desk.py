"""An outbox with a Slack of its own, and what is put in and seen to happen there."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, select

from bot.model import Effect, MessageKind, Purpose
from bot.outbox import Outbox
from bot.storage import outbox as rows
from bot.storage.engine import Database
from bot.storage.outbox import Sending
from bot.storage.people import pseudonym_of
from bot.storage.schema import outbox, people
from bot.work import LEASE
from tests.work.desk import STARTS_AT, FakeSlack, Hands, ids, never_off, run_until

BLOCKS = ({"type": "section", "text": {"type": "mrkdwn", "text": "*words*"}},)


def kind(purpose: Purpose) -> MessageKind:
    return MessageKind(f"test {purpose.value}", purpose, "to", "when", "once", "stop")


ASKED, UNASKED = kind(Purpose.ASKED), kind(Purpose.UNASKED)
POST = Effect("answer:1", ASKED, "words", BLOCKS, channel_id="C1", thread_ts="1.000001")
EDIT = Effect("answer:1:edit", ASKED, "newer words", BLOCKS, channel_id="C1", edits="answer:1")
URL = "https://hooks.example/1"


@dataclass
class Desk:
    database: Database
    hands: Hands = field(default_factory=Hands)
    slack: FakeSlack = field(default_factory=FakeSlack)
    new_id: Callable[[], str] = field(default_factory=lambda: ids("id"))
    is_off: Callable[[str, date], Awaitable[bool]] = never_off

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.database, self.slack, is_off=self.is_off, clock=self.hands.clock, new_id=self.new_id)

    async def put(self, *effects: Effect) -> None:
        for effect in effects:
            await self.database.write(lambda tx, effect=effect: self.outbox.put(tx, effect))  # type: ignore[misc]

    async def person(self, slack_id: str) -> str:
        return await self.database.write(
            lambda tx: pseudonym_of(tx, slack_id, now=STARTS_AT, new_id=lambda: f"p-{slack_id}")
        )

    async def erase(self, pseudonym: str) -> None:
        await self.database.write(lambda tx: tx.execute(delete(people).where(people.c.id == pseudonym)))

    async def rows(self) -> dict[str, dict[str, Any]]:
        async with self.database.read() as tx:
            return {row["key"]: dict(row) for row in (await tx.execute(select(outbox))).mappings()}

    async def row(self, key: str = POST.key) -> dict[str, Any]:
        return (await self.rows())[key]

    async def states(self) -> dict[str, str]:
        return {key: row["state"] for key, row in (await self.rows()).items()}

    async def claim(
        self, lease: str = "mine", *, busy: Sequence[str] = (), held: timedelta = LEASE
    ) -> Sequence[Sending]:
        now = self.hands.now
        return await self.database.write(
            lambda tx: rows.claim_next(tx, now=now, until=now + held, lease=lease, busy=busy, limit=8)
        )

    async def turn(self) -> None:
        """All that may be done now is done."""
        seen: list[Any] = []

        async def is_idle() -> bool:
            before, rests = await self.rows(), self.hands.rests
            while self.hands.rests < rests + 2:
                self.outbox.bell.set()
                await asyncio.sleep(0.001)
            seen.append(await self.rows())
            return bool(before == seen[-1] and all(row["lease"] is None for row in before.values()))

        await run_until(self.outbox.run(), is_idle)

    async def turn_at_each_due_time(self, times: int) -> list[float]:
        """The waits, in seconds, before each next try."""
        waits = []
        for _ in range(times):
            await self.turn()
            due_at = (await self.row())["due_at"]
            waits.append((due_at - self.hands.now).total_seconds())
            self.hands.now = due_at
        return waits
