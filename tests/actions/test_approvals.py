"""Approvals under pressure: whatever is pressed by whomever wherever, only what was agreed to is carried out, once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from itertools import product

import pytest

from bot.storage import requests as rows
from bot.storage.engine import Database
from bot.wanted import RequestDecision
from knowledge.people import ApproverGroup, Group, Member
from tests.actions.company import ACTIONS, BUCKET, PEOPLE, QUOTA, Company

PROD = {"bucket": "invoices", "environment": "prod", "team": "checkout"}
CPUS = {"team": "checkout", "cpu": "8"}
Before = Callable[[Company], Awaitable[None]]


async def nothing(company: Company) -> None:
    """The press comes as it should."""


async def entry_edited(company: Company) -> None:
    company.use(replace(BUCKET, summary="A public bucket."), *ACTIONS[1:])


async def entry_gone(company: Company) -> None:
    company.use(*ACTIONS[1:])


async def file_appeared(company: Company) -> None:
    company.repository.base["teams/checkout/invoices.yaml"] = "kind: Bucket\n"


async def approvers_changed(company: Company) -> None:
    """Nobody of those who were asked is an approver any more."""
    others = ApproverGroup(Group(members=(Member("U0PRIYA"),)))
    company.use(*ACTIONS, people=replace(PEOPLE, approvers={**PEOPLE.approvers, "platform-approvers": others}))


async def asker_left_the_team(company: Company) -> None:
    company.use(*ACTIONS, people=replace(PEOPLE, teams={"payments": PEOPLE.teams["payments"]}))


async def expired(company: Company) -> None:
    company.hands.move(days=10)
    await company.do_all()


async def withdrawn(company: Company) -> None:
    await company.press("U0JONAS", "withdraw", key=f"w{company.hands.now}")


async def declined(company: Company) -> None:
    await company.press("U0TOMAS", "decline", key=f"d{company.hands.now}")


BEFORE = (
    nothing, entry_edited, entry_gone, file_appeared, approvers_changed, asker_left_the_team, expired, withdrawn,
    declined,
)  # fmt: skip
WHO = ("U0MAYA", "U0JONAS", "U0JONASTWO", "U0AMARA", "U0GUEST", "U0OTHERS", "U0GONE", "U0BOT")
WHERE = ("card", "own message", "elsewhere", "another ts")
WHAT = ("as shown", "another digest", "no digest", "another request", "upper case", "two of them")


@dataclass(frozen=True)
class Scenario:
    before: Before
    who: str
    where: str
    what: str

    @property
    def is_right(self) -> bool:
        return self.before is nothing and (self.who, self.where, self.what) == ("U0MAYA", "card", "as shown")

    @property
    def faults(self) -> int:
        usual = (self.before is nothing, self.who == "U0MAYA", self.where == "card", self.what == "as shown")
        return 4 - sum(usual)


# What should go through, every single fault, and every pair of faults
SCENARIOS = [each for parts in product(BEFORE, WHO, WHERE, WHAT) if (each := Scenario(*parts)).faults <= 2]


def test_there_are_enough_scenarios() -> None:
    assert len(SCENARIOS) >= 200


@pytest.mark.parametrize("before", BEFORE, ids=lambda each: each.__name__)
async def test_only_the_approval_of_what_was_shown_where_it_was_shown_is_carried_out(
    before: Before, database: Database
) -> None:
    """Pairs of faults on SQLite: how two go together is decided by our rules, and each alone by both databases."""
    company = Company(database)
    most = 2 if database.is_sqlite else 1
    tried = [each for each in SCENARIOS if each.before is before and each.faults <= most]
    for number, scenario in enumerate(tried):
        await wait(company, number)
        place = await place_of(company, scenario.where)
        await scenario.before(company)

        await company.press(
            scenario.who, "approve", place=place, value=await value_of(company, scenario.what), key=f"p{number}"
        )

        expected = [f"propose {(await company.request()).branch}"] * scenario.is_right
        assert company.repository.ledger == expected, scenario


async def test_a_press_twice_counts_once(database: Database) -> None:
    company = Company(database)
    await company.ask("U0JONAS", QUOTA, CPUS)

    await company.press("U0MAYA", "approve", key="1")
    await company.press("U0MAYA", "approve", key="1")
    told = await company.press("U0MAYA", "approve", key="2")

    assert told == []
    assert ((await company.request()).state, company.repository.ledger) == (rows.WAITING, [])


async def test_two_people_of_two_are_enough(database: Database) -> None:
    company = Company(database)
    await company.ask("U0JONAS", QUOTA, CPUS)

    await company.press("U0MAYA", "approve", key="1")
    await company.press("U0TOMAS", "approve", key="2")

    request = await company.request()
    assert (request.state, company.repository.ledger) == (rows.OPEN, [f"propose {request.branch}"])


async def test_two_approvers_at_once_are_both_counted(database: Database) -> None:
    company = Company(database)
    await company.ask("U0JONAS", QUOTA, CPUS)
    request = await company.request()
    places = [await company.place_of(request, "approve", each) for each in ("U0MAYA", "U0TOMAS")]

    decide = company.services.decisions.decide
    people = [await company.pseudonym(each) for each in ("U0MAYA", "U0TOMAS")]
    await asyncio.gather(
        *(
            decide(RequestDecision(f"k{person}", person, request.id, (request.digest or "")[:16], "approve", *place))
            for person, place in zip(people, places, strict=True)
        )
    )
    await company.do_all()

    assert company.repository.ledger == [f"propose {request.branch}"]


async def test_an_approver_who_left_is_not_counted_any_more(database: Database) -> None:
    company = Company(database)
    await company.ask("U0JONAS", QUOTA, CPUS)
    await company.press("U0MAYA", "approve", key="1")

    left = ApproverGroup(Group(members=(Member("U0TOMAS"), Member("U0PRIYA"))))
    company.use(*ACTIONS, people=replace(PEOPLE, approvers={**PEOPLE.approvers, "platform-approvers": left}))
    await company.press("U0TOMAS", "approve", key="2")

    assert ((await company.request()).state, company.repository.ledger) == (rows.WAITING, [])


async def test_what_is_void_is_asked_again_in_one_press(database: Database) -> None:
    company = Company(database)
    await company.ask("U0JONAS", BUCKET, PROD)
    await entry_edited(company)
    await company.press("U0MAYA", "approve", key="1")
    assert (await company.request()).state == rows.VOID

    await company.press("U0JONAS", "renew", key="2")
    await company.press("U0MAYA", "approve", key="3")

    assert [(await company.request(number)).state for number in (0, 1)] == [rows.WITHDRAWN, rows.OPEN]
    assert len(company.repository.ledger) == 1


async def wait(company: Company, number: int) -> None:
    """A request of Jonas that waits for Maya or Tomas; nothing of an earlier one is left."""
    company.slack.guests, company.slack.foreign, company.slack.gone = {"U0GUEST"}, {"U0OTHERS"}, {"U0GONE"}
    everybody = ApproverGroup(Group(members=tuple(map(Member, ("U0MAYA", "U0TOMAS", *WHO[1:3], *WHO[4:])))))
    company.use(*ACTIONS, people=replace(PEOPLE, approvers={**PEOPLE.approvers, "platform-approvers": everybody}))
    company.repository.forget()
    company.hands.move(minutes=1)
    await company.ask("U0JONAS", BUCKET, PROD, key=f"view:{number}")
    assert (await company.request()).state == rows.WAITING


async def place_of(company: Company, where: str) -> tuple[str, str]:
    request = await company.request()
    channel_id, ts = await company.place_of(request, "withdraw" if where == "own message" else "approve", "U0MAYA")
    return {"elsewhere": ("C0ELSE", ts), "another ts": (channel_id, "1.000001")}.get(where, (channel_id, ts))


async def value_of(company: Company, what: str) -> str:
    request = await company.request()
    right = f"{request.id}:{(request.digest or '')[:16]}"
    values = {
        "another digest": f"{request.id}:{'0' * 16}",
        "no digest": f"{request.id}:",
        "another request": "abc:0",
        "upper case": right.upper(),
        "two of them": right + right[-16:],
    }
    return values.get(what, right)
