"""The team is asked once a quarter, answers as one, and nobody is kept for it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.model import Window
from bot.peers.facts import FactsService
from bot.people import PeopleService
from bot.signs.blocks import ASKED
from bot.signs.maker import SignsMaker
from bot.signs.service import OVER, SignsService
from bot.storage import closures
from bot.storage.engine import Database
from bot.storage.schema import metadata, outbox, work
from bot.wanted import Decision, Due, Kind
from knowledge.loader import Handbook
from tests.curation.desk import CompanySlack, new_desk
from tests.listening.desk import ANN, HANDBOOK, MAYA
from tests.work.desk import Hands

PLATFORM = "C0PLATFORM"


class Team:
    """A small company whose platform team is asked."""

    def __init__(self, database: Database, *, channel_id: str = PLATFORM) -> None:
        self.database, self.hands = database, Hands()
        self.handbook: Handbook = replace(HANDBOOK, channels=replace(HANDBOOK.channels, platform_channel=channel_id))
        self.desk = new_desk(database, self.hands, handbook=self.handbook, slack=CompanySlack())
        facts = FactsService(database, channels=lambda: self.handbook.channels, clock=self.desk.clock)
        self.maker = SignsMaker(database, facts, handbook=lambda: self.handbook, clock=self.desk.clock)
        self.service = SignsService(self.desk, PeopleService(self.desk), self.maker)

    async def ask_all_year(self) -> None:
        """Every Wednesday of 2026, twice."""
        day = datetime(2026, 1, 7, 10, tzinfo=UTC)
        for week in range(52):
            for _ in range(2):
                await self.service.ask(Due(f"2026-W{week + 2:02}", (day + week * timedelta(weeks=1)).isoformat()))

    async def press(self, user_id: str, quarter: str, *, is_goal: bool) -> None:
        pressed: dict[str, Any] = {"key": f"t{is_goal}", "user_id": user_id, "response_url": None}
        await self.service.take_press(quarter, is_goal=is_goal, **pressed)
        taken = select(work.c.payload).where(work.c.kind == Kind.SAY_CLOSURES.value).order_by(work.c.id)
        async with self.database.read() as tx:
            rows = (await tx.execute(taken)).all()
        for row in rows[-1:]:
            await self.service.say(Decision(**row.payload))

    async def answers(self) -> list[tuple[str, bool | None]]:
        async with self.database.read() as tx:
            return [(each.quarter, each.is_goal) for each in await closures.all_of_them(tx)]

    async def told(self) -> list[tuple[str, str, str | None]]:
        async with self.database.read() as tx:
            query = select(outbox.c.key, outbox.c.text, outbox.c.recipient).order_by(outbox.c.created_at, outbox.c.key)
            return [(row.key, row.text, row.recipient) for row in await tx.execute(query)]


@pytest.fixture
def team(database: Database) -> Team:
    return Team(database)


async def test_the_team_is_asked_once_a_quarter_and_no_more_after_two_that_it_left(team: Team) -> None:
    await team.ask_all_year()

    assert await team.answers() == [("2026-Q1", None), ("2026-Q2", None)]
    assert [key for key, _, _ in await team.told()] == ["closures:2026-Q1", "closures:2026-Q2"]


async def test_without_a_platform_channel_nobody_is_asked(database: Database) -> None:
    team = Team(database, channel_id="")

    await team.ask_all_year()

    assert (await team.answers(), await team.told()) == ([], [])


async def test_the_last_press_of_the_team_holds_and_nobody_is_kept_for_it(team: Team) -> None:
    await team.service.ask(Due("2026-W48", datetime(2026, 11, 25, 10, tzinfo=UTC).isoformat()))

    await team.press(MAYA, "2026-Q4", is_goal=True)
    await team.press(MAYA, "2026-Q4", is_goal=False)

    assert await team.answers() == [("2026-Q4", False)]
    told = await team.told()
    assert [(key, text.rpartition("? ")[2] or text, who) for key, text, who in told][-1] == (
        "closures:2026-Q4:edit",
        f"{ASKED.rpartition('? ')[2]} *No*, says the team.",
        None,
    )
    assert [column.name for column in metadata.tables["closures"].columns] == ["quarter", "is_goal", "asked_at"]
    async with team.database.read() as tx:
        keys = (await tx.scalars(select(work.c.key))).all()
    assert not [key for key in keys if "p1" in key]


async def test_a_digest_is_given_what_shows_and_no_more(team: Team) -> None:
    week = Window(datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC))
    await team.service.ask(Due("2026-W48", datetime(2026, 11, 25, 10, tzinfo=UTC).isoformat()))

    for is_goal, shown in ((True, ["Closing tickets is a goal of ours"]), (False, [])):
        await team.press(MAYA, "2026-Q4", is_goal=is_goal)
        assert [each.title for each in await team.maker.shown(week)] == shown


async def test_others_cannot_answer_for_the_team(team: Team) -> None:
    await team.service.ask(Due("2026-W48", datetime(2026, 11, 25, 10, tzinfo=UTC).isoformat()))

    await team.press(ANN, "2026-Q4", is_goal=True)

    assert await team.answers() == [("2026-Q4", None)]
    assert (await team.told())[-1][1] == "Only the platform team sees its own signs."


async def test_a_quarter_that_is_over_stays_as_it_is(team: Team) -> None:
    await team.service.ask(Due("2026-W30", datetime(2026, 7, 22, 10, tzinfo=UTC).isoformat()))

    await team.press(MAYA, "2026-Q3", is_goal=True)

    assert await team.answers() == [("2026-Q3", None)]
    assert (await team.told())[-1][1] == OVER


async def test_signs_stand_in_app_home_of_the_team_alone(team: Team) -> None:
    async def person(user_id: str) -> str:
        from bot.storage.people import pseudonym_of

        now = team.hands.now
        return await team.database.write(lambda tx: pseudonym_of(tx, user_id, now=now, new_id=team.desk.new_id))

    assert await team.service.home_part(await person(ANN)) == ()
    assert len(await team.service.home_part(await person(MAYA))) == 3
