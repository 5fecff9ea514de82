"""Shows the platform team a card of each capability 30, 60 and 90 days after its status began, and takes its decision.

A day that was missed is made up for. The handbook is not changed: what to change in it is said.
"""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot import effects
from bot.adoption import card_blocks as blocks
from bot.adoption import card_rules as rules
from bot.adoption.asking import Turns
from bot.adoption.card_blocks import Decided
from bot.adoption.card_maker import CardMaker
from bot.adoption.card_rules import Card
from bot.audit import Audit
from bot.authority import Act
from bot.calendar import Daily
from bot.desk import Desk
from bot.errors import SlackError
from bot.people import PeopleService
from bot.storage import pilots as rows
from bot.storage.engine import Tx
from bot.storage.pilots import CardRow, Key
from bot.wanted import CardWords, Decision, Due, Kind, StoryWanted
from bot.work import enqueue
from knowledge.loader import Handbook

log = structlog.get_logger(__name__)

AT = time(10)
WORTH = timedelta(hours=7)  # until the evening: later the next working day makes up for it
AT_ONCE = 3  # cards a day: the others come on the next
GONE = "This card is about something that is not in the handbook any more, so nothing was saved."
FIRST = "Decide first: keep, change or drop. Then say why."
BROKEN = "That was not saved: something broke on my side, and my operators see it. Please press again."
NOT_OPENED = "Slack did not open the form. Please press again."
NO_STORY_NOW = "A team is asked only while the card says keep and its users are satisfied."
NO_STORY = "Nobody in the teams that use it can be asked for a story now: they are left out, or want no such questions."


