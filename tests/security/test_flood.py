"""Who asks without end gets a budget of answers, and is told so. What others see: tests/journeys/test_floods.py."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot.allowance import TOO_MUCH, WINDOW, Allowance
from bot.storage.engine import Database
from bot.storage.schema import outbox
from bot.wanted import Asking
from tests.desk import desk_at
from tests.privacy.company import QuietSlack

MOST = 30
BEGIN = datetime(2026, 11, 24, 10, tzinfo=UTC)
FLOOD = 10_000


def asking(asker: str, number: int, *, asked: bool = True) -> Asking:
    return Asking(f"{asker}:{number}", asker, "?", "C0ASK", question_ts="1.000001", asked=asked)


class Flooded:
    """A desk at which askings are counted as far as they are done."""

    def __init__(self, database: Database, *, most: int) -> None:
        self.now, self.done = BEGIN, list[str]()
        self._database = database
        desk = desk_at(database, QuietSlack(), now=lambda: self.now)
        self.take = Allowance(desk, most=most).within(self._note)

    async def _note(self, given: Asking) -> None:
        self.done.append(given.key)

    async def told(self) -> list[str]:
        async with self._database.read() as tx:
            return list(await tx.scalars(select(outbox.c.text)))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_of_10000_mentions_by_one_person_a_budget_is_answered(database: Database) -> None:
    flooded = Flooded(database, most=MOST)
    for number in range(FLOOD):
        flooded.now = BEGIN + WINDOW * (number / FLOOD)
        await flooded.take(asking("flooder", number))
        if number % 500 == 0:
            await flooded.take(asking("colleague", number))

    assert Counter(each.partition(":")[0] for each in flooded.done) == {"flooder": MOST, "colleague": FLOOD // 500}
    assert await flooded.told() == [TOO_MUCH.format(most=MOST)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_same_asking_counts_once_and_ten_minutes_later_there_is_a_new_budget(database: Database) -> None:
    flooded = Flooded(database, most=2)
    for number in (0, 1, 1, 2):
        await flooded.take(asking("priya", number))
    flooded.now += WINDOW
    await flooded.take(asking("priya", 3))

    assert flooded.done == ["priya:0", "priya:1", "priya:1", "priya:3"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_nobody_is_told_of_what_was_only_overheard(database: Database) -> None:
    flooded = Flooded(database, most=1)
    for number in range(3):
        await flooded.take(asking("priya", number, asked=False))

    assert (len(flooded.done), await flooded.told()) == (1, [])
