"""A desk of the adoption pillar: a company with a policy, and the four services on a real database."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import select

from bot.adoption.asking import Turns
from bot.adoption.card_maker import CardMaker
from bot.adoption.cards import EvidenceCards
from bot.adoption.evidence_blocks import Where
from bot.adoption.handing_in import HandingInService
from bot.adoption.judging import JudgingService
from bot.adoption.milestones import MilestoneService
from bot.adoption.policies import PolicyService
from bot.adoption.prompting import PromptingService
from bot.adoption.reminders import ReminderService
from bot.adoption.rules import Filled
from bot.adoption.services import AdoptionServices, adoption_services
from bot.adoption.speaking import SpeakingService
from bot.audit import Audit
from bot.desk import Desk
from bot.errors import SlackRefused
from bot.git.history import History
from bot.model import ChannelInfo, Json, Profile
from bot.people import PeopleService
from bot.seals import Key
from bot.storage.engine import Database
from bot.storage.people import pseudonym_of
from bot.storage.schema import audit, evidence, outbox, people, work
from bot.surveys.results import SurveyFactsService
from bot.wanted import HandingIn, Judging, Kind
from knowledge.actions import Action, GitBackend, Input, InputType, Mode, Who
from knowledge.capabilities import BuiltFrom, Capability, Origin, Status, Teams
from knowledge.channels import Channels
from knowledge.loader import Handbook
from knowledge.people import ApproverGroup, Group, Member, People, Team
from knowledge.policies import Point, Policy, Span
from tests.curation.desk import CompanySlack, new_desk
from tests.work.desk import Hands

PLATFORM, OWNERS = "C0PLATFORM", "C0OWNERS"
POLICY = Policy(
    id="attestation",
    title="Attestation",
    rule="Artifacts are attested.",
    owner="security",
    capability="attested-builds",
    teams=Teams(),
    article="https://handbook.example.com/attestation",
    must_show=(Point("signed", "Signed"), Point("checked", "Checked")),
    longest=Span(months=12),
    since=date(2026, 3, 2),
    action="attest-builds",
)
CAPABILITY = Capability(
    "attested-builds",
    "Attested builds",
    "platform_team",
    Status.POLICY,
    date(2026, 3, 2),
    Teams(),
    "deployed",
    BuiltFrom(Origin.OURS, "so"),
)
TEAM_INPUT = Input("team", InputType.TEAM, "Team")
ACTION = Action(
    id="attest-builds",
    title="Attest builds",
    summary="Turns it on.",
    mode=Mode.PROPOSAL,
    who=Who(all_teams=True),
    backend=GitBackend("live", ()),
    inputs=(TEAM_INPUT,),
)


def group(*user_ids: str) -> Group:
    return Group(members=tuple(Member(each) for each in user_ids))


PEOPLE = People(
    platform_team=group("U0MAYA"),
    approvers={"security": ApproverGroup(group("U0NADIA", "U0HANNES", "U0MAYA"))},
    teams={
        "payments": Team(group("U0PRIYA", "U0SAMIR", "U0BOTH")),
        "search": Team(group("U0AMARA", "U0BOTH")),
    },
)
HANDBOOK = Handbook(
    "r1",
    (),
    people=PEOPLE,
    channels=Channels(platform_channel=PLATFORM, timezone="Europe/London"),
    actions=(ACTION,),
    capabilities=(CAPABILITY,),
    policies=(POLICY,),
)
FILLED = Filled("payments", "https://ci.example.com/a", {"signed": "yes", "checked": "yes"}, "U0SAMIR", "2027-06-01")


@dataclass
class OfficeSlack(CompanySlack):
    """Forms that were opened; who is a guest; which channels are shared, or not the bot's."""

    views: list[Json] = field(default_factory=list)
    guests: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)
    strange: set[str] = field(default_factory=set)  # channels and people that Slack does not know
    is_deaf: bool = False

    async def profile(self, user_id: str) -> Profile:
        if user_id in self.strange:
            raise SlackRefused("users.info", "user_not_found")
        return replace(await super().profile(user_id), is_guest=user_id in self.guests)

    async def channel_info(self, channel_id: str) -> ChannelInfo:
        if channel_id in self.strange:
            raise SlackRefused("conversations.info", "channel_not_found")
        return replace(await super().channel_info(channel_id), is_shared=channel_id in self.shared)

    async def open_view(self, trigger_id: str, view: Json) -> None:
        if self.is_deaf:
            raise SlackRefused("views.open", "expired_trigger_id")
        self.views.append(view)


