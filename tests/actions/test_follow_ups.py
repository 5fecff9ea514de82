"""What a push leaves behind: announced once, declared in Git or said to be returned, and never forgotten in between."""

import asyncio
from dataclasses import replace

import pytest

from bot.storage import follow_ups as rows
from bot.storage.engine import Database
from bot.storage.follow_ups import FollowUpRow
from knowledge.actions import Action, Change, GitBackend, Mode, Verb
from knowledge.channels import Channels, Limit
from tests.actions.company import ACTIONS, RESTART, Company

SERVICE = {"service": "payments-api"}


async def test_a_break_glass_run_is_announced_then_declared_in_a_pull_request_then_settled(database: Database) -> None:
    company = await pushed(database)
    (announced,) = await company.seen("pushed:")
    request = await company.request()

    await company.follow(minutes=5)
    proposed = await company.seen("pushed:")
    company.repository.do_merge(f"{request.branch}-state")
    await company.follow(minutes=5)

    lines = announced.splitlines()
    assert lines[0] == "*Break-glass*: Jonas ran *Restart a service*."
    assert lines[1] == "• Service: payments-api"
    assert lines[-2:] == [
        "What it made is not declared in Git yet.",
        "[The controller put it back] [It is declared in Git]",
    ]
    assert "A pull request that declares it is open." in proposed[0]
    assert (await company.seen("pushed:"))[0].endswith("What it made is declared in Git.")
    assert company.repository.ledger == [f"propose {request.branch}-state", f"merge {request.branch}-state"]
    assert (await company.audited())[-2:] == ["request.done", "follow_up.declared"]


async def test_two_replicas_declare_once(database: Database) -> None:
    company = await pushed(database)
    replica = Company(database, replica_of=company)

    for _ in range(3):
        company.hands.move(minutes=5)
        await asyncio.gather(*(each.services.following.follow() for each in (company, replica)))

    request = await company.request()
    assert company.repository.ledger == [f"propose {request.branch}-state"]


async def test_what_is_declared_is_the_same_at_every_try(database: Database) -> None:
    company = await pushed(database)
    company.repository.loses_replies = True
    await company.follow(minutes=5)
    company.repository.base["restarts/payments-api.yaml"] = "by: another\n"

    await company.follow(minutes=5)

    request = await company.request()
    assert company.repository.ledger == [f"propose {request.branch}-state"]
    assert (await follow_up(company)).files == company.repository.open[f"{request.branch}-state"].files


async def test_what_stands_in_git_already_is_declared(database: Database) -> None:
    company = await pushed(database)
    request = await company.request()
    company.repository.base["restarts/payments-api.yaml"] = f"by: {request.id}\n"

    await company.follow(minutes=5)

    assert ((await follow_up(company)).state, company.repository.ledger) == (rows.DECLARED, [])


async def test_what_cannot_be_declared_is_left_to_people_with_the_reason(database: Database) -> None:
    assert isinstance(RESTART.declares, GitBackend)
    odd = replace(RESTART, declares=replace(RESTART.declares, changes=(_set(RESTART.declares),)))
    company = await pushed(database, odd)

    await company.follow(minutes=5)
    await company.follow(minutes=5)

    (announced,) = await company.seen("pushed:")
    assert "What it made is not declared in Git yet. " in announced
    assert announced.endswith("[The controller put it back] [It is declared in Git]")
    assert ((await follow_up(company)).state, company.repository.ledger) == (rows.OPEN, [])


async def test_a_declaration_that_reviewers_closed_is_open_again_and_says_so(database: Database) -> None:
    company = await pushed(database)
    await company.follow(minutes=5)
    company.repository.closed.add(f"{(await company.request()).branch}-state")

    await company.follow(minutes=5)
    await company.follow(minutes=5)

    (announced,) = await company.seen("pushed:")
    assert "The pull request that declares it was closed. What it made is not declared in Git yet." in announced
    assert ((await follow_up(company)).state, len(company.repository.ledger)) == (rows.OPEN, 1)


@pytest.mark.parametrize(
    ("choice", "state", "said"),
    [
        ("returned", rows.RETURNED, "The controller put back what Git says."),
        ("declared", rows.DECLARED, "What it made is declared in Git."),
    ],
)
async def test_the_platform_team_says_what_became_of_it_once(
    choice: str, state: str, said: str, database: Database
) -> None:
    company = await pushed(database)

    told = [await company.press("U0MAYA", choice, key="1"), await company.press("U0MAYA", choice, key="2")]
    late = await company.press("U0TOMAS", choice, key="3")

    row = await follow_up(company)
    assert (row.state, row.settled_by) == (state, await company.pseudonym("U0MAYA"))
    assert (await company.seen("pushed:"))[0].endswith(said)
    assert (told, late) == ([[], []], ["This is settled already, or too far along for that."])
    assert (await company.audited()).count(f"follow_up.{state}") == 1


async def test_others_cannot_say_it(database: Database) -> None:
    company = await pushed(database)

    told = await company.press("U0AMARA", "returned")

    assert told == ["Only the action's owner, people on duty and the platform team can say this."]
    assert (await follow_up(company)).state == rows.OPEN


async def test_an_action_that_pushes_is_asked_about_once(database: Database) -> None:
    company = await pushed(database)

    company.hands.move(minutes=1)
    await company.ask("U0JONAS", RESTART, SERVICE, key="view:2")

    assert (len(await company.seen("pushed:")), len(await company.seen("debt:"))) == (2, 1)


async def test_without_a_platform_channel_it_is_kept_open_and_asked_about_once_there_is_one(database: Database) -> None:
    company = Company(database, channels=Channels(limit=Limit(frozenset(Mode))))
    await company.ask("U0JONAS", RESTART, SERVICE)
    there = Company(database, replica_of=company)

    await there.follow(minutes=5)
    company.hands.move(minutes=1)
    await there.ask("U0JONAS", RESTART, SERVICE, key="view:2")

    first = (await company.request(0)).id
    assert len(await company.seen(f"pushed:{first}")) == 1
    assert len(await company.seen("debt:")) == 1


async def test_an_entry_that_changed_is_declared_by_people(database: Database) -> None:
    company = await pushed(database)
    company.use(replace(RESTART, summary="Another."), *ACTIONS[:3])

    await company.follow(minutes=5)

    assert ((await follow_up(company)).state, company.repository.ledger) == (rows.OPEN, [])


async def pushed(database: Database, action: Action = RESTART) -> Company:
    company = Company(database)
    company.use(*ACTIONS[:3], action)
    await company.ask("U0JONAS", action, SERVICE)
    assert company.runs.started == [(await company.request()).id]
    return company


async def follow_up(company: Company) -> FollowUpRow:
    async with company.desk.database.read() as tx:
        row = await rows.by_id(tx, (await company.request()).id)
    assert row is not None
    return row


def _set(declares: GitBackend) -> Change:
    """A change that nothing stands there for."""
    return Change(declares.changes[0].file, Verb.SET, {"spec.by": "{request}"})
