"""A draft is made once of a reply, shown as often as it is asked for, and proposed once a thread."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

from bot.curation.draft_maker import DraftMaker
from bot.curation.drafts import DraftService
from bot.curation.proposals import ProposalService
from bot.desk import Desk
from bot.people import PeopleService
from bot.storage.engine import Database
from bot.storage.schema import drafts, outbox, proposals
from bot.wanted import Decision, Saving
from tests.curation.desk import ASK, FakeHost, at, new_desk
from tests.curation.threads import REPLY, ROOT, thread
from tests.work.desk import Hands


@pytest.fixture
async def desk(database: Database) -> Desk:
    desk = new_desk(database, Hands())
    await thread(desk)
    return desk


def service(desk: Desk, *, is_folder: bool = False) -> DraftService:
    maker = DraftMaker(desk, PeopleService(desk), can_propose=not is_folder)
    return DraftService(desk, maker, ProposalService(desk, None if is_folder else at(FakeHost())))


def saving(key: str, person: str = "amara") -> Saving:
    return Saving(key, person, ASK, REPLY, ROOT, None)


async def rows(desk: Desk, *columns: Any) -> Sequence[Any]:
    async with desk.database.read() as tx:
        return (await tx.execute(select(*columns))).all()


async def told(desk: Desk, kind: str) -> list[str]:
    """To whom messages of the kind go."""
    return [row.recipient for row in await rows(desk, outbox.c.kind, outbox.c.recipient) if row.kind == kind]


async def test_a_reply_that_is_saved_again_is_the_same_draft_shown_again(desk: Desk) -> None:
    await service(desk).save(saving("k1"))
    await service(desk).save(saving("k1"))
    await service(desk).save(saving("k2"))

    assert len(await rows(desk, drafts.c.id)) == 1
    assert await told(desk, "draft for the handbook") == ["amara", "amara"]
    assert await told(desk, "question about naming") == ["jonas"]


async def test_nobody_is_asked_for_their_name_where_it_can_stand_nowhere(desk: Desk) -> None:
    await service(desk, is_folder=True).save(saving("k1"))

    assert await told(desk, "draft for the handbook") == ["amara"]
    assert await told(desk, "question about naming") == []


async def test_two_who_open_drafts_of_one_thread_at_once_open_one_proposal(desk: Desk) -> None:
    curation = service(desk)
    await curation.save(saving("k1", "amara"))
    await curation.save(saving("k2", "priya"))
    presses = [Decision(row.saver, row.saver, row.id, "open") for row in await rows(desk, drafts.c.saver, drafts.c.id)]

    await asyncio.gather(*[curation.decide(press) for press in presses])

    assert len(await rows(desk, proposals.c.id)) == 1
    assert sorted(row.state for row in await rows(desk, drafts.c.state)) == ["proposed", "shown"]
    assert len(await told(desk, "private answer")) == 1
