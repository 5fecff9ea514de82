"""Asks those who were drawn, each at their time, once; and reminds once who has not answered.

Whoever may not be asked any more by then is skipped, and so is whoever the outbox does not reach: nobody is queued.
"""

from datetime import datetime, timedelta

from bot.desk import Desk
from bot.model import Effect
from bot.people import PeopleService
from bot.storage import outbox
from bot.storage import surveys as rows
from bot.storage.engine import Tx
from bot.storage.people import slack_id_of
from bot.storage.surveys import ASKED, SKIPPED, WAITING, Wave
from bot.surveys import blocks, definition, rules
from bot.surveys.blocks import PULSE
from bot.surveys.frames import FrameService
from bot.surveys.rules import Why
from bot.unasked import REMINDER, is_at_work, may_remind
from bot.wanted import Inviting, Kind
from bot.work import enqueue
from knowledge.surveys import Survey


class AskingService:
    """Methods that workers call may run twice and change nothing the second time."""

    def __init__(self, desk: Desk, people: PeopleService, frames: FrameService) -> None:
        self._desk = desk
        self._people = people
        self._frames = frames

    async def invite(self, inviting: Inviting) -> None:
        """The message goes, or it is written down why not. Raises SlackError."""
        async with self._desk.database.read() as tx:
            wave = await rows.wave(tx, inviting.wave_id)
            invitation = await rows.invitation(tx, inviting.wave_id, inviting.person)
            user_id = await slack_id_of(tx, inviting.person)
        if wave is None or invitation is None or invitation.state != WAITING:
            return
        survey, now = definition.from_json(wave.definition), self._desk.clock.now()
        if user_id is None or not wave.is_open(at=now):
            await self._skip(inviting, Why.TOO_LATE)
            return
        colleague, why = await self._frames.why_not_now(survey, wave.id, user_id, inviting.person)
        if why is not None:
            await self._skip(inviting, why)
            return
        zone, holidays = colleague.timezone, await self._people.holidays_of(user_id)
        if is_at_work(zone, holidays, now=now):
            await self._ask(inviting, wave, survey)
        else:
            await self._put_off(inviting, wave, survey, zone, holidays)

    async def given_up(self, inviting: Inviting) -> None:
        await self._skip(inviting, Why.UNDELIVERED)

    async def _ask(self, inviting: Inviting, wave: Wave, survey: Survey) -> None:
        message = self._message(inviting, wave, survey)
        now = self._desk.clock.now()

        async def unit(tx: Tx) -> None:
            if not await rows.settle(tx, wave.id, inviting.person, state=ASKED):
                return
            await self._desk.outbox.put(tx, message)
            if survey.remind_after_days:
                due_at = now + timedelta(days=survey.remind_after_days) - timedelta(minutes=1)  # within seven days
                await enqueue(tx, Kind.REMIND, inviting, due_at=due_at, now=now)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    def _message(self, inviting: Inviting, wave: Wave, survey: Survey) -> Effect:
        shown = blocks.pulse(survey, wave.id, until=self._last_day(wave))
        key = rows.message_key(wave.id, inviting.person)
        return Effect(key, PULSE, shown.text, shown.blocks, recipient=inviting.person)

    async def _put_off(self, inviting: Inviting, wave: Wave, survey: Survey, timezone: str, holidays: str) -> None:
        """After an outage: the person's next working day, if the wave is still long enough then."""
        now = self._desk.clock.now()
        due_at = rules.next_time(survey, wave.seed, inviting.person, timezone, now=now, holidays=holidays)
        if due_at is None or not rules.may_still_ask(wave.closes_at, at=due_at):
            await self._skip(inviting, Why.HOURS)
            return
        later = Inviting(f"{wave.id}:{inviting.person}:{due_at.date()}", wave.id, inviting.person)

        async def unit(tx: Tx) -> None:
            await rows.postpone(tx, wave.id, inviting.person, due_at=due_at)
            await enqueue(tx, Kind.INVITE, later, due_at=due_at, now=now)

        await self._desk.database.write(unit)

    async def _skip(self, inviting: Inviting, why: Why) -> None:
        async def unit(tx: Tx) -> None:
            await rows.settle(tx, inviting.wave_id, inviting.person, state=SKIPPED, because=why)

        await self._desk.database.write(unit)

    # The one reminder.

    async def remind(self, inviting: Inviting) -> None:
        """In the thread of the message, if the person was shown it and has not answered. Raises SlackError."""
        key, now = rows.message_key(inviting.wave_id, inviting.person), self._desk.clock.now()
        async with self._desk.database.read() as tx:
            wave = await rows.wave(tx, inviting.wave_id)
            invitation = await rows.invitation(tx, inviting.wave_id, inviting.person)
            user_id = await slack_id_of(tx, inviting.person)
            shown_at = await outbox.shown_at(tx, key)
            _, thread_ts = await rows.message_of(tx, inviting.wave_id, inviting.person)
        if wave is None or invitation is None or user_id is None or thread_ts is None:
            return
        is_open = invitation.state == ASKED and not invitation.has_answered and wave.is_open(at=now)
        if not is_open or not may_remind(shown_at, now=now):
            return
        survey = definition.from_json(wave.definition)
        colleague, why = await self._frames.why_not_now(survey, wave.id, user_id, inviting.person)
        if why is not None:
            return
        zone, holidays = colleague.timezone, await self._people.holidays_of(user_id)
        if is_at_work(zone, holidays, now=now):
            await self._remind(inviting, wave, survey, thread_ts)
        else:
            await self._remind_later(inviting, wave, zone, holidays, shown_at)

    async def _remind(self, inviting: Inviting, wave: Wave, survey: Survey, thread_ts: str) -> None:
        shown = blocks.reminder(survey, wave.id, until=self._last_day(wave))
        key = f"{rows.message_key(wave.id, inviting.person)}{REMINDER}"
        reminder = Effect(
            key, blocks.REMINDED, shown.text, shown.blocks, recipient=inviting.person, thread_ts=thread_ts
        )
        await self._desk.send(reminder)

    async def _remind_later(
        self, inviting: Inviting, wave: Wave, timezone: str, holidays: str, shown_at: datetime | None
    ) -> None:
        """At the person's next working time, as long as it still belongs to the message then."""
        now = self._desk.clock.now()
        survey = definition.from_json(wave.definition)
        due_at = rules.next_time(survey, wave.seed, inviting.person, timezone, now=now, holidays=holidays)
        if due_at is None or not may_remind(shown_at, now=due_at) or not wave.is_open(at=due_at):
            return
        later = Inviting(f"{wave.id}:{inviting.person}:{due_at.date()}", wave.id, inviting.person)
        await self._desk.database.write(lambda tx: enqueue(tx, Kind.REMIND, later, due_at=due_at, now=now))

    def _last_day(self, wave: Wave) -> str:
        zone = self._desk.shelf.library.handbook.channels.timezone
        return blocks.in_words(rules.today_in(zone, wave.closes_at))
