"""Reads all community numbers of a window, with the window before and the weeks up to it, by one look at questions.

What each number is, and which may be shown, is `bot.peers.community`'s.
"""

import asyncio
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.model import Window, moment
from bot.peers.community import (
    ALL,
    CHANNEL,
    COHORTS,
    IN_TREND,
    TOPIC,
    TREND,
    WEEK,
    Activity,
    Cohort,
    CommunityFacts,
    Conversion,
    Group,
    Point,
)
from bot.peers.counted import Counted, counted
from bot.peers.deciding import Deciding, Team, membership
from bot.peers.facts import Counting, facts_of
from bot.peers.figures import ChannelFacts, Figures, PeerFacts, main_shares
from bot.peers.own_teams import Teams, TeamsOf, no_teams
from bot.peers.solving import By
from bot.statistics import Share
from bot.storage import cases as case_rows
from bot.storage import communities as rows
from bot.storage import peers as peer_rows
from bot.storage.channels import ChannelState, states
from bot.storage.communities import Wrote
from bot.storage.engine import Database, Tx
from bot.storage.people import is_stand_in
from bot.storage.team import terms
from knowledge.channels import Channels

YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Kept:
    """All that was read."""

    cases: Sequence[Counted]  # of all windows, oldest first
    asked_before: frozenset[tuple[str, str]]
    asked_before_that: frozenset[tuple[str, str]]  # before the window before
    known: Sequence[ChannelState]
    struck: int
    wrote: Sequence[Wrote]
    team: Team
    topics: Share
    first_asked: Mapping[str, str]
    answered: Mapping[str, tuple[str, str]]
    contributed: Mapping[str, str]


class CommunityService:
    def __init__(
        self, database: Database, *, channels: Callable[[], Channels], clock: Clock, teams: TeamsOf = no_teams
    ) -> None:
        self._database = database
        self._channels = channels
        self._clock = clock
        self._teams = teams
        self._deciding = Deciding(database, channels=channels, clock=clock)

    async def facts(self, window: Window) -> CommunityFacts:
        """As things stand now. What became of questions is written down first: the funnel is counted from that."""
        await self._deciding.keep_up()
        teams, channels, now = await self._teams(), self._channels(), self._clock.now()
        async with self._database.read() as tx:
            kept = await self._kept(tx, window, channels, now)
        reading = _Reading(kept, window, Counting(window, now, channels, teams.of), teams)
        return await asyncio.to_thread(reading.facts)

    async def _kept(self, tx: Tx, window: Window, channels: Channels, now: datetime) -> Kept:
        before = _before(window)
        since = min(before.since, window.until - TREND * WEEK)
        cases = counted(await self._deciding.rows(tx, Window(since, window.until)), now=now)
        known = await states(tx)
        places = sorted({*(each.id for each in channels.channels), *(each.channel_id for each in cases)})
        with_topic, looked_at = await rows.count_topics(tx, window)
        return Kept(
            cases=cases,
            asked_before=await case_rows.asked_before(tx, window),
            asked_before_that=await case_rows.asked_before(tx, before),
            known=known,
            struck=await peer_rows.count_struck(tx, window),
            wrote=await rows.who_wrote(tx, window, places),
            team=await terms(tx),
            topics=Share(with_topic, looked_at),
            first_asked=await rows.first_asked(tx),
            answered=await rows.answered(tx),
            contributed=await rows.last_contributed(tx),
        )


def _before(window: Window) -> Window:
    return Window(window.since - (window.until - window.since), window.since)


