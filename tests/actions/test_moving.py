"""Moving a request: only from what it was when it was read, and all that goes with it or nothing."""

from dataclasses import replace
from datetime import time

import pytest
from sqlalchemy import select

from bot.actions.moving import Moving
from bot.actions.telling import Telling
from bot.storage import requests as rows
from bot.storage.engine import Database, Tx
from bot.storage.schema import work
from bot.wanted import Kind
from knowledge.surveys import After, Audience, Moment, Question, Repeats, Scale, Survey
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


@pytest.mark.parametrize(
    ("schedule", "is_told"),
    [
        pytest.param(After(Moment.CONVERGED, (), 0.2), True, id="after an action"),
        pytest.param(After(Moment.ANSWERED, (), 0.2), False, id="after an answer"),
        pytest.param(Repeats(4, 2, time(10)), False, id="each month"),
    ],
)
@pytest.mark.parametrize("state", [rows.LIVE, rows.EXPIRED])
async def test_surveys_are_told_of_who_asked_for_what_came_true(
    database: Database, schedule: After | Repeats, state: str, *, is_told: bool
) -> None:
    company, moving = await waiting(database)
    asked = (Question("easy", Scale.CES, "It was easy."),)
    survey = Survey("easy", "Easy?", "To know.", "platform_team", asked, Audience(), schedule)
    library = company.desk.shelf.library
    company.desk.shelf.library = replace(library, handbook=replace(library.handbook, surveys=(survey,)))
    request = await company.request()

    for _ in range(2):
        await moving.move(request, among=[rows.WAITING], values={"state": state, "ended_at": company.hands.now})

    async with database.read() as tx:
        told = list(await tx.scalars(select(work.c.payload).where(work.c.kind == Kind.SURVEY_EVENT.value)))
    assert [(each["moment"], each["person"], each["subject"]) for each in told] == (
        [("action converged", request.person, "create-bucket")] if is_told and state == rows.LIVE else []
    )
