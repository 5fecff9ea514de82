"""Keeps what became of each question beside it, and reads it so that it is always as if it were decided just now.

What is missing, or rests on something that changed since, is decided from the messages; `keep_up` writes that down, and
nothing depends on when it does. What became of a question is `bot.peers.cases`' to say.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from zoneinfo import ZoneInfo

from bot.calendar import WorkingTime, is_within
from bot.case_row import CaseRow, Key
from bot.clock import Clock
from bot.model import CHECK_MARKS, Discussion, Window
from bot.peers.cases import case_of
from bot.peers.counted import row_of
from bot.peers.solving import Measures
from bot.storage import cases as rows
from bot.storage import decided
from bot.storage.engine import Database, Tx
from bot.storage.team import Term, terms
from knowledge.channels import Channel, Channels

DECIDER = "cases-1"  # whoever changes what becomes of a question, or what is kept of it, changes this
AT_ONCE = 1_000  # changes or questions in a transaction: others get to write in between
DECIDED_AT_ONCE = 100  # of those questions: nobody else writes while they are decided, a tenth of a second
MANY = 5_000  # changes that wait: from here on a window is read from its messages

Team = Mapping[str, Sequence[Term]]


NOWHERE: Key = ("", "")  # before all questions


@dataclass(frozen=True)
class Filled:
    """How far every question has a case, by these measures."""

    bases: Mapping[str, str]
    up_to: Key = NOWHERE
    is_whole: bool = False


class Deciding:
    def __init__(self, database: Database, *, channels: Callable[[], Channels], clock: Clock) -> None:
        self._database = database
        self._channels = channels
        self._clock = clock
        self._filled: Filled | None = None  # None: not known

    async def rows(self, tx: Tx, window: Window) -> Sequence[CaseRow]:
        """Of all questions of the window, in no order. What changed is read first, so that none of it is missed."""
        mark, waiting = await decided.next_mark(tx, MANY + 1)
        turned = await decided.turned(tx, mark) if 0 < waiting <= MANY else decided.NOTHING_TURNED
        if waiting > MANY or turned.members:
            return await self._decide(tx, await rows.discussions(tx, window, check_marks=CHECK_MARKS))
        found, missing = await decided.in_window(tx, window)
        basis = self._bases()
        right = [row for row in found if row.key not in turned.keys and row.basis == basis(row.channel_id)]
        if len(right) == len(found) + len(missing):
            return right
        wanted = {*missing, *(row.key for row in found)} - {row.key for row in right}
        if len(wanted) > len(right):
            return await self._decide(tx, await rows.discussions(tx, window, check_marks=CHECK_MARKS))
        return [*right, *await self._decide(tx, await rows.discussions_at(tx, wanted, check_marks=CHECK_MARKS))]

    async def keep_up(self) -> int:
        """How many questions were decided anew, until none of the changes waits that waited when it began.

        Where people talk all the time, each of its transactions would find some more.
        """
        async with self._database.read() as tx:
            mark = await decided.last_mark(tx)
        count = 0
        while (done := await self._some(mark)) is not None:
            count += done
        return count

    async def _some(self, mark: int) -> int | None:
        """None where nothing is left to decide."""
        held, keys = await self._database.write(partial(self._hold, mark=mark))
        if not held:
            return await self._fill()
        count = await self._decide_in_parts(sorted(keys))
        # only now: what fails, or is decided at the same time by somebody who knows less, waits on
        await self._database.write(lambda tx: decided.done(tx, held))
        return count

    async def _hold(self, tx: Tx, mark: int) -> tuple[Sequence[int], Collection[Key]]:
        """Changes that wait, and the questions to decide on for them now; no change where none waits."""
        held = await decided.hold(tx, mark, AT_ONCE)
        if held and not await decided.is_any(tx):  # as after a first import of years: no change bears on anything
            await decided.all_done(tx)
            self._filled, held = None, ()
        if not held:
            return (), ()
        turned = await decided.turned(tx, held[-1])
        if len(held) < AT_ONCE and not turned.members:
            return held, turned.keys
        if turned.members:
            await decided.drop_with(tx, turned.members)
        await decided.drop(tx, turned.keys)  # more of the same threads may follow: each is decided once, later
        self._filled = None
        return held, ()

    async def _fill(self) -> int | None:
        """Decides on those that have no case, or one by other measures; None where all have theirs.

        They are looked for by a reader: after a start that is a look at all there are, and others write meanwhile.
        """
        basis = self._bases()
        bases = {channel.id: basis(channel.id) for channel in self._channels().channels}
        if self._filled is None or self._filled.bases != bases:
            self._filled = Filled(bases)
        if self._filled.is_whole:
            return None
        async with self._database.read() as tx:
            left = await decided.undecided(tx, bases, basis(""), after=self._filled.up_to, limit=AT_ONCE)
        count = await self._decide_in_parts(left)
        self._filled = Filled(bases, max(left, default=NOWHERE), is_whole=not left)
        return count

    async def _decide_in_parts(self, keys: Sequence[Key]) -> int:
        parts = [keys[start : start + DECIDED_AT_ONCE] for start in range(0, len(keys), DECIDED_AT_ONCE)]
        return sum([await self._database.write(partial(self._decide_anew, keys=part)) for part in parts])

    async def _decide_anew(self, tx: Tx, keys: Collection[Key]) -> int:
        """Two that decide on the same do it one after the other: each reads all that was there when its turn came."""
        await decided.wait_for_others(tx, keys)
        await decided.drop(tx, keys)
        found = await rows.discussions_at(tx, keys, check_marks=CHECK_MARKS)
        await decided.put(tx, await self._decide(tx, found))
        return len(found)

    async def _decide(self, tx: Tx, found: Sequence[Discussion]) -> Sequence[CaseRow]:
        team = await terms(tx)
        # in a thread, as ten thousand questions take half a second in which Slack would wait
        return await asyncio.to_thread(self._rows, found, team)

    def _rows(self, found: Sequence[Discussion], team: Team) -> list[CaseRow]:
        channels, now, basis = self._channels(), self._clock.now(), self._bases()
        by_channel = measures_of(channels, {each.channel_id for each in found}, team)
        return [row_of(case_of(each, by_channel[each.channel_id], now=now), basis(each.channel_id)) for each in found]

    def _bases(self) -> Callable[[str], str]:
        channels, known = self._channels(), dict[str, str]()

        def basis(channel_id: str) -> str:
            if channel_id not in known:
                known[channel_id] = basis_of(channels, channel_id)
            return known[channel_id]

        return basis


def basis_of(channels: Channels, channel_id: str) -> str:
    """A fingerprint of all that a case of the channel is decided with besides what people did."""
    channel = channels.watched(channel_id)
    time, days = _measured(channels, channel)
    hours = time.hours
    said = (DECIDER, channels.timezone, days, time.holidays, sorted(hours.days), hours.start, hours.end, hours.timezone)
    return sha256(repr(said).encode()).hexdigest()[:20]


def _measured(channels: Channels, channel: Channel | None) -> tuple[WorkingTime, int]:
    """The defaults where the handbook does not name the channel."""
    return channels.working_time(channel), (channel or Channel("", "")).horizon_working_days


def measures_of(channels: Channels, channel_ids: Collection[str], team: Team) -> Mapping[str, Measures]:
    is_platform = membership(team, ZoneInfo(channels.timezone))
    return {each: measures(channels, each, is_platform) for each in channel_ids}


def membership(team: Team, zone: ZoneInfo) -> Callable[[str, datetime], bool]:
    """Whether the person was in the platform team on the day of the moment, by the wall of the zone."""

    def is_platform(person: str, at: datetime) -> bool:
        known = team.get(person)
        if known is None:
            return False
        day = at.astimezone(zone).date()
        return any(term.covers(day) for term in known)

    return is_platform


def measures(channels: Channels, channel_id: str, is_platform: Callable[[str, datetime], bool]) -> Measures:
    """What the channel's questions are measured with."""
    time, days = _measured(channels, channels.watched(channel_id))
    return Measures(
        is_platform=is_platform,
        worked=time.worked,
        horizon=lambda asked_at: time.after(asked_at, days),
        is_at_work=lambda at: _is_at_work(time, at),
    )


def _is_at_work(time: WorkingTime, at: datetime) -> bool:
    day = at.astimezone(ZoneInfo(time.hours.timezone)).date()
    return is_within(time.hours, at) and time.is_working_day(day)
