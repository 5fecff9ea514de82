"""*Not quite* pressed twice at once: what is offered next is one answer, and its buttons are that answer's."""

import asyncio

from sqlalchemy import select

from bot.answers.duty import DutyService
from bot.answers.solved import SolvedService
from bot.answers.verdicts import VerdictService
from bot.desk import Desk
from bot.people import PeopleService
from bot.storage import answers as rows
from bot.storage.engine import Database
from bot.storage.people import pseudonym_of
from bot.storage.schema import answers, outbox
from bot.wanted import Press
from tests.answers.test_audiences import ARTICLES, URL, Slack, a_desk, an_answer, nothing_solved
from tests.work.desk import STARTS_AT


class TwoAtOnce(PeopleService):
    """Neither press goes on before the other has looked what is known."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._both = asyncio.Barrier(2)

    async def is_platform(self, user_id: str) -> bool:
        await self._both.wait()
        return True


async def test_two_presses_at_once_offer_one_answer_that_is_kept(database: Database) -> None:
    asker = await database.write(lambda tx: pseudonym_of(tx, "U1", now=STARTS_AT, new_id=lambda: "p1"))
    await database.write(lambda tx: rows.add(tx, an_answer(*ARTICLES[:3])))
    people = TwoAtOnce(desk := a_desk(database, Slack()))
    verdicts = VerdictService(desk, people, DutyService(desk, people), SolvedService(desk, people, nothing_solved))

    await asyncio.gather(
        *(verdicts.record(Press(f"{asker}:{key}", asker, "a1", "not quite", URL)) for key in ("1", "2"))
    )

    async with database.read() as tx:
        kept = set(await tx.scalars(select(answers.c.id)))
        shown = list(await tx.scalars(select(outbox.c.blocks)))
    pressed = {
        each["value"] for blocks in shown for block in blocks for each in block.get("elements", ()) if "value" in each
    }
    assert len(shown) == 2
    assert len(kept) == 2
    assert pressed == kept
