"""A form whose answer was lost stays open in Slack and is sent again: it is one request, as it was first sent."""

import pytest
from sqlalchemy import func, select

from bot.actions.service import SENT_BEFORE
from bot.storage.engine import Database
from bot.storage.schema import requests
from tests.actions.company import BUCKET, Company

FILLED = {"bucket": "receipts", "environment": "dev", "team": "payments"}


@pytest.fixture
def company(database: Database) -> Company:
    return Company(database)


async def count(company: Company) -> int | None:
    async with company.desk.database.read() as tx:
        return await tx.scalar(select(func.count()).select_from(requests))


async def test_a_form_sent_twice_is_one_request(company: Company) -> None:
    first = await company.ask("U0PRIYA", BUCKET, FILLED, key="view:V1")
    again = await company.ask("U0PRIYA", BUCKET, FILLED, key="view:V1")

    assert (first, again) == ({}, {})
    assert await count(company) == 1
    assert len(company.repository.open) == 1


@pytest.mark.parametrize(
    ("filled", "urgent"),
    [({**FILLED, "bucket": "invoices"}, False), (FILLED, True)],
    ids=["other values", "urgent now"],
)
async def test_a_form_changed_after_it_was_taken_down_says_so(
    company: Company, filled: dict[str, str], *, urgent: bool
) -> None:
    await company.ask("U0PRIYA", BUCKET, FILLED, key="view:V1")

    errors = await company.ask("U0PRIYA", BUCKET, filled, key="view:V1", urgent=urgent)

    assert errors == {"": SENT_BEFORE}
    assert (await company.request()).inputs == FILLED
    assert await count(company) == 1


async def test_a_form_that_was_refused_is_taken_when_it_is_mended(company: Company) -> None:
    refused = await company.ask("U0PRIYA", BUCKET, {**FILLED, "bucket": "!"}, key="view:V1")

    assert refused.keys() == {"bucket"}
    assert await company.ask("U0PRIYA", BUCKET, FILLED, key="view:V1") == {}
    assert await count(company) == 1
