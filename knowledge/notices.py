"""`notices/*.md`: what changes, goes, is worked on or is broken; for whom, until when, and what there is to do.

Front matter read strictly, and the words below it. Who is told, and when, is decided in `bot.notices`. Reads no files.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from bot.calendar import moment_of
from knowledge import strict_yaml
from knowledge.capabilities import read_owner
from knowledge.front_matter import MATTER
from knowledge.people import People
from knowledge.problem import Problem
from knowledge.schema import Fields, Value, day_of, did_you_mean
from knowledge.text import words

FOLDER = "notices"
SUFFIX = ".md"
NEEDED = ("kind", "title", "owner", "from")
KEYS = (*NEEDED, "until", "capability", "topics", "channels", "action", "items", "next_word")
FORM = "begin it with lines between `---`: kind, title, owner, from, and capability or topics"
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})(?: (([01]\d|2[0-3]):[0-5]\d))?", re.ASCII)
WHEN_FIX = "write a day, as 2026-01-31, or a local time, as 2026-01-31 18:00"
TEAM = "{team}"
# Whole names or `*` between slashes; `*` stands for any part of one name, and never for a slash.
FILES = re.compile(r"(?!.*(?:^|/)(?:-|\.{1,2}(?:/|$)))[\w.*{}-]+(?:/[\w.*{}-]+)+", re.ASCII)
FILES_FIX = f"write it like teams/{TEAM}/builds/*.yaml: {TEAM} alone between slashes, and `*` for any part of a name"
TITLE_MOST, BODY_MOST = 120, 2_000  # characters: what a message shows
TOPICS_MOST, CHANNELS_MOST = 10, 10
ITEMS_MOST, ITEM_MOST = 200, 120  # of one team, and characters of one


class NoticeKind(StrEnum):
    CHANGE = "change"
    DEPRECATION = "deprecation"  # something goes: what still uses it then breaks
    MAINTENANCE = "maintenance"
    INCIDENT = "incident"


TO_DO = (NoticeKind.CHANGE, NoticeKind.DEPRECATION)  # teams have something to do about these
ENDING = (NoticeKind.DEPRECATION, NoticeKind.MAINTENANCE)  # these say until when


@dataclass(frozen=True, order=True)
class When:
    """A day, or a time of it, by the handbook's wall."""

    day: date
    at: time | None = None

    def begins(self, timezone: str) -> datetime:
        return moment_of(self.day, self.at or time.min, timezone)

    def ends(self, timezone: str) -> datetime:
        """A day ends with it."""
        if self.at is not None:
            return moment_of(self.day, self.at, timezone)
        return moment_of(self.day + timedelta(days=1), time.min, timezone)

    def __str__(self) -> str:
        return f"{self.day} {self.at:%H:%M}" if self.at else str(self.day)


@dataclass(frozen=True)
class FilesOf:
    """A team's items are the files in the repository that match, with the team's name for `{team}`."""

    repository: str
    files: str


Items: TypeAlias = Mapping[str, tuple[str, ...]] | FilesOf


@dataclass(frozen=True)
class Notice:
    """`id` is the file's name without `.md`. `items` are what is left to do, by team; None: they are not counted."""

    id: str
    kind: NoticeKind
    title: str
    body: str
    owner: str
    since: When
    until: When | None = None
    capability: str = ""
    topics: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    action: str = ""
    items: Items | None = None
    next_word: When | None = None


@dataclass(frozen=True)
class Around:
    """What a notice may name; None where the file it stands in is wrong itself, so that nothing is held against it."""

    people: People | None
    capabilities: Sequence[str] | None
    actions: Sequence[str] | None
    repositories: Sequence[str] | None


def read_notice(name: str, text: str, problems: list[Problem], *, around: Around) -> Notice | None:
    """The notice in the file of this name; None, noted, where something is wrong."""
    file, before = f"{FOLDER}/{name}", len(problems)
    found, stem = MATTER.match(text), name.removesuffix(SUFFIX)
    if not ID.fullmatch(stem):
        fix = "call the file in small letters, digits and -, at most 80: the notice is known by that name for good"
        problems.append(Problem(file, 1, "", "the file's name is no name for a notice", fix))
    if found is None:
        problems.append(Problem(file, 1, "", "a notice without front matter", FORM))
        return None
    document = strict_yaml.read(found[1], file=file, first_line=2)
    problems += document.problems
    body = text[found.end() :].strip()
    body_line = text.count("\n", 0, text.index(body, found.end())) + 1
    if not body:
        problems.append(Problem(file, body_line, "", "it does not say what is to be done", "write it below the `---`"))
    if len(body) > BODY_MOST:
        what = f"it has {len(body)} characters, {BODY_MOST} are allowed"
        problems.append(Problem(file, body_line, "", what, "shorten it, and put the rest into an article"))
    if document.root is None:
        return None
    notice = _notice(stem, Value(document.root, file, problems).fields(*KEYS), body, around)
    return notice if len(problems) == before else None


