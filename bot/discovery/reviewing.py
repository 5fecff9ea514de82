"""Asks the platform team about a bet on its review dates, once each, with what happened since.

The decision is a row with who decided by pseudonym, and a line in the bet's file by pull request.
"""

from datetime import date, time, timedelta

from bot import effects
from bot.authority import Act
from bot.blockkit import Shown, escape
from bot.calendar import Daily, moment_of
from bot.curation.proposals import BET_DECISION, HandbookRepository
from bot.desk import Desk
from bot.discovery import bet_blocks as blocks
from bot.discovery import bet_file, flow_blocks
from bot.discovery.sources import Sources
from bot.model import Effect
from bot.people import PeopleService
from bot.storage import discovery as rows
from bot.storage import proposals
from bot.storage.discovery import ReviewRow
from bot.storage.engine import Tx
from bot.storage.proposals import CLOSED, FAILED
from bot.wanted import Decision, Due, FileSettled, FileWanted, Kind
from bot.work import enqueue
from knowledge.bets import Bet, Choice
from knowledge.flows import Flow

AT = time(10)
WORTH = timedelta(hours=24)
AGAIN = "again"
GONE = "That bet is not in the handbook any more, so there is nothing to decide."
BROKEN = "I could not do this: something broke on my side, and my operators see it. Please press again later."
UNWRITTEN = "The decision holds, but the bet's file is not of a form that I can change safely."
IS_A_FOLDER = "The decision holds. Your handbook is a folder, and I propose changes to Git only."
LOST = {FAILED: blocks.NOT_OPENED, CLOSED: blocks.CLOSED}  # what became of a pull request, in words


