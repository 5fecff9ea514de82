"""What is drafted from a gap: shown first to who wants it, without the askers' names, and never over something else."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select

from bot.curation.gap_drafts import GapDrafts
from bot.curation.gaps import GapService
from bot.curation.proposals import ProposalService
from bot.desk import Desk
from bot.people import PeopleService
from bot.storage.engine import Database
from bot.storage.schema import proposals
from bot.work import Decision
from knowledge.loader import Handbook
from knowledge.people import Group, Member, People
from tests.curation.asked import CHANNELS, Past
from tests.curation.desk import CompanySlack, FakeHost, at, new_desk
from tests.work.desk import Hands

ASKINGS = (
    ("ada", "please create a bucket for Bela"),
    ("bela", "can you please create a bucket?"),
    ("bela", "Ada Kovacs and bela.b need a bucket, please create one"),
)


@dataclass
class NamedSlack(CompanySlack):
    """A workspace that knows people by these names."""

    names: dict[str, frozenset[str]] = field(
        default_factory=lambda: {
            "UADA": frozenset({"Ada Kovacs", "ada"}),
            "UBELA": frozenset({"Bela Bartos", "bela.b"}),
        }
    )

    async def names_of(self, user_id: str) -> frozenset[str]:
        return self.names.get(user_id, frozenset())


@pytest.fixture
def host() -> FakeHost:
    return FakeHost()


@pytest.fixture
async def past(database: Database) -> Past:
    past = Past(database)
    await past.begin()
    for who, text in ASKINGS:
        await past.ask(who, text, kind="do-it-for-me")
    return past


@pytest.fixture
def desk(past: Past) -> Desk:
    hands = Hands()
    hands.now = past.now
    people = People(platform_team=Group(members=(Member("UCHIDI"),)))
    handbook = Handbook("r1", (), channels=CHANNELS, people=people)
    return new_desk(past.database, hands, handbook=handbook, slack=NamedSlack())


@pytest.fixture
def service(past: Past, desk: Desk, host: FakeHost) -> GapService:
    people, given = PeopleService(desk), ProposalService(desk, at(host))
    return GapService(desk, people, past.facts, past.sorting, GapDrafts(desk, people, past.facts, given))


async def rows(desk: Desk, query: Any) -> Sequence[Any]:
    async with desk.database.read() as tx:
        return (await tx.execute(query)).all()


async def press(service: GapService, gap_id: str, choice: str, *, key: str = "k1") -> None:
    """Chidi, who is in the platform team, presses something beside the gap."""
    await service.decide(Decision(key, "chidi", gap_id, choice, "https://hooks.slack.com/1"))


async def test_an_action_is_drafted_without_the_names_of_who_asked(desk: Desk, service: GapService, past: Past) -> None:
    [gap] = await past.gaps()

    await press(service, gap.id, "draft action")

    [drafted] = await rows(desk, select(proposals.c.title, proposals.c.files))
    assert drafted.title == "Bucket create"
    assert not {"ada", "kovacs", "bela"} & set(str(drafted.files).lower().replace(".", " ").split())
