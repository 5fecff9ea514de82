"""Threads become drafts of articles: made when somebody wants one kept, shown to them alone, proposed when they say so.

Who is named is asked first. What becomes of a proposal is `bot.curation.proposals`'.
"""

from dataclasses import replace

from bot import effects
from bot.blockkit import Shown
from bot.curation import draft_blocks as blocks
from bot.curation.draft_maker import DraftMaker
from bot.curation.draft_rules import Written, solving_reply
from bot.curation.proposals import ARTICLE, Change, ProposalService
from bot.desk import Desk
from bot.file_names import file_name
from bot.model import Line, Talk
from bot.storage import drafts as rows
from bot.storage import proposals as proposal_rows
from bot.storage.drafts import Draft
from bot.storage.engine import Tx
from bot.storage.proposals import ProposalRow
from bot.wanted import Decision, Kind, Saving

NO_THREAD = "I do not have the words of this question, so I cannot draft from it."
NO_REPLY = "I do not know which reply solved it. Please use *Save as knowledge* on the reply that did."
NOT_KEPT = "The words of this reply are not kept, so I cannot draft from it."
GONE = "This draft is not here any more. Please use *Save as knowledge* again."
NOT_YOURS = "Only the person who was asked can decide this."
KEPT_FOR_LATER = "All right. *Save as knowledge* makes it again whenever you like."
BROKEN = "I could not do this: something broke on my side, and my operators see it. Please try again later."
THANKS = {
    "decline": "All right.",
    "never": "All right, I will not ask you such things again.",
    "name me": "Thank you. You are named if the article is not proposed yet, and in the thread once it is merged.",
    "name nobody": "All right, nobody is named.",
}


