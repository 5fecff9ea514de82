"""Years of everything that nobody asked for, at once: nobody gets more of it than the budget, whatever comes together.

Every kind of unasked message that goes to a person takes part, also those that come later: they are read from the list
of all messages. Each wants to be sent at any time; whether it is, is decided by the outbox's own rules over many
people, and by the outbox itself over a few. What must never be is reckoned here anew.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from holidays import country_holidays

from bot.generate import KINDS
from bot.model import Effect, Purpose
from bot.storage.engine import Database
from bot.surveys.blocks import PULSE, REMINDED
from bot.talks.blocks import INVITED
from bot.unasked import MONTH, OUT_OF_HOURS, OVER_BUDGET, REMINDER, is_at_work, keeps_to_budget
from tests.work.outbox_desk import Desk

YEAR = timedelta(days=365)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
TRIES = 40  # a year and kind: together far more than the budget has room for
ZONES = {  # and whose public holidays are theirs; of the last nothing is known
    "Europe/London": "GB-ENG",
    "Asia/Kolkata": "IN-KA",
    "America/St_Johns": "CA-NL",
    "Pacific/Auckland": "NZ",
    "": "",
}
PLACES = ("the platform channel", "the channel", "the thread")  # what goes there goes to nobody in person
HOLIDAYS = {
    zone: frozenset(country_holidays(country, subdiv=part or None, years=2026)) if region else frozenset[date]()
    for zone, region in ZONES.items()
    for country, _, part in [region.partition("-")]
}
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
        """Whether it was sent."""
        lately = [each for each, _ in self.shown[-4:] if at - each < MONTH]
        if not keeps_to_budget("thought", lately, None, now=at) or not self._is_at_work(at):
            return False
        self.shown.append((at, kind))
        return True

    def remind(self, prompted_at: datetime, at: datetime) -> None:
        if keeps_to_budget(f"pulse{REMINDER}", [prompted_at], prompted_at, now=at) and self._is_at_work(at):
            self.reminders.append((at, prompted_at))

    def _is_at_work(self, at: datetime) -> bool:
        return is_at_work(self.timezone, ZONES[self.timezone], now=at)


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
        assert local.date() not in HOLIDAYS[person.timezone], "on a public holiday"
    prompts = [prompted_at for _, prompted_at in person.reminders]
    assert len(prompts) == len(set(prompts)), "two reminders of one question"
    assert all(at - prompted_at <= timedelta(days=7) for at, prompted_at in person.reminders), "a late reminder"


def all_of(people: int, *, seed: int) -> list[Person]:
    rng = random.Random(seed)
    found = [live(rng, [*ZONES][number % len(ZONES)]) for number in range(people)]
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


def moment(rng: random.Random, day: date, zone: str) -> datetime:
    """In hours mostly, or too little of the other rules would be met."""
    at = time(rng.choice((8, 10, 16, 17)), rng.choice((0, 29, 30)))
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


async def test_the_outbox_itself_keeps_to_it_over_a_year_of_wishes(sqlite_url: str) -> None:
    database, rng = Database(sqlite_url), random.Random(6)
    people = {"U0LEEDS": "Europe/London", "U0NAPIER": "Pacific/Auckland", "U0NOBODY": ""}

    async def is_off(user_id: str, day: date) -> bool:
        return day in HOLIDAYS[people[user_id]]

    desk = Desk(database, is_off=is_off)
    desk.slack.zones = people
    persons = {user_id: await desk.person(user_id) for user_id in people}
    days = [BEGIN.date() + timedelta(days=17 * number) for number in range(22)]
    tries = [(day, zone) for zone in people.values() if zone for day in (*days, *HOLIDAYS[zone])]
    for number, at in enumerate(sorted(moment(rng, *each) for each in tries if each[0].isoweekday() <= 5)):
        desk.hands.now = at
        kind = KINDS[rng.choice(PROMPTS)]
        await desk.put(*(Effect(f"{each}:{number}", kind, "a thought", recipient=each) for each in persons.values()))
        await desk.turn()

    rows = (await desk.rows()).values()
    for user_id, zone in people.items():
        sent = [row["sent_at"] for row in rows if row["recipient"] == persons[user_id] and row["state"] == "sent"]
        check(Person(zone, [(each, "") for each in sorted(sent)]))
        assert bool(zone) == (len(sent) >= 8)
    problems = {row["problem"] for row in rows if row["state"] == "skipped"}
    assert problems == {OVER_BUDGET, OUT_OF_HOURS}
    await database.close()


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(2, 6))
def test_the_same_in_1000_years_of_people(seed: int) -> None:
    all_of(1_000, seed=seed)
