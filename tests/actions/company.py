"""A company that runs actions: its people, a small catalogue, a repository that keeps a ledger, and a controller."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select

from bot.actions.device_codes import DeviceCodes
from bot.actions.direct import DirectBackend, Done, NotStarted, Outcome, Run
from bot.actions.forms import Filled, entry_digest
from bot.actions.services import ActionServices, action_services
from bot.audit import Audit
from bot.desk import Desk
from bot.errors import (
    DirectFailed,
    DirectUnclear,
    GitBusy,
    GitChanged,
    GitFailed,
    SlackRateLimited,
    SlackRefused,
    SlackUnclear,
)
from bot.git.device_flow import DeviceFlow
from bot.git.host import Author, CommitStatus, GitHost, Proposal, Review, Standing
from bot.git.proposals import blob_id
from bot.library import Library
from bot.model import Profile
from bot.outbox import Outbox
from bot.people import PeopleService
from bot.seals import Key
from bot.storage.engine import Database
from bot.storage.people import pseudonym_of
from bot.storage.requests import RequestRow
from bot.storage.schema import outbox as messages
from bot.storage.schema import requests, work
from bot.wanted import Kind, RequestDecision, Requested
from knowledge.actions import Action, Approval, Change, GitBackend, Input, InputType, Mode, Verb, Webhook, Who
from knowledge.channels import AnswerMode, Channel, Channels, Limit
from knowledge.index import Index
from knowledge.loader import Handbook
from knowledge.people import ApproverGroup, GitAccount, Group, Member, People, Team
from knowledge.repositories import Controller, LiveRepository, Reporter
from tests.curation.desk import CompanySlack, new_desk
from tests.work.desk import Hands, ids, never_off

PLATFORM, ASK = "C0PLATFORM", "C0ASKPLAT"
SHA = "{:040x}".format


def _group(*people: str) -> Group:
    return Group(members=tuple(Member(each) for each in people))


PEOPLE = People(
    platform_team=_group("U0MAYA", "U0TOMAS"),
    approvers={
        "platform-approvers": ApproverGroup(_group("U0MAYA", "U0TOMAS", "U0PRIYA")),
        "empty": ApproverGroup(Group(usergroup_id="S0NOBODY")),
    },
    teams={"payments": Team(_group("U0PRIYA", "U0AMARA")), "checkout": Team(_group("U0JONAS", "U0JONASTWO"))},
    git_accounts={"U0PRIYA": GitAccount("priya-nair", "Priya Nair", "priya@example.com")},
    aliases=(frozenset({"U0JONAS", "U0JONASTWO"}),),
)
CHANNELS = Channels(
    platform_channel=PLATFORM,
    limit=Limit(frozenset(Mode)),
    channels=(Channel(ASK, "ask-platform", AnswerMode.AT_ONCE),),
)
LIVE = LiveRepository("live", "https://git.example.com/live.git", "main", (Controller(Reporter.STATUS, "live"),))
BUCKET = Action(
    id="create-bucket",
    title="Create a bucket",
    summary="A private bucket.",
    mode=Mode.PROPOSAL,
    who=Who(all_teams=True),
    inputs=(
        Input("bucket", InputType.TEXT, "Bucket name", pattern="[a-z][a-z0-9-]{2,20}"),
        Input("environment", InputType.CHOICE, "Environment", choices=("dev", "prod")),
        Input("team", InputType.TEAM, "Team"),
    ),
    approval=Approval("platform-approvers", when={"environment": ("prod",)}, may_be_urgent=True),
    backend=GitBackend(
        "live",
        (
            Change(
                "teams/{team}/{bucket}.yaml",
                Verb.CREATE,
                {"kind": "Bucket", "name": "{bucket}", "environment": "{environment}", "asked": "{request}"},
            ),
        ),
    ),
)
QUOTA = replace(
    BUCKET,
    id="set-quota",
    title="Set a quota",
    inputs=(
        Input("team", InputType.TEAM, "Team"),
        Input("cpu", InputType.NUMBER, "CPUs", least=1, most=64),
    ),
    approval=Approval("platform-approvers", people=2),
    backend=GitBackend("live", (Change("teams/{team}/quota.yaml", Verb.SET, {"limits.cpu": "{cpu}"}),)),
)
MERGED = replace(
    QUOTA,
    id="raise-quota",
    approval=Approval("platform-approvers"),
    backend=replace(QUOTA.backend, merges_on_approval=True),  # type: ignore[arg-type]
)
RESTART = Action(
    id="restart",
    title="Restart a service",
    summary="At once.",
    mode=Mode.BREAK_GLASS,
    who=Who(teams=("checkout",)),
    inputs=(Input("service", InputType.TEXT, "Service", pattern="[a-z-]{2,20}"),),
    backend=Webhook(
        "https://ops.example.com/restart", "https://ops.example.com/runs/{request}", {"service": "{service}"}
    ),
    declares=GitBackend("live", (Change("restarts/{service}.yaml", Verb.REPLACE, {"by": "{request}"}),)),
)
QUOTA_FILE = "# of the team\nlimits:\n  cpu: 4  # cores\n  memory: 8\n"
ACTIONS = (BUCKET, QUOTA, MERGED, RESTART)


@dataclass
class OfficeSlack(CompanySlack):
    """Some are guests, some of another company."""

    guests: set[str] = field(default_factory=set)
    foreign: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)
    has_no_names: bool = False
    is_away: bool = False

    async def real_name(self, user_id: str) -> str:
        if self.has_no_names or self.is_away:
            raise SlackRateLimited("users.info", 30)
        return self.names.get(user_id) or await super().real_name(user_id)

    async def profile(self, user_id: str) -> Profile:
        if self.is_away:
            raise SlackUnclear("users.info", "no answer")
        if user_id in self.unknown:
            raise SlackRefused("users.info", "user_not_found")
        team = "T0OTHER" if user_id in self.foreign else "T0SMALL"
        is_guest, is_gone, is_bot = user_id in self.guests, user_id in self.gone, user_id == "U0BOT"
        return Profile(user_id, team, is_bot=is_bot, is_guest=is_guest, is_deleted=is_gone)


@dataclass
class Repository(GitHost):
    """What stands on the base branch, what is proposed, and every effect that people would see."""

    base: dict[str, str] = field(default_factory=dict)
    open: dict[str, Proposal] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)  # revision by branch
    closed: set[str] = field(default_factory=set)
    said: list[CommitStatus] = field(default_factory=list)
    ledger: list[str] = field(default_factory=list)
    agreed: frozenset[str] = frozenset()
    is_reviewed: bool = True
    is_away: bool = False
    busy_s: float = 0.0
    loses_replies: bool = False
    refuses_to_merge: str = ""
    asked: int = 0

    @property
    def has_reviews(self) -> bool:
        return self.is_reviewed

    async def read_file(self, path: str) -> str | None:
        self._answer()
        return self.base.get(path)

    async def look_up(self, proposal: Proposal) -> Standing:
        self._answer()
        if proposal.branch in self.merged:
            return self._standing(proposal, Review.MERGED)
        if proposal.branch in self.open:
            return self._standing(proposal, Review.CLOSED if proposal.branch in self.closed else Review.OPEN)
        return Standing(Review.CLOSED)

    async def propose(self, proposal: Proposal) -> Standing:
        self._answer()
        if proposal.branch not in self.open:
            self._check(proposal)
            self.open[proposal.branch] = proposal
            self.ledger.append(f"propose {proposal.branch}")
        if self.loses_replies:
            self.loses_replies = False
            raise GitFailed("git.example.com: the reply was lost")
        return await self.look_up(proposal)

    async def merge(self, proposal: Proposal) -> Standing:
        self._answer()
        if self.refuses_to_merge:
            raise GitFailed(self.refuses_to_merge)
        if proposal.branch not in self.merged:
            self.do_merge(proposal.branch)
        return await self.look_up(proposal)

    async def contains(self, revision: str, commit: str) -> bool:
        self._answer()
        return bool(commit) and int(revision, 16) >= int(commit, 16)

    async def statuses(self, commit: str) -> Sequence[CommitStatus]:
        self._answer()
        return self.said

    async def reviewers(self, proposal: Proposal) -> frozenset[str]:
        self._answer()
        return self.agreed

    async def author_of(self, account: str) -> Author | None:
        return Author(account, f"{account}@git.example.com")

    def forget(self) -> None:
        """It is as at the beginning."""
        self.base = {"teams/checkout/quota.yaml": QUOTA_FILE}
        for each in (self.open, self.merged, self.closed, self.said, self.ledger):
            each.clear()

    def do_merge(self, branch: str) -> None:
        """By a person at the host, or by the bot."""
        for path, content in self.open[branch].files.items():
            if content is None:
                self.base.pop(path, None)
            else:
                self.base[path] = content
        self.merged[branch] = SHA(len(self.merged) + 1)
        self.ledger.append(f"merge {branch}")

    def _check(self, proposal: Proposal) -> None:
        for path, blob in (proposal.expects or {}).items():
            there = self.base.get(path)
            if (None if there is None else blob_id(there, like="0" * 40)) != blob:
                raise GitChanged(f"{path} changed")

    def _standing(self, proposal: Proposal, review: Review) -> Standing:
        url = f"https://git.example.com/{proposal.branch}"
        return Standing(review, url, "7", self.merged.get(proposal.branch, ""))

    def _answer(self) -> None:
        self.asked += 1
        if self.busy_s:
            raise GitBusy("git.example.com: too many requests", self.busy_s)
        if self.is_away:
            raise GitFailed("git.example.com: no answer")


@dataclass
class Runs(DirectBackend):
    """A backend that keeps a ledger; each run is done at once."""

    started: list[str] = field(default_factory=list)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    comes_to: Outcome = field(default_factory=lambda: Done("run-1", "restarted", ""))
    troubles: dict[str, list[DirectFailed]] = field(default_factory=dict)  # by method, in order
    looked_up: list[Run] = field(default_factory=list)

    async def start(self, run: Run) -> Outcome:
        trouble = self.troubles.get("start")
        if trouble and not isinstance(trouble[0], DirectUnclear):
            raise trouble.pop(0)
        if run.request_id not in self.outcomes:
            self.started.append(run.request_id)
            self.outcomes[run.request_id] = self.comes_to
        if trouble:
            raise trouble.pop(0)
        return self.outcomes[run.request_id]

    async def look_up(self, run: Run) -> Outcome:
        self.looked_up.append(run)
        if trouble := self.troubles.get("look_up"):
            raise trouble.pop(0)
        return self.outcomes.get(run.request_id, NotStarted())


class Company:
    """A desk with the services on it; `do_all` does what is due, as workers would."""

    def __init__(
        self,
        database: Database,
        *,
        actions: Sequence[Action] = ACTIONS,
        people: People = PEOPLE,
        channels: Channels = CHANNELS,
        replica_of: "Company | None" = None,
    ) -> None:
        """A replica shares the database, the time, and what is outside with the other."""
        other = replica_of
        self.hands: Hands = other.hands if other else Hands()
        self.slack: OfficeSlack = other.slack if other else OfficeSlack(groups={"S0NOBODY": frozenset()})
        self.repository: Repository = (
            other.repository if other else Repository({"teams/checkout/quota.yaml": QUOTA_FILE})
        )
        self.runs: Runs = other.runs if other else Runs()
        self.held: set[Kind] = set()  # work that nobody does
        self._channels = channels
        handbook = self._handbook(actions, people)
        self.desk: Desk = new_desk(database, self.hands, handbook=handbook, slack=self.slack)
        if other:
            outbox = Outbox(database, self.slack, is_off=never_off, clock=self.hands.clock, new_id=ids("replica-mark"))
            self.desk = replace(self.desk, outbox=outbox, new_id=ids("replica"))
        key = Key("k" * 40)
        self.audit = Audit(key, clock=self.hands.clock)
        self.flows: dict[str, DeviceFlow] = {}
        self.services: ActionServices = action_services(
            self.desk,
            PeopleService(self.desk),
            self.audit,
            host_of=lambda _: self.repository,
            backend_of=lambda _: self.runs,
            flows=lambda: self.flows,
            codes=DeviceCodes(key),
            command="/platform",
            bot_name="Mentor",
        )

    def _handbook(
        self, actions: Sequence[Action], people: People, repositories: Sequence[LiveRepository] = (LIVE,)
    ) -> Handbook:
        return Handbook("r1", (), people, self._channels, actions=tuple(actions), repositories=tuple(repositories))

    def use(self, *actions: Action, people: People = PEOPLE, repositories: Sequence[LiveRepository] = (LIVE,)) -> None:
        """Another revision of the handbook."""
        handbook = self._handbook(actions, people, repositories)
        self.desk.shelf.library = Library(handbook, Index.build(()))

    async def ask(
        self, user_id: str, action: Action, raw: Mapping[str, str], *, key: str = "view:1", urgent: bool = False
    ) -> Mapping[str, str]:
        """The errors in the form."""
        filled = Filled(action.id, entry_digest(action), "", False, urgent, raw)
        errors = await self.services.requests.submit(filled, key=key, user_id=user_id)
        await self.do_all()
        return errors

    async def press(
        self,
        user_id: str,
        choice: str,
        *,
        key: str = "1",
        place: tuple[str, str] | None = None,
        value: str | None = None,
    ) -> list[str]:
        """What the person is told of it. The newest request is meant; its right message is pressed if none is given."""
        request = await self.request()
        channel_id, ts = place or await self.place_of(request, choice, user_id)
        before = len(await self.told(user_id))
        await self.services.decisions.take_press(
            value or f"{request.id}:{(request.digest or '')[:16]}",
            choice=choice,
            key=key,
            user_id=user_id,
            channel_id=channel_id,
            ts=ts,
            response_url=None,
        )
        await self.do_all()
        return (await self.told(user_id))[before:]

    async def place_of(self, request: RequestRow, choice: str, user_id: str) -> tuple[str, str]:
        """Where the message stands whose button this is; sent by hand, as there is no outbox at work."""
        prefix = {"approve": "approval:", "decline": "approval:", "returned": "pushed:", "declared": "pushed:"}
        key = f"{prefix.get(choice, 'request:')}{request.id}"
        async with self.desk.database.read() as tx:
            found = (await tx.execute(select(messages.c.key).where(messages.c.key.startswith(key)))).scalars().all()
        first = sorted(each for each in found if not each.endswith(":edit"))[0]
        place = ("D0SENT", f"1795514000.{abs(hash(first)) % 1_000_000:06d}")

        async def sent(tx: Any) -> None:
            values = {"slack_channel": place[0], "slack_ts": place[1], "state": "sent"}
            await tx.execute(messages.update().where(messages.c.key == first).values(**values))

        await self.desk.database.write(sent)
        return place

    async def do_all(self) -> None:
        """Everything that is due, until nothing is."""
        jobs = {
            Kind.PREPARE: lambda each: self.services.requests.prepare(Requested(**each)),
            Kind.COUNT: lambda each: self.services.decisions.count(Requested(**each)),
            Kind.EXECUTE: lambda each: self.services.execution.execute(Requested(**each)),
            Kind.EXPIRE: lambda each: self.services.requests.expire(Requested(**each)),
            Kind.DECIDE_REQUEST: lambda each: self.services.decisions.decide(RequestDecision(**each)),
        }
        while due := await self._due(tuple(jobs)):
            for id_, kind, payload in due:
                await jobs[Kind(kind)](payload)
                await self._finish(id_)

    async def follow(self, **later: float) -> None:
        """A tick, after that much time."""
        self.hands.move(**later)
        await self.services.following.follow()
        await self.do_all()

    async def seen(self, prefix: str) -> list[str]:
        """All that is shown under such keys, in the order it was put in; of a message that changed, the newest."""
        async with self.desk.database.read() as tx:
            query = select(messages.c.key, messages.c.text, messages.c.blocks).where(messages.c.key.startswith(prefix))
            found = (await tx.execute(query.order_by(messages.c.created_at, messages.c.key))).all()
        newest = {row.key.removesuffix(":edit"): row.key for row in found}
        return [words_of(row.blocks) for row in found if row.key == newest[row.key.removesuffix(":edit")]]

    async def message(self) -> str:
        """What who asked reads of the newest request."""
        return (await self.seen(f"request:{(await self.request()).id}"))[-1]

    async def audited(self) -> list[str]:
        async with self.desk.database.read() as tx:
            return [entry.act async for entry in self.audit.entries(tx)]

    async def count_of(self, kind: Kind) -> int:
        """How many rows of this work there ever were."""
        async with self.desk.database.read() as tx:
            return len((await tx.execute(select(work.c.id).where(work.c.kind == kind.value))).all())

    async def request(self, number: int = -1) -> RequestRow:
        """The newest, or the one of that place in time."""
        async with self.desk.database.read() as tx:
            found = (await tx.execute(select(requests).order_by(requests.c.created_at, requests.c.id))).mappings().all()
        return RequestRow(**found[number])

    async def pseudonym(self, user_id: str) -> str:
        now = self.hands.clock.now()
        return await self.desk.database.write(lambda tx: pseudonym_of(tx, user_id, now=now, new_id=self.desk.new_id))

    async def told(self, user_id: str) -> list[str]:
        """What was said to the person directly, edits apart."""
        person = await self.pseudonym(user_id)
        async with self.desk.database.read() as tx:
            query = select(messages.c.text).where(messages.c.key.startswith("press:"), messages.c.recipient == person)
            return list(await tx.scalars(query.order_by(messages.c.created_at, messages.c.key)))

    async def _due(self, kinds: Sequence[str]) -> list[tuple[int, str, dict[str, Any]]]:
        async with self.desk.database.read() as tx:
            now = self.hands.clock.now()
            wanted = [each for each in kinds if each not in self.held]
            query = select(work).where(work.c.state == "waiting", work.c.due_at <= now, work.c.kind.in_(wanted))
            return [(row.id, row.kind, row.payload) for row in await tx.execute(query.order_by(work.c.id))]

    async def _finish(self, id_: int) -> None:
        async def unit(tx: Any) -> None:
            await tx.execute(work.update().where(work.c.id == id_).values(state="done", payload=None))

        await self.desk.database.write(unit)


def words_of(blocks: Sequence[Mapping[str, Any]]) -> str:
    """All that a message says, a line a block; of buttons, their words in brackets."""
    return "\n".join(_words(each) for each in blocks)


def _words(block: Mapping[str, Any]) -> str:
    match block["type"]:
        case "section":
            return str(block["text"]["text"])
        case "context":
            return " ".join(each["text"] for each in block["elements"])
        case "actions":
            return " ".join(f"[{each['text']['text']}]" for each in block["elements"])
    raise AssertionError(block["type"])
