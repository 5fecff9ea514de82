"""The verb `report`: a quarter for the platform team alone."""

from datetime import date

import pytest
from sqlalchemy import select

from bot.adoption.facts import AdoptionFactsService
from bot.people import PeopleService
from bot.report.maker import ReportMaker, pillars_of
from bot.report.service import ReportService
from bot.storage.engine import Database
from bot.storage.schema import outbox
from bot.surveys.results import SurveyFactsService
from bot.wanted import Asking
from tests.listening.desk import ANN, HANDBOOK, MAYA, Office


class Reports:
    """The listening pillar's small company, with a report service."""

    def __init__(self, database: Database) -> None:
        self.office = Office(database)
        desk = self.office.desk
        adoption = AdoptionFactsService(
            database,
            handbook=lambda: HANDBOOK,
            places=dict,
            pulses=SurveyFactsService(database).facts,
            today=lambda: date(2026, 11, 25),
        )
        pillars = pillars_of(database, adoption, handbook=lambda: HANDBOOK, clock=desk.clock)
        maker = ReportMaker(database, pillars, handbook=lambda: HANDBOOK, clock=desk.clock)
        self.service = ReportService(desk, PeopleService(desk), maker)

    async def asks(self, user_id: str, text: str) -> str:
        """What the person is told, once, though it is done twice."""
        person = await self.office.person(user_id)
        for _ in range(2):
            await self.service.show(Asking("k1", person, text, "", response_url="https://hooks/1"))
        rows = await self.office.rows(select(outbox.c.text).where(outbox.c.recipient == person))
        (told,) = rows
        return str(told.text)


@pytest.fixture
def reports(database: Database) -> Reports:
    return Reports(database)


async def test_the_platform_team_sees_the_quarter_it_names(reports: Reports) -> None:
    assert (await reports.asks(MAYA, "2026-Q3")).startswith("The platform in 2026-Q3\n1 July to 30 September 2026")


async def test_others_are_refused_with_the_reason(reports: Reports) -> None:
    assert await reports.asks(ANN, "2026-Q3") == "Only the platform team can see a quarter's report here."


async def test_a_quarter_that_has_not_begun_is_said_to_be_none(reports: Reports) -> None:
    assert await reports.asks(MAYA, "2099-Q1") == "2099-Q1 has not begun yet."
