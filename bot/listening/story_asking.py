"""Asks a person whose team uses something with success whether they would tell its story: once, and to be left.

They tell it by the form that everybody has, see it first, and open the pull request themselves, or do not.
"""

from datetime import datetime

from bot import effects
from bot.calendar import WorkingTime
from bot.desk import Desk
from bot.listening import story_blocks as blocks
from bot.storage import outbox
from bot.storage.engine import Tx
from bot.storage.people import is_left_out, slack_id_of
from bot.storage.thanks import wishes_of
from bot.team_place import holidays_of
from bot.unasked import MONTH, hours_of, may_send_unasked
from bot.wanted import Kind, StoryWanted
from bot.work import enqueue


class StoryAskingService:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def ask(self, wanted: StoryWanted) -> None:
        """In their working hours, within the budget; who wants no thanks and no such questions is not asked."""
        now = self._desk.clock.now()
        async with self._desk.database.read() as tx:
            user_id = await slack_id_of(tx, wanted.person)
            may = await self._may_be_asked(tx, wanted.person, now=now)
        hours = hours_of(await self._desk.slack.time_zone(user_id)) if user_id and may else None
        if hours is None:
            return
        handbook = self._desk.shelf.library.handbook
        holidays = holidays_of([wanted.team], handbook.people, handbook.channels)
        opens = WorkingTime(hours, holidays).opens(now)
        if opens > now:
            later = StoryWanted(f"{wanted.key}:{opens.date()}", wanted.person, wanted.about, wanted.team)
            await self._desk.database.write(lambda tx: enqueue(tx, Kind.ASK_STORY, later, due_at=opens, now=now))
            return
        shown = blocks.would_you_tell(wanted.about, wanted.team)
        await self._desk.send(
            effects.privately(f"story-wanted:{wanted.key}", wanted.person, shown, kind=blocks.WOULD_YOU)
        )

    async def _may_be_asked(self, tx: Tx, person: str, *, now: datetime) -> bool:
        if await is_left_out(tx, person) or (await wishes_of(tx, person)).wants_none:
            return False
        return may_send_unasked(await outbox.unasked_times(tx, person, since=now - MONTH, but=""), now=now)