@dataclass
class Adoption:
    """The pillar at work, its work done at once and in order."""

    database: Database
    hands: Hands
    slack: OfficeSlack = field(default_factory=OfficeSlack)
    handbook: Handbook = HANDBOOK

    def __post_init__(self) -> None:
        self.desk: Desk = new_desk(self.database, self.hands, handbook=self.handbook, slack=self.slack)
        people_service, audit = PeopleService(self.desk), Audit(Key("k" * 40), clock=self.hands.clock)
        cards = EvidenceCards(self.desk, people_service)
        self.policies = PolicyService(self.desk, people_service, audit)
        self.handing_in = HandingInService(self.desk, people_service, cards, audit)
        self.judging = JudgingService(self.desk, people_service, cards, audit, command="/platform")
        self.reminders = ReminderService(self.desk, people_service, cards, command="/platform")
        pulses = SurveyFactsService(self.database).facts
        self.turns = turns = Turns(self.desk, people_service)
        self.milestones = MilestoneService(self.desk, people_service, audit, turns, CardMaker(self.desk, pulses))
        self.speaking = SpeakingService(self.desk, people_service)
        self.prompting = PromptingService(self.desk, turns)

    def services(self) -> AdoptionServices:
        """As the bot puts them together."""
        return adoption_services(
            self.desk,
            PeopleService(self.desk),
            Audit(Key("k" * 40), clock=self.hands.clock),
            command="/platform",
            handbook_place=None,
            history_of=_no_history,
            pulses=SurveyFactsService(self.database).facts,
        )

    def now_reads(self, **changed: Any) -> None:
        """The handbook from now on."""
        library = self.desk.shelf.library
        self.desk.shelf.library = replace(library, handbook=replace(library.handbook, **changed))

    async def person(self, user_id: str) -> str:
        """The pseudonym."""
        now, new_id = self.hands.clock.now(), self.desk.new_id
        return await self.database.write(lambda tx: pseudonym_of(tx, user_id, now=now, new_id=new_id))

    async def hand_in(self, user_id: str = "U0PRIYA", filled: Filled = FILLED, *, key: str = "view:V1") -> str:
        """The id of the evidence, once a worker put it before its judges; "" where it was not taken."""
        assert await self.handing_in.take_form(filled, policy_id=POLICY.id, key=key, user_id=user_id) == {}
        await self.do(Kind.HAND_IN)
        found = await self.rows(select(evidence.c.id).where(evidence.c.key == key))
        return str(found[0].id) if found else ""

    async def judge(self, user_id: str, evidence_id: str, *, key: str = "", channel_id: str = "") -> list[str]:
        """Accepts it, and returns what the person was told for it."""
        key = key or f"{user_id}:{evidence_id}"
        where = Where(evidence_id, channel_id)
        await self.judging.take_accepted(where, key=key, user_id=user_id, response_url=None)
        await self.do(Kind.JUDGE_EVIDENCE)
        found = await self.rows(
            select(outbox.c.text).where(outbox.c.key == f"judging:{await self.person(user_id)}:{key}")
        )
        return [row.text for row in found]

    async def do(self, kind: Kind) -> None:
        """All work of the kind that was ever asked for, once more: doing it again must change nothing."""
        found = await self.rows(select(work.c.payload).where(work.c.kind == kind.value).order_by(work.c.id))
        for row in found:
            if kind is Kind.HAND_IN:
                await self.handing_in.hand_in(HandingIn(**row.payload))
            else:
                await self.judging.judge(Judging(**row.payload))

    async def all_done(self, kind: Kind, noun: Callable[..., Any], do: Callable[[Any], Awaitable[object]]) -> None:
        """All work of the kind that was ever asked for, twice."""
        found = await self.rows(select(work.c.payload).where(work.c.kind == kind.value).order_by(work.c.id))
        for row in [*found, *found]:
            await do(noun(**row.payload))

    async def rows(self, query: Any) -> Sequence[Any]:
        async with self.database.read() as tx:
            return (await tx.execute(query)).all()

    async def told(self, kind: str) -> list[tuple[str, str]]:
        """Of each message of the kind, to whom it goes (a Slack id, or the channel) and its text; edits left out."""
        query = select(outbox.c.channel_id, people.c.slack_id, outbox.c.text)
        query = query.outerjoin(people, people.c.id == outbox.c.recipient)
        query = query.where(outbox.c.kind == kind, outbox.c.edits.is_(None)).order_by(outbox.c.created_at, outbox.c.key)
        return [(row.slack_id or row.channel_id, row.text) for row in await self.rows(query)]

    async def acts(self) -> list[str]:
        return [row.act for row in await self.rows(select(audit.c.act).order_by(audit.c.number))]

    async def states(self) -> list[str]:
        """Of all evidence, the oldest first."""
        query = select(evidence.c.state).order_by(evidence.c.created_at, evidence.c.id)
        return [row.state for row in await self.rows(query)]


def _no_history(_repository: object) -> History:
    raise AssertionError("no repository is read here")
