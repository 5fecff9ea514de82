"""Owners are asked once a week in one message, and what they say of an article is carried out once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from bot.curation.article_health import ArticleHealthService
from bot.curation.owners import OwnerService
from bot.curation.proposals import ProposalService
from bot.desk import Desk
from bot.people import PeopleService
from bot.storage.engine import Database
from bot.storage.people import pseudonym_of
from bot.storage.schema import article_looks, outbox, people, proposals, work
from bot.wanted import Decision, Due, Kind, NotProposed, Proposing
from knowledge.article import Article
from knowledge.loader import Handbook
from knowledge.people import Group, Member, People, Team
from tests.curation.desk import CHANNELS, PLATFORM, CompanySlack, FakeHost, at, new_desk
from tests.work.desk import STARTS_AT, Hands

OLD = date(2025, 1, 1)
LOGS = Article("logs.md", "Read the logs", (), owner="observability", reviewed=OLD)
ALERTS = replace(LOGS, id="alerts.md", title="Set an alert")
STRAY = replace(LOGS, id="stray.md", title="Nobody's page", owner="")
FRESH = replace(LOGS, id="fresh.md", reviewed=date(2026, 11, 1))
OBSERVABILITY = Group(members=(Member("U0MAYA"), Member("U0LIN")))
PEOPLE = People(platform_team=Group("S0PLATFORM"), teams={"observability": Team(OBSERVABILITY)})
TUESDAY = Due("2026-W48", "2026-11-24T10:00:00+00:00")
NEXT = Due("2026-W49", "2026-12-01T10:00:00+00:00")
FILE = "---\ntitle: Read the logs\nreviewed: 2025-01-01  # by Maya\n---\ntext\n"


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def host() -> FakeHost:
    twice = "---\nreviewed: 2025-01-01\nreviewed: 2025-02-02\n---\n"
    return FakeHost(files={"docs/articles/logs.md": FILE, "docs/articles/alerts.md": twice})


@pytest.fixture
async def desk(database: Database, hands: Hands) -> Desk:
    handbook = Handbook("r1", (LOGS, ALERTS, STRAY, FRESH), people=PEOPLE, channels=CHANNELS)
    slack = CompanySlack(groups={"S0PLATFORM": frozenset({"U0OPS"})})
    return new_desk(database, hands, handbook=handbook, slack=slack)


@pytest.fixture
def service(desk: Desk, host: FakeHost) -> OwnerService:
    return OwnerService(desk, PeopleService(desk), ArticleHealthService(desk), ProposalService(desk, at(host)))


async def rows(desk: Desk, query: Any) -> Sequence[Any]:
    async with desk.database.read() as tx:
        return (await tx.execute(query)).all()


async def payloads(desk: Desk, kind: Kind) -> list[dict[str, Any]]:
    found = await rows(desk, select(work.c.payload).where(work.c.kind == kind.value).order_by(work.c.id))
    return [row.payload for row in found]


async def asked(desk: Desk) -> list[tuple[str, str]]:
    """Of each message, to whom it goes (a Slack id, or the channel) and its text; edits are left out."""
    query = select(outbox.c.channel_id, people.c.slack_id, outbox.c.text)
    query = query.outerjoin(people, people.c.id == outbox.c.recipient).where(outbox.c.edits.is_(None))
    found = await rows(desk, query.where(outbox.c.kind == "articles to look at").order_by(outbox.c.created_at))
    return sorted((row.slack_id or row.channel_id, row.text) for row in found)


async def press(desk: Desk, service: OwnerService, user_id: str, article: str, choice: str) -> str:
    """The person's press under the article, and what they are told alone."""
    found = await rows(desk, select(article_looks.c.id).where(article_looks.c.article == article))
    person = await desk.database.write(lambda tx: pseudonym_of(tx, user_id, now=STARTS_AT, new_id=desk.new_id))
    key = f"{user_id}:{article}:{choice}"
    await service.decide(Decision(key, person, found[0].id, choice))
    told = await rows(desk, select(outbox.c.text).where(outbox.c.key == f"press:{key}"))
    return told[0].text if told else ""


async def test_each_owner_gets_one_message_and_the_platform_channel_the_rest(desk: Desk, service: OwnerService) -> None:
    await service.ask(TUESDAY)
    await service.ask(TUESDAY)

    assert await asked(desk) == [
        (PLATFORM, "1 article without an owner needs a look. Readers see how old each is."),
        ("U0LIN", "2 articles of yours need a look. Readers see how old each is."),
    ]


async def test_an_article_is_asked_about_once_in_four_weeks_and_then_of_another(
    desk: Desk, hands: Hands, service: OwnerService
) -> None:
    await service.ask(TUESDAY)
    hands.move(days=7)
    await service.ask(NEXT)
    before = len(await asked(desk))
    hands.move(days=22)
    await service.ask(Due("2026-W53", "2026-12-29T10:00:00+00:00"))

    assert before == 2
    assert sorted(who for who, _ in await asked(desk)) == [PLATFORM, PLATFORM, "U0LIN", "U0MAYA"]


async def test_still_true_proposes_to_move_the_date_and_nothing_else(
    desk: Desk, service: OwnerService, host: FakeHost
) -> None:
    await service.ask(TUESDAY)

    told = await press(desk, service, "U0LIN", "logs.md", "still true")

    found = await rows(desk, select(proposals.c.kind, proposals.c.title, proposals.c.files))
    assert [tuple(row) for row in found] == [
        ("review", "Still true: Read the logs", {"docs/articles/logs.md": FILE.replace("2025-01-01", "2026-11-24")})
    ]
    assert told == ""  # where it stands is told once it is open


