"""The way to a person: who is on duty, and a hand-over in the thread that names them at most once."""

from datetime import date, datetime

from bot.answers import blocks, effects
from bot.answers.blocks import HAND_OVER, OnDuty
from bot.answers.desk import Desk
from bot.calendar import Hours, is_within
from bot.model import Effect
from bot.work import Asking
from knowledge.people import Duty, Group

_DAYS = ("", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def on_duty(duty: Duty | None, *, now: datetime) -> OnDuty:
    """Who helps now; the group is named only inside its hours and only from the handbook."""
    if duty is None:
        return OnDuty("", "", "")
    mention = _mention(duty.group, now.date()) if is_within(duty.hours, now) else ""
    return OnDuty(mention, in_words(duty.hours), duty.page)


def _mention(group: Group, day: date) -> str:
    """The Slack user group, or the people the handbook names where there is none."""
    if group.usergroup_id:
        return f"<!subteam^{group.usergroup_id}>"
    there = dict.fromkeys(member.user_id for member in group.members if group.has(member.user_id, on=day))
    return " ".join(f"<@{user_id}>" for user_id in there)


def in_words(hours: Hours) -> str:
    """Such as "Mon-Fri 09:00-17:30 (Europe/London)"."""
    days = sorted(hours.days)
    is_run = len(days) > 2 and days == list(range(days[0], days[-1] + 1))
    named = f"{_DAYS[days[0]]}-{_DAYS[days[-1]]}" if is_run else ", ".join(_DAYS[day] for day in days)
    return f"{named} {hours.start:%H:%M}-{hours.end:%H:%M} ({hours.timezone})"


class DutyService:
    """Hands questions over to people."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def hand_over(self, asking: Asking) -> bool:
        """Asked for in a thread: said there, once a thread. Asked for in private: said to the person alone.

        Whether it is said now; False when the thread has been told before.
        """
        return await self._desk.send(self._effect(asking))

    def _effect(self, asking: Asking) -> Effect:
        duty = on_duty(self._desk.shelf.library.handbook.people.duty, now=self._desk.clock.now())
        if asking.is_direct or asking.is_shared or asking.response_url is not None:
            return effects.reply(asking, "hand-over", blocks.hand_over(duty, in_thread=False))
        root = asking.thread_ts or asking.question_ts
        shown = blocks.hand_over(duty, in_thread=True)
        return Effect(
            key=f"hand-over:{asking.channel_id}:{root}",
            kind=HAND_OVER,
            text=shown.text,
            blocks=shown.blocks,
            channel_id=asking.channel_id,
            thread_ts=root,
        )
