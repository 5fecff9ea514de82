"""Deciding: of several who decide at once one is first, a try again changes nothing, and nobody is told wrongly."""

import asyncio
from dataclasses import replace

import pytest

from bot.actions import deciding
from bot.actions.moving import Moving
from bot.actions.telling import Telling
from bot.errors import SlackError
from bot.storage import people
from bot.storage import requests as rows
from bot.storage.engine import Database
from bot.wanted import Kind, RequestDecision, Requested
from tests.actions.company import ACTIONS, BUCKET, QUOTA, Company

PROD = {"bucket": "invoices", "environment": "prod", "team": "checkout"}
CPUS = {"team": "checkout", "cpu": "8"}
TOO_LATE = "This is settled already, or too far along for that."


async def test_approving_declining_withdrawing_and_expiring_at_once_end_in_one_state(database: Database) -> None:
    company = await waiting(database)
    replica = Company(database, replica_of=company)
    request = await company.request()
    presses = [
        await pressing(company, "U0MAYA", "approve"),
        await pressing(company, "U0TOMAS", "decline"),
        await pressing(company, "U0JONAS", "withdraw"),
    ]

    await asyncio.gather(
        *(each.services.decisions.decide(press) for each in (company, replica) for press in presses),
        company.services.requests.expire(Requested("k", request.id)),
    )
    await company.do_all()

    state = (await company.request()).state
    acts = [each for each in await company.audited() if each not in ("request.asked", "request.waiting")]
    assert state in (rows.OPEN, rows.DECLINED, rows.WITHDRAWN)
    assert len(company.repository.ledger) == (state == rows.OPEN)
    assert [each for each in acts if each != "request.approved"] == (
        ["request.going", "request.open"] if state == rows.OPEN else [f"request.{state}"]
    )


async def test_an_approval_after_the_time_is_over_counts_for_nothing(database: Database) -> None:
    company = await waiting(database)
    press = await pressing(company, "U0MAYA", "approve")
    company.hands.move(days=10)

    await company.services.decisions.decide(press)

    assert ((await company.request()).state, await company.told("U0MAYA")) == (rows.EXPIRED, [TOO_LATE])
    assert company.repository.ledger == []


@pytest.mark.parametrize(
    ("who", "choice", "state"),
    [
        ("U0MAYA", "approve", rows.OPEN),
        ("U0MAYA", "decline", rows.DECLINED),
        ("U0JONAS", "withdraw", rows.WITHDRAWN),
    ],
)
async def test_work_that_is_done_again_after_it_was_kept_tells_nothing_wrong(
    who: str, choice: str, state: str, database: Database
) -> None:
    company = await waiting(database)
    press = await pressing(company, who, choice)

    for _ in range(3):
        await company.services.decisions.decide(press)
    await company.do_all()
    await company.services.decisions.decide(press)

    assert ((await company.request()).state, await company.told(who)) == (state, [])


async def test_who_approved_cannot_decline_any_more(database: Database) -> None:
    company = Company(database)
    await company.ask("U0JONAS", QUOTA, CPUS)
    await company.press("U0MAYA", "approve", key="1")

    told = await company.press("U0MAYA", "decline", key="2")

    assert (told, (await company.request()).state) == (["You have decided on this already."], rows.WAITING)


async def test_who_declined_is_named_to_who_asked_and_nowhere_kept(database: Database) -> None:
    company = await waiting(database)

    await company.press("U0MAYA", "decline")

    assert await company.seen("outcome:") == ["Create a bucket: declined. Maya declined it."]
    assert "Maya" not in (await company.request()).problem
    assert (await company.seen("approval:"))[0].endswith("declined")


async def test_the_card_and_the_message_say_who_agreed_so_far(database: Database) -> None:
    company = Company(database)
    await company.ask("U0JONAS", QUOTA, CPUS)

    await company.press("U0MAYA", "approve")

    assert "Agreed: Maya." in await company.message()
    assert "Agreed: Maya." in (await company.seen("approval:"))[0]
    assert (await company.seen("approval:"))[0].endswith("[Approve] [Decline]")


async def test_what_is_shown_late_of_who_agreed_does_not_bring_back_the_buttons(database: Database) -> None:
    company = Company(database)
    await company.ask("U0JONAS", QUOTA, CPUS)
    before = await company.request()
    await company.press("U0MAYA", "approve", key="1")
    await company.press("U0TOMAS", "approve", key="2")

    await Moving(company.desk, Telling(company.desk), company.audit).show(before)  # as a worker that was slow would

    assert "[Approve]" not in (await company.seen("approval:"))[0]