class _Reading:
    """Counts what was read, for one window."""

    def __init__(self, kept: Kept, window: Window, counting: Counting, teams: Teams) -> None:
        self._kept = kept
        self._window = window
        self._counting = counting
        self._earlier = replace(counting, window=_before(window))
        self._teams = teams
        self._zone = ZoneInfo(counting.channels.timezone)
        self._is_platform = membership(kept.team, self._zone)
        self._weeks = [
            Window(window.until - back * WEEK, window.until - (back - 1) * WEEK) for back in range(TREND, 0, -1)
        ]

    def facts(self) -> CommunityFacts:
        here, kept = _of(self._kept.cases, self._window), self._kept
        peers = facts_of(here, kept.asked_before, kept.known, self._counting)
        return CommunityFacts(
            facts=replace(peers, no_questions=kept.struck),
            whole=self._whole(peers),
            channels=self._channels(peers),
            topics=self._topics(here),
            sorted_by_topic=kept.topics,
            conversion=self._conversion(),
        )

    def _whole(self, peers: PeerFacts) -> Group:
        cases = self._kept.cases
        before = self._before(cases, {asker for _, asker in self._kept.asked_before_that})
        activity = self._activity(self._kept.wrote, cases)
        return Group(ALL, "", "everything", peers.figures, before, self._trend(cases), activity)

    def _channels(self, peers: PeerFacts) -> tuple[Group, ...]:
        by_channel: dict[str, list[Counted]] = {each.channel_id: [] for each in peers.channels}
        for case in self._kept.cases:
            if case.channel_id in by_channel:
                by_channel[case.channel_id].append(case)
        return tuple(self._channel(each, by_channel[each.channel_id]) for each in peers.channels)

    def _channel(self, facts: ChannelFacts, cases: Sequence[Counted]) -> Group:
        channel_id = facts.channel_id
        asked = {asker for place, asker in self._kept.asked_before_that if place == channel_id}
        before = self._before(cases, asked, channel_id)
        activity = self._activity([each for each in self._kept.wrote if each.channel_id == channel_id], cases)
        named = (CHANNEL, channel_id, facts.name, facts.figures)
        return Group(*named, before, self._trend(cases), activity, facts.is_public)

    def _topics(self, here: Sequence[Counted]) -> tuple[Group, ...]:
        """Most asked about first. New is who never asked before, about whatever."""
        asked, asked_before_that = (
            {asker for _, asker in each} for each in (self._kept.asked_before, self._kept.asked_before_that)
        )
        found = []
        for topic, _ in sorted(
            Counter(each.topic for each in here if each.topic).items(), key=lambda of: (-of[1], of[0])
        ):
            cases = [each for each in self._kept.cases if each.topic == topic]
            figures = self._counting.figures(_of(cases, self._window), asked)
            found.append(
                Group(TOPIC, topic, topic, figures, self._before(cases, asked_before_that), self._trend(cases))
            )
        return tuple(found)

    def _before(self, cases: Sequence[Counted], asked: Collection[str], channel_id: str = "") -> Figures:
        return self._earlier.figures(_of(cases, self._earlier.window), asked, channel_id)

    def _trend(self, cases: Sequence[Counted]) -> tuple[Point, ...]:
        return tuple(self._point(_of(cases, week), week) for week in self._weeks)

    def _point(self, cases: Sequence[Counted], week: Window) -> Point:
        shares = main_shares(cases)
        return Point(week, len(cases), {name: shares[name] for name in IN_TREND})

    def _activity(self, wrote: Iterable[Wrote], cases: Sequence[Counted]) -> Activity:
        """Who answered is active, also where the answer came after the window."""
        answerers = {who for each in _of(cases, self._window) for who, by in each.answers if by is By.PEER}
        active = answerers | {each.person for each in wrote if self._is_outside(each)}
        teams = frozenset[str]().union(*(self._teams.of.get(each, frozenset()) for each in active))
        there = self._teams.names if self._teams.of else frozenset[str]()
        return Activity(Share(len(answerers), len(active)), Share(len(teams & there), len(there)))

    def _is_outside(self, wrote: Wrote) -> bool:
        """Of the platform team, on the day of what they wrote first or last."""
        return not all(self._is_platform(wrote.person, moment(ts)) for ts in (wrote.first_ts, wrote.last_ts))

    def _conversion(self) -> Conversion:
        kept, until = self._kept, f"{self._window.until.timestamp():.6f}"
        since = f"{(self._window.until - YEAR).timestamp():.6f}"
        came = {
            person: ts for person, ts in kept.first_asked.items() if since <= ts < until and self._may_convert(person)
        }
        answered = {person for person, ts in came.items() if ts < kept.answered.get(person, ("", ""))[1]}
        answerers = {
            person: first for person, (first, _) in kept.answered.items() if first < until and self._may_convert(person)
        }
        gave = sum(first < kept.contributed.get(person, "") for person, first in answerers.items())
        return Conversion(Share(len(answered), len(came)), Share(gave, len(answerers)), self._cohorts(came, answered))

    def _may_convert(self, person: str) -> bool:
        """Nobody who was ever in the platform team, and nobody left out, who is another in each channel."""
        return person not in self._kept.team and not is_stand_in(person)

    def _cohorts(self, came: Mapping[str, str], answered: Collection[str]) -> tuple[Cohort, ...]:
        months = {person: f"{moment(ts).astimezone(self._zone):%Y-%m}" for person, ts in came.items()}
        sizes, turned = Counter(months.values()), Counter(months[person] for person in answered)
        return tuple(Cohort(month, Share(turned[month], sizes[month])) for month in sorted(sizes)[-COHORTS:])


def _of(cases: Sequence[Counted], window: Window) -> Sequence[Counted]:
    """Those asked in the window, of cases in their order."""
    first, last = (
        bisect_left(cases, f"{each.timestamp():.6f}", key=lambda case: case.ts) for each in (window.since, window.until)
    )
    return cases[first:last]
