"""Drafts a bet from a gap or a theme by one press, as a pull request with its evidence filled in.

Never twice from the same: what stands in the handbook or before its reviewers is told instead. Opened and followed by
curation.
"""

from bot import effects
from bot.authority import Act
from bot.bet_button import Source, subject_of
from bot.blockkit import Shown, escape
from bot.curation.draft_blocks import proposed_before
from bot.curation.proposals import BET
from bot.desk import Desk
from bot.discovery import bet_blocks as blocks
from bot.discovery import bet_file, rules
from bot.discovery.sources import Sources
from bot.people import PeopleService
from bot.storage import proposals
from bot.storage import work as work_rows
from bot.storage.proposals import CLOSED, FAILED, ProposalRow
from bot.wanted import Decision, FileWanted, Kind
from bot.work import enqueue
from knowledge.bets import Bet

GONE = "That is not there any more, so there is nothing to draft from."
BROKEN = "I could not draft it: something broke on my side, and my operators see it. Please press again later."
IS_A_FOLDER = "Your handbook is a folder, not a Git repository, so I cannot propose a change to it."


class DraftingService:
    """Methods that workers call may run twice and change nothing the second time."""

    def __init__(self, desk: Desk, people: PeopleService, sources: Sources, *, can_propose: bool) -> None:
        self._desk = desk
        self._people = people
        self._sources = sources
        self._can_propose = can_propose

    async def take_press(self, source: Source, id_: str, *, key: str, user_id: str, response_url: str | None) -> None:
        def wanted(person: str) -> Decision:
            return Decision(f"{person}:{key}", person, id_, source.value, response_url)

        await self._desk.take(Kind.DRAFT_BET, user_id, wanted)

    async def draft(self, decision: Decision) -> None:
        """By a worker: has it proposed, or says why not, or where it stands."""
        if reason := await self._people.why_not(await self._people.profile(decision.person), Act.CURATE):
            await self._tell(decision, blocks.said(escape(reason)))
            return
        async with self._desk.database.read() as tx:
            if await work_rows.is_known(tx, kind=Kind.PROPOSE_FILE, key=decision.key):
                return  # by this press; curation tells what comes of it
            before = await proposals.of(tx, subject_of(Source(decision.choice), decision.subject))
        if shown := self._standing(decision, before):
            await self._tell(decision, shown)
        else:
            await self._propose(decision)

    async def given_up(self, decision: Decision) -> None:
        await self._tell(decision, blocks.said(BROKEN))

    def _standing(self, decision: Decision, before: ProposalRow | None) -> Shown | None:
        """What there is of it already."""
        kind = rules.source_of(Source(decision.choice))
        bets = self._desk.shelf.library.handbook.bets
        if (bet := next((each for each in bets if each.has(kind, decision.subject)), None)) is not None:
            return blocks.said(_there_is(bet))
        if before is None or before.state in (CLOSED, FAILED):
            return None
        return proposed_before(branch=before.branch, url=before.url)

    async def _propose(self, decision: Decision) -> None:
        source = Source(decision.choice)
        found = await self._sources.found(source, decision.subject)
        if found is None:
            await self._tell(decision, blocks.said(GONE))
            return
        taken = [each.id for each in self._desk.shelf.library.handbook.bets]
        file, text = bet_file.file_of(found, taken), bet_file.draft(found, self._desk.today())
        if not self._can_propose:
            await self._tell(decision, blocks.by_hand(text, file=file, why=IS_A_FOLDER))
            return
        wanted = FileWanted(
            key=decision.key,
            subject=subject_of(source, decision.subject),
            kind=BET,
            title=f"Bet: {found.title}"[:120],
            body=bet_file.request_text(found),
            file=file,
            text=text,
            person=decision.person,
            response_url=decision.response_url,
        )
        now = self._desk.clock.now()
        await self._desk.database.write(lambda tx: enqueue(tx, Kind.PROPOSE_FILE, wanted, due_at=now, now=now))
        self._desk.wake()

    async def _tell(self, decision: Decision, shown: Shown) -> None:
        key, url = f"bet-draft:{decision.key}", decision.response_url
        await self._desk.send(effects.privately(key, decision.person, shown, response_url=url, kind=blocks.DRAFT))


def _there_is(bet: Bet) -> str:
    return f"There is a bet on this already: “{escape(bet.title)}” (`{escape(bet.file)}`)."
