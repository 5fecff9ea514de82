"""What the platform team does about gaps: sees them, takes one, says what kind it is, closes it.

How askings are sorted into gaps is `gap_sorting`'s.
"""

from collections.abc import Sequence
from datetime import time

from bot import effects, kinds
from bot.authority import Act
from bot.blockkit import Shown
from bot.calendar import Daily
from bot.curation import gap_blocks as blocks
from bot.curation.documented import AskerService
from bot.curation.draft_blocks import DRAFT
from bot.curation.gap_blocks import GAPS, Pressed
from bot.curation.gap_drafts import GapDrafts
from bot.curation.gap_facts import GapFactsService
from bot.curation.gap_rules import Because
from bot.curation.gap_sorting import GapSorting
from bot.desk import Desk
from bot.model import Json, MessageKind, Window
from bot.people import PeopleService
from bot.storage import gaps as rows
from bot.storage.engine import Tx
from bot.wanted import Asking, Decision, Documented, Due, Kind, KindSaid, Opened
from bot.work import enqueue

AT_DAWN = time(4, 30)  # by the handbook's wall: the night's reading is done
GONE = "That gap is not there any more."
CLOSED_BEFORE = "That gap was closed meanwhile."
NOT_TAKEN = "That was not saved. Please choose again."


class GapService:
    def __init__(
        self,
        desk: Desk,
        people: PeopleService,
        facts: GapFactsService,
        sorting: GapSorting,
        *,
        drafts: GapDrafts,
        askers: AskerService,
    ) -> None:
        self._askers = askers
        self._drafts = drafts
        self._desk = desk
        self._people = people
        self._facts = facts
        self._sorting = sorting

    async def take_press(self, pressed: Pressed, *, key: str, user_id: str, response_url: str | None) -> None:
        """Takes a press down; whether it counts is decided right after, with the rights as they are then."""

        def wanted(person: str) -> Decision:
            return Decision(f"{person}:{key}", person, pressed.gap_id, pressed.choice, response_url)

        await self._desk.take(Kind.DECIDE_GAP, user_id, wanted)

    def schedule(self) -> Daily:
        """When askings are sorted into gaps."""
        return Daily(AT_DAWN, self._desk.shelf.library.handbook.channels.timezone)

    async def sort(self, _: Due) -> None:
        """At night, so that what nobody looks at is closed and counted too."""
        await self._sorting.sort()

    async def show(self, asking: Asking) -> None:
        """The open gaps, with what was asked up to now, to the person alone; or why they get none."""
        key, shown = f"gaps:{asking.key}", await self._shown(asking)
        await self._desk.send(effects.privately(key, asking.asker, shown, response_url=asking.response_url, kind=GAPS))

    async def decide(self, decision: Decision) -> None:
        """Carries out what was pressed, and shows what came of it; or says why not."""
        if reason := await self._refusal(decision.person):
            await self._tell(decision, blocks.refusal(reason))
        elif decision.choice.partition(":")[0] in blocks.DRAFTING:
            await self._draft(decision)
        else:
            await self._change(decision)

    async def _draft(self, decision: Decision) -> None:
        """What comes of it is told wherever it was pressed: Home can only show that it was."""
        gap = await self._facts.gap(decision.subject)
        if gap is None or gap.closing is not None:
            await self._tell(decision, blocks.refusal(CLOSED_BEFORE if gap else GONE))
        elif shown := await self._drafts.draft(decision, gap):
            await self._tell(decision, shown, kind=DRAFT)
        if decision.response_url is None:
            await self._show_home_again(decision)

    async def _change(self, decision: Decision) -> None:
        """Shows the gap as it stands then."""
        said, now = await self._carry_out(decision), self._desk.clock.now()
        gap = await self._facts.gap(decision.subject)
        if gap is not None and decision.response_url is None:
            await self._show_home_again(decision)
        elif gap is None:
            await self._tell(decision, blocks.refusal(GONE))
        else:
            shown = blocks.card(gap, said, now=now, viewer=decision.person, timezone=self._timezone)
            await self._tell(decision, shown)

    async def given_up(self, decision: Decision) -> None:
        await self._tell(decision, blocks.refusal(NOT_TAKEN))

    async def close_documented(self, documented: Documented) -> None:
        """The gap that the thread's question is in is closed by its article; who asked the same and waits hears it."""
        waiting = await self._askers.waiting()
        key, now = f"{documented.channel_id}:{documented.root}", self._desk.clock.now()

        async def unit(tx: Tx) -> None:
            gap_id = await rows.gap_with(tx, key)
            if gap_id is not None:
                await rows.close(tx, gap_id, because=Because.ARTICLE, now=now, article=documented.article)
                await self._askers.tell(tx, documented, gap_id, waiting)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def home_part(self, person: str) -> Sequence[Json]:
        """What the person sees of gaps in App Home; nothing if they are not in the platform team."""
        if await self._refusal(person):
            return ()
        await self._sorting.sort()
        gaps, now = await self._facts.open_gaps(), self._desk.clock.now()
        offers = await self._drafts.offers(gaps[: blocks.HOME_MOST])
        return blocks.home_part(gaps, offers, now=now, viewer=person, timezone=self._timezone)

    async def _shown(self, asking: Asking) -> Shown:
        if reason := await self._refusal(asking.asker):
            return blocks.refusal(reason)
        unsorted, now = await self._sorting.sort(), self._desk.clock.now()
        facts = await self._facts.facts(Window(now, now), unsorted=unsorted)
        offers = await self._drafts.offers(facts.open[: blocks.SHOWN_MOST])
        return blocks.gap_list(facts, offers, now=now, viewer=asking.asker, timezone=self._timezone)

    async def _refusal(self, person: str) -> str:
        """Why the person may not; "" when they may."""
        return await self._people.why_not(await self._people.profile(person), Act.CURATE)

    async def _carry_out(self, decision: Decision) -> str:
        """What is said of it."""
        verb, _, choice = decision.choice.partition(":")
        match verb:
            case "take":
                return await self._take(decision)
            case "kind":
                return await self._say_kind(decision, choice)
            case _:
                return await self._close(decision, choice)

    async def _take(self, decision: Decision) -> str:
        is_open = await self._desk.database.write(lambda tx: rows.take(tx, decision.subject, decision.person))
        return "It is yours." if is_open else CLOSED_BEFORE

    async def _say_kind(self, decision: Decision, kind: str) -> str:
        """Of the gap, and of each question in it, which are the peers pillar's to keep."""
        now = self._desk.clock.now()

        async def unit(tx: Tx) -> bool:
            members = await rows.members(tx, [decision.subject])
            if members:
                await rows.put_kind(tx, decision.subject, kind)
            for each in members:
                if each.ts:
                    key = f"{decision.key}:{each.key}"
                    said = KindSaid(key, decision.person, each.channel_id, each.ts, kind, is_told=False)
                    await enqueue(tx, Kind.SAY_KIND, said, due_at=now, now=now)
            return bool(members)

        is_there = await self._desk.database.write(unit)
        self._desk.wake()
        return f"Noted: {kinds.in_words(kind)}. It stays so." if is_there else GONE

    async def _close(self, decision: Decision, choice: str) -> str:
        now = self._desk.clock.now()
        is_filled = choice in (Because.ARTICLE, Because.ACTION)
        because = Because(choice) if is_filled else Because.DISMISSED

        async def unit(tx: Tx) -> bool:
            reason = None if is_filled else choice
            return await rows.close(
                tx, decision.subject, because=because, now=now, closed_by=decision.person, reason=reason
            )

        return "Closed." if await self._desk.database.write(unit) else CLOSED_BEFORE

    async def _show_home_again(self, decision: Decision) -> None:
        """Pressed in Home, where no reply can stand: it shows what came of it."""
        now = self._desk.clock.now()
        opened = Opened(decision.key, decision.person)
        await self._desk.database.write(lambda tx: enqueue(tx, Kind.HOME, opened, due_at=now, now=now))
        self._desk.wake()

    async def _tell(self, decision: Decision, shown: Shown, *, kind: MessageKind = GAPS) -> None:
        key, url = f"gap:{decision.key}", decision.response_url
        await self._desk.send(effects.privately(key, decision.person, shown, response_url=url, kind=kind))

    @property
    def _timezone(self) -> str:
        return self._desk.shelf.library.handbook.channels.timezone
