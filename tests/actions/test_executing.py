"""Carrying out: once, whatever reply is lost, whoever tries at the same time, and only while it may still be done."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.actions.direct import Done, Failed, NotStarted, Outcome, Running
from bot.errors import DirectFailed, DirectRefused, DirectUnclear, GitFailed
from bot.storage import follow_ups as follow_up_rows
from bot.storage import requests as rows
from bot.storage.engine import Database
from bot.wanted import Kind, Requested
from knowledge.actions import Action, Mode
from knowledge.channels import Channels, Limit
from tests.actions.company import ACTIONS, BUCKET, MERGED, PEOPLE, QUOTA_FILE, RESTART, Company

DEV = {"bucket": "invoices", "environment": "dev", "team": "checkout"}
PROD = DEV | {"environment": "prod"}
CPUS = {"team": "checkout", "cpu": "8"}
SERVICE = {"service": "payments-api"}


async def test_a_lost_reply_makes_no_second_pull_request(database: Database) -> None:
    company = Company(database)
    company.repository.loses_replies = True
    with pytest.raises(GitFailed):
        await company.ask("U0JONAS", BUCKET, DEV)

    await company.do_all()

    request = await company.request()
    assert (request.state, company.repository.ledger) == (rows.OPEN, [f"propose {request.branch}"])


async def test_two_workers_at_the_same_request_propose_once(database: Database) -> None:
    company, wanted = await going(database, BUCKET, DEV)
    replica = Company(database, replica_of=company)

    await asyncio.gather(*(each.services.execution.execute(wanted) for each in (company, replica, company)))

    request = await company.request()
    assert (request.state, company.repository.ledger) == (rows.OPEN, [f"propose {request.branch}"])
    assert (await company.audited()).count("request.open") == 1


async def test_what_stands_there_already_by_somebody_elses_hand_is_merged(database: Database) -> None:
    company, wanted = await going(database, BUCKET, DEV)
    request = await company.request()
    company.repository.merged[request.branch] = f"{5:040x}"

    await company.services.execution.execute(wanted)

    assert ((await company.request()).state, company.repository.ledger) == (rows.MERGED, [])


async def test_what_reviewers_closed_before_the_reply_came_is_closed_and_not_opened_again(database: Database) -> None:
    company = Company(database)
    company.repository.loses_replies = True
    with pytest.raises(GitFailed):
        await company.ask("U0JONAS", BUCKET, DEV)
    company.repository.closed.add((await company.request()).branch)

    await company.do_all()

    request = await company.request()
    assert (request.state, len(company.repository.ledger)) == (rows.CLOSED, 1)
    assert (await company.seen("outcome:"))[-1].startswith(
        "Create a bucket: was closed by its reviewers, and not merged. <https://"
    )


def team_gone(company: Company) -> None:
    company.use(*ACTIONS, people=replace(PEOPLE, teams={"payments": PEOPLE.teams["payments"]}))


def approvers_gone(company: Company) -> None:
    company.use(*ACTIONS, people=replace(PEOPLE, approvers={}))


def entry_edited(company: Company) -> None:
    company.use(replace(BUCKET, summary="A public bucket."), *ACTIONS[1:])


def file_there(company: Company) -> None:
    company.repository.base["teams/checkout/invoices.yaml"] = "kind: Bucket\n"


def repository_gone(company: Company) -> None:
    company.use(*ACTIONS, repositories=())


def asker_gone(company: Company) -> None:
    company.slack.gone.add("U0JONAS")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (team_gone, "The person who asked for this may not run it any more."),
        (approvers_gone, "Too few people agreed who may still approve this."),
        (entry_edited, "Its entry in the handbook was changed since it was asked for."),
        (file_there, "The files that it changes in Git were changed meanwhile."),
        (repository_gone, "The handbook's repositories.yaml names no repository live any more."),
        (asker_gone, "Only people can do this."),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
async def test_what_may_not_be_done_any_more_is_void_with_the_reason(
    change: Callable[[Company], None], why: str, database: Database
) -> None:
    company, wanted = await going(database, BUCKET, PROD)
    change(company)

    await company.services.execution.execute(wanted)

    said = "Create a bucket: was not done: what it changes is not as it was when you asked."
    assert ((await company.request()).state, company.repository.ledger) == (rows.VOID, [])
    assert await company.seen("outcome:") == [f"{said} {why}"]
    assert (await company.message()).endswith("[Ask again] [Withdraw]")


async def test_given_up_with_nothing_done_is_told_to_both(database: Database) -> None:
    company, wanted = await going(database, BUCKET, DEV)

    await company.services.execution.given_up(wanted)

    request = await company.request()
    why = (
        "It could not be carried out for a quarter of an hour. Nothing was done, and nothing will be. "
        "The platform team was told."
    )
    assert request.state == rows.FAILED
    assert await company.seen("outcome:") == [f"Create a bucket: could not be done. {why}"]
    assert await company.seen("stuck:") == [
        f"*Stuck*: Create a bucket (request `{request.id}`): could not be carried out. {why}"
    ]


async def test_given_up_with_git_away_says_where_to_look(database: Database) -> None:
    company, wanted = await going(database, BUCKET, DEV)
    company.repository.is_away = True

    await company.services.execution.given_up(wanted)

    request = await company.request()
    assert f"Whether it began I cannot tell: look at the branch mentor/{request.id} in live" in request.problem


async def test_given_up_after_the_pull_request_was_opened_is_followed_instead(database: Database) -> None:
    company = Company(database)
    company.repository.loses_replies = True
    with pytest.raises(GitFailed):
        await company.ask("U0JONAS", BUCKET, DEV)
    request = await company.request()

    await company.services.execution.given_up(Requested("k", request.id))

    assert (await company.request()).state == rows.OPEN
    assert (await company.seen("stuck:"), await company.seen("outcome:")) == ([], [])


async def test_without_a_platform_channel_nobody_is_said_to_have_been_told(database: Database) -> None:
    company = Company(database, channels=Channels(limit=Limit(frozenset(Mode))))
    company.repository.is_away = True
    with pytest.raises(GitFailed):
        await company.ask("U0JONAS", BUCKET, DEV)
    company.repository.is_away = False
    await company.services.requests.prepare(Requested("k", (await company.request()).id))

    await company.services.execution.given_up(Requested("k", (await company.request()).id))

    assert (await company.request()).problem.endswith("Nothing was done, and nothing will be.")


async def test_what_is_approved_is_merged_by_the_bot_where_the_entry_says_so(database: Database) -> None:
    company = Company(database)
    await company.ask("U0JONAS", MERGED, CPUS)
    card = (await company.seen("approval:"))[0]

    await company.press("U0MAYA", "approve")

    request = await company.request()
    assert "Once this is approved I merge it, and nobody looks at it again." in card
    assert request.state == rows.MERGED
    assert company.repository.ledger == [f"propose {request.branch}", f"merge {request.branch}"]
    assert company.repository.base["teams/checkout/quota.yaml"] == QUOTA_FILE.replace("cpu: 4", "cpu: 8")


async def test_a_merge_that_the_host_refuses_is_left_to_people_who_are_told(database: Database) -> None:
    company = Company(database)
    company.repository.refuses_to_merge = "A review is needed."
    await company.ask("U0JONAS", MERGED, CPUS)
    await company.press("U0MAYA", "approve")

    await company.follow(minutes=5)
    early = await company.seen("stuck:")
    await company.follow(hours=2)
    await company.follow(hours=2)

    request = await company.request()
    why = "I do not merge it: A review is needed. Somebody has to look at it there."
    assert (early, request.state, request.problem) == ([], rows.OPEN, why)
    assert len(await company.seen("stuck:")) == 1

    company.repository.do_merge(request.branch)
    await company.follow(hours=1)
    assert ((await company.request()).state, (await company.request()).problem) == (rows.MERGED, "")


async def test_rights_are_read_again_before_the_bot_merges(database: Database) -> None:
    company = Company(database)
    company.repository.refuses_to_merge = "Not yet."
    await company.ask("U0JONAS", MERGED, CPUS)
    await company.press("U0MAYA", "approve")
    company.repository.refuses_to_merge = ""
    company.use(*ACTIONS, people=replace(PEOPLE, approvers={}))

    await company.follow(minutes=5)

    request = await company.request()
    assert (request.state, company.repository.ledger) == (rows.OPEN, [f"propose {request.branch}"])
    assert request.problem.startswith("I do not merge it: Too few people agreed who may still approve this.")


async def test_a_push_is_started_once_though_its_reply_is_lost(database: Database) -> None:
    company = Company(database)
    company.runs.troubles["start"] = [DirectUnclear("no answer")]
    with pytest.raises(DirectFailed):
        await company.ask("U0JONAS", RESTART, SERVICE)

    await company.do_all()

    request = await company.request()
    assert (request.state, company.runs.started) == (rows.DONE, [request.id])
    assert len(await company.seen("pushed:")) == 1


async def test_two_workers_at_the_same_push_announce_it_once(database: Database) -> None:
    company, wanted = await going(database, RESTART, SERVICE)
    replica = Company(database, replica_of=company)

    await asyncio.gather(*(each.services.execution.execute(wanted) for each in (company, replica)))

    request = await company.request()
    assert company.runs.started == [request.id]
    assert [len(await company.seen(each)) for each in ("pushed:", "debt:", "outcome:")] == [1, 1, 1]
    assert (await company.audited()).count("follow_up.open") == 1


@pytest.mark.parametrize("where", ["look_up", "start"])
async def test_what_the_operator_does_not_allow_ends_at_once_and_is_not_announced(
    where: str, database: Database
) -> None:
    company = Company(database)
    company.runs.troubles[where] = [DirectRefused("ops.example.com is not allowed.")]

    await company.ask("U0JONAS", RESTART, SERVICE)

    assert (await company.request()).state == rows.FAILED
    assert await company.seen("outcome:") == ["Restart a service: could not be done. ops.example.com is not allowed."]
    assert (await company.seen("pushed:"), company.runs.started) == ([], [])


async def test_a_refusal_after_an_unclear_start_is_announced_as_if_it_had_begun(database: Database) -> None:
    company = Company(database)
    company.runs.troubles = {"start": [DirectUnclear("no answer")]}
    with pytest.raises(DirectFailed):
        await company.ask("U0JONAS", RESTART, SERVICE)
    company.runs.troubles = {"look_up": [DirectRefused("Our signature is not taken.")]}

    await company.do_all()

    request = await company.request()
    assert request.state == rows.FAILED
    assert request.problem.startswith(
        "Our signature is not taken. Whether it began I cannot tell: look at https://ops."
    )
    assert len(await company.seen("pushed:")) == 1


async def test_a_break_glass_run_that_failed_is_announced_all_the_same(database: Database) -> None:
    company = Company(database)
    company.runs.comes_to = Failed("run-1", "Half of it is restarted.")

    await company.ask("U0JONAS", RESTART, SERVICE)
    await company.follow(minutes=5)

    (announced,) = await company.seen("pushed:")
    assert "*Break-glass*: Jonas ran *Restart a service*." in announced
    assert "Half of it is restarted." in announced
    assert "It failed, and may have left something behind. Somebody has to look." in announced
    assert await undeclared(company) == [(await company.request()).id]


@pytest.mark.parametrize(
    ("outcome", "state", "announced"),
    [
        pytest.param(Running("run-1"), rows.RUNNING, 1, id="it runs"),
        pytest.param(Done("run-1", "ok", ""), rows.DONE, 1, id="it is done"),
        pytest.param(Failed("run-1", "no"), rows.FAILED, 1, id="it failed"),
        pytest.param(NotStarted(), rows.FAILED, 0, id="it did not begin"),
    ],
)
async def test_a_push_that_was_given_up_is_looked_up_once_more(
    outcome: Outcome, state: str, announced: int, database: Database
) -> None:
    company, wanted = await going(database, RESTART, SERVICE)
    company.runs.outcomes[wanted.request_id] = outcome

    await company.services.execution.given_up(wanted)

    assert ((await company.request()).state, len(await company.seen("pushed:"))) == (state, announced)


async def test_a_push_that_surely_did_not_begin_does_not_count_as_started(database: Database) -> None:
    company = await unclear(database)

    await company.services.execution.given_up(Requested("k", (await company.request()).id))

    assert (await company.request()).started_at is None
    assert (await company.seen("outcome:"))[0].startswith("Restart a service: could not be done. ")


async def test_a_push_that_is_void_before_it_began_does_not_count_as_started(database: Database) -> None:
    company = await unclear(database)
    company.use(*ACTIONS[:3])

    await company.do_all()

    assert ((await company.request()).state, (await company.request()).started_at) == (rows.VOID, None)


async def test_a_push_of_which_nothing_can_be_told_is_announced_when_given_up(database: Database) -> None:
    company = Company(database)
    company.runs.troubles = {"start": [DirectUnclear("no answer")]}
    with pytest.raises(DirectFailed):
        await company.ask("U0JONAS", RESTART, SERVICE)
    company.runs.troubles = {"look_up": [DirectUnclear("no answer")]}

    await company.services.execution.given_up(Requested("k", (await company.request()).id))

    assert [len(await company.seen(each)) for each in ("pushed:", "stuck:", "outcome:")] == [1, 1, 1]


async def going(database: Database, action: Action, raw: dict[str, str]) -> tuple[Company, Requested]:
    """A company with a request that is about to be carried out."""
    company = Company(database)
    company.held.add(Kind.EXECUTE)
    await company.ask("U0JONAS", action, raw)
    if (await company.request()).state == rows.WAITING:
        await company.press("U0MAYA", "approve")
    assert (await company.request()).state == rows.GOING
    return company, Requested("k", (await company.request()).id)


async def unclear(database: Database) -> Company:
    """A company with a push that went out and, as it is known by now, began nothing."""
    company = Company(database)
    company.runs.troubles = {"start": [DirectUnclear("no answer")]}
    with pytest.raises(DirectFailed):
        await company.ask("U0JONAS", RESTART, SERVICE)
    company.runs.outcomes.clear()
    return company


async def undeclared(company: Company) -> list[str]:
    async with company.desk.database.read() as tx:
        return [each.request_id for each in await follow_up_rows.unsettled(tx)]
