"""What people of the firm say to each other on a day, and when: questions, answers by colleagues or the team, thanks.

Taken from the talk of the demo, cast with the firm's people, the same for the same day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from bot.demo.talk import QUESTIONS, Kind, Part, Talk
from tests.first_days.firm import ASK, BUSY, SILENT, TEAM_NAMES, Firm, Worker

LONDON = ZoneInfo("Europe/London")
OPENS, LENGTH = time(9, 10), timedelta(hours=7)
# The one pain that comes again and again, each time in other words; nothing in the handbook is about it.
PAIN = (
    "how do I get a preview environment for a pull request?",
    "is there a preview environment for pull requests?",
    "can we have a preview environment per pull request, somehow?",
    "who can make a preview environment for our pull request?",
    "we need a preview environment for a pull request, how do we get one?",
    "where do I get a preview environment for my pull request?",
)


@dataclass(frozen=True)
class Line:
    """Something that is said; `number` is the thread's, which `is_root` begins. `mark` is the asker's reaction."""

    at: datetime
    who: Worker
    text: str
    channel: str
    number: str
    is_root: bool = False
    mark: str = ""


def day_of_talk(firm: Firm, day: date, *, threads: int, channel: str = ASK, teams: Sequence[str] = ()) -> list[Line]:
    """By time. Busy teams ask more often, silent ones never; `teams`: these alone."""
    if day.isoweekday() > 5:
        return []
    chance = Random(f"{day}{channel}")
    asking = [each for each in teams or TEAM_NAMES if each not in SILENT]
    weights = [4 if each in BUSY else 1 for each in asking]
    lines: list[Line] = []
    for number in range(threads):
        (team,) = chance.choices(asking, weights)
        talk = chance.choice(QUESTIONS)
        lines += _cast(talk, firm, team, day, f"{day}{channel}{number}", channel, chance)
    return sorted(lines, key=lambda each: each.at)


def pain_on(firm: Firm, day: date, which: int) -> list[Line]:
    """One of them, by somebody of another team each time; nobody answers."""
    chance = Random(f"pain{which}")
    asker = chance.choice(firm.of(BUSY[which % len(BUSY)]))
    at = datetime.combine(day, time(10, 40), LONDON)
    return [Line(at, asker, PAIN[which], ASK, f"pain{which}", is_root=True)]


def _cast(talk: Talk, firm: Firm, team: str, day: date, number: str, channel: str, chance: Random) -> Iterator[Line]:
    asker = chance.choice(firm.of(team))
    others = [each for each in firm.workers if each.team not in SILENT and each is not asker]
    if channel != ASK:  # a team's own channel
        others = [each for each in firm.of(team) if each is not asker]
    peer, other = chance.sample(others, 2)
    parts = {Part.ASKER: asker, Part.PEER: peer, Part.OTHER: other}
    parts |= {Part.TEAM: firm.platform[1], Part.MATE: firm.platform[2]}
    at = datetime.combine(day, OPENS, LONDON) + LENGTH * chance.random()
    yield Line(at, asker, talk.text, channel, number, is_root=True)
    if talk.kind is Kind.ALERT:
        return
    last = at
    for line in talk.lines:
        last = max(at + timedelta(minutes=line.minutes), last + timedelta(seconds=30))
        if last.date() == day and line.part in parts:
            text = line.text
            for part, person in parts.items():
                text = text.replace(f"@{part}", f"<@{person.id}>")
            yield Line(last, parts[line.part], text, channel, number, mark=line.mark)
