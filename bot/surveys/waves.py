"""Opens waves: on the day a survey is due, and when something happens after which people are asked.

Who is asked is written down once, with the seed by which they were drawn; asking them is `asking`'s.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import structlog

from bot.calendar import DAY, Daily, zone_of
from bot.desk import Desk
from bot.storage import surveys as rows
from bot.storage.engine import Tx
from bot.storage.people import pseudonyms_of, slack_id_of
from bot.storage.surveys import SKIPPED, WAITING, Invitation, Wave
from bot.surveys import definition, rules, sampling
from bot.surveys.frames import Framed, FrameService
from bot.surveys.rules import Why
from bot.wanted import ClosingWave, Due, Inviting, Kind, Payload, SurveyEvent
from bot.work import enqueue, enqueue_many
from knowledge.channels import Channels
from knowledge.surveys import After, Repeats, Survey

log = structlog.get_logger(__name__)

AT = time(6)  # of the day before by the handbook's wall, whatever its zone: nobody's working day has begun
WORTH = timedelta(hours=20)


@dataclass(frozen=True)
class Turn:
    """Somebody who is asked, and when; None: the wave ends too soon for all who were drawn."""

    framed: Framed
    due_at: datetime | None


class WaveService:
    """`new_key` gives 32 bytes of chance as hex."""

    def __init__(self, desk: Desk, frames: FrameService, *, new_key: Callable[[], str]) -> None:
        self._desk = desk
        self._frames = frames
        self._new_key = new_key

    def schedule(self) -> Daily:
        return Daily(AT, self._channels.timezone)

    async def open_due(self, due: Due) -> None:
        """Opens a wave of every survey whose day is tomorrow; one that is open already stays as it is."""
        day = datetime.fromisoformat(due.due_at).astimezone(zone_of(self._channels.timezone)).date()
        for survey in self._desk.shelf.library.handbook.surveys:
            await self._open_if_due(survey, day + DAY)
        await self._close_overdue()

    async def _open_if_due(self, survey: Survey, tomorrow: date) -> None:
        if not isinstance(survey.schedule, Repeats):
            return
        slot = rules.week_of(tomorrow)
        async with self._desk.database.read() as tx:
            if await rows.wave_in(tx, survey.id, slot) is not None:
                return
            last = await rows.last_slot(tx, survey.id)
        if rules.due_day(survey.schedule, tomorrow=tomorrow, last=rules.day_in(last) if last else None) is not None:
            await self._open(survey, survey.schedule, tomorrow, slot)

    async def _open(self, survey: Survey, repeats: Repeats, day: date, slot: str) -> None:
        frame = await self._frames.frame(survey, day)
        wave = self._wave(survey, slot, last_day=day, frame=len(frame))
        by_user = {each.user_id: each for each in frame}
        size = rules.sample_size(survey, len(frame))
        drawn = sampling.sample([each.candidate for each in frame], seed=wave.seed, size=size)
        turns = self._turns([by_user[each.user_id] for each in drawn], repeats, day, wave.closes_at)

        async def unit(tx: Tx) -> bool:
            if not await self._begin(tx, wave):
                return False
            await self._invite(tx, wave, turns)
            return True

        if await self._desk.database.write(unit):
            log.info("surveys.opened", survey=survey.id, slot=slot, frame=len(frame), drawn=len(drawn))
        self._desk.wake()

    def _wave(self, survey: Survey, slot: str, *, last_day: date, frame: int) -> Wave:
        return Wave(
            id=self._desk.new_id(),
            survey=survey.id,
            slot=slot,
            definition=definition.to_json(survey),
            revision=self._desk.shelf.library.handbook.revision,
            seed=self._new_key(),
            key=self._new_key(),
            frame=frame,
            state=rows.OPEN,
            opened_at=self._desk.clock.now(),
            closes_at=rules.closes_at(survey, last_day, self._channels.timezone),
        )

    def _turns(self, drawn: Sequence[Framed], repeats: Repeats, day: date, closes: datetime) -> Sequence[Turn]:
        """In the order of chance, each a little later than the one before, over as many days as it takes."""
        found = []
        for place, each in enumerate(drawn):
            zone, now = each.colleague.timezone, each.not_before
            due_at = rules.asking_time(day, repeats.at, zone, now=now, holidays=each.holidays, place=place)
            is_in_time = due_at is not None and rules.may_still_ask(closes, at=due_at)
            found.append(Turn(each, due_at if is_in_time else None))
        return found

    async def _begin(self, tx: Tx, wave: Wave) -> bool:
        """Whether the wave is new; then its end is seen to as well."""
        if not await rows.open_wave(tx, wave):
            return False
        closing = ClosingWave(wave.id, wave.id)
        now = self._desk.clock.now()
        return await enqueue(tx, Kind.CLOSE_WAVE, closing, due_at=wave.closes_at, now=now)

    async def _invite(self, tx: Tx, wave: Wave, turns: Sequence[Turn]) -> None:
        now, ids = self._desk.clock.now(), [each.framed.user_id for each in turns]
        pseudonyms = await pseudonyms_of(tx, ids, now=now, new_id=self._desk.new_id)
        invited = [(pseudonyms[each.framed.user_id], each) for each in turns]
        await rows.invite(tx, [self._invitation(wave, person, each) for person, each in invited])
        work: list[tuple[Payload, datetime]] = [
            (_inviting(wave, person), each.due_at) for person, each in invited if each.due_at is not None
        ]
        await enqueue_many(tx, Kind.INVITE, work, now=now)

    def _invitation(self, wave: Wave, person: str, turn: Turn) -> Invitation:
        found = Invitation(
            wave.id, person, turn.due_at or wave.closes_at, strata=turn.framed.candidate.strata.to_json()
        )
        return found if turn.due_at is not None else replace(found, state=SKIPPED, because=Why.TOO_LATE)

    async def _close_overdue(self) -> None:
        """For what was to be closed and, against all expectation, was not."""
        now = self._desk.clock.now()

        async def unit(tx: Tx) -> None:
            for wave_id in await rows.overdue(tx, now=now):
                again = ClosingWave(f"{wave_id}:{now.date()}", wave_id)
                await enqueue(tx, Kind.CLOSE_WAVE, again, due_at=now, now=now)

        await self._desk.database.write(unit)
        self._desk.wake()

    # By event.

    async def take_event(self, event: SurveyEvent) -> None:
        """The person is asked by each survey that follows such an event, if chance takes them."""
        for survey in self._desk.shelf.library.handbook.surveys:
            if rules.is_about(survey, event.moment, event.subject):
                await self._take(survey, event)

    async def _take(self, survey: Survey, event: SurveyEvent) -> None:
        async with self._desk.database.read() as tx:
            user_id = await slack_id_of(tx, event.person)
        framed = await self._frames.frame_of(survey, user_id) if user_id else None
        if framed is None or not isinstance(survey.schedule, After):
            return
        wave = await self._wave_of_month(survey)
        zone, now = framed.colleague.timezone, self._desk.clock.now()
        due_at = rules.asking_time(rules.today_in(zone, now), time.min, zone, now=now, holidays=framed.holidays)
        if due_at is None or not wave.is_open(at=now) or not rules.may_still_ask(wave.closes_at, at=due_at):
            return
        drawn = self._invitation(wave, event.person, Turn(framed, due_at))
        if not sampling.is_drawn(wave.seed, event.key, share=survey.schedule.share):
            drawn = replace(drawn, state=SKIPPED, because=Why.NOT_DRAWN)
        await self._desk.database.write(lambda tx: self._write_down(tx, wave, drawn))
        self._desk.wake()

    async def _wave_of_month(self, survey: Survey) -> Wave:
        """What happens in a month is one wave, opened by the first of it."""
        today = self._desk.today()
        slot, last_day = rules.month_of(today), rules.last_of_month(today)
        wave = self._wave(survey, slot, last_day=last_day, frame=0)

        async def unit(tx: Tx) -> Wave:
            await self._begin(tx, wave)
            return await rows.wave_in(tx, survey.id, slot) or wave

        return await self._desk.database.write(unit)

    async def _write_down(self, tx: Tx, wave: Wave, found: Invitation) -> None:
        """Once a person and wave. Who was not drawn belongs to the frame, and may be drawn by a later event."""
        is_drawn = found.state == WAITING
        if await rows.invite_one(tx, found):
            await rows.add_to_frame(tx, wave.id)
        elif not (is_drawn and await rows.draw(tx, found, among=Why.NOT_DRAWN)):
            return
        if is_drawn:
            now = self._desk.clock.now()
            await enqueue(tx, Kind.INVITE, _inviting(wave, found.person), due_at=found.due_at, now=now)

    @property
    def _channels(self) -> Channels:
        return self._desk.shelf.library.handbook.channels


def _inviting(wave: Wave, person: str) -> Inviting:
    return Inviting(f"{wave.id}:{person}", wave.id, person)
