"""What can be drafted from a gap: an article from a thread in it that was solved since, or a catalogue entry.

An action is shown to who wants it before anybody else sees it, and proposed as they saw it; nothing of it is kept until
then. Drafts of articles are `drafts`', and what is proposed goes through `proposals`.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import count

from bot.blockkit import Shown
from bot.curation import catalogue_draft, draft_blocks
from bot.curation import gap_blocks as blocks
from bot.curation.catalogue_draft import Entry
from bot.curation.draft_rules import solving_reply
from bot.curation.gap_facts import GapFactsService
from bot.curation.gap_rules import Gap, Lack, Member
from bot.curation.proposals import ACTION, Change, ProposalService
from bot.desk import Desk
from bot.people import PeopleService
from bot.storage import drafts as draft_rows
from bot.storage import proposals as proposal_rows
from bot.storage.engine import Tx
from bot.storage.proposals import WAITING, ProposalRow
from bot.wanted import Decision, Kind, Saving
from bot.work import enqueue

NO_THREAD = "No thread in this gap is marked as solved any more."
NO_WORDS = "There are no words of it in a public channel to draft from."
TOO_FEW = "Too few ask for this to be done for them by now, or its kind was changed, so no action is drafted."
UNDER_WAY = "A draft is on its way to you."
SENT_BEFORE = (
    "You wanted this drafted before, and I sent you what came of it. "
    "*Save as knowledge* on the reply that solved it shows it again."
)
ASKINGS_MOST = 20  # that an action is drafted from, the newest: Slack is asked for the names of all who spoke there


class GapDrafts:
    def __init__(self, desk: Desk, people: PeopleService, facts: GapFactsService, proposals: ProposalService) -> None:
        self._desk = desk
        self._people = people
        self._facts = facts
        self._proposals = proposals

    async def offers(self, gaps: Sequence[Gap]) -> dict[str, frozenset[str]]:
        """By gap, what can be drafted now."""
        found = await self._facts.members_of([each.id for each in gaps if each.closing is None])
        return {each.id: frozenset(await self._offered(each, found.get(each.id, ()))) for each in gaps}

    async def draft(self, decision: Decision, gap: Gap) -> Shown | None:
        """Carries out what was pressed; what the person is shown, None where what is set going tells them."""
        choice, _, seen = decision.choice.partition(":")
        async with self._desk.database.read() as tx:
            members = await self._facts.members_in(tx, gap.id)
            proposal = await _standing(tx, gap, choice)
        if proposal is not None:
            return None if _is_told_soon(proposal, decision) else _proposed(proposal)
        match choice:
            case blocks.DRAFT_ARTICLE:
                return draft_blocks.said(await self._draft_article(decision, gap, members))
            case _ if not gap.is_worth_an_action:
                return draft_blocks.said(TOO_FEW)
            case blocks.DRAFT_ACTION:
                return self._look(await self._entry(members), gap)
            case _:
                return await self._open_action(decision, gap, members, seen)

    async def _offered(self, gap: Gap, members: Sequence[Member]) -> Collection[str]:
        choice = blocks.DRAFT_ARTICLE if gap.lacks is Lack.ARTICLE else blocks.DRAFT_ACTION
        async with self._desk.database.read() as tx:
            if await _standing(tx, gap, choice) is not None:
                return []
        if choice == blocks.DRAFT_ARTICLE:
            return [choice] if await self._solved(members) else []
        may_propose = gap.is_worth_an_action and self._proposals.repository is not None
        return [choice] if may_propose and catalogue_draft.entry_of(_words(members), names=()) else []

    async def _solved(self, members: Sequence[Member]) -> Member | None:
        """The newest whose thread holds a reply that solved it."""
        async with self._desk.database.read() as tx:
            for each in reversed(members):
                talk = await draft_rows.talk(tx, each.channel_id, each.ts) if each.text else None
                if talk is not None and solving_reply(talk, each.ts) is not None:
                    return each
        return None

    async def _draft_article(self, decision: Decision, gap: Gap, members: Sequence[Member]) -> str:
        """Has it drafted, once for each person and thread however often it is pressed; what is said of it."""
        solved, now = await self._solved(members), self._desk.clock.now()
        if solved is None:
            return NO_THREAD
        key = f"gap:{gap.id}:{decision.person}:{solved.channel_id}:{solved.ts}"
        place = (solved.channel_id, solved.ts)
        saving = Saving(key, decision.person, *place, root=solved.ts, response_url=decision.response_url)
        is_new = await self._desk.database.write(lambda tx: enqueue(tx, Kind.SAVE, saving, due_at=now, now=now))
        self._desk.wake()
        return UNDER_WAY if is_new else SENT_BEFORE

    async def _open_action(self, decision: Decision, gap: Gap, members: Sequence[Member], seen: str) -> Shown | None:
        """Proposes the entry if it is what the person saw; else it is shown again."""
        entry = await self._entry(members)
        if entry is None or entry.digest != seen or self._proposals.repository is None:
            return self._look(entry, gap, is_anew=True)
        body = catalogue_draft.request_text(gap.questions, gap.people)
        change = Change(ACTION, gap.id, entry.title, body, {entry.file: entry.text})

        async def unit(tx: Tx) -> bool | None:
            """Whether it is new; None when somebody asked or was left out while the entry was made."""
            if await self._facts.members_in(tx, gap.id) != list(members):
                return None
            return await self._proposals.put(tx, change, person=decision.person, response_url=decision.response_url)

        is_new = await self._desk.database.write(unit)
        self._desk.wake()
        if is_new is None:
            return await self.draft(decision, gap)
        return None if is_new else await self._where(gap)

    async def _where(self, gap: Gap) -> Shown | None:
        """Where what somebody else opened in the same moment stands."""
        async with self._desk.database.read() as tx:
            proposal = await proposal_rows.of(tx, gap.id)
        return _proposed(proposal) if proposal else None

    def _look(self, entry: Entry | None, gap: Gap, *, is_anew: bool = False) -> Shown:
        """What the person is to look at before anybody else does."""
        if entry is None:
            return draft_blocks.said(NO_WORDS)
        if self._proposals.repository is None:
            return draft_blocks.by_hand(entry.text, file=entry.file)
        return blocks.action_draft(entry, gap.id, is_anew=is_anew)

    async def _entry(self, members: Sequence[Member]) -> Entry | None:
        """Without the names of who asked, and of who spoke in their threads, as these are who others write of."""
        drafted = _newest(members)
        async with self._desk.database.read() as tx:
            talks = [await draft_rows.talk(tx, each.channel_id, each.ts) for each in drafted]
        spoke = [person for talk in talks if talk is not None for person in talk.people]
        names = await self._people.names_of({*spoke, *(each.asker for each in drafted if each.asker)})
        entry = catalogue_draft.entry_of(_words(members), names=names)
        return await self._in_a_free_file(entry) if entry else None

    async def _in_a_free_file(self, entry: Entry) -> Entry:
        if self._proposals.repository is None:
            return entry
        numbers = count(2)
        file = await self._proposals.free_file(entry.file, lambda _: entry.beside(next(numbers)).file)
        return replace(entry, file=file)


async def _standing(tx: Tx, gap: Gap, choice: str) -> ProposalRow | None:
    """What is proposed already of what the choice would draft."""
    if choice == blocks.DRAFT_ARTICLE:
        return await proposal_rows.of_threads_in(tx, gap.id)
    return await proposal_rows.of_gap(tx, gap.id)


def _is_told_soon(proposal: ProposalRow, decision: Decision) -> bool:
    """Whether the person pressed twice and learns where it stands once it is open."""
    is_opening = decision.choice.startswith(blocks.OPEN_ACTION)
    return is_opening and proposal.state == WAITING and proposal.person == decision.person


def _proposed(proposal: ProposalRow) -> Shown:
    return draft_blocks.proposed_before(branch=proposal.branch, url=proposal.url)


def _newest(members: Sequence[Member]) -> list[Member]:
    """Those whose words may be shown, the newest first."""
    return [each for each in reversed(members) if each.text][:ASKINGS_MOST]


def _words(members: Sequence[Member]) -> list[str]:
    return [each.text for each in _newest(members)]