class DraftService:
    """Methods that workers call may run twice."""

    def __init__(self, desk: Desk, maker: DraftMaker, proposals: ProposalService) -> None:
        self._desk = desk
        self._maker = maker
        self._proposals = proposals

    async def take_saving(
        self, *, key: str, user_id: str, channel_id: str, ts: str, root: str, response_url: str | None
    ) -> None:
        """Takes the wish down; what comes of it is shown to the person alone."""

        def wanted(person: str) -> Saving:
            return Saving(key, person, channel_id, ts, root, response_url)

        await self._desk.take(Kind.SAVE, user_id, wanted)

    async def take_press(self, *, key: str, user_id: str, draft_id: str, choice: str, response_url: str | None) -> None:
        """Takes a press under a draft, an offer or a question down."""

        def wanted(person: str) -> Decision:
            return Decision(key, person, draft_id, choice, response_url)

        await self._desk.take(Kind.DECIDE_DRAFT, user_id, wanted)

    async def save(self, saving: Saving) -> None:
        """A draft is made and shown, or the person is told why not."""
        async with self._desk.database.read() as tx:
            known = await rows.by_key(tx, saving.key)
            talk = await rows.talk(tx, saving.channel_id, saving.root)
            proposal = await proposal_rows.of_thread(tx, saving.channel_id, saving.root)
        if known is not None:
            return
        if reason := await self._maker.why_not(saving.person, saving.channel_id):
            await self._tell(saving, reason)
        elif proposal is not None:
            await self._show(saving, blocks.proposed_before(branch=proposal.branch, url=proposal.url))
        elif talk is None or not talk.first.text:
            await self._tell(saving, NO_THREAD)
        elif (reply := solving_reply(talk, saving.ts)) is None:
            await self._tell(saving, NO_REPLY if saving.ts == saving.root else NOT_KEPT)
        else:
            await self._draft(saving, talk, reply)

    async def _draft(self, saving: Saving, talk: Talk, reply: Line) -> None:
        """A new one; the one that stands is shown again."""
        async with self._desk.database.read() as tx:
            standing = await rows.shown_to(tx, saving.person, talk.channel_id, reply.ts)
        if standing is not None:
            await self._desk.send(await self._maker.shown(standing, saving))
            return
        draft = await self._maker.filled(self._maker.new(saving.key, saving.person, talk, reply), talk, reply)
        may_be_named = self._proposals.repository is not None and draft.solver not in (None, draft.saver)
        async with self._desk.database.read() as tx:
            is_asked = may_be_named and not await rows.wants_no_offers(tx, draft.solver or "")
        draft = replace(draft, credit=rows.ASKED if is_asked else rows.UNASKED)
        shown = await self._maker.shown(draft, saving)
        asks = await self._maker.may_i_name_you(draft) if is_asked else None

        async def unit(tx: Tx) -> bool:
            if not _stands(await rows.talk(tx, draft.channel_id, draft.root), draft):
                return False  # taken back, or somebody was left out, while the draft was made
            if await rows.add(tx, draft):
                await self._desk.outbox.put(tx, shown)
                if asks is not None:
                    await self._desk.outbox.put(tx, asks)
            return True

        if not await self._desk.database.write(unit):
            await self._tell(saving, NO_THREAD)
        self._desk.outbox.bell.set()

    async def decide(self, decision: Decision) -> None:
        """Carries out what was pressed, or says why not."""
        async with self._desk.database.read() as tx:
            draft = await rows.by_id(tx, decision.subject)
        if draft is None:
            await self._tell(decision, GONE)
            return
        asks_solver = decision.choice in ("name me", "name nobody") or (
            decision.choice == "never" and decision.person != draft.saver
        )
        if decision.person != (draft.solver if asks_solver else draft.saver):
            await self._tell(decision, NOT_YOURS)
            return
        match decision.choice:
            case "open" | "open named":
                await self._open(decision, draft)
            case "make":
                await self._make(decision, draft)
            case _:
                await self._note(decision, draft)

    async def given_up(self, asked: Saving | Decision) -> None:
        await self._tell(asked, BROKEN)

    async def _note(self, decision: Decision, draft: Draft) -> None:
        """What needs nothing but to be kept: dropped, declined, named or not."""
        shown = blocks.said(THANKS.get(decision.choice, KEPT_FOR_LATER))
        effect = effects.privately(f"press:{decision.key}", decision.person, shown, response_url=decision.response_url)

        async def unit(tx: Tx) -> None:
            match decision.choice:
                case "name me" | "name nobody":
                    credit = rows.YES if decision.choice == "name me" else rows.NO
                    await rows.put_credit(tx, draft.id, credit)
                case "never" if decision.person != draft.saver:
                    await rows.put_credit(tx, draft.id, rows.NO)
                    await self._note_never(tx, decision.person, draft)
                case "never":
                    await rows.drop(tx, draft.id, states=[rows.OFFERED])
                    await self._note_never(tx, decision.person, draft)
                case "decline":
                    await rows.drop(tx, draft.id, states=[rows.OFFERED])
                case _:
                    await rows.drop(tx, draft.id, states=[rows.OFFERED, rows.SHOWN])
            await self._desk.outbox.put(tx, effect)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def _note_never(self, tx: Tx, person: str, draft: Draft) -> None:
        """Kept as an offer that was turned down for good, whatever becomes of this one."""
        mine = replace(draft, id=self._desk.new_id(), key=f"never:{person}", saver=person, asker=None, solver=None)
        await rows.add(tx, replace(mine, state=rows.NEVER, words=None, credit=rows.NO))

    async def _make(self, decision: Decision, draft: Draft) -> None:
        """The draft that was offered."""
        async with self._desk.database.read() as tx:
            talk = await rows.talk(tx, draft.channel_id, draft.root)
        reply = solving_reply(talk, draft.reply_ts) if talk else None
        if reason := await self._maker.why_not(decision.person, draft.channel_id):
            await self._tell(decision, reason)
        elif draft.state == rows.SHOWN and _stands(talk, draft):
            await self._desk.send(await self._maker.shown(draft, decision))
        elif draft.state != rows.OFFERED or talk is None or reply is None or not talk.first.text:
            await self._tell(decision, GONE)
        else:
            filled = await self._maker.filled(draft, talk, reply)
            shown = await self._maker.shown(filled, decision)

            async def unit(tx: Tx) -> bool:
                if not _stands(await rows.talk(tx, draft.channel_id, draft.root), draft):
                    return False
                await rows.fill(tx, filled)
                await self._desk.outbox.put(tx, shown)
                return True

            if not await self._desk.database.write(unit):
                await self._tell(decision, GONE)
            self._desk.outbox.bell.set()

    async def _open(self, decision: Decision, draft: Draft) -> None:
        async with self._desk.database.read() as tx:
            proposal = await proposal_rows.of_thread(tx, draft.channel_id, draft.root)
            talk = await rows.talk(tx, draft.channel_id, draft.root)
        if proposal is not None:
            is_told_soon = proposal.state == proposal_rows.WAITING and proposal.subject == draft.id
            if not is_told_soon:
                await self._show(decision, blocks.proposed_before(branch=proposal.branch, url=proposal.url))
        elif draft.state != rows.SHOWN or draft.words is None or not _stands(talk, draft):
            await self._tell(decision, GONE)
        elif reason := await self._maker.why_not(decision.person, draft.channel_id):
            await self._tell(decision, reason)
        elif self._proposals.repository is None:
            text = await self._maker.text(draft, "")
            await self._show(decision, blocks.by_hand(text, file=f"articles/{draft.file}"))
        else:
            await self._propose(decision, draft)

    async def _propose(self, decision: Decision, draft: Draft) -> None:
        file = await self._free_file(draft)
        text = await self._maker.text(draft, await self._credit(decision, draft))
        permalink = await self._desk.slack.permalink(draft.channel_id, draft.root)
        words = Written.from_json(draft.words or {})
        change = Change(ARTICLE, draft.id, words.title, blocks.request_text(permalink), {file: text})

        async def unit(tx: Tx) -> ProposalRow | None:
            await rows.hold_thread(tx, draft.channel_id, draft.root)
            if other := await proposal_rows.of_thread(tx, draft.channel_id, draft.root):
                return other if other.subject != draft.id else None
            if await rows.mark_proposed(tx, draft.id, file=file.removeprefix("articles/")):
                await self._proposals.put(tx, change, person=decision.person, response_url=decision.response_url)
            return None

        other = await self._desk.database.write(unit)
        self._desk.wake()
        if other is not None:
            await self._show(decision, blocks.proposed_before(branch=other.branch, url=other.url))

    async def _free_file(self, draft: Draft) -> str:
        """The draft's own, or one beside it; below the handbook."""
        taken = [each.id for each in self._desk.shelf.library.handbook.articles]

        def beside(file: str) -> str:
            taken.append(file.removeprefix("articles/"))
            return f"articles/{file_name(taken[-1].removesuffix('.md'), taken=taken)}"

        return await self._proposals.free_file(f"articles/{draft.file}", beside)

    async def _credit(self, decision: Decision, draft: Draft) -> str:
        """The name that may stand in Git; "" for none."""
        is_own = decision.choice == "open named" and decision.person == draft.solver
        if draft.solver is None or not (is_own or draft.credit == rows.YES):
            return ""
        return await self._maker.name_of(draft.solver)

    async def _tell(self, asked: Saving | Decision, words: str) -> None:
        await self._show(asked, blocks.said(words))

    async def _show(self, asked: Saving | Decision, shown: Shown) -> None:
        key = f"press:{asked.key}"
        await self._desk.send(effects.privately(key, asked.person, shown, response_url=asked.response_url))


def _stands(talk: Talk | None, draft: Draft) -> bool:
    """Whether the question and the reply are still there, with their words."""
    if talk is None:
        return False
    reply = next((line for line in talk.replies if line.ts == draft.reply_ts), None)
    return bool(talk.first.text and reply is not None and reply.text)
