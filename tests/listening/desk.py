"""A desk of the listening pillar: a small company, and the services on a real database."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from bot.desk import Desk
from bot.errors import SlackRefused
from bot.listening.services import ListeningServices, listening_services
from bot.model import Colleague, Json, Profile, Window
from bot.people import PeopleService
from bot.storage import people as people_rows
from bot.storage.engine import Database, Tx
from bot.storage.people import pseudonym_of
from bot.storage.schema import channels, messages, outbox, people
from bot.wanted import Asking, Due, Kind
from knowledge.capabilities import BuiltFrom, Capability, Origin, Status, Teams
from knowledge.channels import Channels
from knowledge.loader import Handbook
from knowledge.people import Group, Member, People, Team
from tests.curation.desk import CompanySlack, new_desk
from tests.databases import as_put_in
from tests.desk import do_due
from tests.work.desk import Hands

ANN, BO, CY, MAYA, GUEST = "U0ANN", "U0BO", "U0CY", "U0MAYA", "U0GUEST"  # Maya is in the platform team
EVERYBODY = (ANN, BO, CY, MAYA)
ASK = "C0ASKPLAT"
BUCKETS = Capability(
    "object-storage",
    "Object storage",
    "platform_team",
    Status.ONLY_WAY,
    since=date(2026, 1, 5),
    teams=Teams(),
    counts_as_use="a bucket",
    built_from=BuiltFrom(Origin.BOUGHT, "it is"),
)
HANDBOOK = Handbook(
    "r1",
    (),
    people=People(
        platform_team=Group(members=(Member(MAYA),)),
        teams={
            "payments": Team(Group(members=(Member(ANN), Member(BO)))),
            "search": Team(Group(members=(Member(CY),))),
        },
    ),
    channels=Channels(timezone="Europe/London"),
    capabilities=(BUCKETS,),
)


@dataclass
class OfficeSlack(CompanySlack):
    views: list[Json] = field(default_factory=list)

    async def open_view(self, trigger_id: str, view: Json) -> None:
        self.views.append(view)

    async def profile(self, user_id: str) -> Profile:
        if user_id == "U0NOBODY":
            raise SlackRefused("users.info", "user_not_found")
        return replace(await super().profile(user_id), is_guest=user_id == GUEST)

    async def everybody(self) -> list[Colleague]:
        return [Colleague(await self.profile(each), names=await self.names_of(each)) for each in EVERYBODY]


@dataclass
class Office:
    database: Database
    can_propose: bool = True
    handbook: Handbook = HANDBOOK
    slack: OfficeSlack = field(default_factory=OfficeSlack)
    hands: Hands = field(default_factory=Hands)
    number: int = 0

    def __post_init__(self) -> None:
        self.desk: Desk = new_desk(self.database, self.hands, handbook=self.handbook, slack=self.slack)
        people = PeopleService(self.desk)
        self.services: ListeningServices = listening_services(self.desk, people, can_propose=self.can_propose)

    async def person(self, user_id: str) -> str:
        now = self.hands.now
        return await self.database.write(lambda tx: pseudonym_of(tx, user_id, now=now, new_id=self.desk.new_id))

    async def says(self, kind: Kind, user_id: str, text: str) -> None:
        """By the verb; done twice, as work may be."""
        self.number += 1
        asking = Asking(f"k{self.number}", await self.person(user_id), text, "", response_url="https://hooks/1")
        ask = {Kind.FRICTION: self.services.friction.asked, Kind.THANKS: self.services.thanks.asked}[kind]
        await ask(asking)
        await ask(asking)

    async def logs(self, user_id: str, *texts: str) -> None:
        for text in texts:
            await self.says(Kind.FRICTION, user_id, text)

    async def thanks(self, user_id: str, text: str) -> str:
        """What the person is told."""
        await self.says(Kind.THANKS, user_id, text)
        return (await self.told("thanks taken"))[-1][1]

    async def sort(self) -> None:
        for _ in range(2):
            await self.services.sorting.sort(Due("2026-11-25", self.hands.now.isoformat()))

    async def bring(self) -> None:
        """The turn of everybody whom thanks wait for, as of today; twice."""
        for _ in range(2):
            await self.services.thanks.gather(Due(str(self.hands.now.date()), self.hands.now.isoformat()))
            await self.do(Kind.BRING_THANKS)

    async def do(self, kind: Kind) -> None:
        """All work of the kind that is due, again too."""
        await do_due(self.database, self.services, kind, now=self.hands.now)

    async def rows(self, query: Any) -> Sequence[Any]:
        async with self.database.read() as tx:
            return (await tx.execute(query)).all()

    async def told(self, kind: str) -> list[tuple[str, str]]:
        """Of each message of the kind, to whom it goes (a Slack id) and its text."""
        query = select(people.c.slack_id, outbox.c.text).join(people, people.c.id == outbox.c.recipient)
        found = await self.rows(query.where(outbox.c.kind == kind).order_by(*as_put_in(self.database)))
        return [(row.slack_id, row.text) for row in found]

    async def sent(self, kind: str, *, state: str = "sent") -> None:
        """The outbox is done with all messages of the kind that wait."""
        here = (outbox.c.kind == kind) & (outbox.c.state == "waiting")
        values = {"state": state, "sent_at": self.hands.now if state == "sent" else None}
        await self.database.write(lambda tx: tx.execute(update(outbox).where(here).values(values)))

    async def leave_out(self, user_id: str) -> None:
        async def unit(tx: Tx) -> None:
            await people_rows.leave_out(tx, user_id, await people_rows.stand_ins(tx), now=self.hands.now)

        await self.database.write(unit)

    async def message(self, ts: str, author: str, text: str | None, *, is_private: bool = False) -> None:
        """A message of a watched channel, as the peers pillar keeps it."""
        person, at = await self.person(author), self.hands.now
        row = {"channel_id": ASK, "ts": ts, "author": person, "author_kind": "person", "text": text, "posted_at": at}
        place = {"channel_id": ASK, "name": "ask", "is_private": is_private, "is_direct": False, "due_at": at}

        async def unit(tx: Tx) -> None:
            await tx.execute(insert(messages).values(row))
            await tx.execute(insert(channels).values(**place, is_read_back=True, is_whole_due=False))

        await self.database.write(unit)

    def lately(self) -> Window:
        now = self.hands.now
        return Window(now - timedelta(days=28), now + timedelta(days=1))
