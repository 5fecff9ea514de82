"""The way to a person: who is on duty, and a hand-over in the thread that names them at most once."""

from datetime import datetime

from bot.answers import blocks, effects
from bot.answers.blocks import HAND_OVER, OnDuty
from bot.answers.library import Shelf
from bot.calendar import Hours, is_within
from bot.clock import Clock
from bot.model import Effect
from bot.outbox import Outbox
from bot.storage.engine import Database
from bot.work import Asking
from knowledge.people import Duty

_DAYS = ("", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def on_duty(duty: Duty | None, *, now: datetime) -> OnDuty:
    """Who helps now; the group is named only inside its hours and only from the handbook."""
    if duty is None:
        return OnDuty("", "", "")
    is_there = bool(duty.group.usergroup_id) and is_within(duty.hours, now)
    return OnDuty(f"<!subteam^{duty.group.usergroup_id}>" if is_there else "", in_words(duty.hours), duty.page)


def in_words(hours: Hours) -> str:
    """Such as "Mon-Fri 09:00-17:30 (Europe/London)"."""
    days = sorted(hours.days)
    is_run = len(days) > 2 and days == list(range(days[0], days[-1] + 1))
    named = f"{_DAYS[days[0]]}-{_DAYS[days[-1]]}" if is_run else ", ".join(_DAYS[day] for day in days)
    return f"{named} {hours.start:%H:%M}-{hours.end:%H:%M} ({hours.timezone})"


class DutyService:
    """Hands questions over to people."""

    def __init__(self, database: Database, outbox: Outbox, *, shelf: Shelf, clock: Clock) -> None:
        self._database = database
        self._outbox = outbox
        self._shelf = shelf
        self._clock = clock

    async def hand_over(self, asking: Asking) -> None:
        """Asked for in a thread: said there, once a thread. Asked for in private: said to the person alone."""
        effect = self._effect(asking)
        await self._database.write(lambda tx: self._outbox.put(tx, effect))
        self._outbox.bell.set()

    def _effect(self, asking: Asking) -> Effect:
        duty = on_duty(self._shelf.library.handbook.people.duty, now=self._clock.now())
        if asking.is_direct or asking.is_shared or asking.response_url is not None:
            return effects.reply(asking, "hand-over", blocks.hand_over(duty, asks="can help you."))
        root = asking.thread_ts or asking.question_ts
        shown = blocks.hand_over(duty, asks="somebody here needs a person: please see the question above.")
        return Effect(
            key=f"hand-over:{asking.channel_id}:{root}",
            kind=HAND_OVER,
            text=shown.text,
            blocks=shown.blocks,
            channel_id=asking.channel_id,
            thread_ts=root,
        )
