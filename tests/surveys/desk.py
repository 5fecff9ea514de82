"""A desk of the surveys pillar: a company in Slack as it is told, and the services on a real database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time
from itertools import count
from typing import Any

from sqlalchemy import Table, select, update

from bot.desk import Desk
from bot.errors import SlackUnclear
from bot.model import Colleague, Profile
from bot.people import PeopleService
from bot.storage.engine import Database
from bot.storage.people import pseudonym_of
from bot.storage.schema import outbox, waves, work
from bot.surveys.answering import AnsweringService
from bot.surveys.asking import AskingService
from bot.surveys.closing import ClosingService
from bot.surveys.frames import FrameService
from bot.surveys.refusing import RefusalService
from bot.surveys.telling import Where
from bot.surveys.waves import WaveService
from bot.wanted import Due, Inviting, Kind
from knowledge.channels import Channels
from knowledge.loader import Handbook
from knowledge.people import Group, Member, People, Team
from knowledge.surveys import Audience, Question, Repeats, Scale, Survey
from tests.curation.desk import CompanySlack, new_desk
from tests.work.desk import Hands

PULSE = Survey(
    "pulse",
    "Pulse",
    "To know.",
    "platform_team",
    (Question("satisfied", Scale.CSAT, "How satisfied?"),),
    Audience(),
    Repeats(4, 3, time(10)),
)
USERS = tuple(f"U0PERSON{number}" for number in range(8))
PEOPLE = People(
    platform_team=Group(members=(Member("U0PERSON0"),)),
    teams={"payments": Team(Group(members=tuple(Member(each) for each in USERS[:5])))},
)


@dataclass
class OfficeSlack(CompanySlack):
    """Everybody in London; deaf when told to be."""

    users: tuple[str, ...] = USERS
    is_deaf: bool = False
    in_channels: dict[str, frozenset[str]] = field(default_factory=dict)

    async def everybody(self) -> list[Colleague]:
        return [await self.colleague(each) for each in self.users]

    async def colleague(self, user_id: str) -> Colleague:
        if self.is_deaf:
            raise SlackUnclear("users.list", "no answer")
        name = await self.real_name(user_id)
        return Colleague(Profile(user_id, "T0SMALL"), "Europe/London", names=frozenset({name}))

    async def members(self, channel_id: str, *, most: int) -> frozenset[str]:
        return self.in_channels.get(channel_id, frozenset())


@dataclass
class Surveys:
    """The pillar at work on the day before a wave is due."""

    database: Database
    surveys: tuple[Survey, ...] = (PULSE,)
    slack: OfficeSlack = field(default_factory=OfficeSlack)
    hands: Hands = field(default_factory=Hands)
    holidays: str = ""

    def __post_init__(self) -> None:
        channels = Channels(timezone="Europe/London", holidays=self.holidays)
        handbook = Handbook("r1", (), people=PEOPLE, channels=channels, surveys=self.surveys)
        self.desk: Desk = new_desk(self.database, self.hands, handbook=handbook, slack=self.slack)
        people, numbers = PeopleService(self.desk), count(1)
        frames = FrameService(self.desk, people)

        def new_key() -> str:
            return f"{next(numbers):064x}"

        self.frames = frames
        self.waves = WaveService(self.desk, frames, new_key=new_key)
        self.asking = AskingService(self.desk, people, frames)
        self.answering = AnsweringService(self.desk)
        self.refusals = RefusalService(self.desk)
        self.closing = ClosingService(self.desk, new_key=new_key)

    async def open(self) -> str:
        """The id of the wave, with everybody asked."""
        now = self.hands.now
        await self.waves.open_due(Due(str(now.date()), now.isoformat()))
        self.hands.move(days=1, minutes=20)
        await self.invite()
        return str((await self.rows(waves))[0]["id"])

    async def invite(self) -> None:
        """All invitations there are, once more: doing it again must change nothing."""
        for each in await self.rows(work):
            if each["kind"] == Kind.INVITE and each["due_at"] <= self.hands.now:
                await self.asking.invite(Inviting(**each["payload"]))

    async def answer(self, wave_id: str, users: Sequence[str], number: int = 3) -> None:
        for each in users:
            await self.answering.take_score(Where(wave_id, each), number)

    async def sent(self, key: str) -> None:
        """The outbox is done with the message."""
        values = {"state": "sent", "sent_at": self.hands.now, "slack_channel": "D1", "slack_ts": "1.1"}
        await self.database.write(lambda tx: tx.execute(update(outbox).where(outbox.c.key == key).values(values)))

    async def person(self, user_id: str) -> str:
        now, new_id = self.hands.now, self.desk.new_id
        return await self.database.write(lambda tx: pseudonym_of(tx, user_id, now=now, new_id=new_id))

    async def rows(self, table: Table) -> list[dict[str, Any]]:
        async with self.database.read() as tx:
            return [dict(row) for row in (await tx.execute(select(table))).mappings()]
