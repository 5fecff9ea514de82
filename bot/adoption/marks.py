"""Writes down what status a capability is seen to have, and which teams could choose it, whenever that changes.

What follows from it for a day is `bot.adoption.history`'.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.adoption.history import mark
from bot.desk import Desk
from bot.model import CapabilityMark
from bot.storage import adoption as rows
from bot.storage.engine import Tx
from knowledge.loader import Handbook


class MarkService:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def observe(self) -> None:
        """The handbook as it stands today. Replicas may all do so, at any time."""
        handbook, today = self._desk.shelf.library.handbook, self._desk.today()

        async def unit(tx: Tx) -> None:
            for new in new_marks(handbook, await rows.marks(tx), today=today):
                await rows.put_mark(tx, new)

        await self._desk.database.write(unit)


def new_marks(
    handbook: Handbook, before: Mapping[str, Sequence[CapabilityMark]], *, today: date
) -> list[CapabilityMark]:
    teams = list(handbook.people.teams)
    found = [mark(each, teams, before.get(each.id, ()), today=today) for each in handbook.capabilities]
    return [each for each in found if each is not None]


def with_today(
    handbook: Handbook, before: Mapping[str, Sequence[CapabilityMark]], *, today: date
) -> Mapping[str, Sequence[CapabilityMark]]:
    """All marks as they would be, had the handbook been looked at today."""
    seen = {name: list(each) for name, each in before.items()}
    for new in new_marks(handbook, before, today=today):
        kept = [each for each in seen.get(new.capability, []) if each.seen_on != new.seen_on]
        seen[new.capability] = [*kept, new]
    return seen
