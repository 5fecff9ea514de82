"""The way to a person: who is on duty, and a hand-over in the thread that names them at most once."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot import effects
from bot.answers import blocks
from bot.answers.blocks import HAND_OVER, OnDuty
from bot.answers.sharing import SharingService
from bot.answers.words import words_to_keep
from bot.authority import Act
from bot.blockkit import Shown
from bot.calendar import WorkingTime
from bot.desk import Desk
from bot.model import Effect, moment
from bot.people import PeopleService
from bot.storage import answers as rows
from bot.storage import peers
from bot.storage.answers import Answer
from bot.storage.engine import Tx
from bot.wanted import Asking
from knowledge.people import Duty, Group

TOO_OLD = timedelta(hours=1)  # an overheard call for help that came in this late is history
SOON = timedelta(days=6)  # a weekday names one day only within a week


def on_duty(duty: Duty | None, *, now: datetime, holidays: str = "") -> OnDuty:
    """Who helps now; the group is named only inside its hours, on working days, and only from the handbook."""
    if duty is None:
        return OnDuty("", "", "")
    opens = WorkingTime(duty.hours, holidays).opens(now)
    if opens > now:
        return OnDuty("", when(opens, now, duty.hours.timezone), duty.page)
    return OnDuty(_mention(duty.group, now.astimezone(ZoneInfo(duty.hours.timezone)).date()), "", duty.page)


def when(at: datetime, now: datetime, timezone: str) -> str:
    """Such as "Monday 09:00 (Europe/London)", with the date where it is not within the week."""
    local, today = at.astimezone(ZoneInfo(timezone)), now.astimezone(ZoneInfo(timezone)).date()
    day = "today" if local.date() == today else f"{local:%A}"
    dated = f" {local.day} {local:%B}" if local.date() - today > SOON else ""
    return f"{day}{dated} {local:%H:%M} ({timezone})"


def _mention(group: Group, day: date) -> str:
    """The Slack user group, or the people the handbook names where there is none."""
    if group.usergroup_id:
        return f"<!subteam^{group.usergroup_id}>"
    there = dict.fromkeys(member.user_id for member in group.members if group.has(member.user_id, on=day))
    return " ".join(f"<@{user_id}>" for user_id in there)


class DutyService:
    """Hands questions over to people."""

    def __init__(self, desk: Desk, people: PeopleService) -> None:
        self._desk = desk
        self._people = people
        self._sharing = SharingService(desk, people)

    async def hand_over(self, asking: Asking) -> None:
        """Asked for in a thread: said there, once; who asks again is told so. In private: to the person alone."""
        if reason := await self._refusal(asking):
            await self._privately(asking, blocks.refusal(reason))
            return
        if _is_private(asking):
            await self._tell_alone(asking)
        elif not await self._desk.send(_to_thread(asking, self.on_duty(), wish=blocks.needs(asking.text))):
            await self._privately(asking, blocks.called_before())

    async def call(self, asking: Asking) -> None:
        """The question has an urgent word: people are called at once, unless they were in this thread before.

        Whoever only wrote it in a channel is told nothing in private, as they did not turn to the bot.
        """
        duty = self.on_duty()
        if await self._refusal(asking) or not (asking.asked or await self._is_still_open(asking)):
            return
        if _is_private(asking):
            if asking.asked:
                await self._desk.send(effects.reply(asking, "urgent", blocks.hand_over(duty), kind=blocks.ANSWER))
        elif asking.asked or duty.mention or duty.back:
            await self._desk.send(_to_thread(asking, duty, wish=blocks.URGENT))

    async def _tell_alone(self, asking: Asking) -> None:
        """Who is on duty; words that came along by the command can be posted for them where it was used."""
        shown = blocks.hand_over(self.on_duty())
        effect = effects.reply(asking, "hand-over", shown, kind=blocks.ANSWER)
        answer = Answer(
            id=self._desk.new_id(),
            key=f"person:{asking.key}",
            channel_id="",
            question_ts=None,
            thread_ts=None,
            asker=asking.asker,
            surface="private",
            outcome="person",
            reason="a person was asked for",
            text="",
            confidence=0.0,
            sources=[],
            handbook_revision=self._desk.shelf.library.handbook.revision,
            created_at=self._desk.clock.now(),
            asked_in=self._sharing.asked_in(asking),
        )

        async def unit(tx: Tx) -> None:
            kept = replace(answer, question=await words_to_keep(tx, self._desk, asking, asking.text))
            if not (kept.question and kept.asked_in):
                await self._desk.outbox.put(tx, effect)
            elif await rows.add(tx, kept):
                await self._desk.outbox.put(tx, self._sharing.offered(effect, kept))

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    def on_duty(self) -> OnDuty:
        handbook = self._desk.shelf.library.handbook
        return on_duty(handbook.people.duty, now=self._desk.clock.now(), holidays=handbook.channels.holidays)

    async def _refusal(self, asking: Asking) -> str:
        """ "" for those who may ask."""
        return await self._people.why_not(await self._people.profile(asking.asker), Act.ASK)

    async def _is_still_open(self, asking: Asking) -> bool:
        """Whether a question that was overheard is new, still asked, and nobody is at it."""
        if asking.question_ts is None or self._desk.clock.now() - moment(asking.question_ts) > TOO_OLD:
            return False
        async with self._desk.database.read() as tx:
            if not await peers.is_question(tx, asking.channel_id, asking.question_ts):
                return False
            return not await peers.has_human_reply(tx, asking.channel_id, asking.question_ts, asker=asking.asker)

    async def _privately(self, asking: Asking, shown: Shown) -> None:
        key = f"hand-over-told:{asking.key}"
        await self._desk.send(effects.privately(key, asking.asker, shown, response_url=asking.response_url))


def _is_private(asking: Asking) -> bool:
    return asking.is_direct or asking.is_shared or asking.question_ts is None


def _to_thread(asking: Asking, duty: OnDuty, *, wish: str) -> Effect:
    """People are called once a thread; that nobody was there does not use this up."""
    root = asking.thread_ts or asking.question_ts
    shown = blocks.hand_over(duty, wish=wish)
    return Effect(
        key=f"hand-over{'' if duty.mention else '-away'}:{asking.channel_id}:{root}",
        kind=HAND_OVER,
        text=shown.text,
        blocks=shown.blocks,
        channel_id=asking.channel_id,
        thread_ts=root,
    )
