"""A proposal is opened once, followed, and what became of it is told once, whatever happens meanwhile."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from bot.curation.proposals import ARTICLE, Change, ProposalService
from bot.desk import Desk
from bot.errors import GitFailed
from bot.git.host import Review, Standing
from bot.storage import drafts as draft_rows
from bot.storage import proposals as rows
from bot.storage.drafts import Draft
from bot.storage.engine import Database
from bot.storage.proposals import ProposalRow
from bot.storage.schema import outbox, work
from bot.wanted import Kind, Proposing
from knowledge.channels import AnswerMode, Channel
from knowledge.loader import Handbook
from tests.curation.desk import ASK, CHANNELS, PLATFORM, FakeHost, at, new_desk
from tests.work.desk import STARTS_AT, Hands

WORDS = {"title": "How?", "questions": ["how?"], "body": "> so"}
CHANGE = Change(ARTICLE, "d1", "How?", "Please look.", {"articles/how.md": "# How?\n\n> so\n"})


@pytest.fixture
def host() -> FakeHost:
    return FakeHost()


@pytest.fixture
def desk(database: Database) -> Desk:
    return new_desk(database, Hands())


@pytest.fixture
def service(desk: Desk, host: FakeHost) -> ProposalService:
    return ProposalService(desk, at(host))


async def put(desk: Desk, service: ProposalService) -> list[Proposing]:
    """What waits to be proposed after a draft was opened."""
    draft = Draft(
        "d1", "k1", ASK, "1.0", "2.0", "amara", "priya", "jonas", "unasked", "shown", WORDS, "", (), "how.md", STARTS_AT
    )

    async def unit(tx: Any) -> None:
        await draft_rows.add(tx, draft)
        if await draft_rows.mark_proposed(tx, "d1", file="how.md"):
            await service.put(tx, CHANGE, person="amara", response_url=None)

    await desk.database.write(unit)
    return [Proposing(**payload) for payload in await payloads(desk, Kind.PROPOSE)]


async def payloads(desk: Desk, kind: Kind) -> list[dict[str, Any]]:
    async with desk.database.read() as tx:
        return list(await tx.scalars(select(work.c.payload).where(work.c.kind == kind.value).order_by(work.c.id)))


async def told(desk: Desk) -> list[tuple[str, str, str | None]]:
    """Of each message put in: its kind, where it goes, and the text."""
    async with desk.database.read() as tx:
        found = await tx.execute(select(outbox).order_by(outbox.c.kind, outbox.c.key))
        return [(row.kind, row.channel_id or row.recipient, row.text) for row in found]


async def row(desk: Desk) -> ProposalRow:
    async with desk.database.read() as tx:
        found = await rows.of(tx, "d1")
    assert found is not None
    return found


async def test_it_is_opened_with_a_card_for_the_platform_team(
    desk: Desk, service: ProposalService, host: FakeHost
) -> None:
    (proposing,) = await put(desk, service)
    await service.propose(proposing)

    (proposal,) = host.proposals
    assert dict(proposal.files) == {"docs/articles/how.md": "# How?\n\n> so\n"}
    branch, url = proposal.branch, f"https://git.example.com/{proposal.branch}"
    assert branch.startswith("mentor/article-")
    assert await told(desk) == [
        ("private answer", "amara", f"Opened: <{url}|the pull request>. Once it is merged, I say so."),
        ("proposal to the handbook", PLATFORM, f"A proposal for the handbook: <{url}|How?>."),
    ]


async def test_a_lost_reply_opens_it_no_second_time(desk: Desk, service: ProposalService, host: FakeHost) -> None:
    (proposing,) = await put(desk, service)
    host.is_away = True
    with pytest.raises(GitFailed):
        await service.propose(proposing)
    host.is_away = False

    await asyncio.gather(service.propose(proposing), service.propose(proposing))

    assert len(host.proposals) == 1
    assert len(await told(desk)) == 2


async def test_draft_keeps_no_words_once_it_is_open(desk: Desk, service: ProposalService) -> None:
    (proposing,) = await put(desk, service)
    await service.propose(proposing)

    async with desk.database.read() as tx:
        draft = await draft_rows.by_id(tx, "d1")
    assert draft is not None
    assert (draft.state, draft.words) == ("proposed", None)


async def test_merged_it_is_told_once_in_the_thread_and_handed_on(
    desk: Desk, service: ProposalService, host: FakeHost
) -> None:
    (proposing,) = await put(desk, service)
    await service.propose(proposing)
    host.become(Review.MERGED)

    await asyncio.gather(service.follow(), service.follow())
    await service.follow()

    documented = [each for each in await told(desk) if each[0] == "now documented"]
    assert documented == [("now documented", ASK, f"Now documented: <{(await row(desk)).url}|How?>.")]
    assert [each["article"] for each in await payloads(desk, Kind.DOCUMENTED)] == ["how.md"]
    assert ((await row(desk)).state, (await row(desk)).title, (await row(desk)).files) == ("merged", "", None)


async def test_in_a_channel_in_shadow_who_opened_it_learns_it_alone(database: Database, host: FakeHost) -> None:
    quiet = replace(CHANNELS, channels=(Channel(ASK, "ask-platform", AnswerMode.SHADOW),))
    desk = new_desk(database, Hands(), handbook=Handbook("r1", (), channels=quiet))
    service = ProposalService(desk, at(host))
    (proposing,) = await put(desk, service)
    await service.propose(proposing)
    host.become(Review.MERGED)

    await service.follow()

    assert [each[1] for each in await told(desk) if each[0] == "now documented"] == ["amara"]


async def test_closed_it_is_told_once_to_who_opened_it(desk: Desk, service: ProposalService, host: FakeHost) -> None:
    (proposing,) = await put(desk, service)
    await service.propose(proposing)
    host.become(Review.CLOSED)

    await service.follow()
    await service.follow()

    assert [each[:2] for each in await told(desk) if each[0] == "proposal closed"] == [("proposal closed", "amara")]
    assert await payloads(desk, Kind.DOCUMENTED) == []


async def test_a_host_that_is_away_settles_nothing(desk: Desk, service: ProposalService, host: FakeHost) -> None:
    (proposing,) = await put(desk, service)
    await service.propose(proposing)
    host.become(Review.MERGED)
    host.is_away = True

    await service.follow()

    assert (await row(desk)).state == "open"


async def test_given_up_it_may_be_opened_again(desk: Desk, service: ProposalService, host: FakeHost) -> None:
    (proposing,) = await put(desk, service)
    await service.given_up(proposing)
    first = await row(desk)

    *_, again = await put(desk, service)
    await service.propose(again)

    assert first.state == "failed"
    assert (await row(desk)).state == "open"
    said = (await told(desk))[0]
    assert said[1] == "amara"
    assert str(said[2]).endswith("Please press again later; what was done up to then is not done twice.")


async def test_given_up_though_it_was_opened_it_is_taken_up_and_opened_no_second_time(
    desk: Desk, service: ProposalService, host: FakeHost
) -> None:
    (proposing,) = await put(desk, service)
    host.is_away = True
    with pytest.raises(GitFailed):
        await service.propose(proposing)
    await service.given_up(proposing)
    host.is_away = False

    *_, again = await put(desk, service)
    await service.propose(again)

    assert len(host.proposals) == 1
    assert (await row(desk)).state == "open"


async def test_after_a_closed_one_it_begins_anew(desk: Desk, service: ProposalService, host: FakeHost) -> None:
    (proposing,) = await put(desk, service)
    await service.propose(proposing)
    host.become(Review.CLOSED)
    await service.follow()

    async def again(tx: Any) -> bool:
        return await service.put(tx, CHANGE, person="amara", response_url=None)

    put_again = [await desk.database.write(again), await desk.database.write(again)]
    *_, proposing = [Proposing(**payload) for payload in await payloads(desk, Kind.PROPOSE)]
    await service.propose(proposing)

    assert put_again == [True, False]
    assert len({each.branch for each in host.proposals}) == 2
    assert (await row(desk)).state == "open"


async def test_of_two_that_put_it_at_once_one_does(desk: Desk, service: ProposalService) -> None:
    async def unit(tx: Any) -> bool:
        return await service.put(tx, CHANGE, person="amara", response_url=None)

    are_new = await asyncio.gather(*[desk.database.write(unit) for _ in range(4)])

    assert sorted(are_new) == [False, False, False, True]
    assert len(await payloads(desk, Kind.PROPOSE)) == 1


async def test_nothing_is_said_to_be_opened_where_the_handbook_says_it_already(
    desk: Desk, service: ProposalService, host: FakeHost
) -> None:
    (proposing,) = await put(desk, service)
    host.standings[(await row(desk)).branch] = Standing(Review.MERGED, revision="abc")

    await service.propose(proposing)

    assert [each for each in await told(desk) if each[0] != "now documented"] == [
        ("private answer", "amara", "There is nothing to propose: the handbook says that already.")
    ]


async def test_what_the_base_says_already_is_merged_at_once(
    desk: Desk, service: ProposalService, host: FakeHost
) -> None:
    (proposing,) = await put(desk, service)
    host.is_away = True
    with pytest.raises(GitFailed):
        await service.propose(proposing)
    host.is_away = False
    host.become(Review.MERGED)

    await service.propose(proposing)

    assert (await row(desk)).state == "merged"


async def test_a_file_that_is_taken_gives_way_to_the_next_name(service: ProposalService, host: FakeHost) -> None:
    host.files = {"docs/a.md": "", "docs/aa.md": "there"}

    assert await service.free_file("a.md", lambda taken: f"a{taken}") == "aaa.md"
    assert await service.free_file("b.md", lambda taken: f"b{taken}") == "b.md"
