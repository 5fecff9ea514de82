"""The way to a person: who is on duty, and a hand-over in the thread that names them at most once."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot import effects
from bot.answers import blocks
from bot.answers.blocks import HAND_OVER, OnDuty
from bot.authority import Act, Refused, may
from bot.blockkit import Shown
from bot.calendar import Hours, is_within
from bot.desk import Desk
from bot.model import Effect
from bot.people import PeopleService
from bot.work import Asking
from knowledge.people import Duty, Group

_DAYS = ("", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def on_duty(duty: Duty | None, *, now: datetime) -> OnDuty:
    """Who helps now; the group is named only inside its hours and only from the handbook."""
    if duty is None:
        return OnDuty("", "", "")
    mention = (
        _mention(duty.group, now.astimezone(ZoneInfo(duty.hours.timezone)).date()) if is_within(duty.hours, now) else ""
    )
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

    def __init__(self, desk: Desk, people: PeopleService) -> None:
        self._desk = desk
        self._people = people

    async def hand_over(self, asking: Asking) -> None:
        """Asked for in a thread: said there, once; who asks again is told so. In private: to the person alone."""
        profile = await self._people.profile(asking.asker)
        guests_may_ask = self._desk.shelf.library.handbook.channels.guests_may_ask
        permission = may(profile, Act.ASK, workspace=self._desk.workspace, guests_may_ask=guests_may_ask)
        if isinstance(permission, Refused):
            await self._privately(asking, blocks.refusal(permission.reason))
            return
        duty = on_duty(self._desk.shelf.library.handbook.people.duty, now=self._desk.clock.now())
        if asking.is_direct or asking.is_shared or asking.question_ts is None:
            await self._desk.send(
                effects.reply(asking, "hand-over", blocks.hand_over(duty, in_thread=False), kind=blocks.ANSWER)
            )
        elif not await self._desk.send(_to_thread(asking, duty)):
            await self._privately(asking, blocks.called_before())

    async def _privately(self, asking: Asking, shown: Shown) -> None:
        key = f"hand-over-told:{asking.key}"
        await self._desk.send(effects.privately(key, asking.asker, shown, response_url=asking.response_url))


def _to_thread(asking: Asking, duty: OnDuty) -> Effect:
    """People are called once a thread; that nobody was there does not use this up."""
    root = asking.thread_ts or asking.question_ts
    shown = blocks.hand_over(duty, in_thread=True)
    return Effect(
        key=f"hand-over{'' if duty.mention else '-away'}:{asking.channel_id}:{root}",
        kind=HAND_OVER,
        text=shown.text,
        blocks=shown.blocks,
        channel_id=asking.channel_id,
        thread_ts=root,
    )