async def test_what_cannot_be_changed_safely_is_left_to_people(desk: Desk, service: OwnerService) -> None:
    await service.ask(TUESDAY)

    told = await press(desk, service, "U0LIN", "alerts.md", "still true")
    missing = await press(desk, service, "U0OPS", "stray.md", "still true")

    assert told == (
        "Please write `reviewed: 2026-11-24` at the top of `articles/alerts.md` yourself: "
        "its front matter is not of a form that I can change safely."
    )
    assert missing.endswith("the file is not in the handbook's own repository.")
    assert await rows(desk, select(proposals)) == []


async def test_needs_work_is_noted_shown_and_counted(desk: Desk, service: OwnerService) -> None:
    await service.ask(TUESDAY)

    await press(desk, service, "U0LIN", "logs.md", "needs work")

    edits = await rows(desk, select(outbox.c.blocks).where(outbox.c.edits.is_not(None)))
    facts = await ArticleHealthService(desk).facts()
    assert "Said: needs work." in str(edits[0].blocks)
    assert [each.id for each in facts.needing_work] == ["logs.md"]


@pytest.mark.parametrize(
    ("user_id", "told"),
    [
        ("U0MAYA", "Noted. The platform team sees that it needs work; answers from it go on, with its age."),
        ("U0OPS", "Noted. The platform team sees that it needs work; answers from it go on, with its age."),
        ("U0JONAS", "Only the article's owner or the platform team can say this."),
    ],
    ids=["another of the owner's group", "the platform team", "a colleague"],
)
async def test_who_may_say_it(desk: Desk, service: OwnerService, user_id: str, told: str) -> None:
    await service.ask(TUESDAY)

    assert await press(desk, service, user_id, "logs.md", "needs work") == told


async def test_the_first_word_counts(desk: Desk, service: OwnerService) -> None:
    await service.ask(TUESDAY)
    await press(desk, service, "U0LIN", "logs.md", "needs work")

    told = await press(desk, service, "U0MAYA", "logs.md", "still true")

    assert told == "A colleague has answered for this article already."
    assert await rows(desk, select(proposals)) == []


async def test_what_could_not_be_proposed_may_be_said_again(desk: Desk, service: OwnerService, host: FakeHost) -> None:
    gives_up = ProposalService(desk, at(host))
    await service.ask(TUESDAY)
    await press(desk, service, "U0LIN", "logs.md", "still true")

    for payload in await payloads(desk, Kind.PROPOSE):
        await gives_up.given_up(Proposing(**payload))
    for payload in await payloads(desk, Kind.NOT_PROPOSED):
        await service.ask_again(NotProposed(**payload))
    edits = await rows(desk, select(outbox.c.blocks).where(outbox.c.edits.is_not(None)))
    told = await press(desk, service, "U0MAYA", "logs.md", "still true")

    assert ("Still true" in str(edits[0].blocks), "Said:" in str(edits[0].blocks)) == (True, False)
    assert told == ""
    assert [row.state for row in await rows(desk, select(proposals.c.state))] == ["waiting"]


async def test_where_the_handbook_is_a_folder_the_date_is_left_to_people(desk: Desk) -> None:
    service = OwnerService(desk, PeopleService(desk), ArticleHealthService(desk), ProposalService(desk, None))
    await service.ask(TUESDAY)

    told = await press(desk, service, "U0LIN", "logs.md", "still true")

    assert told.endswith("your handbook is a folder, and I propose changes to Git only.")


async def test_a_long_list_begins_with_the_worst_and_says_how_many_wait(database: Database, hands: Hands) -> None:
    many = tuple(replace(LOGS, id=f"{number:02}.md", review_every_days=30 + number) for number in range(12))
    desk = new_desk(database, hands, handbook=Handbook("r1", many, people=PEOPLE, channels=CHANNELS))
    service = OwnerService(desk, PeopleService(desk), ArticleHealthService(desk), ProposalService(desk, None))

    await service.ask(TUESDAY)

    looks = await rows(desk, select(article_looks.c.article).order_by(article_looks.c.place))
    blocks = await rows(desk, select(outbox.c.blocks))
    assert [row.article for row in looks] == [f"{number:02}.md" for number in range(8)]
    assert "4 more wait" in str(blocks[0].blocks)


async def test_the_platform_team_sees_in_home_how_the_articles_are_and_nobody_else_does(
    desk: Desk, service: OwnerService
) -> None:
    await service.ask(TUESDAY)
    await press(desk, service, "U0LIN", "alerts.md", "needs work")
    ops, lin = [
        await desk.database.write(partial(pseudonym_of, slack_id=each, now=STARTS_AT, new_id=desk.new_id))
        for each in ("U0OPS", "U0LIN")
    ]

    shown = [block["text"]["text"] for block in await service.home_part(ops)]

    assert shown == [
        "Article health",
        "Of 4 articles: 3 due for review, 1 without an owner who can be asked, 1 that somebody says need work.",
        "\n".join(
            [
                "• *Set an alert*: due for review for 10 months; somebody says it needs work",
                "• *Read the logs*: due for review for 10 months",
                "• *Nobody's page*: due for review for 10 months",
            ]
        ),
    ]
    assert await service.home_part(lin) == ()
