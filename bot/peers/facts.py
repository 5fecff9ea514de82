"""Reads what the pillar says of a window: the figures, for all channels and for each, and the unanswered questions.

The digest, `health`, App Home and the command line all use it. Decides nothing: see `cases` and `figures`.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.calendar import WorkingTime
from bot.clock import Clock
from bot.model import CHECK_MARKS, Discussion, SolvedThread, Window, moment
from bot.peers.cases import Case, Outcome, case_of
from bot.peers.counted import Counted, counted
from bot.peers.deciding import Deciding, Team, measures_of
from bot.peers.figures import Beside, ChannelFacts, Figures, PeerFacts, Unanswered, figures
from bot.peers.hinting import hinting
from bot.peers.own_teams import TeamsOf, no_teams
from bot.peers.solving import By
from bot.peers.wording import Gist
from bot.storage import cases as rows
from bot.storage import peers as peer_rows
from bot.storage.channels import ChannelState, states
from bot.storage.engine import Database, Tx
from bot.storage.people import is_stand_in
from bot.storage.team import terms
from knowledge.channels import Channels

FAILED = (Outcome.NONE, Outcome.UNCONFIRMED)


class FactsService:
    """`teams` are who is in which team today, as far as anybody can say."""

    def __init__(
        self, database: Database, *, channels: Callable[[], Channels], clock: Clock, teams: TeamsOf = no_teams
    ) -> None:
        self._database = database
        self._channels = channels
        self._clock = clock
        self._teams = teams
        self._deciding = Deciding(database, channels=channels, clock=clock)

    async def facts(self, window: Window) -> PeerFacts:
        """Of the questions asked in the window, as things stand now."""
        now, channels, teams = self._clock.now(), self._channels(), await self._teams()
        async with self._database.read() as tx:
            cases = counted(await self._deciding.rows(tx, window), now=now)
            asked_before = await rows.asked_before(tx, window)
            known = await states(tx)
            struck = await peer_rows.count_struck(tx, window)
            told = await peer_rows.told_of_incidents(tx, window)
        # In a thread, as ten thousand questions take a tenth of a second in which Slack would wait.
        counting = Counting(window, now, channels, teams.of)
        facts = await asyncio.to_thread(facts_of, cases, asked_before, known, counting)
        waiting = tuple(each for each in facts.unanswered if (each.channel_id, each.ts) not in told)
        settled = sum(each.is_waiting and (each.channel_id, each.ts) in told for each in cases)
        return replace(facts, no_questions=struck, unanswered=waiting, told_of_incidents=settled)

    async def keep_up(self) -> int:
        """Writes down what became of questions that changed; nothing that is told depends on it."""
        return await self._deciding.keep_up()

    async def cases(self, window: Window | None = None, *, asker: str | None = None) -> Sequence[Case]:
        """Every question of the window, or there ever was, oldest first: for askers their own."""
        async with self._database.read() as tx:
            found, team = await _found(tx, window, asker)
        return await asyncio.to_thread(_cases, found, team, self._channels(), self._clock.now())

    async def all_cases(self) -> Sequence[Case]:
        """For the operator: those too that belong to an earlier question, and are counted with it."""
        async with self._database.read() as tx:
            found, team = await rows.discussions(tx, check_marks=CHECK_MARKS), await terms(tx)
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


async def _found(tx: Tx, window: Window | None, asker: str | None = None) -> tuple[Sequence[Discussion], Team]:
    found = await rows.discussions(tx, window, check_marks=CHECK_MARKS, asker=asker)
    return [each for each in found if each.part_of is None], await terms(tx)


def _cases(found: Sequence[Discussion], team: Team, channels: Channels, now: datetime) -> Sequence[Case]:
    by_channel = measures_of(channels, {each.channel_id for each in found}, team)
    return [case_of(each, by_channel[each.channel_id], now=now) for each in found]


def facts_of(
    cases: Sequence[Counted],
    asked_before: Collection[tuple[str, str]],
    known: Sequence[ChannelState],
    counting: "Counting",
) -> PeerFacts:
    channels, by_id = counting.channels, {each.channel_id: each for each in known}
    parts = by_channel(cases, asked_before, [each.id for each in channels.channels])
    found = tuple(
        channel_facts(channel_id, by_id.get(channel_id), channels, counting.figures(*part, channel_id))
        for channel_id, part in parts.items()
    )
    return PeerFacts(
        figures=counting.figures(cases, {asker for _, asker in asked_before}),
        channels=found,
        unanswered=_listed(cases, {each.channel_id for each in found if each.is_public}),
        hints=hinting(cases),
    )


def _solved(discussion: Discussion, case: Case) -> SolvedThread | None:
    """None for what is open, what a bot solved, and what its asker solved without a word of how."""
    by_people = [each for each in discussion.replies if not each.is_bot]
    if case.solution is None or case.solution.by is By.BOT or all(each.gist != Gist.SAYS for each in by_people):
        return None
    people = frozenset({discussion.asker, *(each.author for each in by_people)})
    # a mark that was read back says only when it was seen: then the thread's last word is nearer to it
    at = case.solution.at if case.solution.is_timed else moment(max(each.ts for each in by_people))
    return SolvedThread(discussion.channel_id, discussion.ts, at, people)


Part = tuple[list[Counted], set[str]]  # cases, and who asked before them


def by_channel(
    cases: Iterable[Counted], asked_before: Iterable[tuple[str, str]], watched: Iterable[str]
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
    teams: Mapping[str, frozenset[str]]

    def figures(self, cases: Sequence[Counted], asked_before: Collection[str], channel_id: str = "") -> Figures:
        """Of one channel, or of all."""
        time = self.channels.working_time(self.channels.watched(channel_id))
        days = self.working_days(time)
        return figures(cases, self.window, now=self.now, beside=Beside(asked_before, days, self.teams))

    def working_days(self, time: WorkingTime) -> int:
        """Those of the window that have begun."""
        zone = ZoneInfo(time.hours.timezone)
        last = _day(min(self.window.until - timedelta.resolution, self.now), zone)
        return time.working_days(_day(self.window.since, zone), last)


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def channel_facts(channel_id: str, known: ChannelState | None, channels: Channels, counted: Figures) -> ChannelFacts:
    watched = channels.watched(channel_id)
    name = watched.name if watched else known.name if known else ""
    return ChannelFacts(channel_id, name or channel_id, known is not None and not known.is_private, counted)


def _listed(cases: Iterable[Counted], public: set[str]) -> tuple[Unanswered, ...]:
    return tuple(
        Unanswered(each.channel_id, each.ts, each.asked_at, each.is_young)
        for each in cases
        if each.is_waiting and each.channel_id in public and not is_stand_in(each.asker)
    )
