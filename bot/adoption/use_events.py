"""Reads what tells that a team used something: an event as it is posted to the hook, and a file of the same. Pure.

Both name a capability, a team and a day; nothing of what the team did with it. What is kept is `bot.adoption.uses`'.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from bot.model import Json, Malformed, What
from knowledge.loader import Handbook
from knowledge.schema import USER_ID, clip, day_of, did_you_mean

LONGEST_ID = 200  # characters
EVENT_KEYS = ("id", "capability", "team", "at", "event", "person")
NEEDED = ("capability", "team", "day")
COLUMNS = (*NEEDED, "event", "person")
OLDEST = timedelta(days=6)  # ids of events are kept for 7: what is older could be told again and not be known
AHEAD = timedelta(days=1)  # clocks differ
ERRORS_SHOWN = 50
LONGEST_LINE = 2_000  # characters
MOST_LINES = 1_000_000
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class UseEvent:
    """`key` is the event's id as it is kept; `person` is a Slack id, "" where none is told."""

    key: str
    capability: str
    team: str
    at: datetime
    what: What = What.USED
    person: str = ""


@dataclass(frozen=True)
class FileUse:
    """A line of a file."""

    capability: str
    team: str
    day: date
    what: What = What.USED
    person: str = ""


class _Wrong(Exception):
    """A field is not of its form."""


# The hook.


def read_use(body: Json) -> UseEvent | Malformed:
    """Of the form in docs/adoption.md; whether capability and team are known is told by `resolved`."""
    try:
        return _event(body)
    except _Wrong as wrong:
        return Malformed(str(wrong))


def _event(body: Mapping[str, Json]) -> UseEvent:
    if unknown := [each for each in body if each not in EVENT_KEYS]:
        raise _Wrong(f"{len(unknown)} keys are not known; known are {', '.join(EVENT_KEYS)}")
    id_ = _text(body, "id", LONGEST_ID)
    at = _moment(_text(body, "at", 40))
    person = _text(body, "person", 40) if "person" in body else ""
    if person and not USER_ID.fullmatch(person):
        raise _Wrong("person: is no Slack id; write one such as U012ABCDEF, or leave it out")
    what = _text(body, "event", 10) if "event" in body else What.USED.value
    if what not in list(What):
        raise _Wrong(f"event: write one of {', '.join(What)}, or leave it out")
    key = sha256(id_.encode("utf-8", "surrogatepass")).hexdigest()[:56]
    return UseEvent(key, _text(body, "capability", 60), _text(body, "team", 80), at, What(what), person)


def _text(body: Mapping[str, Json], key: str, longest: int) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _Wrong(f"{key}: a text is expected")
    if len(value) > longest or CONTROL.search(value):
        raise _Wrong(f"{key}: at most {longest} characters, on one line, are expected")
    return value


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise _Wrong("at: write the time with its zone, such as 2026-11-24T10:00:00Z")
    return at


def why_not_now(at: datetime, *, now: datetime) -> str:
    """Why an event of that time is not taken; "" when it is."""
    if at > now + AHEAD:
        return "at: it is more than a day ahead of our clock; check both clocks"
    if at < now - OLDEST:
        return f"at: it is more than {OLDEST.days} days ago; tell it by `mentor adoption import`"
    return ""


def resolved(capability: str, team: str, handbook: Handbook) -> str | Malformed:
    """What the team is called now; or why not, without what was sent: it goes into logs."""
    if handbook.capability(capability) is None:
        known = [each.id for each in handbook.capabilities]
        fix = did_you_mean(capability, known, otherwise="add it there, or correct it")
        return Malformed(f"capability: it is not in capabilities.yaml; {fix}")
    now = handbook.people.team_called(team)
    if not now:
        known = list(handbook.people.teams)
        fix = did_you_mean(team, known, otherwise="add it there, or to `formerly` of the team it became")
        return Malformed(f"team: it is not in people.yaml; {fix}")
    return now


# The file.


@dataclass(frozen=True)
class FileRead:
    """All lines, or all that is wrong with them: then nothing of it is taken."""

    uses: tuple[FileUse, ...]
    errors: tuple[str, ...] = ()


def read_file(lines: Iterator[str], handbook: Handbook, *, name: str, today: date) -> FileRead:
    """`lines` with their ends. Errors are `NAME:LINE: column: what; how to mend it`."""
    reader = csv.reader(_short(lines), strict=True)
    errors: list[str] = []
    found: dict[FileUse, None] = {}
    try:
        header = [each.strip() for each in next(reader, [])]
        if problem := _header_problem(header):
            return FileRead((), (f"{name}:1: {problem}",))
        for values in reader:
            if not values:
                continue  # an empty line, such as at the end
            read = _line(header, values, handbook, today)
            if isinstance(read, FileUse):
                found[read] = None
            else:
                errors += [f"{name}:{reader.line_num}: {each}" for each in read]
    except (csv.Error, _Wrong) as error:
        errors.append(f"{name}:{reader.line_num}: it is no CSV from here on ({error}); write quotes round a comma")
    except UnicodeDecodeError:
        errors.append(f"{name}:{reader.line_num + 1}: it is not UTF-8; save it as UTF-8")
    return FileRead((), _shown(errors)) if errors else FileRead(tuple(found))


def _short(lines: Iterator[str]) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        if len(line) > LONGEST_LINE:
            raise _Wrong(f"a line has more than {LONGEST_LINE} characters")
        if number > MOST_LINES:
            raise _Wrong(f"more than {MOST_LINES:,} lines; make two files of it")
        yield line


def _header_problem(header: Sequence[str]) -> str:
    if unknown := [each for each in header if each not in COLUMNS]:
        return f'"{clip(unknown[0])}": the first line names the columns; {did_you_mean(unknown[0], COLUMNS)}'
    if missing := [each for each in NEEDED if each not in header]:
        return f"{missing[0]}: the column is missing; the first line names at least {', '.join(NEEDED)}"
    if len(set(header)) < len(header):
        return "a column is named twice; name each once"
    return ""


def _line(header: Sequence[str], values: Sequence[str], handbook: Handbook, today: date) -> FileUse | list[str]:
    if len(values) != len(header):
        return [f"{len(values)} values stand here, {len(header)} are expected; write quotes round a comma"]
    given = {column: value.strip() for column, value in zip(header, values, strict=True)}
    day, what, person = day_of(given["day"]), given.get("event") or What.USED.value, given.get("person", "")
    problems = []
    if day is None or day > today:
        problems.append(f'day: "{clip(given["day"])}" is no day up to today; write it as 2026-01-31')
    team = resolved(given["capability"], given["team"], handbook)
    if isinstance(team, Malformed):
        problems.append(team.reason)
    if what not in list(What):
        problems.append(f'event: "{clip(what)}" is not known; write one of {", ".join(What)}, or nothing')
    if person and not USER_ID.fullmatch(person):
        problems.append(f'person: "{clip(person)}" is no Slack id; write one such as U012ABCDEF, or nothing')
    if problems or day is None or isinstance(team, Malformed):
        return problems
    return FileUse(given["capability"], team, day, What(what), person)


def _shown(errors: Sequence[str]) -> tuple[str, ...]:
    more = len(errors) - ERRORS_SHOWN
    return (*errors[:ERRORS_SHOWN], *([f"and {more} more like these"] if more > 0 else []))
