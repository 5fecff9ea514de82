"""A desk of the curation pillar, and a repository that does as it is told."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.curation.proposals import HandbookRepository
from bot.days_off import DaysOff
from bot.desk import Desk
from bot.errors import GitFailed
from bot.git.host import Author, CommitStatus, GitHost, Proposal, Review, Standing
from bot.library import Library, Shelf
from bot.model import ChannelInfo, Profile, Workspace
from bot.outbox import Outbox
from bot.storage.engine import Database
from knowledge.channels import AnswerMode, Channel, Channels
from knowledge.index import Index
from knowledge.loader import Handbook
from tests.work.desk import FakeSlack, Hands, ids

ASK, PLATFORM = "C0ASKPLAT", "C0PLATFORM"
CHANNELS = Channels(platform_channel=PLATFORM, channels=(Channel(ASK, "ask-platform", AnswerMode.AT_ONCE),))


@dataclass
class CompanySlack(FakeSlack):
    """Everybody is of the company and has a name made of their id, but those who are gone."""

    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    async def profile(self, user_id: str) -> Profile:
        return Profile(user_id, "T0SMALL", is_deleted=user_id in self.gone)

    async def group_members(self, usergroup_id: str) -> frozenset[str]:
        return self.groups.get(usergroup_id, frozenset())

    async def names_of(self, user_id: str) -> frozenset[str]:
        return frozenset({await self.real_name(user_id)})

    async def real_name(self, user_id: str) -> str:
        return user_id.removeprefix("U0").title()

    async def permalink(self, channel_id: str, ts: str) -> str:
        return f"https://small.slack.com/archives/{channel_id}/p{ts}"

    async def channel_info(self, channel_id: str) -> ChannelInfo:
        return ChannelInfo(channel_id, "", is_private=False, is_shared=False, is_member=True, is_archived=False)


@dataclass
class FakeHost(GitHost):
    """`files` stand on the base branch; `standings` says what became of each branch."""

    files: dict[str, str] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    proposals: list[Proposal] = field(default_factory=list)
    is_away: bool = False

    @property
    def has_reviews(self) -> bool:
        return True

    async def read_file(self, path: str) -> str | None:
        return self.files.get(path)

    async def propose(self, proposal: Proposal) -> Standing:
        """The proposal arrives also when the reply is lost."""
        if proposal.branch not in self.standings:
            self.proposals.append(proposal)
            self.standings[proposal.branch] = Standing(Review.OPEN, f"https://git.example.com/{proposal.branch}", "7")
        self._answer()
        return self.standings[proposal.branch]

    async def look_up(self, proposal: Proposal) -> Standing:
        self._answer()
        return self.standings[proposal.branch]

    async def merge(self, proposal: Proposal) -> Standing:
        self.become(Review.MERGED)
        return await self.look_up(proposal)

    async def reviewers(self, proposal: Proposal) -> frozenset[str]:
        return frozenset()

    async def contains(self, revision: str, commit: str) -> bool:
        return revision == commit

    async def statuses(self, commit: str) -> Sequence[CommitStatus]:
        return ()

    async def author_of(self, account: str) -> Author | None:
        return None

    def become(self, review: Review) -> None:
        """What became of all that was proposed."""
        self.standings = {branch: Standing(review, each.url, each.number) for branch, each in self.standings.items()}

    def _answer(self) -> None:
        if self.is_away:
            raise GitFailed("git.example.com: no answer")


def new_desk(
    database: Database, hands: Hands, *, handbook: Handbook | None = None, slack: CompanySlack | None = None
) -> Desk:
    slack = slack or CompanySlack()
    handbook = handbook or Handbook("r1", (), channels=CHANNELS)
    shelf = Shelf(Library(handbook, Index.build(handbook.articles)))
    off = DaysOff(slack, shelf)
    outbox = Outbox(database, slack, is_off=off.is_off, clock=hands.clock, new_id=ids("mark"))
    workspace = Workspace("T0SMALL", None, "U0BOT", "B0")
    return Desk(database, outbox, slack, shelf, workspace, hands.clock, ids("id"), lambda: None)


def at(host: GitHost) -> HandbookRepository:
    return HandbookRepository(host, "docs")
