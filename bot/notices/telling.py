"""Tells each team once of what concerns it, and reminds those that are not done; in one message a team and day.

To the team's channel, where it has one; else to people of it. When is decided in `bot.notices.rules`.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot import effects
from bot.calendar import WorkingTime, zone_of
from bot.desk import Desk
from bot.errors import SlackError
from bot.model import MessageKind
from bot.notices import blocks, rules
from bot.notices.blocks import BREAKS, TOLD, Telling
from bot.notices.book import Book
from bot.notices.rules import Standing
from bot.people import PeopleService
from bot.storage import notices as rows
from bot.storage.engine import Tx
from bot.storage.notices import TeamRow
from bot.storage.people import pseudonyms_of, slack_id_of, slack_ids_of, stand_ins, who_is_counted, who_is_left_out
from bot.team_place import channel_of, working_time_of
from bot.unasked import hours_of
from bot.wanted import Kind, TeamNotice
from bot.work import enqueue
from knowledge.notices import Notice

log = structlog.get_logger(__name__)

DAYS_LOOKED = 7  # ahead, for when a person is at work next


class _ToldMeanwhile(Exception):
    """By another replica, or in this day's message already: the transaction is given up, and the rest waits a day."""


@dataclass(frozen=True)
class Turn:
    """A notice that a team is told of now. `stands_for` is the reminder that it is, or stands for; None: none yet."""

    notice: Notice
    row: TeamRow
    stands_for: int | None

    @property
    def is_first(self) -> bool:
        return self.row.told_at is None


