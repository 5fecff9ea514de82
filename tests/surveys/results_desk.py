"""A desk for what is said of closed waves: people who answered, on a real database, and the services."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from bot.changes import ChangeService
from bot.desk import Desk
from bot.errors import SlackUnclear
from bot.model import Colleague, Profile
from bot.model_client import ModelClient
from bot.people import PeopleService
from bot.storage import surveys as rows
from bot.storage.engine import Database, Tx
from bot.storage.people import pseudonym_of
from bot.storage.schema import invitations, outbox, people, survey_comments, waves, work
from bot.surveys import definition, kept, releasing
from bot.surveys.changes import TERMS, NewsService
from bot.surveys.deciding import Earlier
from bot.surveys.kept import Kept
from bot.surveys.releasing import Closing, Given
from bot.surveys.results import ResultService, SurveyFactsService
from bot.surveys.sampling import Strata
from bot.surveys.sorting import ThemeSorting
from bot.surveys.talk import TalkService
from bot.surveys.talk_blocks import Given as TalkGiven
from bot.wanted import Asking, Decision, Kind, Shipped, TalkWanted
from knowledge.channels import Channels
from knowledge.loader import Handbook
from knowledge.people import Group, Member, People
from knowledge.surveys import Audience, Question, Repeats, Scale, Survey
from tests.curation.desk import CompanySlack, new_desk
from tests.work.desk import Hands

PLATFORM = "C0PLATFORM"
SURVEY = Survey(
    "pulse",
    "Platform pulse",
    "to learn",
    "platform_team",
    (
        Question("mood", Scale.CSAT, "How satisfied are you?"),
        Question("need", Scale.CHOICE, "What next?", ("docs", "speed", "cost")),
        Question("would", Scale.NPS, "Would you recommend it?"),
    ),
    Audience(),
    Repeats(4, 1, datetime(2026, 1, 5, 10).time()),  # noqa: DTZ001  (a time of each person's own day)
    is_talk_offered=True,
)
SLOW = ("builds are too slow these days", "slow builds cost me an hour", "the builds: slow and flaky")
HANDBOOK = Handbook(
    "r1",
    (),
    people=People(platform_team=Group(members=(Member("U0MAYA"),))),
    channels=Channels(platform_channel=PLATFORM, timezone="Europe/London"),
)


@dataclass
class ZonedSlack(CompanySlack):
    zones: dict[str, str] = field(default_factory=dict)
    views: list[Any] = field(default_factory=list)
    is_deaf: bool = False

    async def everybody(self) -> list[Colleague]:
        if self.is_deaf:
            raise SlackUnclear("users.list", "no answer")
        return [
            Colleague(Profile(f"U0{each}", "T0SMALL", is_bot=each == "BUILDS"), names=frozenset({each.title()}))
            for each in ("MAYA", "PRIYA", "JONAS", "BUILDS")
        ]

    async def time_zone(self, user_id: str) -> str:
        return self.zones.get(user_id, "Europe/London")

    async def open_view(self, trigger_id: str, view: Any) -> None:
        self.views.append(view)


@dataclass
class Results:
    database: Database
    hands: Hands
    given: TalkGiven | None = None
    model: ModelClient | None = None
    handbook: Handbook = HANDBOOK
    slack: ZonedSlack = field(default_factory=ZonedSlack)
    number: int = 0

    def __post_init__(self) -> None:
        self.desk: Desk = new_desk(self.database, self.hands, handbook=self.handbook, slack=self.slack)
        people_service, self.facts = PeopleService(self.desk), SurveyFactsService(self.database)
        self.results = ResultService(self.desk, people_service, self.facts, ThemeSorting(self.desk, model=self.model))
        self.news = NewsService(self.desk, people_service)
        self.changes = ChangeService(self.desk, people_service, self.news.kept, TERMS)
        self.talks = TalkService(self.desk, people_service, self._read_given)

    async def _read_given(self, _wave_id: str, _user_id: str) -> TalkGiven | None:
        return self.given

    async def person(self, user_id: str) -> str:
        now, new_id = self.hands.clock.now(), self.desk.new_id
        return await self.database.write(lambda tx: pseudonym_of(tx, user_id, now=now, new_id=new_id))

    async def wave(
        self, answers: Sequence[tuple[str, int]], *, comments: Sequence[str] = (), silent: int = 2, prefix: str = "U0P"
    ) -> str:
        """A closed wave: of each who answered their team and mood. `silent` were asked too."""
        self.number += 1
        wave_id, closed_at = f"w{self.number}", self.hands.clock.now() - timedelta(days=30 - self.number)
        persons = [await self.person(f"{prefix}{at}") for at in range(len(answers) + silent)]

        given = [Given(_scores(at, mood), "", Strata(team=team)) for at, (team, mood) in enumerate(answers)]
        who = {person: each.strata for person, each in zip(persons, given, strict=False)}

        async def unit(tx: Tx) -> None:
            before = [Earlier(kept.from_json(each), them) for each, them in await rows.shown_before(tx, SURVEY.id)]
            released = releasing.release(SURVEY, Closing(given, who, before), key="5e" * 32, masked=str)
            shown = Kept(len(given), len(persons), len(persons), released.questions)
            found = {**self._wave(wave_id, closed_at, len(persons)), "shown": kept.to_json(shown)}
            await tx.execute(insert(waves).values(**found))
            for person in persons:
                strata = released.shared.get(person, Strata()).to_json()
                await tx.execute(
                    insert(invitations).values(**_invitation(wave_id, person, person in who, strata, closed_at))
                )
            for at, text in enumerate(comments):
                await tx.execute(insert(survey_comments).values(id=f"{wave_id}c{at}", wave_id=wave_id, text=text))

        await self.database.write(unit)
        return wave_id

    def _wave(self, wave_id: str, closed_at: datetime, frame: int) -> dict[str, Any]:
        return {
            "id": wave_id,
            "survey": SURVEY.id,
            "slot": f"2026-W{self.number:02}",
            "definition": definition.to_json(SURVEY),
            "revision": "r1",
            "seed": "ab",
            "key": None,
            "frame": frame,
            "state": "closed",
            "opened_at": closed_at - timedelta(days=7),
            "closes_at": closed_at,
            "closed_at": closed_at,
        }

    async def show(self, user_id: str = "U0MAYA", *, key: str = "k") -> str:
        """What the person is told who asks for results."""
        person = await self.person(user_id)
        await self.results.show(Asking(f"{user_id}:{key}", person, "", "C1", response_url=None))
        return (await self.told("survey results"))[-1][1]

    async def do(self, kind: Kind) -> None:
        """All work of the kind that is due, twice: doing it again must change nothing."""
        for _ in range(2):
            query = select(work.c.payload).where(work.c.kind == kind.value, work.c.due_at <= self.hands.clock.now())
            for row in await self.rows(query.order_by(work.c.id)):
                match kind:
                    case Kind.DECIDE_THEME:
                        await self.changes.decide(Decision(**row.payload))
                    case Kind.SHIPPED:
                        await self.news.tell(Shipped(**row.payload))
                    case _:
                        await self.talks.tell(TalkWanted(**row.payload))

    async def rows(self, query: Any) -> Sequence[Any]:
        async with self.database.read() as tx:
            return (await tx.execute(query)).all()

    async def told(self, kind: str) -> list[tuple[str, str]]:
        """Of each message of the kind, to whom it goes (a Slack id, or the channel) and its text."""
        query = select(outbox.c.channel_id, people.c.slack_id, outbox.c.text)
        query = query.outerjoin(people, people.c.id == outbox.c.recipient).where(outbox.c.kind == kind)
        found = await self.rows(query.order_by(outbox.c.created_at, outbox.c.key))
        return [(row.slack_id or row.channel_id, row.text) for row in found]


def _scores(at: int, mood: int) -> dict[str, Any]:
    return {"mood": mood, "need": "docs" if at % 2 else "speed", "would": 9}


def _invitation(
    wave_id: str, person: str, has_answered: bool, strata: dict[str, Any], due_at: datetime
) -> dict[str, Any]:
    asked = {"wave_id": wave_id, "person": person, "due_at": due_at, "state": "asked", "because": ""}
    return {**asked, "has_answered": has_answered, "strata": strata}


def answers(**teams: Sequence[int]) -> list[tuple[str, int]]:
    return [(team, mood) for team, moods in teams.items() for mood in moods]
