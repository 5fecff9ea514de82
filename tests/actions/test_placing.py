"""A button may be pressed before it is known where its message stands: Slack shows it, and our note of that is lost."""

from typing import Any

import pytest

from bot.actions.deciding import NotPlacedYet
from bot.storage import requests as rows
from bot.storage.engine import Database
from bot.storage.schema import outbox
from bot.wanted import RequestDecision
from tests.actions.company import BUCKET, Company

PROD = {"bucket": "invoices", "environment": "prod", "team": "checkout"}
PLACE = ("D0MAYA", "1795514000.000001")


async def asked(database: Database) -> Company:
    company = Company(database)
    await company.ask("U0JONAS", BUCKET, PROD)
    return company


async def put(company: Company, **values: Any) -> None:
    """Of the cards."""

    async def unit(tx: Any) -> None:
        cards = outbox.c.key.startswith("approval:")
        await tx.execute(outbox.update().where(cards, outbox.c.edits.is_(None)).values(**values))

    await company.desk.database.write(unit)


async def approve(company: Company) -> None:
    request = await company.request()
    person = await company.pseudonym("U0MAYA")
    digest = (request.digest or "")[:16]
    decision = RequestDecision(f"{person}:1", person, request.id, digest, "approve", *PLACE)
    await company.services.decisions.decide(decision)
    await company.do_all()


@pytest.mark.parametrize("state", ["sending", "unclear"])
async def test_a_press_waits_until_it_is_known_where_the_card_stands(database: Database, state: str) -> None:
    company = await asked(database)
    await put(company, state=state)

    with pytest.raises(NotPlacedYet):
        await approve(company)
    await put(company, state="sent", slack_channel=PLACE[0], slack_ts=PLACE[1])
    await approve(company)

    assert (await company.request()).state == rows.OPEN
    assert await company.told("U0MAYA") == []


async def test_a_press_elsewhere_is_told_so_when_all_cards_are_placed_or_never_were(database: Database) -> None:
    company = await asked(database)
    await put(company, state="failed")

    await approve(company)

    assert (await company.request()).state == rows.WAITING
    assert await company.told("U0MAYA") == ["This is a copy of the message. Please press the button where I posted it."]
