"""Steps that change the handbook, on real databases: who may propose them, and what reaches the reviewers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select

from bot.actions.catalogue import CatalogueService
from bot.actions.membership import Memberships
from bot.curation.proposals import ProposalService
from bot.desk import Desk
from bot.model import ChannelInfo, Json, UserGroup
from bot.onboarding import blocks, forms
from bot.onboarding.forms import Filled, Opened
from bot.onboarding.rules import Step
from bot.onboarding.service import KNOWN, NO_GROUP, NOT_OURS, Pressed, StartService
from bot.onboarding.standing import StandingService
from bot.people import PeopleService
from bot.storage import onboarding as rows
from bot.storage.engine import Database
from bot.storage.people import pseudonym_of
from bot.storage.schema import answers, capability_uses, outbox, proposals, work
from bot.wanted import Asking, Kind, StepWanted
from knowledge.channels import Channels
from knowledge.loader import Handbook
from knowledge.people import Group, Member, People, Team
from tests.adoption.company import OPTIONAL
from tests.curation.desk import CompanySlack, FakeHost, at, new_desk
from tests.databases import as_put_in
from tests.work.desk import Hands

ANN, BO, MAYA, CY = "U0ANNE", "U0BOBB", "U0MAYA", "U0CYDD"  # Ann leads payments, Maya is in the platform team
HANDBOOK = Handbook(
    "r1",
    (),
    people=People(
        platform_team=Group(members=(Member(MAYA),)),
        teams={"payments": Team(Group(members=(Member(ANN), Member(BO))), leads=(Member(ANN),))},
    ),
    channels=Channels(timezone="Europe/London", platform_channel="C0PLATFORM"),
)
FILES = {
    "docs/people.yaml": "teams:\n  payments:\n    members: [U0ANNE, U0BOBB]\n",
    "docs/channels.yaml": "platform_channel: C0PLATFORM\nchannels: []\n",
}


@dataclass
class OfficeSlack(CompanySlack):
    """`looked_at` are channels that were asked about."""

    views: list[Json] = field(default_factory=list)
    looked_at: list[str] = field(default_factory=list)

    async def channel_info(self, channel_id: str) -> ChannelInfo:
        self.looked_at.append(channel_id)
        return await super().channel_info(channel_id)

    async def open_view(self, trigger_id: str, view: Json) -> None:
        self.views.append(view)

    async def user_groups(self) -> list[UserGroup]:
        return [UserGroup("S0SEARCH", "search")]


@dataclass
class Office:
    database: Database
    host: FakeHost | None = field(default_factory=lambda: FakeHost(files=dict(FILES)))
    slack: OfficeSlack = field(default_factory=OfficeSlack)
    hands: Hands = field(default_factory=Hands)
    handbook: Handbook = HANDBOOK
    number: int = 0

    def __post_init__(self) -> None:
        self.desk: Desk = new_desk(self.database, self.hands, handbook=self.handbook, slack=self.slack)
        people = PeopleService(self.desk)
        standing = self.standing = StandingService(self.desk, people, can_link=lambda: True)
        catalogue = CatalogueService(self.desk, Memberships(self.desk), command="/platform")
        self.proposals = ProposalService(self.desk, at(self.host) if self.host else None)
        self.start = StartService(self.desk, people, standing, catalogue, self.proposals)

    async def person(self, user_id: str) -> str:
        now, new_id = self.hands.now, self.desk.new_id
        return await self.database.write(lambda tx: pseudonym_of(tx, user_id, now=now, new_id=new_id))

    async def asks(self, user_id: str, text: str = "") -> str:
        """What the person is told."""
        self.number += 1
        self.hands.move(seconds=1)
        asking = Asking(f"k{self.number}", await self.person(user_id), text, "", response_url="https://hooks/1")
        for _ in range(2):
            await self.start.asked(asking)
        return (await self.told())[-1]

    async def wants(self, user_id: str, team: str, step: Step, values: Mapping[str, str]) -> None:
        """As if the form had been sent; done twice, as work may be."""
        self.number += 1
        wanted = StepWanted(f"w{self.number}", await self.person(user_id), team, step, dict(values))
        for _ in range(2):
            await self.start.propose(wanted)

    async def told(self) -> list[str]:
        query = select(outbox.c.text).order_by(*as_put_in(self.database))
        return [row.text for row in await self.rows(query.where(outbox.c.kind == blocks.START.name))]

    async def proposed(self) -> list[dict[str, str]]:
        return [row.files for row in await self.rows(select(proposals).order_by(proposals.c.created_at))]

    async def rows(self, query: Any) -> list[Any]:
        async with self.database.read() as tx:
            return list((await tx.execute(query)).all())


async def test_a_leads_change_goes_before_the_reviewers_once(database: Database) -> None:
    office = Office(database)

    await office.wants(ANN, "payments", Step.DUTY, {"duty": BO})

    assert await office.proposed() == [
        {"docs/people.yaml": f"{FILES['docs/people.yaml']}    duty:\n      - {BO}\n"},
    ]
    await office.asks(ANN)
    (shown,) = await office.rows(select(outbox.c.blocks).where(outbox.c.key == "start:k2"))
    assert "A proposal waits for the platform team's review." in shown.blocks[3]["text"]["text"]


@pytest.mark.parametrize(
    ("user_id", "team", "reason"),
    [
        (BO, "payments", blocks.NOT_LEADING),
        (CY, "payments", blocks.NOT_LEADING),
        (ANN, "nowhere", blocks.NO_TEAM),
    ],
    ids=["in the team, leads are named", "of no team", "no such team"],
)
async def test_nobody_else_proposes_and_rights_are_asked_when_it_is_done(
    database: Database, user_id: str, team: str, reason: str
) -> None:
    office = Office(database)

    await office.start.open_form(Step.DUTY, team, Pressed("k", user_id, "t", None))
    await office.wants(user_id, team, Step.DUTY, {"duty": user_id})

    assert office.slack.views == []
    assert await office.proposed() == []
    assert await office.told() == [reason]


async def test_the_platform_team_proposes_for_any_team_and_anybody_a_new_one(database: Database) -> None:
    office = Office(database)

    await office.wants(MAYA, "payments", Step.CHANNEL, {"channel": "C0PAYMENTS", "name": "payments"})
    await office.wants(CY, "search", Step.GROUP, {"group": "S0SEARCH"})

    files = await office.proposed()
    assert sorted(files[0]) == ["docs/channels.yaml", "docs/people.yaml"]
    assert files[1]["docs/people.yaml"].endswith("  search:\n    group: S0SEARCH\n")


async def test_a_form_is_held_to_what_is_there(database: Database) -> None:
    office = Office(database)
    office.slack.gone.add(BO)
    new, duty = Opened(Step.GROUP), Opened(Step.DUTY, "payments")

    async def sent(opened: Opened, filled: Filled) -> dict[str, str]:
        return await office.start.take_form(opened, filled, key="v1", user_id=ANN)

    assert await sent(new, Filled("search", "nothing")) == {forms.GROUP: NO_GROUP}
    assert await sent(new, Filled("payments", "search")) == {forms.TEAM: KNOWN}
    assert await sent(duty, Filled(duty=(BO,))) == {forms.DUTY: NOT_OURS}
    assert await sent(new, Filled("search", "search")) == {}
    (taken,) = await office.rows(select(work).where(work.c.kind == Kind.PROPOSE_STEP.value))
    assert (taken.payload["team"], taken.payload["values"]) == ("search", {"group": "S0SEARCH"})


async def test_what_cannot_be_changed_without_doubt_is_said(database: Database) -> None:
    office = Office(database, host=FakeHost(files={**FILES, "docs/people.yaml": "teams: {}\n"}))  # merged meanwhile

    await office.wants(ANN, "payments", Step.DUTY, {"duty": BO})

    assert await office.proposed() == []
    assert await office.told() == ["teams in people.yaml has no payments."]


async def test_where_the_handbook_is_a_folder_it_is_shown_to_be_written_by_hand(database: Database) -> None:
    office = Office(database, host=None)

    await office.wants(ANN, "payments", Step.DUTY, {"duty": BO})

    assert await office.told() == ["Your handbook is a folder, not a Git repository. Add this by hand:"]


async def test_a_lead_sees_their_team_and_others_who_may(database: Database) -> None:
    office = Office(database)

    assert (await office.asks(ANN)).startswith("*Bringing payments on*: 1 of 5 done.")
    assert (await office.asks(BO)).startswith("Bringing payments on is for Anne and the platform team")
    assert (await office.asks(CY)).startswith("The handbook has you in no team.")
    assert (await office.asks(CY, "payments")).startswith("`payments` is no team that you can bring on.")
    assert (await office.asks(MAYA)).startswith("*Teams, and how far each is brought on*")
    assert (await office.asks(MAYA, "payments")).startswith("*Bringing payments on*")


async def test_of_many_teams_no_more_are_looked_at_than_are_shown(database: Database) -> None:
    many = {f"team-{number:02}": Team(Group(), channel_id=f"C0TEAM{number:02}") for number in range(34, 0, -1)}
    office = Office(database, handbook=replace(HANDBOOK, people=replace(HANDBOOK.people, teams=many)))
    await office.start.asked(Asking("k1", await office.person(MAYA), "", "", response_url="https://hooks/1"))

    (shown,) = await office.rows(select(outbox.c.blocks).where(outbox.c.key == "start:k1"))
    assert office.slack.looked_at == [f"C0TEAM{number:02}" for number in range(1, 31)]
    lines = shown.blocks[0]["text"]["text"].splitlines()
    assert (lines[1], lines[-2:]) == (
        "• team-01: 0 of 5, next: group",
        ["• team-30: 0 of 5, next: group", "And 4 more."],
    )


async def test_the_first_capability_of_a_team_is_not_mentor_itself_to_whom_they_came_before(database: Database) -> None:
    mentor = replace(OPTIONAL, id="mentor", title="Mentor", is_mentor=True)
    office = Office(database, handbook=replace(HANDBOOK, capabilities=(mentor, OPTIONAL)))
    used = {"team": "payments", "what": "used", "source": "file"}
    rows = [{**used, "capability": "mentor", "day": date(2026, 11, 3)}]

    await database.write(lambda tx: tx.execute(insert(capability_uses).values(rows)))
    before = await office.standing.of("payments")
    rows = [{**used, "capability": OPTIONAL.id, "day": date(2026, 11, 20)}]
    await database.write(lambda tx: tx.execute(insert(capability_uses).values(rows)))
    after = await office.standing.of("payments")

    assert (before.chosen, before.chosen_on) == ("", None)
    assert (after.chosen, after.chosen_on) == ("Buckets", date(2026, 11, 20))


async def test_somebody_is_met_once_they_asked(database: Database) -> None:
    office = Office(database)
    person = await office.person(CY)
    async with database.read() as tx:
        assert not await rows.was_met(tx, person)

    row = {
        "id": "a1",
        "key": "k",
        "asker": person,
        "channel_id": "",
        "surface": "private",
        "outcome": "silent",
        "reason": "",
        "text": "",
        "sources": [],
        "confidence": 0.0,
        "handbook_revision": "r1",
    }
    await database.write(lambda tx: tx.execute(insert(answers).values(**row, created_at=office.hands.now)))

    async with database.read() as tx:
        assert await rows.was_met(tx, person)
