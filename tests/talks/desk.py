"""A desk of talks: a company in Slack as it is told, and the services on a real database."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from sqlalchemy import Table, insert, select, update

from bot.desk import Desk
from bot.model import Json
from bot.people import PeopleService
from bot.storage.engine import Database
from bot.storage.people import pseudonym_of
from bot.storage.schema import answers, capability_uses, outbox, people, talk_notes, talks, work
from bot.talks.services import TalkServices, talk_services
from bot.wanted import Asking, Decision, Kind, NotesWritten, TalkTurn
from knowledge.channels import Channels
from knowledge.loader import Handbook
from knowledge.people import Group, Member, People, Team
from tests.curation.desk import new_desk
from tests.databases import as_put_in
from tests.surveys.desk import OfficeSlack
from tests.work.desk import Hands

MAYA, TOMAS = "U0MAYA", "U0TOMAS"  # the platform team
BIG = tuple(f"U0BIG{number}" for number in range(6))
SMALL = ("U0ANN", "U0BO")
EVERYBODY = (MAYA, TOMAS, *BIG, *SMALL)
HANDBOOK = Handbook(
    "r1",
    (),
    people=People(
        platform_team=Group(members=(Member(MAYA), Member(TOMAS))),
        teams={
            "payments": Team(Group(members=tuple(map(Member, BIG)))),
            "search": Team(Group(members=tuple(map(Member, SMALL)))),
        },
    ),
    channels=Channels(timezone="Europe/London", holidays="GB-ENG"),
)


@dataclass
class TalkSlack(OfficeSlack):
    """`meanwhile` is done once, while a name is looked up."""

    views: list[Json] = field(default_factory=list)
    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def real_name(self, user_id: str) -> str:
        if self.meanwhile is not None:
            then, self.meanwhile = self.meanwhile, None
            await then()
        return await super().real_name(user_id)

    async def open_view(self, trigger_id: str, view: Json) -> None:
        self.views.append(view)


@dataclass
class Talks:
    database: Database
    slack: TalkSlack = field(default_factory=lambda: TalkSlack(users=EVERYBODY))
    hands: Hands = field(default_factory=Hands)
    handbook: Handbook = HANDBOOK
    number: int = 0

    def __post_init__(self) -> None:
        self.desk: Desk = new_desk(self.database, self.hands, handbook=self.handbook, slack=self.slack)
        numbers = count(1)
        people_ = PeopleService(self.desk)
        self.services: TalkServices = talk_services(self.desk, people_, new_key=lambda: f"{next(numbers):064x}")

    async def person(self, user_id: str) -> str:
        now, new_id = self.hands.now, self.desk.new_id
        return await self.database.write(lambda tx: pseudonym_of(tx, user_id, now=now, new_id=new_id))

    async def asks(self, user_id: str = MAYA) -> None:
        """`talk`; done twice, as work may be."""
        self.number += 1
        asking = Asking(f"k{self.number}", await self.person(user_id), "", "", response_url="https://hooks/1")
        for _ in range(2):
            await self.services.drawing.asked(asking)

    async def presses(self, user_id: str, choice: str, subject: str) -> None:
        """A button under a draw, an invitation or notes; done twice."""
        self.number += 1
        decision = Decision(f"p{self.number}", await self.person(user_id), subject, choice)
        is_about_notes = choice in ("keep", "named", "drop")
        decide = self.services.notes.decide if is_about_notes else self.services.inviting.decide
        for _ in range(2):
            await decide(decision)
        await self.turns()

    async def turns(self) -> None:
        """All invitations whose time has come, once more: doing it again must change nothing."""
        for row in await self.rows(work):
            if row["kind"] == Kind.INVITE_TALK and row["due_at"] <= self.hands.now:
                await self.services.inviting.invite(TalkTurn(**row["payload"]))

    async def draws(self) -> list[dict[str, Any]]:
        await self.asks()
        return await self.drawn()

    async def drawn(self) -> list[dict[str, Any]]:
        return sorted(await self.rows(talks), key=lambda row: (row["draw_id"], row["place"]))

    async def invites_the_first(self) -> dict[str, Any]:
        """Somebody was drawn, invited, and is shown the invitation."""
        first = (await self.draws())[0]
        await self.presses(MAYA, "invite", first["id"])
        await self.sent("invitation to a talk")
        return first

    async def writes(self, talk_id: str, words: str, *, by: str = MAYA) -> None:
        self.number += 1
        written = NotesWritten(f"n{self.number}", await self.person(by), talk_id, words)
        for _ in range(2):
            await self.services.notes.show(written)

    async def notes_of(self, talk_id: str) -> dict[str, Any]:
        return next(row for row in await self.rows(talk_notes) if row["talk_id"] == talk_id)

    async def asked_once(self, user_id: str) -> None:
        """The person asked the bot something, long ago."""
        at = self.hands.now - timedelta(days=200)
        row = {
            "id": self.desk.new_id(),
            "key": self.desk.new_id(),
            "asker": await self.person(user_id),
            "channel_id": "",
            "surface": "private",
            "outcome": "silent",
            "reason": "",
            "text": "",
            "sources": [],
            "confidence": 0.0,
            "handbook_revision": "r1",
            "created_at": at,
        }
        await self.database.write(lambda tx: tx.execute(insert(answers).values(row)))

    async def uses(self, team: str, capability: str) -> None:
        row = {"capability": capability, "team": team, "day": self.hands.now.date(), "what": "used", "source": "file"}
        await self.database.write(lambda tx: tx.execute(insert(capability_uses).values(row)))

    async def user_of(self, person: str) -> str:
        return next(str(row["slack_id"]) for row in await self.rows(people) if row["id"] == person)

    async def told(self, kind: str) -> list[tuple[str, str]]:
        """Of each message of the kind that waits or was sent: to whom (a Slack id), and its text."""
        query = select(people.c.slack_id, outbox.c.text).join(people, people.c.id == outbox.c.recipient)
        query = query.where(outbox.c.kind == kind).order_by(*as_put_in(self.database))
        async with self.database.read() as tx:
            return [(row.slack_id, row.text) for row in await tx.execute(query)]

    async def sent(self, kind: str) -> None:
        """The outbox is done with all messages of the kind."""
        values = {"state": "sent", "sent_at": self.hands.now, "slack_channel": "D1", "slack_ts": "1.1"}
        here = (outbox.c.kind == kind) & (outbox.c.state == "waiting")
        await self.database.write(lambda tx: tx.execute(update(outbox).where(here).values(values)))

    async def rows(self, table: Table) -> Sequence[dict[str, Any]]:
        async with self.database.read() as tx:
            return [dict(row) for row in (await tx.execute(select(table))).mappings()]
