"""A desk of the discovery room: a company with a gap, the services on a real database, and a Git host of lists."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import insert, select

from bot.adoption.facts import AdoptionFactsService
from bot.bet_button import Source
from bot.curation.filing import FilingService
from bot.curation.proposals import HandbookRepository, ProposalService
from bot.desk import Desk
from bot.discovery.services import DiscoveryServices, Pillars, discovery_services
from bot.library import Library, Shelf
from bot.listening.listing import ListeningFactsService
from bot.model import Colleague, Json
from bot.people import PeopleService
from bot.storage.engine import Database, Tx
from bot.storage.schema import outbox, talk_draws, talk_notes, talks, work
from bot.surveys.results import SurveyFactsService
from bot.talk_row import ACCEPTED, KEPT
from bot.wanted import Asking, Decision, Due, FileSettled, FileWanted, Kind, Proposing
from knowledge.bets import Bet, Evidence, Status
from knowledge.bets import Kind as EvidenceKind
from knowledge.flows import Flow
from knowledge.index import Index
from knowledge.loader import Handbook
from knowledge.people import Group, Member, People, Team
from tests.curation.asked import CHANNELS, Past
from tests.curation.desk import CompanySlack, FakeHost, at, new_desk
from tests.work.desk import Hands

PLATFORM = "C0PLATFORM"
PEOPLE = People(
    platform_team=Group(members=(Member("UCHIDI"),)),
    teams={"payments": Team(Group(members=(Member("UADA"), Member("UBELA")))), "data": Team(Group("S0DATA"))},
)
BET = Bet(
    id="runners",
    title="Runners wait",
    written=date(2026, 11, 2),
    status=Status.OPEN,
    problem="We wait.",
    assumption="a",
    evidence=(Evidence(EvidenceKind.TALK, "t1"),),
    smallest="s",
    wrong_if="w",
    review=(date(2026, 11, 24),),
    file="bets/runners.yaml",
)
FILE = """\
# Ours.
title: Runners wait
written: 2026-11-02
problem: We wait.
assumption: a
evidence: [talk:t1]
smallest: s
wrong_if: w
review: [2026-11-24]
"""


async def write_notes(database: Database, notes_id: str, *, state: str = KEPT, words: str | None = "We wait.") -> None:
    """Of a talk of which nothing else is told."""
    at = datetime(2026, 11, 20, 10, tzinfo=UTC)
    draw = {"id": f"d-{notes_id}", "seed": "s", "frame": 9, "drawn_at": at}
    talk = {"id": f"k-{notes_id}", "draw_id": draw["id"], "place": 1, "person": "ada", "team": "", "state": ACCEPTED}
    notes = {"id": notes_id, "talk_id": talk["id"], "person": "ada", "team": "", "words": words}
    settled = {"is_named": False, "state": state, "written_at": at}

    async def unit(tx: Tx) -> None:
        await tx.execute(insert(talk_draws).values(draw))
        await tx.execute(insert(talks).values(talk))
        await tx.execute(insert(talk_notes).values(notes | settled))

    await database.write(unit)


@dataclass
class NamedSlack(CompanySlack):
    async def everybody(self) -> list[Colleague]:
        names = {"UADA": {"Ada Kovacs", "ada"}, "UBELA": {"Bela"}, "UCHIDI": {"Chidi"}}
        return [Colleague(await self.profile(each), names=frozenset(known)) for each, known in names.items()]


@dataclass
class Room:
    """`past` is what was asked; the clock is moved by it. Work is done when a test says so, twice each time."""

    past: Past
    host: FakeHost | None = field(default_factory=lambda: FakeHost(files={"docs/bets/runners.yaml": FILE}))
    slack: NamedSlack = field(default_factory=NamedSlack)
    bets: tuple[Bet, ...] = ()
    flows: tuple[Flow, ...] = ()
    more: Json = field(default_factory=dict)  # of the handbook
    done: int = 0

    def __post_init__(self) -> None:
        hands = Hands()
        hands.now = self.past.now
        self.hands = hands
        self.desk: Desk = new_desk(self.past.database, hands, handbook=self.handbook(), slack=self.slack)
        people, repository = PeopleService(self.desk), self._repository()
        listening, surveys = ListeningFactsService(self.database), SurveyFactsService(self.database)
        adoption = AdoptionFactsService(
            self.database,
            handbook=lambda: self.desk.shelf.library.handbook,
            places=dict,
            pulses=surveys.facts,
            today=self.desk.today,
        )
        pillars = Pillars(self.past.facts, listening, surveys, adoption)
        self.services: DiscoveryServices = discovery_services(self.desk, people, pillars, repository)
        self.proposals = ProposalService(self.desk, repository)
        self.filing = FilingService(self.desk, self.proposals)

    @property
    def database(self) -> Database:
        return self.past.database

    def handbook(self) -> Handbook:
        channels = replace(CHANNELS, platform_channel=PLATFORM, timezone="Europe/London", holidays="GB-ENG")
        book = Handbook("r1", (), channels=channels, people=PEOPLE, bets=self.bets, flows=self.flows)
        return replace(book, **self.more)

    def take(self, *bets: Bet) -> None:
        """The handbook holds these from now on."""
        self.bets = bets
        object.__setattr__(self.desk, "shelf", Shelf(Library(self.handbook(), Index.build(()))))

    def _repository(self) -> HandbookRepository | None:
        return at(self.host) if self.host else None

    async def draft(self, source: Source, id_: str, *, person: str = "chidi", key: str = "k1") -> str:
        """What somebody is told who presses *Draft a bet*, once all of it is done."""
        decision = Decision(f"{person}:{key}", person, id_, source.value, "https://hooks/1")
        for _ in range(2):
            await self.services.drafting.draft(decision)
        await self.do_all()
        return "\n".join(text for key, text, _ in await self.told(person))

    async def look(self) -> None:
        due = Due(str(self.hands.now.date()), self.hands.now.isoformat())
        for _ in range(2):
            await self.services.reviews.look(due)

    async def decide(self, review_id: str, choice: str, *, person: str = "chidi", key: str = "d1") -> None:
        decision = Decision(f"{person}:{key}", person, review_id, choice, "https://hooks/1")
        for _ in range(2):
            await self.services.reviews.decide(decision)
        await self.do_all()

    async def flows_for(self, person: str) -> Sequence[Json]:
        self.done += 1
        asking = Asking(f"f{self.done}", person, "", "", response_url="https://hooks/1")
        await self.services.ways.asked(asking)
        [found] = await self.rows(select(outbox.c.blocks).where(outbox.c.key == f"flows:{asking.key}"))
        return list(found.blocks)

    async def do_all(self) -> None:
        """Files that are to be proposed, pull requests that are to be opened, and what is told of them."""
        jobs: tuple[tuple[Kind, Any, Any], ...] = (
            (Kind.PROPOSE_FILE, FileWanted, self.filing.propose),
            (Kind.PROPOSE, Proposing, self.proposals.propose),
            (Kind.BET_SETTLED, FileSettled, self.services.reviews.settled),
        )
        for kind, noun, job in jobs:
            for row in await self.rows(select(work.c.payload).where(work.c.kind == kind.value).order_by(work.c.id)):
                await job(noun(**row.payload))

    async def rows(self, query: Any) -> Sequence[Any]:
        async with self.database.read() as tx:
            return (await tx.execute(query)).all()

    async def told(self, person: str | None) -> list[tuple[str, str, list[Json]]]:
        """Key, text and blocks of each message to the person; None for the platform channel."""
        query = select(outbox.c.key, outbox.c.text, outbox.c.blocks).order_by(outbox.c.created_at, outbox.c.key)
        here = outbox.c.channel_id == PLATFORM if person is None else outbox.c.recipient == person
        return [(row.key, row.text, row.blocks) for row in await self.rows(query.where(here))]

    def opened(self) -> list[str]:
        """The files of each pull request, the oldest first."""
        assert self.host is not None
        return [text or "" for each in self.host.proposals for text in each.files.values()]
