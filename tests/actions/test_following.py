"""Following: to its end, by one replica at a time, however long a host is away and whatever leaves the handbook."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.actions import rules
from bot.actions.direct import Done, Failed, NotStarted, Outcome, Running
from bot.errors import DirectFailed
from bot.git.host import CommitStatus
from bot.storage import controllers as report_rows
from bot.storage import requests as rows
from bot.storage.controllers import ReportRow
from bot.storage.engine import Database, Tx
from bot.wanted import Heard, Kind
from knowledge.actions import Action, GitBackend
from knowledge.people import GitAccount
from knowledge.repositories import Controller, Reporter
from tests.actions.company import ACTIONS, BUCKET, LIVE, MERGED, PEOPLE, RESTART, SHA, Company

DEV = {"bucket": "invoices", "environment": "dev", "team": "checkout"}
CPUS = {"team": "checkout", "cpu": "8"}
ARGO = replace(LIVE, controllers=(Controller(Reporter.ARGOCD, "checkout"),))
TWO = replace(LIVE, controllers=(Controller(Reporter.STATUS, "live"), Controller(Reporter.ARGOCD, "checkout")))


async def test_it_is_live_once_the_controller_says_so(database: Database) -> None:
    company = await opened(database)
    request = await company.request()

    company.repository.do_merge(request.branch)
    await company.follow(minutes=5)
    merged = await company.message()
    say(company, "success", minutes=2)
    await company.follow(minutes=5)

    now = await company.request()
    assert merged.startswith("*Create a bucket*: merged; it becomes live now.")
    assert (now.state, now.ended_at) == (rows.LIVE, company.hands.now - timedelta(minutes=3))
    assert (await company.message()).startswith("*Create a bucket*: live, 7 minutes after you asked.")
    page = f"<{now.url}|The pull request>"
    assert await company.seen("outcome:") == [f"Create a bucket: live, 7 minutes after you asked. {page}."]
    assert await company.count_of(Kind.CONVERGED) == 1


async def test_what_is_said_of_later_revisions_does_not_make_it_later(database: Database) -> None:
    company = await merged(database)
    at_first = company.hands.now + timedelta(minutes=1)

    for minutes in (1, 60, 600):
        say(company, "success", minutes=minutes, number=minutes)
    await company.follow(days=1)

    assert (await company.request()).ended_at == at_first


@pytest.mark.parametrize("minutes", [-600, 600], ids=["before the merge", "in the future"])
async def test_a_controllers_clock_makes_it_neither_too_early_nor_too_late(minutes: int, database: Database) -> None:
    company = await merged(database)
    say(company, "success", minutes=minutes)

    await company.follow(minutes=2)

    request = await company.request()
    assert request.merged_at is not None
    assert request.ended_at == (request.merged_at if minutes < 0 else company.hands.now)


async def test_two_replicas_that_follow_at_once_double_nothing(database: Database) -> None:
    company = await opened(database)
    replica = Company(database, replica_of=company)
    replicas = (company, replica)
    request = await company.request()

    for step in (company.repository.do_merge, lambda _: say(company, "success")):
        step(request.branch)
        company.hands.move(minutes=5)
        await asyncio.gather(*(each.services.following.follow() for each in replicas))

    assert (await company.request()).state == rows.LIVE
    assert await company.audited() == [
        "request.asked",
        "request.going",
        "request.open",
        "request.merged",
        "request.live",
    ]
    assert (len(await company.seen("outcome:")), await company.count_of(Kind.CONVERGED)) == (1, 1)


async def test_of_two_replicas_one_looks(database: Database) -> None:
    company = await opened(database)
    replica = Company(database, replica_of=company)
    company.hands.move(minutes=5)
    before = company.repository.asked

    await asyncio.gather(*(each.services.following.follow() for each in (company, replica)))

    assert company.repository.asked - before == 1


async def test_two_replicas_tell_once_that_it_is_stuck(database: Database) -> None:
    company = await merged(database)
    replica = Company(database, replica_of=company)
    say(company, "failure", said="quota exceeded")

    for _ in range(4):
        company.hands.move(hours=1)
        await asyncio.gather(*(each.services.following.follow() for each in (company, replica)))

    request = await company.request()
    assert await company.seen("stuck:") == [
        (
            f"*Stuck*: <{request.url}|Create a bucket> (request `{request.id}`): merged, and not live yet. "
            "live says: quota exceeded"
        )
    ]
    assert (await company.message()).endswith("live says: quota exceeded\n[Log what was hard]")


async def test_a_failure_that_is_mended_goes_from_the_message(database: Database) -> None:
    company = await merged(database)
    say(company, "failure", said="quota exceeded")
    await company.follow(minutes=5)
    failed = await company.message()

    say(company, "success", minutes=1, number=2)
    await company.follow(minutes=5)

    assert failed.endswith("live says: quota exceeded")
    assert ((await company.request()).state, (await company.request()).problem) == (rows.LIVE, "")


async def test_what_was_closed_ends_as_closed(database: Database) -> None:
    company = await opened(database)
    company.repository.closed.add((await company.request()).branch)

    await company.follow(minutes=5)

    assert (await company.request()).state == rows.CLOSED


async def test_where_no_controller_is_configured_it_ends_unobserved(database: Database) -> None:
    company = await opened(database)
    company.use(*ACTIONS, repositories=(replace(LIVE, controllers=()),))
    company.repository.do_merge((await company.request()).branch)

    await company.follow(minutes=5)

    assert (await company.seen("outcome:"))[0].startswith(
        "Create a bucket: merged. Nothing tells me here when it is live."
    )


async def test_what_never_becomes_live_is_told_once_and_ends_after_a_month(database: Database) -> None:
    company = await merged(database)

    for _ in range(32):
        await company.follow(days=1)

    request = await company.request()
    assert (request.state, request.problem) == (
        rows.UNOBSERVED,
        "No controller said that it is live, and I stop looking now.",
    )
    assert (len(await company.seen("stuck:")), len(await company.seen("outcome:"))) == (1, 1)


@pytest.mark.parametrize("is_merged", [False, True], ids=["open", "merged"])
async def test_a_repository_that_left_the_handbook_is_told_once_and_ends_after_a_month(
    is_merged: bool, database: Database
) -> None:
    company = await (merged(database) if is_merged else opened(database))
    company.use(*ACTIONS, repositories=())

    await company.follow(minutes=5)
    told = await company.seen("stuck:")
    for _ in range(32):
        await company.follow(days=1)

    request = await company.request()
    gone = "The handbook's repositories.yaml names no repository live any more."
    assert len(told) == 1
    assert gone in told[0]
    assert len(await company.seen("stuck:")) == 1
    assert request.state == (rows.UNOBSERVED if is_merged else rows.FAILED)
    assert request.problem == f"I cannot look at it any more, and stop. {gone}"


async def test_an_action_that_left_the_catalogue_is_followed_to_its_end(database: Database) -> None:
    company = await opened(database)
    company.use()
    company.repository.do_merge((await company.request()).branch)
    say(company, "success", minutes=1)

    await company.follow(minutes=5)

    assert (await company.request()).state == rows.LIVE


async def test_a_host_that_is_away_for_a_while_is_no_alarm_and_holds_up_no_other(database: Database) -> None:
    company = await opened(database)
    company.repository.is_away = True
    await company.follow(hours=5)
    company.repository.is_away = False

    company.repository.do_merge((await company.request()).branch)
    await company.follow(hours=1)

    assert ((await company.request()).state, await company.seen("stuck:")) == (rows.MERGED, [])


async def test_a_host_that_is_away_while_it_should_become_live_is_told(database: Database) -> None:
    company = await merged(database)
    company.repository.is_away = True

    await company.follow(minutes=30)
    early = await company.seen("stuck:")
    await company.follow(hours=1)

    (told,) = await company.seen("stuck:")
    assert (early, told.endswith("merged, and not live yet. git.example.com: no answer")) == ([], True)


async def test_a_busy_host_is_left_alone_for_as_long_as_it_asks(database: Database) -> None:
    company = await opened(database)
    company.repository.busy_s = 3600.0
    await company.follow(minutes=5)
    asked = company.repository.asked

    await company.follow(minutes=20)
    left_alone = company.repository.asked == asked
    company.repository.busy_s = 0.0
    await company.follow(hours=1)

    assert (left_alone, company.repository.asked > asked, await company.seen("stuck:")) == (True, True, [])


async def test_a_busy_host_with_many_requests_holds_up_no_other_host(database: Database) -> None:
    company = await opened(database)
    await as_many_as_are_looked_at(company)
    company.hands.move(minutes=1)
    company.runs.comes_to = Running("run-1")
    await company.ask("U0JONAS", RESTART, {"service": "payments-api"}, key="view:run")
    run = await company.request()
    company.runs.outcomes[run.id] = Done("run-1", "It is up.", "")
    company.repository.busy_s = 3600.0

    await company.follow(minutes=5)

    assert (await company.request()).state == rows.DONE


async def test_slack_that_is_away_holds_up_none_of_those_under_way(database: Database) -> None:
    company = Company(database)
    company.repository.refuses_to_merge = "Not yet."
    await company.ask("U0JONAS", MERGED, CPUS, key="view:1")
    await company.press("U0MAYA", "approve")
    company.hands.move(minutes=1)
    await company.ask("U0JONAS", BUCKET, DEV, key="view:2")
    company.repository.do_merge((await company.request()).branch)
    company.slack.is_away = True

    await company.follow(minutes=5)

    assert [(await company.request(number)).state for number in (0, 1)] == [rows.OPEN, rows.MERGED]


async def test_what_was_told_long_ago_does_not_end_by_a_short_trouble(database: Database) -> None:
    company = Company(database)
    company.repository.refuses_to_merge = "A review is needed."
    await company.ask("U0JONAS", MERGED, CPUS)
    await company.press("U0MAYA", "approve")
    await company.follow(hours=3)
    assert len(await company.seen("stuck:")) == 1
    company.repository.is_away = True
    await company.follow(days=31)
    company.repository.is_away = False

    company.repository.do_merge((await company.request()).branch)
    await company.follow(hours=1)

    assert (await company.request()).state == rows.MERGED


async def test_old_requests_do_not_starve_young_ones(database: Database) -> None:
    company = await opened(database)
    await as_many_as_are_looked_at(company)
    company.hands.move(days=3)
    for _ in range(2):
        await company.services.following.follow()
    company.hands.move(minutes=20)  # all of them are due again
    await company.ask("U0JONAS", BUCKET, DEV | {"bucket": "young"}, key="young")
    company.repository.do_merge((await company.request()).branch)

    await company.follow(minutes=1)

    assert (await company.request()).state == rows.MERGED


async def test_a_report_of_a_revision_that_holds_the_merge_is_awaited_and_heard(database: Database) -> None:
    company = await opened(database)
    company.use(*ACTIONS, repositories=(ARGO,))
    await report(company, "r1", revision=SHA(0))
    company.repository.do_merge((await company.request()).branch)
    await company.follow(minutes=5)
    before = (await company.request()).state

    await report(company, "r2", revision=SHA(1))
    await company.services.following.heard(Heard("r2", "argocd", "checkout"))

    assert (before, (await company.request()).state) == (rows.MERGED, rows.LIVE)


async def test_what_is_heard_of_another_application_moves_nothing(database: Database) -> None:
    company = await opened(database)
    company.use(*ACTIONS, repositories=(ARGO,))
    company.repository.do_merge((await company.request()).branch)
    await company.follow(minutes=5)
    await report(company, "r2", revision=SHA(1))
    asked = company.repository.asked

    await company.services.following.heard(Heard("r2", "argocd", "payments"))

    assert company.repository.asked == asked


async def test_all_controllers_of_what_changed_have_to_say_so(database: Database) -> None:
    company = await opened(database)
    company.use(*ACTIONS, repositories=(TWO,))
    company.repository.do_merge((await company.request()).branch)
    say(company, "success")

    await company.follow(minutes=5)
    one = (await company.request()).state
    await report(company, "r1", revision=SHA(1))
    await company.follow(minutes=5)

    assert (one, (await company.request()).state) == (rows.MERGED, rows.LIVE)


async def test_many_reports_of_older_revisions_cost_one_question_a_look(database: Database) -> None:
    company = await opened(database)
    company.use(*ACTIONS, repositories=(ARGO,))
    for number in range(30):
        await report(company, f"r{number}", revision=SHA(0))
    company.repository.do_merge((await company.request()).branch)
    await company.follow(minutes=5)
    asked = company.repository.asked

    await company.follow(minutes=5)

    assert company.repository.asked - asked == 1


AGREED = [
    pytest.param("U0PRIYA", {"maya-git"}, True, id="somebody else"),
    pytest.param("U0PRIYA", {"Priya-Nair"}, False, id="only who asked"),
    pytest.param("U0PRIYA", set(), False, id="nobody"),
    pytest.param("U0PRIYA", {"priya-nair", "stranger"}, True, id="who asked and another"),
    pytest.param("U0AMARA", {"stranger"}, False, id="an account of nobody we know, and theirs is unknown too"),
    pytest.param("U0AMARA", {"priya-nair"}, True, id="theirs is unknown, and the reviewer is known"),
]


@pytest.mark.parametrize(("asks", "agreed", "is_reviewed"), AGREED)
async def test_a_review_outside_slack_must_be_another_persons(
    asks: str, agreed: set[str], is_reviewed: bool, database: Database
) -> None:
    company, request = await reviewed(database, asks)
    company.repository.agreed = frozenset(agreed)
    company.repository.do_merge(request.branch)

    await company.follow(minutes=5)
    await company.follow(minutes=5)

    told = [
        (
            f"*Merged without review*: <{request.url}|Create a bucket> (request `{request.id}`). Its entry asks for "
            "somebody else's agreement on the pull request, and I see none. Please look at it."
        )
    ]
    assert (await company.request()).state == rows.MERGED
    assert await company.seen("unreviewed:") == ([] if is_reviewed else told)
    assert (await company.audited()).count("request.unreviewed") == (not is_reviewed)


async def test_what_needs_a_review_is_never_merged_by_the_bot(database: Database) -> None:
    assert isinstance(BUCKET.backend, GitBackend)
    risky = replace(BUCKET, backend=replace(BUCKET.backend, needs_review=True, merges_on_approval=True))
    company = Company(database)
    company.use(risky)
    await company.ask("U0JONAS", risky, DEV | {"environment": "prod"})
    card = (await company.seen("approval:"))[0]

    await company.press("U0MAYA", "approve")
    await company.follow(minutes=5)

    request = await company.request()
    assert "Somebody else must also agree on the pull request itself." in card
    assert (request.state, company.repository.ledger) == (rows.OPEN, [f"propose {request.branch}"])


@pytest.mark.parametrize(
    ("outcome", "state", "said"),
    [
        (Done("run-1", "It is up.", ""), rows.DONE, "done. It is up."),
        (
            Failed("run-1", "It crashed."),
            rows.FAILED,
            "has not succeeded, as far as I can see. It crashed.\n[Log what was hard]",
        ),
    ],
    ids=["done", "failed"],
)
async def test_a_run_is_followed_to_its_end_though_its_entry_changed(
    outcome: Outcome, state: str, said: str, database: Database
) -> None:
    company = await running(database)
    company.use(replace(RESTART, backend=BUCKET.backend))
    company.runs.outcomes[(await company.request()).id] = outcome

    await company.follow(minutes=5)

    assert company.runs.looked_up[-1].backend == RESTART.backend
    assert ((await company.request()).state, await company.seen("outcome:")) == (
        state,
        [f"Restart a service: {said}"],
    )


@pytest.mark.parametrize(
    ("outcome", "since"),
    [
        (Running("run-1"), "begun, and not ended yet"),
        (NotStarted(), "begun, and whoever runs it knows nothing of it"),
    ],
    ids=["it runs on", "nothing is known of it"],
)
async def test_a_run_without_an_end_is_told_once_and_ends_after_a_month(
    outcome: Outcome, since: str, database: Database
) -> None:
    company = await running(database)
    company.runs.outcomes[(await company.request()).id] = outcome

    for _ in range(32):
        await company.follow(days=1)

    request = await company.request()
    assert (request.state, request.problem) == (rows.FAILED, "Nothing told how it ended, and I stop looking now.")
    assert await company.seen("stuck:") == [f"*Stuck*: Restart a service (request `{request.id}`): {since}."]


async def test_a_run_that_can_never_be_looked_up_ends_too(database: Database) -> None:
    company = await running(database)
    company.runs.troubles["look_up"] = [DirectFailed("It is not allowed any more.") for _ in range(100)]

    for _ in range(34):
        await company.follow(days=1)

    request = await company.request()
    assert (request.state, len(await company.seen("stuck:"))) == (rows.FAILED, 1)
    assert request.problem == "I cannot look at it any more, and stop. It is not allowed any more."


async def opened(database: Database, action: Action = BUCKET) -> Company:
    company = Company(database)
    await company.ask("U0JONAS", action, DEV)
    assert (await company.request()).state == rows.OPEN
    return company


async def as_many_as_are_looked_at(company: Company) -> None:
    """Beside the request that is open, at a tick."""
    request = await company.request()
    many = [replace(request, id=f"many{number}", key=f"many:{number}") for number in range(rules.LOOKED_AT_ONCE)]
    proposal = company.repository.open[request.branch]
    company.repository.open |= {each.branch: replace(proposal, branch=each.branch) for each in many}

    async def unit(tx: Tx) -> None:
        for each in many:
            await rows.add(tx, each)

    await company.desk.database.write(unit)


async def merged(database: Database) -> Company:
    company = await opened(database)
    company.repository.do_merge((await company.request()).branch)
    await company.follow(minutes=5)
    assert (await company.request()).state == rows.MERGED
    return company


async def running(database: Database) -> Company:
    company = Company(database)
    company.runs.comes_to = Running("run-1")
    await company.ask("U0JONAS", RESTART, {"service": "payments-api"})
    assert (await company.request()).state == rows.RUNNING
    return company


async def reviewed(database: Database, asks: str) -> tuple[Company, rows.RequestRow]:
    assert isinstance(BUCKET.backend, GitBackend)
    risky = replace(BUCKET, backend=replace(BUCKET.backend, needs_review=True))
    known = {**PEOPLE.git_accounts, "U0MAYA": GitAccount("maya-git", "Maya", "maya@example.com")}
    company = Company(database)
    company.use(risky, people=replace(PEOPLE, git_accounts=known))
    await company.ask(asks, risky, DEV | {"team": "payments"})
    return company, await company.request()


def say(company: Company, state: str, *, minutes: int = 0, number: int = 1, said: str = "") -> None:
    at = company.hands.now + timedelta(minutes=minutes)
    company.repository.said.append(CommitStatus(SHA(number), "live", state, said, at))


async def report(company: Company, id_: str, *, revision: str) -> None:
    now = company.hands.now
    row = ReportRow(id_, "argocd", "checkout", revision, report_rows.LIVE, "", now, now)
    await company.desk.database.write(lambda tx: report_rows.add(tx, row))
