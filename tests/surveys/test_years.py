"""Years of surveys in twelve time zones: nobody is asked too often, at night, twice, or against their wish.

The company is simulated by the pure rules that the services go by, with outages that make everything late, and with
work that is done twice. What must never be is reckoned here anew, by the zones alone.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.model import Colleague, Profile, Workspace
from bot.surveys import rules, sampling
from bot.surveys.rules import Standing
from bot.surveys.sampling import Candidate, Strata
from bot.unasked import MONTH, is_in_hours, may_send_unasked
from knowledge.surveys import Audience, Question, Repeats, Scale, Survey

ZONES = (
    *("Pacific/Auckland", "Australia/Lord_Howe", "Asia/Tokyo", "Asia/Kolkata", "Asia/Tehran", "Europe/Berlin"),
    *("Europe/London", "America/Sao_Paulo", "America/St_Johns", "America/New_York", "America/Los_Angeles"),
    "Pacific/Pago_Pago",
)
WORKSPACE = Workspace("T1", None, "UBOT", "B1")
HOME = "Europe/Berlin"
FIRST_DAY = date(2026, 1, 1)
COOLDOWN = timedelta(days=28)


def _survey(id_: str, weeks: int, weekday: int, share: float) -> Survey:
    question = Question("q", Scale.CSAT, "?")
    return Survey(id_, id_, "", "o", (question,), Audience(), Repeats(weeks, weekday, time(10, 30)), share=share)


SURVEYS = (_survey("pulse", 4, 2, 0.4), _survey("docs", 1, 4, 0.1), _survey("year", 13, 1, 1.0))


@dataclass
class Person:
    colleague: Colleague
    refuses_from: datetime
    sent: list[tuple[datetime, str]] = field(default_factory=list)  # when, and of which wave
    other: list[datetime] = field(default_factory=list)  # unasked messages of other kinds

    def shown(self, but: str = "") -> list[datetime]:
        """The last ones, apart from that wave's: what is older than a month bears on nothing."""
        return [*(at for at, wave in self.sent[-3:] if wave != but), *self.other[-3:]]


