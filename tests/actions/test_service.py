"""From the form to the cards: what is taken down, prepared and asked, and what who asked hears of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import time

import pytest

from bot.actions import service
from bot.audit import Verdict
from bot.calendar import Hours
from bot.storage import requests as rows
from bot.storage.engine import Database
from bot.wanted import Kind, Requested
from knowledge.actions import Approval, Change, GitBackend, Input, InputType, Verb
from knowledge.people import ApproverGroup, Duty, Group, Member, Team
from tests.actions.company import ACTIONS, BUCKET, PEOPLE, QUOTA, RESTART, Company

DEV = {"bucket": "invoices", "environment": "dev", "team": "checkout"}
DUTY = Duty(Group(members=(Member("U0AMARA"),)), Hours(frozenset(range(1, 6)), time(9), time(17), "Europe/London"))
PROD = DEV | {"environment": "prod"}


async def test_what_needs_nobody_goes_to_git_at_once(database: Database) -> None:
    company = Company(database)

    errors = await company.ask("U0JONAS", BUCKET, DEV)

    request = await company.request()
    assert (errors, request.state) == ({}, rows.OPEN)
    assert company.repository.ledger == [f"propose mentor/{request.id}"]
    assert await company.message() == "\n".join(
        [
            (
                "*Create a bucket*: waits for the repository's reviewers. "
                f"<https://git.example.com/mentor/{request.id}|The pull request>."
            ),
            "• Bucket name: invoices\n• Environment: dev\n• Team: checkout",
            (
                "```\nteams/checkout/invoices.yaml (new file)\n+ kind: Bucket\n+ name: invoices\n+ environment: dev\n"
                f"+ asked: {request.id}\n```"
            ),
        ]
    )
    assert await company.audited() == ["request.asked", "request.going", "request.open"]


async def test_who_may_approve_sees_what_who_why_and_until_when(database: Database) -> None:
    company = Company(database)

    await company.ask("U0JONAS", BUCKET, PROD)

    request = await company.request()
    cards = await company.seen("approval:")
    assert len(set(cards)) == 1
    assert len(cards) == 3
    assert cards[0] == "\n".join(
        [
            "*Jonas* asks: *Create a bucket*",
            "• Bucket name: invoices\n• Environment: prod\n• Team: checkout",
            (
                "```\nteams/checkout/invoices.yaml (new file)\n+ kind: Bucket\n+ name: invoices\n+ environment: prod\n"
                f"+ asked: {request.id}\n```"
            ),
            (
                "One person of *platform-approvers* must agree, because Environment is prod. "
                "Open until Fri 27 Nov 10:00 UTC. Whoever asked cannot approve it."
            ),
            "[Approve] [Decline]",
        ]
    )
    assert (await company.message()).startswith(
        "*Create a bucket*: waits for the agreement of platform-approvers, until Fri 27 Nov 10:00 UTC."
    )
    assert (await company.message()).endswith("[Withdraw]")


async def test_an_approver_group_with_a_channel_gets_one_card_there(database: Database) -> None:
    group = ApproverGroup(_group("U0MAYA", "U0TOMAS"), "C0APPROVE")
    company = Company(database, people=replace(PEOPLE, approvers={"platform-approvers": group}))

    await company.ask("U0JONAS", BUCKET, PROD)

    assert len(await company.seen("approval:")) == 1


async def test_the_same_form_sent_twice_is_one_request(database: Database) -> None:
    company = Company(database)

    await company.ask("U0JONAS", BUCKET, DEV, key="view:1")
    await company.ask("U0JONAS", BUCKET, DEV, key="view:1")

    assert len(company.repository.ledger) == 1
    assert (await company.audited()).count("request.asked") == 1


@pytest.mark.parametrize(
    ("raw", "errors"),
    [
        pytest.param(DEV | {"environment": "moon"}, {"environment": "Choose one of: dev, prod"}, id="no choice"),
        pytest.param(DEV | {"more": "x"}, {"more": "This action has no such field; open its form again."}, id="more"),
    ],
)
async def test_errors_stand_in_the_form_and_nothing_is_taken_down(
    raw: Mapping[str, str], errors: Mapping[str, str], database: Database
) -> None:
    company = Company(database)

    assert await company.ask("U0JONAS", BUCKET, raw) == errors

    assert await company.audited() == []


async def test_a_form_of_an_entry_that_changed_is_not_taken(database: Database) -> None:
    company = Company(database)
    company.use(replace(BUCKET, summary="Another."), *ACTIONS[1:])

    assert await company.ask("U0JONAS", BUCKET, DEV) == {"": service.CHANGED}


async def test_who_may_not_ask_is_told_why_and_nothing_is_read_or_proposed(database: Database) -> None:
    company = Company(database)

    await company.ask("U0PRIYA", RESTART, {"service": "web"})

    assert (await company.request()).state == rows.FAILED
    assert (company.repository.asked, company.runs.started) == (0, [])
    why = "This action is not open to you: its entry in the handbook, or a pilot that it belongs to, names others."
    assert await company.seen("outcome:") == [f"Restart a service: could not be done. {why}"]


async def test_an_entry_that_changes_between_form_and_preparing_is_named_as_changed(database: Database) -> None:
    company = Company(database)
    company.repository.is_away = True
    with pytest.raises(Exception, match="no answer"):
        await company.ask("U0JONAS", BUCKET, DEV)
    company.repository.is_away = False

    company.use(replace(BUCKET, summary="Another."), *ACTIONS[1:])
    await company.do_all()

    assert await company.seen("outcome:") == [
        "Create a bucket: could not be done. Its entry in the handbook was changed since it was asked for."
    ]


async def test_an_input_that_does_not_fit_any_more_is_named_as_the_form_names_it(database: Database) -> None:
    for_any = replace(BUCKET, inputs=(*BUCKET.inputs[:2], replace(BUCKET.inputs[2], is_any_team=True)))
    company = Company(database, actions=(for_any,))
    company.repository.is_away = True
    with pytest.raises(Exception, match="no answer"):
        await company.ask("U0JONAS", for_any, DEV)
    company.repository.is_away = False

    company.use(for_any, people=replace(PEOPLE, teams={"payments": PEOPLE.teams["payments"], "web": _team("U0JONAS")}))
    await company.do_all()

    assert "could not be done. Team: Choose one of: payments, web" in (await company.seen("outcome:"))[0]


async def test_nothing_to_change_is_said_with_the_reason(database: Database) -> None:
    company = Company(database)

    await company.ask("U0JONAS", QUOTA, {"team": "checkout", "cpu": "4"})

    assert await company.seen("outcome:") == [
        "Set a quota: could not be done. Nothing would change: it stands in Git like this already."
    ]


async def test_where_too_few_could_agree_it_is_said_at_once(database: Database) -> None:
    company = Company(database)
    lonely = replace(BUCKET, approval=Approval("empty"))
    company.use(lonely)

    await company.ask("U0JONAS", lonely, DEV)

    assert (await company.seen("outcome:"))[0].endswith("1 of empty have to agree, and there are 0 who could.")


async def test_ids_that_slack_does_not_know_and_strangers_are_asked_for_nothing(database: Database) -> None:
    group = ApproverGroup(_group("U0NOBODY", "U0OTHERS", "U0GUEST", "U0BOT", "U0GONE", "U0JONASTWO", "U0MAYA"))
    company = Company(database, people=replace(PEOPLE, approvers={"platform-approvers": group}))
    company.slack.unknown, company.slack.foreign = {"U0NOBODY"}, {"U0OTHERS"}
    company.slack.guests, company.slack.gone = {"U0GUEST"}, {"U0GONE"}

    await company.ask("U0JONAS", BUCKET, PROD)

    assert ((await company.request()).state, len(await company.seen("approval:"))) == (rows.WAITING, 1)


async def test_what_is_urgent_goes_to_the_people_on_duty(database: Database) -> None:
    company = Company(database, people=replace(PEOPLE, duty=DUTY))

    await company.ask("U0JONAS", BUCKET, PROD, urgent=True)

    cards = await company.seen("approval:")
    assert len(cards) == 1
    assert "One person of *duty* must agree, because Environment is prod, and it is urgent." in cards[0]


async def test_urgency_counts_for_nothing_where_the_entry_does_not_allow_it(database: Database) -> None:
    company = Company(database, people=replace(PEOPLE, duty=DUTY))

    await company.ask("U0JONAS", QUOTA, {"team": "checkout", "cpu": "8"}, urgent=True)

    assert not (await company.request()).is_urgent
    cards = await company.seen("approval:")
    assert len(cards) == 3
    assert "2 people of *platform-approvers* must agree. Open until" in cards[0]


async def test_slack_without_names_holds_nothing_up(database: Database) -> None:
    company = Company(database)
    company.slack.has_no_names = True

    await company.ask("U0JONAS", BUCKET, PROD)
    await company.press("U0MAYA", "approve")

    request = await company.request()
    assert request.state == rows.OPEN
    assert company.repository.open[request.branch].trailers == (
        ("Requested-by", "Someone"),
        ("Approved-by", "Someone"),
    )


async def test_a_review_outside_slack_is_refused_where_there_are_no_pages_for_it(database: Database) -> None:
    company = Company(database)
    company.repository.is_reviewed = False
    risky = replace(BUCKET, backend=replace(_git(), needs_review=True))
    company.use(risky)

    await company.ask("U0JONAS", risky, DEV)

    assert company.repository.ledger == []
    assert await company.seen("outcome:") == [
        (
            "Create a bucket: could not be done. Somebody else has to agree to this on its pull request, and the "
            "repository live has no such pages. The action's owner has to mend its entry: approval in Slack instead of "
            "`confirm: review`."
        )
    ]


async def test_a_repository_that_the_handbook_names_no_more_is_said(database: Database) -> None:
    company = Company(database)
    company.use(*ACTIONS, repositories=())

    await company.ask("U0JONAS", BUCKET, DEV)

    said = (await company.seen("outcome:"))[0]
    assert said.endswith("The handbook's repositories.yaml names no repository live any more.")


async def test_an_author_is_demanded_only_where_the_entry_does(database: Database) -> None:
    company = Company(database)
    strict = replace(BUCKET, backend=replace(_git(), needs_author=True))
    company.use(strict)

    await company.ask("U0JONAS", strict, DEV, key="view:1")
    refused = await company.request()
    company.hands.move(minutes=1)
    await company.ask("U0PRIYA", strict, DEV | {"team": "payments"}, key="view:2")

    assert (refused.state, refused.problem) == (rows.FAILED, service.NO_AUTHOR)
    assert (await company.request()).author == {"name": "Priya Nair", "email": "priya@example.com"}


async def test_preparing_that_is_given_up_is_told(database: Database) -> None:
    company = Company(database)
    company.repository.is_away = True
    with pytest.raises(Exception, match="no answer"):
        await company.ask("U0JONAS", BUCKET, DEV)
    request = await company.request()

    await company.services.requests.given_up(Requested("k", request.id))

    assert await company.seen("outcome:") == [f"Create a bucket: could not be done. {service.NOT_PREPARED}"]


async def test_preparing_twice_at_once_asks_once(database: Database) -> None:
    company = Company(database)
    replica = Company(database, replica_of=company)
    company.repository.is_away = True
    with pytest.raises(Exception, match="no answer"):
        await company.ask("U0JONAS", BUCKET, PROD)
    company.repository.is_away = False
    wanted = Requested("k", (await company.request()).id)

    await asyncio.gather(*(each.services.requests.prepare(wanted) for each in (company, replica, company)))

    assert (len(await company.seen("approval:")), await company.count_of(Kind.EXPIRE)) == (3, 1)
    assert await company.audited() == ["request.asked", "request.waiting"]


async def test_what_is_void_for_a_month_is_withdrawn_so_that_its_words_can_go(database: Database) -> None:
    company = Company(database)
    await company.ask("U0JONAS", BUCKET, PROD)
    company.hands.move(days=5)
    await company.do_all()
    assert (await company.request()).state == rows.EXPIRED

    await company.follow(days=20)
    still = (await company.request()).state
    await company.follow(days=20)

    request = await company.request()
    assert (still, request.state, request.ended_at) == (rows.EXPIRED, rows.WITHDRAWN, company.hands.now)
    assert "[" not in await company.message()


async def test_a_handbook_with_sources_names_its_revision_with_a_plus_and_all_goes_on(database: Database) -> None:
    company = Company(database)
    library = company.desk.shelf.library
    company.desk.shelf.library = replace(library, handbook=replace(library.handbook, revision=f"{'a' * 40}+{'b' * 12}"))

    await company.ask("U0JONAS", BUCKET, DEV)

    assert (await company.request()).state == rows.OPEN


async def test_nothing_of_what_was_asked_stands_in_the_audit(database: Database) -> None:
    company = Company(database)

    await company.ask("U0JONAS", BUCKET, PROD)
    await company.press("U0MAYA", "approve")

    async with database.read() as tx:
        entries = [each async for each in company.audit.entries(tx)]
        verdict: Verdict = await company.audit.verify(tx)
    said = " ".join(f"{each.facts} {each.subject} {each.person}" for each in entries)
    assert verdict.wrong is None
    assert not [word for word in ("invoices", "prod", "checkout", "Jonas", "U0JONAS", "U0MAYA") if word in said]


async def test_the_hardest_inputs_fit_a_message_and_reach_nobody(database: Database) -> None:
    hostile = "<!channel> <@U0MAYA> ``` *x* & <https://evil.example|here> "
    inputs = tuple(Input(f"in{n}", InputType.TEXT, f"Label {n} {'&' * 60}", longest=2000) for n in range(20))
    wide = replace(
        BUCKET,
        title=("&<>" * 30)[:75],
        inputs=inputs,
        approval=Approval("platform-approvers"),
        backend=GitBackend("live", (Change("wide.yaml", Verb.CREATE, {e.name: f"{{{e.name}}}" for e in inputs}),)),
    )
    company = Company(database)
    company.use(wide)
    raw = {each.name: (hostile * 40)[:1999] + "x" for each in inputs}

    assert await company.ask("U0JONAS", wide, raw) == {}

    shown = [*await company.seen("approval:"), *await company.seen("request:")]
    assert (await company.request()).state == rows.WAITING
    assert [len(each) for each in shown if len(each) > 10_000] == []
    assert not [each for each in shown if "<!" in each or "<@" in each or "<http" in each]
    assert [each.count("• Label") for each in shown] == [20] * len(shown)
    assert {each.count("```") for each in shown} == {2}


def _git() -> GitBackend:
    assert isinstance(BUCKET.backend, GitBackend)
    return BUCKET.backend


def _group(*people: str) -> Group:
    return Group(members=tuple(Member(each) for each in people))


def _team(*people: str) -> Team:
    return replace(PEOPLE.teams["payments"], group=_group(*people))
