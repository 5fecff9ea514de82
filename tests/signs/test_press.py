"""A press on the question, from Slack to the database."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.errors import PayloadMalformed
from bot.signs import blocks
from bot.storage import closures
from bot.storage.schema import work
from bot.wanted import Kind
from tests.handlers.by_http import bot_by_http
from tests.handlers.payloads import pressed


@pytest.mark.parametrize(
    ("action_id", "quarter"),
    [("signs.closures.maybe", "2026-Q4"), (blocks.IS_GOAL, "2026-Q5"), (blocks.IS_NONE, "x" * 999)],
)
def test_a_button_that_is_none_of_ours_is_refused(action_id: str, quarter: str) -> None:
    with pytest.raises(PayloadMalformed):
        blocks.read_press(action_id, quarter)


async def test_a_press_is_taken_down_once_and_who_is_not_of_the_team_changes_nothing(tmp_path: Path) -> None:
    async with bot_by_http(tmp_path) as bot:
        now = bot.mentor.clock.now()
        await bot.mentor.database.write(lambda tx: closures.ask(tx, "2026-Q4", now=now))
        for _ in range(2):  # Slack may send it again
            await bot.send(pressed(blocks.IS_GOAL, "2026-Q4"))

        taken = select(work.c.state).where(work.c.kind == Kind.SAY_CLOSURES.value)
        async with asyncio.timeout(20):
            while True:
                async with bot.mentor.database.read() as tx:
                    states = (await tx.scalars(taken)).all()
                    (answer,) = await closures.all_of_them(tx)
                if set(states) == {"done"}:
                    break

    assert (states, answer.is_goal) == (["done"], None)