class ReviewService:
    """Methods that workers call may run twice and change nothing the second time."""

    def __init__(
        self, desk: Desk, people: PeopleService, sources: Sources, repository: HandbookRepository | None
    ) -> None:
        self._desk = desk
        self._people = people
        self._sources = sources
        self._repository = repository

    def schedule(self) -> Daily:
        return Daily(AT, self._desk.shelf.library.handbook.channels.timezone)

    async def look(self, _due: Due) -> None:
        """On working days: bets whose review date has come, and flows that nobody looked at for half a year."""
        handbook, today = self._desk.shelf.library.handbook, self._desk.today()
        channel_id = handbook.channels.team_channel
        if not channel_id or not handbook.channels.working_time().is_working_day(today):
            return
        for bet in handbook.bets:
            if (review_on := bet.due(today)) is not None:
                await self._ask(bet, review_on, channel_id)
        await self._remind([each for each in handbook.flows if each.look_again <= today], channel_id)

    async def _ask(self, bet: Bet, review_on: date, channel_id: str) -> None:
        async with self._desk.database.read() as tx:
            if await rows.was_asked(tx, bet.id, review_on):
                return
        zone, since = self._desk.shelf.library.handbook.channels.timezone, bet.since(review_on)
        news = await self._sources.news(bet, moment_of(since, time.min, zone))
        row = ReviewRow(self._desk.new_id(), bet.id, review_on, channel_id, news, self._desk.clock.now())
        shown = blocks.review(bet, row.id, news, since=since)

        async def unit(tx: Tx) -> None:
            if await rows.ask(tx, row):
                await self._desk.outbox.put(tx, effects.in_channel(_key(row), blocks.REVIEW, channel_id, shown))

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def _remind(self, flows: list[Flow], channel_id: str) -> None:
        """One message about all of them, of each only once until somebody looked at it."""
        now = self._desk.clock.now()

        async def unit(tx: Tx) -> None:
            new = [each for each in flows if await rows.remind(tx, each.team, each.looked_at, now=now)]
            if new:
                key, shown = f"flows-overdue:{self._desk.today()}", flow_blocks.overdue(new)
                await self._desk.outbox.put(tx, effects.in_channel(key, flow_blocks.OVERDUE, channel_id, shown))

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    # What is decided.

    async def take_press(
        self, review_id: str, choice: str, *, key: str, user_id: str, response_url: str | None
    ) -> None:
        def wanted(person: str) -> Decision:
            return Decision(f"{person}:{key}", person, review_id, choice, response_url)

        await self._desk.take(Kind.DECIDE_BET, user_id, wanted)

    async def decide(self, decision: Decision) -> None:
        """Carries out what was pressed, or says why not. Raises GitFailed while the file cannot be read."""
        if reason := await self._people.why_not(await self._people.profile(decision.person), Act.STEER):
            await self._tell(decision, escape(reason))
            return
        async with self._desk.database.read() as tx:
            row = await rows.by_id(tx, decision.subject)
            before = await proposals.of(tx, _subject(decision.subject))
        bet = self._desk.shelf.library.handbook.bet(row.bet) if row else None
        if row is None or bet is None:
            await self._tell(decision, GONE)
        elif row.choice is None and decision.choice != AGAIN:
            await self._settle(decision, row, bet, Choice(decision.choice))
        elif decision.choice == AGAIN and row.choice and (before is None or before.state in LOST):
            await self._settle(decision, row, bet, Choice(row.choice))
        elif row.decided_by != decision.person or row.choice != decision.choice:
            await self._tell(
                decision, f"This was decided already: {blocks.DECIDED[Choice(row.choice or 'keep')].lower()}."
            )

    async def given_up(self, decision: Decision) -> None:
        await self._tell(decision, BROKEN)

    async def settled(self, settled: FileSettled) -> None:
        """What became of the pull request: one that was not opened, or closed, can be tried again."""
        lost = LOST.get(settled.outcome)
        if lost is None:
            return
        async with self._desk.database.read() as tx:
            row = await rows.by_id(tx, settled.subject.partition(":")[2])
            now = await proposals.of(tx, settled.subject)
        if now is not None and now.state != settled.outcome:
            return  # it was tried again meanwhile
        bet = self._desk.shelf.library.handbook.bet(row.bet) if row else None
        if row is not None and row.choice and bet is not None:
            await self._desk.send(self._decided(row, bet, Choice(row.choice), lost))

    async def _settle(self, decision: Decision, row: ReviewRow, bet: Bet, choice: Choice) -> None:
        """Written down, shown in the message, and proposed; with the lines to add by hand where that cannot be."""
        today = self._desk.today()
        text = await self._changed(bet, choice, today)
        wanted = self._wanted(decision, row, bet, choice, text) if text is not None else None
        now = self._desk.clock.now()

        async def unit(tx: Tx) -> bool:
            is_first = await rows.decide(tx, row.id, choice.value, decision.person, now=now)
            if not is_first and decision.choice != AGAIN:
                return False
            await self._desk.outbox.put(tx, self._decided(row, bet, choice))
            if wanted is not None:
                await enqueue(tx, Kind.PROPOSE_FILE, wanted, due_at=now, now=now)
            else:
                await self._desk.outbox.put(tx, self._told(decision, self._by_hand(bet, choice, today)))
            return True

        if not await self._desk.database.write(unit):
            await self._tell(decision, "A colleague decided this in the same moment: the message says how.")
        self._desk.outbox.bell.set()
        self._desk.wake()

    async def _changed(self, bet: Bet, choice: Choice, on: date) -> str | None:
        """The file with the decision in it; None where there is no Git, no such file, or no safe way."""
        if self._repository is None:
            return None
        text = await self._repository.host.read_file(self._repository.path(bet.file))
        return bet_file.with_decision(text, bet, choice, on) if text is not None else None

    def _wanted(self, decision: Decision, row: ReviewRow, bet: Bet, choice: Choice, text: str) -> FileWanted:
        return FileWanted(
            key=f"{row.id}:{decision.key}",
            subject=_subject(row.id),
            kind=BET_DECISION,
            title=f"{blocks.DECIDED[choice]}: {bet.title}"[:120],
            body=bet_file.decision_text(bet, choice, row.news, self._desk.today()),
            file=bet.file,
            text=text,
            person=decision.person,
            response_url=decision.response_url,
            replaces=True,
        )

    def _decided(self, row: ReviewRow, bet: Bet, choice: Choice, lost: str = "") -> Effect:
        decided_on = self._desk.local_day(row.decided_at or self._desk.clock.now())
        shown = blocks.decided(bet, row.id, row.news, choice, since=bet.since(row.review_on), on=decided_on, lost=lost)
        return effects.edit(_key(row), blocks.REVIEW, shown, channel_id=row.channel_id)

    def _by_hand(self, bet: Bet, choice: Choice, on: date) -> Shown:
        why = UNWRITTEN if self._repository is not None else IS_A_FOLDER
        return blocks.by_hand(bet_file.by_hand(bet, choice, on), file=bet.file, why=why)

    async def _tell(self, decision: Decision, words: str) -> None:
        await self._desk.send(self._told(decision, blocks.said(words)))

    def _told(self, decision: Decision, shown: Shown) -> Effect:
        key, url = f"bet:{decision.key}", decision.response_url
        return effects.privately(key, decision.person, shown, response_url=url, kind=blocks.DECISION)


def _key(row: ReviewRow) -> str:
    return f"bet-review:{row.bet}:{row.review_on}"


def _subject(review_id: str) -> str:
    return f"bet:{review_id}"
