"""Moving a request: only from what it was when it was read, and all that goes with it or nothing."""

import pytest

from bot.actions.moving import Moving
from bot.actions.telling import Telling
from bot.storage import requests as rows
from bot.storage.engine import Database, Tx
from tests.actions.company import BUCKET, Company

PROD = {"bucket": "invoices", "environment": "prod", "team": "checkout"}


async def test_a_slow_worker_with_an_old_row_changes_nothing(database: Database) -> None:
    company, moving = await waiting(database)
    old = await company.request()
    await moving.move(old, among=[rows.WAITING], values={"problem": "newer"})
    shown = await company.message()

    is_moved = await moving.move(old, among=[rows.WAITING], values={"state": rows.EXPIRED})

    assert (is_moved, (await company.request()).state, await company.message()) == (False, rows.WAITING, shown)


async def test_what_goes_with_a_move_that_fails_takes_all_of_it_back(database: Database) -> None:
    company, moving = await waiting(database)
    before = (await company.request(), await company.message(), await company.audited())

    async def fails(_tx: Tx) -> None:
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        await moving.move(before[0], among=[rows.WAITING], values={"state": rows.EXPIRED}, then=fails)

    assert (await company.request(), await company.message(), await company.audited()) == before


async def waiting(database: Database) -> tuple[Company, Moving]:
    company = Company(database)
    await company.ask("U0JONAS", BUCKET, PROD)
    return company, Moving(company.desk, Telling(company.desk), company.audit)