class TellingService:
    def __init__(self, desk: Desk, people: PeopleService, book: Book) -> None:
        self._desk = desk
        self._people = people
        self._book = book

    async def look(self) -> None:
        """Each team whose time has come; a team of which Slack tells nothing now waits for the next look."""
        by_team = await self._turns()
        for team, turns in by_team.items():
            for breaks in (True, False):
                if mine := [each for each in turns if rules.breaks(each.notice) is breaks]:
                    try:
                        await self._tell(team, mine, breaks=breaks)
                    except SlackError as error:
                        log.warning("notices.team_not_told", team=team, reason=str(error))

    async def _turns(self) -> Mapping[str, Sequence[Turn]]:
        now, found = self._desk.clock.now(), defaultdict(list)
        notices = {each.id: each for each in self._book.current()}
        async with self._desk.database.read() as tx:
            known = await rows.teams(tx, notices)
        for row in known:
            if row.team in self._book.handbook.people.teams and (turn := self._turn(notices[row.notice], row, now)):
                found[row.team].append(turn)
        return found

    def _turn(self, notice: Notice, row: TeamRow, now: datetime) -> Turn | None:
        working = self._working(row.team)
        if row.done_at is not None or not rules.is_telling_time(working, now):
            return None
        if row.told_at is None:
            return Turn(notice, row, rules.stands_for(notice.until, now, working))
        due = rules.reminder(
            notice, at=now, working=working, timezone=self._book.timezone, last=row.reminder, is_done=False
        )
        return None if due is None else Turn(notice, row, due)

    async def _tell(self, team: str, turns: Sequence[Turn], *, breaks: bool) -> None:
        """Marked as told with the message, or with the work that brings it. What breaks waits for somebody."""
        now, working = self._desk.clock.now(), self._working(team)
        key = f"notices:{team}:{_day(now, working)}:{'breaks' if breaks else 'news'}"
        channel_id = channel_of(team, self._book.handbook.people)
        people = {} if channel_id else await self._who(team, turns, breaks=breaks)
        if breaks and not channel_id and not people:
            log.warning("notices.nobody_to_tell", team=team)
            return
        tellings = [await self._telling(each, working, channel_id) for each in turns]

        async def unit(tx: Tx) -> None:
            for each in turns:
                if not await rows.mark_told(tx, each.row, reminder=each.stands_for, now=now):
                    raise _ToldMeanwhile
            if channel_id:
                shown = blocks.to_team(team, tellings, is_private=False, can_refuse=False)
                if not await self._desk.outbox.put(tx, effects.in_channel(key, _kind(breaks), channel_id, shown)):
                    raise _ToldMeanwhile
            for person, at in people.items():
                first = [each.notice.id for each in turns if each.is_first]
                again = [each.notice.id for each in turns if not each.is_first]
                bringing = TeamNotice(f"{person}:{key}", person, team, first, again, breaks)
                if not await enqueue(tx, Kind.BRING_NOTICE, bringing, due_at=at, now=now):
                    raise _ToldMeanwhile

        try:
            await self._desk.database.write(unit)
        except _ToldMeanwhile:
            log.info("notices.told_already", team=team)
        self._desk.outbox.bell.set()
        self._desk.wake()

    async def bring(self, wanted: TeamNotice) -> None:
        """To a person of a team without a channel: what of it is not done meanwhile. Raises SlackError."""
        working, now = self._working(wanted.team), self._desk.clock.now()
        async with self._desk.database.read() as tx:
            user_id = await slack_id_of(tx, wanted.person)
            known = {each.notice: each for each in await rows.teams(tx, [*wanted.first, *wanted.again])}
            counted = await who_is_counted(tx, [wanted.person]) - await self._refused(
                tx, [wanted.person], wanted.breaks
            )
        if user_id is None or not counted:
            return
        if (at := await self._at_work(user_id, working, now)) is None or at > now:
            await self._later(wanted, at)
            return
        tellings = []
        for notice_id in (*wanted.first, *wanted.again):
            notice, row = self._book.current_one(notice_id), known.get(notice_id)
            if notice is not None and row is not None and row.done_at is None:
                turn = Turn(notice, row, None)
                tellings.append(await self._telling(turn, working, "", is_first=notice_id in wanted.first))
        if tellings:
            shown = blocks.to_team(wanted.team, tellings, is_private=True, can_refuse=not wanted.breaks)
            kind = _kind(wanted.breaks)
            key = f"notice-dm:{wanted.key.partition('|')[0]}"
            await self._desk.send(effects.privately(key, wanted.person, shown, kind=kind))

    async def _later(self, wanted: TeamNotice, at: datetime | None) -> None:
        """The bot was away at the person's hour: at their next one, if there is any."""
        now = self._desk.clock.now()
        again = replace(wanted, key=f"{wanted.key.partition('|')[0]}|{now.date()}")
        if at is not None:
            await self._desk.database.write(lambda tx: enqueue(tx, Kind.BRING_NOTICE, again, due_at=at, now=now))

    # To whom.

    async def _who(self, team: str, turns: Sequence[Turn], *, breaks: bool) -> Mapping[str, datetime]:
        """Pseudonyms of who is told, each with when they are at work; nobody who is left out. Raises SlackError."""
        members = await self._people.members_of(self._book.handbook.people.teams[team].group)
        now = self._desk.clock.now()
        active = await self._active(turns, members)
        chosen = active or (members if breaks else frozenset())

        async def unit(tx: Tx) -> Mapping[str, str]:
            out = await who_is_left_out(tx, chosen, await stand_ins(tx))
            known = await pseudonyms_of(tx, set(chosen) - out, now=now, new_id=self._desk.new_id)
            refused = await self._refused(tx, list(known.values()), breaks)
            return {person: user_id for user_id, person in sorted(known.items()) if person not in refused}

        found = dict(list((await self._desk.database.write(unit)).items())[: rules.TOLD_MOST])
        at_work = {each: await self._at_work(user_id, self._working(team), now) for each, user_id in found.items()}
        return {person: at for person, at in at_work.items() if at is not None}

    async def _active(self, turns: Sequence[Turn], members: Collection[str]) -> frozenset[str]:
        """Of the members, who used any of it of late, by Slack id."""
        days = [self._desk.today() - timedelta(weeks=back) for back in range(rules.ACTIVE_WEEKS)]
        weeks = [f"{day.isocalendar().year}-W{day.isocalendar().week:02}" for day in days]
        capabilities = {each.notice.capability for each in turns if each.notice.capability}
        async with self._desk.database.read() as tx:
            used = [await rows.active_people(tx, each, weeks) for each in sorted(capabilities)]
            ids = await slack_ids_of(tx, frozenset().union(*used))
        return frozenset(ids.values()) & frozenset(members)

    async def _refused(self, tx: Tx, people: Collection[str], breaks: bool) -> frozenset[str]:
        return frozenset() if breaks else await rows.who_refused(tx, people)

    async def _at_work(self, user_id: str, working: WorkingTime, now: datetime) -> datetime | None:
        """When the person is at work from now on, on no holiday of their site; None where that is not known."""
        if not await self._people.is_member(user_id):
            return None
        hours = hours_of(await self._desk.slack.time_zone(user_id))
        if hours is None:
            return None
        at = WorkingTime(hours, working.holidays).first_from(now)
        return at if at - now < timedelta(days=DAYS_LOOKED) else None

    # What.

    async def _telling(
        self, turn: Turn, working: WorkingTime, channel_id: str, *, is_first: bool | None = None
    ) -> Telling:
        notice, first = turn.notice, turn.is_first if is_first is None else is_first
        today = self._desk.clock.now().astimezone(zone_of(working.hours.timezone)).date()
        days = None if first or notice.until is None else rules.days_left(notice.until, today, working)
        return Telling(
            notice,
            Standing(turn.row.team, turn.row.items),
            self._book.action_title(notice, channel_id=channel_id),
            days,
            await self._book.url(notice.id),
        )

    def _working(self, team: str) -> WorkingTime:
        return working_time_of(team, self._book.handbook.people, self._book.handbook.channels)


def _kind(breaks: bool) -> MessageKind:
    return BREAKS if breaks else TOLD


def _day(now: datetime, working: WorkingTime) -> str:
    return now.astimezone(zone_of(working.hours.timezone)).date().isoformat()
