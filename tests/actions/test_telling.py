"""The words for every state: plain, whole, and none of the code's."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.actions import blocks, rules
from bot.actions.telling import Telling
from bot.blockkit import Shown
from bot.storage import requests as rows
from bot.storage.engine import Database
from bot.storage.requests import RequestRow
from tests.actions.company import BUCKET, RESTART, Company, words_of
from tests.work.desk import STARTS_AT

PAGE = "https://git.example.com/7"
ROW = RequestRow(
    id="4f9c2d",
    key="k",
    person="p1",
    action=BUCKET.id,
    mode="proposal",
    backend="git",
    channel_id="",
    entry=rules.entry_of(BUCKET),
    inputs={"bucket": "invoices"},
    revision="r1",
    created_at=STARTS_AT,
)
AFTER = {"ended_at": STARTS_AT + timedelta(minutes=42)}
BEGAN = {"started_at": STARTS_AT}
STATES = [
    (rows.PREPARING, {}, "is being prepared"),
    (
        rows.WAITING,
        {"expires_at": STARTS_AT + timedelta(days=3)},
        "waits for the agreement of platform-approvers, until Fri 27 Nov 10:00 UTC",
    ),
    (rows.VOID, {}, "was not done: what it changes is not as it was when you asked"),
    (rows.EXPIRED, {}, "was not done: nobody decided in time"),
    (rows.DECLINED, {}, "declined"),
    (rows.WITHDRAWN, {}, "withdrawn"),
    (rows.GOING, {}, "is being written to Git"),
    (rows.GOING, {"backend": "webhook"}, "is being started"),
    (rows.OPEN, {"url": PAGE}, "waits for the repository's reviewers"),
    (rows.OPEN, {}, "waits on the branch mentor/4f9c2d for the repository's reviewers"),
    (rows.RUNNING, {}, "is being done"),
    (rows.MERGED, {}, "merged; it becomes live now"),
    (rows.LIVE, AFTER, "live, 42 minutes after you asked"),
    (rows.LIVE, {"ended_at": STARTS_AT + timedelta(seconds=2)}, "live, a minute after you asked"),
    (rows.LIVE, {"ended_at": STARTS_AT + timedelta(hours=5)}, "live, 5 hours after you asked"),
    (rows.LIVE, {"ended_at": STARTS_AT + timedelta(days=5)}, "live, 5 days after you asked"),
    (rows.UNOBSERVED, {}, "merged. Nothing tells me here when it is live"),
    (rows.DONE, {}, "done"),
    (rows.FAILED, {}, "could not be done"),
    (rows.FAILED, BEGAN, "has not succeeded, as far as I can see"),
    (rows.CLOSED, {"url": PAGE}, "was closed by its reviewers, and not merged"),
    (rows.CLOSED, {}, "was not merged: the branch mentor/4f9c2d is gone"),
]


@pytest.mark.parametrize(("state", "values", "words"), STATES)
async def test_every_state_is_said_in_plain_words(
    state: str, values: dict[str, object], words: str, database: Database
) -> None:
    telling = Telling(Company(database).desk)

    assert telling.standing(replace(ROW, state=state, **values)) == words  # type: ignore[arg-type]


def test_no_state_is_left_out() -> None:
    everything = {*rows.BEGUN, *rows.ENDED, *rows.LAPSING, rows.PREPARING, rows.WAITING, rows.GOING}
    assert {state for state, _, _ in STATES} == everything


@pytest.mark.parametrize(("state", "values", "words"), STATES)
async def test_who_asked_has_the_buttons_that_still_do_something(
    state: str, values: dict[str, object], words: str, database: Database
) -> None:
    company = Company(database)
    row = replace(ROW, state=state, digest="ab" * 32, **values)  # type: ignore[arg-type]

    shown = words_of(blocks.request(await Telling(company.desk).told(row)).blocks)

    buttons = {
        rows.WAITING: "[Withdraw]",
        rows.VOID: "[Ask again] [Withdraw]",
        rows.EXPIRED: "[Ask again] [Withdraw]",
    }
    assert shown.startswith(f"*Create a bucket*: {words}.")
    assert shown.partition("[")[1] + shown.partition("[")[2] == buttons.get(state, "")


async def test_a_person_that_was_chosen_is_shown_by_name(database: Database) -> None:
    entry = dict(ROW.entry, inputs=[{"name": "owner", "label": "Owner", "type": "person"}])
    row = replace(ROW, entry=entry, inputs={"owner": "U0MAYA"})
    company = Company(database)

    named = (await Telling(company.desk).told(row)).inputs
    company.slack.has_no_names = True
    unnamed = (await Telling(company.desk).told(row)).inputs

    assert (named, unnamed) == ([("Owner", "Maya")], [("Owner", "Someone")])


@pytest.mark.parametrize("action", [BUCKET, RESTART], ids=lambda each: each.id)
async def test_what_is_said_of_others_neither_mentions_nor_links(action: object, database: Database) -> None:
    company = Company(database)
    company.slack.names["U0JONAS"] = "<!here> <@U0MAYA> `x` <https://evil.example|y>"
    person = await company.pseudonym("U0JONAS")
    hostile = "<!channel> <https://evil.example|y> & ```"
    entry = rules.entry_of(action) | {"title": hostile, "owner": hostile}  # type: ignore[arg-type]
    row = replace(ROW, person=person, entry=entry, inputs={"bucket": hostile}, problem=hostile, shown=hostile)
    told = await Telling(company.desk).told(row)

    shown: list[Shown] = [
        blocks.request(told),
        blocks.approval(replace(told, state="waiting"), by=hostile, people=1, until="", why=hostile),
        blocks.outcome(told),
        blocks.pushed(told, follow_up=hostile, has_buttons=True),
        blocks.stuck(told, since=hostile),
        blocks.unreviewed(told),
        blocks.debt(hostile, "restart", owner=hostile),
        blocks.refused(hostile),
    ]

    said = [words for each in shown for words in (each.text, words_of(each.blocks))]
    assert not [each for each in said if "<!" in each or "<@" in each or "<http" in each]


@pytest.mark.parametrize(
    ("changed", "is_offered"),
    [
        ({"state": rows.FAILED}, False),
        ({"state": rows.FAILED, **BEGAN}, True),
        ({"state": rows.CLOSED, **BEGAN}, True),
        ({"state": rows.EXPIRED}, True),
        ({"state": rows.LIVE, **AFTER}, False),
        ({"state": rows.LIVE, **AFTER, "stuck_told_at": STARTS_AT}, True),
    ],
    ids=["refused", "failed", "closed", "nobody decided", "live", "live, and late"],
)
async def test_what_was_hard_can_be_logged_below_its_outcome(
    changed: dict[str, object], is_offered: bool, database: Database
) -> None:
    told = await Telling(Company(database).desk).told(replace(ROW, **changed))  # type: ignore[arg-type]

    assert ("Log what was hard" in str(blocks.outcome(told).blocks)) is is_offered
