"""A desk of the notices pillar: a small company, a handbook that changes, and the services on a real database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import insert, select, update

from bot.desk import Desk
from bot.errors import SlackRefused
from bot.git.history import History
from bot.library import Library
from bot.model import Colleague, Json, Profile
from bot.notices.services import NewsServices, news_services
from bot.people import PeopleService
from bot.storage import people as people_rows
from bot.storage.engine import Database, Tx
from bot.storage.notices import TeamRow, teams
from bot.storage.people import pseudonym_of
from bot.storage.schema import capability_people, capability_uses, outbox, people, requests
from bot.wanted import Asking, Kind
from knowledge.actions import Action, GitBackend, Input, InputType, Mode, Who
from knowledge.capabilities import BuiltFrom, Capability, Origin, Status, Teams
from knowledge.channels import AnswerMode, Channel, Channels
from knowledge.loader import Handbook
from knowledge.notices import Notice, NoticeKind, When
from knowledge.people import Duty, Group, Member, People, Site, Team
from tests.curation.desk import CompanySlack, new_desk
from tests.desk import do_due
from tests.work.desk import Hands

ANN, BO, CY, DEE, MAYA, TOM = "U0ANN", "U0BO", "U0CY", "U0DEE", "U0MAYA", "U0TOM"
EVERYBODY = (ANN, BO, CY, DEE, MAYA, TOM)  # Maya is in the platform team, Tom on duty
ASK, PAY, PLATFORM = "C0ASKPLAT", "C0PAY", "C0PLATFORM"
BUILDS = Capability(
    "builds",
    "Shared builds",
    "platform_team",
    Status.ONLY_WAY,
    since=date(2026, 1, 5),
    teams=Teams(),
    counts_as_use="a build",
    built_from=BuiltFrom(Origin.OURS, "it is"),
)
NEW_IMAGE = Action(
    "new-image",
    "Take the new image",
    "",
    Mode.PROPOSAL,
    Who(all_teams=True),
    GitBackend("live", ()),
    inputs=(Input("team", InputType.TEAM, "Team"),),
)
CHANNELS = Channels(
    "Europe/London", PLATFORM, channels=(Channel(ASK, "ask", AnswerMode.AT_ONCE, holidays="GB-ENG"),), holidays="GB-ENG"
)


def group(*user_ids: str) -> Group:
    return Group(members=tuple(Member(each) for each in user_ids))


HANDBOOK = Handbook(
    "r1",
    (),
    people=People(
        platform_team=group(MAYA),
        duty=Duty(group(TOM), CHANNELS.working_time().hours),
        teams={"pay": Team(group(ANN, BO), "london", PAY), "shop": Team(group(CY, DEE), "london")},
        sites={"london": Site("Europe/London", "GB-ENG")},
    ),
    channels=CHANNELS,
    capabilities=(BUILDS,),
)


def notice(kind: NoticeKind = NoticeKind.DEPRECATION, id_: str = "old", **given: Any) -> Notice:
    """Of what both teams use, from 24 November to 18 December."""
    whole: dict[str, Any] = {
        "since": When(date(2026, 11, 24)),
        "until": When(date(2026, 12, 18)),
        "capability": "builds",
    } | given
    return Notice(id_, kind, "Old images go", "Build anew.", "platform_team", **whole)


INCIDENT = notice(
    NoticeKind.INCIDENT,
    "outage",
    since=When(date(2026, 11, 24), time(10)),
    until=None,
    capability="",
    topics=("builds",),
)


@dataclass
class OfficeSlack(CompanySlack):
    views: list[Json] = field(default_factory=list)
    is_silent: bool = False  # of people

    async def open_view(self, trigger_id: str, view: Json) -> None:
        self.views.append(view)

    async def profile(self, user_id: str) -> Profile:
        if self.is_silent:
            raise SlackRefused("users.info", "internal")
        return await super().profile(user_id)

    async def everybody(self) -> list[Colleague]:
        return [Colleague(await self.profile(each), names=await self.names_of(each)) for each in EVERYBODY]


@dataclass
class Office:
    database: Database
    can_propose: bool = True
    history_of: Callable[[Any], History] | None = None
    slack: OfficeSlack = field(default_factory=OfficeSlack)
    hands: Hands = field(default_factory=Hands)

    def __post_init__(self) -> None:
        self.desk: Desk = new_desk(self.database, self.hands, handbook=HANDBOOK, slack=self.slack)
        self.services: NewsServices = news_services(
            self.desk,
            PeopleService(self.desk),
            can_propose=self.can_propose,
            history_of=self.history_of or _no_history,
        )
        self.number = 0

    def publish(self, *notices: Notice, actions: Sequence[Action] = ()) -> None:
        library = self.desk.shelf.library
        handbook = replace(library.handbook, notices=notices, actions=tuple(actions))
        self.desk.shelf.library = Library(handbook, library.index)

    def go_to(self, month: int, day: int, hour: int = 10, minute: int = 0, *, year: int = 2026) -> None:
        self.hands.now = datetime(year, month, day, hour, minute, tzinfo=UTC)

    async def look(self) -> None:
        """Twice, as ticks come; and what is due by then is brought."""
        for _ in range(2):
            await self.services.look()
            await self.do(Kind.BRING_NOTICE)

    async def person(self, user_id: str) -> str:
        now = self.hands.now
        return await self.database.write(lambda tx: pseudonym_of(tx, user_id, now=now, new_id=self.desk.new_id))

    async def uses(self, team: str, *user_ids: str, what: str = "used", day: date = date(2026, 11, 20)) -> None:
        row = {"capability": "builds", "team": team, "day": day, "what": what, "source": "webhook"}
        active = [{"capability": "builds", "week": "2026-W47", "person": await self.person(each)} for each in user_ids]

        async def unit(tx: Tx) -> None:
            await tx.execute(insert(capability_uses).values(row))
            if active:
                await tx.execute(insert(capability_people).values(active))

        await self.database.write(unit)

    async def carries_out(self, user_id: str, inputs: dict[str, str], *, state: str = "live") -> None:
        """An action of the catalogue was asked for now, and came to that."""
        self.number += 1
        words = dict.fromkeys(("channel_id", "problem", "url", "number", "merge_revision", "execution"), "")
        row: dict[str, Any] = {
            "id": f"r{self.number}",
            "key": f"r{self.number}",
            "person": await self.person(user_id),
            "state": state,
        }
        row |= {"action": "new-image", "mode": "proposal", "backend": "git", "entry": {}, "inputs": inputs}
        row |= {"is_urgent": False, "revision": "r1", "created_at": self.hands.now, **words}
        await self.database.write(lambda tx: tx.execute(insert(requests).values(row)))

    async def news(self, user_id: str) -> list[str]:
        """What the person is shown, a block a line."""
        self.number += 1
        asking = Asking(f"k{self.number}", await self.person(user_id), "", "", response_url="https://hooks/1")
        await self.services.news.show(asking)
        query = select(outbox.c.blocks).where(outbox.c.key == f"news:k{self.number}")
        [row] = await self.rows(query)
        parts = [part for block in row.blocks for part in (block.get("text"), *block.get("elements", ()))]
        return [part["text"] for part in parts if part and isinstance(part.get("text"), str)]

    async def press(self, user_id: str, subject: str, choice: str) -> str:
        """What the person is told."""
        self.number += 1
        key = f"p{self.number}"
        await self.services.news.take_press(subject, choice, key=key, user_id=user_id, response_url=None)
        await self.do(Kind.DECIDE_NOTICE)
        [row] = await self.rows(select(outbox.c.text).where(outbox.c.key == f"news:{await self.person(user_id)}:{key}"))
        return str(row.text)

    async def do(self, kind: Kind) -> None:
        """All work of the kind that is due, again too."""
        await do_due(self.database, self.services, kind, now=self.hands.now)

    async def rows(self, query: Any) -> Sequence[Any]:
        async with self.database.read() as tx:
            return (await tx.execute(query)).all()

    async def teams(self, *notices: str) -> dict[str, TeamRow]:
        async with self.database.read() as tx:
            return {each.team: each for each in await teams(tx, notices or ["old"])}

    async def told(self, kind: str) -> list[tuple[str, str]]:
        """Of each message of the kind, where it goes (a channel, or a Slack id) and its text."""
        query = select(outbox.c.channel_id, people.c.slack_id, outbox.c.text)
        query = query.outerjoin(people, people.c.id == outbox.c.recipient).where(outbox.c.kind == kind)
        ordered = query.where(outbox.c.edits.is_(None)).order_by(outbox.c.created_at, outbox.c.key)
        return [(row.channel_id or row.slack_id, row.text) for row in await self.rows(ordered)]

    async def sent(self) -> None:
        """The outbox is done with all that waits: the n-th message stands at `n`."""
        for number, row in enumerate(await self.rows(select(outbox.c.key, outbox.c.channel_id)), 1):
            here = (outbox.c.key == row.key) & (outbox.c.state == "waiting")
            values = {"state": "sent", "sent_at": self.hands.now, "slack_channel": row.channel_id or "D0"}
            await self.database.write(
                lambda tx, here=here, values=values, ts=f"{number}.1": tx.execute(  # type: ignore[misc]
                    update(outbox).where(here).values(**values, slack_ts=ts)
                )
            )

    async def leave_out(self, user_id: str) -> None:
        async def unit(tx: Tx) -> None:
            await people_rows.leave_out(tx, user_id, await people_rows.stand_ins(tx), now=self.hands.now)

        await self.database.write(unit)


def _no_history(_repository: object) -> History:
    raise AssertionError("no repository is read here")
