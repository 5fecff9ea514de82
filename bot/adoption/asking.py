"""Whom of a team to ask something, and when: within the budget of unasked messages, in their own working hours.

One person of a team, drawn so that nobody is asked again and again. Not asked is who is left out, wants no surveys, is
of the platform team, or had their unasked message of the week.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from bot.calendar import WorkingTime
from bot.desk import Desk
from bot.people import PeopleService
from bot.storage import outbox
from bot.storage import surveys as survey_rows
from bot.storage.engine import Tx
from bot.storage.people import (
    is_left_out,
    known_pseudonyms,
    pseudonym_of,
    slack_id_of,
    stand_ins,
    who_is_left_out,
)
from bot.team_place import holidays_of
from bot.unasked import MONTH, hours_of, may_send_unasked


@dataclass(frozen=True)
class Somebody:
    """A person to be asked; nothing of them is written down before that is sure."""

    user_id: str
    person: str


class Turns:
    def __init__(self, desk: Desk, people: PeopleService) -> None:
        self._desk = desk
        self._people = people

    async def somebody_of(self, team: str, *, about: str) -> Somebody | None:
        """`about` draws: the same gives the same person while the team stays. Raises SlackError."""
        handbook = self._desk.shelf.library.handbook
        if team not in handbook.people.teams:
            return None
        members = await self._people.members_of(handbook.people.teams[team].group)
        group = handbook.people.platform_team
        members -= await self._people.members_of(group) if group else frozenset()
        now = self._desk.clock.now()
        async with self._desk.database.read() as tx:
            not_asked = await survey_rows.who_refused(tx, members, now=now)
            not_asked |= await survey_rows.who_is_left_out(tx, members)
            not_asked |= await self._had_theirs(tx, members - not_asked, now=now)
        for user_id in sorted(members - not_asked, key=lambda each: sha256(f"{about}|{each}".encode()).digest()):
            if await self._people.is_member(user_id):
                return await self._put(user_id, now)
        return None

    async def _had_theirs(self, tx: Tx, user_ids: frozenset[str], *, now: datetime) -> frozenset[str]:
        """Those whom the budget of unasked messages leaves no more of now."""
        known = await known_pseudonyms(tx, user_ids)
        found = set()
        for user_id, person in known.items():
            shown = await outbox.unasked_times(tx, person, since=now - MONTH, but="")
            if not may_send_unasked(shown, now=now):
                found.add(user_id)
        return frozenset(found)

    async def _put(self, user_id: str, now: datetime) -> Somebody | None:
        async def unit(tx: Tx) -> Somebody | None:
            if await who_is_left_out(tx, [user_id], await stand_ins(tx)):
                return None
            return Somebody(user_id, await pseudonym_of(tx, user_id, now=now, new_id=self._desk.new_id))

        return await self._desk.database.write(unit)

    async def when(self, person: str, team: str, *, now: datetime) -> datetime | None:
        """The first moment from now on at which they are at work; None where they are not to be asked at all.

        Raises SlackError.
        """
        async with self._desk.database.read() as tx:
            user_id = await slack_id_of(tx, person)
            may = user_id is not None and not await self._is_asked_nothing(tx, person, user_id, now=now)
        hours = hours_of(await self._desk.slack.time_zone(user_id)) if user_id and may else None
        handbook = self._desk.shelf.library.handbook
        holidays = holidays_of([team], handbook.people, handbook.channels)
        return WorkingTime(hours, holidays).opens(now) if hours else None

    async def _is_asked_nothing(self, tx: Tx, person: str, user_id: str, *, now: datetime) -> bool:
        if await is_left_out(tx, person) or await survey_rows.who_refused(tx, [user_id], now=now):
            return True
        shown = await outbox.unasked_times(tx, person, since=now - MONTH, but="")
        return not may_send_unasked(shown, now=now)
