"""Puts changes before the handbook's reviewers, and follows them until they are merged or closed.

A proposal is a row before anything is called, so that it is opened once whatever happens meanwhile. Never merges.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from functools import partial

import structlog

from bot import effects
from bot.curation import draft_blocks as blocks
from bot.curation.gap_rules import Because
from bot.desk import Desk
from bot.errors import GitFailed
from bot.git.host import GitHost, Proposal, Review, Standing
from bot.model import Effect
from bot.storage import drafts as draft_rows
from bot.storage import gaps as gap_rows
from bot.storage import proposals as rows
from bot.storage.engine import Tx
from bot.storage.people import slack_id_of
from bot.storage.proposals import ProposalRow
from bot.wanted import Documented, FileSettled, Kind, NotProposed, Proposing
from bot.work import enqueue
from knowledge.channels import AnswerMode

log = structlog.get_logger(__name__)

ARTICLE, REVIEW, ACTION, STORY, NOTICE = "article", "review", "action", "story", "notice"
BET, BET_DECISION = "bet", "bet-decision"
SETTLED = {  # what tells the pillar that a file came from what became of it
    STORY: Kind.STORY_SETTLED,
    BET_DECISION: Kind.BET_SETTLED,
    NOTICE: Kind.NOTICE_SETTLED,
}
LOOKED_UP_AT_ONCE = 20  # at a tick, so that a host's own limits are far away
FAILED = (
    "I could not open the proposal: the handbook's repository was away for a quarter of an hour, or refused it. "
    "My operators see why. Please press again later; what was done up to then is not done twice."
)
SAYS_SO = "There is nothing to propose: the handbook says that already."


@dataclass(frozen=True)
class HandbookRepository:
    """`subfolder` is where the handbook lies in it; "" is the top."""

    host: GitHost
    subfolder: str = ""

    def path(self, file: str) -> str:
        """In the repository, of a file below the handbook."""
        return f"{self.subfolder}/{file}" if self.subfolder else file


@dataclass(frozen=True)
class Change:
    """What is to be proposed: files by their path below the handbook, and the id of what it comes from."""

    kind: str
    subject: str
    title: str
    body: str
    files: Mapping[str, str]


class ProposalService:
    """`repository` is None where the handbook is a folder: then nothing can be proposed."""

    def __init__(self, desk: Desk, repository: HandbookRepository | None) -> None:
        self._desk = desk
        self.repository = repository

    async def free_file(self, file: str, following: Callable[[str], str]) -> str:
        """The file, below the handbook, or the first of those `following` that the base branch has not: what came
        meanwhile is not written over.
        """
        assert self.repository is not None
        while await self.repository.host.read_file(self.repository.path(file)) is not None:
            file = following(file)
        return file

    async def put(self, tx: Tx, change: Change, *, person: str, response_url: str | None) -> bool:
        """Whether it is new, in the caller's transaction; wake the workers after it.

        One that failed is tried again on its branch, where it finds what was left there; after a closed one it is new.
        """
        assert self.repository is not None
        now, id_ = self._desk.clock.now(), self._desk.new_id()
        branch = f"mentor/{change.kind}-{id_[:12]}"
        if (before := await rows.of(tx, change.subject)) is not None:
            if before.state not in (rows.FAILED, rows.CLOSED):
                return False
            branch = before.branch if before.state == rows.FAILED else branch
            await rows.forget(tx, before.id)
        row = ProposalRow(
            id=id_,
            kind=change.kind,
            subject=change.subject,
            branch=branch,
            person=person,
            title=change.title,
            body=change.body,
            files={self.repository.path(file): text for file, text in change.files.items()},
            state=rows.WAITING,
            url="",
            number="",
            created_at=now,
        )
        if not await rows.add(tx, row):
            return False
        proposing = Proposing(key=id_, proposal_id=id_, response_url=response_url)
        return await enqueue(tx, Kind.PROPOSE, proposing, due_at=now, now=now)

    async def propose(self, proposing: Proposing) -> None:
        """Opens it, or adopts what an earlier try left; the platform channel and the person learn where it stands."""
        async with self._desk.database.read() as tx:
            row = await rows.by_id(tx, proposing.proposal_id)
        if row is None or row.state != rows.WAITING or self.repository is None:
            return
        excerpt = await self._excerpt(row)
        standing = await self.repository.host.propose(_proposal(row))
        now = self._desk.clock.now()

        async def unit(tx: Tx) -> None:
            if await rows.mark_open(tx, row.id, url=standing.url, number=standing.number, now=now):
                await draft_rows.forget_words_of(tx, row.subject)
                for effect in self._told_of_opening(row, standing, excerpt, proposing.response_url):
                    await self._desk.outbox.put(tx, effect)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()
        if standing.review is Review.MERGED:
            await self._settle(row, standing)

    async def given_up(self, proposing: Proposing) -> None:
        async with self._desk.database.read() as tx:
            row = await rows.by_id(tx, proposing.proposal_id)
        if row is None:
            return
        shown, now = blocks.said(FAILED), self._desk.clock.now()
        effect = effects.privately(f"not-opened:{row.id}", row.person, shown, response_url=proposing.response_url)

        async def unit(tx: Tx) -> None:
            if not await rows.mark_failed(tx, row.id, now=now):
                return
            await draft_rows.take_back(tx, row.subject)
            if row.kind == REVIEW:
                await enqueue(tx, Kind.NOT_PROPOSED, NotProposed(row.id, row.subject), due_at=now, now=now)
            await self._tell_settled(tx, row, rows.FAILED, "")
            await self._desk.outbox.put(tx, effect)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()
        self._desk.wake()

    async def follow(self) -> None:
        """Looks what became of the open ones, those not looked at for longest first."""
        if self.repository is None:
            return
        async with self._desk.database.read() as tx:
            running = await rows.to_look_up(tx, limit=LOOKED_UP_AT_ONCE)
        for row in running:
            await self._desk.database.write(partial(rows.looked_at, proposal_id=row.id, now=self._desk.clock.now()))
            try:
                standing = await self.repository.host.look_up(_proposal(row))
            except GitFailed as error:
                log.warning("proposal.not_looked_up", proposal=row.id, reason=str(error))
                return  # the others stand at the same host, and are first at the next tick
            if standing.review in (Review.MERGED, Review.CLOSED):
                await self._settle(row, standing)

    async def _excerpt(self, row: ProposalRow) -> str:
        """What the change adds and takes away."""
        assert self.repository is not None
        parts = []
        for path, text in (row.files or {}).items():
            before = await self.repository.host.read_file(path)
            lines = unified_diff((before or "").splitlines(), text.splitlines(), n=1, lineterm="")
            parts += [path, *(line for line in lines if not line.startswith(("---", "+++", "@@")))]
        return "\n".join(parts)

    def _told_of_opening(
        self, row: ProposalRow, standing: Standing, excerpt: str, response_url: str | None
    ) -> list[Effect]:
        is_opened = standing.review is not Review.MERGED or bool(standing.number)
        opened = blocks.opened(branch=row.branch, url=standing.url, is_told=row.kind in (ARTICLE, STORY))
        shown = opened if is_opened else blocks.said(SAYS_SO)
        told = [effects.privately(f"opened:{row.id}", row.person, shown, response_url=response_url)]
        if not is_opened:
            return told
        if channel_id := self._desk.shelf.library.handbook.channels.platform_channel:
            card = blocks.proposed(row.title, branch=row.branch, url=standing.url, excerpt=excerpt)
            told.append(effects.in_channel(f"proposed:{row.id}", blocks.PROPOSED, channel_id, card))
        return told

    async def _settle(self, row: ProposalRow, standing: Standing) -> None:
        is_merged = standing.review is Review.MERGED
        state, now = rows.MERGED if is_merged else rows.CLOSED, self._desk.clock.now()
        async with self._desk.database.read() as tx:
            draft = await draft_rows.by_id(tx, row.subject)
            named = draft.solver if draft is not None and draft.credit == draft_rows.YES else None
            slack_id = await slack_id_of(tx, named) if named else None
        credit = await self._desk.slack.real_name(slack_id) if slack_id else ""

        async def unit(tx: Tx) -> None:
            if not await rows.settle(tx, row.id, state=state, now=now):
                return
            await self._tell_settled(tx, row, state, standing.url or row.url)
            if not is_merged:
                await self._desk.outbox.put(tx, _closed(row, standing))
            elif row.kind == ACTION:
                await gap_rows.close(tx, row.subject, because=Because.ACTION, now=now)
            elif draft is not None:
                await self._desk.outbox.put(tx, self._documented(row, standing, draft, credit))
                key = f"{draft.channel_id}:{draft.root}"
                url = standing.url or row.url
                documented = Documented(key, draft.channel_id, draft.root, draft.file, row.title, url)
                await enqueue(tx, Kind.DOCUMENTED, documented, due_at=now, now=now)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()
        self._desk.wake()

    async def _tell_settled(self, tx: Tx, row: ProposalRow, outcome: str, url: str) -> None:
        """To the pillar that it came from, where that one wants to know."""
        if row.kind not in SETTLED or self.repository is None:
            return
        path, now = next(iter(row.files or {}), ""), self._desk.clock.now()
        file = path.removeprefix(self.repository.path(""))
        settled = FileSettled(row.id, row.subject, outcome, file, url)
        await enqueue(tx, SETTLED[row.kind], settled, due_at=now, now=now)

    def _documented(self, row: ProposalRow, standing: Standing, draft: draft_rows.Draft, credit: str) -> Effect:
        articles = self._desk.shelf.library.handbook.articles
        page = next((each.url for each in articles if each.id == draft.file), "")
        url = page or standing.url or row.url
        shown = blocks.documented(row.title or "an article", url=url, file=f"articles/{draft.file}", credit=credit)
        key = f"documented:{row.id}"
        if self._is_quiet(draft.channel_id):
            return effects.privately(key, row.person, shown, kind=blocks.DOCUMENTED)
        return Effect(
            key, blocks.DOCUMENTED, shown.text, shown.blocks, channel_id=draft.channel_id, thread_ts=draft.root
        )

    def _is_quiet(self, channel_id: str) -> bool:
        """Whether the bot says nothing there of its own accord: then who opened the proposal learns it alone."""
        channel = self._desk.shelf.library.handbook.channels.watched(channel_id)
        return channel is None or channel.answer is AnswerMode.SHADOW


def _proposal(row: ProposalRow) -> Proposal:
    return Proposal(row.branch, row.title, row.body or "", dict(row.files or {}))


def _closed(row: ProposalRow, standing: Standing) -> Effect:
    shown = blocks.closed(row.title or "an article", url=standing.url or row.url)
    return effects.privately(f"closed:{row.id}", row.person, shown, kind=blocks.PROPOSAL_CLOSED)
