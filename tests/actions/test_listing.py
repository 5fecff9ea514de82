"""Lists of requests: a person's own, what waits for them and truly could be decided by them, and what is left over."""

from dataclasses import replace
from datetime import timedelta

from bot.actions import listing_blocks
from bot.actions.listing_blocks import Line
from bot.blockkit import SECTION_MAX
from bot.git.host import CommitStatus
from bot.storage.engine import Database
from bot.wanted import Asking
from knowledge.people import ApproverGroup, Group, Member
from tests.actions.company import BUCKET, PEOPLE, QUOTA, RESTART, SHA, Company, words_of

DEV = {"bucket": "invoices", "environment": "dev", "team": "checkout"}
PROD = DEV | {"environment": "prod"}
CHANNEL = ApproverGroup(Group(members=tuple(map(Member, ("U0MAYA", "U0GUEST", "U0JONASTWO")))), "C0APPROVE")


async def listed(company: Company, user_id: str) -> str:
    asking = Asking(f"{user_id}:{company.hands.now}", await company.pseudonym(user_id), "", "")
    await company.services.listing.show(asking)
    return (await company.seen(f"requests:{user_id}:"))[-1]


async def test_who_asked_for_nothing_reads_how_to(database: Database) -> None:
    assert await listed(Company(database), "U0JONAS") == "You asked for nothing yet. `run` lists what you may do."


async def test_own_requests_come_newest_first_with_their_state(database: Database) -> None:
    company = Company(database)
    await company.ask("U0JONAS", BUCKET, DEV, key="1")
    company.hands.move(minutes=1)
    await company.ask("U0JONAS", RESTART, {"service": "payments-api"}, key="2")

    url = (await company.request(0)).url
    assert await listed(company, "U0JONAS") == (
        "*Your requests*\n"
        "• Restart a service: done (Tue 24 Nov 10:01)\n"
        f"• <{url}|Create a bucket>: waits for the repository's reviewers (Tue 24 Nov 10:00)"
    )


async def test_what_waits_is_listed_for_those_who_could_decide_and_nobody_else(database: Database) -> None:
    company = Company(database, people=replace(PEOPLE, approvers={"platform-approvers": CHANNEL}))
    company.slack.guests = {"U0GUEST"}
    await company.ask("U0JONAS", BUCKET, PROD)

    seen = {
        each: "Waits for you to decide" in await listed(company, each)
        for each in ("U0MAYA", "U0JONAS", "U0JONASTWO", "U0GUEST", "U0AMARA")
    }
    assert seen == {"U0MAYA": True, "U0JONAS": False, "U0JONASTWO": False, "U0GUEST": False, "U0AMARA": False}
    assert "• Create a bucket, for Jonas: waits for the agreement of platform-approvers" in await listed(
        company, "U0MAYA"
    )


async def test_what_one_decided_already_waits_for_them_no_more(database: Database) -> None:
    company = Company(database)
    await company.ask("U0JONAS", QUOTA, {"team": "checkout", "cpu": "8"})
    await company.press("U0MAYA", "approve")

    assert "Waits for you" not in await listed(company, "U0MAYA")
    assert "Waits for you" in await listed(company, "U0TOMAS")


async def test_home_shows_what_is_not_over_and_what_waits(database: Database) -> None:
    company = Company(database)
    await company.ask("U0JONAS", BUCKET, PROD, key="1")
    company.hands.move(minutes=1)
    await company.ask("U0JONAS", RESTART, {"service": "payments-api"}, key="2")

    own = await company.services.listing.home_part(await company.pseudonym("U0JONAS"))
    waits = await company.services.listing.home_part(await company.pseudonym("U0MAYA"))

    assert [each["type"] for each in (*own, *waits)] == ["header", "section", "header", "section"]
    assert "Restart" not in str(own)
    assert "Create a bucket, for Jonas" in str(waits)


async def test_the_next_on_duty_takes_over_what_waits_is_stuck_or_undeclared(database: Database) -> None:
    company = Company(database)
    await company.ask("U0JONAS", BUCKET, DEV, key="1")
    stuck = await company.request()
    company.repository.do_merge(stuck.branch)
    company.repository.said.append(
        CommitStatus(SHA(1), "live", "failure", "no", company.hands.now + timedelta(minutes=1))
    )
    await company.follow(minutes=5)
    await company.follow(hours=2)
    await company.ask("U0JONAS", RESTART, {"service": "payments-api"}, key="2")
    pushed = await company.request()
    company.hands.move(minutes=1)
    await company.ask("U0JONAS", BUCKET, PROD | {"bucket": "other"}, key="3")

    assert await company.services.listing.open_lines() == [
        f"<{stuck.url}|Create a bucket> (`{stuck.id}`): stuck",
        f"Restart a service (`{pushed.id}`): to be declared in Git",
        f"Create a bucket (`{(await company.request()).id}`): waits for agreement",
    ]


def test_a_long_list_cuts_no_link() -> None:
    url = f"https://git.example.com/{'x' * 900}"
    lines = [Line(str(number), "T" * 200, "waits", "Tue", url) for number in range(10)]

    shown = listing_blocks.listing(lines, lines)

    assert words_of(shown.blocks).count(f"<{url}|") == 20
    assert words_of(shown.blocks).count(">: waits (Tue)") == 20
    assert max(len(each["text"]["text"]) for each in shown.blocks) <= SECTION_MAX
