"""Who solved what no article answers is offered a draft: alone, once, and never again if they do not want it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot.curation.draft_maker import DraftMaker
from bot.curation.drafts import DraftService
from bot.curation.offers import OfferService
from bot.curation.proposals import ProposalService
from bot.desk import Desk
from bot.model import Reaction, Workspace
from bot.peers.service import PeerService
from bot.people import PeopleService
from bot.storage.engine import Database
from bot.storage.schema import drafts as drafts_table
from bot.storage.schema import outbox, work
from bot.wanted import Decision, Kind, Solved
from knowledge.article import Article, article_from_text
from knowledge.channels import AnswerMode, Channel
from knowledge.loader import Handbook
from tests.curation.desk import ASK, CHANNELS, FakeHost, at, new_desk
from tests.curation.threads import REPLY, ROOT, thread
from tests.work.desk import Hands, ids

SOLVED = Solved("k", ASK, REPLY)
CACHE = article_from_text("cache.md", "Clean the cache of the build", "Run the cleaner on the build machine.")


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def desk(database: Database, hands: Hands) -> Desk:
    return new_desk(database, hands)


def offers(desk: Desk) -> tuple[OfferService, DraftService]:
    maker = DraftMaker(desk, PeopleService(desk), can_propose=True)
    return OfferService(desk, maker), DraftService(desk, maker, ProposalService(desk, at(FakeHost())))


async def told(desk: Desk) -> list[tuple[str, str]]:
    """Of each offer, to whom it goes and for what purpose."""
    async with desk.database.read() as tx:
        offered = select(outbox).where(outbox.c.kind == "offer to draft").order_by(outbox.c.key)
        return [(row.recipient, row.purpose) for row in await tx.execute(offered)]


async def offered(desk: Desk) -> str:
    """The id of the draft that was offered."""
    async with desk.database.read() as tx:
        return str(await tx.scalar(select(drafts_table.c.id)))


async def test_it_is_offered_once_and_unasked(desk: Desk) -> None:
    await thread(desk)
    service, _ = offers(desk)

    await service.offer(SOLVED)
    await service.offer(replace(SOLVED, key="again"))

    assert await told(desk) == [("jonas", "unasked")]


@pytest.mark.parametrize(
    ("solver", "marked_by"),
    [
        pytest.param("jonas", None, id="nobody marked it"),
        pytest.param("jonas", "amara", id="another than the asker marked it"),
        pytest.param("priya", "priya", id="the asker solved it"),
        pytest.param("~someone", "priya", id="who solved it is left out"),
    ],
)
async def test_it_is_not_offered(desk: Desk, solver: str, marked_by: str | None) -> None:
    await thread(desk, solver=solver, marked_by=marked_by)

    await offers(desk)[0].offer(SOLVED)

    assert await told(desk) == []


async def test_it_is_not_offered_once_the_mark_was_taken_back(desk: Desk) -> None:
    await thread(desk, holds=False)

    await offers(desk)[0].offer(SOLVED)

    assert await told(desk) == []


async def test_it_is_not_offered_where_an_article_answers(database: Database, hands: Hands) -> None:
    known: Sequence[Article] = (replace(CACHE, questions=("how do I clean the cache of the build?",)),)
    desk = new_desk(database, hands, handbook=Handbook("r1", tuple(known), channels=CHANNELS))
    await thread(desk)

    await offers(desk)[0].offer(SOLVED)

    assert await told(desk) == []


async def test_less_of_this_ends_all_offers(desk: Desk) -> None:
    await thread(desk)
    service, drafts = offers(desk)
    await service.offer(SOLVED)

    await drafts.decide(Decision("p1", "jonas", await offered(desk), "never"))
    later = "1795520000.000100"
    await thread(desk, root=later)
    await service.offer(Solved("k2", ASK, f"{float(later) + 60:.6f}"))

    assert await told(desk) == [("jonas", "unasked")]


@pytest.mark.parametrize("before", ["decline", "make"])
async def test_less_of_this_holds_whatever_was_pressed_before(desk: Desk, before: str) -> None:
    await thread(desk)
    service, drafts = offers(desk)
    await service.offer(SOLVED)

    await drafts.decide(Decision("p1", "jonas", await offered(desk), before))
    await drafts.decide(Decision("p2", "jonas", await offered(desk), "never"))
    later = "1795520000.000100"
    await thread(desk, root=later)
    await service.offer(Solved("k2", ASK, f"{float(later) + 60:.6f}"))

    assert await told(desk) == [("jonas", "unasked")]


async def test_a_draft_that_was_made_outlives_less_of_this(desk: Desk) -> None:
    await thread(desk)
    service, drafts = offers(desk)
    await service.offer(SOLVED)

    await drafts.decide(Decision("p1", "jonas", draft_id := await offered(desk), "make"))
    await drafts.decide(Decision("p2", "jonas", draft_id, "never"))

    async with desk.database.read() as tx:
        state = await tx.scalar(select(drafts_table.c.state).where(drafts_table.c.id == draft_id))
    assert state == "shown"


async def test_another_persons_press_decides_nothing(desk: Desk) -> None:
    await thread(desk)
    service, drafts = offers(desk)
    await service.offer(SOLVED)

    await drafts.decide(Decision("p1", "amara", await offered(desk), "make"))

    async with desk.database.read() as tx:
        said = await tx.scalar(select(outbox.c.text).where(outbox.c.recipient == "amara"))
    assert said == "Only the person who was asked can decide this."


@pytest.mark.parametrize(
    ("reaction", "now", "due"),
    [
        ({}, "2026-11-24T10:00", ["2026-11-24T10:10"]),
        ({}, "2026-11-24T22:00", ["2026-11-25T09:00"]),
        ({"name": "eyes"}, "2026-11-24T10:00", []),
        ({"is_there": False}, "2026-11-24T10:00", []),
        ({"is_shared": True}, "2026-11-24T10:00", []),
        ({"channel_id": "C0RANDOM"}, "2026-11-24T10:00", []),
    ],
    ids=["a check mark", "at night", "another reaction", "taken back", "in a shared channel", "in one not watched"],
)
async def test_a_check_mark_is_looked_at_when_people_are_at_work(
    database: Database, hands: Hands, reaction: dict[str, object], now: str, due: list[str]
) -> None:
    hands.now = datetime.fromisoformat(now).replace(tzinfo=UTC)
    peers = PeerService(
        database,
        channels=lambda: CHANNELS,
        workspace=Workspace("T0SMALL", None, "U0BOT", "B0"),
        clock=hands.clock,
        new_id=ids("p"),
        wake=lambda: None,
    )
    given = {"channel_id": ASK, "ts": REPLY, "user_id": "U0PRIYA", "name": "white_check_mark", "at_ts": ROOT}

    await peers.record_reaction(Reaction(**{**given, **reaction}))  # type: ignore[arg-type]

    async with database.read() as tx:
        found = (await tx.scalars(select(work.c.due_at).where(work.c.kind == Kind.SOLVED.value))).all()
    assert found == [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in due]


@pytest.mark.parametrize("mode", [AnswerMode.SHADOW, None], ids=["in shadow", "not watched any more"])
async def test_nobody_is_offered_one_where_the_bot_is_not_to_be_heard(desk: Desk, mode: AnswerMode | None) -> None:
    await thread(desk)
    watched = (Channel(ASK, "ask-platform", mode),) if mode else ()
    library = desk.shelf.library
    quiet = replace(library.handbook, channels=replace(CHANNELS, channels=watched))
    desk.shelf.library = replace(library, handbook=quiet)

    await offers(desk)[0].offer(SOLVED)

    assert await told(desk) == []
