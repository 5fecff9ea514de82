"""A company that is simulated: who is in it, what they think, what is kept of a wave, and what is shown of it."""

import hmac
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.surveys import sampling
from bot.surveys.releasing import shared_strata
from bot.surveys.result_rules import Closed, WaveFacts, facts_of
from knowledge.surveys import Audience, Question, Repeats, Scale, Survey

BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)
SURVEY = Survey(
    "pulse",
    "Pulse",
    "to learn",
    "platform_team",
    (Question("mood", Scale.CSAT, "How satisfied are you?"),),
    Audience(),
    Repeats(4, 1, BEGIN.time()),
)
SATISFIED = 4
Strata = Mapping[str, Any]


@dataclass
class Person:
    id: str
    strata: dict[str, Any]
    mood: int
    is_answering: bool = True


@dataclass(frozen=True)
class Dump:
    """What a copy of the database holds once a wave is closed; `answers` and `key` only if they were not destroyed."""

    results: Sequence[tuple[str, Mapping[str, int], Strata]]  # in the order of the table: random id, scores, strata
    answers: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # by tag
    key: str | None = None


@dataclass(frozen=True)
class Told:
    """All that an attacker has of a company's waves. They know everybody, and who answered when.

    `answered` are of each person the strata that stand beside their answer: how these are made is no secret.
    """

    waves: Sequence[WaveFacts]
    dumps: Sequence[Dump]
    answered: Sequence[Mapping[str, Strata]]
    moods: Sequence[Mapping[str, int]]  # the truth, by wave


def company(rng: random.Random, people: int) -> list[Person]:
    teams = [f"team {number}" for number in range(max(2, people // 9))]
    satisfied = {name: rng.choice([0.15, 0.5, 0.7, 0.85, 0.97]) for name in teams}
    found = []
    for number in range(people):
        team = rng.choice(teams)
        role = "platform" if team == teams[0] or rng.random() < 0.02 else "other"
        strata = {"team": team, "role": role, "asker": rng.random() < 0.4, "new": rng.random() < 0.2}
        mood = rng.choice([4, 5]) if rng.random() < satisfied[team] else rng.choice([1, 2, 3])
        found.append(Person(f"p{number}", strata, mood, rng.random() < 0.7))
    return found


def goes_on(rng: random.Random, people: Sequence[Person], number: int) -> list[Person]:
    """A month later: a few join, leave, change teams, answer for the first time, or think otherwise. Most do not."""
    teams = sorted({each.strata["team"] for each in people})
    left = [each for each in people if rng.random() > 0.03]
    for each in left:
        if rng.random() < 0.03:
            each.strata = {**each.strata, "team": rng.choice(teams)}
        if rng.random() < 0.05:
            each.is_answering = not each.is_answering
        if rng.random() < 0.05:
            each.mood = rng.randint(1, 5)
    joined = company(rng, max(1, len(people) // 40))
    for at, each in enumerate(joined):
        each.id, each.strata = f"j{number}.{at}", {**each.strata, "team": rng.choice(teams), "new": True}
    return [*left, *joined]


Keep = Callable[[Sequence[Strata]], list[dict[str, Any]]]


def simulate(seed: int, *, people: int, waves: int, keep: Keep | None = None, is_key_kept: bool = False) -> Told:
    """`keep` gives the strata that are kept beside answers. `is_key_kept`: as if a closed wave's key stayed."""
    rng = random.Random(seed)
    staff, closed, dumps, answered, moods = company(rng, people), [], [], [], []
    for number in range(waves):
        answering = [each for each in staff if each.is_answering]
        kept = (keep or shared)([each.strata for each in answering])
        dump = _dump(rng, answering, kept, is_key_kept=is_key_kept)
        who = {each.id: strata for each, strata in zip(answering, kept, strict=True)}
        closed.append(_closed(number, dump, who, len(staff)))
        dumps.append(dump)
        answered.append(who)
        moods.append({each.id: each.mood for each in answering})
        staff = goes_on(rng, staff, number)
    return Told(facts_of(closed), dumps, answered, moods)


def _closed(number: int, dump: Dump, who: Mapping[str, Strata], frame: int) -> Closed:
    at = BEGIN + timedelta(weeks=4 * number)
    results = tuple((scores, strata) for _, scores, strata in dump.results)
    return Closed(f"w{number}", f"2026-W{2 + 4 * number:02}", SURVEY, frame, at, at, frame, frame, results, who)


def _dump(rng: random.Random, answering: Sequence[Person], kept: Sequence[Strata], *, is_key_kept: bool) -> Dump:
    """As a closed wave is kept: answers shuffled, under random ids."""
    key = f"{rng.getrandbits(256):064x}"
    rows = [
        (f"{rng.getrandbits(128):032x}", {"mood": each.mood}, strata)
        for each, strata in zip(answering, kept, strict=True)
    ]
    rows = sorted(rows) if len(answering) >= SURVEY.threshold else []
    if not is_key_kept:
        return Dump(rows)
    return Dump(rows, {tag(key, each.id): {"mood": each.mood} for each in answering}, key)


def tag(key: str, person: str) -> str:
    return hmac.digest(bytes.fromhex(key), person.encode(), "sha256").hex()


def as_they_are(strata: Sequence[Strata]) -> list[dict[str, Any]]:
    """As if storing answers hid nothing."""
    return [dict(each) for each in strata]


def shared(strata: Sequence[Strata]) -> list[dict[str, Any]]:
    """What the bot keeps of them."""
    known = [sampling.Strata.from_json(each) for each in strata]
    return [each.to_json() for each in shared_strata(known, SURVEY.threshold)]
