"""Makes the cards that are due, from all that is known of a capability: teams, satisfaction, friction, support.

What is shown of them, and decided by them, is `bot.adoption.milestones`'.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from bot.adoption import card_rules as rules
from bot.adoption.card_rules import Card, Support
from bot.adoption.courses import USING, Course
from bot.adoption.figures import LEARNED, Days, capability_facts
from bot.adoption.reading import Kept, courses_of, known_of, marks_of, read_kept, user_actions
from bot.adoption.satisfaction import Pulses, csat, figure_of, of_users
from bot.calendar import moment_of
from bot.desk import Desk
from bot.model import CapabilityMark, Window
from bot.storage import pilots as rows
from bot.storage.pilots import Key
from knowledge.article import Audience
from knowledge.capabilities import Capability
from knowledge.loader import Handbook

Marks = Mapping[str, Sequence[CapabilityMark]]


class CardMaker:
    """`pulses` are the surveys that closed in a window, as far as they may be shown."""

    def __init__(self, desk: Desk, pulses: Pulses) -> None:
        self._desk = desk
        self._pulses = pulses

    async def due(self, today: date, *, most: int) -> list[tuple[Key, Card]]:
        """At most so many, those of what began first before the others."""
        kept, marks = await self._kept(today)
        async with self._desk.database.read() as tx:
            shown = await rows.shown_cards(tx)
        found = _due(self._handbook, marks, shown, today=today)[:most]
        last = today - timedelta(days=1)
        return [
            (key, await self._card(each, kept, marks[each.id], _Milestone(key[2], since, last)))
            for each, key, since in found
        ]

    async def using(self, capability: Capability) -> list[str]:
        """Teams that use it today, those that used it last first."""
        today = self._desk.today()
        kept, marks = await self._kept(today + timedelta(days=1))
        theirs = marks.get(capability.id, ())
        known = await asyncio.to_thread(known_of, capability, self._handbook, kept, theirs, today)
        _, now = courses_of(known, today)
        using = {team: each for team, each in now.items() if each.state in USING}
        return sorted(using, key=lambda team: _last_use(using[team]), reverse=True)

    async def _kept(self, today: date) -> tuple[Kept, Marks]:
        """As things stood at the end of the day before."""
        now, yesterday = self._desk.clock.now(), today - timedelta(days=1)
        told = await self._pulses(Window(now - LEARNED, now))
        days = Days(yesterday - timedelta(days=rules.LATELY - 1), yesterday)
        async with self._desk.database.read() as tx:
            kept = await read_kept(tx, self._handbook, days, told.waves)
        return kept, await asyncio.to_thread(marks_of, self._handbook, kept, today=today)

    async def _card(
        self, capability: Capability, kept: Kept, marks: Sequence[CapabilityMark], milestone: "_Milestone"
    ) -> Card:
        handbook = self._handbook
        # in a thread, as all figures of adoption
        card = await asyncio.to_thread(_teams_of, capability, handbook, kept, marks, milestone)
        began = moment_of(milestone.since, time.min, handbook.channels.timezone)
        ends = moment_of(milestone.last + timedelta(days=1), time.min, handbook.channels.timezone)
        pulses = [each for each in of_users(kept.pulses, user_actions(capability, handbook)) if each.closed_at >= began]
        return rules.with_others(
            card,
            csat=next((csat(figure) for each in pulses if (figure := figure_of(each)) is not None), None),
            was_asked=bool(pulses),
            friction=sum(at >= began for at in kept.friction.get(capability.id, ())),
            support=await self._support(capability, Window(began, ends)),
        )

    async def _support(self, capability: Capability, window: Window) -> Support | None:
        topics = rules.topics_of(capability, self._handbook, _public_tags(self._handbook))
        if not topics:
            return None
        async with self._desk.database.read() as tx:
            asked = await rows.asked_about(tx, topics, since=window.since, until=window.until)
        return Support(topics, asked.questions, asked.by_platform, asked.by_peers)

    @property
    def _handbook(self) -> Handbook:
        return self._desk.shelf.library.handbook


@dataclass(frozen=True)
class _Milestone:
    """So many days after the status began; figures are of the time from then to the day `last`."""

    days: int
    since: date
    last: date


def _teams_of(
    capability: Capability, handbook: Handbook, kept: Kept, marks: Sequence[CapabilityMark], milestone: _Milestone
) -> Card:
    since, last = milestone.since, milestone.last
    known = known_of(capability, handbook, kept, marks, last)
    facts, (_, now) = capability_facts(capability, known, Days(min(since, last), last)), courses_of(known, last)
    return rules.card_of(capability, facts, now, since=since, days=milestone.days, last=last)


def _due(
    handbook: Handbook, marks: Mapping[str, Sequence[CapabilityMark]], shown: Collection[Key], *, today: date
) -> list[tuple[Capability, Key, date]]:
    """The cards that are due, those of what began first before the others; with the day the status began."""
    found: list[tuple[Capability, Key, date]] = []
    for each in handbook.capabilities:
        status = rules.began(marks.get(each.id, ()))
        if status is None:
            continue
        before = {days for name, seen_on, days in shown if (name, seen_on) == (each.id, status.seen_on)}
        if (days := rules.due(status, before, today=today)) is not None:
            found.append((each, (each.id, status.seen_on, days), status.since))
    return sorted(found, key=lambda each: (each[2], each[0].id))


def _public_tags(handbook: Handbook) -> Mapping[str, Collection[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for each in handbook.articles:
        if each.tags and each.audience is Audience.PUBLIC:
            found[each.tags[0]].update(each.actions)
    return found


def _last_use(course: Course) -> date:
    return max(course.used, default=date.min)
