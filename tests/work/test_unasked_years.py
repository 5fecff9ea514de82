"""Years of everything that nobody asked for, at once: nobody gets more of it than the budget, whatever comes together.

Every kind of unasked message that goes to a person takes part, also those that come later: they are read from the list
of all messages. Each wants to be sent at any time; whether it is, is decided as the outbox does, by the real rules.
What must never be is reckoned here anew.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.generate import KINDS
from bot.model import Purpose
from bot.surveys.blocks import PULSE, REMINDED
from bot.talks.blocks import INVITED
from bot.unasked import MONTH, is_in_hours, may_remind, may_send_unasked

YEAR = timedelta(days=365)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
TRIES = 40  # a year and kind: together far more than the budget has room for
ZONES = ("Europe/London", "Asia/Kolkata", "America/St_Johns", "Pacific/Auckland", "")  # of the last nothing is known
PLACES = ("the platform channel", "the channel", "the thread")  # what goes there goes to nobody in person
PROMPTS = tuple(
    kind.name
    for kind in KINDS.values()
    if kind.purpose is Purpose.UNASKED and kind.name != REMINDED.name and not kind.to.startswith(PLACES)
)


@dataclass
class Person:
    timezone: str
    shown: list[tuple[datetime, str]] = field(default_factory=list)
    reminders: list[tuple[datetime, datetime]] = field(default_factory=list)  # when, and when its prompt was shown

    def offer(self, kind: str, at: datetime) -> bool:
        """Whether it was sent, as the outbox has it: the budget over all kinds first, then the person's hours."""
        lately = [each for each, _ in self.shown[-4:] if at - each < MONTH]
        if not may_send_unasked(lately, now=at) or not is_in_hours(self.timezone, now=at):
            return False
        self.shown.append((at, kind))
        return True

    def remind(self, prompted_at: datetime, at: datetime) -> None:
        if may_remind(prompted_at, now=at) and is_in_hours(self.timezone, now=at):
            self.reminders.append((at, prompted_at))


def live(rng: random.Random, timezone: str) -> Person:
    """A year of somebody: kinds want to be sent one by one, and now and then several at the same moment."""
    person = Person(timezone)
    tries = [(BEGIN + YEAR * rng.random(), kind) for kind in PROMPTS for _ in range(TRIES)]
    tries += [(at + timedelta(seconds=rng.choice((0, 1))), rng.choice(PROMPTS)) for at, _ in tries[::7]]
    for at, kind in sorted(tries):
        if person.offer(kind, at) and kind == PULSE.name:
            person.remind(at, at + timedelta(days=rng.choice((2, 3, 6, 7, 9)), hours=rng.choice((0, 1))))
    return person


def check(person: Person) -> None:
    times = [at for at, _ in person.shown]
    for first, second in pairwise(times):
        assert second - first >= timedelta(days=7), "two in a week"
    for first, third in zip(times, times[2:], strict=False):
        assert third - first >= timedelta(days=30), "three in a month"
    for at in [*times, *(at for at, _ in person.reminders)]:
        local = at.astimezone(ZoneInfo(person.timezone))
        assert local.isoweekday() <= 5, "at a weekend"
        assert time(9) <= local.time() < time(17, 30), "outside their hours"
    prompts = [prompted_at for _, prompted_at in person.reminders]
    assert len(prompts) == len(set(prompts)), "two reminders of one question"
    assert all(at - prompted_at <= timedelta(days=7) for at, prompted_at in person.reminders), "a late reminder"


def all_of(people: int, *, seed: int) -> list[Person]:
    rng = random.Random(seed)
    found = [live(rng, ZONES[number % len(ZONES)]) for number in range(people)]
    for each in found:
        check(each)
    return found


def test_nobody_gets_more_than_the_budget_whatever_comes_together() -> None:
    people = all_of(200, seed=1)

    sent = Counter(kind for person in people for _, kind in person.shown)
    assert INVITED.name in PROMPTS
    assert set(sent) == set(PROMPTS)  # each kind got through, or the above would hold of less than it says
    assert any(person.reminders for person in people)
    known = [person for person in people if person.timezone]
    assert all(10 <= len(person.shown) <= 25 for person in known)  # of 24 that fit into twelve months and a bit
    assert not any(person.shown for person in people if not person.timezone)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(2, 6))
def test_the_same_in_1000_years_of_people(seed: int) -> None:
    all_of(1_000, seed=seed)
