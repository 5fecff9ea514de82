"""A company that is simulated: who is in it, what they think, what is kept of a wave, and what is shown of it."""

import hmac
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.surveys import kept, releasing
from bot.surveys.deciding import Earlier
from bot.surveys.kept import Kept
from bot.surveys.releasing import Closing, Given, Released, Share, shared_strata
from bot.surveys.result_rules import Closed, WaveFacts, facts_of
from bot.surveys.sampling import Strata as Traits
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
    """What a copy of the database holds of a wave that is closed.

    The last three only if they were not destroyed: answers by tag, their key, and answers beside the strata that at
    least five share, as an earlier design kept them.
    """

    shown: str  # JSON
    comments: Sequence[str]  # in the order of the table; here each says what its writer answered
    who: Mapping[str, Strata]  # invitations of those who answered
    key: str | None = None
    answers: Mapping[str, int] | None = None
    beside: Sequence[tuple[int, Strata]] = ()


@dataclass(frozen=True)
class Told:
    """All that an attacker has of a company's waves. They know everybody, and who answered when.

    `answered` are of each person the strata by which it was decided: how these are made is no secret.
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


def simulate(seed: int, *, people: int, waves: int, share: Share = shared_strata) -> Told:
    """`share` says which strata stay."""
    rng = random.Random(seed)
    staff, closed, dumps, before = company(rng, people), list[Closed](), list[Dump](), list[Earlier]()
    moods: list[Mapping[str, int]] = []
    for number in range(waves):
        answering = [each for each in staff if each.is_answering]
        closing, key = _closing(answering, before), f"{rng.getrandbits(256):064x}"
        released = releasing.release(SURVEY, closing, key=key, masked=str, share=share)
        shown = Kept(closing.answers, len(staff), len(staff), released.questions)
        dump = _dump(shown, released)
        closed.append(_closed(number, shown, len(staff)))
        dumps.append(dump)
        before.append(Earlier(kept.from_json(json.loads(dump.shown)), dump.who))
        moods.append({each.id: each.mood for each in answering})
        staff = goes_on(rng, staff, number)
    return Told(facts_of(closed), dumps, [each.who for each in dumps], moods)


def _closing(answering: Sequence[Person], before: Sequence[Earlier]) -> Closing:
    given = [Given({"mood": each.mood}, str(each.mood), Traits.from_json(each.strata)) for each in answering]
    return Closing(given, {each.id: Traits.from_json(each.strata) for each in answering}, tuple(before))


def _dump(shown: Kept, released: Released) -> Dump:
    who = {person: strata.to_json() for person, strata in released.shared.items()}
    return Dump(json.dumps(kept.to_json(shown)), released.comments, who)


def _closed(number: int, shown: Kept, frame: int) -> Closed:
    at = BEGIN + timedelta(weeks=4 * number)
    return Closed(f"w{number}", f"2026-W{2 + 4 * number:02}", SURVEY, frame, at, at, shown)


def tag(key: str, person: str) -> str:
    return hmac.digest(bytes.fromhex(key), person.encode(), "sha256").hex()


def as_they_are(strata: Sequence[Traits], _threshold: int) -> list[Traits]:
    """As if nothing of them were hidden."""
    return list(strata)