@dataclass
class Company:
    """`rng` is the world's chance: who stops, when the bot is away, what else people are sent."""

    people: dict[str, Person]
    rng: random.Random
    slots: dict[str, str] = field(default_factory=dict)
    begun: set[tuple[str, str]] = field(default_factory=set)
    queue: list[tuple[datetime, str, str, Survey, str]] = field(default_factory=list)

    def standing(self, person: Person, now: datetime, *, but: str = "") -> Standing:
        """As the bot reckons it: the message of the wave in hand, of which it may not know yet, does not count."""
        last = max(person.shown(but), default=None)
        return Standing(has_refused=now >= person.refuses_from, rests_until=last + COOLDOWN if last else None)

    def may(self, person: Person, now: datetime, *, at: datetime, but: str = "") -> bool:
        standing = self.standing(person, now, but=but)
        return rules.why_not(person.colleague, standing, workspace=WORKSPACE, at=at) is None

    def live(self, days: int) -> None:
        for number in range(days):
            day = FIRST_DAY + timedelta(days=number)
            dawn = datetime.combine(day, time(6), ZoneInfo(HOME)).astimezone(UTC)
            late = timedelta(hours=self.rng.choice([0] * 9 + [1, 5, 11, 19]))  # an outage
            for _ in range(self.rng.choice((1, 1, 2))):  # a process that died, or one beside it, does it again
                for survey in SURVEYS:
                    self.open(survey, day + timedelta(days=1), dawn + late)
            self.ask_until(dawn + timedelta(days=1))
            for person in self.rng.sample(list(self.people.values()), 3):
                if may_send_unasked([at for at in person.shown() if dawn - at < MONTH], now=dawn):
                    person.other.append(dawn)

    def open(self, survey: Survey, tomorrow: date, now: datetime) -> None:
        assert isinstance(survey.schedule, Repeats)
        slot, last = rules.week_of(tomorrow), self.slots.get(survey.id)
        is_due = rules.due_day(survey.schedule, tomorrow=tomorrow, last=rules.day_in(last) if last else None)
        if is_due is None or (survey.id, slot) in self.begun:
            return
        self.begun.add((survey.id, slot))
        self.slots[survey.id] = slot
        seed = f"{self.rng.getrandbits(256):064x}"
        by = {zone: rules.latest_on(tomorrow, zone, otherwise=now) for zone in ZONES}
        frame = [
            Candidate(each, Strata(team=each[-1]))
            for each, person in self.people.items()
            if self.may(person, now, at=by[person.colleague.timezone])
        ]
        drawn = sampling.sample(frame, seed=seed, size=rules.sample_size(survey, len(frame)))
        for place, each in enumerate(drawn):
            zone = self.people[each.user_id].colleague.timezone
            rests = self.standing(self.people[each.user_id], now).rests_until or now
            due_at = rules.asking_time(tomorrow, survey.schedule.at, zone, now=max(now, rests), place=place)
            if due_at is not None:
                self.queue.append((due_at, f"{survey.id}:{slot}", each.user_id, survey, seed))

    def ask_until(self, until: datetime) -> None:
        """Each in turn; now and then the bot was away at the time, and now and then a turn comes twice."""
        due = sorted((each for each in self.queue if each[0] < until), key=lambda each: (each[0], each[2]))
        self.queue = [each for each in self.queue if each[0] >= until]
        for due_at, wave, user_id, survey, seed in due:
            now = due_at + timedelta(hours=self.rng.choice([0] * 19 + [9]))
            for _ in range(self.rng.choice((1, 1, 1, 2))):
                self.ask(wave, user_id, survey, seed, now)

    def ask(self, wave: str, user_id: str, survey: Survey, seed: str, now: datetime) -> None:
        person = self.people[user_id]
        is_settled = any(each == wave for _, each in person.sent)
        if is_settled or not self.may(person, now, at=now, but=wave):
            return
        zone = person.colleague.timezone
        if not is_in_hours(zone, now=now):
            later = rules.next_time(survey, seed, user_id, zone, now=now)
            if later is not None and later < now + timedelta(days=6):
                self.queue.append((later, wave, user_id, survey, seed))
        elif may_send_unasked([at for at in person.shown(wave) if now - at < MONTH], now=now):  # the outbox
            person.sent.append((now, wave))


def _company(count: int, days: int, seed: int) -> Company:
    rng = random.Random(seed)
    end = datetime.combine(FIRST_DAY, time(), UTC) + timedelta(days=days)
    people = {}
    for number in range(count):
        refuses = end - timedelta(days=rng.randrange(days)) if rng.random() < 0.2 else datetime.max.replace(tzinfo=UTC)
        id_ = f"U{number:04}"
        people[id_] = Person(Colleague(Profile(id_, "T1"), ZONES[number % len(ZONES)]), refuses)
    company = Company(people, rng)
    company.live(days)
    return company


def _check(company: Company) -> None:
    for person in company.people.values():
        times = [*(at for at, _ in person.sent), *person.other]
        zone = ZoneInfo(person.colleague.timezone)
        waves = [wave for _, wave in person.sent]
        assert len(waves) == len(set(waves)), "twice in a wave"
        for at, _ in person.sent:
            local = at.astimezone(zone)
            assert local.isoweekday() <= 5, "at a weekend"
            assert time(9) <= local.time() < time(17, 30), "in quiet hours"
            assert at < person.refuses_from, "after opting out"
            assert not any(timedelta(0) < at - each < COOLDOWN for each in times), "inside the cooldown"


def _asked(company: Company) -> dict[str, int]:
    counts: defaultdict[str, int] = defaultdict(int)
    for person in company.people.values():
        for _, wave in person.sent:
            counts[wave.partition(":")[0]] += 1
    return counts


def test_nobody_is_asked_too_often_or_at_the_wrong_time_in_2000_years_of_people() -> None:
    company = _company(500, 4 * 365 + 1, seed=1)

    _check(company)
    asked = _asked(company)
    assert min(asked[each.id] for each in SURVEYS) > 500  # or the above would hold of nothing
    zones = {person.colleague.timezone for person in company.people.values() if person.sent}
    assert zones == set(ZONES)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(2, 12))
def test_the_same_in_20000_years_of_people(seed: int) -> None:
    _check(_company(500, 4 * 365 + 1, seed=seed))
