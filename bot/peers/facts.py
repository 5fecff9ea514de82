"""Reads what the pillar says of a window: the figures, for all channels and for each, and the unanswered questions.

The digest, `health`, App Home and the command line all use it. Decides nothing: see `cases` and `figures`.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.calendar import WorkingTime, is_within
from bot.clock import Clock
from bot.model import CHECK_MARKS, Discussion, SolvedThread, Window
from bot.peers.cases import Case, Outcome, case_of
from bot.peers.figures import ChannelFacts, Figures, PeerFacts, Unanswered, figures
from bot.peers.hinting import hinting
from bot.peers.solving import By, Measures
from bot.peers.wording import Gist
from bot.storage import cases as rows
from bot.storage.channels import ChannelState, states
from bot.storage.engine import Database, Tx
from bot.storage.people import is_stand_in
from bot.storage.team import Term, terms
from knowledge.channels import Channel, Channels

FAILED = (Outcome.NONE, Outcome.UNCONFIRMED)


class FactsService:
    def __init__(self, database: Database, *, channels: Callable[[], Channels], clock: Clock) -> None:
        self._database = database
        self._channels = channels
        self._clock = clock

    async def facts(self, window: Window) -> PeerFacts:
        """Of the questions asked in the window, as things stand now."""
        now, channels = self._clock.now(), self._channels()
        async with self._database.read() as tx:
            found, team = await _found(tx, window)
            asked_before = await rows.asked_before(tx, window.since)
            known = await states(tx)
        # In a thread, as ten thousand questions take half a second in which Slack would wait.
        cases = await asyncio.to_thread(_cases, found, team, channels, now)
        return await asyncio.to_thread(_counted, cases, asked_before, known, Counting(window, now, channels))

    async def cases(self, window: Window | None = None, *, asker: str | None = None) -> Sequence[Case]:
        """Every question of the window, or there ever was, oldest first: for the operator, and for askers their own."""
        async with self._database.read() as tx:
            found, team = await _found(tx, window, asker)
        return await asyncio.to_thread(_cases, found, team, self._channels(), self._clock.now())

    async def solved(self, window: Window) -> Sequence[SolvedThread]:
        """The window's questions that people solved, oldest first; in each thread somebody says something of use."""
        async with self._database.read() as tx:
            found, team = await _found(tx, window)
        cases = await asyncio.to_thread(_cases, found, team, self._channels(), self._clock.now())
        return [each for each in map(_solved, found, cases) if each is not None]

    async def unanswered(self, window: Window) -> frozenset[tuple[str, str]]:
        """Channel and ts of the window's questions past their horizon that no person answered and no bot for sure."""
        return frozenset((each.channel_id, each.ts) for each in await self.cases(window) if each.outcome in FAILED)

    async def waiting(self, window: Window) -> frozenset[tuple[str, str]]:
        """Channel and ts of those that wait for a response, in public channels, of people who are not left out."""
        return frozenset((each.channel_id, each.ts) for each in (await self.facts(window)).unanswered)


Team = Mapping[str, Sequence[Term]]


async def _found(tx: Tx, window: Window | None, asker: str | None = None) -> tuple[Sequence[Discussion], Team]:
    return await rows.discussions(tx, window, check_marks=CHECK_MARKS, asker=asker), await terms(tx)


def _cases(found: Sequence[Discussion], team: Team, channels: Channels, now: datetime) -> Sequence[Case]:
    is_platform = membership(team, ZoneInfo(channels.timezone))
    ids = {each.channel_id for each in found}
    by_channel = {each: measures(channels, each, is_platform) for each in ids}
    return [case_of(each, by_channel[each.channel_id], now=now) for each in found]


def _counted(
    cases: Sequence[Case],
    asked_before: Collection[tuple[str, str]],
    known: Sequence[ChannelState],
    counting: "Counting",
) -> PeerFacts:
    channels, by_id = counting.channels, {each.channel_id: each for each in known}
    parts = _by_channel(cases, asked_before, [each.id for each in channels.channels])
    by_channel = tuple(
        _channel_facts(channel_id, by_id.get(channel_id), channels, counting.figures(*part, channel_id))
        for channel_id, part in parts.items()
    )
    return PeerFacts(
        figures=counting.figures(cases, {asker for _, asker in asked_before}),
        channels=by_channel,
        unanswered=_listed(cases, {each.channel_id for each in by_channel if each.is_public}),
        hints=hinting(cases),
    )


def _solved(discussion: Discussion, case: Case) -> SolvedThread | None:
    """None for what is open, what a bot solved, and what its asker solved without a word of how."""
    by_people = [each for each in discussion.replies if not each.is_bot]
    if case.solution is None or case.solution.by is By.BOT or all(each.gist != Gist.SAYS for each in by_people):
        return None
    people = frozenset({discussion.asker, *(each.author for each in by_people)})
    return SolvedThread(discussion.channel_id, discussion.ts, case.solution.at, people)


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
    """What the channel's questions are measured with; the defaults where the handbook does not name it."""
    channel = channels.watched(channel_id)
    time = channels.working_time(channel)
    days = (channel or Channel(channel_id, "")).horizon_working_days
    return Measures(
        is_platform=is_platform,
        worked=time.worked,
        horizon=lambda asked_at: time.after(asked_at, days),
        is_at_work=lambda at: _is_at_work(time, at),
    )


def _is_at_work(time: WorkingTime, at: datetime) -> bool:
    day = at.astimezone(ZoneInfo(time.hours.timezone)).date()
    return is_within(time.hours, at) and time.is_working_day(day)


Part = tuple[list[Case], set[str]]  # cases, and who asked before them


def _by_channel(
    cases: Iterable[Case], asked_before: Iterable[tuple[str, str]], watched: Iterable[str]
) -> dict[str, Part]:
    """Those of each channel: the watched ones first, then others that were watched once."""
    parts: dict[str, Part] = {each: ([], set()) for each in watched}
    for each in cases:
        parts.setdefault(each.channel_id, ([], set()))[0].append(each)
    for channel_id, asker in asked_before:
        if channel_id in parts:
            parts[channel_id][1].add(asker)
    return parts


@dataclass(frozen=True)
class Counting:
    """What all parts of a window's cases are counted with."""

    window: Window
    now: datetime
    channels: Channels

    def figures(self, cases: Sequence[Case], asked_before: Collection[str], channel_id: str = "") -> Figures:
        """Of one channel, or of all."""
        time = self.channels.working_time(self.channels.watched(channel_id))
        days = self._working_days(time)
        return figures(cases, self.window, now=self.now, asked_before=asked_before, working_days=days)

    def _working_days(self, time: WorkingTime) -> int:
        """Those of the window that have begun."""
        zone = ZoneInfo(time.hours.timezone)
        last = _day(min(self.window.until - timedelta.resolution, self.now), zone)
        return time.working_days(_day(self.window.since, zone), last)


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def _channel_facts(channel_id: str, known: ChannelState | None, channels: Channels, counted: Figures) -> ChannelFacts:
    watched = channels.watched(channel_id)
    name = watched.name if watched else known.name if known else ""
    return ChannelFacts(channel_id, name or channel_id, known is not None and not known.is_private, counted)


def _listed(cases: Iterable[Case], public: set[str]) -> tuple[Unanswered, ...]:
    return tuple(
        Unanswered(each.channel_id, each.ts, each.asked_at, each.is_young)
        for each in cases
        if each.is_waiting and each.channel_id in public and not is_stand_in(each.asker)
    )
