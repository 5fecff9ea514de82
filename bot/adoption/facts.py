"""The pillar's figures of a window, from the database and the handbook as it stands; and what the platform team sees.

How long actions take, what is pushed and what drifts is counted by `bot.actions.facts`, once.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from bot.adoption.contributions import contribution_facts
from bot.adoption.courses import Said, State, Traces, by_policy
from bot.adoption.figure_lines import lines
from bot.adoption.figures import (
    CapabilityFacts,
    Days,
    Known,
    Stickiness,
    capability_facts,
    whole_weeks,
)
from bot.adoption.history import history
from bot.adoption.marks import with_today
from bot.adoption.policies import policy_facts
from bot.adoption.totals import AdoptionFacts
from bot.adoption.uses import has_source
from bot.authority import Act
from bot.blockkit import escape, header, sections
from bot.desk import Desk
from bot.model import CapabilityMark, Chosen, Json, Pull, What, Window
from bot.people import PeopleService
from bot.storage import adoption as rows
from bot.storage import contributions as contribution_rows
from bot.storage.contributions import ContributionRow
from bot.storage.engine import Database, Tx
from knowledge.capabilities import Capability
from knowledge.loader import Handbook

T = TypeVar("T")

LOOK_BACK = timedelta(weeks=12)
NOTHING: frozenset[Any] = frozenset()
HOME_MOST = 20  # lines

Weeks = Mapping[str, tuple[Mapping[str, int], int]]


@dataclass(frozen=True)
class Kept:
    """All that the database knows of it."""

    uses: Mapping[str, Sequence[tuple[str, date, str]]]
    chosen: Sequence[Chosen]
    marks: Mapping[str, Sequence[CapabilityMark]]
    people: Weeks
    pulls: Sequence[Pull]
    contributions: Mapping[str, ContributionRow]


class AdoptionFactsService:
    """`places` are the repositories that are the platform's own: a name, and a digest of where each is."""

    def __init__(
        self,
        database: Database,
        *,
        handbook: Callable[[], Handbook],
        places: Callable[[], Mapping[str, str]],
        today: Callable[[], date],
    ) -> None:
        self._database = database
        self._handbook = handbook
        self._places = places
        self._today = today

    async def facts(self, window: Window) -> AdoptionFacts:
        handbook = self._handbook()
        days = Days.of(window, handbook.channels.timezone)
        async with self._database.read() as tx:
            kept = await _kept(tx, handbook, days)
            policies = await policy_facts(tx, handbook, today=self._today())
        # in a thread: with years of daily events it takes a second, and Slack is not to wait for that
        of_each = await asyncio.to_thread(_of_all, handbook, kept, days, self._today())
        shares = {each.policy: each.equivalent_evidence_share for each in policies}
        return AdoptionFacts(window, of_each, shares, contribution_facts(self._places(), kept.contributions, days))


def _of_all(handbook: Handbook, kept: Kept, days: Days, today: date) -> tuple[CapabilityFacts, ...]:
    marks = with_today(handbook, kept.marks, today=today)
    return tuple(_of(each, handbook, kept, marks.get(each.id, ()), days) for each in handbook.capabilities)


def _of(
    capability: Capability, handbook: Handbook, kept: Kept, marks: Sequence[CapabilityMark], days: Days
) -> CapabilityFacts:
    known = Known(
        history(capability, marks, now_called=handbook.people.team_called),
        _traces(capability, handbook, kept),
        _stickiness(kept.people.get(capability.id), days.last),
        [each for each in kept.pulls if each.capability == capability.id],
        has_source(capability, handbook.actions),
    )
    return capability_facts(capability, known, days)


async def _kept(tx: Tx, handbook: Handbook, days: Days) -> Kept:
    return Kept(
        uses=await rows.uses(tx, until=days.last),
        chosen=await rows.choices_for(tx, [each.id for each in handbook.policies]),
        marks=await rows.marks(tx),
        people=await rows.active_people(tx, whole_weeks(days.last)),
        pulls=await rows.pulls(tx, days.first, days.last),
        contributions=await contribution_rows.rows(tx),
    )


def _traces(capability: Capability, handbook: Handbook, kept: Kept) -> Mapping[str, Traces]:
    """By team, as it is called now; one that is not there any more keeps the name it had."""
    policies = _policies_of(capability, handbook)
    chosen = [each for each in kept.chosen if each.policy in policies]
    uses, said = by_policy(chosen, timezone=handbook.channels.timezone)
    told = kept.uses.get(capability.id, ())
    uses += [(team, day) for team, day, what in told if what == What.USED]
    said += [(team, Said(day, State.LEFT)) for team, day, what in told if what == What.LEFT]
    used_by, said_by = _by_team(uses, handbook), _by_team(said, handbook)
    return {
        team: Traces(used_by.get(team, NOTHING), said_by.get(team, NOTHING)) for team in used_by.keys() | said_by.keys()
    }


def _by_team(told: Iterable[tuple[str, T]], handbook: Handbook) -> Mapping[str, frozenset[T]]:
    by_name: defaultdict[str, set[T]] = defaultdict(set)
    for name, each in told:
        by_name[name].add(each)
    found: dict[str, frozenset[T]] = {}
    for name, all_of_it in by_name.items():
        team = handbook.people.team_called(name) or name
        found[team] = found.get(team, NOTHING) | all_of_it
    return found


def _policies_of(capability: Capability, handbook: Handbook) -> Collection[str]:
    return {each.id for each in handbook.policies if each.capability == capability.id}


def _stickiness(active: tuple[Mapping[str, int], int] | None, last: date) -> Stickiness:
    weekly, together = active or ({}, 0)
    return Stickiness(tuple(weekly.get(week, 0) for week in whole_weeks(last)), together)


class AdoptionPart:
    """The platform team's part of App Home."""

    def __init__(self, desk: Desk, people: PeopleService, facts: AdoptionFactsService) -> None:
        self._desk = desk
        self._people = people
        self._facts = facts

    async def home_part(self, person: str) -> Sequence[Json]:
        """Nothing for who is not in the platform team, and where the handbook names no capability."""
        if not self._desk.shelf.library.handbook.capabilities:
            return ()
        if await self._people.why_not(await self._people.profile(person), Act.CURATE):
            return ()
        now = self._desk.clock.now()
        found = lines(await self._facts.facts(Window(now - LOOK_BACK, now)))
        more = len(found) - HOME_MOST
        shown = [*found[:HOME_MOST], *([f"{more} more: `mentor adoption` has them all."] if more > 0 else [])]
        told = sections([f"• {escape(each)}" for each in shown])
        return [header(f"Chosen or not, {LOOK_BACK.days // 7} weeks"), *told]