@pytest.mark.parametrize("is_edited", [True, False], ids=["the entry", "the file"])
async def test_what_changed_is_said_to_who_presses_and_who_asked(is_edited: bool, database: Database) -> None:
    company = await waiting(database)
    if is_edited:
        company.use(replace(BUCKET, summary="Another."), *ACTIONS[1:])
        why = "Its entry in the handbook was changed since it was asked for."
    else:
        company.repository.base["teams/checkout/invoices.yaml"] = "kind: Bucket\n"
        why = "The files that it changes in Git were changed meanwhile."

    told = await company.press("U0MAYA", "approve")

    assert told == [f"It was not approved. {why} The person who asked can ask again with one press."]
    assert (await company.seen("outcome:"))[0].endswith(why)
    assert (await company.message()).endswith("[Ask again] [Withdraw]")


async def test_a_strangers_press_reads_nothing_of_git_and_changes_nothing(database: Database) -> None:
    company = await waiting(database)
    company.use(replace(BUCKET, summary="Another."), *ACTIONS[1:])
    asked = company.repository.asked

    told = await company.press("U0AMARA", "approve")

    assert told == ["Only the people named in the action's entry can approve it."]
    assert ((await company.request()).state, company.repository.asked) == (rows.WAITING, asked)


async def test_asking_again_twice_asks_once(database: Database) -> None:
    company = await expired(database)
    replica = Company(database, replica_of=company)
    press = await pressing(company, "U0JONAS", "renew")
    again = replace(press, key="another press")

    await asyncio.gather(*(each.services.decisions.decide(p) for each in (company, replica) for p in (press, again)))
    await company.do_all()
    await company.services.decisions.decide(press)

    assert (await company.audited()).count("request.asked") == 2
    states = sorted([(await company.request(0)).state, (await company.request(1)).state])
    assert states == [rows.WAITING, rows.WITHDRAWN]


async def test_asking_again_is_by_the_entry_as_it_stands_now(database: Database) -> None:
    company = await expired(database)
    company.use(*ACTIONS[1:])
    gone = await company.press("U0JONAS", "renew", key="1")
    company.use(replace(BUCKET, approval=None), *ACTIONS[1:])

    await company.press("U0JONAS", "renew", key="2")

    assert gone == ["This action is not in the catalogue any more."]
    assert {(await company.request(number)).state for number in (0, 1)} == {rows.WITHDRAWN, rows.OPEN}


async def test_others_cannot_ask_again_or_withdraw(database: Database) -> None:
    company = await expired(database)

    told = [await company.press("U0MAYA", each, key=each) for each in ("renew", "withdraw")]

    assert (await company.request()).state == rows.EXPIRED
    assert [each[-1] for each in told] == [
        "This action is not open to you: its entry in the handbook, or a pilot that it belongs to, names others.",
        "Only the person who asked for this can withdraw it.",
    ]


async def test_agreement_is_counted_later_where_slack_was_away(database: Database) -> None:
    company = await waiting(database)
    company.held.add(Kind.COUNT)
    await company.press("U0MAYA", "approve")
    request = await company.request()
    company.slack.is_away = True
    with pytest.raises(SlackError):
        await company.services.decisions.count(Requested("k", request.id))

    await company.services.decisions.count_later(Requested("k", request.id))
    company.slack.is_away = False
    company.hands.move(minutes=20)
    company.held.clear()
    await company.do_all()

    assert (await company.request()).state == rows.OPEN


async def test_an_approver_who_was_erased_is_not_counted_and_not_named(database: Database) -> None:
    company = Company(database)
    await company.ask("U0JONAS", QUOTA, CPUS)
    await company.press("U0MAYA", "approve", key="1")
    await forget(company, "U0MAYA")

    await company.press("U0TOMAS", "approve", key="2")

    assert (await company.request()).state == rows.WAITING
    assert "Agreed: Someone, Tomas." in (await company.seen("approval:"))[0]


async def test_a_press_that_could_not_be_carried_out_is_told(database: Database) -> None:
    company = await waiting(database)

    await company.services.decisions.given_up(await pressing(company, "U0MAYA", "approve"))

    assert await company.told("U0MAYA") == [deciding.NOT_TAKEN]


async def test_a_request_that_nobody_knows_is_said_to_be_unknown(database: Database) -> None:
    company = await waiting(database)

    await company.services.decisions.decide(replace(await pressing(company, "U0MAYA", "approve"), request_id="none"))

    assert await company.told("U0MAYA") == [deciding.UNKNOWN]


async def waiting(database: Database) -> Company:
    company = Company(database)
    await company.ask("U0JONAS", BUCKET, PROD)
    assert (await company.request()).state == rows.WAITING
    return company


async def expired(database: Database) -> Company:
    company = await waiting(database)
    company.hands.move(days=10)
    await company.do_all()
    assert (await company.request()).state == rows.EXPIRED
    return company


async def pressing(company: Company, user_id: str, choice: str) -> RequestDecision:
    request = await company.request()
    place = await company.place_of(request, choice, user_id)
    person = await company.pseudonym(user_id)
    return RequestDecision(f"{person}:{choice}", person, request.id, (request.digest or "")[:16], choice, *place)


async def forget(company: Company, user_id: str) -> None:
    person = await company.pseudonym(user_id)
    await company.desk.database.write(lambda tx: people.forget(tx, person))
