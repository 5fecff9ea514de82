"""What the form of an incident must hold, and how one that is over reads as a file of the handbook. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import yaml

from bot.blockkit import clip
from bot.calendar import DAY, moment_of, zone_of
from bot.notice_board import KNOWN_MOST
from knowledge.notices import BODY_MOST, TITLE_MOST, TOPICS_MOST
from knowledge.people import DUTY
from knowledge.schema import TIME
from knowledge.text import words

TOPIC_MOST = 60
NAME_IT = "Name what it is about: a capability, or words that people use to ask about it."
SAY_IT = "Say in a sentence what is known."
NO_TIME = "Write a time of day, such as 11:00, or leave it empty."
MINUTE = "%Y-%m-%d %H:%M"
_MARKDOWN = re.compile(r"^(\s*)([#>=`~-])", re.MULTILINE)  # what begins a heading, a quotation, a rule or code


@dataclass(frozen=True)
class Filled:
    """The form as it was sent. Of an update only `known` and `next_word` are there."""

    known: str
    next_word: str
    title: str = ""
    capability: str = ""
    topics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Course:
    """An incident from its beginning to its end. `said` is what was known, by and by."""

    title: str
    capability: str
    topics: Sequence[str]
    opened_at: datetime
    ended_at: datetime
    said: Sequence[tuple[datetime, str]]


def problems(filled: Filled, *, is_new: bool) -> dict[str, str]:
    """What is wrong, by field."""
    found = {} if filled.known.strip() else {"known": SAY_IT}
    if len(filled.known) > KNOWN_MOST:
        found["known"] = f"Please write at most {KNOWN_MOST} characters: it stands in each answer."
    if filled.next_word and not TIME.fullmatch(filled.next_word):
        found["next_word"] = NO_TIME
    return found | (_problems_of_new(filled) if is_new else {})


def _problems_of_new(filled: Filled) -> dict[str, str]:
    found = {}
    if not filled.title.strip() or len(filled.title) > TITLE_MOST:
        found["title"] = f"Say in a few words what is wrong, in at most {TITLE_MOST} characters."
    vague = [each for each in filled.topics if not words(each) or len(each) > TOPIC_MOST]
    if vague:
        found["topics"] = (
            f"“{clip(vague[0], 40)}” may be in any question, or is long. Write words such as builds, image."
        )
    if len(filled.topics) > TOPICS_MOST:
        found["topics"] = f"Name {TOPICS_MOST} at most."
    if not filled.capability and not filled.topics:
        found["topics"] = NAME_IT
    return found


def read_topics(text: str) -> tuple[str, ...]:
    """Words and phrases between commas, each once."""
    return tuple(dict.fromkeys(part for each in text.split(",") if (part := " ".join(each.split()))))


def next_moment(clock: str, *, now: datetime, timezone: str) -> datetime | None:
    """When the wall shows that time next; None for none."""
    if not clock:
        return None
    today, at = now.astimezone(zone_of(timezone)).date(), time.fromisoformat(clock)
    found = moment_of(today, at, timezone)
    return found if found > now else moment_of(today + DAY, at, timezone)


def clock_in_words(at: datetime, *, now: datetime, timezone: str) -> str:
    """ "10:12" of today, else "23 Nov 10:12"."""
    local = at.astimezone(zone_of(timezone))
    day = "" if local.date() == now.astimezone(zone_of(timezone)).date() else f"{local.day} {local:%b} "
    return f"{day}{local:%H:%M}"


def minutes_in_words(length: timedelta) -> str:
    minutes = max(1, round(length.total_seconds() / 60))
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else ""]
    return " ".join(part for part in parts if part)


def incident_file(course: Course, *, timezone: str) -> str:
    """As `knowledge.notices` reads it: over, so that nothing is posted or answered by it."""
    since, until = _wall(course.opened_at, timezone), _wall(course.ended_at, timezone)
    until = max(until, since + timedelta(minutes=1))  # the file knows minutes of the wall, which autumn turns back
    matter: dict[str, Any] = {"kind": "incident", "title": course.title}
    matter |= {"capability": course.capability} if course.capability else {}
    matter |= {"topics": list(course.topics)} if course.topics else {}
    matter |= {"from": f"{since:{MINUTE}}", "until": f"{until:{MINUTE}}", "owner": DUTY}
    head = yaml.safe_dump(matter, sort_keys=False, allow_unicode=True, width=1_000)
    lines = [
        f"- {clock_in_words(at, now=course.opened_at, timezone=timezone)}: {_plain(text)}" for at, text in course.said
    ]
    ended = clock_in_words(course.ended_at, now=course.opened_at, timezone=timezone)
    lines.append(f"- {ended}: over, after {minutes_in_words(course.ended_at - course.opened_at)}")
    while len("\n".join(lines)) > BODY_MOST:  # the first says what it was, and the last how it ended
        lines.pop(len(lines) // 2)
    return f"---\n{head}---\n\n" + "\n".join(lines) + "\n"


def local_day(at: datetime, timezone: str) -> str:
    return at.astimezone(zone_of(timezone)).date().isoformat()


def _wall(at: datetime, timezone: str) -> datetime:
    """What the wall shows, to the minute."""
    return at.astimezone(zone_of(timezone)).replace(tzinfo=None, second=0, microsecond=0)


def _plain(text: str) -> str:
    """On one line: nothing in it is HTML or Markdown's own."""
    return _MARKDOWN.sub(r"\1\\\2", " ".join(text.replace("<", "&lt;").split()))


def as_filled(values: Mapping[str, str]) -> Filled:
    """By the names of fields."""
    return Filled(
        known=values.get("known", "").strip(),
        next_word=values.get("next_word", "").strip(),
        title=" ".join(values.get("title", "").split()),
        capability=values.get("capability", ""),
        topics=read_topics(values.get("topics", "")),
    )