def _notice(stem: str, fields: Fields, body: str, around: Around) -> Notice | None:
    kind = fields.need("kind", _kind, f"write one of: {', '.join(NoticeKind)}")
    title = fields.need("title", lambda title: title.text(at_most=TITLE_MOST), "say in a few words what it is about")
    owner = fields.need("owner", lambda owner: read_owner(owner, around.people), "name a team or group of people.yaml")
    since = fields.need("from", _when, WHEN_FIX)
    until = fields.get("until", _when, None)
    capability = fields.get("capability", lambda each: _known(each, around.capabilities, "capabilities.yaml"), "")
    if "capability" not in fields and "topics" not in fields:
        fix = "name a capability of capabilities.yaml, or `topics`: words that questions about it hold"
        fields.whole.wrong("it does not say what it is about", fix, at="capability")
    if kind is None or not title or not owner or since is None:
        return None
    _check_times(fields, kind, since, until)
    items = _items(fields["items"], around) if "items" in fields else None
    return Notice(
        id=stem,
        kind=kind,
        title=" ".join(title.split()),
        body=body,
        owner=owner,
        since=since,
        until=until,
        capability=capability,
        topics=fields.get("topics", _topics, ()),
        channels=fields.get("channels", _channels, ()),
        action=fields.get("action", lambda each: _known(each, around.actions, "actions/"), ""),
        items=items,
        next_word=fields.get("next_word", _when, None),
    )


def _check_times(fields: Fields, kind: NoticeKind, since: When, until: When | None) -> None:
    """What the kind asks for, and in what order times come."""
    if until is None and "until" not in fields and kind in ENDING:
        fields.whole.wrong(f"a {kind} says when it ends", WHEN_FIX, at="until")
    if until is not None and until.ends("UTC") <= since.begins("UTC"):
        fields["until"].wrong(f"it ends on {until}, before it begins", "write a later day or time than `from`")
    if kind is NoticeKind.INCIDENT and since.at is None:
        fields["from"].wrong("an incident says since when to the minute", "write it as 2026-01-31 10:12")
    for key in ("action", "items"):
        if key in fields and kind not in TO_DO:
            fields[key].wrong(f"there is nothing to do about a {kind}", "take it out, or correct `kind`")
    if "next_word" in fields and kind is not NoticeKind.INCIDENT:
        fields["next_word"].wrong("only an incident has it", "take it out, or correct `kind`")


def _kind(value: Value) -> NoticeKind | None:
    text = value.choice(tuple(NoticeKind))
    return NoticeKind(text) if text else None


def _when(value: Value) -> When | None:
    text = value.shaped(MOMENT, "is no day and no time", WHEN_FIX)
    if text is None:
        return None
    written, _, clock = text.partition(" ")
    if (day := day_of(written)) is None or day.year > 9990:  # what a date of the day after must still hold
        value.wrong(f'"{written}" is not a date', WHEN_FIX)
        return None
    return When(day, time.fromisoformat(clock) if clock else None)


def _known(value: Value, known: Sequence[str] | None, there: str) -> str | None:
    name = value.name()
    if name is not None and known is not None and name not in known:
        value.wrong(f'"{name}" is not in {there}', did_you_mean(name, known, otherwise="add it there, or take it out"))
        return None
    return name


def _topics(value: Value) -> tuple[str, ...] | None:
    names = [(item, item.name()) for item in value.items()]
    for item, name in names:
        if name and not words(name):
            item.wrong(f'"{name}" is a word that any question may hold', "name what it is about, such as builds")
    found = tuple(dict.fromkeys(name for _, name in names if name))
    if not found or len(found) > TOPICS_MOST:
        value.wrong(f"{len(found)} topics", f"name 1 to {TOPICS_MOST}, each a word or a short phrase")
    return found


def _channels(value: Value) -> tuple[str, ...] | None:
    found = tuple(dict.fromkeys(each for item in value.items() if (each := item.channel_id())))
    if len(found) > CHANNELS_MOST:
        value.wrong(f"{len(found)} channels are named, {CHANNELS_MOST} are allowed", "name those that need to know")
    return found


def _items(value: Value, around: Around) -> Items | None:
    """A list by team, or files in a repository."""
    if isinstance(value.node, strict_yaml.Mapping) and not {"repository", "files"} & set(value.named()):
        return _items_by_team(value, around.people)
    fields = value.fields("repository", "files")
    there, fix = around.repositories, "name one of repositories.yaml"
    repository = fields.need("repository", lambda each: _known(each, there, "repositories.yaml"), fix)
    files = fields.need("files", _files, FILES_FIX)
    return FilesOf(repository, files) if repository and files else None


def _items_by_team(value: Value, people: People | None) -> Items | None:
    found: dict[str, tuple[str, ...]] = {}
    for team, below in value.named().items():
        if people is not None and team not in people.teams:
            below.dangling(team, "teams in people.yaml", tuple(people.teams))
        each = tuple(dict.fromkeys(text for item in below.items() if (text := item.text(at_most=ITEM_MOST))))
        if len(each) > ITEMS_MOST:
            below.wrong(f"{len(each)} items, {ITEMS_MOST} are allowed", "name what they have in common instead")
        found[team] = each
    if not found:
        value.wrong("no team is named", "list each team's items under its name, or take the key out")
    return MappingProxyType(found)


def _files(value: Value) -> str | None:
    text = value.shaped(FILES, "is no pattern of files", FILES_FIX)
    parts = text.split("/") if text else []
    if text is not None and (parts.count(TEAM) != 1 or any(set("{}") & set(part) for part in parts if part != TEAM)):
        value.wrong(f"{TEAM} does not stand in it once, and alone between two slashes", FILES_FIX)
        return None
    return text
