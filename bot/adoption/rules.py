"""Decides about policies: how a team stands, whether evidence is complete, when somebody is reminded. Pure.

Who may judge is `bot.authority`'s.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.model import Evidence, EvidenceState, PolicyChoice, Way
from bot.statistics import Share
from knowledge.policies import Policy

POINT = "point."  # before the point's id: a field of the form
LINK_MOST, ANSWER_MOST, REASON_MOST = 500, 600, 500  # characters: a card with all points fits a message of Slack's
ON_THE_DAY, AFTER = 0, -1
REMINDED = (30, 7, ON_THE_DAY, AFTER)  # days that evidence still holds
TIMED = timedelta(weeks=12)  # how far back it is looked how long a way took


class State(StrEnum):
    """How a team stands with a policy."""

    PLATFORM = "platform"  # complies by the platform's way
    EVIDENCE = "evidence"  # complies by evidence of its own
    WAITING = "waiting"  # for judgement
    EXPIRED = "expired"
    NOT_YET = "not yet"


COMPLIANT = (State.PLATFORM, State.EVIDENCE)


@dataclass(frozen=True)
class Standing:
    """`day`: since when, until when, since when it waits, or the last day it held; None where nothing was done.

    `is_waiting`: evidence waits for judgement, whatever holds until then.
    """

    state: State
    day: date | None = None
    is_waiting: bool = False

    @property
    def is_compliant(self) -> bool:
        return self.state in COMPLIANT


def standing(
    choices: Collection[PolicyChoice], evidence: Collection[Evidence], *, today: date, timezone: str
) -> Standing:
    """How a team stands with a policy, from all that it chose and handed in for it. The newest choice holds."""
    zone = ZoneInfo(timezone)
    waiting = newest_waiting(evidence, today=today)
    chosen = _by_choice(choices, evidence, today=today, zone=zone)
    if waiting is None or chosen.is_compliant:
        return Standing(chosen.state, chosen.day, waiting is not None)
    return Standing(State.WAITING, waiting.created_at.astimezone(zone).date(), is_waiting=True)


def newest_waiting(evidence: Collection[Evidence], *, today: date) -> Evidence | None:
    """The evidence that is to be judged: the newest handed in, if nobody judged it and it would still hold."""
    newest = max(evidence, key=lambda each: (each.created_at, each.id), default=None)
    return newest if newest and newest.state == EvidenceState.WAITING and newest.expires_on >= today else None


def _by_choice(
    choices: Collection[PolicyChoice], evidence: Collection[Evidence], *, today: date, zone: ZoneInfo
) -> Standing:
    ordered = sorted(choices, key=lambda each: (each.at, each.id))
    if not ordered:
        return Standing(State.NOT_YET)
    if ordered[-1].way == Way.PLATFORM:
        return Standing(State.PLATFORM, _began(ordered).at.astimezone(zone).date())
    held = next((each for each in evidence if each.id == ordered[-1].subject), None)
    if held is None:
        return Standing(State.NOT_YET)
    return Standing(State.EVIDENCE if today <= held.expires_on else State.EXPIRED, held.expires_on)


def _began(ordered: Sequence[PolicyChoice]) -> PolicyChoice:
    """The first of the last choices that are all of one way."""
    first = ordered[-1]
    for each in reversed(ordered):
        if each.way != first.way:
            break
        first = each
    return first


def evidence_share(standings: Iterable[Standing]) -> Share:
    """Of the teams that comply, those that do by evidence of their own."""
    states = [each.state for each in standings if each.is_compliant]
    return Share(states.count(State.EVIDENCE), len(states))


def choice_id(policy: str, subject: str) -> str:
    """One request or piece of evidence is one choice for a policy, however often it is told."""
    return sha256(f"{policy}\0{subject}".encode()).hexdigest()[:40]


def digest(thing: Evidence | PolicyChoice) -> str:
    """Of what was handed in or chosen, as the sealed record names it: words and names do not go in there."""
    if isinstance(thing, PolicyChoice):
        said: list[object] = [thing.policy, thing.team, thing.way, thing.subject]
    else:
        said = [thing.policy, thing.team, thing.link, thing.points, thing.owner, thing.expires_on.isoformat()]
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


# What somebody hands in.


@dataclass(frozen=True)
class Filled:
    """A form as it was sent: "" for what was left out. `points` by the id of the point."""

    team: str
    link: str
    points: Mapping[str, str]
    owner: str
    expires_on: str


def last_day(policy: Policy, *, today: date) -> date:
    """The latest day until which evidence may hold that is handed in today."""
    return policy.longest.after(today)


def problems(filled: Filled, policy: Policy, *, teams: Collection[str], today: date) -> dict[str, str]:
    """What is wrong in the form, by its field, in words for the person; empty when it is complete."""
    found = {
        "team": "" if filled.team in teams else "Choose one of your teams that the policy applies to.",
        "link": _wrong_link(filled.link),
        "owner": "" if filled.owner else "Name the person who keeps this true.",
        "expires_on": _wrong_day(filled.expires_on, today=today, last=last_day(policy, today=today)),
    }
    found |= {f"{POINT}{each.id}": _wrong_answer(filled.points.get(each.id, "")) for each in policy.must_show}
    return {field: problem for field, problem in found.items() if problem}


def _wrong_link(link: str) -> str:
    if len(link) > LINK_MOST:
        return f"This has {len(link)} characters; {LINK_MOST} are allowed. A shorter link will do."
    is_plain = link.isprintable() and not any(each in link for each in "<>|\" '`")
    return "" if is_plain and _has_host(link) else "Write a whole address, such as https://ci.example.com/attestations."


def _has_host(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username


def _wrong_answer(answer: str) -> str:
    if not answer.strip():
        return "Say how this is met."
    if len(answer) > ANSWER_MOST:
        return f"This has {len(answer)} characters; {ANSWER_MOST} are allowed. The rest can stand behind the link."
    return ""


def _wrong_day(text: str, *, today: date, last: date) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return "Choose the last day on which this holds."
    if day <= today:
        return f"Choose a later day: {in_words(day)} is {'today' if day == today else 'over'}."
    return f"Choose {in_words(last)} or a day before it: that is the longest this policy allows." if day > last else ""


def in_words(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def not_enough(policy: Policy, missing: Collection[str], words: str) -> str:
    """Why evidence is not enough, in one text: the points that are not shown, and the judge's own words."""
    points = [each.text for each in policy.must_show if each.id in missing]
    listed = f"Not shown: {'; '.join(points)}." if points else ""
    return " ".join(part for part in (listed, words.strip()) if part)


# Reminders.


def reminder(evidence: Evidence, *, today: date, timezone: str) -> int | None:
    """Which of `REMINDED` is due now; None for none.

    Those that passed unsaid are left out for the newest. What lay before the judgement was known to who handed it in.
    """
    zone = ZoneInfo(timezone)
    told = max((at.astimezone(zone).date() for at in _told(evidence)), default=date.min)
    passed = [days for days in REMINDED if told < evidence.expires_on - timedelta(days=days) <= today]
    return min(passed, default=None)


def _told(evidence: Evidence) -> Iterable[datetime]:
    return (at for at in (evidence.judged_at or evidence.created_at, evidence.reminded_at) if at is not None)