class MilestoneService:
    """Methods that workers call may run twice and change nothing the second time."""

    def __init__(self, desk: Desk, people: PeopleService, audit: Audit, turns: Turns, maker: CardMaker) -> None:
        self._desk = desk
        self._people = people
        self._audit = audit
        self._turns = turns
        self._maker = maker

    def schedule(self) -> Daily:
        return Daily(AT, self._handbook.channels.timezone)

    # By a worker: showing.

    async def show(self, due: Due) -> None:
        """On working days, where there is a platform channel."""
        channels, today = self._handbook.channels, self._desk.today()
        if not channels.platform_channel or not channels.working_time().is_working_day(today):
            return
        for key, card in await self._maker.due(today, most=AT_ONCE):
            await self._show(card, key)

    async def _show(self, card: Card, key: Key) -> None:
        now, channel_id = self._desk.clock.now(), self._handbook.channels.platform_channel
        shown = blocks.card(card, blocks.write_key(*key))
        message = effects.in_channel(_effect_key(key), blocks.CARD, channel_id, shown)

        async def unit(tx: Tx) -> None:
            if await rows.put_card(tx, CardRow(*key, card.to_json(), now)):
                await self._desk.outbox.put(tx, message)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    # What is pressed and sent.

    async def take_press(self, key: str, choice: str, *, press: str, user_id: str, response_url: str | None) -> None:
        def wanted(person: str) -> Decision:
            return Decision(f"{person}:{press}", person, key, choice, response_url)

        await self._desk.take(Kind.DECIDE_CARD, user_id, wanted)

    async def open_form(self, key: str, *, press: str, user_id: str, trigger_id: str, response_url: str | None) -> None:
        try:
            await self._desk.slack.open_view(trigger_id, blocks.form(key))
        except SlackError as error:
            log.warning("card.form_not_opened", reason=str(error))
            await self._desk.tell(user_id, "card-form", press, blocks.said(NOT_OPENED), response_url=response_url)

    async def take_words(self, card: str, words: str, *, key: str, user_id: str) -> None:
        def wanted(person: str) -> CardWords:
            return CardWords(f"{person}:{key}", person, card, words[: rules.WORDS_MOST].strip())

        await self._desk.take(Kind.SAY_CARD, user_id, wanted)

    # By a worker: deciding.

    async def decide(self, decision: Decision) -> None:
        """Taken for the whole team, and shown in the card; or the person is told why not."""
        key = blocks.read_key(decision.subject)
        if reason := await self._why_not(decision.person, key):
            await self._tell(decision, reason)
        elif decision.choice == blocks.STORY:
            await self._ask_for_story(decision, key)
        else:
            await self._decide(decision, key)

    async def given_up(self, asked: Decision | CardWords) -> None:
        await self._tell(asked, BROKEN)

    async def _decide(self, decision: Decision, key: Key) -> None:
        now = self._desk.clock.now()

        async def unit(tx: Tx) -> None:
            if not await rows.decide(tx, key, decision.choice, decision.person, now=now):
                return
            await self._show_anew(tx, key)
            facts = {"capability": key[0], "choice": decision.choice, "days": key[2]}
            await self._audit.add(tx, "capability.decided", person=decision.person, subject=key[0], facts=facts)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def say(self, said: CardWords) -> None:
        key, now = blocks.read_key(said.card), self._desk.clock.now()
        if not said.words:
            return
        if reason := await self._why_not(said.person, key):
            await self._tell(said, reason)
            return

        async def unit(tx: Tx) -> bool:
            is_taken = await rows.say_why(tx, key, said.words, said.person, now=now)
            if is_taken:
                await self._show_anew(tx, key)
            return is_taken

        if not await self._desk.database.write(unit):
            await self._tell(said, FIRST)
        self._desk.outbox.bell.set()

    async def _why_not(self, person: str, key: Key) -> str:
        if reason := await self._people.why_not(await self._people.profile(person), Act.STEER):
            return reason
        async with self._desk.database.read() as tx:
            return "" if self._handbook.capability(key[0]) and await rows.card(tx, key) else GONE

    async def _show_anew(self, tx: Tx, key: Key) -> None:
        row, capability = await rows.card(tx, key), self._handbook.capability(key[0])
        if row is None or row.choice is None or row.decided_at is None or capability is None:
            return
        card, today = Card.from_json(row.shown), self._desk.today()
        on = row.decided_at.astimezone(ZoneInfo(self._handbook.channels.timezone)).date()
        decided = Decided(
            choice=row.choice,
            on=on,
            next=rules.next_step(capability, row.choice, self._handbook, today=today),
            words=row.words or "",
            story=f"One person of {row.story_team} is asked for its story, if they like." if row.story_team else "",
            offers_story=row.story_team is None and rules.is_worth_telling(card, row.choice),
        )
        shown = blocks.card(card, blocks.write_key(*key), decided)
        channel_id = self._handbook.channels.platform_channel
        await self._desk.outbox.put(tx, effects.edit(_effect_key(key), blocks.CARD, shown, channel_id=channel_id))

    # By a worker: a story.

    async def _ask_for_story(self, decision: Decision, key: Key) -> None:
        """One person of a team that uses it, once a card; they tell it in their own words, or not."""
        async with self._desk.database.read() as tx:
            row = await rows.card(tx, key)
        capability = self._handbook.capability(key[0])
        if row is None or capability is None or row.story_team is not None:
            return
        if not rules.is_worth_telling(Card.from_json(row.shown), row.choice):
            await self._tell(decision, NO_STORY_NOW)
            return
        now = self._desk.clock.now()
        for team in await self._maker.using(capability):
            somebody = await self._turns.somebody_of(team, about=_effect_key(key))
            if somebody is not None and await self._turns.when(somebody.person, team, now=now) is not None:
                await self._want_story(key, team, somebody.person, capability.title)
                return
        await self._tell(decision, NO_STORY)

    async def _want_story(self, key: Key, team: str, person: str, title: str) -> None:
        now = self._desk.clock.now()
        wanted = StoryWanted(_effect_key(key), person, title, team)

        async def unit(tx: Tx) -> None:
            if await rows.ask_story(tx, key, team):
                await enqueue(tx, Kind.ASK_STORY, wanted, due_at=now, now=now)
                await self._show_anew(tx, key)

        await self._desk.database.write(unit)
        self._desk.wake()
        self._desk.outbox.bell.set()

    async def _tell(self, asked: Decision | CardWords, words: str) -> None:
        url = asked.response_url if isinstance(asked, Decision) else None
        told = effects.privately(f"card-said:{asked.key}", asked.person, blocks.said(words), response_url=url)
        await self._desk.send(told)

    @property
    def _handbook(self) -> Handbook:
        return self._desk.shelf.library.handbook


def _effect_key(key: Key) -> str:
    return f"card:{blocks.write_key(*key)}"
