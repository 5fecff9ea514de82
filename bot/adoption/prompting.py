"""Asks teams two things, at most once in a while and always to be left unanswered: who told you, and why not us.

Who told is asked below what the person asked for; else, as why not always, within the budget of unasked messages.
"""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from bot import effects
from bot.adoption import team_blocks as blocks
from bot.adoption.asking import Turns
from bot.adoption.courses import Course, State, Traces
from bot.adoption.figures import Days, Known
from bot.adoption.history import History
from bot.adoption.reading import Kept, courses_of, known_of, marks_of, read_kept
from bot.adoption.reasons import ABSENT, Open, whom_to_ask
from bot.adoption.team_blocks import Subject
from bot.calendar import Daily
from bot.desk import Desk
from bot.doing import REQUEST_MESSAGE
from bot.model import Effect, Pull
from bot.storage import adoption as rows
from bot.storage import pilots
from bot.storage.engine import Tx
from bot.storage.people import is_left_out
from bot.wanted import Due, Kind, TeamAsked
from bot.work import enqueue
from knowledge.capabilities import FREE, Capability, Status
from knowledge.loader import Handbook

AT = time(9, 40)
WORTH = timedelta(hours=6)
AT_ONCE = 10  # teams a day


class PromptingService:
    """Methods may run twice and ask nobody twice."""

    def __init__(self, desk: Desk, turns: Turns) -> None:
        self._desk = desk
        self._turns = turns

    def schedule(self) -> Daily:
        return Daily(AT, self._handbook.channels.timezone)

    # Who told you.

    async def ask_pull(self, asked: TeamAsked) -> None:
        capability, subject = self._handbook.capability(asked.capability), Subject(asked.capability, asked.team)
        if capability is None:
            return
        is_unasked = not asked.request_id
        if is_unasked and not await self._is_their_turn(Kind.ASK_PULL, asked):
            return
        shown = blocks.who_told(capability.title, subject, is_unasked=is_unasked)
        kind = blocks.WHO_TOLD_DM if is_unasked else blocks.WHO_TOLD
        below = None if is_unasked else f"{REQUEST_MESSAGE}{asked.request_id}"
        key = f"who-told:{asked.capability}:{asked.team}"
        message = Effect(key, kind, shown.text, shown.blocks, recipient=asked.person, below=below)
        row = Pull(asked.capability, asked.team, self._desk.today())

        async def unit(tx: Tx) -> None:
            if not await is_left_out(tx, asked.person) and await rows.ask_pull(tx, row):
                await self._desk.outbox.put(tx, message)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    # Why not us.

    async def ask_why_nots(self, due: Due) -> None:
        """On working days: one person of each team whose turn it is gets theirs, and nobody two of several teams."""
        if not self._handbook.channels.working_time().is_working_day(self._desk.today()):
            return
        today, taken = self._desk.today(), set[str]()
        for each in (await self._open())[:AT_ONCE]:
            somebody = await self._turns.somebody_of(each.team, about=f"{each.capability}:{due.key}")
            if somebody is not None and somebody.person not in taken:
                taken.add(somebody.person)
                key = f"{each.capability}:{each.team}:{today}"
                await self._put(Kind.ASK_WHY_NOT, TeamAsked(key, somebody.person, each.capability, each.team))
        self._desk.wake()

    async def ask_why_not(self, asked: TeamAsked) -> None:
        """Unless somebody else of the team was, while this one waited for their hours."""
        capability, today = self._handbook.capability(asked.capability), self._desk.today()
        if capability is None or not await self._is_their_turn(Kind.ASK_WHY_NOT, asked):
            return
        if (asked.capability, asked.team) not in [(each.capability, each.team) for each in await self._open()]:
            return
        shown = blocks.why_not(capability, Subject(asked.capability, asked.team))
        message = effects.privately(f"why-not:{asked.key}", asked.person, shown, kind=blocks.WHY_NOT)

        async def unit(tx: Tx) -> None:
            if await self._desk.outbox.put(tx, message):
                await pilots.ask_why_not(tx, asked.capability, asked.team, on=today)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def _open(self) -> list[Open]:
        handbook, today = self._handbook, self._desk.today()
        async with self._desk.database.read() as tx:
            kept = await read_kept(tx, handbook, Days(today, today), ())
        return await asyncio.to_thread(_open_to, handbook, kept, today)  # years of events take a second

    async def _is_their_turn(self, kind: Kind, asked: TeamAsked) -> bool:
        """Now; outside their hours it comes again when these begin, and where they are not to be asked never."""
        now = self._desk.clock.now()
        opens = await self._turns.when(asked.person, asked.team, now=now)
        if opens is None or opens <= now:
            return opens is not None
        later = TeamAsked(f"{asked.key}:{opens.date()}", asked.person, asked.capability, asked.team)
        await self._put(kind, later, due_at=opens)
        return False

    async def _put(self, kind: Kind, asked: TeamAsked, *, due_at: datetime | None = None) -> None:
        now = self._desk.clock.now()
        await self._desk.database.write(lambda tx: enqueue(tx, kind, asked, due_at=due_at or now, now=now))

    @property
    def _handbook(self) -> Handbook:
        return self._desk.shelf.library.handbook


def _open_to(handbook: Handbook, kept: Kept, today: date) -> list[Open]:
    """What teams are to be asked about. Who stopped said enough for half a year, with a reason or without one."""
    marks, absent, said = marks_of(handbook, kept, today=today), list[Open](), list[tuple[str, str, date]]()
    asked: dict[str, Sequence[tuple[str, date]]] = {}
    for each in handbook.capabilities:
        if each.status in (*FREE, Status.PILOT):
            known = known_of(each, handbook, kept, marks.get(each.id, ()), today)
            absent += _absent(each, known, today)
            asked[each.id] = known.asked
            said += [(each.id, team, day) for team, day, _ in known.reasons]
            said += [(each.id, team, day) for team, day in _left(known)]
    return whom_to_ask(absent, asked, said, today=today)


def _left(known: Known) -> Iterator[tuple[str, date]]:
    for team, traces in known.traces.items():
        yield from ((team, each.day) for each in traces.said if each.state is State.LEFT)


def _absent(capability: Capability, known: Known, today: date) -> Iterator[Open]:
    history, now = courses_of(known, today)
    for team, each in now.items():
        if each.state in ABSENT:
            yield Open(capability.id, team, _since(team, each, known.traces.get(team, Traces()), history, capability))


def _since(team: str, course: Course, traces: Traces, history: History, capability: Capability) -> date:
    """Since when it does without it, though it could do otherwise."""
    since = capability.since
    for day, teams in history.eligible:
        if team not in teams:
            since = date.max
        elif since == date.max:
            since = day
    said = [each.day for each in traces.said]
    return max([since, *said, *course.used], default=since)
